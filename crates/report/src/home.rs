//! Where the figures begin: what there is to see, for whoever asks.

use axum::response::IntoResponse;
use kith_access::{Ability, Answer, Needs, Routes, Signed};
use kith_pages::{Html, components::Card, el};

use crate::{paths, subject::Subject};

/// The address of the figures.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/figures", Needs::Can(Ability::SeeFigures), show)
}

async fn show(signed: Signed) -> Answer {
    let actor = &signed.actor;
    let own = Subject::own(actor)?;
    let mut cards = vec![card(
        "What changed",
        own.path(),
        "GP contacts and wellbeing before and after people were referred, and what may be concluded from them.",
    )];
    if actor.can(Ability::SeeReach) {
        cards.push(card(
            "Who is reached",
            paths::reach(),
            "People referred by age, sex, ethnicity and deprivation, against the people who live here.",
        ));
        cards.push(card(
            "Ups and downs",
            paths::rhythm(),
            "Referrals and waits month by month, and which months are more than chance.",
        ));
    }
    if actor.can(Ability::GatherFigures) {
        cards.push(card(
            "Files",
            paths::files(),
            "GP contacts, registers, wellbeing scores and population counts: what was brought in, and how to take it out again.",
        ));
    }
    let intro = "Figures here say how they were made and how many people they rest on. Where the data cannot carry a conclusion, the page says so and what would be needed.";
    let body: Html = [Html::from(el("p").child(intro))]
        .into_iter()
        .chain(cards)
        .collect();
    Ok(signed
        .page("Figures")
        .under(paths::figures())
        .body(body)
        .into_response())
}

fn card(heading: &str, href: String, description: &str) -> Html {
    Card::new()
        .heading(heading)
        .href(href)
        .clickable(true)
        .description(description)
        .into()
}
