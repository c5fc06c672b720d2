//! What people do with a concern: raise it, acknowledge it, add a note, close
//! it; and what the program does by itself when nobody acknowledges it. Each
//! step is a line of the history, a row of the audit trail, and mail where
//! somebody must hear; mail carries the reference and no name.

use std::collections::BTreeSet;

use kith_access::{
    Ability, Actor, Role, Scheme, SchemeSettings,
    account::{self, AccountRow, AccountState},
    audit::{self, Entry},
    outbox::{self, Mail},
    settings, who,
};
use kith_base::{Id, Line, Refusal, Story, Ts, Word};
use kith_db::{Db, Outcome, Tx};

use super::{
    Concern, Danger, End, Move, Raise, State, rules,
    store::{self, Counts, New},
};
use crate::{
    person::{Person, named},
    referral::arrival::reference,
};

/// What whoever raised a concern is told at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raised {
    /// The concern.
    pub concern: Id<Concern>,
    /// What to quote.
    pub reference: String,
    /// By when somebody acknowledges it.
    pub acknowledge_by: Ts,
}

/// Raises a concern under an id of the caller's. `by` is none at a public
/// door.
///
/// # Errors
/// Not found when the person is out of the raiser's reach.
pub async fn raise(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    settings: &SchemeSettings,
    by: Option<&Actor>,
    concern: Id<Concern>,
    raise: &Raise,
    at: Ts,
) -> Outcome<Raised> {
    if let (Some(actor), Some(person)) = (by, raise.person) {
        let scope = actor.scope(Ability::RaiseConcern)?;
        if !who::is_in_scope(tx, &scope, person).await? {
            return Err(Refusal::not_found().into());
        }
    }
    let reference = reference();
    let unnamed = "Somebody who gave no name";
    let new = New {
        id: concern,
        reference: &reference,
        raised_by: by.map(|actor| actor.account),
        raised_name: match (by, &raise.name) {
            (Some(actor), _) => &actor.name,
            (None, Some(name)) => name,
            (None, None) => unnamed,
        },
        raised_at: at,
        acknowledge_by: rules::runs_out(&settings.working, settings.concern_hours, at),
    };
    store::insert(tx, scheme, settings, &new, raise).await?;
    store::happened(tx, scheme, concern, new.raised_by, Move::Raise, None, at).await?;
    let entry = entry(Move::Raise, concern, raise.person);
    match by {
        Some(actor) => audit::record(tx, actor, entry).await?,
        None => audit::record_for(tx, scheme, at, "public", entry).await?,
    }
    tell_at_once(tx, scheme, settings, concern, &reference, raise, at).await?;
    Ok(Raised {
        concern,
        acknowledge_by: new.acknowledge_by,
        reference,
    })
}

/// Lead and deputy hear at the same moment; without a lead, every manager
/// hears, and every administrator hears that nobody is named.
async fn tell_at_once(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    settings: &SchemeSettings,
    concern: Id<Concern>,
    reference: &str,
    raise: &Raise,
    at: Ts,
) -> Outcome<()> {
    let staff = account::all(tx, scheme).await?;
    let urgent = if raise.danger == Danger::Yes {
        " Whoever raised it says that somebody is in danger now."
    } else {
        ""
    };
    let body = format!(
        "A safeguarding concern is waiting for you in Kith (reference {reference}).{urgent} \
         Sign in to read it and acknowledge it."
    );
    for hearer in handlers(&staff, settings) {
        if let Some(person) = raise.person {
            name_handler(tx, scheme, person, hearer, at).await?;
        }
        let mail = Mail {
            once_key: format!("concern.raised:{concern}:{}", hearer.id),
            kind: "concern.raised",
            to: hearer.email.clone(),
            subject: format!("A safeguarding concern is waiting (ref {reference})"),
            body: body.clone(),
            person: None,
        };
        outbox::queue(tx, scheme, at, mail).await?;
    }
    if settings.lead.is_none() {
        for administrator in active(&staff, Role::Administrator) {
            let mail = Mail {
                once_key: format!("concern.no_lead:{concern}:{}", administrator.id),
                kind: "concern.no_lead",
                to: administrator.email.clone(),
                subject: "No safeguarding lead is named".into(),
                body: "A safeguarding concern was raised, and no safeguarding lead is named in \
                       Kith. It went to the managers instead. Name a lead and a deputy in the settings."
                    .into(),
                person: None,
            };
            outbox::queue(tx, scheme, at, mail).await?;
        }
    }
    Ok(())
}

