//! The tables `referral` and `referral_move`: what was sent, where it stands,
//! and every move it made.

use kith_access::{Account, Organisation, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Line, Name, Ts, Word};
use kith_db::{FromRow, Tx, on, run};

use super::{
    Agreed, Case, CloseReason, DeclineReason, End, Need, Next, Referral, Sent, Source, Standing,
    State, Told,
    rules::{Move, NO_LONGER_AGREES},
};
use crate::{
    meeting::{Meeting, Minute, Way},
    person::{Person, arriving::Differs},
};

#[derive(FromRow)]
struct Row {
    id: Id<Referral>,
    reference: String,
    person_id: Id<Person>,
    practice_id: Option<Id<Organisation>>,
    source: Source,
    referrer_id: Option<Id<Account>>,
    referrer_name: Name,
    needs: String,
    why: Option<Line>,
    told: String,
    agreed: Agreed,
    state: State,
    owner_id: Option<Id<Account>>,
    owner_name: Option<Name>,
    next_step: Option<Line>,
    next_on: Option<Day>,
    next_way: Option<Way>,
    next_minute: Option<Minute>,
    next_place: Option<Line>,
    location_sensitive: bool,
    received_at: Ts,
    first_seen_at: Option<Ts>,
    end_reason: Option<String>,
    end_next: Option<Line>,
    what_changed: Option<String>,
    practice_to_do: Option<String>,
    contact_count: i64,
    last_contact_at: Option<Ts>,
    version: i64,
}

// Where somebody whose place is hidden is met leaves the database for nobody.
macro_rules! case_columns {
    () => {
        "r.id, r.reference, r.person_id, r.practice_id, r.source, r.referrer_id, r.referrer_name,
         r.needs, r.why, r.told, r.agreed, r.state, r.owner_id, w.name as owner_name, r.next_step,
         r.next_on, r.next_way, r.next_minute,
         case when p.location_sensitive then null else r.next_place end as next_place,
         p.location_sensitive, r.received_at, r.first_seen_at, r.end_reason, r.end_next, r.what_changed,
         r.practice_to_do, r.contact_count, r.last_contact_at, r.version
    from referral r
    join person p on p.scheme_id = $1 and p.id = r.person_id
    left join account w on w.scheme_id = $1 and w.id = r.owner_id
   where r.scheme_id = $1 and "
    };
}

const ONE: &str = concat!(
    "select ",
    case_columns!(),
    "r.id = $7 and ",
    person_in_scope!()
);

/// One referral for the program's own moves (a leaver's cases, a job), which
/// nobody looks at: no scope.
const OWN_MOVE: &str = concat!("select ", case_columns!(), "r.id = $2");

const OF_PERSON: &str = concat!(
    "select ",
    case_columns!(),
    "r.person_id = $7 and r.state <> 'voided' and ",
    person_in_scope!(),
    " order by r.received_at desc, r.id desc"
);

/// The referral, when the scope reaches its person.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn case(
    tx: &mut Tx,
    scope: &Scope,
    referral: Id<Referral>,
) -> Result<Option<Case>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => in_scope!(sqlx::query_as(ONE), *scope).bind(referral).fetch_optional(c))?;
    row.map(Case::try_from).transpose()
}

/// A referral for a move the program makes by itself: nobody is shown it.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn for_own_move(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
) -> Result<Option<Case>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => sqlx::query_as(OWN_MOVE).bind(scheme).bind(referral).fetch_optional(c))?;
    row.map(Case::try_from).transpose()
}

/// Every referral of a person the scope reaches, the newest first.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn of_person(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Vec<Case>, sqlx::Error> {
    let rows: Vec<Row> =
        on!(tx, c => in_scope!(sqlx::query_as(OF_PERSON), *scope).bind(person).fetch_all(c))?;
    rows.into_iter().map(Case::try_from).collect()
}

/// A row that does not make sense fails loudly.
fn senseless(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("referral: {what}").into())
}

