//! The table `person_merge`, and the statements of a merge: it alone moves
//! rows from one person to another.

use kith_access::{Account, Actor, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{
    Merge,
    snapshot::{Before, DraftRow, Rest, Row, Side, Texts},
    tables::{MOVED, WITH_REFERRAL},
};
use crate::person::Person;

const TEXTS: &str = "select p.nhs_number, p.nhs_number_doubted, p.known_as, p.pronouns, p.gender,
        p.ethnicity, p.gender_words, p.ethnicity_words, p.address, p.postcode, p.phone, p.email, p.safe_contact, p.risk,
        p.communication, p.access_needs, p.interpreter, p.matters, p.lone_why
    from person p where p.scheme_id = $1 and p.id = $2";
const REST: &str = "select p.born, p.practice_id, p.location_sensitive, p.restricted,
        p.merged_into, p.version, p.changed_at, p.lone_review_on
    from person p where p.scheme_id = $1 and p.id = $2";

/// A person's row, to be written down and put back; shown to nobody.
pub(super) async fn side(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Side, sqlx::Error> {
    let texts: Texts = on!(tx, c => sqlx::query_as(TEXTS).bind(scheme).bind(person).fetch_one(c))?;
    let rest: Rest = on!(tx, c => sqlx::query_as(REST).bind(scheme).bind(person).fetch_one(c))?;
    Ok(Side { texts, rest })
}

const PUT_TEXTS: &str = "update person set nhs_number = $3, nhs_number_doubted = $4, known_as = $5,
        pronouns = $6, gender = $7, ethnicity = $8, address = $9, postcode = $10, phone = $11,
        email = $12, safe_contact = $13, risk = $14, communication = $15, access_needs = $16,
        interpreter = $17, matters = $18, gender_words = $19, ethnicity_words = $20,
        lone_why = $21
    where scheme_id = $1 and id = $2";
const PUT_REST: &str = "update person set born = $3, practice_id = $4, location_sensitive = $5,
        restricted = $6, merged_into = $7, version = $8, changed_at = $9, lone_review_on = $10
    where scheme_id = $1 and id = $2";

/// Writes a person's row.
pub(super) async fn put(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    side: &Side,
) -> Result<(), sqlx::Error> {
    let (texts, rest) = (&side.texts, &side.rest);
    run!(
        tx,
        sqlx::query(PUT_REST)
            .bind(scheme)
            .bind(person)
            .bind(rest.born)
            .bind(rest.practice_id)
            .bind(rest.location_sensitive)
            .bind(rest.restricted)
            .bind(rest.merged_into)
            .bind(rest.version)
            .bind(rest.changed_at)
            .bind(rest.lone_review_on)
    )?;
    run!(
        tx,
        sqlx::query(PUT_TEXTS)
            .bind(scheme)
            .bind(person)
            .bind(&texts.nhs_number)
            .bind(&texts.nhs_number_doubted)
            .bind(&texts.known_as)
            .bind(&texts.pronouns)
            .bind(&texts.gender)
            .bind(&texts.ethnicity)
            .bind(&texts.address)
            .bind(&texts.postcode)
            .bind(&texts.phone)
            .bind(&texts.email)
            .bind(&texts.safe_contact)
            .bind(&texts.risk)
            .bind(&texts.communication)
            .bind(&texts.access_needs)
            .bind(&texts.interpreter)
            .bind(&texts.matters)
            .bind(&texts.gender_words)
            .bind(&texts.ethnicity_words)
            .bind(&texts.lone_why)
    )?;
    Ok(())
}

/// Moves every row of every listed table; gives which moved.
pub(super) async fn move_rows(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    from: Id<Person>,
    to: Id<Person>,
) -> Result<Vec<(String, Vec<Id<Row>>)>, sqlx::Error> {
    let mut moved = Vec::new();
    for table in MOVED {
        let ids: Vec<Id<Row>> =
            on!(tx, c => sqlx::query_scalar(table.of).bind(scheme).bind(from).fetch_all(c))?;
        if !ids.is_empty() {
            run!(tx, sqlx::query(table.all).bind(scheme).bind(from).bind(to))?;
            moved.push((table.table.to_owned(), ids));
        }
    }
    Ok(moved)
}

/// Moves rows back, and with each referral what was written about it since.
pub(super) async fn move_back(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    before: &Before,
    to: Id<Person>,
) -> Result<(), sqlx::Error> {
    for table in MOVED {
        for id in before.rows.get(table.table).into_iter().flatten() {
            run!(tx, sqlx::query(table.one).bind(scheme).bind(*id).bind(to))?;
        }
    }
    for referral in before.rows.get("referral").into_iter().flatten() {
        for text in WITH_REFERRAL {
            run!(tx, sqlx::query(*text).bind(scheme).bind(*referral).bind(to))?;
        }
    }
    Ok(())
}

const WORDS: &str = "select w.word from person_word w
    where w.scheme_id = $1 and w.person_id = $2 order by w.word";
const NO_WORDS: &str = "delete from person_word where scheme_id = $1 and person_id = $2";
const NO_WORD: &str =
    "delete from person_word where scheme_id = $1 and person_id = $2 and word = $3";
const WORD: &str = "insert into person_word (scheme_id, word, person_id) values ($1, $2, $3)
    on conflict (scheme_id, word, person_id) do nothing";

/// The words a person is found by.
pub(super) async fn words(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<String>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(WORDS).bind(scheme).bind(person).fetch_all(c))
}

/// Takes all words, or these, from a person.
pub(super) async fn take_words(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    only: Option<&[String]>,
) -> Result<(), sqlx::Error> {
    match only {
        None => {
            run!(tx, sqlx::query(NO_WORDS).bind(scheme).bind(person))?;
        }
        Some(words) => {
            for word in words {
                run!(
                    tx,
                    sqlx::query(NO_WORD).bind(scheme).bind(person).bind(word)
                )?;
            }
        }
    }
    Ok(())
}

/// Gives words to a person.
pub(super) async fn give_words(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    words: &[String],
) -> Result<(), sqlx::Error> {
    for word in words {
        run!(tx, sqlx::query(WORD).bind(scheme).bind(word).bind(person))?;
    }
    Ok(())
}

const NEWLY_NAMED: &str = "select g.account_id from person_named g
    where g.scheme_id = $1 and g.person_id = $2 and not exists (select 1 from person_named k
        where k.scheme_id = $1 and k.person_id = $3 and k.account_id = g.account_id)
    order by g.account_id";
const NAME_TOO: &str =
    "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
    select g.scheme_id, $3, g.account_id, g.added_by, g.added_at from person_named g
     where g.scheme_id = $1 and g.person_id = $2
    on conflict (scheme_id, person_id, account_id) do nothing";
const UNNAME: &str = "delete from person_named
    where scheme_id = $1 and person_id = $2 and account_id = $3";

/// Names for one person whoever is named for the other; gives who is new.
pub(super) async fn name_too(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    gone: Id<Person>,
    kept: Id<Person>,
) -> Result<Vec<Id<Account>>, sqlx::Error> {
    let new = on!(tx, c => sqlx::query_scalar(NEWLY_NAMED)
        .bind(scheme).bind(gone).bind(kept).fetch_all(c))?;
    run!(tx, sqlx::query(NAME_TOO).bind(scheme).bind(gone).bind(kept))?;
    Ok(new)
}

/// Takes accounts off a list.
pub(super) async fn unname(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    accounts: &[Id<Account>],
) -> Result<(), sqlx::Error> {
    for account in accounts {
        run!(
            tx,
            sqlx::query(UNNAME).bind(scheme).bind(person).bind(*account)
        )?;
    }
    Ok(())
}

const DRAFTS: &str = "select d.account_id, d.place, d.body, d.saved_at from draft d
    where d.scheme_id = $1 and d.person_id = $2 order by d.account_id, d.place";
const NO_DRAFTS: &str = "delete from draft where scheme_id = $1 and person_id = $2";
const NO_DRAFT: &str = "delete from draft where scheme_id = $1 and person_id = $2
    and account_id = $3 and place = $4 and body = $5 and saved_at = $6";
const DRAFT: &str = "insert into draft (scheme_id, account_id, place, person_id, body, saved_at)
    values ($1, $2, $3, $4, $5, $6) on conflict (scheme_id, account_id, place, person_id) do nothing";

/// Moves drafts; where the worker has one about the other person already,
/// that one stays. Gives what there was.
pub(super) async fn move_drafts(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    from: Id<Person>,
    to: Id<Person>,
) -> Result<Vec<DraftRow>, sqlx::Error> {
    let drafts: Vec<DraftRow> =
        on!(tx, c => sqlx::query_as(DRAFTS).bind(scheme).bind(from).fetch_all(c))?;
    run!(tx, sqlx::query(NO_DRAFTS).bind(scheme).bind(from))?;
    give_drafts(tx, scheme, to, &drafts).await?;
    Ok(drafts)
}

async fn give_drafts(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    to: Id<Person>,
    drafts: &[DraftRow],
) -> Result<(), sqlx::Error> {
    for draft in drafts {
        run!(
            tx,
            sqlx::query(DRAFT)
                .bind(scheme)
                .bind(draft.account_id)
                .bind(&draft.place)
                .bind(to)
                .bind(&draft.body)
                .bind(draft.saved_at)
        )?;
    }
    Ok(())
}

/// Gives drafts back; one that was written on since stays where it is too.
pub(super) async fn drafts_back(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    from: Id<Person>,
    to: Id<Person>,
    drafts: &[DraftRow],
) -> Result<(), sqlx::Error> {
    for draft in drafts {
        run!(
            tx,
            sqlx::query(NO_DRAFT)
                .bind(scheme)
                .bind(from)
                .bind(draft.account_id)
                .bind(&draft.place)
                .bind(&draft.body)
                .bind(draft.saved_at)
        )?;
    }
    give_drafts(tx, scheme, to, drafts).await
}

/// A "Same person?" task that nobody has answered.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Suspected {
    /// The task.
    pub(super) id: Id<Row>,
    /// The record it was made for.
    pub person_id: Id<Person>,
    /// The other record.
    pub other_person_id: Option<Id<Person>>,
    /// Why they may be one person.
    pub what: String,
    /// When it was made.
    pub made_at: Ts,
    /// By when somebody should have looked.
    pub due_on: Day,
    /// Given name.
    pub given: Name,
    /// Family name.
    pub family: Name,
    /// Birth date.
    pub born: Option<Day>,
}

