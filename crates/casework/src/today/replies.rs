//! What came back to a link worker since the last working day: a line a
//! practice added, somebody who was given to them, what practices read and
//! filed, and what became of the concerns they raised.

use std::collections::BTreeMap;

use kith_access::{Account, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name, Ts, WorkingDays};
use kith_db::{FromRow, Tx, on};
use kith_pages::{Html, components::Cell, el, html::line};

use super::tables::table;
use crate::{listed_columns, message::Stage, person::listed::Listed, referral::rules::Move};

/// The beginning of the last working day before today.
pub(super) fn since(work: &WorkingDays, today: Day) -> Ts {
    let before = (1..=366).map(|days| today.plus_days(-days));
    let mut working = before.filter(|day| work.is_working(*day));
    working.next().unwrap_or(today).start()
}

/// Something that came back.
pub(super) struct Reply {
    at: Ts,
    what: String,
    words: Option<String>,
    by: Option<Name>,
    who: Listed,
}

#[derive(FromRow)]
struct Moved {
    at: Ts,
    #[sqlx(rename = "move")]
    what: Move,
    note: Option<String>,
    by_name: Option<Name>,
    #[sqlx(flatten)]
    who: Listed,
}

const MOVED: &str = concat!(
    "select m.at, m.move, m.note, w.name as by_name, ",
    listed_columns!(),
    " from referral r
      join referral_move m on m.scheme_id = $1 and m.referral_id = r.id
        and m.at >= $8 and m.move in ('add_line', 'assign')
      join person p on p.scheme_id = $1 and p.id = r.person_id
      left join account w on w.scheme_id = $1 and w.id = m.by_id
     where r.scheme_id = $1 and r.owner_id = $7 and r.state in ('taken', 'open')
       and (m.by_id <> $7 or m.by_id is null) and ",
    person_in_scope!(),
    " order by m.at desc, m.id desc limit 50"
);

#[derive(FromRow)]
struct Read {
    stage: Stage,
    acknowledged_at: Ts,
    practice_name: Option<Name>,
    #[sqlx(flatten)]
    who: Listed,
}

const READ: &str = concat!(
    "select m.stage, m.acknowledged_at, o.name as practice_name, ",
    listed_columns!(),
    " from referral r
      join practice_message m on m.scheme_id = $1 and m.referral_id = r.id
        and m.acknowledged_at >= $8
      join person p on p.scheme_id = $1 and p.id = r.person_id
      left join organisation o on o.scheme_id = $1 and o.id = m.practice_id
     where r.scheme_id = $1 and r.owner_id = $7 and r.state in ('closed', 'declined')
       and r.ended_at >= $9 and ",
    person_in_scope!(),
    " order by m.acknowledged_at desc, m.id desc limit 50"
);

/// What a practice filed: how much is enough to know.
#[derive(FromRow)]
struct Filed {
    practice_name: Name,
    messages: i64,
}

macro_rules! filed {
    ($of:literal) => {
        concat!(
            "select o.name as practice_name, count(*) as messages from referral r
              join practice_message m on m.scheme_id = $1 and m.referral_id = r.id
                and m.filed_at >= $8
              join person p on p.scheme_id = $1 and p.id = r.person_id
              join organisation o on o.scheme_id = $1 and o.id = m.practice_id
             where r.scheme_id = $1 and r.owner_id = $7 and ",
            $of,
            " and ",
            person_in_scope!(),
            " group by o.name order by o.name"
        )
    };
}

/// Of the people a worker holds.
const FILED_OF_HELD: &str = filed!("r.state in ('taken', 'open')");
/// Of those whose referral ended within the weeks in which practices file.
const FILED_OF_ENDED: &str = filed!("r.state in ('closed', 'declined') and r.ended_at >= $9");

#[derive(FromRow)]
struct Concerned {
    acknowledged_at: Option<Ts>,
    closed_at: Option<Ts>,
    outcome_line: Option<String>,
    #[sqlx(flatten)]
    who: Listed,
}

const CONCERNED: &str = concat!(
    "select c.acknowledged_at, c.closed_at, c.outcome_line, ",
    listed_columns!(),
    " from concern c join person p on p.scheme_id = $1 and p.id = c.person_id
      where c.scheme_id = $1 and c.raised_by = $7
        and (c.acknowledged_at >= $8 or c.closed_at >= $8) and ",
    person_in_scope!(),
    " order by c.raised_at desc, c.id desc limit 50"
);

/// How long ago a referral may have ended whose messages are still filed.
const FILED_WITHIN: i64 = 30 * 24 * 3600;

