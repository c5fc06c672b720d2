//! The leaflet: what a link worker is and what happens when one is asked for,
//! in plain words, to be read on the screen or given to somebody on paper.
//! Whoever refers somebody may say that they gave it to them.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Answer, App, Needs, Routes, SchemeSettings, Visitor, scheme, settings};
use kith_db::{Failure, Outcome};
use kith_pages::{
    Html,
    components::Button,
    el, go,
    html::{link, p},
};

use super::pages::{help_now, how_to_reach};
use crate::paths;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/leaflet", Needs::Anyone, which)
        .get("/leaflet/{slug}", Needs::Anyone, show)
}

#[derive(Template)]
#[template(path = "myself/leaflet.html")]
struct Leaflet {
    days: u16,
    reach_us: Html,
    help_now: Html,
    privacy: &'static str,
    print: Html,
}

fn page(visitor: &Visitor, scheme: &str, settings: &SchemeSettings) -> Response {
    let view = Leaflet {
        days: settings.take_on_days,
        reach_us: how_to_reach(settings),
        help_now: help_now(settings),
        privacy: "/privacy",
        print: Button::print("Print this leaflet").into(),
    };
    visitor
        .page("What is a link worker?")
        .caption(scheme)
        .view(&view)
}

/// Whoever is signed in reads their own service's; others choose where there
/// is more than one.
async fn which(visitor: Visitor, app: App) -> Answer {
    if let Some(signed) = &visitor.signed {
        return Ok(page(&visitor, &signed.actor.scheme_name, &signed.settings));
    }
    let all = app.db.read(async |tx| scheme::all(tx).await).await?;
    if let [only] = all.as_slice() {
        return Ok(go(&paths::leaflet_of(&only.slug)));
    }
    let links = all
        .iter()
        .map(|scheme| el("li").child(link(paths::leaflet_of(&scheme.slug), &*scheme.name)));
    let list = el("ul").class("nhsuk-list").children(links);
    let body = p("Choose the service for where you live.").and(list);
    Ok(visitor
        .page("What is a link worker?")
        .body(body)
        .into_response())
}

async fn show(visitor: Visitor, app: App, Path(slug): Path<String>) -> Answer {
    let (row, settings) = app
        .db
        .read(async |tx| -> Outcome<_> {
            let row = scheme::by_slug(tx, &slug).await?;
            let settings = settings::of(tx, row.id).await?;
            Ok::<_, Failure<_>>((row, settings))
        })
        .await?;
    Ok(page(&visitor, &row.name, &settings))
}
