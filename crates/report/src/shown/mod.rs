//! An analysis as it is shown: its sentence for three readers, its pictures
//! each with its table, why there is no conclusion and what would be needed,
//! and how it was made. It is made from typed results alone and is kept with a
//! reading as it is, so that it reads the same next year. Numbers of people
//! are rounded, and small ones hidden, before anything gets here.

pub mod needed;
pub mod html;

use kith_access::{Actor, Role};
use kith_effect::{
    picture::{Frame, Picture, Size},
    sentence::{Sentences, of_refusal},
    stats::{estimate::Finding, refusal::Refusal},
};
use serde::{Deserialize, Serialize};

kith_base::words! {
    /// For whom the sentences are.
    pub enum Reader {
        Worker = "worker" / "A link worker",
        Gp = "gp" / "A GP",
        Researcher = "researcher" / "A researcher",
    }
}

/// One sentence for each reader.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Said {
    worker: String,
    gp: String,
    researcher: String,
}

impl From<Sentences> for Said {
    fn from(said: Sentences) -> Self {
        Self {
            worker: said.link_worker,
            gp: said.gp,
            researcher: said.researcher,
        }
    }
}

impl Said {
    /// The same for everybody.
    #[must_use]
    pub fn everybody(words: &str) -> Self {
        Self {
            worker: words.to_owned(),
            gp: words.to_owned(),
            researcher: words.to_owned(),
        }
    }

    /// With a sentence more, for each.
    pub fn add(&mut self, words: &str) {
        for said in [&mut self.worker, &mut self.gp, &mut self.researcher] {
            said.push(' ');
            said.push_str(words);
        }
    }

    /// What one reader is told.
    #[must_use]
    pub fn to(&self, reader: Reader) -> &str {
        match reader {
            Reader::Worker => &self.worker,
            Reader::Gp => &self.gp,
            Reader::Researcher => &self.researcher,
        }
    }
}

/// Why something is not concluded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Why {
    /// The rule, such as `R3`.
    pub code: String,
    /// In words.
    pub why: String,
    /// What would be needed; none when nothing can be done about it.
    pub needed: Option<String>,
}

impl From<&Refusal> for Why {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code().to_owned(),
            why: refusal.to_string(),
            needed: needed::for_an_answer(refusal),
        }
    }
}

/// Numbers in rows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Numbers {
    /// What they are.
    pub caption: String,
    /// The columns.
    pub head: Vec<String>,
    /// The rows, the first cell naming each.
    pub rows: Vec<Vec<String>>,
}

impl Numbers {
    /// A table without rows yet.
    #[must_use]
    pub fn new(caption: &str, head: &[&str]) -> Self {
        Self {
            caption: caption.to_owned(),
            head: head.iter().map(|&word| word.to_owned()).collect(),
            rows: Vec::new(),
        }
    }
}

/// A picture for a wide and for a narrow window, and its numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drawn {
    wide: String,
    narrow: String,
    numbers: Numbers,
}

impl Drawn {
    /// Draws it twice; `id` is unique on the page.
    #[must_use]
    pub fn new(id: &str, title: &str, draw: impl Fn(&Frame) -> Picture) -> Self {
        let wide = draw(&Frame::new(id, title, Size::Wide));
        let narrow = draw(&Frame::new(&format!("{id}-narrow"), title, Size::Narrow));
        Self {
            wide: wide.svg,
            narrow: narrow.svg,
            numbers: Numbers {
                caption: wide.table.caption,
                head: wide.table.head,
                rows: wide.table.rows,
            },
        }
    }

    /// Its numbers.
    #[must_use]
    pub const fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// With other numbers than the picture's own table.
    #[must_use]
    pub fn with_numbers(self, numbers: Numbers) -> Self {
        Self { numbers, ..self }
    }
}

/// How a result was made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Made {
    /// What was counted, in words.
    pub counted: Vec<String>,
    /// How many it rests on, rounded, with the unit.
    pub rests_on: Option<String>,
    /// How many should have been there and were not.
    pub missing: Option<String>,
    /// The method, exactly.
    pub method: Option<String>,
    /// What must be true for it to mean what it seems to.
    pub assumptions: Vec<String>,
    /// What is left of it when all exploratory figures are judged together.
    #[serde(default)]
    pub together: Option<String>,
}

