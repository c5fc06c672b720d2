//! The administrator's pages on organisations.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_base::{Id, Kind};
use kith_pages::{
    components::{Button, Cell, Column, Empty, Table},
    done,
    form::Posted,
};

use super::{
    LIST, OrganisationRow, actions,
    form::{Entered, OrganisationForm, TakesPart},
    store,
};
use crate::{
    actor::Organisation,
    app::App,
    role::Ability,
    sheet::{pieces, send, sheet},
    signed::Signed,
    trouble::{Answer, Trouble},
};

pub(super) async fn list(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::SeeAccounts)?;
    let rows = app
        .db
        .read(async |tx| store::all(tx, scope.scheme()).await)
        .await?;
    let may_change = signed.actor.can(Ability::ManageOrganisations);
    let list = if rows.is_empty() {
        Empty::new("There are no organisations yet.").into()
    } else {
        rows.iter()
            .fold(
                Table::new().responsive(true).head(
                    ["Name", "Sort", "ODS code", "Email address", "Takes part"].map(Column::new),
                ),
                |table, row| table.row(cells(row, may_change)),
            )
            .into()
    };
    let add =
        may_change.then(|| Button::new("Add an organisation").href("/admin/organisations/new"));
    Ok(signed
        .page("Organisations")
        .compact()
        .under(LIST)
        .body(pieces([add.map(Into::into).unwrap_or_default(), list]))
        .into_response())
}

fn cells(row: &OrganisationRow, may_change: bool) -> [Cell; 5] {
    let name = if may_change {
        Cell::link(&*row.name, format!("{LIST}/{}", row.id))
    } else {
        Cell::new(&*row.name)
    };
    [
        name,
        Cell::new(row.kind.to_string()),
        Cell::new(row.ods_code.as_deref().unwrap_or("–")),
        Cell::new(row.email.as_deref().unwrap_or("–")),
        Cell::new(if row.active { "Yes" } else { "No" }),
    ]
}

fn show(signed: &Signed, form: &OrganisationForm, id: Option<Id<Organisation>>) -> Response {
    let (title, action) = match id {
        Some(id) => ("Change an organisation", format!("{LIST}/{id}")),
        None => ("Add an organisation", format!("{LIST}/new")),
    };
    let fields = [
        form.kind(),
        form.name(),
        form.ods_code(),
        form.email(),
        form.active(),
        form.version(),
    ];
    signed
        .page(title)
        .back(LIST)
        .under(LIST)
        .errors(form.errors())
        .body(sheet(
            form.open(action, &signed.token()),
            fields,
            send("Save"),
        ))
        .into_response()
}

pub(super) async fn show_new(signed: Signed) -> Response {
    let blank = Posted::from_pairs([("version", "1"), ("active", "yes")]);
    show(&signed, &OrganisationForm::blank().kept(&blank), None)
}

pub(super) async fn new(signed: Signed, app: App, posted: Posted) -> Answer {
    keep(&signed, &app, None, &posted).await
}

pub(super) async fn show_one(signed: Signed, app: App, Path(id): Path<Id<Organisation>>) -> Answer {
    let scope = signed.actor.scope(Ability::ManageOrganisations)?;
    let row = app
        .db
        .read(async |tx| store::one(tx, scope.scheme(), id).await)
        .await?;
    let form = OrganisationForm::blank().filled(&Entered {
        kind: row.kind,
        name: row.name,
        ods_code: row.ods_code,
        email: row.email,
        active: if row.active {
            TakesPart::Yes
        } else {
            TakesPart::No
        },
        version: row.version,
    });
    Ok(show(&signed, &form, Some(id)))
}

pub(super) async fn change(
    signed: Signed,
    app: App,
    Path(id): Path<Id<Organisation>>,
    posted: Posted,
) -> Answer {
    keep(&signed, &app, Some(id), &posted).await
}

async fn keep(signed: &Signed, app: &App, id: Option<Id<Organisation>>, posted: &Posted) -> Answer {
    let entered = match OrganisationForm::blank().check(posted) {
        Ok(entered) => entered,
        Err(form) => return Ok(show(signed, &form, id)),
    };
    match actions::keep(app, &signed.actor, id, posted, entered).await {
        Ok(()) => Ok(done(LIST, "Organisation saved")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = OrganisationForm::blank().kept(posted);
            form.refuse(&refusal);
            Ok(show(signed, &form, id))
        }
        Err(trouble) => Err(trouble),
    }
}
