//! What people do with a referral. Every door (page, file, command line) calls
//! these; each is one transaction: allowed? load, decide, save, audit, tell.

use kith_access::{
    Ability, Account, Actor, Role, Scheme,
    audit::{self, Entry},
    settings::SchemeSettings,
};
use kith_base::{Email, Id, Line, Refusal, Story, Ts, Word};
use kith_db::{Failure, Outcome, Tx};

use super::{
    Act, Case, Promise, Referral, Standing, Tell, agency,
    rules::{self, DeclineReason},
    store::{self, Moved},
};
use crate::{
    code_map::CodeMap,
    message::{self, NewMessage, Stage, rules::CodedEvent},
    person::{Person, named},
    task::{self, NewTask},
};

pub use super::arrival::{Arrived, Arriving, Referred, itself, refer, take_in};
pub use super::matching::Who;

/// Everything an action needs to know of the scheme, read once.
pub struct Terms {
    /// The scheme.
    pub scheme: Id<Scheme>,
    /// Its days and hours.
    pub promise: Promise,
    /// Its codes.
    pub codes: CodeMap,
    /// Where mail about new referrals goes, when anywhere.
    pub inbox: Option<Email>,
}

impl Terms {
    /// Reads the terms out of the scheme's settings.
    ///
    /// # Errors
    /// When the code map in force is broken.
    pub fn of(scheme: Id<Scheme>, settings: &SchemeSettings) -> Outcome<Self> {
        let codes =
            CodeMap::in_force().map_err(|error| Failure::Sql(sqlx::Error::Decode(error.into())))?;
        let promise = Promise {
            work: settings.working.clone(),
            take_on_days: settings.take_on_days,
            review_days: settings.review_days,
        };
        Ok(Self {
            scheme,
            promise,
            codes,
            inbox: settings.inbox.clone(),
        })
    }
}

/// A move of an existing referral by somebody who may.
pub struct Step {
    /// The referral.
    pub referral: Id<Referral>,
    /// The version the page showed; a newer one is a conflict. None where the
    /// page shows no state to be mistaken about.
    pub version: Option<i64>,
    /// What happens.
    pub act: Act,
    /// In words, for the history.
    pub note: Option<Line>,
}

/// Moves a referral: load, decide, save, audit, tell.
///
/// # Errors
/// Not found when the scope does not reach it; a conflict when its state does
/// not allow the move, or somebody was quicker.
pub async fn step(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    needs: Ability,
    step: Step,
    at: Ts,
) -> Outcome<Case> {
    let scope = actor.scope(needs)?;
    let case = store::case(tx, &scope, step.referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if step.version.is_some_and(|version| version != case.version) {
        return Err(quicker().into());
    }
    let note = step.note.as_deref();
    go(tx, terms, actor, case, step.act, note, at).await
}

/// Moves a referral that was loaded: decide, save, audit, tell.
///
/// # Errors
/// As [`step`].
pub(super) async fn go(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: Case,
    act: Act,
    note: Option<&str>,
    at: Ts,
) -> Outcome<Case> {
    let declined_by_person = matches!(
        &act,
        Act::Decline {
            reason: DeclineReason::PersonSaidNo,
            ..
        }
    );
    let what = act.kind();
    let planned = act.plans();
    let (standing, tell) = rules::act(Some(&case.standing), act, at.day(), &terms.promise)?;
    no_hidden_place(&case, &standing)?;
    if !store::stand(tx, terms.scheme, case.id, case.version, &standing, at).await? {
        return Err(quicker().into());
    }
    let moved = Moved {
        referral: case.id,
        person: case.person,
        by: Some(actor.account),
        what,
        from: Some(case.standing.state()),
        to: &standing,
        note: note.or(planned.as_deref()),
    };
    store::insert_move(tx, terms.scheme, &moved, at).await?;
    audit::record(tx, actor, entry(what.code(), case.person, case.id)).await?;
    if let Some(owner) = standing
        .owner()
        .filter(|new| case.standing.owner() != Some(*new))
    {
        // Whoever is given a restricted record can open it, or its person
        // would be on a list that nobody sees.
        let by = Some(actor.account);
        if named::name(tx, terms.scheme, case.person, owner, by, at).await? {
            let entry = named::entry(case.person, owner, "is given the referral");
            audit::record(tx, actor, entry).await?;
        }
    }
    let after = Case {
        standing,
        version: case.version + 1,
        ..case
    };
    for hear in tell {
        say(tx, terms, actor, &after, hear, declined_by_person, at).await?;
    }
    Ok(after)
}

/// A place written down beside somebody who must not be found would be read
/// on lists and papers.
fn no_hidden_place(case: &Case, standing: &Standing) -> Result<(), Refusal> {
    let meeting = standing.next().and_then(rules::Next::meeting);
    if case.location_hidden && meeting.is_some_and(|meeting| meeting.place.is_some()) {
        let words = "Leave the place empty: where this person is is hidden";
        return Err(Refusal::field("next_place", words));
    }
    Ok(())
}

pub(super) fn entry(
    action: &'static str,
    person: Id<Person>,
    referral: Id<Referral>,
) -> Entry<'static> {
    Entry {
        action,
        person: Some(person),
        object_kind: "referral",
        object: Some(referral.uuid()),
        purpose: "",
    }
}

