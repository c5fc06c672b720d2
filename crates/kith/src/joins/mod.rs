//! Where two areas meet and neither should know the other: what happens to
//! the case work when somebody leaves, or when a mail cannot be delivered.

use futures::future::BoxFuture;
use kith_access::{Account, Actor, Scheme, outbox::Waiting, settings};
use kith_base::{Id, Ts};
use kith_casework::{
    export,
    person::named,
    referral::actions::{Terms, worker_leaves},
    task::{self, Kind, NewTask, Who},
    team,
};
use kith_db::{Outcome, Tx};

/// Hands over what somebody owned who leaves or will do other work: everybody
/// of theirs stands in the manager's queue, in the transaction that changes the
/// account; a restricted record that would be open to nobody is opened to the
/// managers; covers end; and what they asked to take out, or released to
/// another, is cancelled.
pub fn on_leave<'a>(
    tx: &'a mut Tx,
    actor: &'a Actor,
    leaver: Id<Account>,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let terms = Terms::of(actor.scheme, &settings::of(tx, actor.scheme).await?)?;
        worker_leaves(tx, &terms, actor, leaver, actor.now).await?;
        named::instead_of(tx, actor, leaver).await?;
        team::actions::end_covers_of(tx, actor, leaver).await?;
        export::release::cancel_of(tx, actor, leaver).await
    })
}

/// A mail that could not be delivered becomes a task for somebody.
pub fn on_failed_mail<'a>(
    tx: &'a mut Tx,
    scheme: Id<Scheme>,
    mail: &'a Waiting,
    at: Ts,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let settings = settings::of(tx, scheme).await?;
        let new = NewTask {
            person: mail.person_id,
            referral: None,
            contact: None,
            kind: Kind::MessageFailed,
            what: format!(
                "A mail ({}) could not be delivered: ring instead",
                mail.kind
            ),
            who: Who::Worker,
            owner: None,
            due: settings.working.after(at.day(), 1),
        };
        task::store::insert(tx, scheme, &new, at).await?;
        Ok(())
    })
}
