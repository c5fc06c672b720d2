//! A browser without JavaScript: it opens pages of the program, follows links
//! and redirects, fills in fields by their labels, presses buttons, and says
//! what is to be seen. It keeps cookies, and sends what a browser sends of
//! itself (`Origin`, `Sec-Fetch-Site`). Requests go straight into the router.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use tower::ServiceExt;

use crate::{
    fields::{Filled, Form, Kind},
    seen::Seen,
};

mod reads;

const MOST_BYTES: usize = 64 * 1024 * 1024;

/// An answer as it came, for tests of single requests.
#[derive(Debug)]
pub struct Sent {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// What it holds.
    pub bytes: Bytes,
}

impl Sent {
    /// As text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A file to be sent with a form.
struct Attached {
    field: String,
    name: String,
    bytes: Vec<u8>,
}

/// Somebody's browser.
pub struct Browser {
    router: Router,
    origin: String,
    peer: SocketAddr,
    cookies: BTreeMap<String, String>,
    who: String,
    path: String,
    status: StatusCode,
    headers: HeaderMap,
    page: Seen,
    filled: Filled,
    attached: Option<Attached>,
    last_post: Option<(String, (String, Vec<u8>))>,
    touches: u32,
    before: Option<Before>,
}

/// The page before, as a browser keeps it: with what was typed.
struct Before {
    path: String,
    page: Seen,
    filled: Filled,
}

impl Browser {
    /// A new browser at a program that is reached at `origin`; `who` names
    /// its user in the messages of failed steps.
    #[must_use]
    pub fn new(router: Router, origin: &str, who: &str) -> Self {
        Self {
            router,
            origin: origin.to_owned(),
            peer: SocketAddr::from(([127, 0, 0, 1], 40_000)),
            cookies: BTreeMap::new(),
            who: who.to_owned(),
            path: "/".into(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            page: Seen::of(""),
            filled: Filled::new(),
            attached: None,
            last_post: None,
            touches: 0,
            before: None,
        }
    }

    /// The browser with a cookie, `name=value`.
    #[must_use]
    pub fn with_cookie(mut self, pair: &str) -> Self {
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    /// The browser on another machine.
    #[must_use]
    pub fn at(mut self, peer: SocketAddr) -> Self {
        self.peer = peer;
        self
    }

    /// Opens a page, wherever it redirects to.
    pub async fn opens(&mut self, path: impl AsRef<str>) -> &mut Self {
        self.touches += 1;
        let path = path.as_ref().to_owned();
        let answer = self.send(Method::GET, &path, None).await;
        self.arrive(path, answer).await;
        self
    }

    /// Follows the link with these words.
    pub async fn follows(&mut self, words: &str) -> &mut Self {
        self.follows_near(words, None).await
    }

    /// Follows the link with these words in the row or card with those.
    pub async fn follows_in(&mut self, near: &str, words: &str) -> &mut Self {
        self.follows_near(words, Some(near)).await
    }

    /// Follows the first link that leads to a place that begins like this, in
    /// the row or card with those words: for links whose words are a number.
    pub async fn follows_to(&mut self, begins: &str, near: &str) -> &mut Self {
        let Some(href) = self.page.link_beginning(begins, near) else {
            self.fail(&format!("no link to {begins}… beside \"{near}\""))
        };
        self.opens(href).await
    }

    async fn follows_near(&mut self, words: &str, near: Option<&str>) -> &mut Self {
        let Some(href) = self.page.link(words, near) else {
            self.fail(&format!("no link \"{words}\""))
        };
        self.opens(href).await
    }

    /// Goes back to the page before, which is there as it was left. Nothing
    /// is asked of the program.
    pub fn goes_back(&mut self) -> &mut Self {
        let Some(before) = self.before.take() else {
            self.fail("there is no page before")
        };
        self.touches += 1;
        self.path = before.path;
        self.page = before.page;
        self.filled = before.filled;
        self.status = StatusCode::OK;
        self
    }

    /// Types into the field with this label.
    pub fn fills(&mut self, label: &str, value: &str) -> &mut Self {
        self.fills_field(None, label, value)
    }

    /// Types into the field with this label in the group with that legend.
    pub fn fills_in(&mut self, group: &str, label: &str, value: &str) -> &mut Self {
        self.fills_field(Some(group), label, value)
    }

    /// Types a date, `2026-11-23`, into the three boxes of a group.
    pub fn fills_date(&mut self, group: &str, date: &str) -> &mut Self {
        let mut parts = date.split('-');
        let [Some(year), Some(month), Some(day)] = [parts.next(), parts.next(), parts.next()]
        else {
            panic!("{date} is no date like 2026-11-23");
        };
        self.fills_in(group, "Day", day)
            .fills_in(group, "Month", month)
            .fills_in(group, "Year", year)
    }

    fn fills_field(&mut self, group: Option<&str>, label: &str, value: &str) -> &mut Self {
        self.touches += 1;
        let Some(field) = self.page.field(group, label) else {
            self.fail(&format!("no field \"{label}\""))
        };
        assert_eq!(
            field.kind,
            Kind::Typed,
            "\"{label}\" is not a field to type into"
        );
        self.filled.insert(field.name, vec![value.to_owned()]);
        self
    }

    /// Chooses the radio button, or ticks the box, with this label.
    pub fn chooses(&mut self, label: &str) -> &mut Self {
        self.chooses_field(None, label)
    }

    /// The same in the group with that legend.
    pub fn chooses_in(&mut self, group: &str, label: &str) -> &mut Self {
        self.chooses_field(Some(group), label)
    }

    fn chooses_field(&mut self, group: Option<&str>, label: &str) -> &mut Self {
        self.touches += 1;
        let Some(field) = self.page.field(group, label) else {
            self.fail(&format!("no choice \"{label}\""))
        };
        match field.kind {
            Kind::Radio => {
                self.filled.insert(field.name, vec![field.value]);
            }
            Kind::Tick => {
                let standing = self.page.ticked(&field.name);
                let ticked = self.filled.entry(field.name).or_insert(standing);
                if !ticked.contains(&field.value) {
                    ticked.push(field.value);
                }
            }
            other => panic!("\"{label}\" is not a choice but {other:?}"),
        }
        self
    }

    /// Takes the tick out of the box with this label.
    pub fn unticks(&mut self, label: &str) -> &mut Self {
        self.touches += 1;
        let Some(field) = self.page.field(None, label) else {
            self.fail(&format!("no box \"{label}\""))
        };
        let standing = self.page.ticked(&field.name);
        self.filled
            .entry(field.name)
            .or_insert(standing)
            .retain(|value| *value != field.value);
        self
    }

    /// Picks from the list with this label the entry with these words.
    pub fn picks(&mut self, label: &str, words: &str) -> &mut Self {
        self.touches += 1;
        let Some(field) = self.page.field(None, label) else {
            self.fail(&format!("no list \"{label}\""))
        };
        let Some(value) = self.page.option(&field.name, words) else {
            self.fail(&format!("no entry \"{words}\" in \"{label}\""))
        };
        self.filled.insert(field.name, vec![value]);
        self
    }

    /// Chooses a file for the field with this label.
    pub fn attaches(&mut self, label: &str, name: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.touches += 1;
        let Some(field) = self.page.field(None, label) else {
            self.fail(&format!("no file field \"{label}\""))
        };
        assert_eq!(
            field.kind,
            Kind::File,
            "\"{label}\" is not a field for a file"
        );
        self.attached = Some(Attached {
            field: field.name,
            name: name.to_owned(),
            bytes: bytes.into(),
        });
        self
    }

    /// Presses the button with these words.
    pub async fn presses(&mut self, button: &str) -> &mut Self {
        self.presses_near(button, None).await
    }

    /// Presses the button with these words in the row or card with those.
    pub async fn presses_in(&mut self, near: &str, button: &str) -> &mut Self {
        self.presses_near(button, Some(near)).await
    }

    async fn presses_near(&mut self, button: &str, near: Option<&str>) -> &mut Self {
        self.touches += 1;
        let Some(form) = self.page.form(button, near, &self.filled) else {
            self.fail(&format!("no form with a button \"{button}\""))
        };
        let to = if form.action.is_empty() {
            self.path.clone()
        } else {
            form.action.clone()
        };
        let (to, answer) = if form.post {
            let (kind, body) = self.body(&form);
            self.last_post = Some((to.clone(), (kind.clone(), body.clone())));
            let answer = self.send(Method::POST, &to, Some((kind, body))).await;
            (to, answer)
        } else {
            let query = encoded(&form.pairs);
            let to = format!("{}?{query}", to.split('?').next().unwrap_or_default());
            let answer = self.send(Method::GET, &to, None).await;
            (to, answer)
        };
        self.arrive(to, answer).await;
        self
    }

    /// Sends the last form once more, exactly as it was: a second press of
    /// its button. Gives the path it was posted to.
    pub async fn presses_again(&mut self) -> String {
        let Some((to, body)) = self.last_post.clone() else {
            self.fail("no form was sent yet")
        };
        let answer = self.send(Method::POST, &to, Some(body)).await;
        self.arrive(to.clone(), answer).await;
        to
    }

    fn body(&self, form: &Form) -> (String, Vec<u8>) {
        if !form.multipart {
            return (
                "application/x-www-form-urlencoded".into(),
                encoded(&form.pairs).into_bytes(),
            );
        }
        let edge = "kith-testkit-part-edge";
        let mut body = Vec::new();
        for (name, value) in &form.pairs {
            let head = format!(
                "--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(head.as_bytes());
        }
        if let Some(file) = &self.attached {
            let head = format!(
                "--{edge}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                file.field, file.name
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&file.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{edge}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={edge}"), body)
    }

    /// Sends one request with the browser's cookies, and follows nothing.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(String, Vec<u8>)>,
    ) -> Sent {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(
                header::HOST,
                self.origin.split("://").nth(1).unwrap_or_default(),
            )
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method != Method::GET && method != Method::HEAD {
            let page = format!("{}{}", self.origin, self.path);
            request = request
                .header(header::ORIGIN, &self.origin)
                .header(header::REFERER, page);
        }
        let body = match body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        let mut request = request
            .body(body)
            .unwrap_or_else(|e| panic!("{path} cannot be asked for: {e}"));
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.send_request(request).await
    }

    /// Sends a request as it is, and keeps the cookies of the answer.
    pub async fn send_request(&mut self, request: Request<Body>) -> Sent {
        let answer = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, MOST_BYTES).await.expect("the answer's body");
        self.keep_cookies(&parts.headers);
        Sent {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
        {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('='))
            else {
                continue;
            };
            let gone = line.to_ascii_lowercase().contains("max-age=0") || value.is_empty();
            if gone {
                self.cookies.remove(name.trim());
            } else {
                self.cookies
                    .insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        if headers
            .get("clear-site-data")
            .is_some_and(|what| what.as_bytes().windows(7).any(|w| w == b"cookies"))
        {
            self.cookies.clear();
        }
    }

    async fn arrive(&mut self, mut path: String, mut answer: Sent) {
        for _ in 0..8 {
            let to = answer
                .headers
                .get(header::LOCATION)
                .and_then(|to| to.to_str().ok());
            let Some(to) = to
                .filter(|_| answer.status.is_redirection())
                .map(str::to_owned)
            else {
                break;
            };
            path = to
                .strip_prefix(&self.origin)
                .map_or(to.clone(), str::to_owned);
            assert!(
                path.starts_with('/'),
                "{} was sent to another place: {to}",
                self.who
            );
            answer = self.send(Method::GET, &path, None).await;
        }
        assert!(
            !answer.status.is_redirection(),
            "{} was sent round in circles at {path}",
            self.who
        );
        let page = std::mem::replace(&mut self.page, Seen::of(&answer.text()));
        self.before = Some(Before {
            path: std::mem::replace(&mut self.path, path),
            page,
            filled: std::mem::take(&mut self.filled),
        });
        self.status = answer.status;
        self.headers = answer.headers.clone();
        self.attached = None;
    }

    fn fail(&self, what: &str) -> ! {
        panic!(
            "{} at {} ({}): {what}. The page says:\n{}",
            self.who,
            self.path,
            self.status,
            self.page.printed()
        )
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(pairs);
    out.finish()
}
