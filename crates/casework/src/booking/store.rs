//! What booking reads beside the referral: the meetings of a day, what was
//! planned before, and who else is met at the same time.

use kith_access::{Account, Actor, Restricted, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Line, Phone, Postcode, Ts};
use kith_db::{FromRow, Tx, on, run};

use crate::{
    Referral, listed_columns,
    meeting::{Meeting, Minute, Way},
    person::listed::Listed,
    referral::{Case, Next},
};

/// Where somebody is met and how they are reached.
#[derive(Clone, Debug, FromRow)]
pub struct Reach {
    /// The place that was agreed.
    pub next_place: Option<Line>,
    /// Where they live.
    pub address: Option<Line>,
    /// Its postcode.
    pub postcode: Option<Postcode>,
    /// Their telephone.
    pub phone: Option<Phone>,
    /// How to reach them without harm: read first.
    pub safe_contact: Option<Line>,
}

#[derive(FromRow)]
struct Row {
    id: Id<Referral>,
    version: i64,
    next_step: Line,
    next_on: Day,
    next_way: Way,
    next_minute: Option<Minute>,
    last_note: Option<String>,
    location_sensitive: bool,
    #[sqlx(flatten)]
    reach: Reach,
    #[sqlx(flatten)]
    who: Listed,
}

/// A meeting of a day.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The referral.
    pub id: Id<Referral>,
    /// Counts its changes.
    pub version: i64,
    /// What for.
    pub step: Line,
    /// On which day.
    pub on: Day,
    /// How they meet.
    pub way: Way,
    /// At what time.
    pub at: Option<Minute>,
    /// What the last open note says; a restricted one is not told here.
    pub last_note: Option<String>,
    /// Where, and how to reach them.
    pub reach: Restricted<Reach>,
    /// Whom.
    pub who: Listed,
}

impl From<Row> for Booked {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            step: row.next_step,
            on: row.next_on,
            way: row.next_way,
            at: row.next_minute,
            last_note: row.last_note,
            reach: Restricted::new(row.who.person_id, row.location_sensitive, row.reach),
            who: row.who,
        }
    }
}

const OF_DAY: &str = concat!(
    "select r.id, r.version, r.next_step, r.next_on, r.next_way, r.next_minute, r.next_place,
            p.address, p.postcode, p.phone, p.safe_contact, p.location_sensitive,
            (select k.note from contact k where k.scheme_id = $1 and k.referral_id = r.id
                and k.voided_at is null and not k.restricted
              order by k.at desc, k.id desc limit 1) as last_note, ",
    listed_columns!(),
    " from referral r
      join person p on p.scheme_id = $1 and p.id = r.person_id
     where r.scheme_id = $1 and r.owner_id = $7 and r.state in ('taken', 'open')
       and r.next_on = $8 and r.next_way is not null and ",
    person_in_scope!(),
    " order by r.next_minute is null, r.next_minute, r.id limit 50"
);

/// Whom a worker meets on a day, in order of time; those without a time last.
///
/// # Errors
/// When the database does not answer.
pub async fn of_day(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
    day: Day,
) -> Result<Vec<Booked>, sqlx::Error> {
    let rows: Vec<Row> = on!(tx, c => in_scope!(sqlx::query_as(OF_DAY), *scope)
        .bind(worker).bind(day).fetch_all(c))?;
    Ok(rows.into_iter().map(Booked::from).collect())
}

/// Something that was planned.
#[derive(Clone, Debug, FromRow)]
pub struct Earlier {
    /// When it was planned.
    pub at: Ts,
    /// What.
    pub note: String,
}

const EARLIER: &str = concat!(
    "select m.at, m.note from referral_move m
       join person p on p.scheme_id = $1 and p.id = m.person_id
      where m.scheme_id = $1 and m.referral_id = $7 and m.move = 'plan' and m.note is not null and ",
    person_in_scope!(),
    " order by m.at desc, m.id desc limit 5"
);

