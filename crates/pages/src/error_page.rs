//! The page for when it did not go as wished: what happened, what to do, and
//! a reference to give to whoever helps. Nothing of ours shows: no trace, no
//! statement, no file name.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kith_base::{Refusal, refusal::Kind};

use crate::frame::Frame;
use crate::html::{Html, el, p};

/// A page that says what happened and what to do. `reference` finds the fault
/// in the log; empty where there is none.
pub fn error_page(
    frame: &Frame,
    status: StatusCode,
    title: &str,
    what_to_do: impl Into<Html>,
    reference: &str,
) -> Response {
    let reference = (!reference.is_empty()).then(|| {
        let number = el("strong").class("kith-reference").child(reference);
        el("p")
            .child("If you ask for help, give this reference: ")
            .child(number)
    });
    let body: Html = std::iter::once(p(what_to_do))
        .chain(reference.map(Html::from))
        .collect();
    frame
        .page(title)
        .reading()
        .status(status)
        .body(body)
        .into_response()
}

/// The one page for what is not there and for what the account may not know.
pub fn not_found(frame: &Frame) -> Response {
    refused(frame, &Refusal::not_found())
}

/// The page for a refusal that no form can show.
pub fn refused(frame: &Frame, refusal: &Refusal) -> Response {
    let status = match refusal.kind {
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NotAllowed => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::StepUp => StatusCode::UNAUTHORIZED,
    };
    error_page(frame, status, &refusal.what, refusal.next.as_str(), "")
}