impl Suspected {
    /// Whether it is about these two, either way round.
    pub(super) fn is_about(&self, one: Id<Person>, other: Id<Person>) -> bool {
        let second = self.other_person_id;
        (self.person_id == one && second == Some(other))
            || (self.person_id == other && second == Some(one))
    }
}

const SUSPECTED: &str = concat!(
    "select t.id, t.person_id, t.other_person_id, t.what, t.made_at, t.due_on, p.given, p.family,
            p.born
       from task t join person p on p.scheme_id = $1 and p.id = t.person_id
      where t.scheme_id = $1 and t.kind = 'same_person' and t.done_at is null and ",
    person_in_scope!(),
    " order by t.due_on, t.id limit 500"
);

/// Every pair somebody must look at, the most urgent first.
///
/// # Errors
/// When the database does not answer.
pub async fn suspected(tx: &mut Tx, scope: &Scope) -> Result<Vec<Suspected>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(SUSPECTED), *scope).fetch_all(c))
}

const UNANSWERED: &str = "select count(*) from task t
    where t.scheme_id = $1 and t.kind = 'same_person' and t.done_at is null";

/// How many pairs nobody has looked at yet.
///
/// # Errors
/// When the database does not answer.
pub async fn unanswered(tx: &mut Tx, scheme: Id<Scheme>) -> Result<i64, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(UNANSWERED).bind(scheme).fetch_one(c))
}

