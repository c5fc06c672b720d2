//! What an older version kept in words is moved to where it belongs, on both
//! databases, by the program's own migrations.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use kith_access::Scheme;
use kith_base::{Day, Id, Ts};
use kith_casework::{person::Person, task::Task};
use kith_db::{
    Migration, Outcome, Tx, on, run,
    testing::{TestDb, empty_postgres, empty_sqlite},
};

const BEFORE: &[Migration] = &[
    Migration {
        number: 1,
        name: "0001_access",
        text: include_str!("../../../migrations/0001_access.sql"),
    },
    Migration {
        number: 2,
        name: "0002_casework",
        text: include_str!("../../../migrations/0002_casework.sql"),
    },
];

const PERSON: &str = "insert into person (scheme_id, id, given, family, gender, ethnicity,
        text_is_safe, voicemail_is_safe, location_sensitive, restricted, version, made_at, changed_at)
    values ($1, $2, 'Mary', 'Smith', $3, $4, $5, $5, $5, $5, 1, $6, $6)";
const WORD: &str = "insert into person_word (scheme_id, person_id, word) values ($1, $2, $3)";
const TASK: &str = "insert into task (scheme_id, id, person_id, kind, what, who, due_on, made_at)
    values ($1, $2, $3, $4, $5, 'worker', $6, $7)";

struct Old {
    scheme: Id<Scheme>,
    woman: Id<Person>,
    other: Id<Person>,
    asked: Id<Task>,
    plain: Id<Task>,
}

async fn older(tx: &mut Tx) -> Outcome<Old> {
    let now: Ts = "2026-11-24T10:00:00Z".parse().unwrap();
    let today = Day::ymd(2026, 11, 24).unwrap();
    let old = Old {
        scheme: Id::new(now),
        woman: Id::new(now),
        other: Id::new(now),
        asked: Id::new(now),
        plain: Id::new(now),
    };
    for (id, gender, ethnicity) in [
        (old.woman, "Woman", Some("From Cork")),
        (old.other, "Agender", None),
    ] {
        run!(
            tx,
            sqlx::query(PERSON)
                .bind(old.scheme)
                .bind(id)
                .bind(gender)
                .bind(ethnicity)
                .bind(false)
                .bind(now)
        )?;
    }
    for word in ["=smith", "b1951-05-03", "n9990000018"] {
        run!(
            tx,
            sqlx::query(WORD)
                .bind(old.scheme)
                .bind(old.woman)
                .bind(word)
        )?;
    }
    let question = format!("The same birth date; a like name ({})", old.other);
    let action = "Ring the library (before noon)".to_owned();
    for (id, kind, what) in [
        (old.asked, "same_person", question),
        (old.plain, "action", action),
    ] {
        run!(
            tx,
            sqlx::query(TASK)
                .bind(old.scheme)
                .bind(id)
                .bind(old.woman)
                .bind(kind)
                .bind(&what)
                .bind(today)
                .bind(now)
        )?;
    }
    Ok(old)
}

type Words = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

async fn moved_over(db: TestDb) {
    db.migrate_with(BEFORE).await.unwrap();
    let old = db.act(async |tx| older(tx).await).await.unwrap();
    db.migrate().await.unwrap();
    let person = "select gender, gender_words, ethnicity, ethnicity_words from person
        where scheme_id = $1 and id = $2";
    let task = "select what, other_person_id from task where scheme_id = $1 and id = $2";
    let found_by = "select word from person_word where scheme_id = $1 order by word";
    let (woman, other, asked, plain, found_by) = db
        .read(async |tx| {
            let mut people: Vec<Words> = Vec::new();
            for id in [old.woman, old.other] {
                people.push(
                    on!(tx, c => sqlx::query_as(person).bind(old.scheme).bind(id).fetch_one(c))?,
                );
            }
            let mut tasks: Vec<(String, Option<Id<Person>>)> = Vec::new();
            for id in [old.asked, old.plain] {
                tasks.push(
                    on!(tx, c => sqlx::query_as(task).bind(old.scheme).bind(id).fetch_one(c))?,
                );
            }
            let found_by: Vec<String> =
                on!(tx, c => sqlx::query_scalar(found_by).bind(old.scheme).fetch_all(c))?;
            Outcome::Ok((
                people.remove(0),
                people.remove(0),
                tasks.remove(0),
                tasks.remove(0),
                found_by,
            ))
        })
        .await
        .unwrap();
    let words = |parts: [Option<&str>; 4]| {
        let [a, b, c, d] = parts.map(|part| part.map(str::to_owned));
        (a, b, c, d)
    };
    assert_eq!(
        woman,
        words([Some("female"), Some("Woman"), None, Some("From Cork")])
    );
    assert_eq!(other, words([None, Some("Agender"), None, None]));
    assert_eq!(
        asked,
        (
            "The same birth date; a like name".to_owned(),
            Some(old.other)
        )
    );
    assert_eq!(found_by, ["=smith", "b1951-05-03 Smith", "n9990000018"]);
    assert_eq!(plain, ("Ring the library (before noon)".to_owned(), None));
}

#[tokio::test]
async fn the_other_record_and_the_words_of_gender_are_moved_on_sqlite() {
    moved_over(empty_sqlite().await).await;
}

#[tokio::test]
async fn the_other_record_and_the_words_of_gender_are_moved_on_postgresql() {
    if let Some(db) = empty_postgres().await {
        moved_over(db).await;
    }
}