pub(super) fn quicker() -> Refusal {
    Refusal::conflict("Somebody changed this referral while you were looking at it")
        .try_next("Open it again to see what it says now")
}

async fn say(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: &Case,
    hear: Tell,
    by_person: bool,
    at: Ts,
) -> Outcome<()> {
    let (stage, event) = match hear {
        Tell::ReferrerReceived => return Ok(()),
        Tell::PersonTask => return tell_person_task(tx, terms, actor, case, at).await,
        Tell::ReferrerDeclined => (Stage::Declined, by_person.then_some(CodedEvent::Declined)),
        Tell::ReferrerClosed => (Stage::Closed, None),
    };
    let (Standing::Declined(end) | Standing::Closed(end)) = &case.standing else {
        return Ok(());
    };
    let reason = end_label(end.reason);
    let changed = case
        .what_changed
        .as_deref()
        .filter(|_| stage == Stage::Closed);
    let words = end_words(stage, reason, changed);
    let new = NewMessage {
        referral: case.id,
        person: case.person,
        practice: case.sent.practice,
        stage,
        words,
        to_do: Some(end.next.to_string()),
        event,
    };
    message::actions::tell(tx, terms.scheme, Some(actor), &new, &terms.codes, at).await?;
    let what = match stage {
        Stage::Declined => format!(
            "that it came back ({}), and what can be done now: {}",
            reason.to_lowercase(),
            end.next
        ),
        _ => "that it has ended".to_owned(),
    };
    agency::tell(tx, terms, actor, case, &what, at).await
}

/// What the practice reads of an end: the page that shows it before it is
/// sent uses the same words.
#[must_use]
pub fn end_words(stage: Stage, reason: &str, what_changed: Option<&str>) -> String {
    match what_changed {
        Some(changed) => format!("{stage}: {reason}. In the person's words: {changed}"),
        None => format!("{stage}: {reason}."),
    }
}

/// What people read for the reason of an end.
#[must_use]
pub fn end_label(code: &str) -> &'static str {
    if code == rules::NO_LONGER_AGREES {
        return rules::NO_LONGER_AGREES_LABEL;
    }
    code.parse::<DeclineReason>()
        .map(Word::label)
        .or_else(|_| code.parse::<super::CloseReason>().map(Word::label))
        .unwrap_or("Ended")
}

async fn tell_person_task(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: &Case,
    at: Ts,
) -> Outcome<()> {
    let reference = &case.reference;
    let mut what = format!("Tell the person that their referral {reference} has ended");
    if case.standing.is_withdrawn() {
        what.push_str(": somebody said for them that they no longer agree. Ask whether that is so");
    }
    to_tell(tx, terms, actor, case, (task::Kind::TellPerson, what), at).await
}

/// Gives the actor somebody to tell about a referral, within two working days;
/// the manager's queue, where a practice did what must be told.
pub(super) async fn to_tell(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: &Case,
    (kind, what): (task::Kind, String),
    at: Ts,
) -> Outcome<()> {
    let new = NewTask {
        person: Some(case.person),
        referral: Some(case.id),
        contact: None,
        kind,
        what,
        who: task::Who::Worker,
        owner: (actor.role != Role::Practice).then_some(actor.account),
        due: terms.promise.work.after(at.day(), 2),
    };
    task::store::insert(tx, terms.scheme, &new, at).await?;
    Ok(())
}

/// What is said when somebody is no longer seen.
pub struct Closing {
    /// Why.
    pub reason: super::CloseReason,
    /// What changed, in the person's words.
    pub what_changed: Option<Story>,
    /// What the practice needs to do; usually nothing.
    pub practice_to_do: Line,
    /// Whether the person knows.
    pub person_knows: bool,
}