/// What was planned with somebody, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn earlier(
    tx: &mut Tx,
    scope: &Scope,
    referral: Id<Referral>,
) -> Result<Vec<Earlier>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(EARLIER), *scope).bind(referral).fetch_all(c))
}

const SAME_TIME: &str = "select count(*) from referral a
      join referral r on r.scheme_id = $1 and r.owner_id = a.owner_id and r.state in ('taken', 'open')
        and r.next_on = a.next_on and r.next_minute = a.next_minute and r.id <> a.id
     where a.scheme_id = $1 and a.id = $2 and a.next_way is not null and r.next_way is not null";

/// Whether the worker meets somebody else at the very time of a referral's
/// meeting.
///
/// # Errors
/// When the database does not answer.
pub async fn is_double(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
) -> Result<bool, sqlx::Error> {
    let others: i64 =
        on!(tx, c => sqlx::query_scalar(SAME_TIME).bind(scheme).bind(referral).fetch_one(c))?;
    Ok(others > 0)
}

#[derive(FromRow)]
struct CalledOff {
    step: Line,
    was_on: Day,
    way: Option<Way>,
    minute: Option<Minute>,
    place: Option<Line>,
}

impl From<CalledOff> for Next {
    fn from(row: CalledOff) -> Self {
        let (at, place) = (row.minute, row.place);
        Self::Planned {
            step: row.step,
            on: row.was_on,
            meeting: row.way.map(|way| Meeting { way, at, place }),
        }
    }
}

const KEEP_CALLED_OFF: &str =
    "insert into called_off (scheme_id, referral_id, version, step, was_on, way,
        minute, place, by_id, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (scheme_id, referral_id) do update set version = excluded.version,
        step = excluded.step, was_on = excluded.was_on, way = excluded.way,
        minute = excluded.minute, place = excluded.place, by_id = excluded.by_id, at = excluded.at";

/// Keeps what was planned with somebody, at the version that calling it off
/// left.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_called_off(
    tx: &mut Tx,
    actor: &Actor,
    was: &Case,
    version: i64,
) -> Result<(), sqlx::Error> {
    let Some(Next::Planned { step, on, meeting }) = was.standing.next() else {
        return Ok(());
    };
    let meeting = meeting.as_ref();
    run!(
        tx,
        sqlx::query(KEEP_CALLED_OFF)
            .bind(actor.scheme)
            .bind(was.id)
            .bind(version)
            .bind(step)
            .bind(on)
            .bind(meeting.map(|meeting| meeting.way))
            .bind(meeting.and_then(|meeting| meeting.at))
            .bind(meeting.and_then(|meeting| meeting.place.as_ref()))
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}

// Where somebody whose place is hidden is met leaves the database for nobody.
const CALLED_OFF: &str = "select c.step, c.was_on, c.way, c.minute,
        case when p.location_sensitive then null else c.place end as place
      from called_off c
      join referral r on r.scheme_id = $1 and r.id = c.referral_id
      join person p on p.scheme_id = $1 and p.id = r.person_id
     where c.scheme_id = $1 and c.referral_id = $2 and c.version = $3 and c.was_on >= $4";

/// What was called off last, when it can still be brought back.
///
/// # Errors
/// When the database does not answer.
pub async fn called_off(
    tx: &mut Tx,
    actor: &Actor,
    case: &Case,
) -> Result<Option<Next>, sqlx::Error> {
    let row: Option<CalledOff> = on!(tx, c => sqlx::query_as(CALLED_OFF)
        .bind(actor.scheme).bind(case.id).bind(case.version).bind(actor.today()).fetch_optional(c))?;
    Ok(row.map(Next::from))
}

const FORGET_CALLED_OFF: &str = "delete from called_off where scheme_id = $1 and referral_id = $2";

/// Forgets it: it was brought back.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_called_off(
    tx: &mut Tx,
    actor: &Actor,
    referral: Id<Referral>,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(FORGET_CALLED_OFF)
            .bind(actor.scheme)
            .bind(referral)
    )?;
    Ok(())
}
