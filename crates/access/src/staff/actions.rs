//! What an administrator does with accounts.

use kith_base::{Email, Id, Name, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::form::{Changed, Invited};
use crate::{
    account::{self, AccountRow, AccountState},
    actor::{Account, Actor, Organisation, Scheme},
    app::{App, Origin},
    audit::{self, Entry},
    mailed::{self, Purpose},
    organisation::{self, OrganisationKind},
    role::{Ability, Role},
    session, settings,
    trouble::Trouble,
};

/// Makes an invited account and gives the path of its link, for the command
/// line that sets up a scheme: there is nobody yet who could be mailed by.
///
/// # Errors
/// `Invalid` when the address is taken.
pub async fn first_administrator(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    organisation: Id<Organisation>,
    name: Name,
    email: Email,
    now: Ts,
) -> Outcome<String> {
    let row = AccountRow {
        id: Id::new(now),
        email,
        name,
        role: Role::Administrator,
        organisation_id: organisation,
        state: AccountState::Invited,
        full_time_percent: 100,
        left_on: None,
        version: 1,
    };
    account::insert(tx, scheme, &row, now).await?;
    mailed::new_link(tx, scheme, row.id, Purpose::Invitation, now).await
}

/// Mails an account a new invitation: for accounts made from a file.
///
/// # Errors
/// `NotFound` when there is no such account.
pub async fn invite_now(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    origin: &Origin,
    now: Ts,
) -> Outcome<()> {
    let row = account::one(tx, scheme, account).await?;
    mailed::mail_link(tx, scheme, &row, Purpose::Invitation, origin, now).await
}

/// Practice staff belong to a practice, and nobody else does.
async fn fits(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    role: Role,
    organisation: Id<Organisation>,
) -> Outcome<()> {
    let row = organisation::one(tx, scheme, organisation).await?;
    let practice = row.kind == OrganisationKind::Practice;
    if (role == Role::Practice) != practice {
        let what = if practice {
            "Select a network: only practice staff belong to a practice"
        } else {
            "Select a practice: practice staff belong to one"
        };
        return Err(Refusal::field("organisation", what).into());
    }
    Ok(())
}

async fn note(tx: &mut Tx, actor: &Actor, action: &str, account: Id<Account>) -> Outcome<()> {
    let entry = Entry {
        action,
        object_kind: "account",
        object: Some(account.uuid()),
        ..Entry::default()
    };
    audit::record(tx, actor, entry).await
}

/// Invites somebody by mail.
pub(super) async fn invite(app: &App, actor: &Actor, invited: Invited) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    let row = AccountRow {
        id: Id::new(actor.now),
        email: invited.email,
        name: invited.name,
        role: invited.role,
        organisation_id: invited.organisation,
        state: AccountState::Invited,
        full_time_percent: invited.full_time_percent,
        left_on: None,
        version: 1,
    };
    app.db
        .act(async |tx| {
            fits(tx, scheme, row.role, row.organisation_id).await?;
            account::insert(tx, scheme, &row, actor.now).await?;
            note(tx, actor, "invite an account", row.id).await?;
            mailed::mail_link(
                tx,
                scheme,
                &row,
                Purpose::Invitation,
                &app.origin,
                actor.now,
            )
            .await
        })
        .await?;
    Ok(())
}

/// Changes name, role, organisation and hours. Whoever changes their role
/// hands over what they own, as when they leave.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    id: Id<Account>,
    changed: Changed,
) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    app.db
        .act(async |tx| {
            let before = account::one(tx, scheme, id).await?;
            if before.role != changed.role {
                may_lose_role(tx, actor, &before).await?;
            }
            fits(tx, scheme, changed.role, changed.organisation).await?;
            let other_reach =
                before.role != changed.role || before.organisation_id != changed.organisation;
            let other_role = before.role != changed.role;
            let row = AccountRow {
                name: changed.name,
                role: changed.role,
                organisation_id: changed.organisation,
                full_time_percent: changed.full_time_percent,
                version: changed.version,
                ..before
            };
            account::change(tx, scheme, &row).await?;
            if other_reach {
                session::end_all(tx, scheme, id).await?;
            }
            if other_role {
                // In another role they could no longer see to what they own.
                (app.on_leave)(tx, actor, id).await?;
            }
            note(tx, actor, "change an account", id).await
        })
        .await?;
    Ok(())
}

/// Whether an account may stop being what it is.
async fn may_lose_role(tx: &mut Tx, actor: &Actor, account: &AccountRow) -> Outcome<()> {
    if account.id == actor.account {
        let what = "You cannot change your own role or leave by yourself";
        return Err(Refusal::conflict(what)
            .try_next("Ask another administrator")
            .into());
    }
    if settings::of(tx, actor.scheme).await?.leads(account.id) {
        let what = "This is the safeguarding lead or deputy";
        return Err(Refusal::conflict(what)
            .try_next("Choose another in the settings first")
            .into());
    }
    Ok(())
}

/// Sends a new link: an invitation to somebody invited; to somebody who lost
/// their telephone, a new invitation sets both factors anew; a reset asks for
/// a new password alone.
pub(super) async fn link(
    app: &App,
    actor: &Actor,
    id: Id<Account>,
    both_factors: bool,
) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    app.db
        .act(async |tx| {
            let row = account::one(tx, scheme, id).await?;
            let (purpose, action) = match (row.state, both_factors) {
                (AccountState::Left, _) => {
                    return Err(Refusal::conflict("This account has left").into());
                }
                (AccountState::Active, false) => (Purpose::Reset, "start a reset of a password"),
                _ => (Purpose::Invitation, "start a reset of both factors"),
            };
            note(tx, actor, action, id).await?;
            mailed::mail_link(tx, scheme, &row, purpose, &app.origin, actor.now).await
        })
        .await?;
    Ok(())
}

/// Marks an account as left: it is out at once, and what it owned is handed
/// over in the same transaction.
pub(super) async fn leave(
    app: &App,
    actor: &Actor,
    id: Id<Account>,
    version: i64,
) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    app.db
        .act(async |tx| {
            let row = account::one(tx, scheme, id).await?;
            may_lose_role(tx, actor, &row).await?;
            account::leave(tx, scheme, id, version, actor.today()).await?;
            session::end_all(tx, scheme, id).await?;
            (app.on_leave)(tx, actor, id).await?;
            note(tx, actor, "mark an account as left", id).await
        })
        .await?;
    Ok(())
}
