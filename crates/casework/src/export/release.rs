//! Two people for what can do the most harm: above [`ONE_ALONE`] people, all
//! of a scheme's records leave only when one manager has asked for them and
//! another, or the information guardian, has released them. A request holds
//! for a day, a release for another, each for one taking; both end when either
//! of the two leaves. Up to that size a manager takes the records alone.

use kith_access::{
    Ability, Account, Actor, Origin, Role, Scheme,
    account::{self, AccountState},
    audit::{self, Entry},
    outbox::{self, Mail},
};
use kith_base::{Id, Name, Refusal, Ts};
use kith_db::{FromRow, Outcome, Tx, on, run};

/// So many people one manager may take out without another.
pub const ONE_ALONE: i64 = 500;
/// How long a request waits, and a release holds, in seconds.
const HOLDS: i64 = 24 * 60 * 60;

/// Names a request for all records.
pub enum Release {}

/// A request that still holds.
#[derive(Clone, Debug, FromRow)]
pub struct Request {
    /// Its id.
    pub id: Id<Release>,
    /// Who asked.
    pub asked_by: Id<Account>,
    /// Their name.
    pub asked_name: Name,
    /// When.
    pub asked_at: Ts,
    /// Until when it holds.
    pub ends_at: Ts,
    /// Who released it; nobody yet.
    pub released_by: Option<Id<Account>>,
    /// Their name.
    pub released_name: Option<Name>,
}

const PEOPLE: &str = "select count(*) from person where scheme_id = $1";

/// Whether the scheme holds more people than one manager may take out alone.
///
/// # Errors
/// When the database fails.
pub async fn needs_two(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<bool> {
    let people = on!(tx, c => sqlx::query_scalar::<_, i64>(PEOPLE).bind(scheme).fetch_one(c))?;
    Ok(people > ONE_ALONE)
}

const OPEN: &str = "select e.id, e.asked_by, a.name as asked_name, e.asked_at, e.ends_at,
        e.released_by, r.name as released_name
    from export_request e
    join account a on a.scheme_id = $1 and a.id = e.asked_by
    left join account r on r.scheme_id = $1 and r.id = e.released_by
    where e.scheme_id = $1 and e.ends_at > $2 and e.taken_at is null and e.cancelled_at is null
      and a.state = 'active' and (r.state = 'active' or e.released_by is null)
    order by e.asked_at, e.id";

/// The requests that still hold, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn open(tx: &mut Tx, scheme: Id<Scheme>, now: Ts) -> Outcome<Vec<Request>> {
    Ok(on!(tx, c => sqlx::query_as::<_, Request>(OPEN).bind(scheme).bind(now).fetch_all(c))?)
}

async fn note(tx: &mut Tx, actor: &Actor, action: &'static str, id: Id<Release>) -> Outcome<()> {
    let entry = Entry {
        action,
        object_kind: "export request",
        object: Some(id.uuid()),
        ..Entry::default()
    };
    audit::record(tx, actor, entry).await
}

const ASK: &str = "insert into export_request (scheme_id, id, asked_by, asked_at, ends_at)
    values ($1, $2, $3, $4, $5)";

/// Asks for all records: the other managers and the guardians hear of it. Who
/// has asked already has asked.
///
/// # Errors
/// When the role does not reach, a new proof is due, or the database fails.
pub async fn ask(tx: &mut Tx, actor: &Actor, origin: &Origin) -> Outcome<()> {
    actor.scope(Ability::ExportScheme)?;
    let open = open(tx, actor.scheme, actor.now).await?;
    if open.iter().any(|one| one.asked_by == actor.account) {
        return Ok(());
    }
    let id = Id::new(actor.now);
    let ends = actor.now.plus_seconds(HOLDS);
    run!(
        tx,
        sqlx::query(ASK)
            .bind(actor.scheme)
            .bind(id)
            .bind(actor.account)
            .bind(actor.now)
            .bind(ends)
    )?;
    note(tx, actor, "ask for all records", id).await?;
    let words = format!(
        "{} has asked to take all of the scheme's records out. If you know of it and agree, \
         release it by {}:\n\n{}\n\nIf you do not know of it, ask them, and do not release it.\n",
        actor.name,
        ends.as_uk_moment(),
        origin.link("/export/waiting"),
    );
    for one in account::all(tx, actor.scheme).await? {
        let may = matches!(one.role, Role::Manager | Role::Guardian);
        if may && one.state == AccountState::Active && one.id != actor.account {
            let mail = Mail {
                once_key: format!("export-asked:{id}:{}", one.id),
                kind: "export asked for",
                to: one.email.clone(),
                subject: "All records are to be taken out: release it or not".into(),
                body: words.clone(),
                person: None,
            };
            outbox::queue(tx, actor.scheme, actor.now, mail).await?;
        }
    }
    Ok(())
}

