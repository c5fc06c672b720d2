//! What an administrator does with organisations.

use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx};
use kith_pages::form::Posted;

use super::{LIST, OrganisationKind, OrganisationRow, form::Entered, form::TakesPart, store};
use crate::{
    actor::{Actor, Organisation, Scheme},
    app::App,
    audit::{self, Entry},
    role::Ability,
    signed::{Once, once},
    trouble::Trouble,
};

/// What somebody may do hangs on the sort of their organisation, and nobody
/// works for one that takes part no more: as long as there are accounts, both
/// stay.
async fn keeps_its_staff(tx: &mut Tx, scheme: Id<Scheme>, new: &OrganisationRow) -> Outcome<()> {
    let old = store::one(tx, scheme, new.id).await?;
    let field = match () {
        () if (old.kind == OrganisationKind::Practice)
            != (new.kind == OrganisationKind::Practice) =>
        {
            "kind"
        }
        () if old.active && !new.active => "active",
        () => return Ok(()),
    };
    let what = match store::staff(tx, scheme, new.id).await? {
        0 => return Ok(()),
        1 => "1 account belongs to it".to_owned(),
        many => format!("{many} accounts belong to it"),
    };
    let next = "Mark them as left, or give them another organisation, under Accounts first";
    Err(Refusal::field(field, what).try_next(next).into())
}

/// Adds an organisation, or keeps what was changed about one; a form sent
/// twice does it once.
pub(super) async fn keep(
    app: &App,
    actor: &Actor,
    id: Option<Id<Organisation>>,
    posted: &Posted,
    entered: Entered,
) -> Result<(), Trouble> {
    let scope = actor.scope(Ability::ManageOrganisations)?;
    if entered.kind == OrganisationKind::Practice && entered.ods_code.is_none() {
        return Err(Refusal::field("ods_code", "Enter the practice's ODS code").into());
    }
    let row = OrganisationRow {
        id: id.unwrap_or_else(|| Id::new(actor.now)),
        kind: entered.kind,
        name: entered.name,
        ods_code: entered.ods_code,
        email: entered.email,
        active: entered.active == TakesPart::Yes,
        version: entered.version,
    };
    let action = if id.is_some() {
        "change an organisation"
    } else {
        "add an organisation"
    };
    app.db
        .act(async |tx| {
            if once(tx, actor, posted, LIST).await? != Once::First {
                return Ok(());
            }
            match id {
                Some(_) => {
                    keeps_its_staff(tx, scope.scheme(), &row).await?;
                    store::change(tx, scope.scheme(), &row).await?;
                }
                None => store::insert(tx, scope.scheme(), &row, actor.now).await?,
            }
            let entry = Entry {
                action,
                object_kind: "organisation",
                object: Some(row.id.uuid()),
                ..Entry::default()
            };
            audit::record(tx, actor, entry).await
        })
        .await?;
    Ok(())
}
