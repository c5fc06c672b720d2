//! Pages of words: the front page, help, accessibility, privacy. They promise
//! nothing the program does not do.

use askama::Template;
use axum::response::Response;
use kith_access::{Answer, Visitor};
use kith_casework::paths;

use super::page_of;

#[derive(Template)]
#[template(path = "homes/front.html")]
struct Front {
    refer_myself: String,
}

#[derive(Template)]
#[template(path = "homes/help.html")]
struct Help;

#[derive(Template)]
#[template(path = "homes/accessibility.html")]
struct Accessibility;

#[derive(Template)]
#[template(path = "homes/privacy.html")]
struct Privacy;

pub(super) fn front(visitor: &Visitor) -> Response {
    page_of(
        visitor,
        "Social prescribing",
        &Front {
            refer_myself: paths::refer_myself(),
        },
    )
}

pub(super) async fn help(visitor: Visitor) -> Answer {
    Ok(page_of(&visitor, "Help", &Help))
}

pub(super) async fn accessibility(visitor: Visitor) -> Answer {
    Ok(page_of(&visitor, "Accessibility", &Accessibility))
}

pub(super) async fn privacy(visitor: Visitor) -> Answer {
    Ok(page_of(&visitor, "Privacy", &Privacy))
}
