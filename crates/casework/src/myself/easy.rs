//! The same door in easy read: one short thing at a time, each with a picture,
//! on the screen or on paper. It leads to the form and to the form for paper.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Answer, App, Needs, Routes, SchemeSettings, Visitor, scheme::SchemeRow};
use kith_pages::{
    Html,
    components::Button,
    el,
    html::{link, p},
};

use super::{
    drawn::Drawn,
    pages::{help_now, how_to_reach, service},
};
use crate::{concern::public::leave_now, paths};

pub(super) fn routes() -> Routes {
    Routes::new().get("/refer-yourself/{slug}/easy-read", Needs::Anyone, show)
}

/// One thing: its picture and its words.
fn told(drawn: Drawn, words: impl Into<Html>) -> Html {
    el("li").child(drawn).child(p(words)).into()
}

fn part<const N: usize>(heading: &'static str, told: [Html; N]) -> Html {
    let list = el("ul").class("kith-easy").children(told);
    Html::from(el("h2").class("nhsuk-heading-m").child(heading)).and(list)
}

/// The ways to ask, while the door is open.
fn asks(row: &SchemeRow) -> Html {
    let here = link(paths::refer_myself_to(&row.slug), "Ask for help here");
    let paper = paths::refer_myself_on_paper(&row.slug);
    let paper = link(paper, "Print the paper form");
    part(
        "How to ask for help",
        [
            told(
                Drawn::Screen,
                Html::from("You can ask on a screen. ").and(here),
            ),
            told(
                Drawn::Paper,
                Html::from("You can ask on paper. ").and(paper),
            ),
            told(Drawn::Talk, "Somebody you trust can help you."),
        ],
    )
}

fn next(settings: &SchemeSettings) -> Html {
    let days = settings.take_on_days;
    let privacy = link("/privacy", "Read more about what is kept");
    part(
        "What happens next?",
        [
            told(
                Drawn::Days,
                format!("We read what you send within {days} working days."),
            ),
            told(
                Drawn::Phone,
                "We get in touch in a way that is safe for you.",
            ),
            told(
                Drawn::Safe,
                Html::from("We keep what you tell us safe. ").and(privacy),
            ),
        ],
    )
}

fn page(visitor: &Visitor, row: &SchemeRow, settings: &SchemeSettings) -> Response {
    let danger = "Are you in danger now? Do not wait. Ring 999.";
    let danger = el("ul")
        .class("kith-easy")
        .child(told(Drawn::Danger, danger));
    let what = part(
        "What is a link worker?",
        [
            told(Drawn::Talk, "A link worker has time to listen to you."),
            told(Drawn::People, "They can help you meet people."),
            told(Drawn::Home, "They can help with your home."),
            told(Drawn::Money, "They can help with money."),
            told(
                Drawn::Choose,
                "You choose. You can say yes or no. It is free.",
            ),
        ],
    );
    let asks = settings.self_referral.then(|| asks(row));
    let reach = el("h2").class("nhsuk-heading-m").child("How to reach us");
    let body = leave_now()
        .and(danger)
        .and(what)
        .and(asks.unwrap_or_default())
        .and(next(settings))
        .and(reach)
        .and(how_to_reach(settings))
        .and(help_now(settings))
        .and(Button::print("Print this page"));
    visitor
        .page("Ask for help: easy read")
        .caption(&*row.name)
        .body(el("div").class("kith-large").child(body))
        .into_response()
}

async fn show(visitor: Visitor, app: App, Path(slug): Path<String>) -> Answer {
    let (row, settings) = app.db.read(async |tx| service(tx, &slug).await).await?;
    Ok(page(&visitor, &row, &settings))
}
