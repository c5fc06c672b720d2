//! Several people of a caseload at once: who was ticked, read again by their
//! ids through the scope of what is to be done with them.

use kith_access::{Restricted, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Line, Ts};
use kith_db::{FromRow, Tx, on};

use crate::{
    Referral, booking::store::Reach, listed_columns, person::listed::Listed, referral::Need,
};

/// The most that can be ticked: a page of the list.
pub const MOST: usize = super::store::PAGE;

#[derive(FromRow)]
struct Row {
    id: Id<Referral>,
    version: i64,
    main_need: Need,
    next_step: Option<Line>,
    next_on: Option<Day>,
    last_contact_at: Option<Ts>,
    location_sensitive: bool,
    #[sqlx(flatten)]
    reach: Reach,
    #[sqlx(flatten)]
    who: Listed,
}

/// Somebody who was ticked.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The referral.
    pub id: Id<Referral>,
    /// Counts its changes.
    pub version: i64,
    /// The main need.
    pub main_need: Need,
    /// What comes next.
    pub next_step: Option<Line>,
    /// By when.
    pub next_on: Option<Day>,
    /// The last contact.
    pub last_contact_at: Option<Ts>,
    /// How to reach them.
    pub reach: Restricted<Reach>,
    /// Who it is.
    pub who: Listed,
}

impl From<Row> for Chosen {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            main_need: row.main_need,
            next_step: row.next_step,
            next_on: row.next_on,
            last_contact_at: row.last_contact_at,
            reach: Restricted::new(row.who.person_id, row.location_sensitive, row.reach),
            who: row.who,
        }
    }
}

const THESE: &str = concat!(
    "select r.id, r.version, r.main_need, r.next_step, r.next_on, r.last_contact_at,
            r.next_place, p.address, p.postcode, p.phone, p.safe_contact, p.location_sensitive, ",
    listed_columns!(),
    " from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.state in ('taken', 'open', 'closed', 'declined')
        and r.id in ($7, $8, $9, $10, $11, $12, $13, $14, $15, $16) and ",
    person_in_scope!(),
    " order by p.family, p.given, p.id"
);

/// Those of the referrals that the scope reaches, by name; ten at a time: a
/// fixed statement serves any number.
///
/// # Errors
/// When the database does not answer.
pub async fn these(
    tx: &mut Tx,
    scope: &Scope,
    ids: &[Id<Referral>],
) -> Result<Vec<Chosen>, sqlx::Error> {
    let mut all: Vec<Chosen> = Vec::with_capacity(ids.len());
    for ten in ids.chunks(10) {
        let id = |at: usize| ten.get(at).copied();
        let rows: Vec<Row> = on!(tx, c => in_scope!(sqlx::query_as(THESE), *scope)
            .bind(id(0)).bind(id(1)).bind(id(2)).bind(id(3)).bind(id(4))
            .bind(id(5)).bind(id(6)).bind(id(7)).bind(id(8)).bind(id(9)).fetch_all(c))?;
        all.extend(rows.into_iter().map(Chosen::from));
    }
    all.sort_by(|a, b| a.who.name().cmp(&b.who.name()).then(a.id.cmp(&b.id)));
    Ok(all)
}
