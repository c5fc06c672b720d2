//! What a handler answers when it does not go as wished. Refusals keep their
//! words; faults are logged once under a reference, and the page shows only
//! the reference. A door that knows the account (`routes`) shows the same in
//! the account's own frame. Foreign and missing give the same page.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_base::{Refusal, refusal::Kind};
use kith_db::Failure;
use kith_pages::{Frame, error_page, refused};

/// What a handler gives.
pub type Answer = Result<Response, Trouble>;

/// Why a handler has no page to show.
#[derive(Debug)]
pub enum Trouble {
    /// A "no" with its reason.
    Refused(Refusal),
    /// The action failed.
    Failed(Failure<Refusal>),
    /// Something of ours broke; the words are for the log alone.
    Fault(String),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
impl From<Failure<Refusal>> for Trouble {
    fn from(failure: Failure<Refusal>) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            failure => Self::Failed(failure),
        }
    }
}
impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Failure::<Refusal>::from(error).into()
    }
}

impl Trouble {
    /// A fault of ours; the words go to the log, never to the page.
    pub fn fault(words: impl std::fmt::Display) -> Self {
        Self::Fault(words.to_string())
    }
}

/// What the page will say, carried with the answer so that the frame of the
/// account can be put around it.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Refusal(Refusal),
    Later(String),
    Fault { reference: String, unsure: bool },
}

impl Said {
    /// The page, in a frame.
    pub(crate) fn page(&self, frame: &Frame) -> Response {
        match self {
            Self::Refusal(refusal) => refused(frame, refusal),
            Self::Later(words) => error_page(
                frame,
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing was saved",
                words.as_str(),
                "",
            ),
            Self::Fault { reference, unsure } => {
                let what = if *unsure {
                    "We could not confirm that this was saved. Look whether it is there before you try again."
                } else {
                    "Nothing was saved. Go back and try again."
                };
                let title = "Something went wrong on our side";
                // Unsure is what a failing disk or a server that went away
                // leaves: the machine's trouble, and it may pass.
                let status = if *unsure {
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    StatusCode::INTERNAL_SERVER_ERROR
                };
                error_page(frame, status, title, what, reference)
            }
        }
    }
}

impl From<Trouble> for Said {
    /// Logs a fault once, under a new reference.
    fn from(trouble: Trouble) -> Self {
        let (error, unsure): (String, bool) = match trouble {
            Trouble::Refused(refusal) | Trouble::Failed(Failure::Refused(refusal)) => {
                return Self::Refusal(refusal);
            }
            Trouble::Failed(
                later @ (Failure::Busy | Failure::Slow | Failure::Full | Failure::Away),
            ) => {
                return Self::Later(later.to_string());
            }
            Trouble::Failed(Failure::Fault) => ("an action was not confirmed".into(), true),
            Trouble::Failed(Failure::Sql(error)) => (error.to_string(), false),
            Trouble::Fault(words) => (words, false),
        };
        let reference = format!("{:08X}", rand::random::<u32>());
        tracing::error!(reference, error, "a request failed");
        Self::Fault { reference, unsure }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let step_up = matches!(&self, Self::Refused(refusal) if refusal.kind == Kind::StepUp);
        let said = Said::from(self);
        let mut response = said.page(&Frame::new(""));
        response.extensions_mut().insert(said);
        if step_up {
            response.extensions_mut().insert(AskAgain);
        }
        response
    }
}

/// The handler found that the account must prove again who it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskAgain;

#[cfg(test)]
mod tests {
    use super::*;

    fn status(trouble: impl Into<Trouble>) -> u16 {
        trouble.into().into_response().status().as_u16()
    }

    #[test]
    fn each_no_has_its_status() {
        assert_eq!(status(Refusal::invalid("x")), 422);
        assert_eq!(status(Refusal::not_allowed("x")), 403);
        assert_eq!(status(Refusal::not_found()), 404);
        assert_eq!(status(Refusal::conflict("x")), 409);
        assert_eq!(status(Refusal::too_many("x")), 429);
        assert_eq!(status(Failure::Busy), 503);
        assert_eq!(status(Failure::Slow), 503);
        assert_eq!(status(Failure::Full), 503);
        assert_eq!(status(Failure::Away), 503);
        assert_eq!(status(Failure::Fault), 503);
        assert_eq!(status(sqlx::Error::RowNotFound), 500);
    }

    #[test]
    fn a_fault_shows_its_reference_and_none_of_its_words() {
        let Said::Fault { reference, unsure } = Said::from(Trouble::fault("secret detail")) else {
            panic!("not a fault");
        };
        assert_eq!((reference.len(), unsure), (8, false));
    }
}
