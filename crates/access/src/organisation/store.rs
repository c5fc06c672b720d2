//! The rows of organisations.

use kith_base::{Email, Id, Name, OdsCode, Refusal, Ts};
use kith_db::{Outcome, Tx, on, run};

use super::OrganisationKind;
use crate::actor::{Organisation, Scheme};

/// An organisation as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct OrganisationRow {
    /// Its id.
    pub id: Id<Organisation>,
    /// What sort.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: Name,
    /// Its code in the NHS's Organisation Data Service.
    pub ods_code: Option<OdsCode>,
    /// Where messages for it are mailed.
    pub email: Option<Email>,
    /// Whether it still takes part.
    pub active: bool,
    /// For changes by two people at once.
    pub version: i64,
}

const INSERT: &str = "insert into organisation
    (scheme_id, id, kind, name, ods_code, email, active, version, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, 1, $8) on conflict do nothing";

/// Adds an organisation; its id comes with it.
///
/// # Errors
/// `Conflict` when another one has the same ODS code.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    row: &OrganisationRow,
    now: Ts,
) -> Outcome<()> {
    let made = run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(row.id)
            .bind(row.kind)
            .bind(&row.name)
            .bind(&row.ods_code)
            .bind(&row.email)
            .bind(row.active)
            .bind(now)
    )?;
    if made == 0 {
        return Err(Refusal::field("ods_code", "Another organisation has this ODS code").into());
    }
    Ok(())
}

const ALL: &str = "select id, kind, name, ods_code, email, active, version from organisation
    where scheme_id = $1 order by kind, name, id";

/// Every organisation of a scheme, by kind and name.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<Vec<OrganisationRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, OrganisationRow>(ALL).bind(scheme).fetch_all(c))?)
}

/// The practices that take part, by name.
///
/// # Errors
/// When the database fails.
pub async fn practices(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<Vec<OrganisationRow>> {
    let mut all = all(tx, scheme).await?;
    all.retain(|row| row.active && row.kind == OrganisationKind::Practice);
    Ok(all)
}

const ONE: &str = "select id, kind, name, ods_code, email, active, version from organisation
    where scheme_id = $1 and id = $2";

/// One organisation.
///
/// # Errors
/// `NotFound` when the scheme has none with this id.
pub async fn one(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<Organisation>,
) -> Outcome<OrganisationRow> {
    let row = on!(tx, c => sqlx::query_as::<_, OrganisationRow>(ONE)
        .bind(scheme).bind(id).fetch_optional(c))?;
    Ok(row.ok_or_else(Refusal::not_found)?)
}

const STAFF: &str = "select count(*) from account
    where scheme_id = $1 and organisation_id = $2 and state <> 'left'";

/// How many accounts belong to an organisation and have not left.
///
/// # Errors
/// When the database fails.
pub async fn staff(tx: &mut Tx, scheme: Id<Scheme>, id: Id<Organisation>) -> Outcome<i64> {
    Ok(on!(tx, c => sqlx::query_scalar(STAFF).bind(scheme).bind(id).fetch_one(c))?)
}

const CHANGE: &str = "update organisation
    set kind = $3, name = $4, ods_code = $5, email = $6, active = $7, version = version + 1
    where scheme_id = $1 and id = $2 and version = $8";
const CODE_TAKEN: &str = "select count(*) from organisation
    where scheme_id = $1 and id <> $2 and ods_code = $3";

/// Keeps a changed organisation.
///
/// # Errors
/// `Conflict` when somebody else changed it since it was shown, `Invalid`
/// when another one has the ODS code.
pub async fn change(tx: &mut Tx, scheme: Id<Scheme>, row: &OrganisationRow) -> Outcome<()> {
    let taken: i64 = on!(tx, c => sqlx::query_scalar::<_, i64>(CODE_TAKEN)
        .bind(scheme).bind(row.id).bind(&row.ods_code).fetch_one(c))?;
    if taken > 0 {
        let what = "Another organisation has this ODS code";
        return Err(Refusal::field("ods_code", what).into());
    }
    let changed = run!(
        tx,
        sqlx::query(CHANGE)
            .bind(scheme)
            .bind(row.id)
            .bind(row.kind)
            .bind(&row.name)
            .bind(&row.ods_code)
            .bind(&row.email)
            .bind(row.active)
            .bind(row.version)
    )?;
    if changed == 0 {
        return Err(crate::account::changed_meanwhile().into());
    }
    Ok(())
}
