//! Who may open a restricted record, where the work itself puts somebody on
//! the list: whoever handles a concern about the person, whoever is given
//! their referral, and, when the last colleague on the list leaves, those who
//! must find the person another. Each is a line of the audit trail. What
//! people do with the list by hand is `sensitive`.

use kith_access::{
    Account, Actor, Role, Scheme,
    account::{self, AccountRow, AccountState},
    audit::{self, Entry},
};
use kith_base::{Id, Ts};
use kith_db::{Outcome, Tx, on, run};

use super::Person;

const NAME: &str = "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
    select p.scheme_id, p.id, $3, $4, $5 from person p
     where p.scheme_id = $1 and p.id = $2 and p.restricted
    on conflict (scheme_id, person_id, account_id) do nothing";

/// Lets an account open the record, when it is restricted and the account was
/// not on the list. Gives whether that was needed; the caller writes
/// [`entry`] into the trail.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn name(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    account: Id<Account>,
    by: Option<Id<Account>>,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let named = run!(
        tx,
        sqlx::query(NAME)
            .bind(scheme)
            .bind(person)
            .bind(account)
            .bind(by)
            .bind(at)
    )?;
    Ok(named == 1)
}

/// What the trail says of somebody who was put on the list.
pub(crate) const fn entry(
    person: Id<Person>,
    account: Id<Account>,
    purpose: &'static str,
) -> Entry<'static> {
    Entry {
        action: "name for a restricted record",
        person: Some(person),
        object_kind: "account",
        object: Some(account.uuid()),
        purpose,
    }
}

/// Restricted records an account is named on, and no link worker or manager
/// who is there besides.
const LEFT_ALONE: &str = "select p.id from person p
      join person_named n on n.scheme_id = $1 and n.person_id = p.id and n.account_id = $2
     where p.scheme_id = $1 and p.restricted and p.merged_into is null
       and not exists (select 1 from person_named o
             join account a on a.scheme_id = $1 and a.id = o.account_id
            where o.scheme_id = $1 and o.person_id = p.id and a.state = 'active'
              and a.role in ('link_worker', 'manager'))
     order by p.id";

/// When somebody has left, or does other work now: a restricted record that
/// no link worker or manager could open any more is opened to the managers
/// (to the link workers where there is no manager), so that its person is not
/// lost. Gives how many records that were.
///
/// # Errors
/// When the database does not answer.
pub async fn instead_of(tx: &mut Tx, actor: &Actor, gone: Id<Account>) -> Outcome<usize> {
    let alone: Vec<Id<Person>> = on!(tx, c => sqlx::query_scalar(LEFT_ALONE)
        .bind(actor.scheme).bind(gone).fetch_all(c))?;
    if alone.is_empty() {
        return Ok(0);
    }
    let staff = account::all(tx, actor.scheme).await?;
    let of = |role: Role| -> Vec<&AccountRow> {
        let there = |row: &&AccountRow| row.role == role && row.state == AccountState::Active;
        staff.iter().filter(there).collect()
    };
    let managers = of(Role::Manager);
    let heirs = if managers.is_empty() {
        of(Role::LinkWorker)
    } else {
        managers
    };
    for person in &alone {
        for heir in &heirs {
            let by = Some(actor.account);
            if name(tx, actor.scheme, *person, heir.id, by, actor.now).await? {
                let why = "whoever could open it has left";
                audit::record(tx, actor, entry(*person, heir.id, why)).await?;
            }
        }
    }
    Ok(alone.len())
}
