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

/// The same in a row of a list, folded until it is wanted: how, day and time
/// beside each other.
#[must_use]
pub fn in_a_row(action: String, token: &FormToken, version: i64, today: Day, on: Day) -> Html {
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
    let form = el("form")
        .attr("method", "post")
        .attr("action", action)
        .attr("novalidate", true)
        .child(token.fields())
        .child(hidden_field("version", &version.to_string()))
        .child(label("How", ways))
        .child(label("Day", day))
        .child(label("Time", input("next_time", "time")))
        .child(Button::secondary("Book this").small(true));
    let words = el("summary").child("Book");
    el("details")
        .class("kith-row-form")
        .child(words)
        .child(form)
        .into()
}
