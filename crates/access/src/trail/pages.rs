//! The pages of the trail.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_base::{Id, Refusal};
use kith_pages::{
    Html,
    components::{Cell, Column, Empty, Table},
    html::{link, p},
};

use super::store::{self, MOST, TrailRow};
use crate::{
    actor::{Account, Person},
    app::App,
    audit::{self, Entry},
    role::{Ability, Reach},
    signed::Signed,
    trouble::Answer,
    who::is_in_scope,
};

fn table(signed: &Signed, title: &str, rows: &[TrailRow], links: bool) -> Response {
    under(signed, title, rows, links, Html::default())
}

/// The table with a piece below it.
fn under(signed: &Signed, title: &str, rows: &[TrailRow], links: bool, below: Html) -> Response {
    let page = signed.page(title).compact().under("/audit");
    if rows.is_empty() {
        return page
            .body(Html::from(Empty::new("Nothing has been written down yet.")).and(below))
            .into_response();
    }
    let heads = ["When", "Who", "What", "Person", "Outcome"].map(Column::new);
    let table = rows.iter().fold(
        Table::new().responsive(true).compact(true).head(heads),
        |table, row| table.row(cells(row, links)),
    );
    page.body(Html::from(table).and(below)).into_response()
}

fn cells(row: &TrailRow, links: bool) -> [Cell; 5] {
    let name = row.account_name.as_deref().unwrap_or("–");
    let who = match row.account_id {
        Some(id) if links => Cell::link(name, format!("/audit/accounts/{id}")),
        _ => Cell::new(format!("{name} ({})", row.role)),
    };
    let person = match row.person_id {
        Some(id) if links => Cell::link(short(id), format!("/audit/people/{id}")),
        Some(id) => Cell::new(short(id)),
        None => Cell::new("–"),
    };
    [
        Cell::new(row.at.as_uk_moment()),
        who,
        Cell::new(&row.action),
        person,
        Cell::new(&row.outcome),
    ]
}

/// The end of an id: enough to tell people apart, and no name.
fn short(id: Id<Person>) -> String {
    let id = id.to_string();
    id.rsplit('-').next().unwrap_or(&id).to_owned()
}

/// The guardian sees the scheme's latest acts, everybody else their own.
pub(super) async fn list(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::SeeAudit)?;
    let all = scope.how_far() == Reach::Scheme;
    let rows = app
        .db
        .read(async |tx| {
            if all {
                store::latest(tx, &scope).await
            } else {
                store::of_account(tx, &scope, scope.account()).await
            }
        })
        .await?;
    let title = if all { "Audit trail" } else { "What you did" };
    Ok(table(&signed, title, &rows, all))
}

/// Only who sees the whole trail sees another's acts.
fn whole_trail(signed: &Signed) -> Result<crate::Scope, Refusal> {
    let scope = signed.actor.scope(Ability::SeeAudit)?;
    if scope.how_far() == Reach::Scheme {
        Ok(scope)
    } else {
        Err(Refusal::not_found())
    }
}

pub(super) async fn of_person(signed: Signed, app: App, Path(person): Path<Id<Person>>) -> Answer {
    let scope = whole_trail(&signed)?;
    let (rows, is_seen) = app
        .db
        .act(async |tx| {
            let entry = Entry {
                action: "see who looked at somebody",
                person: Some(person),
                object_kind: "audit trail",
                object: Some(person.uuid()),
                ..Entry::default()
            };
            let rows = store::of_person(tx, &scope, person, MOST).await?;
            audit::record(tx, &signed.actor, entry).await?;
            Ok((rows, is_in_scope(tx, &scope, person).await?))
        })
        .await?;
    // Whoever answers a subject access request finds the way here.
    let may = is_seen && signed.actor.can(Ability::ExportPerson);
    let export = may.then(|| {
        p(link(
            format!("/people/{person}/export"),
            "Take this person's whole record out, when they ask for it",
        ))
    });
    let below = export.unwrap_or_default();
    Ok(under(
        &signed,
        "Who looked at this person",
        &rows,
        true,
        below,
    ))
}

pub(super) async fn of_account(
    signed: Signed,
    app: App,
    Path(account): Path<Id<Account>>,
) -> Answer {
    let scope = whole_trail(&signed)?;
    let rows = app
        .db
        .read(async |tx| store::of_account(tx, &scope, account).await)
        .await?;
    Ok(table(&signed, "What this account did", &rows, true))
}
