//! A referral arrives: from a practice's form, the person's own door, a file.
//! Whose it is, is `matching`'s; where it stands, the rules'. Whoever must know
//! is told at once: the referrer that it was received, the team that one is
//! waiting, and somebody to look at what is not clear.

use kith_access::{
    Ability, Account, Actor, Scheme, audit,
    outbox::{self, Mail},
};
use kith_base::{Day, Id, Name, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::{
    Act, Agreed, Referral, Sent, Source, Standing, Tell,
    actions::{Terms, entry},
    matching::{self, Who, Whose},
    rules,
    store::{self, Moved, NewCase},
};
use crate::{
    message::{self, NewMessage, Stage},
    person::{Person, arriving::Differs, store::Origin},
    task::{self, NewTask},
};

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
    // A record made a moment ago has no referral yet.
    let mut unseen = None;
    if !whose.made {
        if let Some(scope) = &scope
            && let Some(open) = store::unfinished_seen(tx, scope, person).await?
        {
            return Ok(Arrived::AlreadyOpen(open));
        }
        unseen = store::unfinished(tx, scheme, person).await?;
    }
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
    keep(tx, scheme, &new, &sent, what, &standing, at).await?;
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

/// The row and its first move.
async fn keep(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    new: &NewCase<'_>,
    sent: &Sent,
    what: rules::Move,
    standing: &Standing,
    at: Ts,
) -> Outcome<()> {
    store::insert(tx, scheme, new, sent, standing).await?;
    let moved = Moved {
        referral: new.id,
        person: new.person,
        by: sent.referrer,
        what,
        from: None,
        to: standing,
        note: None,
    };
    Ok(store::insert_move(tx, scheme, &moved, at).await?)
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
        let new = NewTask {
            person: Some(new.person),
            referral: Some(new.id),
            contact: None,
            kind: task::Kind::SamePerson,
            what: why.clone(),
            who: task::Who::Worker,
            owner: None,
            due,
        };
        task::store::insert_about_two(tx, terms.scheme, &new, Some(*other), at).await?;
    }
    if let Some(what) = in_words(&whose.differs) {
        let kind = task::Kind::Action;
        store::keep_given(tx, terms.scheme, new.id, &whose.differs).await?;
        queue_task(tx, terms.scheme, about, kind, what, None, due, at).await?;
    }
    Ok(())
}

/// What somebody must ask about how to reach the person; the values
/// themselves stand with the place, as closed as that is.
fn in_words(differs: &Differs) -> Option<String> {
    let other = match (&differs.phone, &differs.postcode) {
        (Some(_), Some(_)) => "a telephone number and a postcode",
        (Some(_), None) => "a telephone number",
        (None, Some(_)) => "a postcode",
        (None, None) if differs.texts => {
            return Some(
                "The referral says that texts to the person are safe; the record does not. \
                 Ask them before you send one."
                    .to_owned(),
            );
        }
        (None, None) => return None,
    };
    Some(format!(
        "The referral gave {other} that may not be the record's: where it is another, both stand \
         under Details. Ask who sent it before you use either."
    ))
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

/// The name a referral from the person's own door carries.
#[must_use]
pub fn itself() -> Option<Name> {
    "The person themself".parse().ok()
}
