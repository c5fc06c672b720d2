//! The form of a contact note: posted text to what was written, and a kept
//! note back to the form for putting it right. Fields stand in the order of
//! the talk: when and how, what it was for, what was said, what follows.

use kith_base::{Day, Id, Line, Refusal, Story, Ts, words};
use kith_pages::{
    form,
    form::{Date, Long, Many, Maybe, Number, One, Posted, Text, Time},
};

use super::{
    Answer, Attended, Holding, Mode, Note, Promised, Purpose, Weight, Written, promises::Promises,
    rules::LONGEST,
};
use crate::{
    meeting::{Meeting, Way, step_of},
    referral::{Next, Promise},
    task::{Task, store::Listed},
};

words! {
    /// When the next step is to be: the usual distances, or a date.
    pub enum Soon {
        Week = "week" / "In a week",
        Fortnight = "fortnight" / "In two weeks",
        Month = "month" / "In a month",
        OnDate = "date" / "On a date",
    }
}

words! {
    /// Who may read a note.
    pub enum Reader {
        Shared = "shared" / "The person may read it",
        Restricted = "restricted" / "Restricted: only I read the words, others see that there was a contact",
    }
}

words! {
    /// Whether what to be careful of has changed.
    pub enum RiskNow {
        Changed = "changed" / "Yes, it is different now",
        Gone = "gone" / "There is nothing to be careful of any more",
    }
}

/// The form as its fields come out.
#[expect(missing_docs, reason = "each is told by its label below")]
pub struct Fields {
    pub at_on: Day,
    pub at_time: jiff::civil::Time,
    pub mode: Mode,
    pub minutes: u16,
    pub purpose: Purpose,
    pub holding: Option<Holding>,
    pub connected_to: Option<Line>,
    pub attended: Attended,
    pub why_not: Option<Line>,
    pub answer: Option<Answer>,
    pub note: Option<Story>,
    pub matters: Option<Story>,
    pub risk: Option<RiskNow>,
    pub risk_words: Option<Line>,
    pub ticked: Option<Vec<Id<Task>>>,
    pub actions: Vec<Promised>,
    pub next_step: Option<Line>,
    pub next_in: Option<Soon>,
    pub next_on: Option<Day>,
    pub next_way: Option<Way>,
    pub next_time: Option<jiff::civil::Time>,
    pub next_place: Option<Line>,
    pub practice_line: Option<Line>,
    pub readers: Option<Vec<Reader>>,
    pub weight: Option<Weight>,
}

form! {
    /// A contact note and what follows from it.
    pub ContactForm => Fields {
        at_on: Date = Date::new("Date of contact"),
        at_time: Time = Time::new("Time it began").hint("For example, 9am or 14:30"),
        mode: One<Mode> = One::new("How did you meet?").called("how you met").small().inline(),
        minutes: Number<u16> = Number::new("How long", 0, LONGEST).unit("minutes"),
        purpose: One<Purpose> = One::new("What was it for?").called("what it was for").small(),
        holding: Maybe<One<Holding>> = One::new("What was the holding for?").small()
            .called("what the holding was for"),
        connected_to: Maybe<Text<Line>> = Text::new("Connected to")
            .hint("The service, group or person"),
        attended: One<Attended> = One::new("Did you meet?").called("whether you met").small().inline(),
        why_not: Maybe<Text<Line>> = Text::new("If you did not meet, why"),
        answer: Maybe<One<Answer>> = One::new("Does the person want to work with you?").small().inline()
            .called("the person's answer")
            .hint("Only when you asked them. \"Not yet\" is an answer"),
        note: Maybe<Long<Story>> = Long::new("Note").rows(8),
        matters: Maybe<Long<Story>> = Long::new("What matters to them now").rows(4)
            .hint("In their own words. Leave it empty when it has not changed"),
        risk: Maybe<One<RiskNow>> = One::new("Has the risk changed?").small().called("whether the risk has changed")
            .hint("Leave it when nothing has changed"),
        risk_words: Maybe<Text<Line>> = Text::new("What a colleague must know before they meet or visit"),
        ticked: Maybe<Many<Id<Task>>> = Many::empty("Done since last time").small(),
        actions: Promises = "actions",
        next_step: Maybe<Text<Line>> = Text::new("Next step"),
        next_in: Maybe<One<Soon>> = One::new("When").small().called("when the next step is"),
        next_on: Maybe<Date> = Date::new("Date of the next step"),
        next_way: Maybe<One<Way>> = One::new("How will you meet next?").called("how you will meet next")
            .small().inline().hint("Leave it when the next step is no meeting"),
        next_time: Maybe<Time> = Time::new("Time of the next meeting").hint("For example, 9am or 14:30"),
        next_place: Maybe<Text<Line>> = Text::new("Place of the next meeting"),
        practice_line: Maybe<Text<Line>> = Text::new("A line for the practice")
            .hint("Sent as it stands. The practice is told of the first meeting and of a connection without it"),
        readers: Maybe<Many<Reader>> = Many::new("Who may read this note").small(),
        weight: Maybe<One<Weight>> = One::new("How heavy was it for you?").small().inline()
            .hint("Seen by you alone"),
    }
}

