//! What the record's page reads beside the things themselves: the moves of
//! the referrals, what the practice was told, and who looked.

use kith_access::{Person, Scope, in_scope, person_in_scope};
use kith_base::{Id, Name, Ts};
use kith_db::{FromRow, Tx, on};

use crate::{
    message::Stage,
    referral::rules::{Move, State},
};

/// A move of one of the person's referrals.
#[derive(Clone, Debug, FromRow)]
pub struct Moved {
    /// When.
    pub at: Ts,
    /// What happened.
    #[sqlx(rename = "move")]
    pub what: Move,
    /// Where the referral stood afterwards.
    pub to_state: State,
    /// Who did it; none is the service itself, or whoever sent it.
    pub by_name: Option<Name>,
    /// In words.
    pub note: Option<String>,
}

const MOVES: &str = concat!(
    "select m.at, m.move, m.to_state, w.name as by_name, m.note
       from referral_move m
       join person p on p.scheme_id = $1 and p.id = m.person_id
       left join account w on w.scheme_id = $1 and w.id = m.by_id
      where m.scheme_id = $1 and m.referral_id in
            (select r.id from referral r where r.scheme_id = $1 and r.person_id = $7)
        and m.person_id = $7 and ",
    person_in_scope!(),
    " order by m.at desc, m.id desc limit 200"
);

/// The moves of a person's referrals, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn moves(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Vec<Moved>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(MOVES), *scope).bind(person).fetch_all(c))
}

/// What the practice was told.
#[derive(Clone, Debug, FromRow)]
pub struct Told {
    /// When.
    pub made_at: Ts,
    /// What it was about.
    pub stage: Stage,
    /// What it said.
    pub words: String,
    /// What the practice needs to do.
    pub to_do: Option<String>,
    /// Who wrote it.
    pub author_name: String,
    /// The clinical code it carried.
    pub code: Option<String>,
    /// When the practice filed it.
    pub filed_at: Option<Ts>,
}

const TOLD: &str = concat!(
    "select m.made_at, m.stage, m.words, m.to_do, m.author_name, m.code, m.filed_at
       from practice_message m
       join person p on p.scheme_id = $1 and p.id = m.person_id
      where m.scheme_id = $1 and m.person_id = $7 and m.referral_id in
            (select r.id from referral r where r.scheme_id = $1 and r.person_id = $7)
        and ",
    person_in_scope!(),
    " order by m.made_at desc, m.id desc limit 200"
);

/// What the practice was told of a person, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn told(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Vec<Told>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(TOLD), *scope).bind(person).fetch_all(c))
}

/// A row of the audit trail about the person.
#[derive(Clone, Debug, FromRow)]
pub struct Looked {
    /// When.
    pub at: Ts,
    /// Who; none is the program itself, or somebody without an account.
    pub by_name: Option<Name>,
    /// What they did.
    pub action: String,
    /// Whether it was done or refused.
    pub outcome: String,
    /// Why, or which fields.
    pub purpose: String,
}

const LOOKED: &str = concat!(
    "select a.at, w.name as by_name, a.action, a.outcome, a.purpose
       from audit a
       join person p on p.scheme_id = $1 and p.id = a.person_id
       left join account w on w.scheme_id = $1 and w.id = a.account_id
      where a.scheme_id = $1 and a.person_id = $7 and ",
    person_in_scope!(),
    " order by a.at desc, a.id desc limit 50"
);

/// Who did or looked at what in a person's record, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn looked(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Vec<Looked>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(LOOKED), *scope).bind(person).fetch_all(c))
}