/// Lets a handler open the record of a restricted person, and writes that
/// down.
async fn name_handler(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    handler: &AccountRow,
    at: Ts,
) -> Outcome<()> {
    if named::name(tx, scheme, person, handler.id, None, at).await? {
        let entry = named::entry(person, handler.id, "handles a concern");
        audit::record_for(tx, scheme, at, "concern", entry).await?;
    }
    Ok(())
}

fn active(staff: &[AccountRow], role: Role) -> impl Iterator<Item = &AccountRow> {
    staff
        .iter()
        .filter(move |row| row.role == role && row.state == AccountState::Active)
}

/// Who handles concerns: lead and deputy; where no lead is named, the
/// managers too.
fn handlers<'a>(staff: &'a [AccountRow], settings: &SchemeSettings) -> Vec<&'a AccountRow> {
    staff
        .iter()
        .filter(|row| row.state == AccountState::Active)
        .filter(|row| settings.handles_concerns(row.id, row.role))
        .collect()
}

fn entry(act: Move, concern: Id<Concern>, person: Option<Id<Person>>) -> Entry<'static> {
    let action = match act {
        Move::Raise => "raise a concern",
        Move::Escalate => "pass a concern on",
        Move::Acknowledge => "acknowledge a concern",
        Move::Note => "add a note to a concern",
        Move::Close => "close a concern",
    };
    Entry {
        action,
        person,
        object_kind: "concern",
        object: Some(concern.uuid()),
        purpose: "",
    }
}

/// What a handler does with a concern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Has read it and sees to it.
    Acknowledge,
    /// Writes down what was done or found.
    Note(Story),
    /// Ends it.
    Close {
        /// How it ended.
        end: End,
        /// What whoever raised it reads.
        line: Line,
    },
}

impl Step {
    const fn kind(&self) -> Move {
        match self {
            Self::Acknowledge => Move::Acknowledge,
            Self::Note(_) => Move::Note,
            Self::Close { .. } => Move::Close,
        }
    }
}

/// Does a handler's step on the version they were shown.
///
/// # Errors
/// Not found without the concern; a conflict when its state does not allow
/// the step or somebody was quicker; `NotAllowed` when the raiser closes.
pub async fn step(
    tx: &mut Tx,
    actor: &Actor,
    concern: Id<Concern>,
    version: i64,
    step: &Step,
) -> Outcome<()> {
    actor.scope(Ability::HandleConcern)?;
    let found = store::one(tx, actor.scheme, concern)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let act = step.kind();
    rules::leads_to(act, found.state)?;
    if found.version != version {
        return Err(quicker().into());
    }
    let (newest, words) = match step {
        Step::Acknowledge => {
            let newest = store::acknowledge(tx, actor, concern, version).await?;
            if let Some(person) = found.person_id {
                let me = account::one(tx, actor.scheme, actor.account).await?;
                name_handler(tx, actor.scheme, person, &me, actor.now).await?;
            }
            (newest, None)
        }
        Step::Note(words) => (
            store::touch(tx, actor.scheme, concern, version).await?,
            Some(words.to_string()),
        ),
        Step::Close { end, line } => {
            rules::may_close(found.raised_by, actor.account)?;
            let newest = store::close(tx, actor, concern, version, *end, line).await?;
            (newest, Some(format!("{}: {line}", end.label())))
        }
    };
    if !newest {
        return Err(quicker().into());
    }
    let by = Some(actor.account);
    store::happened(
        tx,
        actor.scheme,
        concern,
        by,
        act,
        words.as_deref(),
        actor.now,
    )
    .await?;
    audit::record(tx, actor, entry(act, concern, found.person_id)).await
}

fn quicker() -> Refusal {
    Refusal::conflict("Somebody changed this concern while you were looking at it")
        .try_next("Open it again to see what it says now")
}

/// How much of a concern somebody is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum View {
    /// The lead and the deputy: everything.
    Whole(Box<Concern>),
    /// Whoever raised it: their own words, where it stands, what came of it.
    Own(Box<Concern>),
}