impl ContactForm {
    /// The form for a new note: it began now, the person may read it.
    #[must_use]
    pub fn new_note(now: Ts, tasks: &[Listed]) -> Self {
        let mut form = Self::offering(now, tasks);
        form.at_on.fill(&now.day());
        form.at_time.fill(&now.london().time());
        form.readers.fill(&Some(vec![Reader::Shared]));
        form.attended.fill(&Attended::Yes);
        form
    }

    /// The form with nothing filled in and its limits set.
    #[must_use]
    pub fn offering(now: Ts, tasks: &[Listed]) -> Self {
        let mut form = Self::blank();
        let today = now.day();
        form.at_on.kind.today_or_past(today);
        form.next_on.kind.inner().today_or_future(today);
        form.actions.kind.from_today(today);
        for task in tasks.iter().filter(|task| task.done_at.is_none()) {
            form.ticked
                .kind
                .inner()
                .offer(task.id, task.id.to_string(), task.what.as_str());
        }
        form
    }

    /// The form with a kept note in it, to be put right.
    #[must_use]
    pub fn of_note(now: Ts, note: &Note) -> Self {
        let mut form = Self::offering(now, &[]);
        let local = note.at.london();
        form.at_on.fill(&note.at.day());
        form.at_time.fill(&local.time());
        form.mode.fill(&note.mode);
        form.minutes.fill(&note.minutes);
        form.purpose.fill(&note.purpose);
        form.holding.fill(&note.holding);
        form.connected_to.fill(&note.connected_to);
        form.attended.fill(&note.attended);
        form.why_not.fill(&note.why_not);
        form.note.fill(&note.note);
        form.practice_line.fill(&note.practice_line);
        let readers = [
            (note.shared, Reader::Shared),
            (note.restricted, Reader::Restricted),
        ];
        form.readers.fill(&Some(
            readers
                .into_iter()
                .filter_map(|(holds, reader)| holds.then_some(reader))
                .collect(),
        ));
        form.weight.fill(&note.weight);
        form
    }

    /// Shows the fields that only some answers need under those answers.
    pub fn fold(&mut self) {
        let (holding, connected) = (self.holding(), self.connected_to());
        self.purpose.kind.reveal(&Purpose::Holding, holding);
        self.purpose.kind.reveal(&Purpose::Connect, connected);
        let risk = self.risk_words();
        self.risk.kind.inner().reveal(&RiskNow::Changed, risk);
        let date = self.next_on();
        self.next_in.kind.inner().reveal(&Soon::OnDate, date);
    }
}

/// What was written, and which older actions are done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Read {
    /// The note and what follows.
    pub written: Written,
    /// Actions that are done.
    pub ticked: Vec<Id<Task>>,
    /// What there is to be careful of now, where that has changed; none
    /// inside: nothing any more.
    pub risk: Option<Option<Line>>,
}

/// Reads a posted form.
///
/// # Errors
/// The form again, with a message by each field that is wrong.
pub fn read(
    form: ContactForm,
    posted: &Posted,
    today: Day,
    promise: &Promise,
) -> Result<Read, Box<ContactForm>> {
    let kept = form.clone().kept(posted);
    let fields = form.check(posted).map_err(Box::new)?;
    let refused = |refusal: &Refusal| {
        let mut form = kept.clone();
        form.refuse(refusal);
        Box::new(form)
    };
    let next = next(&fields, today, promise).map_err(|refusal| refused(&refusal))?;
    let note = note(&fields).map_err(|refusal| refused(&refusal))?;
    let risk = risk(&fields).map_err(|refusal| refused(&refusal))?;
    let written = Written {
        note,
        answer: fields.answer,
        matters: fields.matters,
        actions: fields.actions,
        next,
    };
    Ok(Read {
        written,
        ticked: fields.ticked.unwrap_or_default(),
        risk,
    })
}