/// Codes joined by commas, as they are kept.
fn joined<W: Word>(words: &[W]) -> String {
    words
        .iter()
        .map(|word| word.code())
        .collect::<Vec<_>>()
        .join(",")
}

fn split<W: Word + std::str::FromStr>(codes: &str) -> Result<Vec<W>, sqlx::Error> {
    codes
        .split(',')
        .filter(|code| !code.is_empty())
        .map(|code| code.parse().map_err(|_| senseless("an unknown word")))
        .collect()
}

impl TryFrom<Row> for Case {
    type Error = sqlx::Error;
    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let standing = standing(&row)?;
        Ok(Self {
            id: row.id,
            reference: row.reference,
            person: row.person_id,
            sent: Sent {
                source: row.source,
                practice: row.practice_id,
                referrer: row.referrer_id,
                referrer_name: row.referrer_name,
                needs: split::<Need>(&row.needs)?,
                why: row.why,
                told: split::<Told>(&row.told)?,
                agreed: row.agreed,
            },
            received_at: row.received_at,
            standing,
            location_hidden: row.location_sensitive,
            owner_name: row.owner_name,
            first_seen_at: row.first_seen_at,
            contact_count: row.contact_count,
            last_contact_at: row.last_contact_at,
            what_changed: row.what_changed,
            practice_to_do: row.practice_to_do,
            version: row.version,
        })
    }
}

fn standing(row: &Row) -> Result<Standing, sqlx::Error> {
    let on = || row.next_on.ok_or_else(|| senseless("no date"));
    let owner = || row.owner_id.ok_or_else(|| senseless("no owner"));
    let next = || {
        Ok::<_, sqlx::Error>(match &row.next_step {
            Some(step) => Next::Planned {
                step: step.clone(),
                on: on()?,
                meeting: row.next_way.map(|way| Meeting {
                    way,
                    at: row.next_minute,
                    place: row.next_place.clone(),
                }),
            },
            None => Next::Review { on: on()? },
        })
    };
    let end = |known: &[&'static str]| {
        let reason = row
            .end_reason
            .as_deref()
            .and_then(|reason| known.iter().find(|code| **code == reason));
        match (reason, &row.end_next) {
            (Some(reason), Some(next)) => Ok(End {
                reason,
                next: next.clone(),
            }),
            _ => Err(senseless("an end without its reason")),
        }
    };
    Ok(match row.state {
        State::Advice => Standing::Advice,
        State::Waiting => Standing::Waiting { on: on()? },
        State::Taken => Standing::Taken {
            owner: owner()?,
            next: next()?,
        },
        State::Open => Standing::Open {
            owner: owner()?,
            next: next()?,
        },
        State::NeedsWorker => Standing::NeedsWorker { on: on()? },
        State::Declined => Standing::Declined(end(&codes::<DeclineReason>())?),
        State::Closed => {
            let mut known = codes::<CloseReason>();
            known.push(NO_LONGER_AGREES);
            Standing::Closed(end(&known)?)
        }
        State::Voided => Standing::Voided,
    })
}

fn codes<W: Word>() -> Vec<&'static str> {
    W::ALL.iter().map(|word| word.code()).collect()
}

const INSERT: &str = "insert into referral (scheme_id, id, reference, person_id, practice_id, source,
        referrer_id, referrer_name, main_need, needs, why, told, agreed, state, next_kind, next_on,
        received_at, received_on, take_by, contact_count, import_id, version, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, $20, 1, $17)";

/// What belongs to a new referral beside what it says.
pub struct NewCase<'a> {
    /// Its id.
    pub id: Id<Referral>,
    /// Its reference.
    pub reference: &'a str,
    /// Whom it is about.
    pub person: Id<Person>,
    /// The import that made it.
    pub import: Option<Id<crate::ImportBatch>>,
    /// When it came; earlier than now for a referral from a file.
    pub received_at: Ts,
    /// The end of the two-working-day clock.
    pub take_by: Day,
}