/// Closes a referral; the practice reads what changed and what it has to do.
///
/// # Errors
/// As [`step`].
pub async fn close(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    referral: Id<Referral>,
    version: i64,
    closing: Closing,
    at: Ts,
) -> Outcome<Case> {
    let Closing {
        reason,
        what_changed,
        practice_to_do,
        person_knows,
    } = closing;
    store::set_end(
        tx,
        terms.scheme,
        referral,
        what_changed.as_deref(),
        &practice_to_do,
    )
    .await?;
    let act = Act::Close {
        reason,
        next: practice_to_do,
        person_knows,
    };
    let step_to = Step {
        referral,
        version: Some(version),
        act,
        note: None,
    };
    step(tx, terms, actor, Ability::WriteContact, step_to, at).await
}

/// What is said when a referral begins again.
pub struct Reopening {
    /// The referral.
    pub referral: Id<Referral>,
    /// The version the page showed.
    pub version: i64,
    /// Why.
    pub why: Line,
    /// Who takes it on.
    pub owner: Id<Account>,
}

/// Reopens a referral and gives it to a link worker in the same breath, so
/// that nobody waits without one. The practice, which read that it had ended,
/// reads that it goes on.
///
/// # Errors
/// As [`step`]; invalid when the owner is no link worker; a conflict when the
/// person has another unfinished referral.
pub async fn reopen(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    reopening: Reopening,
    at: Ts,
) -> Outcome<Case> {
    let Reopening {
        referral,
        version,
        why,
        owner,
    } = reopening;
    let takes = owner == actor.account && actor.role == Role::LinkWorker;
    let needs = if takes {
        Ability::TakeReferral
    } else {
        Ability::AssignReferral
    };
    let workers = kith_access::account::link_workers(tx, terms.scheme).await?;
    if !workers.iter().any(|worker| worker.id == owner) {
        return Err(Refusal::field("owner", "Select a link worker").into());
    }
    let scope = actor.scope(needs)?;
    let case = store::case(tx, &scope, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if let Some(open) = store::unfinished(tx, terms.scheme, case.person).await?
        && open != referral
    {
        return Err(
            Refusal::conflict("This person has another referral that is not finished")
                .try_next("Go on with that one")
                .into(),
        );
    }
    let begin = Step {
        referral,
        version: Some(version),
        act: Act::Reopen,
        note: Some(why),
    };
    step(tx, terms, actor, needs, begin, at).await?;
    let act = if takes {
        Act::Take(owner)
    } else {
        Act::Assign(owner)
    };
    let give = Step {
        referral,
        version: None,
        act,
        note: None,
    };
    let after = step(tx, terms, actor, needs, give, at).await?;
    say_reopened(tx, terms, actor, &after, at).await?;
    Ok(after)
}

async fn say_reopened(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: &Case,
    at: Ts,
) -> Outcome<()> {
    let new = NewMessage {
        referral: case.id,
        person: case.person,
        practice: case.sent.practice,
        stage: Stage::Note,
        words: "Reopened: a link worker is seeing the person again.".into(),
        to_do: Some("Nothing".into()),
        event: None,
    };
    message::actions::tell(tx, terms.scheme, Some(actor), &new, &terms.codes, at).await?;
    agency::tell(tx, terms, actor, case, "that it goes on after all", at).await
}

/// When a link worker leaves: their referrals go to the manager's queue, their
/// tasks too; all in the transaction that ends the account.
///
/// # Errors
/// When the database does not answer.
pub async fn worker_leaves(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    leaver: Id<Account>,
    at: Ts,
) -> Outcome<usize> {
    let owned = store::owned_by(tx, terms.scheme, leaver).await?;
    for referral in &owned {
        let Some(case) = store::for_own_move(tx, terms.scheme, *referral).await? else {
            continue;
        };
        let (standing, _) = rules::act(Some(&case.standing), Act::Leave, at.day(), &terms.promise)?;
        store::stand(tx, terms.scheme, case.id, case.version, &standing, at).await?;
        let moved = Moved {
            referral: case.id,
            person: case.person,
            by: Some(actor.account),
            what: rules::Move::Leave,
            from: Some(case.standing.state()),
            to: &standing,
            note: None,
        };
        store::insert_move(tx, terms.scheme, &moved, at).await?;
    }
    task::store::hand_over(tx, terms.scheme, leaver, None).await?;
    Ok(owned.len())
}
