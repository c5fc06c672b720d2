//! A contact: the link worker met the person, or tried to. One note gives the
//! case record, the practice's line, the code and the figures, so it is
//! written once. Holding (containing distress, waiting with somebody; no goal,
//! no onward referral) is a purpose like any other and says which of its four
//! functions it served. What a contact changes is decided in `rules`.

pub mod rules;
#[cfg(test)]
mod rules_tests;
pub mod store;
pub mod actions;
pub mod kept;
pub mod earlier;
pub mod promises;
pub mod form;
mod one;
pub mod pages;

use kith_base::{Line, Story, Ts, words};

use crate::referral::Next;

pub use crate::Contact;

words! {
    /// How somebody was met.
    pub enum Mode {
        FaceToFace = "face_to_face" / "Face to face",
        Phone = "phone" / "Telephone",
        Video = "video" / "Video",
        Text = "text" / "Text message",
        Home = "home" / "Home visit",
        Together = "together" / "Went with them",
        Letter = "letter" / "Letter",
    }
}

words! {
    /// What a contact was for.
    pub enum Purpose {
        Assess = "assess" / "Find out what matters",
        Plan = "plan" / "Plan",
        Connect = "connect" / "Connect to a service",
        Holding = "holding" / "Holding",
        FollowUp = "follow_up" / "Follow up",
        Close = "close" / "Close",
    }
}

words! {
    /// The four functions of holding that link workers and patients described
    /// in the realist evaluation of link workers in primary care.
    pub enum Holding {
        Waiting = "waiting" / "While waiting for a service",
        Preparing = "preparing" / "While preparing for change",
        EasingLoad = "easing_load" / "Easing the load on practice staff",
        Witness = "witness" / "Bearing witness to distress",
    }
}

words! {
    /// Whether the person was met.
    pub enum Attended {
        Yes = "yes" / "Yes",
        DidNotAttend = "did_not_attend" / "Did not attend",
        NoAnswer = "no_answer" / "No answer",
        Cancelled = "cancelled" / "Cancelled",
    }
}

words! {
    /// What the person said to link working.
    pub enum Answer {
        Yes = "yes" / "Yes",
        NotYet = "not_yet" / "Not yet",
        No = "no" / "No",
    }
}

words! {
    /// How much a contact weighed on the worker: seen by them alone.
    pub enum Weight {
        One = "1" / "1: light",
        Two = "2" / "2",
        Three = "3" / "3",
        Four = "4" / "4",
        Five = "5" / "5: heavy",
    }
}

/// What a contact note says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// When it was.
    pub at: Ts,
    /// How they met.
    pub mode: Mode,
    /// How long, in minutes.
    pub minutes: u16,
    /// What it was for.
    pub purpose: Purpose,
    /// Which function, when it was holding.
    pub holding: Option<Holding>,
    /// How much it weighed on the worker.
    pub weight: Option<Weight>,
    /// Whether they met.
    pub attended: Attended,
    /// Why they did not.
    pub why_not: Option<Line>,
    /// The note.
    pub note: Option<Story>,
    /// The service the person was connected to.
    pub connected_to: Option<Line>,
    /// The line for the practice.
    pub practice_line: Option<Line>,
    /// Whether the person may read it.
    pub shared: bool,
    /// Whether only named people may read it.
    pub restricted: bool,
}

/// Something somebody will do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promised {
    /// What.
    pub what: Line,
    /// Who.
    pub who: crate::task::Who,
    /// By when.
    pub due: kith_base::Day,
}

/// A contact with what follows from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The note.
    pub note: Note,
    /// What the person said to link working, when they were asked.
    pub answer: Option<Answer>,
    /// What matters to them now, when it changed.
    pub matters: Option<Story>,
    /// Who does what by when.
    pub actions: Vec<Promised>,
    /// The next step; none leaves the case "nothing planned".
    pub next: Option<Next>,
}
