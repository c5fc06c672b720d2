//! What people do with a referral. Every door (page, file, command line) calls
//! these; each is one transaction: allowed? load, decide, save, audit, tell.

use kith_access::{
    Ability, Account, Actor, Scheme,
    audit::{self, Entry},
    outbox::{self, Mail},
    settings::SchemeSettings,
};
use kith_base::{Day, Email, Id, Line, Name, Refusal, Story, Ts, Word};
use kith_db::{Failure, Outcome, Tx};

use super::{
    Act, Agreed, Case, Promise, Referral, Sent, Source, Standing, Tell,
    matching::{self, Whose},
    rules::{self, DeclineReason},
    store::{self, Moved, NewCase},
};
use crate::{
    code_map::CodeMap,
    message::{self, NewMessage, Stage, rules::CodedEvent},
    person::{Person, store::Origin},
    task::{self, NewTask},
};

pub use super::matching::Who;

/// What the referrer is told at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Referred {
    /// The referral.
    pub referral: Id<Referral>,
    /// Whom it is about.
    pub person: Id<Person>,
    /// What to quote.
    pub reference: String,
    /// Whether the record was made for it.
    pub made_person: bool,
    /// Where it stands.
    pub standing: Standing,
}

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
            CodeMap::shipped().map_err(|error| Failure::Sql(sqlx::Error::Decode(error.into())))?;
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

/// A referral that arrives at a door.
pub struct Arriving {
    /// The id it will have: the door knows it before, so that a form sent
    /// twice is sent on to the same place.
    pub id: Id<Referral>,
    /// Whom it is about.
    pub who: Who,
    /// What it says.
    pub sent: Sent,
    /// Where a record made for it comes from.
    pub origin: Origin,
}

/// What became of a referral that arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arrived {
    /// It was taken in.
    In(Referred),
    /// Nothing was done: the person has this unfinished referral, which
    /// whoever refers may see. A line can be added to it.
    AlreadyOpen(Id<Referral>),
}

/// Takes a referral in, from a file or a form. `by` is none at the public door.
///
/// # Errors
/// As [`take_in`]; a conflict when the person has an unfinished referral.
pub async fn refer(
    tx: &mut Tx,
    terms: &Terms,
    by: Option<&Actor>,
    who: Who,
    sent: Sent,
    origin: Origin,
    at: Ts,
) -> Outcome<Referred> {
    let arriving = Arriving {
        id: Id::new(at),
        who,
        sent,
        origin,
    };
    match take_in(tx, terms, by, arriving, at).await? {
        Arrived::In(referred) => Ok(referred),
        Arrived::AlreadyOpen(_) => Err(Refusal::conflict(
            "This person already has an open referral",
        )
        .try_next("Add a line to it instead")
        .into()),
    }
}

/// Takes a referral in, or says that there is one already. An unfinished
/// referral that whoever refers may not see is never mentioned: the new one
/// is taken in beside it, and whoever has the first is asked to decide.
///
/// # Errors
/// Not found when a known person is out of reach; not allowed.
pub async fn take_in(
    tx: &mut Tx,
    terms: &Terms,
    by: Option<&Actor>,
    arriving: Arriving,
    at: Ts,
) -> Outcome<Arrived> {
    let scheme = terms.scheme;
    let Arriving {
        id,
        who,
        sent,
        origin,
    } = arriving;
    let scope = by.map(|actor| actor.scope(Ability::Refer)).transpose()?;
    let whose = matching::whose(tx, scheme, scope.as_ref(), who, origin, at).await?;
    let person = whose.person;
    if let Some(scope) = &scope
        && let Some(open) = store::unfinished_seen(tx, scope, person).await?
    {
        return Ok(Arrived::AlreadyOpen(open));
    }
    let unseen = store::unfinished(tx, scheme, person).await?;
    let begin = if sent.agreed == Agreed::No {
        Act::KeepAsAdvice
    } else {
        Act::Send
    };
    let what = begin.kind();
    let (standing, tell) = rules::act(None, begin, at.day(), &terms.promise)?;
    let reference = reference();
    let new = NewCase {
        id,
        reference: &reference,
        person,
        import: origin.import,
        received_at: at,
        take_by: terms.promise.take_by(at.day()),
    };
    store::insert(tx, scheme, &new, &sent, &standing).await?;
    let moved = Moved {
        referral: id,
        person,
        by: sent.referrer,
        what,
        from: None,
        to: &standing,
        note: None,
    };
    store::insert_move(tx, scheme, &moved, at).await?;
    ask_about(tx, terms, &new, &whose, at).await?;
    if let Some(first) = unseen {
        two_referrals_task(tx, terms, person, first, &reference, at).await?;
    }
    let entry = entry("send a referral", person, id);
    match by {
        Some(actor) => audit::record(tx, actor, entry).await?,
        None => audit::record_for(tx, scheme, at, "public", entry).await?,
    }
    if tell.contains(&Tell::ReferrerReceived) {
        say_received(tx, terms, &sent, &new, at).await?;
    }
    Ok(Arrived::In(Referred {
        referral: id,
        person,
        reference,
        made_person: whose.made,
        standing,
    }))
}

