//! The pages of the trail.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Response},
};
use kith_base::{Id, Refusal};
use kith_pages::{
    Html,
    components::{Cell, Column, Empty, Table},
    html::{link, p},
};

use serde::Deserialize;

use super::store::{self, PAGE, TrailRow};
use crate::{
    actor::{Account, Person},
    app::App,
    audit::{self, Entry},
    role::{Ability, Reach},
    signed::Signed,
    trouble::Answer,
    who::is_in_scope,
};

/// Which page of a list: the one before a row of it.
#[derive(Deserialize)]
pub(super) struct Ask {
    before: Option<Id<TrailRow>>,
}

/// What a page of the trail shows: where it stands, and what it is called.
struct Listed<'a> {
    at: &'a str,
    title: &'a str,
    rows: &'a [TrailRow],
    links: bool,
    below: Html,
}

fn page(signed: &Signed, listed: Listed<'_>) -> Response {
    let (below, links) = (listed.below, listed.links);
    let more = listed.rows.len() > PAGE;
    let rows = listed.rows.get(..PAGE).unwrap_or(listed.rows);
    let earlier = rows.last().filter(|_| more).map(|last| {
        let to = format!("{}?before={}", listed.at, last.id);
        p(link(to, "What was done before"))
    });
    let page = signed.page(listed.title).compact().under("/audit");
    if rows.is_empty() {
        return page
            .body(Html::from(Empty::new("Nothing has been written down yet.")).and(below))
            .into_response();
    }
    let heads = ["When", "Who", "What", "Person", "Outcome"].map(Column::new);
    let table = rows.iter().fold(
        Table::new().long(true).compact(true).head(heads),
        |table, row| table.row(cells(row, links)),
    );
    let below = earlier.unwrap_or_default().and(below);
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
pub(super) async fn list(signed: Signed, app: App, Query(ask): Query<Ask>) -> Answer {
    let scope = signed.actor.scope(Ability::SeeAudit)?;
    let all = scope.how_far() == Reach::Scheme;
    let rows = app
        .db
        .read(async |tx| {
            if all {
                store::latest(tx, &scope, ask.before).await
            } else {
                store::of_account(tx, &scope, scope.account(), ask.before).await
            }
        })
        .await?;
    let title = if all { "Audit trail" } else { "What you did" };
    let listed = Listed {
        at: "/audit",
        title,
        rows: &rows,
        links: all,
        below: Html::default(),
    };
    Ok(page(&signed, listed))
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

pub(super) async fn of_person(
    signed: Signed,
    app: App,
    Path(person): Path<Id<Person>>,
    Query(ask): Query<Ask>,
) -> Answer {
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
            let rows = store::of_person(tx, &scope, person, ask.before).await?;
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
    let listed = Listed {
        at: &format!("/audit/people/{person}"),
        title: "Who looked at this person",
        rows: &rows,
        links: true,
        below: export.unwrap_or_default(),
    };
    Ok(page(&signed, listed))
}

pub(super) async fn of_account(
    signed: Signed,
    app: App,
    Path(account): Path<Id<Account>>,
    Query(ask): Query<Ask>,
) -> Answer {
    let scope = whole_trail(&signed)?;
    let rows = app
        .db
        .read(async |tx| store::of_account(tx, &scope, account, ask.before).await)
        .await?;
    let listed = Listed {
        at: &format!("/audit/accounts/{account}"),
        title: "What this account did",
        rows: &rows,
        links: true,
        below: Html::default(),
    };
    Ok(page(&signed, listed))
}
