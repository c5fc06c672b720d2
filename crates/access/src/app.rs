//! What every request needs from the program: the database, the clock, where
//! the program is reached, its key, and what the program hangs in from above
//! (the places to go for each role, what happens when somebody leaves).

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use futures::future::BoxFuture;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kith_base::{Clock, Id};
use kith_db::{Db, Outcome, Tx};
use kith_pages::{Frame, form::FormToken};
use tokio::sync::Semaphore;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use crate::{
    actor::{Account, Actor, Scheme},
    secret::{Hash, ServerKey},
};

/// Hands over what a leaver owned, in the transaction that marks them left.
pub type OnLeave = for<'a> fn(&'a mut Tx, &'a Actor, Id<Account>) -> BoxFuture<'a, Outcome<()>>;

/// What every request needs. Cheap to clone.
#[derive(Clone)]
#[non_exhaustive]
pub struct App {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Where the program is reached.
    pub origin: Arc<Origin>,
    /// Whether this is the demonstration, with made-up people and "Sign in as".
    pub demo: bool,
    /// Puts the places to go for this account into the frame of its pages.
    pub places: fn(&Actor, &FormToken, Frame) -> Frame,
    /// What happens to the work of somebody who leaves.
    pub on_leave: OnLeave,
    /// Whether a balancer of ours stands before us and writes the browser's
    /// address into `X-Forwarded-For`.
    pub behind_balancer: bool,
    /// The server's key.
    pub(crate) key: ServerKey,
    /// What passkeys are made for; none when the program is reached by a bare
    /// number, for which there are no passkeys.
    pub(crate) passkeys: Option<Arc<Webauthn>>,
    /// Passwords are hashed two at a time.
    pub(crate) hashing: Arc<Semaphore>,
    /// How many have been hashed or checked.
    pub(crate) hashed: Arc<AtomicU64>,
    /// How often one address may try to sign in.
    pub(crate) tries: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    /// How often one address may send a public form.
    pub(crate) writes: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

/// Tries to sign in from one address: twenty at once, then one in three
/// seconds. A practice stands behind one address.
const TRIES_AT_ONCE: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Public forms from one address: ten at once, then one in six minutes. A
/// library or a waiting room stands behind one address.
const WRITES_AT_ONCE: NonZeroU32 = NonZeroU32::new(10).unwrap();

impl App {
    /// An app with nowhere to go and nothing to hand over; the program sets
    /// [`App::places`] and [`App::on_leave`].
    #[must_use]
    pub fn new(db: Db, clock: Clock, origin: Origin, key: ServerKey) -> Self {
        let passkeys = passkeys_for(&origin);
        Self {
            db,
            clock,
            origin: Arc::new(origin),
            demo: false,
            places: |_, _, frame| frame,
            on_leave: |_, _, _| Box::pin(async { Ok(()) }),
            behind_balancer: false,
            passkeys,
            key,
            hashing: Arc::new(Semaphore::new(2)),
            hashed: Arc::default(),
            tries: Arc::new(RateLimiter::keyed(Quota::per_minute(TRIES_AT_ONCE))),
            writes: Arc::new(RateLimiter::keyed(Quota::per_hour(WRITES_AT_ONCE))),
        }
    }
}

impl App {
    /// The key of one scheme for one purpose, made of the server's key and
    /// stored nowhere: pseudonyms made with it mean nothing elsewhere.
    #[must_use]
    pub fn scheme_key(&self, purpose: &str, scheme: Id<Scheme>) -> Hash {
        self.key.of_scheme(purpose, scheme)
    }
}

impl App {
    /// How many passwords have been hashed or checked since the start: somebody
    /// guessing shows here.
    #[must_use]
    pub fn passwords_hashed(&self) -> u64 {
        self.hashed.load(Relaxed)
    }
}

/// What passkeys are made for: the host, when it has a name.
fn passkeys_for(origin: &Origin) -> Option<Arc<Webauthn>> {
    let url = Url::parse(origin.as_str()).ok()?;
    let host = url.domain()?.to_owned();
    let builder = WebauthnBuilder::new(&host, &url).ok()?;
    builder.rp_name("Kith").build().ok().map(Arc::new)
}

/// Where the program is reached: `https://kith.example.org`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    text: String,
    host: String,
    secure: bool,
}

impl Origin {
    /// As a browser writes it in `Origin`: scheme, host, port.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host alone, without port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is reached by https: then cookies are marked so.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// A whole address, for a mail.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

/// Why a text is not where a program can be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadOrigin;

impl std::fmt::Display for BadOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Give where Kith is reached, like https://kith.example.org, without a path")
    }
}
impl std::error::Error for BadOrigin {}

impl std::str::FromStr for Origin {
    type Err = BadOrigin;
    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let uri: axum::http::Uri = text.trim_end_matches('/').parse().map_err(|_| BadOrigin)?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.authority()) else {
            return Err(BadOrigin);
        };
        let plain = matches!(scheme, "http" | "https")
            && uri.path_and_query().is_none_or(|path| path == "/")
            && !host.as_str().contains('@');
        if !plain {
            return Err(BadOrigin);
        }
        Ok(Self {
            text: format!("{scheme}://{host}").to_ascii_lowercase(),
            host: host.host().to_ascii_lowercase(),
            secure: scheme == "https",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_path_and_no_account() {
        let origin: Origin = "https://Kith.example.org/".parse().unwrap();
        assert_eq!(origin.as_str(), "https://kith.example.org");
        assert!(origin.is_secure());
        let local: Origin = "http://127.0.0.1:8080".parse().unwrap();
        assert_eq!((local.host(), local.is_secure()), ("127.0.0.1", false));
        for wrong in [
            "kith.example.org",
            "ftp://a.b",
            "https://a.b/c",
            "https://u@a.b",
            "",
        ] {
            assert_eq!(wrong.parse::<Origin>(), Err(BadOrigin), "{wrong}");
        }
    }
}
