//! What breaking the glass and reviewing it does.

use kith_base::{Day, Id, NhsNumber, Refusal, Story};
use kith_db::{Outcome, Tx};

use super::{
    rules::{MANY_IN_A_DAY, OPEN_SECONDS, REVIEW_DAYS, Reason},
    store::{self, Glass},
};
use crate::{
    account::{self, AccountState},
    actor::{Actor, Person, Scope},
    app::App,
    audit::{self, Entry},
    outbox::{self, Mail},
    role::{Ability, Role},
    signed::Signed,
    trouble::Trouble,
};

/// Finds a person by NHS number and birth date: both must be known.
pub(super) async fn find(
    app: &App,
    actor: &Actor,
    number: &NhsNumber,
    born: Day,
) -> Result<Option<Id<Person>>, Trouble> {
    let scope = actor.scope(Ability::BreakGlass)?;
    let found = app
        .db
        .act(async |tx| {
            let person = store::person_by_number(tx, &scope, number, born).await?;
            let entry = Entry {
                action: "look for a record to break the glass",
                person,
                object_kind: "person",
                object: person.map(Id::uuid),
                ..Entry::default()
            };
            audit::record(tx, actor, entry).await?;
            Ok(person)
        })
        .await?;
    Ok(found)
}

/// Opens one person's record for an hour.
pub(super) async fn open(
    app: &App,
    signed: &Signed,
    person: Id<Person>,
    reason: &Reason,
) -> Result<(), Trouble> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::BreakGlass)?;
    let due = signed.settings.working.after(actor.today(), REVIEW_DAYS);
    app.db
        .act(async |tx| {
            if !store::person_exists(tx, &scope, person).await? {
                return Err(Refusal::not_found().into());
            }
            let ends_at = actor.now.plus_seconds(OPEN_SECONDS);
            let reason = reason.to_string();
            let id = store::insert(tx, &scope, person, &reason, ends_at, due).await?;
            let entry = Entry {
                action: "break the glass",
                person: Some(person),
                object_kind: "break-glass access",
                object: Some(id.uuid()),
                purpose: "see the access",
            };
            audit::record(tx, actor, entry).await?;
            tell_guardians(tx, app, actor, &scope, id, due).await
        })
        .await?;
    Ok(())
}

/// Mails every guardian at once. The mail names who broke the glass, not whose
/// record it was.
async fn tell_guardians(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    scope: &Scope,
    id: Id<Glass>,
    due: Day,
) -> Outcome<()> {
    let today = actor.today().start();
    let in_a_day = store::count_since(tx, scope, actor.account, today).await?;
    let many = if in_a_day > MANY_IN_A_DAY {
        format!("\n\nThis is number {in_a_day} by this account today.")
    } else {
        String::new()
    };
    let accounts = account::all(tx, scope.scheme()).await?;
    let guardians = accounts
        .iter()
        .filter(|row| row.role == Role::Guardian && row.state == AccountState::Active);
    for guardian in guardians {
        let mail = Mail {
            once_key: format!("break-glass:{id}:{}", guardian.id),
            kind: "break-glass",
            to: guardian.email.clone(),
            subject: "A restricted record was opened".into(),
            body: format!(
                "{} opened one restricted record, on {}. Review it by {}:\n\n{}{many}\n",
                actor.name,
                actor.now.as_uk_moment(),
                due.as_uk_date(),
                app.origin.link(&format!("/break-glass/{id}")),
            ),
            person: None,
        };
        outbox::queue(tx, scope.scheme(), actor.now, mail).await?;
    }
    Ok(())
}

/// Keeps the guardian's review.
pub(super) async fn review(
    app: &App,
    actor: &Actor,
    id: Id<Glass>,
    finding: &Story,
) -> Result<(), Trouble> {
    let scope = actor.scope(Ability::ReviewBreakGlass)?;
    app.db
        .act(async |tx| {
            let row = store::one(tx, &scope, id).await?;
            store::review(tx, &scope, id, finding).await?;
            let entry = Entry {
                action: "review a break-glass access",
                person: Some(row.person_id),
                object_kind: "break-glass access",
                object: Some(id.uuid()),
                ..Entry::default()
            };
            audit::record(tx, actor, entry).await
        })
        .await?;
    Ok(())
}