/// Opens a concern, and writes down who looked.
///
/// # Errors
/// Not found for everybody else, as if it did not exist.
pub async fn look(tx: &mut Tx, actor: &Actor, concern: Id<Concern>) -> Outcome<View> {
    let found = store::one(tx, actor.scheme, concern)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let whole = actor.can(Ability::HandleConcern);
    if !whole && found.raised_by != Some(actor.account) {
        return Err(Refusal::not_found().into());
    }
    let entry = Entry {
        action: "see a concern",
        ..entry(Move::Note, concern, found.person_id)
    };
    audit::record(tx, actor, entry).await?;
    let found = Box::new(found);
    Ok(if whole {
        View::Whole(found)
    } else {
        View::Own(found)
    })
}

/// What of the scheme's concerns needs somebody's eyes: for the first page of
/// those who may know. None for everybody else.
///
/// # Errors
/// When the database does not answer.
pub async fn counted(tx: &mut Tx, actor: &Actor) -> Outcome<Option<Counts>> {
    if !actor.can(Ability::CountConcerns) && !actor.can(Ability::HandleConcern) {
        return Ok(None);
    }
    Ok(Some(store::counts(tx, actor.scheme, actor.now).await?))
}

/// Passes on what nobody has acknowledged in time: lead, deputy and every
/// manager hear, and again each time the scheme's hours have passed once more,
/// until somebody acknowledges it; from the second time on, the guardians too.
/// Gives how many were passed on. A job calls it every minute; calling it
/// again, or from two processes, does nothing new.
///
/// # Errors
/// When the database does not answer; what was passed on before stays so.
pub async fn escalate_due(db: &Db, scheme: Id<Scheme>, now: Ts) -> Outcome<u64> {
    let (late, settings) = db
        .read(async |tx| -> Outcome<_> {
            let late = store::late(tx, scheme, now).await?;
            Ok((late, settings::of(tx, scheme).await?))
        })
        .await?;
    let (work, hours) = (&settings.working, settings.concern_hours);
    let mut passed_on = 0;
    for concern in late {
        let waits = |at| rules::runs_out(work, hours, at) > now;
        if concern.escalated_at.is_some_and(waits) {
            continue;
        }
        let done = db
            .act(async |tx| pass_on(tx, scheme, &settings, &concern, now).await)
            .await?;
        passed_on += u64::from(done);
    }
    Ok(passed_on)
}

async fn pass_on(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    settings: &SchemeSettings,
    concern: &store::Late,
    now: Ts,
) -> Outcome<bool> {
    if !store::escalate(tx, scheme, concern, now).await? {
        return Ok(false);
    }
    store::happened(tx, scheme, concern.id, None, Move::Escalate, None, now).await?;
    let entry = entry(Move::Escalate, concern.id, concern.person_id);
    audit::record_for(tx, scheme, now, "job", entry).await?;
    let staff = account::all(tx, scheme).await?;
    let turn = concern.times + 1;
    let managers = active(&staff, Role::Manager);
    let guardians = active(&staff, Role::Guardian).filter(|_| turn > 1);
    let often = match turn {
        1 => String::new(),
        turn => format!(" This is said for time number {turn}, and again until somebody does."),
    };
    let mut told = BTreeSet::new();
    let handlers = handlers(&staff, settings).into_iter();
    for hearer in handlers.chain(managers).chain(guardians) {
        if !told.insert(hearer.id) {
            continue;
        }
        let mail = Mail {
            once_key: format!("concern.late:{}:{turn}:{}", concern.id, hearer.id),
            kind: "concern.late",
            to: hearer.email.clone(),
            subject: format!("A safeguarding concern is late (ref {})", concern.reference),
            body: format!(
                "Nobody has acknowledged a safeguarding concern in the time the service gives \
                 itself. The safeguarding lead and the deputy can read it in Kith. Make sure \
                 that one of them does so now.{often}"
            ),
            person: None,
        };
        outbox::queue(tx, scheme, now, mail).await?;
    }
    Ok(true)
}

/// Whether a concern waits too long, for a page.
#[must_use]
pub fn is_late(concern: &Concern, now: Ts) -> bool {
    rules::is_late(concern.state, concern.acknowledge_by, now)
}

/// Whether a concern may be closed by somebody, for what a page offers.
#[must_use]
pub fn offers_close(concern: &Concern, actor: &Actor) -> bool {
    concern.state == State::Acknowledged
        && rules::may_close(concern.raised_by, actor.account).is_ok()
}
