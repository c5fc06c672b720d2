//! Fields of choices: one of a few (radios), one of many (a list that opens),
//! any of a few (checkboxes). What is posted is looked up among what was
//! offered: nothing else can come out.

use std::borrow::Cow;

use super::dressing::{dressed, problem};
use super::paper::{Room, on_paper};
use super::{Dressing, FieldKind, Posted, Wrong};
use crate::components::{CheckboxItem, Checkboxes, RadioItem, Radios, Select, SelectItem};
use crate::html::Html;

/// A plain enum a form can offer.
pub trait Choice: Copy + PartialEq + 'static {
    /// Everything there is to choose, in the order shown.
    const ALL: &'static [Self];

    /// The code that is posted and stored; never changed once used.
    fn code(self) -> &'static str;

    /// The words shown.
    fn words(self) -> &'static str;

    /// Help below the words; none when empty.
    fn hint(self) -> &'static str {
        ""
    }
}

/// Every closed set of words can be offered as it is.
impl<W: kith_base::Word> Choice for W {
    const ALL: &'static [Self] = <W as kith_base::Word>::ALL;
    fn code(self) -> &'static str {
        kith_base::Word::code(self)
    }
    fn words(self) -> &'static str {
        self.label()
    }
}

/// One thing offered. A closed set's words are not copied: a form is made for
/// each post.
#[derive(Clone, Debug)]
struct Offer<T> {
    value: T,
    code: Cow<'static, str>,
    words: Cow<'static, str>,
    hint: &'static str,
    /// A piece shown while it is chosen.
    reveals: Html,
}

/// What the three kinds have in common.
#[derive(Clone, Debug)]
struct Offers<T> {
    all: Vec<Offer<T>>,
    chosen: Vec<String>,
}

impl<T> Offers<T> {
    const fn none() -> Self {
        Self {
            all: Vec::new(),
            chosen: Vec::new(),
        }
    }

    fn add(&mut self, value: T, code: Cow<'static, str>, words: Cow<'static, str>) {
        self.all.push(Offer {
            value,
            code,
            words,
            hint: "",
            reveals: Html::default(),
        });
    }

    fn found(&self, code: &str) -> Option<&Offer<T>> {
        self.all.iter().find(|offer| offer.code == code)
    }

    fn one(&self) -> Option<&T> {
        let code = self.chosen.first()?;
        self.found(code).map(|offer| &offer.value)
    }

    fn words(&self) -> Vec<String> {
        self.all
            .iter()
            .map(|offer| offer.words.to_string())
            .collect()
    }

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.chosen = posted
            .all(name)
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .collect();
    }
}

impl<T: PartialEq> Offers<T> {
    fn code_of(&self, value: &T) -> Option<String> {
        let offer = self.all.iter().find(|offer| offer.value == *value)?;
        Some(offer.code.clone().into_owned())
    }
}

impl<T: Choice> Offers<T> {
    fn every() -> Self {
        let mut offers = Self::none();
        for value in T::ALL {
            offers.add(*value, value.code().into(), value.words().into());
            if let Some(last) = offers.all.last_mut() {
                last.hint = value.hint();
            }
        }
        offers
    }
}

/// Gives a kind its ways of offering.
macro_rules! offering {
    ($name:ident) => {
        dressed!(<T> $name<T>);

        impl<T> $name<T> {
            /// Offers nothing yet: see `offer`.
            pub fn empty(label: impl Into<String>) -> Self {
                Self::with(label, Offers::none())
            }

            /// Offers one thing more: its value, the code posted for it, and
            /// its words.
            pub fn offer(
                &mut self,
                value: T,
                code: impl Into<String>,
                words: impl Into<String>,
            ) {
                self.offers.add(value, Cow::Owned(code.into()), Cow::Owned(words.into()));
            }

        }

        impl<T: PartialEq> $name<T> {
            /// Shows a piece while this value is chosen: the field that only
            /// then needs an answer. Without scripts it always shows.
            pub fn reveal(&mut self, value: &T, piece: impl Into<Html>) {
                let piece = piece.into();
                for offer in &mut self.offers.all {
                    if offer.value == *value {
                        offer.reveals = piece.clone();
                    }
                }
            }
        }

        impl<T: Choice> $name<T> {
            /// Offers everything the enum has.
            pub fn new(label: impl Into<String>) -> Self {
                Self::with(label, Offers::every())
            }
        }

        impl<T: Choice> From<&str> for $name<T> {
            fn from(label: &str) -> Self {
                Self::new(label)
            }
        }
    };
}

/// One of a few, as radios.
#[derive(Clone, Debug)]
pub struct One<T> {
    dressing: Dressing,
    offers: Offers<T>,
    inline: bool,
    small: bool,
}
offering!(One);

impl<T> One<T> {
    fn with(label: impl Into<String>, offers: Offers<T>) -> Self {
        Self {
            dressing: Dressing::new(label),
            offers,
            inline: false,
            small: false,
        }
    }

    /// Beside each other: for few short choices.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// Smaller, for compact pages.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }
}

