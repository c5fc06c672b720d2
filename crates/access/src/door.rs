//! The door in front of every route: who asks, may they, and did our own page
//! send this? It reads the session once, asks again for a proof where the
//! ability needs one, checks the token of every form, and writes a refusal
//! about somebody's record to the audit trail. Handlers behind it are given
//! [`Signed`], [`Visitor`] or the checked form and decide nothing of this.

use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Multipart, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kith_base::{Refusal, Ts};
use kith_pages::{
    form::{CSRF_FIELD, Posted},
    go,
};
use uuid::Uuid;

use crate::{
    actor::Actor,
    app::{App, Origin},
    audit,
    needs::{Brings, MOST_FILE_BYTES, MOST_FORM_BYTES, Needs, RouteInfo},
    own_path::OwnPath,
    role::Ability,
    secret::{Token, random_word, same},
    session::{self, Found, Stage, cookie::Cookie},
    signed::{Half, Signed, Uploaded, Visitor, done_line, plain_frame},
    trouble::{AskAgain, Said, Trouble},
};

/// Where staff sign in.
pub(crate) const SIGN_IN: &str = "/sign-in";
/// Where the second factor is asked for.
pub(crate) const SECOND: &str = "/sign-in/second";
/// Where a new proof is asked for.
pub(crate) const STEP_UP: &str = "/step-up";

/// Addresses about one person, whatever the ability: even the form of a
/// concern tells that somebody is there.
const ABOUT_SOMEBODY: &str = "{person}";

/// What the door makes of a request that may pass.
struct Passed {
    /// The token the form must carry.
    form_token: String,
    signed: Option<Signed>,
    /// A cookie to set with the answer.
    cookie: Option<HeaderValue>,
}

pub(crate) async fn door(
    State(route): State<RouteInfo>,
    Extension(app): Extension<App>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let passed = match enter(&app, route, &mut parts).await {
        Ok(passed) => passed,
        Err(answer) => return answer,
    };
    let asked = Asked::of(&app, &parts);
    let response = match checked(route, parts, body, &passed.form_token).await {
        Ok(request) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    };
    finish(&app, route, passed, asked, response).await
}

/// What must be remembered of the request until its answer.
struct Asked {
    object: Option<Uuid>,
    back: OwnPath,
}

impl Asked {
    fn of(app: &App, parts: &Parts) -> Self {
        let path = parts.uri.path();
        Self {
            object: path.split('/').find_map(|part| part.parse().ok()),
            back: way_back(app, parts),
        }
    }
}

/// Where to come back to: the page itself, or the page the form was on.
fn way_back(app: &App, parts: &Parts) -> OwnPath {
    let own = if is_safe(&parts.method) {
        parts.uri.path_and_query().map(|path| path.as_str())
    } else {
        let referer = parts.headers.get(header::REFERER);
        referer
            .and_then(|referer| referer.to_str().ok())
            .and_then(|referer| referer.strip_prefix(app.origin.as_str()))
    };
    own.and_then(|path| path.parse().ok()).unwrap_or_default()
}

const fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Lets a request pass, or says what is answered instead.
async fn enter(app: &App, route: RouteInfo, parts: &mut Parts) -> Result<Passed, Response> {
    if !is_safe(&parts.method) && !from_here(&app.origin, &parts.headers) {
        return Err(Trouble::from(not_from_here()).into_response());
    }
    parts.extensions.insert(app.clone());
    let now = app.clock.now();
    let found = live_session(app, &parts.headers, now)
        .await
        .map_err(IntoResponse::into_response)?;
    tracing::Span::current().record("route", route.path);
    match route.needs {
        Needs::Anyone => Ok(visitor(app, parts, found).await),
        Needs::HalfSignedIn => half(app, parts, found).await,
        Needs::SignedIn => staff(app, parts, found, None).await,
        Needs::Can(ability) => staff(app, parts, found, Some(ability)).await,
    }
}

