//! What a browser posted: names and texts exactly as typed, and files.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{CSRF_FIELD, ONCE_FIELD};

/// More parts than any form of ours has.
const MOST_PARTS: usize = 1000;

/// The fields of a posted form, or of an address after its `?`, in order.
/// Its `Debug` says how many, never what: a posted form may hold a note.
#[derive(Clone, Default)]
pub struct Posted {
    texts: Vec<(String, String)>,
    files: Vec<(String, SentFile)>,
}

impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (texts, files) = (self.texts.len(), self.files.len());
        write!(f, "Posted({texts} fields, {files} files)")
    }
}

/// A file somebody sent. Its name is what their machine called it: show it,
/// never use it as a path.
#[derive(Clone, PartialEq, Eq)]
pub struct SentFile {
    /// What their machine called it.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl std::fmt::Debug for SentFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SentFile({} bytes)", self.bytes.len())
    }
}

impl Posted {
    /// Reads `a=1&b=2`. Bytes that are no text become `U+FFFD`.
    #[must_use]
    pub fn read(encoded: &[u8]) -> Self {
        Self {
            texts: form_urlencoded::parse(encoded).into_owned().collect(),
            files: Vec::new(),
        }
    }

    /// From names and texts.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self {
            texts: pairs.into_iter().map(owned).collect(),
            files: Vec::new(),
        }
    }

    /// The first text under a name; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(at, _)| at == name);
        found.map_or("", |(_, text)| text)
    }

    /// Every text under a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts
            .iter()
            .filter(move |(at, _)| at == name)
            .map(|(_, text)| text.as_str())
    }

    /// The file sent under a name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&SentFile> {
        let found = self.files.iter().find(|(at, _)| at == name);
        found.map(|(_, file)| file)
    }

    /// Whether any text came under a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(at, _)| at == name)
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

    async fn read_parts(mut parts: Multipart) -> Result<Self, Response> {
        let mut posted = Self::default();
        let mut left = MOST_PARTS;
        while let Some(part) = parts.next_field().await.map_err(refused)? {
            left = left
                .checked_sub(1)
                .ok_or_else(|| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                None => {
                    let text = part.text().await.map_err(refused)?;
                    posted.texts.push((name, text));
                }
                // A browser sends a file without a name when none was chosen.
                Some(file) if file.is_empty() => {}
                Some(file) => {
                    let bytes = part.bytes().await.map_err(refused)?;
                    posted.files.push((name, SentFile { name: file, bytes }));
                }
            }
        }
        Ok(posted)
    }
}

fn refused(error: impl IntoResponse) -> Response {
    error.into_response()
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    /// Reads a posted form, with or without files, up to the route's limit for
    /// bodies (axum's 2 MB unless the route says otherwise).
    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("")
            .to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, state).await;
            return Self::read_parts(parts.map_err(refused)?).await;
        }
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body = Bytes::from_request(request, state).await;
        Ok(Self::read(&body.map_err(refused)?))
    }
}