/// Words without an answer are an answer; an answer without words is not.
fn risk(fields: &Fields) -> Result<Option<Option<Line>>, Refusal> {
    match (fields.risk, fields.risk_words.clone()) {
        (None, None) => Ok(None),
        (Some(RiskNow::Gone), None) => Ok(Some(None)),
        (Some(RiskNow::Gone), Some(_)) => Err(Refusal::field(
            "risk",
            "Select that the risk is different now, or empty the words below it",
        )),
        (Some(RiskNow::Changed), None) => Err(Refusal::field(
            "risk_words",
            "Enter what a colleague must know",
        )),
        (_, words) => Ok(Some(words)),
    }
}

/// The note alone. A function of holding that was chosen before the purpose
/// was changed means nothing; words about a connection are never dropped.
fn note(fields: &Fields) -> Result<Note, Refusal> {
    if fields.connected_to.is_some() && fields.purpose != Purpose::Connect {
        return Err(
            Refusal::field("purpose", "You named what the person was connected to")
                .try_next("Select \"Connect to a service\", or empty that field"),
        );
    }
    let reads = |reader| {
        fields
            .readers
            .as_ref()
            .is_some_and(|readers| readers.contains(&reader))
    };
    Ok(Note {
        at: Ts::from_london(fields.at_on.date().to_datetime(fields.at_time)),
        mode: fields.mode,
        minutes: fields.minutes,
        purpose: fields.purpose,
        holding: fields
            .holding
            .filter(|_| fields.purpose == Purpose::Holding),
        weight: fields.weight,
        attended: fields.attended,
        why_not: fields.why_not.clone(),
        note: fields.note.clone(),
        connected_to: fields.connected_to.clone(),
        practice_line: fields.practice_line.clone(),
        shared: reads(Reader::Shared) && !reads(Reader::Restricted),
        restricted: reads(Reader::Restricted),
    })
}

fn next(fields: &Fields, today: Day, promise: &Promise) -> Result<Option<Next>, Refusal> {
    let ahead = |day: Day| promise.work.after(day, 0);
    let on = match (fields.next_in, fields.next_on) {
        (Some(Soon::Week), _) => Some(ahead(today.plus_days(7))),
        (Some(Soon::Fortnight), _) => Some(ahead(today.plus_days(14))),
        (Some(Soon::Month), _) => Some(ahead(today.plus_months(1))),
        (Some(Soon::OnDate), None) => {
            return Err(Refusal::field("next_on", "Enter the date of the next step"));
        }
        (Some(Soon::OnDate) | None, on) => on,
    };
    let meeting = Meeting::asked(fields.next_way, fields.next_time, fields.next_place.clone())?;
    let by_way = || fields.next_way.and_then(step_of);
    match (fields.next_step.clone().or_else(by_way), on) {
        (Some(_), None) => Err(Refusal::field("next_in", "Select when the next step is")),
        (Some(step), Some(on)) => Ok(Some(Next::Planned { step, on, meeting })),
        (None, Some(on)) => Ok(Some(Next::Review { on })),
        (None, None) => Ok(None),
    }
}

