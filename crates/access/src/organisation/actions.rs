//! What an administrator does with organisations.

use kith_base::{Id, Refusal};
use kith_pages::form::Posted;

use super::{LIST, OrganisationKind, OrganisationRow, form::Entered, form::TakesPart, store};
use crate::{
    actor::{Actor, Organisation},
    app::App,
    audit::{self, Entry},
    role::Ability,
    signed::{Once, once},
    trouble::Trouble,
};

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
                Some(_) => store::change(tx, scope.scheme(), &row).await?,
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
