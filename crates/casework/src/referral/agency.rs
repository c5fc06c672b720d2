//! Another agency that asked for a referral has no account and reads nothing
//! here: somebody of the service tells it. Whoever sees the person first, ends
//! the referral or reopens it gets the task, so that no agency waits for an
//! answer that never comes. It hears no more than the person agrees to.

use kith_access::{Actor, Scheme};
use kith_base::{Id, Name, Ts};
use kith_db::{Outcome, Tx, on};

use super::{
    Case, Referral,
    actions::{Terms, to_tell},
};
use crate::task;

/// Stands where a file does not say who sent somebody.
pub const UNNAMED: &str = "Not named in the file";

/// A link worker writes down who asked; a file may name them. A practice of a
/// file reads its messages itself.
const AGENCY: &str = "select r.referrer_name from referral r
       left join account a on a.scheme_id = $1 and a.id = r.referrer_id
      where r.scheme_id = $1 and r.id = $2
        and ((r.source = 'other' and (a.name is null or a.name <> r.referrer_name))
          or (r.source = 'file' and r.practice_id is null and r.referrer_name <> $3))";

/// Who asked for a referral and reads nothing here, when there is such a one.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
) -> Result<Option<Name>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(AGENCY)
        .bind(scheme).bind(referral).bind(UNNAMED).fetch_optional(c))
}

/// Gives the actor the task to tell the agency what happened, when an agency
/// asked. `what` goes on after "Tell them".
///
/// # Errors
/// When the database does not answer.
pub async fn tell(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: &Case,
    what: &str,
    at: Ts,
) -> Outcome<()> {
    let Some(agency) = of(tx, terms.scheme, case.id).await? else {
        return Ok(());
    };
    let reference = &case.reference;
    let what = format!(
        "Tell {agency}, who asked for referral {reference}, {what}. Say no more than the person agrees to."
    );
    to_tell(tx, terms, actor, case, (task::Kind::TellAgency, what), at).await
}
