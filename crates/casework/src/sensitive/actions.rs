//! Turning a switch, and the list of named people. Who may: whoever works with
//! the person, a manager, the safeguarding lead on a concern
//! (`Ability::NameRestricted`).

use kith_access::{
    Ability, Account, Actor,
    audit::{self, Entry},
    outbox,
};
use kith_base::{Day, Id, Line, NhsNumber, Refusal};
use kith_db::{Outcome, Tx};

use super::{
    Switch,
    store::{self, Named},
};
use crate::{
    person::{self, Identity, Person},
    task::{self, NewTask},
};

/// The person, when the actor may turn their switches.
///
/// # Errors
/// Not found out of scope; a conflict when the record was merged away.
pub async fn open(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<Identity> {
    let scope = actor.scope(Ability::NameRestricted)?;
    let record = person::store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if record.identity.merged_into.is_some() {
        return Err(Refusal::conflict("This record is now part of another one")
            .try_next("Open the other record")
            .into());
    }
    Ok(record.identity)
}

/// Turns a switch on the version that was shown, with the reason.
///
/// # Errors
/// As [`open`]; a conflict when the record was changed since, or the switch
/// stands like that already.
pub async fn turn(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    (switch, on): (Switch, bool),
    reason: &Line,
) -> Outcome<()> {
    let who = open(tx, actor, person).await?;
    let stands = match switch {
        Switch::Location => who.location_sensitive,
        Switch::Restricted => who.restricted,
    };
    if stands == on || who.version != version {
        return Err(changed().into());
    }
    if !store::set(tx, actor, person, version, switch, on).await? {
        return Err(changed().into());
    }
    match (switch, on) {
        (Switch::Location, true) => {
            outbox::cancel_about(tx, actor.scheme, person).await?;
            store::forget_place(tx, actor.scheme, person).await?;
            store::drop_drafts(tx, actor.scheme, person).await?;
        }
        (Switch::Location, false) => store::remember_place(tx, actor.scheme, person).await?,
        (Switch::Restricted, true) => store::name_who_must(tx, actor, person).await?,
        (Switch::Restricted, false) => store::unname_all(tx, actor.scheme, person).await?,
    }
    store::keep(tx, actor, person, switch, on, reason).await?;
    let action = match (switch, on) {
        (Switch::Location, true) => "hide where somebody is",
        (Switch::Location, false) => "show where somebody is again",
        (Switch::Restricted, true) => "restrict a record",
        (Switch::Restricted, false) => "lift the restriction of a record",
    };
    audit::record(tx, actor, Entry::about(action, person)).await?;
    notice(tx, actor, person, switch, on).await
}

fn changed() -> Refusal {
    Refusal::conflict("Somebody changed this record while you were looking at it")
        .try_next("Open the page again to see how the switches stand now")
}

/// The team's important notice: on the list of each who works with the
/// person; in the manager's queue when nobody does.
async fn notice(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    switch: Switch,
    on: bool,
) -> Outcome<()> {
    let what = match (switch, on) {
        (Switch::Location, true) => {
            "Important: where this person is must not be told to anybody. Destroy printouts that show it, \
             and check what you have arranged with others."
        }
        (Switch::Location, false) => "Important: where this person is need not be hidden any more.",
        (Switch::Restricted, true) => {
            "Important: only named people may open this record now. Do not speak of this person to others."
        }
        (Switch::Restricted, false) => "Important: this record is no longer restricted.",
    };
    let owners = store::owners(tx, actor.scheme, person).await?;
    let mut lists: Vec<Option<Id<Account>>> = owners.into_iter().map(Some).collect();
    if lists.is_empty() {
        lists.push(None);
    }
    for owner in lists {
        let new = NewTask {
            person: Some(person),
            referral: None,
            contact: None,
            kind: task::Kind::Notice,
            what: what.into(),
            who: task::Who::Worker,
            owner,
            due: actor.today(),
        };
        task::store::insert(tx, actor.scheme, &new, actor.now).await?;
    }
    Ok(())
}

/// Lets one more open a restricted record.
///
/// # Errors
/// As [`open`]; a conflict when the record is not restricted, or the account
/// is on the list or cannot be.
pub async fn name(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    account: Id<Account>,
) -> Outcome<()> {
    let who = open(tx, actor, person).await?;
    if !who.restricted {
        return Err(Refusal::conflict("This record is not restricted")
            .try_next("Restrict it first")
            .into());
    }
    if !store::name(tx, actor, person, account).await? {
        return Err(
            Refusal::conflict("This account is on the list already, or cannot be")
                .try_next("Choose a link worker, a manager or the information guardian")
                .into(),
        );
    }
    naming(tx, actor, person, account, "name for a restricted record").await
}

/// Takes somebody off the list.
///
/// # Errors
/// As [`open`]; a conflict for the last one, and for whoever works with the
/// person.
pub async fn unname(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    account: Id<Account>,
) -> Outcome<()> {
    open(tx, actor, person).await?;
    let staff = store::staff(tx, actor.scheme, person).await?;
    if staff.iter().filter(|one| one.named).count() < 2 {
        return Err(
            Refusal::conflict("Somebody must be able to open this record")
                .try_next("Name another person first, or lift the restriction")
                .into(),
        );
    }
    if store::owners(tx, actor.scheme, person)
        .await?
        .contains(&account)
    {
        return Err(
            Refusal::conflict("This link worker has the person's referral")
                .try_next("Give the referral to another link worker first")
                .into(),
        );
    }
    if store::unname(tx, actor.scheme, person, account).await? {
        naming(tx, actor, person, account, "unname for a restricted record").await?;
    }
    Ok(())
}

async fn naming(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    account: Id<Account>,
    action: &'static str,
) -> Outcome<()> {
    let entry = Entry {
        action,
        person: Some(person),
        object_kind: "account",
        object: Some(account.uuid()),
        purpose: "",
    };
    audit::record(tx, actor, entry).await
}

/// Whether a restricted record exists, and whom to ask: for those of the
/// service who read notes, and only with the whole number and the birth date.
/// The look is written down whether there is one or not.
///
/// # Errors
/// `NotAllowed` for other roles.
pub async fn look_for(
    tx: &mut Tx,
    actor: &Actor,
    number: &NhsNumber,
    born: Day,
) -> Outcome<Option<Vec<Named>>> {
    actor.scope(Ability::SeeNotes)?;
    let found = store::restricted(tx, actor.scheme, number, born).await?;
    let entry = Entry {
        action: "look for a restricted record",
        person: found,
        object_kind: "person",
        object: found.map(Id::uuid),
        purpose: "",
    };
    audit::record(tx, actor, entry).await?;
    let Some(person) = found else {
        return Ok(None);
    };
    let mut staff = store::staff(tx, actor.scheme, person).await?;
    staff.retain(|one| one.named);
    Ok(Some(staff))
}
