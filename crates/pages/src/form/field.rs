//! A field: its name, its kind with what was typed, and what is wrong with it.

use super::{Dressing, Posted, Wrong};
use crate::html::Html;

/// How a sort of field keeps what was typed, reads it, and shows itself.
pub trait FieldKind {
    /// What it becomes in the command.
    type Value;

    /// Keeps what was posted under its name, as typed.
    fn keep(&mut self, name: &str, posted: &Posted);

    /// Whether nothing was entered.
    fn is_blank(&self) -> bool;

    /// What was entered, or what is wrong with it.
    ///
    /// # Errors
    /// With the message for the user.
    fn read(&self) -> Result<Self::Value, Wrong>;

    /// Enters a value, as if it had been typed.
    fn fill(&mut self, value: &Self::Value);

    /// The field on a page.
    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html;

    /// The field on a form that is filled in with a pen; nothing for what has
    /// no place on paper.
    fn on_paper(&self) -> Html {
        Html::default()
    }

    /// The id a message at the top links to; none where nothing can be seen.
    fn anchor(&self, name: &str, _wrong: &Wrong) -> Option<String> {
        Some(name.to_owned())
    }

    /// The words around it.
    fn dressing(&mut self) -> &mut Dressing;
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Field<K> {
    name: &'static str,
    wrong: Option<Wrong>,
    /// Its kind, with its words and what was typed.
    pub kind: K,
}

impl<K: FieldKind> Field<K> {
    /// A field with nothing in it.
    pub fn new(name: &'static str, kind: K) -> Self {
        let wrong = None;
        Self { name, wrong, kind }
    }

    /// Its name, which is its id too.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Keeps what was posted, as typed.
    pub fn keep(&mut self, posted: &Posted) {
        self.kind.keep(self.name, posted);
    }

    /// Reads what was typed; keeps the message when it is wrong.
    pub fn read(&mut self) -> Option<K::Value> {
        match self.kind.read() {
            Ok(value) => {
                self.wrong = None;
                Some(value)
            }
            Err(wrong) => {
                self.wrong = Some(wrong);
                None
            }
        }
    }

    /// Enters a value.
    pub fn fill(&mut self, value: &K::Value) {
        self.kind.fill(value);
    }

    /// Says what is wrong: a rule across fields, or one only the database
    /// knows. The first message stays.
    pub fn add_error(&mut self, wrong: impl Into<Wrong>) {
        self.wrong.get_or_insert(wrong.into());
    }

    /// What is wrong, if anything.
    #[must_use]
    pub const fn wrong(&self) -> Option<&Wrong> {
        self.wrong.as_ref()
    }

    /// The message and where it leads, for the summary.
    #[must_use]
    pub fn summary(&self) -> Option<(String, Option<String>)> {
        let wrong = self.wrong.as_ref()?;
        Some((wrong.says.clone(), self.kind.anchor(self.name, wrong)))
    }

    /// The field on a page.
    pub fn show(&self) -> Html {
        self.kind.show(self.name, self.wrong.as_ref())
    }

    /// The field on a form that is filled in with a pen.
    pub fn on_paper(&self) -> Html {
        self.kind.on_paper()
    }
}

/// A field that may be left empty. Its label says "(optional)".
#[derive(Clone, Debug)]
pub struct Maybe<K>(K);

impl<K: FieldKind> From<K> for Maybe<K> {
    fn from(mut kind: K) -> Self {
        kind.dressing().optional = true;
        Self(kind)
    }
}

impl<K> Maybe<K> {
    /// The kind inside, to offer choices to.
    pub const fn inner(&mut self) -> &mut K {
        &mut self.0
    }
}

impl<K: FieldKind> FieldKind for Maybe<K> {
    type Value = Option<K::Value>;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.0.keep(name, posted);
    }

    fn is_blank(&self) -> bool {
        self.0.is_blank()
    }

    fn read(&self) -> Result<Self::Value, Wrong> {
        if self.0.is_blank() {
            return Ok(None);
        }
        self.0.read().map(Some)
    }

    fn fill(&mut self, value: &Self::Value) {
        if let Some(value) = value {
            self.0.fill(value);
        }
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        self.0.show(name, wrong)
    }

    fn on_paper(&self) -> Html {
        self.0.on_paper()
    }

    fn anchor(&self, name: &str, wrong: &Wrong) -> Option<String> {
        self.0.anchor(name, wrong)
    }

    fn dressing(&mut self) -> &mut Dressing {
        self.0.dressing()
    }
}