/// Makes a referral in the state it begins in. Every door goes through
/// `arrival::take_in`; only a made-up history calls this besides.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    new: &NewCase<'_>,
    sent: &Sent,
    standing: &Standing,
) -> Result<(), sqlx::Error> {
    let kept = Kept::of(standing);
    let main = sent.needs.first().copied().unwrap_or(Need::Other);
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(new.id)
            .bind(new.reference)
            .bind(new.person)
            .bind(sent.practice)
            .bind(sent.source)
            .bind(sent.referrer)
            .bind(&sent.referrer_name)
            .bind(main)
            .bind(joined(&sent.needs))
            .bind(&sent.why)
            .bind(joined(&sent.told))
            .bind(sent.agreed)
            .bind(standing.state())
            .bind(kept.kind)
            .bind(kept.on)
            .bind(new.received_at)
            .bind(new.received_at.day())
            .bind(new.take_by)
            .bind(new.import)
    )?;
    Ok(())
}

const KEEP_GIVEN: &str = "update referral set given_phone = $3, given_postcode = $4
    where scheme_id = $1 and id = $2";

/// Keeps how to reach the person as the referral says and the record does not.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_given(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
    differs: &Differs,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(KEEP_GIVEN)
            .bind(scheme)
            .bind(referral)
            .bind(&differs.phone)
            .bind(&differs.postcode)
    )?;
    Ok(())
}

/// What of a standing goes into columns.
struct Kept<'a> {
    owner: Option<Id<Account>>,
    kind: &'static str,
    step: Option<&'a Line>,
    on: Option<Day>,
    meeting: Option<&'a Meeting>,
    reason: Option<&'static str>,
    end_next: Option<&'a Line>,
}

impl<'a> Kept<'a> {
    fn of(standing: &'a Standing) -> Self {
        let (kind, step) = match standing {
            Standing::Taken {
                next: Next::Planned { step, .. },
                ..
            }
            | Standing::Open {
                next: Next::Planned { step, .. },
                ..
            } => ("planned", Some(step)),
            _ if standing.due().is_some() => ("review", None),
            _ => ("none", None),
        };
        let end = match standing {
            Standing::Declined(end) | Standing::Closed(end) => Some(end),
            _ => None,
        };
        Self {
            owner: standing.owner(),
            kind,
            step,
            on: standing.due(),
            meeting: standing.next().and_then(Next::meeting),
            reason: end.map(|end| end.reason),
            end_next: end.map(|end| &end.next),
        }
    }
}

/// An end keeps its worker: whoever saw the person may still read what they wrote.
const STAND: &str = "update referral set state = $4,
        owner_id = case when $4 in ('declined', 'closed') then coalesce($5, owner_id) else $5 end, next_kind = $6, next_step = $7,
        next_on = $8, end_reason = $9, end_next = $10,
        taken_at = case when $4 = 'taken' and taken_at is null then $11 else taken_at end,
        answered_at = case when $4 = 'open' and answered_at is null then $11 else answered_at end,
        ended_at = case when $4 in ('declined', 'closed', 'voided') then $11 else null end,
        next_way = $12, next_minute = $13, next_place = $14,
        changed_at = $11, version = version + 1
    where scheme_id = $1 and id = $2 and version = $3";

/// Writes where a referral stands now over the version that was read. Gives
/// whether that version was still the newest.
///
/// # Errors
/// When the database does not answer.
pub async fn stand(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
    version: i64,
    standing: &Standing,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let kept = Kept::of(standing);
    let changed = run!(
        tx,
        sqlx::query(STAND)
            .bind(scheme)
            .bind(referral)
            .bind(version)
            .bind(standing.state())
            .bind(kept.owner)
            .bind(kept.kind)
            .bind(kept.step)
            .bind(kept.on)
            .bind(kept.reason)
            .bind(kept.end_next)
            .bind(at)
            .bind(kept.meeting.map(|meeting| meeting.way))
            .bind(kept.meeting.and_then(|meeting| meeting.at))
            .bind(kept.meeting.and_then(|meeting| meeting.place.as_ref()))
    )?;
    Ok(changed == 1)
}

