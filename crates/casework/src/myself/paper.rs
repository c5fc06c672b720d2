//! The form of the person's own door for paper, in large print, for whoever
//! would rather write with a pen: printed at home, at the practice or in a
//! library, and handed in. It is made of the same fields as the form on the
//! screen, so that the two cannot part.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Answer, App, Needs, Routes, SchemeSettings, Visitor, scheme::SchemeRow};
use kith_pages::{
    Html,
    components::{Button, InsetText},
    el,
    html::p,
};

use super::{
    form::MyselfForm,
    pages::{blank, closed, help_now, how_to_reach},
};
use crate::{concern::public::leave_now, paths};

pub(super) fn routes() -> Routes {
    Routes::new().get("/refer-yourself/{slug}/paper", Needs::Anyone, show)
}

/// Every field of the form, in its order.
fn fields(form: &MyselfForm) -> Html {
    [
        form.main.on_paper(),
        form.also.on_paper(),
        form.danger.on_paper(),
        form.words.on_paper(),
        form.given.on_paper(),
        form.family.on_paper(),
        form.born.on_paper(),
        form.postcode.on_paper(),
        form.phone.on_paper(),
        form.safe.on_paper(),
        form.email.on_paper(),
        form.safe_contact.on_paper(),
        form.practice.on_paper(),
        form.tell_practice.on_paper(),
        form.gender.on_paper(),
        form.ethnicity.on_paper(),
        form.agree.on_paper(),
    ]
    .into_iter()
    .collect()
}

fn lines(asked: &[&'static str]) -> Html {
    let line = |words: &&'static str| {
        el("div")
            .class("kith-on-paper")
            .child(el("p").child(el("strong").child(*words)))
            .child(el("div").class("kith-pen"))
    };
    asked.iter().map(|words| Html::from(line(words))).collect()
}

fn page(
    visitor: &Visitor,
    row: &SchemeRow,
    settings: &SchemeSettings,
    form: &MyselfForm,
) -> Response {
    let waits = "It may be some days until this paper is read. Does somebody hurt you, or are you \
                 in danger? Do not wait for us. Ring 999.";
    let heading = |words| Html::from(el("h2").class("nhsuk-heading-m").child(words));
    let body = leave_now()
        .and(p(Button::print("Print this form")))
        .and(help_now(settings))
        .and(InsetText::saying(waits))
        .and(p("Write with a pen. Leave empty what you do not want to say. Somebody you trust can help you."))
        .and(heading("What would help?"))
        .and(fields(form))
        .and(lines(&["Today's date"]))
        .and(heading("Where to hand it in"))
        .and(p("Give this paper to us yourself, or to somebody you trust. Do not leave it where others can read it."))
        .and(how_to_reach(settings))
        .and(heading("For the service"))
        .and(lines(&["Typed into Kith on", "By whom"]));
    visitor
        .page("Ask for help on paper")
        .caption(&*row.name)
        .back(paths::refer_myself_to(&row.slug))
        .body(el("div").class("kith-large").child(body))
        .into_response()
}

async fn show(visitor: Visitor, app: App, Path(slug): Path<String>) -> Answer {
    let (row, settings, form) = blank(&app, &slug).await?;
    if !settings.self_referral {
        return closed(&visitor, &row, &settings);
    }
    Ok(page(&visitor, &row, &settings, &form))
}