/// The session of the request's cookie, if it is live; its use is written
/// down once a minute.
async fn live_session(app: &App, headers: &HeaderMap, now: Ts) -> Result<Option<Found>, Trouble> {
    let cookie = Cookie::Session.read(&app.origin, headers);
    let Some(token) = cookie.and_then(Token::read) else {
        return Ok(None);
    };
    let found = app
        .db
        .read(async |tx| session::find(tx, &token, now).await)
        .await?;
    if let Some(found) = &found
        && session::touch_due(found.seen_at, now)
    {
        app.db
            .act(async |tx| session::touch(tx, found.actor.scheme, &found.token_hash, now).await)
            .await?;
    }
    Ok(found)
}

async fn visitor(app: &App, parts: &mut Parts, found: Option<Found>) -> Passed {
    let known = Cookie::Form
        .read(&app.origin, &parts.headers)
        .map(str::to_owned);
    let (word, cookie) = match known {
        Some(word) => (word, None),
        None if is_safe(&parts.method) => {
            let word = random_word();
            let cookie = Cookie::Form.set(&app.origin, &word);
            (word, cookie)
        }
        // A form from a browser that was never given one is not ours: no
        // field can equal a random word.
        None => (random_word(), None),
    };
    let form_token = app.key.mark("public form", &word);
    let done = done_line(parts).await;
    let full = found.filter(|found| found.stage == Stage::SignedIn);
    let signed = full.map(|found| signed(app, found, done.clone()));
    parts.extensions.insert(Visitor {
        signed: signed.clone(),
        form_token: form_token.clone(),
        done,
        app: app.clone(),
    });
    Passed {
        form_token,
        signed,
        cookie,
    }
}

async fn half(app: &App, parts: &mut Parts, found: Option<Found>) -> Result<Passed, Response> {
    let found = match found {
        Some(found) if found.stage == Stage::Password => found,
        Some(_) => return Err(go("/")),
        None => return Err(go(SIGN_IN)),
    };
    let form_token = found.form_token.clone();
    parts.extensions.insert(Half {
        actor: found.actor,
        form_token: found.form_token,
        session: found.token_hash,
        app: app.clone(),
    });
    Ok(Passed {
        form_token,
        signed: None,
        cookie: None,
    })
}

async fn staff(
    app: &App,
    parts: &mut Parts,
    found: Option<Found>,
    ability: Option<Ability>,
) -> Result<Passed, Response> {
    let Some(found) = found else {
        return Err(sign_in_first(app, parts, SIGN_IN));
    };
    if found.stage == Stage::Password {
        return Err(sign_in_first(app, parts, SECOND));
    }
    let signed = signed(app, found, done_line(parts).await);
    if let Some(ability) = ability
        && let Err(refusal) = signed.actor.scope(ability)
    {
        return Err(turned_away(app, parts, &signed, ability, refusal).await);
    }
    parts.extensions.insert(signed.clone());
    Ok(Passed {
        form_token: signed.form_token.clone(),
        signed: Some(signed),
        cookie: None,
    })
}

fn signed(app: &App, found: Found, done: kith_pages::Done) -> Signed {
    Signed {
        actor: found.actor,
        settings: found.settings,
        form_token: found.form_token,
        session: found.token_hash,
        done,
        app: app.clone(),
    }
}

/// A page is sent to the sign-in and back; a script is told.
fn sign_in_first(app: &App, parts: &Parts, page: &str) -> Response {
    let by_script = parts
        .headers
        .get("sec-fetch-dest")
        .is_some_and(|dest| dest == "empty");
    if by_script {
        return (StatusCode::UNAUTHORIZED, "Sign in again").into_response();
    }
    go(&way_back(app, parts).after(page))
}

/// The answer when the role does not reach, or must prove again.
async fn turned_away(
    app: &App,
    parts: &Parts,
    signed: &Signed,
    ability: Ability,
    refusal: Refusal,
) -> Response {
    let asked = Asked::of(app, parts);
    if refusal.kind == kith_base::Kind::StepUp {
        return go(&asked.back.after(STEP_UP));
    }
    if ability.row().about_people {
        let action = format!("{} {}", parts.method, ability.row().does);
        write_refusal(app, &signed.actor, &action, asked.object).await;
    }
    Said::Refusal(refusal).page(&signed.frame())
}