impl<T: Clone + PartialEq> FieldKind for One<T> {
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.offers.keep(name, posted);
    }

    fn is_blank(&self) -> bool {
        self.offers.chosen.is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        let chosen = self.offers.one().cloned();
        chosen.ok_or_else(|| self.dressing.missing("Select"))
    }

    fn fill(&mut self, value: &T) {
        self.offers.chosen = self.offers.code_of(value).into_iter().collect();
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let items: Vec<RadioItem> = self
            .offers
            .all
            .iter()
            .map(|offer| {
                let mut item = RadioItem::new(&*offer.code, &*offer.words);
                item.hint = (!offer.hint.is_empty()).then(|| Html::from(offer.hint));
                item.conditional = Some(offer.reveals.clone()).filter(|piece| !piece.is_empty());
                item
            })
            .collect();
        let mut radios = Radios::new(name, items)
            .legend(self.dressing.wording())
            .inline(self.inline)
            .small(self.small);
        radios.value = self.offers.chosen.first().cloned();
        radios.hint = self.dressing.hint.clone();
        radios.error_message = problem(wrong);
        radios.into()
    }

    fn on_paper(&self) -> Html {
        on_paper(&self.dressing, Room::Boxes(self.offers.words()))
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}

/// One of many, as a list that opens. Nothing is chosen beforehand.
#[derive(Clone, Debug)]
pub struct Pick<T> {
    dressing: Dressing,
    offers: Offers<T>,
}
offering!(Pick);

impl<T> Pick<T> {
    fn with(label: impl Into<String>, offers: Offers<T>) -> Self {
        let dressing = Dressing::new(label);
        Self { dressing, offers }
    }
}

impl<T: Clone + PartialEq> FieldKind for Pick<T> {
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.offers.keep(name, posted);
    }

    fn is_blank(&self) -> bool {
        self.offers.chosen.is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        let chosen = self.offers.one().cloned();
        chosen.ok_or_else(|| self.dressing.missing("Select"))
    }

    fn fill(&mut self, value: &T) {
        self.offers.chosen = self.offers.code_of(value).into_iter().collect();
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let first = SelectItem::new("", "Choose one");
        let items: Vec<SelectItem> = std::iter::once(first)
            .chain(
                self.offers
                    .all
                    .iter()
                    .map(|offer| SelectItem::new(&*offer.code, &*offer.words)),
            )
            .collect();
        let mut select = Select::new(name, self.dressing.wording(), items);
        select.value = self.offers.chosen.first().cloned();
        select.hint = self.dressing.hint.clone();
        select.error_message = problem(wrong);
        select.into()
    }

    fn on_paper(&self) -> Html {
        // A long list is written, not ticked.
        on_paper(&self.dressing, Room::Lines(1))
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}

/// Any of a few, as checkboxes. At least one must be ticked, unless it is
/// `Maybe`; the values come out in the order offered.
#[derive(Clone, Debug)]
pub struct Many<T> {
    dressing: Dressing,
    offers: Offers<T>,
    small: bool,
}
offering!(Many);

impl<T> Many<T> {
    fn with(label: impl Into<String>, offers: Offers<T>) -> Self {
        Self {
            dressing: Dressing::new(label).with_hint("Select all that apply"),
            offers,
            small: false,
        }
    }

    /// Smaller, for compact pages.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }
}

impl<T: Clone + PartialEq> FieldKind for Many<T> {
    type Value = Vec<T>;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.offers.keep(name, posted);
    }

    fn is_blank(&self) -> bool {
        self.offers.chosen.is_empty()
    }

    fn read(&self) -> Result<Vec<T>, Wrong> {
        let chosen = &self.offers.chosen;
        if chosen.is_empty() || chosen.iter().any(|code| self.offers.found(code).is_none()) {
            return Err(self.dressing.missing("Select"));
        }
        let ticked = |offer: &&Offer<T>| chosen.iter().any(|code| *code == offer.code);
        let all = self.offers.all.iter().filter(ticked);
        Ok(all.map(|offer| offer.value.clone()).collect())
    }

    fn fill(&mut self, value: &Vec<T>) {
        let codes = value.iter().filter_map(|value| self.offers.code_of(value));
        self.offers.chosen = codes.collect();
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let items: Vec<CheckboxItem> = self
            .offers
            .all
            .iter()
            .map(|offer| {
                let mut item = CheckboxItem::new(&*offer.code, &*offer.words);
                item.hint = (!offer.hint.is_empty()).then(|| Html::from(offer.hint));
                item.conditional = Some(offer.reveals.clone()).filter(|piece| !piece.is_empty());
                item
            })
            .collect();
        let mut boxes = Checkboxes::new(name, items)
            .legend(self.dressing.wording())
            .values(self.offers.chosen.clone())
            .small(self.small);
        boxes.hint = self.dressing.hint.clone();
        boxes.error_message = problem(wrong);
        boxes.into()
    }

    fn on_paper(&self) -> Html {
        on_paper(&self.dressing, Room::Boxes(self.offers.words()))
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}
