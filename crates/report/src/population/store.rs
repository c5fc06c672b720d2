//! The table `population_count`. The file confirmed last for the whole scheme,
//! or for a practice, is the one that counts.

use kith_access::{Organisation, Scheme};
use kith_base::{Day, Id};
use kith_db::{FromRow, Tx, on, run};

use super::{Dimension, rows::Count};
use crate::gathered::GatheredFile;

const INSERT: &str =
    "insert into population_count (scheme_id, file_id, number, dimension, group_name, people)
    values ($1, $2, $3, $4, $5, $6)";

/// Keeps a count.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
    number: i64,
    count: &Count,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(file)
            .bind(number)
            .bind(count.dimension)
            .bind(count.group)
            .bind(count.people)
    )?;
    Ok(())
}

/// The people of one group, and the file that says so.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Population {
    /// Whose people; none for the whole scheme.
    pub practice_id: Option<Id<Organisation>>,
    /// The group's name, one of [`Dimension::groups`].
    pub group_name: String,
    /// How many people.
    pub people: i64,
    /// The day they were counted.
    pub as_of: Option<Day>,
    /// The file.
    pub file_id: Id<GatheredFile>,
}

const IN_FORCE: &str = "select f.practice_id, p.group_name, p.people, f.as_of, p.file_id
    from gathered_file f
    join population_count p on p.scheme_id = $1 and p.file_id = f.id
    where f.scheme_id = $1 and f.kind = 'population' and f.state = 'done' and p.dimension = $2
      and not exists (select 1 from gathered_file l
        where l.scheme_id = $1 and l.kind = 'population' and l.state = 'done'
          and (l.practice_id = f.practice_id or (l.practice_id is null and f.practice_id is null))
          and (l.done_at > f.done_at or (l.done_at = f.done_at and l.id > f.id)))
    order by f.practice_id, p.number";

/// The counts of a dimension that are in force: of the whole scheme and of
/// every practice that has some.
///
/// # Errors
/// When the database does not answer.
pub async fn in_force(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    dimension: Dimension,
) -> Result<Vec<Population>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(IN_FORCE).bind(scheme).bind(dimension).fetch_all(c))
}
