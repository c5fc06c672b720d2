//! What the day shows of a worker's people and tasks: one statement each.

use kith_access::{Account, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Line, Name, Ts};
use kith_db::{FromRow, Tx, on};

use crate::{Referral, listed_columns, meeting::Way, person::listed::Listed, referral::State};

/// The most people of one worker the day reads: far above any caseload.
const MOST: i64 = 300;

/// Somebody the worker holds, with what the day needs to know of them.
#[derive(Clone, Debug, FromRow)]
pub struct Held {
    /// The referral.
    pub id: Id<Referral>,
    /// Where it stands.
    pub state: State,
    /// The planned step; none is "nothing planned".
    pub next_step: Option<Line>,
    /// When the case comes up.
    pub next_on: Day,
    /// How they will meet, where the step is a meeting.
    pub next_way: Option<Way>,
    /// When they came to the worker.
    pub taken_at: Option<Ts>,
    /// When they were first met.
    pub first_seen_at: Option<Ts>,
    /// The last contact.
    pub last_contact_at: Option<Ts>,
    /// What the last open note says; a restricted one is not told here.
    pub last_note: Option<String>,
    /// Their practice.
    pub practice_name: Option<Name>,
    /// Counts the changes.
    pub version: i64,
    /// Whom it is about.
    #[sqlx(flatten)]
    pub who: Listed,
}

impl Held {
    /// Whether a step somebody planned has come up.
    #[must_use]
    pub fn is_due(&self, today: Day) -> bool {
        self.next_step.is_some() && self.next_on <= today
    }

    /// Whether it is a meeting of that day.
    #[must_use]
    pub fn meets_on(&self, day: Day) -> bool {
        self.next_way.is_some() && self.next_on == day
    }
}

const HELD: &str = concat!(
    "select r.id, r.state, r.next_step, r.next_on, r.next_way, r.taken_at, r.first_seen_at, r.last_contact_at,
            case when r.next_on <= $6 or r.next_on = $9 then
              (select k.note from contact k where k.scheme_id = $1 and k.referral_id = r.id
                  and k.voided_at is null and not k.restricted
                order by k.at desc, k.id desc limit 1) end as last_note,
            o.name as practice_name, r.version, ",
    listed_columns!(),
    " from referral r
      join person p on p.scheme_id = $1 and p.id = r.person_id
      left join organisation o on o.scheme_id = $1 and o.id = p.practice_id
     where r.scheme_id = $1 and r.owner_id = $7 and r.state in ('taken', 'open') and ",
    person_in_scope!(),
    " order by r.next_on, r.id limit $8"
);

/// Everybody a worker holds, the soonest next step first; with the last note
/// of those who are due, and of those of the day that is looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn held(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
    day: Day,
) -> Result<Vec<Held>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(HELD), *scope)
        .bind(worker).bind(MOST).bind(day).fetch_all(c))
}

/// A referral the worker sent back, which its practice has not acknowledged.
#[derive(Clone, Debug, FromRow)]
pub struct CameBack {
    /// When it was sent back.
    pub made_at: Ts,
    /// The practice that has not read it.
    pub practice_name: Name,
    /// Whom it is about.
    #[sqlx(flatten)]
    pub who: Listed,
}

// Nobody can acknowledge what went to no practice, and a practice that was rung
// has heard: neither is waited for, nor what was reopened since.
// Sent back from the waiting list it has no owner: who did it counts.
const CAME_BACK: &str = concat!(
    "select m.made_at, o.name as practice_name, ",
    listed_columns!(),
    " from practice_message m
      join person p on p.scheme_id = $1 and p.id = m.person_id
      join organisation o on o.scheme_id = $1 and o.id = m.practice_id
      join referral r on r.scheme_id = $1 and r.id = m.referral_id and r.state = 'declined'
     where m.scheme_id = $1 and m.needs_answer and m.acknowledged_at is null and m.stage = 'declined'
       and exists (select 1 from referral_move v where v.scheme_id = $1
         and v.referral_id = m.referral_id and v.move = 'decline' and v.by_id = $7)
       and not exists (select 1 from task t where t.scheme_id = $1
         and t.referral_id = m.referral_id and t.kind = 'not_read'
         and t.made_at >= m.made_at and t.done_at is not null) and ",
    person_in_scope!(),
    " order by m.made_at, m.id limit 50"
);

/// What the worker sent back and nobody has acknowledged, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn came_back(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
) -> Result<Vec<CameBack>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(CAME_BACK), *scope).bind(worker).fetch_all(c))
}

const CONCERNS: &str =
    "select count(*) from concern c where c.scheme_id = $1 and c.state = 'raised'";

/// How many concerns nobody has acknowledged: for whoever handles them now,
/// also those that were raised under another lead.
///
/// # Errors
/// When the database does not answer.
pub async fn concerns(tx: &mut Tx, scheme: Id<Scheme>) -> Result<i64, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(CONCERNS).bind(scheme).fetch_one(c))
}
