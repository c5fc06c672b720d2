//! One message on a card: what it says, who wrote it, what the practice does
//! with it. It stands alone on a page about the person, and with the name
//! where several people's messages stand together.

use askama::Template;
use kith_access::Trouble;
use kith_base::Word;
use kith_pages::{
    Html,
    components::Button,
    form::{FormToken, PostButton},
};

use super::Read;
use crate::{paths, person::listed::identifiers};

#[derive(Template)]
#[template(path = "sent/card.html")]
struct Card<'a> {
    message: &'a Read,
    heading: Html,
    named: bool,
    sent: String,
    identifiers: Html,
    written: String,
    acknowledged: Option<String>,
    acknowledge: Html,
    filed: Option<String>,
    file: Html,
    unfile: Html,
    plain: String,
    copy: Html,
}

pub(super) fn cards<'a>(
    messages: impl IntoIterator<Item = &'a Read>,
    named: bool,
    token: &FormToken,
) -> Result<Vec<Html>, Trouble> {
    messages
        .into_iter()
        .map(|message| card(message, named, token))
        .collect()
}

/// One message; `named` where the page does not already say whose it is.
fn card(message: &Read, named: bool, token: &FormToken) -> Result<Html, Trouble> {
    let button = |path: String, words: &'static str| -> Html {
        PostButton::new(path, token, Button::secondary(words).small(true))
            .with("message", message.id.to_string())
            .into()
    };
    let by = |name: &Option<kith_base::Name>, at: Option<kith_base::Ts>| {
        let who = name.as_deref().unwrap_or("somebody").to_owned();
        at.map(|at| format!("{who}, {}", at.as_uk_moment()))
    };
    let plain = plain(message);
    let view = Card {
        message,
        heading: message.stage.label().into(),
        named,
        sent: paths::sent_one(message.referral_id),
        identifiers: identifiers(message.born, message.nhs_number.as_ref()),
        written: message.made_at.as_uk_moment(),
        acknowledged: by(&message.acknowledged_by, message.acknowledged_at)
            .map(|by| format!("Read by {by}")),
        acknowledge: button(paths::acknowledge(message.referral_id), "We have read this"),
        filed: by(&message.filed_by, message.filed_at).map(|by| format!("Filed by {by}")),
        file: button(paths::file_messages(), "Mark as filed"),
        unfile: button(paths::unfile_message(), "Not filed after all"),
        copy: Button::copy("Copy", &*plain).into(),
        plain,
    };
    Html::template(&view).map_err(Trouble::fault)
}

/// The message as one line to be pasted into a record.
fn plain(message: &Read) -> String {
    let to_do = message
        .to_do
        .as_deref()
        .map_or(String::new(), |to_do| format!(" Practice to do: {to_do}."));
    let code = message.code.as_deref().map_or(String::new(), |code| {
        format!(
            " SNOMED CT {code} {}.",
            message.code_term.as_deref().unwrap_or_default()
        )
    });
    format!(
        "Social prescribing, ref {}, {}. {}{to_do}{code} Written by {}, {}, {}.",
        message.reference,
        message.stage.label(),
        message.words,
        message.author_name,
        message.author_role,
        message.made_at.day().as_uk_date(),
    )
}