/// Everything that came back since a moment.
pub(super) struct Replies {
    /// About somebody, the newest first.
    about: Vec<Reply>,
    /// How many messages each practice filed.
    filed: BTreeMap<Name, i64>,
}

/// Reads what came back.
pub(super) async fn of(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
    since: Ts,
) -> Result<Replies, sqlx::Error> {
    let ended_since = since.plus_seconds(-FILED_WITHIN);
    let moved: Vec<Moved> = on!(tx, c => in_scope!(sqlx::query_as(MOVED), *scope)
        .bind(worker).bind(since).fetch_all(c))?;
    let read: Vec<Read> = on!(tx, c => in_scope!(sqlx::query_as(READ), *scope)
        .bind(worker).bind(since).bind(ended_since).fetch_all(c))?;
    let held: Vec<Filed> = on!(tx, c => in_scope!(sqlx::query_as(FILED_OF_HELD), *scope)
        .bind(worker).bind(since).fetch_all(c))?;
    let ended: Vec<Filed> = on!(tx, c => in_scope!(sqlx::query_as(FILED_OF_ENDED), *scope)
        .bind(worker).bind(since).bind(ended_since).fetch_all(c))?;
    let concerned: Vec<Concerned> = on!(tx, c => in_scope!(sqlx::query_as(CONCERNED), *scope)
        .bind(worker).bind(since).fetch_all(c))?;
    let mut about: Vec<Reply> = moved.into_iter().map(Reply::from).collect();
    about.extend(read.into_iter().map(Reply::from));
    about.extend(concerned.into_iter().map(|row| concern(row, since)));
    about.sort_by_key(|reply| std::cmp::Reverse(reply.at));
    let mut filed = BTreeMap::new();
    for row in held.into_iter().chain(ended) {
        *filed.entry(row.practice_name).or_default() += row.messages;
    }
    Ok(Replies { about, filed })
}

impl From<Moved> for Reply {
    fn from(row: Moved) -> Self {
        let what = match row.what {
            Move::AddLine => "A line was added",
            _ => "Given to you",
        };
        Self {
            at: row.at,
            what: what.into(),
            words: row.note,
            by: row.by_name,
            who: row.who,
        }
    }
}

impl From<Read> for Reply {
    fn from(row: Read) -> Self {
        Self {
            at: row.acknowledged_at,
            what: format!("Read: {}", row.stage),
            words: None,
            by: row.practice_name,
            who: row.who,
        }
    }
}

fn concern(row: Concerned, since: Ts) -> Reply {
    let closed = row.closed_at.filter(|at| *at >= since);
    let (at, what) = match (closed, row.acknowledged_at) {
        (Some(at), _) => (at, "Your concern was closed"),
        (None, at) => (at.unwrap_or(since), "Your concern was acknowledged"),
    };
    Reply {
        at,
        what: what.into(),
        words: row.outcome_line.filter(|_| closed.is_some()),
        by: None,
        who: row.who,
    }
}

/// The table, and how much was filed; none when nothing came back.
pub(super) fn shown(replies: &Replies) -> Option<Html> {
    let lines = replies.about.iter().map(|reply| {
        let words = reply.words.as_deref().map(line).unwrap_or_default();
        let by = reply.by.as_ref().map(ToString::to_string);
        vec![
            Cell::new(reply.who.cell()),
            Cell::new(Html::from(reply.what.as_str()).and(words)),
            Cell::new(by.unwrap_or_else(|| "The safeguarding lead".into())),
            Cell::new(reply.at.as_uk_moment()),
        ]
    });
    let head = ["Person", "What came back", "From", "When"];
    let about =
        (!replies.about.is_empty()).then(|| table("What came back", &head, lines.collect()));
    let filed = replies.filed.iter().map(|(practice, messages)| {
        let noun = if *messages == 1 {
            "message"
        } else {
            "messages"
        };
        el("li").child(format!("{practice} filed {messages} {noun}"))
    });
    let filed = (!replies.filed.is_empty()).then(|| {
        Html::from(
            el("ul")
                .class("nhsuk-list nhsuk-list--bullet")
                .children(filed),
        )
    });
    let all: Vec<Html> = about.into_iter().chain(filed).collect();
    (!all.is_empty()).then(|| all.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_monday_what_came_back_on_friday_is_still_new() {
        let monday: Day = "2026-11-23".parse().unwrap();
        let since = since(&WorkingDays::default(), monday);
        assert_eq!(since.day().to_string(), "2026-11-20");
    }
}
