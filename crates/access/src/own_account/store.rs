//! Where an account is signed in.

use kith_base::{Id, Ts};
use kith_db::{Outcome, Tx, on};

use crate::{
    actor::{Account, Scheme},
    secret::Hash,
    session::IDLE_SECONDS,
};

/// One browser in which the account is signed in.
pub(super) struct SignedInAt {
    pub(super) since: Ts,
    pub(super) seen_at: Ts,
    pub(super) this: bool,
}

const SESSIONS: &str = "select token_hash, made_at, seen_at from session
    where scheme_id = $1 and account_id = $2 and stage = 'signed_in'
      and ends_at > $3 and seen_at > $4 order by made_at, token_hash";

pub(super) async fn sessions(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    this: &Hash,
    now: Ts,
) -> Outcome<Vec<SignedInAt>> {
    let idle_since = now.plus_seconds(-IDLE_SECONDS);
    let rows = on!(tx, c => sqlx::query_as::<_, (Vec<u8>, Ts, Ts)>(SESSIONS)
        .bind(scheme).bind(account).bind(now).bind(idle_since).fetch_all(c))?;
    Ok(rows
        .into_iter()
        .map(|(hash, since, seen_at)| SignedInAt {
            since,
            seen_at,
            this: hash == this,
        })
        .collect())
}
