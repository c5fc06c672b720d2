//! The administrator's page on the outbox: how many mails wait, were sent or
//! failed, and why, without saying whom they are for or about.

use axum::response::IntoResponse;
use kith_base::Ts;
use kith_db::{Outcome, Tx, on};
use kith_pages::components::{Column, Empty, Table};

use crate::{
    actor::Scope, app::App, needs::Needs, role::Ability, routes::Routes, sheet::pieces,
    signed::Signed, trouble::Answer,
};

/// The administrator's route on the outbox.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/admin/deliveries", Needs::Can(Ability::SeeTechnical), show)
}

const COUNTS: &str = "select state, kind, count(*) from outbox
    where scheme_id = $1 group by state, kind order by state, kind";
const FAILED: &str = "select made_at, kind, attempts, failure from outbox
    where scheme_id = $1 and state = 'failed' order by made_at desc, id limit 50";

type Failed = (Ts, String, i64, Option<String>);

async fn counts(tx: &mut Tx, scope: &Scope) -> Outcome<Vec<(String, String, i64)>> {
    Ok(
        on!(tx, c => sqlx::query_as::<_, (String, String, i64)>(COUNTS)
        .bind(scope.scheme()).fetch_all(c))?,
    )
}

async fn failed(tx: &mut Tx, scope: &Scope) -> Outcome<Vec<Failed>> {
    Ok(on!(tx, c => sqlx::query_as::<_, Failed>(FAILED)
        .bind(scope.scheme()).fetch_all(c))?)
}

async fn show(signed: Signed, app: App) -> Answer {
    let scope = signed.actor.scope(Ability::SeeTechnical)?;
    let (counts, failed) = app
        .db
        .read(async |tx| Ok((counts(tx, &scope).await?, failed(tx, &scope).await?)))
        .await?;
    let by_state = counts.iter().fold(
        Table::new()
            .caption("Mails")
            .head(["State", "Sort", "Number"].map(Column::new)),
        |table, (state, kind, number)| table.row([state.clone(), kind.clone(), number.to_string()]),
    );
    let failures = if failed.is_empty() {
        Empty::new("No mail has failed.").into()
    } else {
        let heads = ["Written", "Sort", "Tries", "Why it failed"].map(Column::new);
        let table = Table::new().caption("Failed").head(heads);
        failed
            .into_iter()
            .fold(table, |table, (at, kind, tries, why)| {
                let why = why.unwrap_or_default();
                table.row([at.as_uk_moment(), kind, tries.to_string(), why])
            })
            .into()
    };
    Ok(signed
        .page("Deliveries")
        .compact()
        .body(pieces([by_state.into(), failures]))
        .into_response())
}