/// What somebody must look at: who this may also be, and a telephone number
/// or postcode that is not the record's.
async fn ask_about(
    tx: &mut Tx,
    terms: &Terms,
    new: &NewCase<'_>,
    whose: &Whose,
    at: Ts,
) -> Outcome<()> {
    let about = (new.person, new.id);
    let due = terms.promise.work.after(at.day(), 2);
    for (other, why) in &whose.perhaps {
        let kind = task::Kind::SamePerson;
        let what = format!("{why} ({other})");
        queue_task(tx, terms.scheme, about, kind, what, None, due, at).await?;
    }
    if whose.reach_differs {
        let kind = task::Kind::Action;
        let what = "The referral gave another telephone number or postcode than the record has. \
                    Ask who sent it before you use either."
            .to_owned();
        queue_task(tx, terms.scheme, about, kind, what, None, due, at).await?;
    }
    Ok(())
}

/// Whoever has the first referral decides which of the two goes on.
async fn two_referrals_task(
    tx: &mut Tx,
    terms: &Terms,
    person: Id<Person>,
    first: Id<Referral>,
    reference: &str,
    at: Ts,
) -> Outcome<()> {
    let case = store::for_own_move(tx, terms.scheme, first).await?;
    let owner = case.and_then(|case| case.standing.owner());
    let what = format!(
        "A second referral has come for this person ({reference}). Decide which one goes on."
    );
    let due = terms.promise.work.after(at.day(), 1);
    let kind = task::Kind::Action;
    queue_task(
        tx,
        terms.scheme,
        (person, first),
        kind,
        what,
        owner,
        due,
        at,
    )
    .await
}

#[expect(
    clippy::too_many_arguments,
    reason = "one task, and each part of it is named once"
)]
async fn queue_task(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    (person, referral): (Id<Person>, Id<Referral>),
    kind: task::Kind,
    what: String,
    owner: Option<Id<Account>>,
    due: Day,
    at: Ts,
) -> Outcome<()> {
    let new = NewTask {
        person: Some(person),
        referral: Some(referral),
        contact: None,
        kind,
        what,
        who: task::Who::Worker,
        owner,
        due,
    };
    task::store::insert(tx, scheme, &new, at).await?;
    Ok(())
}

/// The service itself says that a referral was received. The practice that
/// just sent it, and a file, need no mail about it.
async fn say_received(
    tx: &mut Tx,
    terms: &Terms,
    sent: &Sent,
    new: &NewCase<'_>,
    at: Ts,
) -> Outcome<()> {
    let reference = new.reference;
    let message = NewMessage {
        referral: new.id,
        person: new.person,
        practice: sent.practice,
        stage: Stage::Received,
        words: format!(
            "Referral {reference} received. A link worker will take it on by {}.",
            new.take_by.as_uk_date()
        ),
        to_do: Some("Nothing".into()),
        event: None,
    };
    match sent.source {
        Source::Practice | Source::File => {
            message::store::insert(tx, terms.scheme, None, &message, &terms.codes, at).await?
        }
        Source::Itself | Source::Other => {
            message::actions::tell(tx, terms.scheme, None, &message, &terms.codes, at).await?
        }
    };
    if let (Some(inbox), None) = (&terms.inbox, new.import) {
        let mail = Mail {
            once_key: format!("referral.received:{}", new.id),
            kind: "referral.received",
            to: inbox.clone(),
            subject: format!("A new referral is waiting (ref {reference})"),
            body: "A new referral is waiting to be taken on. Sign in to Kith to read it.".into(),
            person: Some(new.person),
        };
        outbox::queue(tx, terms.scheme, at, mail).await?;
    }
    Ok(())
}

/// A reference people can read aloud: nine of 31 letters and digits, without
/// those that look alike.
#[must_use]
pub fn reference() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let mut text = String::with_capacity(11);
    for (at, byte) in rand::random::<[u8; 9]>().into_iter().enumerate() {
        if at == 3 || at == 6 {
            text.push('-');
        }
        text.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    }
    text
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
    let declined_by_person = matches!(
        &step.act,
        Act::Decline {
            reason: DeclineReason::PersonSaidNo,
            ..
        }
    );
    let what = step.act.kind();
    let (standing, tell) = rules::act(Some(&case.standing), step.act, at.day(), &terms.promise)?;
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
        note: step.note.as_deref(),
    };
    store::insert_move(tx, terms.scheme, &moved, at).await?;
    audit::record(tx, actor, entry(what.code(), case.person, case.id)).await?;
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

fn entry(action: &'static str, person: Id<Person>, referral: Id<Referral>) -> Entry<'static> {
    Entry {
        action,
        person: Some(person),
        object_kind: "referral",
        object: Some(referral.uuid()),
        purpose: "",
    }
}

fn quicker() -> Refusal {
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
    let words = match &case.what_changed {
        Some(changed) if stage == Stage::Closed => {
            format!("Closed: {reason}. In the person's words: {changed}")
        }
        _ => format!("{}: {reason}.", stage.label()),
    };
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
    Ok(())
}

/// What people read for the reason of an end.
#[must_use]
pub fn end_label(code: &str) -> &'static str {
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
    let new = NewTask {
        person: Some(case.person),
        referral: Some(case.id),
        contact: None,
        kind: task::Kind::TellPerson,
        what: format!(
            "Tell the person that their referral {} has ended",
            case.reference
        ),
        who: task::Who::Worker,
        owner: Some(actor.account),
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

/// The name a referral from the person's own door carries.
#[must_use]
pub fn itself() -> Option<Name> {
    "The person themself".parse().ok()
}
