//! The page of ups and downs: the whole service's for its manager, its own
//! for a practice.

use axum::{extract::Query, response::IntoResponse};
use kith_access::{Ability, Answer, App, Needs, Routes, Signed};
use kith_db::Outcome;
use kith_pages::{Html, components::Empty, el};

use super::{rules, store};
use crate::{
    paths,
    shown::{Asked, html::switch},
};

/// The address of ups and downs.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/figures/rhythm", Needs::Can(Ability::SeeReach), show)
}

async fn show(app: App, signed: Signed, Query(asked): Query<Asked>) -> Answer {
    let scope = signed.actor.scope(Ability::SeeReach)?;
    let (scheme, practice) = (scope.scheme(), scope.practice());
    let today = signed.actor.today();
    let (months, received, seen) = app
        .db
        .read(async |tx| {
            let months = rules::months(store::first(tx, scheme, practice).await?, today);
            let since = months
                .first()
                .and_then(|month| month.first_day())
                .unwrap_or(today);
            Outcome::Ok((
                months,
                store::received(tx, scheme, since, practice).await?,
                store::seen(tx, scheme, since, practice).await?,
            ))
        })
        .await?;
    let reader = asked.reader(&signed.actor);
    let body: Html = if months.is_empty() {
        Empty::new("There is no whole month of referrals yet. Come back when one is over.")
            .next("Back to the figures", paths::figures())
            .into()
    } else {
        let working = &signed.settings.working;
        let intro = "Every month is a little higher or lower than the one before. A chart like these tells ordinary movement from something that changed. A signal is a question to ask, neither good nor bad.";
        [
            switch(&paths::rhythm(), reader),
            el("p").child(intro).into(),
            rules::referrals(&months, &received).html(reader),
            rules::waits(&months, &seen, working).html(reader),
        ]
        .into_iter()
        .collect()
    };
    Ok(signed
        .page("Ups and downs")
        .under(paths::figures())
        .body(body)
        .into_response())
}
