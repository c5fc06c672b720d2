//! What a browser posted: names and texts, exactly as typed.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{CSRF_FIELD, ONCE_FIELD};

/// The fields of a posted form, or of an address after its `?`, in order.
/// Its `Debug` says how many, never what: a posted form may hold a note.
#[derive(Clone, Default)]
pub struct Posted(Vec<(String, String)>);

impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Posted({} fields)", self.0.len())
    }
}

impl Posted {
    /// Reads `a=1&b=2`. Bytes that are no text become `U+FFFD`.
    #[must_use]
    pub fn read(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// From names and texts.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self(pairs.into_iter().map(owned).collect())
    }

    /// The first text under a name; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(at, _)| at == name);
        found.map_or("", |(_, text)| text)
    }

    /// Every text under a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(at, _)| at == name)
            .map(|(_, text)| text.as_str())
    }

    /// Whether anything came under a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(at, _)| at == name)
    }

    /// What the form carried to show that our page made it.
    #[must_use]
    pub fn csrf(&self) -> &str {
        self.text(CSRF_FIELD)
    }

    /// The key under which this post is done once.
    #[must_use]
    pub fn once(&self) -> &str {
        self.text(ONCE_FIELD)
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    /// Reads the body of a posted form, up to axum's limit for bodies.
    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let form = "application/x-www-form-urlencoded";
        let is_form = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with(form));
        if !is_form {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(Self::read(&body))
    }
}
