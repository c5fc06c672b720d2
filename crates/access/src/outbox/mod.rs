//! What must leave the program: e-mail to staff and practices. A mail is
//! written in the transaction that causes it and delivered afterwards, at
//! least once, so that nothing is sent that did not happen and nothing that
//! happened is forgotten. Subjects and bodies name no condition and no more
//! of a person than the reader is owed.

mod deliver;
mod post;

pub use deliver::{Delivered, OnFailed, Sender, Waiting, deliver, deliver_one};
pub use post::{BadPost, Post};

use kith_base::{Email, Id, Ts};
use kith_db::{Outcome, Tx, run};

use crate::actor::{Person, Scheme};

/// Names a mail in the outbox.
pub enum Letter {}

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The same cause gives the same key, and is sent once.
    pub once_key: String,
    /// What sort of mail: `invitation`, `message to the practice`.
    pub kind: &'static str,
    /// Who it is for.
    pub to: Email,
    /// The subject: no name, no condition.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Whom it is about, so that it can be cancelled when they must not be
    /// written about any more.
    pub person: Option<Id<Person>>,
}

const QUEUE: &str = "insert into outbox
    (scheme_id, id, once_key, made_at, kind, recipient, subject, body, person_id, state, attempts, next_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, $4)
    on conflict (scheme_id, once_key) do nothing";

/// Puts a mail into the outbox; one with the same key is there only once.
///
/// # Errors
/// When the database fails; then nothing of the action is kept.
pub async fn queue(tx: &mut Tx, scheme: Id<Scheme>, now: Ts, mail: Mail) -> Outcome<()> {
    run!(
        tx,
        sqlx::query(QUEUE)
            .bind(scheme)
            .bind(Id::<Letter>::new(now))
            .bind(&mail.once_key)
            .bind(now)
            .bind(mail.kind)
            .bind(&mail.to)
            .bind(&mail.subject)
            .bind(&mail.body)
            .bind(mail.person)
    )?;
    Ok(())
}

const CANCEL_ABOUT: &str = "update outbox set state = 'cancelled'
    where scheme_id = $1 and person_id = $2 and state = 'queued'";

/// Cancels what is still waiting to be sent about somebody: their
/// whereabouts have become sensitive. Once this is kept nothing of it is sent;
/// only a mail that is on its way at that very moment still goes. Gives how
/// many.
///
/// # Errors
/// When the database fails.
pub async fn cancel_about(tx: &mut Tx, scheme: Id<Scheme>, person: Id<Person>) -> Outcome<u64> {
    Ok(run!(
        tx,
        sqlx::query(CANCEL_ABOUT).bind(scheme).bind(person)
    )?)
}
