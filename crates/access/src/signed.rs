//! What a handler is given about who asks: [`Signed`] for staff who have
//! proved who they are, [`Visitor`] for anybody on a public page. Both make
//! the page's frame and the token of its forms, so that no page forgets them.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx, on, run};
use kith_pages::{
    Done, Frame, Page, TimeOut,
    components::{AccountItem, FooterLink},
    form::{FormToken, Posted},
};

use crate::{
    actor::{Actor, Person, Scheme},
    app::App,
    audit,
    secret::{Hash, form_key},
    session::IDLE_SECONDS,
    settings::SchemeSettings,
    trouble::{Answer, Trouble},
};

/// Staff, signed in with both factors, allowed on this route.
#[derive(Clone)]
#[non_exhaustive]
pub struct Signed {
    /// Who asks.
    pub actor: Actor,
    /// The scheme's settings.
    pub settings: SchemeSettings,
    /// What every form of the session carries.
    pub(crate) form_token: String,
    /// Which session.
    pub(crate) session: Hash,
    pub(crate) done: Done,
    pub(crate) app: App,
}

impl Signed {
    /// A page in the frame of this account.
    pub fn page(&self, title: impl Into<String>) -> Page {
        self.frame().page(title)
    }

    /// What every form on the page must carry: [`FormToken`] of this session,
    /// with a new key under which the post is done once.
    #[must_use]
    pub fn token(&self) -> FormToken {
        FormToken::new(&*self.form_token, form_key(self.actor.now))
    }

    /// What stands around every page: places to go, the account, the foot.
    #[must_use]
    pub fn frame(&self) -> Frame {
        let token = self.token();
        let name = AccountItem::link(&*self.actor.name, "/account").with_person();
        let out = AccountItem::post("Sign out", "/sign-out", &token);
        let frame = plain_frame(&self.app, &self.actor.scheme_name)
            .account([name, out])
            .footer(footer(true))
            .printed_by(&self.actor.name, &self.actor.now.as_uk_moment())
            .time_out(TimeOut {
                after_seconds: u32::try_from(IDLE_SECONDS).unwrap_or(900),
                stay: "/still-here".into(),
                ended: "/sign-in".into(),
            })
            .done(self.done.clone());
        (self.app.places)(&self.actor, &token, frame)
    }

    /// The answer to a form about somebody. One that does not lead on shows
    /// them once more, which is a look like any other, and is written down.
    ///
    /// # Errors
    /// When the look cannot be written: then nothing is shown.
    pub async fn shown_again(
        &self,
        person: Id<Person>,
        action: &'static str,
        answer: Response,
    ) -> Answer {
        if !answer.status().is_redirection() {
            let look = async |tx: &mut Tx| audit::look(tx, &self.actor, person, action).await;
            self.app.db.act(look).await?;
        }
        Ok(answer)
    }
}

/// Anybody, on a page that needs no account.
#[derive(Clone)]
#[non_exhaustive]
pub struct Visitor {
    /// Who it is, when they are signed in.
    pub signed: Option<Signed>,
    pub(crate) form_token: String,
    pub(crate) done: Done,
    pub(crate) app: App,
}

impl Visitor {
    /// A page in the frame of whoever asks.
    pub fn page(&self, title: impl Into<String>) -> Page {
        match &self.signed {
            Some(signed) => signed.page(title),
            None => plain_frame(&self.app, "")
                .footer(footer(false))
                .done(self.done.clone())
                .page(title),
        }
    }

    /// What every form on a public page must carry.
    #[must_use]
    pub fn token(&self) -> FormToken {
        FormToken::new(&*self.form_token, form_key(self.app.clock.now()))
    }
}

/// Staff between the password and the second factor: nothing of the scheme
/// is theirs to see yet.
#[derive(Clone)]
pub(crate) struct Half {
    pub(crate) actor: Actor,
    pub(crate) form_token: String,
    pub(crate) session: Hash,
    pub(crate) app: App,
}