const RELEASE: &str = "update export_request set released_by = $3, released_at = $4, ends_at = $5
    where scheme_id = $1 and id = $2 and released_by is null and asked_by <> $3 and ends_at > $4
      and taken_at is null and cancelled_at is null";

/// Releases what another asked for.
///
/// # Errors
/// Not found when it does not hold any more; a conflict for one's own, and
/// when another has released it.
pub async fn release(tx: &mut Tx, actor: &Actor, id: Id<Release>) -> Outcome<()> {
    actor.scope(Ability::ReleaseExport)?;
    let one = open(tx, actor.scheme, actor.now).await?;
    let one = one
        .into_iter()
        .find(|one| one.id == id)
        .ok_or_else(Refusal::not_found)?;
    if one.asked_by == actor.account {
        return Err(Refusal::conflict("You asked for this yourself")
            .try_next("Another manager or the information guardian must release it")
            .into());
    }
    let released = run!(
        tx,
        sqlx::query(RELEASE)
            .bind(actor.scheme)
            .bind(id)
            .bind(actor.account)
            .bind(actor.now)
            .bind(actor.now.plus_seconds(HOLDS))
    )?;
    if released == 0 {
        return Err(Refusal::conflict("This has been released already")
            .try_next("There is nothing left to do")
            .into());
    }
    note(tx, actor, "release all records", id).await
}

const CANCEL: &str = "update export_request set cancelled_at = $4
    where scheme_id = $1 and id = $2 and asked_by = $3 and taken_at is null and cancelled_at is null";

/// Takes one's own request back.
///
/// # Errors
/// Not found when there is none of one's own.
pub async fn cancel(tx: &mut Tx, actor: &Actor, id: Id<Release>) -> Outcome<()> {
    actor.scope(Ability::ExportScheme)?;
    let cancelled = run!(
        tx,
        sqlx::query(CANCEL)
            .bind(actor.scheme)
            .bind(id)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    if cancelled == 0 {
        return Err(Refusal::not_found().into());
    }
    note(tx, actor, "take back the asking for all records", id).await
}

const CANCEL_OF: &str = "update export_request set cancelled_at = $3
    where scheme_id = $1 and (asked_by = $2 or released_by = $2)
      and taken_at is null and cancelled_at is null";

/// Cancels what somebody who leaves asked for or released.
///
/// # Errors
/// When the database fails.
pub async fn cancel_of(tx: &mut Tx, actor: &Actor, leaver: Id<Account>) -> Outcome<()> {
    let cancelled = run!(
        tx,
        sqlx::query(CANCEL_OF)
            .bind(actor.scheme)
            .bind(leaver)
            .bind(actor.now)
    )?;
    if cancelled == 0 {
        return Ok(());
    }
    let entry = Entry {
        action: "cancel an export of somebody who left",
        object_kind: "account",
        object: Some(leaver.uuid()),
        ..Entry::default()
    };
    audit::record(tx, actor, entry).await
}

const TAKEN: &str = "update export_request set taken_at = $3
    where scheme_id = $1 and id = $2 and taken_at is null and cancelled_at is null";

/// Lets all records be taken out once, and writes that they are: alone up to
/// the size, with a release above it.
///
/// # Errors
/// A conflict when a release is needed and there is none.
pub async fn take(tx: &mut Tx, actor: &Actor) -> Outcome<()> {
    actor.scope(Ability::ExportScheme)?;
    let mut object = actor.scheme.uuid();
    if needs_two(tx, actor.scheme).await? {
        let all = open(tx, actor.scheme, actor.now).await?;
        let mine = |one: &&Request| one.asked_by == actor.account && one.released_by.is_some();
        let unreleased = || {
            Refusal::conflict("Another person must release this first")
                .try_next("Ask for the release, and try again when it is given")
        };
        let id = all.iter().find(mine).ok_or_else(unreleased)?.id;
        let used = run!(
            tx,
            sqlx::query(TAKEN)
                .bind(actor.scheme)
                .bind(id)
                .bind(actor.now)
        )?;
        if used == 0 {
            return Err(unreleased().into());
        }
        object = id.uuid();
    }
    let entry = Entry {
        action: "take all records out",
        object_kind: "scheme",
        object: Some(object),
        ..Entry::default()
    };
    audit::record(tx, actor, entry).await
}