/// An analysis, and the p it is judged by beside the others when it is
/// exploratory and concludes.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// What is shown.
    pub shown: Shown,
    /// Its p.
    pub p: Option<f64>,
}

impl From<Shown> for Part {
    fn from(shown: Shown) -> Self {
        Self { shown, p: None }
    }
}

/// An analysis as it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// Its heading.
    pub title: String,
    /// What it says.
    pub said: Said,
    /// Why nothing is concluded, or what to keep in mind.
    pub why: Vec<Why>,
    /// Its pictures.
    pub pictures: Vec<Drawn>,
    /// Tables that belong to no picture.
    pub tables: Vec<Numbers>,
    /// How it was made.
    pub made: Made,
}

impl Shown {
    /// A refusal: nothing could be computed, or nothing may be shown.
    #[must_use]
    pub fn refused(title: &str, refusal: &Refusal) -> Self {
        Self {
            title: title.to_owned(),
            said: of_refusal(refusal).into(),
            why: vec![refusal.into()],
            pictures: Vec::new(),
            tables: Vec::new(),
            made: Made::default(),
        }
    }

    /// A result: `rests_on` is its n in words, as it may be shown.
    #[must_use]
    pub fn found<T>(title: &str, finding: &Finding<T>, said: Sentences, rests_on: String) -> Self {
        Self {
            title: title.to_owned(),
            said: said.into(),
            why: finding.refusals.iter().map(Why::from).collect(),
            pictures: Vec::new(),
            tables: Vec::new(),
            made: Made {
                counted: Vec::new(),
                rests_on: Some(rests_on),
                missing: None,
                method: Some(finding.method.clone()),
                assumptions: finding.assumptions.iter().map(|&a| a.to_owned()).collect(),
                together: None,
            },
        }
    }

    /// Nothing was brought in that it could be made of.
    #[must_use]
    pub fn nothing(title: &str, why: &str, needed: &str) -> Self {
        let why = Why {
            code: "data".to_owned(),
            why: why.to_owned(),
            needed: Some(needed.to_owned()),
        };
        Self {
            title: title.to_owned(),
            said: Said::everybody(&why.why),
            why: vec![why],
            pictures: Vec::new(),
            tables: Vec::new(),
            made: Made::default(),
        }
    }

    /// Figures that describe and are asked no question.
    #[must_use]
    pub fn described(title: &str, said: Said, rests_on: String) -> Self {
        Self {
            title: title.to_owned(),
            said,
            why: Vec::new(),
            pictures: Vec::new(),
            tables: Vec::new(),
            made: Made {
                rests_on: Some(rests_on),
                ..Made::default()
            },
        }
    }

    /// With what was counted, in words.
    #[must_use]
    pub fn counting(mut self, words: &[&str]) -> Self {
        self.made.counted = words.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// With what is missing, in words.
    #[must_use]
    pub fn missing(mut self, words: String) -> Self {
        self.made.missing = Some(words);
        self
    }

    /// With a picture.
    #[must_use]
    pub fn with(mut self, picture: Drawn) -> Self {
        self.pictures.push(picture);
        self
    }
}

/// A number of people as it may be shown: rounded to the nearest 5.
#[must_use]
pub fn people(count: u64) -> String {
    use kith_effect::stats::disclosure::{Shown as Given, shown};
    match shown(count) {
        Given::Count(0) => "nobody".to_owned(),
        Given::Count(about) => format!("about {about} people"),
        Given::Hidden => "fewer than 8 people".to_owned(),
    }
}

/// What the address of a page of figures asks for.
#[derive(Deserialize, Default)]
pub struct Asked {
    reader: Option<String>,
}

impl Asked {
    /// For whom: as asked, or the reader an account's role is nearest to.
    #[must_use]
    pub fn reader(&self, actor: &Actor) -> Reader {
        let own = match actor.role {
            Role::Practice => Reader::Gp,
            _ => Reader::Worker,
        };
        self.reader
            .as_ref()
            .and_then(|code| code.parse().ok())
            .unwrap_or(own)
    }
}
