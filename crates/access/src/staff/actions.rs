//! What an administrator does with accounts.

use kith_base::{Email, Id, Name, Refusal, Ts};
use kith_db::{Outcome, Tx};
use kith_pages::form::Posted;

use super::{
    LIST,
    form::{Changed, Invited},
};
use crate::{
    account::{self, AccountRow, AccountState},
    actor::{Account, Actor, Organisation, Scheme},
    app::App,
    audit::{self, Entry},
    mailed::{self, Purpose},
    organisation::{self, OrganisationKind},
    role::{Ability, Role},
    session, settings,
    signed::{Once, once},
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
            "Select the network or a voluntary organisation: only practice staff belong to a practice"
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

/// Invites somebody by mail; a form sent twice invites once.
pub(super) async fn invite(
    app: &App,
    actor: &Actor,
    posted: &Posted,
    invited: Invited,
) -> Result<(), Trouble> {
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
            if once(tx, actor, posted, LIST).await? != Once::First {
                return Ok(());
            }
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
/// hands over what they own, as when they leave. Somebody invited who has not
/// come yet gets another address, and the invitation anew: the link that was
/// sent to the wrong one stops working.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    id: Id<Account>,
    posted: &Posted,
    changed: Changed,
) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    app.db
        .act(async |tx| {
            if once(tx, actor, posted, LIST).await? != Once::First {
                return Ok(());
            }
            let before = account::one(tx, scheme, id).await?;
            let other_address = changed
                .email
                .filter(|email| before.state == AccountState::Invited && *email != before.email);
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
            if let Some(email) = other_address {
                account::change_address(tx, scheme, id, &email).await?;
                note(tx, actor, "correct the address of an invitation", id).await?;
                let to = AccountRow { email, ..row };
                let invitation = Purpose::Invitation;
                mailed::mail_link(tx, scheme, &to, invitation, &app.origin, actor.now).await?;
            }
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
    posted: &Posted,
) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    let both_factors = posted.text("both") == "yes";
    app.db
        .act(async |tx| {
            if once(tx, actor, posted, LIST).await? != Once::First {
                return Ok(());
            }
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
    posted: &Posted,
) -> Result<(), Trouble> {
    let scheme = actor.scope(Ability::ManageAccounts)?.scheme();
    let version = posted.text("version").parse().unwrap_or(0);
    app.db
        .act(async |tx| {
            if once(tx, actor, posted, LIST).await? != Once::First {
                return Ok(());
            }
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