/// What to think of, by purpose: prompts beside the note, never in it.
#[must_use]
pub const fn prompts(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Assess => &[
            "What brought them here, in their words?",
            "What matters to them? What would a good day look like?",
            "Who is around them? What have they tried?",
            "What do they want, and what are they able to do now?",
        ],
        Purpose::Plan => &[
            "Which one thing comes first?",
            "Who does what, by when?",
            "What could get in the way?",
        ],
        Purpose::Connect => &[
            "What do they need to get through the door: a lift, a friend, you?",
            "What did they agree may be passed on?",
            "When will you ask how it went?",
        ],
        Purpose::Holding => &[
            "What are they carrying?",
            "What are you both waiting for, and since when?",
            "What do you need?",
        ],
        Purpose::FollowUp => &[
            "What has changed since last time?",
            "What did they do that they are proud of?",
            "What now?",
        ],
        Purpose::Close => &[
            "What changed, in their words?",
            "What will they go on with?",
            "How do they come back?",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Ts {
        "2026-11-20T14:00:30Z".parse().unwrap()
    }

    fn post(more: &[(&str, &str)]) -> Result<Read, Box<ContactForm>> {
        let mut pairs = vec![
            ("at_on-day", "20"),
            ("at_on-month", "11"),
            ("at_on-year", "2026"),
            ("at_time", "13:30"),
            ("mode", "phone"),
            ("minutes", "30"),
            ("purpose", "plan"),
            ("attended", "yes"),
            ("readers", "shared"),
        ];
        for (name, text) in more {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, text));
        }
        read(
            ContactForm::offering(now(), &[]),
            &Posted::from_pairs(pairs),
            now().day(),
            &Promise::default(),
        )
    }

    #[test]
    fn a_new_note_began_now_and_may_be_read_by_the_person() {
        let form = ContactForm::new_note(now(), &[]);
        let page = [form.at_on(), form.at_time(), form.readers()]
            .iter()
            .map(ToString::to_string)
            .collect::<String>();
        assert!(
            page.contains("value=\"20\"") && page.contains("value=\"14:00\""),
            "{page}"
        );
        assert!(page.contains("value=\"shared\" checked"), "{page}");
    }

    #[test]
    fn the_next_step_may_be_in_a_week_or_on_a_date() {
        let week = post(&[("next_step", "Ring"), ("next_in", "week")]).unwrap();
        assert_eq!(week.written.next.unwrap().on().to_string(), "2026-11-27");
        let none = post(&[("next_step", "Ring")]).unwrap_err();
        assert!(none.next_in.wrong().is_some());
        let dateless = post(&[("next_in", "date")]).unwrap_err();
        assert!(dateless.next_on.wrong().is_some());
        assert_eq!(post(&[]).unwrap().written.next, None);
    }

    #[test]
    fn the_next_step_may_be_a_meeting_that_names_itself() {
        let home = [
            ("next_in", "week"),
            ("next_way", "home"),
            ("next_time", "9am"),
        ];
        let next = post(&home).unwrap().written.next.unwrap();
        assert_eq!(next.told(), "Home visit, 27 November 2026 at 09:00");
        let how = post(&[
            ("next_step", "Ring"),
            ("next_in", "week"),
            ("next_time", "9am"),
        ]);
        assert!(how.unwrap_err().next_way.wrong().is_some());
    }

    #[test]
    fn what_holding_was_for_is_dropped_with_the_purpose_and_a_connection_never_is() {
        assert_eq!(
            post(&[("holding", "witness")])
                .unwrap()
                .written
                .note
                .holding,
            None
        );
        assert!(
            post(&[("connected_to", "Walking group")])
                .unwrap_err()
                .purpose
                .wrong()
                .is_some()
        );
    }

    #[test]
    fn a_changed_risk_needs_its_words_and_no_answer_changes_nothing() {
        assert_eq!(post(&[]).unwrap().risk, None);
        assert_eq!(post(&[("risk", "gone")]).unwrap().risk, Some(None));
        let wordless = post(&[("risk", "changed")]).unwrap_err();
        assert!(wordless.risk_words.wrong().is_some());
        let words = post(&[("risk", "changed"), ("risk_words", "The dog bites")]).unwrap();
        assert_eq!(words.risk.flatten().as_deref(), Some("The dog bites"));
    }

    #[test]
    fn a_restricted_note_is_never_shared() {
        let mut pairs = vec![("readers", "restricted")];
        let note = post(&pairs).unwrap().written.note;
        assert!(note.restricted && !note.shared);
        pairs.clear();
        assert!(post(&[("readers", "")]).is_ok_and(|read| !read.written.note.shared));
    }

    #[test]
    fn a_kept_note_comes_back_into_the_form_as_it_was() {
        let note = post(&[("note", "She laughed"), ("weight", "3")])
            .unwrap()
            .written
            .note;
        let form = ContactForm::of_note(now(), &note);
        let page = [form.at_time(), form.note(), form.weight()]
            .iter()
            .map(ToString::to_string)
            .collect::<String>();
        assert!(
            page.contains("13:30")
                && page.contains("She laughed")
                && page.contains("value=\"3\" checked"),
            "{page}"
        );
    }

    #[test]
    fn every_purpose_has_its_prompts() {
        use kith_base::Word;
        assert!(
            Purpose::ALL
                .iter()
                .all(|purpose| !prompts(*purpose).is_empty())
        );
    }
}