const INSERT_MOVE: &str =
    "insert into referral_move (scheme_id, id, referral_id, person_id, at, by_id,
        move, from_state, to_state, owner_id, note)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// One move of a referral, for its history.
pub struct Moved<'a> {
    /// The referral.
    pub referral: Id<Referral>,
    /// Whom it is about.
    pub person: Id<Person>,
    /// Who did it; none is the service itself.
    pub by: Option<Id<Account>>,
    /// What happened.
    pub what: Move,
    /// Where it stood.
    pub from: Option<State>,
    /// Where it stands now.
    pub to: &'a Standing,
    /// In words.
    pub note: Option<&'a str>,
}

/// Keeps a move.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_move(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    moved: &Moved<'_>,
    at: Ts,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT_MOVE)
            .bind(scheme)
            .bind(Id::<Move>::new(at))
            .bind(moved.referral)
            .bind(moved.person)
            .bind(at)
            .bind(moved.by)
            .bind(moved.what)
            .bind(moved.from)
            .bind(moved.to.state())
            .bind(moved.to.owner())
            .bind(moved.note)
    )?;
    Ok(())
}

const UNFINISHED: &str = "select r.id from referral r
    where r.scheme_id = $1 and r.person_id = $2 and r.state in ('waiting', 'taken', 'open', 'needs_worker')
    order by r.received_at desc, r.id limit 1";

/// The person's unfinished referral, when there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn unfinished(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Option<Id<Referral>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(UNFINISHED).bind(scheme).bind(person).fetch_optional(c))
}

const ALL_UNFINISHED: &str = "select r.id from referral r
    where r.scheme_id = $1 and r.person_id = $2 and r.state in ('waiting', 'taken', 'open', 'needs_worker')
    order by r.id";

/// Every unfinished referral of a person: two practices may have sent one each.
///
/// # Errors
/// When the database does not answer.
pub async fn all_unfinished(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<Id<Referral>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(ALL_UNFINISHED).bind(scheme).bind(person).fetch_all(c))
}

const UNFINISHED_SEEN: &str = concat!(
    "select r.id from referral r
       join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.person_id = $7
        and r.state in ('waiting', 'taken', 'open', 'needs_worker')
        and ($2 <> 'practice' or r.practice_id = $3) and ",
    person_in_scope!(),
    " order by r.received_at desc, r.id limit 1"
);

/// The person's unfinished referral, when whoever asks may see it: a practice
/// sees its own.
///
/// # Errors
/// When the database does not answer.
pub async fn unfinished_seen(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Option<Id<Referral>>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_scalar(UNFINISHED_SEEN), *scope).bind(person).fetch_optional(c))
}

const SET_END: &str = "update referral set what_changed = $3, practice_to_do = $4
    where scheme_id = $1 and id = $2";

/// Keeps what changed in the person's words, and what the practice has to do.
///
/// # Errors
/// When the database does not answer.
pub async fn set_end(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
    what_changed: Option<&str>,
    to_do: &str,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(SET_END)
            .bind(scheme)
            .bind(referral)
            .bind(what_changed)
            .bind(to_do)
    )?;
    Ok(())
}

const OWNED_BY: &str = "select r.id from referral r
    where r.scheme_id = $1 and r.owner_id = $2 and r.state in ('taken', 'open') order by r.id";

/// The unfinished referrals a link worker has.
///
/// # Errors
/// When the database does not answer.
pub async fn owned_by(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    owner: Id<Account>,
) -> Result<Vec<Id<Referral>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(OWNED_BY).bind(scheme).bind(owner).fetch_all(c))
}
