//! What a caseload shows: one statement for the counts, one for the rows.
//! Contacts are never counted here: each referral carries its own figures.

use kith_access::{Account, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Line, Name, Ts, words};
use kith_db::{FromRow, Tx, on};

use crate::{
    listed_columns,
    person::listed::Listed,
    referral::{Need, Referral, State},
    tag::Tag,
};

/// How many lines a page of the list has.
pub const PAGE: usize = 50;

words! {
    /// Which of the worker's people are listed.
    pub enum Show {
        All = "all" / "All",
        New = "new" / "New",
        Answer = "answer" / "Waiting for their answer",
        Active = "active" / "Active",
        NothingPlanned = "nothing_planned" / "Nothing planned",
        Overdue = "overdue" / "Overdue",
        Ended = "ended" / "Closed or came back",
    }
}

words! {
    /// Something about the person that sets their line apart.
    pub enum Flag {
        Risk = "risk" / "Risk",
        LocationHidden = "location" / "Location hidden",
        Interpreter = "interpreter" / "Interpreter",
        Access = "access" / "Access needs",
    }
}

/// What is asked of a caseload.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose it is.
    pub worker: Id<Account>,
    /// Which of them.
    pub show: Show,
    /// Only this need.
    pub need: Option<Need>,
    /// Only people of this practice.
    pub practice: Option<Id<kith_access::Organisation>>,
    /// Only with this flag.
    pub flag: Option<Flag>,
    /// Only with this tag.
    pub tag: Option<Id<Tag>>,
    /// Only without a contact since this moment.
    pub quiet_since: Option<Ts>,
    /// After this line.
    pub after: Option<Id<Referral>>,
}

/// One line.
#[derive(Clone, Debug, FromRow)]
pub struct Held {
    /// The referral.
    pub id: Id<Referral>,
    /// Where it stands.
    pub state: State,
    /// The main need.
    pub main_need: Need,
    /// The planned step; none is "nothing planned".
    pub next_step: Option<Line>,
    /// When the case comes up; none once it has ended.
    pub next_on: Option<Day>,
    /// How many contacts there were.
    pub contact_count: i64,
    /// The last of them.
    pub last_contact_at: Option<Ts>,
    /// When the person was first seen.
    pub first_seen_at: Option<Ts>,
    /// Whom it is about.
    #[sqlx(flatten)]
    pub who: Listed,
}

macro_rules! held {
    ($states:literal, $tagged:literal, $after:literal, $order:literal) => {
        concat!(
            "select r.id, r.state, r.main_need, r.next_step, r.next_on, r.contact_count,
                    r.last_contact_at, r.first_seen_at, ",
            listed_columns!(),
            " from referral r
              join person p on p.scheme_id = $1 and p.id = r.person_id
             where r.scheme_id = $1 and r.owner_id = $7 and ",
            $states,
            " and ($8 = 'all' or $8 = 'ended'
                or ($8 = 'new' and r.state = 'taken' and r.first_seen_at is null)
                or ($8 = 'answer' and r.state = 'taken' and r.first_seen_at is not null)
                or ($8 = 'active' and r.state = 'open')
                or ($8 = 'nothing_planned' and r.next_kind = 'review')
                or ($8 = 'overdue' and r.next_on < $6))
              and (r.main_need = $9 or $9 is null)
              and (p.practice_id = $10 or $10 is null)
              and (($11 = 'risk' and p.risk is not null)
                or ($11 = 'location' and p.location_sensitive)
                or ($11 = 'interpreter' and p.interpreter is not null)
                or ($11 = 'access' and p.access_needs is not null)
                or $11 is null)
              and (r.last_contact_at < $12 or r.last_contact_at is null or $12 is null)
              and (",
            $after,
            " or $13 is null) and ",
            $tagged,
            person_in_scope!(),
            $order
        )
    };
}

/// A caseload without a tag asks nothing about tags.
macro_rules! unfinished {
    ($tagged:literal) => {
        held!(
    "r.state in ('taken', 'open')",
    $tagged,
    "(r.next_on, r.id) > (select a.next_on, a.id from referral a where a.scheme_id = $1 and a.id = $13)",
    " order by r.next_on, r.id limit $14"
        )
    };
}

macro_rules! ended {
    ($tagged:literal) => {
        held!(
    "r.state in ('closed', 'declined')",
    $tagged,
    "(r.ended_at, r.id) < (select a.ended_at, a.id from referral a where a.scheme_id = $1 and a.id = $13)",
    " order by r.ended_at desc, r.id desc limit $14"
        )
    };
}

const UNFINISHED: &str = unfinished!("");
const ENDED: &str = ended!("");
const UNFINISHED_TAGGED: &str = unfinished!(
    "exists (select 1 from person_tag pt where pt.scheme_id = $1 and pt.person_id = r.person_id
       and pt.tag_id = $15) and "
);
const ENDED_TAGGED: &str = ended!(
    "exists (select 1 from person_tag pt where pt.scheme_id = $1 and pt.person_id = r.person_id
       and pt.tag_id = $15) and "
);