const ANSWER: &str = "update task set done_at = $3, done_by = $4
    where scheme_id = $1 and id = $2 and done_at is null";
const ASK_AGAIN: &str =
    "update task set done_at = null, done_by = null where scheme_id = $1 and id = $2";

/// Ticks off the question whether two records are one person.
pub(super) async fn answer(tx: &mut Tx, actor: &Actor, task: Id<Row>) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(ANSWER)
            .bind(actor.scheme)
            .bind(task)
            .bind(actor.now)
            .bind(actor.account)
    )?;
    Ok(())
}

/// Asks the question again.
pub(super) async fn ask_again(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    tasks: &[Id<Row>],
) -> Result<(), sqlx::Error> {
    for task in tasks {
        run!(tx, sqlx::query(ASK_AGAIN).bind(scheme).bind(*task))?;
    }
    Ok(())
}

const INSERT: &str =
    "insert into person_merge (scheme_id, id, kept_id, gone_id, before, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// Writes a merge down.
pub(super) async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    merge: Id<Merge>,
    (kept, gone): (Id<Person>, Id<Person>),
    before: &str,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(merge)
            .bind(kept)
            .bind(gone)
            .bind(before)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}

/// A merge that was made.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub(super) struct Made {
    pub(super) kept_id: Id<Person>,
    pub(super) gone_id: Id<Person>,
    pub(super) before: String,
    pub(super) undone_at: Option<Ts>,
}

