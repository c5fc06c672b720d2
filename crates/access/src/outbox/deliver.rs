//! The delivery of the outbox: claims one mail that is due, sends it, writes
//! down what became of it, and goes on to the next; so a mail that is
//! withdrawn while others are sent is never sent. A claim lasts five minutes,
//! and no sending as long, so that a process that dies loses nothing and two
//! processes do not send the same mail. What cannot be
//! sent is tried again later and later for two days, then it has failed, and
//! the program is told in the same transaction so that somebody has a task.
//! Once a mail is sent its text is blanked: it may hold a link.

use std::time::Duration;

use futures::future::BoxFuture;
use kith_base::{Clock, Email, Id, Ts};
use kith_db::{Db, Outcome, Tx, on, run};

use super::{
    Letter,
    post::{NotSent, Post},
};
use crate::{
    actor::{Person, Scheme},
    settings,
};

/// Waits after the first, second, … try, in seconds; after the last, it has
/// failed.
const WAITS: [i64; 8] = [60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400];
/// How long a claim lasts, in seconds.
const CLAIM: i64 = 300;
/// How long one mail may take: shorter than its claim.
const SEND_WITHIN: Duration = Duration::from_secs(240);
/// Mails looked at for one that nobody else has claimed.
const LOOKED_AT: i64 = 8;

/// A mail that is due.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    /// Its id.
    pub id: Id<Letter>,
    /// What sort of mail.
    pub kind: String,
    /// Who it is for.
    pub recipient: Email,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// Whom it is about.
    pub person_id: Option<Id<Person>>,
    /// How often it has been tried.
    pub attempts: i64,
}

/// Told of a mail that could not be sent, in the transaction that says so.
pub type OnFailed =
    for<'a> fn(&'a mut Tx, Id<Scheme>, &'a Waiting, Ts) -> BoxFuture<'a, Outcome<()>>;

/// What a round of delivery did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Delivered {
    /// Sent.
    pub sent: u32,
    /// To be tried again.
    pub later: u32,
    /// Given up.
    pub failed: u32,
}

/// What the delivery needs besides the database.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The door.
    pub post: Post,
    /// Who mails come from when the scheme does not say.
    pub from: Email,
    /// The host in `Message-ID`.
    pub host: String,
    /// Told of what failed.
    pub on_failed: OnFailed,
}

const DUE: &str = "select id, kind, recipient, subject, body, person_id, attempts from outbox
    where scheme_id = $1 and state = 'queued' and next_at <= $2 order by next_at, id limit $3";
const CLAIM_ONE: &str = "update outbox set attempts = attempts + 1, next_at = $3
    where scheme_id = $1 and id = $2 and state = 'queued' and attempts = $4";

/// Delivers what is due in a scheme, all of it.
///
/// # Errors
/// When the database fails; what was claimed is tried again in five minutes.
pub async fn deliver(
    db: &Db,
    scheme: Id<Scheme>,
    sender: &Sender,
    clock: &Clock,
) -> Outcome<Delivered> {
    let mut all = Delivered::default();
    while deliver_one(db, scheme, sender, clock, &mut all).await? {}
    Ok(all)
}

/// Delivers one mail that is due in a scheme, and counts what became of it.
/// `false` when none is due.
///
/// # Errors
/// As [`deliver`].
pub async fn deliver_one(
    db: &Db,
    scheme: Id<Scheme>,
    sender: &Sender,
    clock: &Clock,
    all: &mut Delivered,
) -> Outcome<bool> {
    let now = clock.now();
    let Some((from, mail)) = db.act(async |tx| claim(tx, scheme, now).await).await? else {
        return Ok(false);
    };
    let from = from.as_ref().unwrap_or(&sender.from);
    let sending = sender.post.send(&mail, from, &sender.host);
    let answer = tokio::time::timeout(SEND_WITHIN, sending)
        .await
        .unwrap_or_else(|_| Err(NotSent::too_slow()));
    settle(db, scheme, sender, &mail, answer, clock.now(), all).await?;
    Ok(true)
}

/// Claims the first mail that is due, and reads who mails come from.
async fn claim(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    now: Ts,
) -> Outcome<Option<(Option<Email>, Waiting)>> {
    let due = on!(tx, c => sqlx::query_as::<_, Waiting>(DUE)
        .bind(scheme).bind(now).bind(LOOKED_AT).fetch_all(c))?;
    for mail in due {
        let mine = run!(
            tx,
            sqlx::query(CLAIM_ONE)
                .bind(scheme)
                .bind(mail.id)
                .bind(now.plus_seconds(CLAIM))
                .bind(mail.attempts)
        )?;
        if mine == 1 {
            let from = settings::of(tx, scheme).await?.mail_from;
            return Ok(Some((from, mail)));
        }
    }
    Ok(None)
}

/// A mail that was withdrawn while it was on its way has gone all the same,
/// and the row says so.
const SENT: &str = "update outbox set state = 'sent', sent_at = $3, body = '', failure = null
    where scheme_id = $1 and id = $2 and state in ('queued', 'cancelled')";
const LATER: &str = "update outbox set next_at = $3, failure = $4
    where scheme_id = $1 and id = $2 and state = 'queued'";
const FAILED: &str = "update outbox set state = 'failed', failure = $3
    where scheme_id = $1 and id = $2 and state = 'queued'";

/// Writes down what became of one mail.
async fn settle(
    db: &Db,
    scheme: Id<Scheme>,
    sender: &Sender,
    mail: &Waiting,
    answer: Result<(), NotSent>,
    now: Ts,
    all: &mut Delivered,
) -> Outcome<()> {
    let Err(not_sent) = answer else {
        all.sent += 1;
        return db
            .act(async |tx| {
                run!(tx, sqlx::query(SENT).bind(scheme).bind(mail.id).bind(now))?;
                Ok(())
            })
            .await;
    };
    tracing::warn!(mail = %mail.id, kind = mail.kind, why = not_sent.why, "a mail was not sent");
    let tried = usize::try_from(mail.attempts).unwrap_or(usize::MAX);
    let wait = WAITS.get(tried).filter(|_| !not_sent.for_good);
    if let Some(wait) = wait {
        all.later += 1;
        let next = now.plus_seconds(*wait);
        return db
            .act(async |tx| {
                run!(
                    tx,
                    sqlx::query(LATER)
                        .bind(scheme)
                        .bind(mail.id)
                        .bind(next)
                        .bind(&not_sent.why)
                )?;
                Ok(())
            })
            .await;
    }
    all.failed += 1;
    db.act(async |tx| {
        run!(
            tx,
            sqlx::query(FAILED)
                .bind(scheme)
                .bind(mail.id)
                .bind(&not_sent.why)
        )?;
        (sender.on_failed)(tx, scheme, mail, now).await
    })
    .await
}
