//! What comes next, posted: from the page of its own, or from a row of a list.

use jiff::civil;
use kith_base::{Day, Line, Refusal, Word};
use kith_pages::{
    Html,
    components::Button,
    el,
    form::{Date, FormToken, Hidden, Maybe, One, Text, Time, hidden_field},
    html::Element,
};

use crate::{
    meeting::{Meeting, Way, step_of},
    referral::Next,
};

/// The name of a button that moves the step to the day of its value.
pub const LATER: &str = "later";

/// The next step as its fields come out.
#[derive(Clone, Debug)]
pub struct SetNext {
    /// The version the page showed.
    pub version: i64,
    /// What.
    pub step: Option<Line>,
    /// By when.
    pub next_on: Day,
    /// How they will meet.
    pub next_way: Option<Way>,
    /// At what time.
    pub next_time: Option<civil::Time>,
    /// Where.
    pub next_place: Option<Line>,
}

kith_pages::form! {
    /// What comes next, and when.
    pub NextForm => SetNext {
        version: Hidden<i64> = "The version of the referral",
        step: Maybe<Text<Line>> = Text::new("What comes next?").called("what comes next")
            .hint("Leave it empty when how you will meet says it all"),
        next_on: Date = "Date of the next step",
        next_way: Maybe<One<Way>> = One::new("How will you meet?").called("how you will meet").small()
            .hint("Leave it when the next step is no meeting"),
        next_time: Maybe<Time> = Time::new("Time").hint("For example, 9am or 14:30"),
        next_place: Maybe<Text<Line>> = Text::new("Place")
            .hint("Leave it empty at their home or on the telephone: the record knows"),
    }
}

impl NextForm {
    /// The form with what is planned now.
    #[must_use]
    pub fn of(version: i64, next: Option<&Next>) -> Self {
        let mut form = Self::blank();
        form.version.fill(&version);
        if let Some(Next::Planned { step, on, meeting }) = next {
            form.step.fill(&Some(step.clone()));
            form.next_on.fill(on);
            if let Some(meeting) = meeting {
                form.next_way.fill(&Some(meeting.way));
                form.next_time.fill(&meeting.at.map(|at| at.time()));
                form.next_place.fill(&meeting.place);
            }
        }
        form
    }
}

impl SetNext {
    /// What is planned.
    ///
    /// # Errors
    /// By field: nothing is named, or a time has no way to meet.
    pub fn next(&self) -> Result<Next, Refusal> {
        let meeting = Meeting::asked(self.next_way, self.next_time, self.next_place.clone())?;
        let by_way = || self.next_way.and_then(step_of);
        let step = self
            .step
            .clone()
            .or_else(by_way)
            .ok_or_else(|| Refusal::field("step", "Enter what comes next"))?;
        Ok(Next::Planned {
            step,
            on: self.next_on,
            meeting,
        })
    }
}

/// What comes next, set in a row of a list: one form a row. Fields of a form
/// cost a page much, and a list has many rows.
pub struct InARow<'a> {
    /// Where it is posted.
    pub action: String,
    /// The page's token.
    pub token: FormToken,
    /// The version the row shows.
    pub version: i64,
    /// Days that one press moves the step to, in words.
    pub later: &'a [(Day, &'static str)],
    /// Today, and the day offered first, where a meeting can be booked.
    pub book: Option<(Day, Day)>,
}

impl From<InARow<'_>> for Html {
    fn from(row: InARow<'_>) -> Self {
        let later = row.later.iter().map(|(on, words)| {
            let button = Button::secondary(*words).small(true);
            button.name(LATER).value(on.to_string())
        });
        // Enter in a box presses the first button: it books.
        el("form")
            .class("kith-row-form")
            .attr("method", "post")
            .attr("action", row.action)
            .attr("novalidate", true)
            .child(row.token.fields())
            .child(hidden_field("version", &row.version.to_string()))
            .children(row.book.map(|(today, on)| book(today, on)))
            .children(later)
            .into()
    }
}

/// How, day and time beside each other, folded until they are wanted.
fn book(today: Day, on: Day) -> Html {
    let label = |words: &str, control: Element| el("label").child(words).child(" ").child(control);
    let input = |name: &str, kind: &str| {
        el("input")
            .class("nhsuk-input kith-narrow")
            .attr("type", kind)
            .attr("name", name)
    };
    let ways = Way::ALL
        .iter()
        .map(|way| el("option").attr("value", way.code()).child(way.label()));
    let ways = el("select")
        .class("nhsuk-select")
        .attr("name", "next_way")
        .children(ways);
    let day = input("next_on", "date")
        .attr("value", on.to_string())
        .attr("min", today.to_string());
    let fields = el("div")
        .child(label("How", ways))
        .child(label("Day", day))
        .child(label("Time", input("next_time", "time")))
        .child(Button::secondary("Book this").small(true));
    el("details")
        .child(el("summary").child("Book"))
        .child(fields)
        .into()
}