const ONE: &str = "select m.kept_id, m.gone_id, m.before, m.undone_at from person_merge m
    where m.scheme_id = $1 and m.id = $2";

/// One merge.
pub(super) async fn one(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    merge: Id<Merge>,
) -> Result<Option<Made>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(ONE).bind(scheme).bind(merge).fetch_optional(c))
}

const UNDONE: &str = "update person_merge set undone_by = $3, undone_at = $4
    where scheme_id = $1 and id = $2 and undone_at is null";

/// Marks a merge as taken back. Gives whether it had not been.
pub(super) async fn undone(
    tx: &mut Tx,
    actor: &Actor,
    merge: Id<Merge>,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(UNDONE)
            .bind(actor.scheme)
            .bind(merge)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(changed == 1)
}

/// A merge, for the list.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of the merge and of who is kept")]
pub struct Listed {
    pub id: Id<Merge>,
    pub kept_id: Id<Person>,
    pub given: Name,
    pub family: Name,
    pub born: Option<Day>,
    pub made_by_name: Name,
    pub made_at: Ts,
}

const LATELY: &str = concat!(
    "select m.id, m.kept_id, p.given, p.family, p.born, a.name as made_by_name, m.made_at
       from person_merge m
       join person p on p.scheme_id = $1 and p.id = m.kept_id
       join account a on a.scheme_id = $1 and a.id = m.made_by
      where m.scheme_id = $1 and m.undone_at is null and ",
    person_in_scope!(),
    " order by m.id desc limit 50"
);

/// The last merges that stand, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn lately(tx: &mut Tx, scope: &Scope) -> Result<Vec<Listed>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(LATELY), *scope).fetch_all(c))
}

/// A record whose NHS number somebody doubts.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of both records")]
pub struct Doubted {
    pub id: Id<Person>,
    pub given: Name,
    pub family: Name,
    pub born: Option<Day>,
    pub holder_id: Id<Person>,
}

const DOUBTED: &str = concat!(
    "select p.id, p.given, p.family, p.born, h.id as holder_id
       from person p join person h on h.scheme_id = $1 and h.nhs_number = p.nhs_number_doubted
        and h.merged_into is null
      where p.merged_into is null and ",
    person_in_scope!(),
    " order by p.id limit 200"
);

/// Records that were given an NHS number another record holds.
///
/// # Errors
/// When the database does not answer.
pub async fn doubted(tx: &mut Tx, scope: &Scope) -> Result<Vec<Doubted>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(DOUBTED), *scope).fetch_all(c))
}