/// A page of the list, the soonest next step first (the latest end first for
/// those that ended); one line more than a page when there is a next one.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut Tx, scope: &Scope, wanted: &Wanted) -> Result<Vec<Held>, sqlx::Error> {
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let ended = wanted.show == Show::Ended;
    if let Some(tag) = wanted.tag {
        let sql = if ended {
            ENDED_TAGGED
        } else {
            UNFINISHED_TAGGED
        };
        return on!(tx, c => in_scope!(sqlx::query_as(sql), *scope)
            .bind(wanted.worker).bind(wanted.show).bind(wanted.need).bind(wanted.practice).bind(wanted.flag)
            .bind(wanted.quiet_since).bind(wanted.after).bind(most).bind(tag).fetch_all(c));
    }
    let sql = if ended { ENDED } else { UNFINISHED };
    on!(tx, c => in_scope!(sqlx::query_as(sql), *scope)
        .bind(wanted.worker).bind(wanted.show).bind(wanted.need).bind(wanted.practice).bind(wanted.flag)
        .bind(wanted.quiet_since).bind(wanted.after).bind(most).fetch_all(c))
}

/// How many of a worker's people are in each list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, FromRow)]
pub struct Counts {
    /// Everybody held now.
    pub held: i64,
    /// Not met yet.
    pub fresh: i64,
    /// Met, and their answer is awaited.
    pub answer: i64,
    /// Said yes.
    pub active: i64,
    /// Nothing planned.
    pub nothing_planned: i64,
    /// Their day has passed.
    pub overdue: i64,
}

impl Counts {
    /// The count of one list; those that ended are not counted.
    #[must_use]
    pub const fn of(&self, show: Show) -> Option<i64> {
        match show {
            Show::All => Some(self.held),
            Show::New => Some(self.fresh),
            Show::Answer => Some(self.answer),
            Show::Active => Some(self.active),
            Show::NothingPlanned => Some(self.nothing_planned),
            Show::Overdue => Some(self.overdue),
            Show::Ended => None,
        }
    }
}

macro_rules! covered {
    () => {
        "cover cv join account w on w.scheme_id = $1 and w.id = cv.away_id
           where cv.scheme_id = $1 and cv.cover_id = $2 and cv.ended_at is null
             and cv.from_on <= $3 and cv.until_on >= $3"
    };
}

/// The counts of `$4`, and whom `$2` covers for: one line at least. The index
/// `referral_held` has all that is counted.
const COUNTS: &str = concat!(
    "select n.held, n.fresh, n.answer, n.active, n.nothing_planned, n.overdue, away.id, away.name, away.until_on
     from (select count(*) as held,
        count(case when r.state = 'taken' and r.first_seen_at is null then 1 end) as fresh,
        count(case when r.state = 'taken' and r.first_seen_at is not null then 1 end) as answer,
        count(case when r.state = 'open' then 1 end) as active,
        count(case when r.next_kind = 'review' then 1 end) as nothing_planned,
        count(case when r.next_on < $3 then 1 end) as overdue
       from referral r where r.scheme_id = $1 and r.owner_id = $4 and r.state in ('taken', 'open')) n
     left join (select w.id, w.name, cv.until_on from ",
    covered!(),
    ") away on true order by away.name, away.id"
);

#[derive(FromRow)]
struct Counted {
    #[sqlx(flatten)]
    counts: Counts,
    id: Option<Id<Account>>,
    name: Option<Name>,
    until_on: Option<Day>,
}

/// Counts a worker's people, and says whom the account that asks covers for.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    today: Day,
    worker: Id<Account>,
) -> Result<(Counts, Vec<Covered>), sqlx::Error> {
    let rows: Vec<Counted> = on!(tx, c => sqlx::query_as(COUNTS)
        .bind(scheme).bind(account).bind(today).bind(worker).fetch_all(c))?;
    let counts = rows.first().map(|row| row.counts).unwrap_or_default();
    let covered = rows.into_iter().filter_map(|row| {
        Some(Covered {
            id: row.id?,
            name: row.name?,
            until_on: row.until_on?,
        })
    });
    Ok((counts, covered.collect()))
}

/// Somebody whose people the account also looks after today.
#[derive(Clone, Debug, FromRow)]
pub struct Covered {
    /// Who is away.
    pub id: Id<Account>,
    /// Their name.
    pub name: Name,
    /// The last day they are away.
    pub until_on: Day,
}

const COVERED: &str = concat!(
    "select w.id, w.name, cv.until_on from ",
    covered!(),
    " order by w.name, w.id"
);

/// Whom the account covers for today.
///
/// # Errors
/// When the database does not answer.
pub async fn covered(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    today: Day,
) -> Result<Vec<Covered>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(COVERED).bind(scheme).bind(account).bind(today).fetch_all(c))
}
