//! The success line: after a post the browser is sent on, and the next page
//! says what was done. The line travels in a cookie of one minute that no
//! script can read and that the next page takes away. It says what was done,
//! never to whom: no name and no words of a note may be put in it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const COOKIE_NAME: &str = "__Host-done";
const MOST: usize = 200;

/// Sends the browser on to `path` (303), where the page says `words`.
pub fn done(path: &str, words: &str) -> Response {
    let line = utf8_percent_encode(words, NON_ALPHANUMERIC);
    let mut response = go(path);
    set(&mut response, &format!("{COOKIE_NAME}={line}; Max-Age=60"));
    response
}

/// Sends the browser on to `path` (303) without a word. A path that cannot
/// stand in a header, or leads to another site, becomes the home page.
pub fn go(path: &str) -> Response {
    let here = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c == '\\' || c.is_control());
    let to = HeaderValue::from_str(path)
        .ok()
        .filter(|_| here)
        .unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

/// Takes the line away, once it has been shown.
pub(crate) fn take_away(response: &mut Response) {
    set(response, &format!("{COOKIE_NAME}=; Max-Age=0"));
}

fn set(response: &mut Response, cookie: &str) {
    let whole = format!("{cookie}; Path=/; Secure; HttpOnly; SameSite=Strict");
    // Percent-encoded text is always a valid header; a line is never worth a fault.
    if let Ok(value) = HeaderValue::from_str(&whole) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// What was just done, as the browser carried it; give it to the frame.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Done(Option<String>);

impl Done {
    /// The line.
    #[must_use]
    pub fn line(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<S: Sync> FromRequestParts<S> for Done {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let line = parts
            .headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
            .find(|line| !line.is_empty())
            .map(|line| percent_decode_str(line).decode_utf8_lossy().into_owned())
            // The browser could send anything; a line is short.
            .map(|line| line.chars().take(MOST).collect());
        Ok(Self(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn carried(cookie: &str) -> Done {
        let (mut parts, ()) = Request::builder()
            .header(COOKIE, cookie)
            .body(())
            .unwrap()
            .into_parts();
        Done::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn the_line_travels_to_the_next_page() {
        let response = done("/today", "Goal added; 50% reached");
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()[LOCATION], "/today");
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
        for part in [
            "Secure",
            "HttpOnly",
            "SameSite=Strict",
            "Path=/",
            "Max-Age=60",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let sent = cookie.split(';').next().unwrap();
        let line = carried(&format!("other=1; {sent}")).await;
        assert_eq!(line.line(), Some("Goal added; 50% reached"));
    }

    #[tokio::test]
    async fn no_cookie_and_an_empty_one_say_nothing() {
        assert_eq!(carried("other=1").await.line(), None);
        assert_eq!(carried("__Host-done=").await.line(), None);
        assert_eq!(carried("x__Host-done=hello").await.line(), None);
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        for away in [
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "a\nb",
            "",
        ] {
            assert_eq!(go(away).headers()[LOCATION], "/", "{away:?}");
        }
        assert_eq!(
            go("/people?tab=plan").headers()[LOCATION],
            "/people?tab=plan"
        );
    }
}