impl Half {
    pub(crate) fn page(&self, title: impl Into<String>) -> Page {
        plain_frame(&self.app, "").footer(footer(false)).page(title)
    }
    pub(crate) fn token(&self) -> FormToken {
        FormToken::new(&*self.form_token, form_key(self.actor.now))
    }
}

pub(crate) fn plain_frame(app: &App, scheme: &str) -> Frame {
    let frame = Frame::new(scheme);
    if app.demo {
        frame.phase("A demonstration: everybody in it is made up")
    } else {
        frame
    }
}

/// The foot of every page, always in the same order.
fn footer(signed: bool) -> Vec<FooterLink> {
    let concern = signed.then(|| FooterLink::new("Raise a concern", "/concerns/new"));
    let always = [
        FooterLink::new("Help", "/help"),
        FooterLink::new("Accessibility", "/accessibility"),
        FooterLink::new("Privacy", "/privacy"),
    ];
    concern.into_iter().chain(always).collect()
}

/// A form sent with a file, its token already checked.
#[derive(Clone)]
pub struct Uploaded {
    /// The fields that are no file.
    pub fields: Posted,
    /// The file's name as the browser gave it; never used as a path.
    pub file_name: String,
    /// What the file holds; empty when none was chosen.
    pub bytes: axum::body::Bytes,
}

macro_rules! from_the_door {
    ($($who:ty),*) => {$(
        impl<S: Sync> FromRequestParts<S> for $who {
            type Rejection = Trouble;
            /// The door put it there; a route without it is a fault of ours.
            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
                parts.extensions.get::<Self>().cloned().ok_or_else(|| {
                    Trouble::fault(concat!(stringify!($who), " asked for on a route that has none"))
                })
            }
        }
    )*};
}
from_the_door!(Signed, Visitor, Half, Uploaded);

impl<S: Sync> FromRequestParts<S> for App {
    type Rejection = Trouble;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let app = parts.extensions.get::<Self>().cloned();
        app.ok_or_else(|| Trouble::fault("App asked for outside of Routes"))
    }
}

/// The line of what was just done.
pub(crate) async fn done_line(parts: &mut Parts) -> Done {
    let line: Result<Done, Infallible> = Done::from_request_parts(parts, &()).await;
    line.unwrap_or_default()
}

/// Whether a form is sent for the first time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Once {
    /// Do the work.
    First,
    /// It was done already: go where the first one went.
    Again(String),
}

const REMEMBER: &str = "insert into form_once (scheme_id, form_key, made_at, went_to)
    values ($1, $2, $3, $4) on conflict (scheme_id, form_key) do nothing";
const WENT_TO: &str = "select went_to from form_once where scheme_id = $1 and form_key = $2";

/// Remembers, first thing in an action, that this form is being done and
/// where its browser is sent, so that the same form sent twice does its work
/// once. A form without a key cannot be told from a second one and is refused.
///
/// # Errors
/// `Invalid` without a key; when the database fails.
pub async fn once(tx: &mut Tx, actor: &Actor, posted: &Posted, went_to: &str) -> Outcome<Once> {
    once_in(tx, actor.scheme, actor.now, posted, went_to).await
}

/// As [`once`], for a public form.
///
/// # Errors
/// As [`once`].
pub async fn once_in(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    now: kith_base::Ts,
    posted: &Posted,
    went_to: &str,
) -> Outcome<Once> {
    let key = posted.once();
    if key.is_empty() || key.len() > 64 {
        return Err(Refusal::invalid("This form is incomplete")
            .try_next("Open the page again and send it once more")
            .into());
    }
    let first = run!(
        tx,
        sqlx::query(REMEMBER)
            .bind(scheme)
            .bind(key)
            .bind(now)
            .bind(went_to)
    )?;
    if first == 1 {
        return Ok(Once::First);
    }
    let before = on!(tx, c => sqlx::query_scalar::<_, String>(WENT_TO)
        .bind(scheme).bind(key).fetch_one(c))?;
    Ok(Once::Again(before))
}