/// Whether our own site sent this. Browsers say so themselves; one that does
/// not say where it comes from is not believed.
fn from_here(origin: &Origin, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    headers
        .get(header::ORIGIN)
        .is_some_and(|from| from == origin.as_str())
}

fn not_from_here() -> Refusal {
    Refusal::not_allowed("This form did not come from our own page")
        .try_next("Open the page again and send it once more")
}

/// The request with its body read and its form token checked.
async fn checked(
    route: RouteInfo,
    mut parts: Parts,
    body: Body,
    form_token: &str,
) -> Result<Request, Trouble> {
    match route.brings {
        Brings::Nothing => Ok(Request::from_parts(parts, body)),
        Brings::Fields => {
            let bytes = read_all(body, MOST_FORM_BYTES).await?;
            if !same(Posted::read(&bytes).csrf(), form_token) {
                return Err(not_from_here().into());
            }
            Ok(Request::from_parts(parts, Body::from(bytes)))
        }
        Brings::File => {
            let limited = Request::from_parts(parts.clone(), body);
            let uploaded = uploaded(limited, form_token).await?;
            parts.extensions.insert(uploaded);
            Ok(Request::from_parts(parts, Body::empty()))
        }
    }
}

async fn read_all(body: Body, most: usize) -> Result<Bytes, Trouble> {
    to_bytes(body, most)
        .await
        .map_err(|_| Refusal::invalid("This form is too large, or did not arrive whole").into())
}

/// Reads a form with a file. The token comes first: nothing after it is read
/// when it is wrong.
async fn uploaded(request: Request, form_token: &str) -> Result<Uploaded, Trouble> {
    let broken = |_| Refusal::invalid("The file did not arrive whole, or is larger than 10 MB");
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|_| Refusal::invalid("This form did not arrive whole"))?;
    let mut fields: Vec<(String, String)> = Vec::new();
    let (mut file_name, mut file) = (String::new(), Bytes::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(given) = part.file_name() {
            file_name = given.chars().take(200).collect();
            file = part.bytes().await.map_err(broken)?;
            if file.len() > MOST_FILE_BYTES {
                return Err(Refusal::invalid("Choose a file of at most 10 MB").into());
            }
        } else {
            fields.push((name, part.text().await.map_err(broken)?));
        }
        let first = fields
            .first()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        if !first.is_some_and(|(name, value)| name == CSRF_FIELD && same(value, form_token)) {
            return Err(not_from_here().into());
        }
    }
    Ok(Uploaded {
        fields: Posted::from_pairs(fields.iter().map(|(n, v)| (n.as_str(), v.as_str()))),
        file_name,
        bytes: file,
    })
}

/// Puts the account's frame around what went wrong, writes a refusal about
/// somebody's record, and sets the cookie of a public form.
async fn finish(
    app: &App,
    route: RouteInfo,
    passed: Passed,
    asked: Asked,
    mut response: Response,
) -> Response {
    if response.extensions().get::<AskAgain>().is_some() {
        return go(&asked.back.after(STEP_UP));
    }
    if let Some(said) = response.extensions_mut().remove::<Said>() {
        let frame = match &passed.signed {
            Some(signed) => signed.frame(),
            None => plain_frame(app, ""),
        };
        response = said.page(&frame);
    }
    let refused = matches!(
        response.status(),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
    );
    if let (true, Some(signed), Needs::Can(ability)) = (refused, &passed.signed, route.needs)
        && (ability.row().about_people || route.path.contains(ABOUT_SOMEBODY))
    {
        let action = format!("{} {}", route.method, ability.row().does);
        write_refusal(app, &signed.actor, &action, asked.object).await;
    }
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let (true, Some(cookie)) = (html, passed.cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Writes down that something about somebody's record was refused. The
/// answer does not change when it cannot be written: it is a refusal already.
async fn write_refusal(app: &App, actor: &Actor, action: &str, object: Option<Uuid>) {
    let entry = audit::Entry {
        action,
        object_kind: "address",
        object,
        ..audit::Entry::default()
    };
    let written = app
        .db
        .act(async |tx| audit::refused(tx, actor, entry).await)
        .await;
    if let Err(failure) = written {
        tracing::error!(%failure, "a refusal could not be written to the audit trail");
    }
}
