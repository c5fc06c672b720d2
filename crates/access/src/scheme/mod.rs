//! A scheme is the social prescribing service that owns its records: one row
//! in the table that every other table's key begins with. The program makes
//! the first one; nobody signed in to one scheme can see another.

use kith_base::{Id, Name, Refusal, Ts};
use kith_db::{Outcome, Tx, on, run};

use crate::actor::Scheme;

/// What there is to say of a scheme.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct SchemeRow {
    /// Its id.
    #[sqlx(rename = "scheme_id")]
    pub id: Id<Scheme>,
    /// Its name, as people read it.
    pub name: Name,
    /// Its short name, in the addresses of public pages.
    pub slug: String,
}

const INSERT: &str = "insert into scheme (scheme_id, name, slug, made_at)
    values ($1, $2, $3, $4) on conflict (slug) do nothing";

/// Makes a scheme. The short name has small letters, digits and hyphens.
///
/// # Errors
/// `Invalid` for a short name of another shape, `Conflict` for one that is taken.
pub async fn found(tx: &mut Tx, name: &Name, slug: &str, now: Ts) -> Outcome<Id<Scheme>> {
    let shaped = (1..=40).contains(&slug.len())
        && slug
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !shaped {
        return Err(Refusal::invalid(
            "The short name must be 1 to 40 small letters, digits or hyphens",
        )
        .into());
    }
    let id = Id::new(now);
    let made = run!(
        tx,
        sqlx::query(INSERT).bind(id).bind(name).bind(slug).bind(now)
    )?;
    if made == 0 {
        return Err(Refusal::conflict("There is a scheme with this short name already").into());
    }
    Ok(id)
}

const ALL: &str = "select scheme_id, name, slug from scheme order by slug";

/// Every scheme, by short name: for jobs and the command line.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut Tx) -> Outcome<Vec<SchemeRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, SchemeRow>(ALL).fetch_all(c))?)
}

const BY_SLUG: &str = "select scheme_id, name, slug from scheme where slug = $1";

/// The scheme with a short name.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Outcome<SchemeRow> {
    let row = on!(tx, c => sqlx::query_as::<_, SchemeRow>(BY_SLUG).bind(slug).fetch_optional(c))?;
    Ok(row.ok_or_else(Refusal::not_found)?)
}
