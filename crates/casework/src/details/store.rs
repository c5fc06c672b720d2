//! Which practices were written to about a person.

use kith_access::{Organisation, Scheme};
use kith_base::Id;
use kith_db::{Tx, on};

use crate::{Referral, person::Person};

const WRITTEN_TO: &str = "select r.id, r.practice_id from referral r
    where r.scheme_id = $1 and r.person_id = $2 and r.practice_id is not null
      and r.state <> 'voided' and exists (select 1 from practice_message m
        where m.scheme_id = $1 and m.referral_id = r.id and m.practice_id = r.practice_id)
    order by r.received_at desc, r.id desc";

/// The practices that were written to about somebody, each with the latest
/// referral it knows.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn written_to(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<(Id<Referral>, Id<Organisation>)>, sqlx::Error> {
    let all: Vec<(Id<Referral>, Id<Organisation>)> =
        on!(tx, c => sqlx::query_as(WRITTEN_TO).bind(scheme).bind(person).fetch_all(c))?;
    let mut each: Vec<(Id<Referral>, Id<Organisation>)> = Vec::new();
    for (referral, practice) in all {
        if !each.iter().any(|(_, known)| *known == practice) {
            each.push((referral, practice));
        }
    }
    Ok(each)
}
