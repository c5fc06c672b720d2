//! The address a request comes from: for slowing down tries to sign in, and
//! for what only this machine may ask. Behind a balancer of ours it is what
//! the balancer wrote last, never what the browser wrote before it.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use kith_base::Refusal;

use crate::app::App;

/// Where a request comes from; `None` when the server did not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer(pub(crate) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let balanced = parts
            .extensions
            .get::<App>()
            .is_some_and(|app| app.behind_balancer);
        if balanced {
            let last = parts.headers.get_all("x-forwarded-for").iter().next_back();
            let line = last.and_then(|line| line.to_str().ok()).unwrap_or("");
            return Ok(Self(
                line.rsplit(',')
                    .next()
                    .and_then(|ip| ip.trim().parse().ok()),
            ));
        }
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(connected.map(|ConnectInfo(at)| at.ip())))
    }
}

impl Peer {
    /// Whether the browser runs on this machine.
    pub(crate) fn is_this_machine(self) -> bool {
        self.0.is_some_and(|ip| ip.to_canonical().is_loopback())
    }

    /// Counts a public form from this address.
    ///
    /// # Errors
    /// `TooMany`, in words for the public.
    pub fn writes(self, app: &App) -> Result<(), Refusal> {
        let nowhere = IpAddr::from([0, 0, 0, 0]);
        app.writes
            .check_key(&self.0.unwrap_or(nowhere))
            .map_err(|_| {
                Refusal::too_many("Many forms have just been sent from where you are").try_next(
                    "Wait a few minutes and send it again. If somebody is in danger, ring 999",
                )
            })
    }

    /// Counts a try to sign in from this address.
    pub(crate) fn tries(self, app: &App) -> Result<(), Refusal> {
        let nowhere = IpAddr::from([0, 0, 0, 0]);
        app.tries
            .check_key(&self.0.unwrap_or(nowhere))
            .map_err(|_| {
                Refusal::too_many("Too many tries to sign in from where you are")
                    .try_next("Wait a minute and try again")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(ip: &str) -> Peer {
        Peer(ip.parse().ok())
    }

    #[test]
    fn only_a_loopback_address_is_this_machine() {
        for here in ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"] {
            assert!(peer(here).is_this_machine(), "{here}");
        }
        for elsewhere in [
            "10.0.0.1",
            "192.168.0.2",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "",
        ] {
            assert!(!peer(elsewhere).is_this_machine(), "{elsewhere}");
        }
    }
}
