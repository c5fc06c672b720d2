//! The record in the words of its page: where a referral stands, what can be
//! done with it by whoever looks, what a new case still needs.

use kith_access::{Ability, Actor, Role};
use kith_base::{Day, Word};
use kith_pages::{
    Html,
    components::{Button, Tag, TagColour, Task, TaskList},
    form::{FormToken, PostButton},
};

use crate::{
    paths,
    person::Record,
    referral::{Agreed, Case, End, Next, Standing, State, actions::end_label, withdraw},
};

/// A referral as the record shows it.
pub struct CaseView {
    /// What people quote.
    pub reference: String,
    /// Its state, as a tag.
    pub state: Html,
    /// Pairs of what and value.
    pub rows: Vec<(&'static str, String)>,
    /// What can be done with it.
    pub buttons: Html,
}

/// The colour that goes with a state; the words say the same.
const fn colour(state: State) -> TagColour {
    match state {
        State::Waiting | State::NeedsWorker => TagColour::Yellow,
        State::Taken => TagColour::Blue,
        State::Open => TagColour::Green,
        State::Declined => TagColour::Orange,
        State::Advice | State::Closed | State::Voided => TagColour::Grey,
    }
}

/// A referral in words. `whole` adds why it was sent: for those who may read
/// notes; everybody else sees where it stands.
#[must_use]
pub fn case(case: &Case, actor: &Actor, token: &FormToken, writes: bool, whole: bool) -> CaseView {
    let state = case.standing.state();
    let sent = &case.sent;
    let mut rows = vec![
        (
            "Sent by",
            format!(
                "{} ({})",
                sent.referrer_name,
                sent.source.label().to_lowercase()
            ),
        ),
        ("Received", case.received_at.day().as_uk_date()),
    ];
    let mut also = |what, value: Option<String>| rows.extend(value.map(|value| (what, value)));
    if whole {
        also("What it is about", Some(listed(&sent.needs)));
        also(
            "In the referrer's words",
            sent.why.as_ref().map(ToString::to_string),
        );
        also(
            "What the person was told",
            (!sent.told.is_empty()).then(|| listed(&sent.told)),
        );
        also("Did they agree?", Some(sent.agreed.label().to_owned()));
    }
    also(
        "Link worker",
        case.owner_name.as_ref().map(ToString::to_string),
    );
    also("Next", next(&case.standing, actor.today(), whole));
    also(
        "First seen",
        case.first_seen_at.map(|at| at.day().as_uk_date()),
    );
    also("Contacts", whole.then(|| case.contact_count.to_string()));
    if let Standing::Declined(End { reason, next }) | Standing::Closed(End { reason, next }) =
        &case.standing
    {
        also("Ended", Some(end_label(reason).to_owned()));
        also(
            "What the practice needs to do",
            whole.then(|| next.to_string()),
        );
        also(
            "What changed, in the person's words",
            case.what_changed.clone().filter(|_| whole),
        );
    }
    let tag = Tag::new(state.label()).colour(colour(state));
    CaseView {
        reference: case.reference.clone(),
        state: tag.into(),
        rows,
        buttons: buttons(case, actor, token, writes),
    }
}

fn listed<W: Word>(words: &[W]) -> String {
    words
        .iter()
        .map(|word| word.label())
        .collect::<Vec<_>>()
        .join(", ")
}

/// What comes next and by when; a day that has gone by is said in words. What
/// was planned may say where somebody is met: its words are for those who may
/// read notes.
fn next(standing: &Standing, today: Day, whole: bool) -> Option<String> {
    let on = standing.due()?;
    let late = if on < today { " – overdue" } else { "" };
    let what = match standing.next() {
        Some(next @ Next::Planned { meeting, .. }) if whole => {
            let place = meeting.as_ref().and_then(|meeting| meeting.place.as_ref());
            let place = place.map(|place| format!(", {place}"));
            return Some(format!(
                "{}{}{late}",
                next.told(),
                place.unwrap_or_default()
            ));
        }
        Some(Next::Planned { .. }) => "A step is planned",
        Some(Next::Review { .. }) => "Nothing planned: look at it again",
        None if standing.state() == State::NeedsWorker => "To be given to a link worker",
        None => "To be taken on",
    };
    Some(format!("{what}, {}{late}", on.as_uk_date()))
}

/// The step that was planned, its day and its time, for the person's own
/// paper.
#[must_use]
pub fn planned(standing: &Standing) -> Option<String> {
    let next = standing.next()?;
    matches!(next, Next::Planned { .. }).then(|| next.told())
}

fn buttons(case: &Case, actor: &Actor, token: &FormToken, writes: bool) -> Html {
    let link = |words: &str, to: String| Html::from(Button::secondary(words).small(true).href(to));
    let mut all: Vec<Html> = Vec::new();
    match case.standing.state() {
        State::Waiting | State::NeedsWorker => {
            if actor.role == Role::LinkWorker {
                let take = PostButton::new(
                    paths::take(case.id),
                    token,
                    Button::new("Take on").small(true),
                );
                all.push(take.with("version", case.version.to_string()).into());
                all.push(link("Decline", paths::decline(case.id)));
            } else if actor.can(Ability::AssignReferral) {
                all.push(link("Give to a link worker", paths::assign(case.id)));
            }
        }
        State::Taken | State::Open => {
            if writes {
                all.push(
                    Button::new("Add note")
                        .small(true)
                        .href(paths::new_contact(case.person))
                        .key('N')
                        .into(),
                );
                all.push(link("Book", paths::next(case.id)));
                all.push(link("Close", paths::close(case.id)));
                all.push(link("Hand over", paths::assign(case.id)));
            } else if actor.role == Role::Manager {
                all.push(link("Give to another link worker", paths::assign(case.id)));
            }
        }
        State::Declined | State::Closed if !case.standing.is_withdrawn() => {
            if actor.can(Ability::TakeReferral) || actor.can(Ability::AssignReferral) {
                all.push(link("Reopen", paths::reopen(case.id)));
            }
        }
        State::Declined | State::Closed | State::Advice | State::Voided => {}
    }
    if withdraw::offers(actor, case) {
        all.push(link("No longer agrees", paths::withdraw(case.id)));
    }
    all.into_iter()
        .flat_map(|button| [button, " ".into()])
        .collect()
}

/// What a new case still needs, while it needs something: told from the
/// record itself, so that nobody ticks a box twice.
#[must_use]
pub fn first_steps(case: &Case, record: &Record) -> Html {
    let who = &record.identity;
    let steps = [
        (
            "Contact",
            case.contact_count > 0,
            paths::new_contact(who.id),
        ),
        (
            "Check details",
            who.born.is_some() && who.practice.is_some(),
            paths::edit_person(who.id),
        ),
        (
            "Ask whether they want to go on",
            agreed(case),
            paths::new_contact(who.id),
        ),
        (
            "What matters",
            record.matters.is_some(),
            paths::new_contact(who.id),
        ),
        (
            "Plan",
            matches!(case.standing.next(), Some(Next::Planned { .. })),
            paths::new_contact(who.id),
        ),
    ];
    if steps.iter().all(|(_, done, _)| *done) {
        return Html::default();
    }
    let tasks = steps.into_iter().map(|(words, done, to)| {
        if done {
            Task::new(words, "Completed")
        } else {
            Task::new(words, Tag::new("To do").colour(TagColour::Blue)).href(to)
        }
    });
    TaskList::new(tasks.collect::<Vec<_>>()).into()
}

fn agreed(case: &Case) -> bool {
    case.standing.state() == State::Open && case.sent.agreed != Agreed::No
}
