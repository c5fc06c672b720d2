//! Taking records out: the written list knows every table and column of both
//! databases, secrets never leave, and one person's record is whole.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Cursor, Read};

use axum::Router;
use kith_access::{Ability, App};
use kith_base::Id;
use kith_casework::{
    export::{
        self,
        tables::{EVERYWHERE, OF_THE_DATABASE, Theirs, all, known},
    },
    person::{Details, Place},
};
use kith_testkit::{Somebody, World, named};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// Columns that point at a person.
const OF_A_PERSON: [&str; 4] = ["person_id", "kept_id", "gone_id", "merged_into"];

#[tokio::test]
async fn the_list_knows_every_table_and_column_of_both_databases() {
    for test in kith_db::testing::both().await {
        let schema = test.db.schema().await.unwrap();
        let mut wrong = Vec::new();
        for table in &schema {
            let Some(words) = known(&table.name) else {
                if !OF_THE_DATABASE.iter().any(|(name, _)| *name == table.name) {
                    wrong.push(format!("{} is not in the list", table.name));
                }
                continue;
            };
            for column in &table.columns {
                match words.column(&column.name) {
                    None => wrong.push(format!("{}.{} has no words", table.name, column.name)),
                    Some((kept, _)) if kept.family() != column.family() => {
                        wrong.push(format!(
                            "{}.{} is {}, not {kept:?}",
                            table.name, column.name, column.stored
                        ));
                    }
                    Some(_) => {}
                }
            }
            let has = |name: &str| table.columns.iter().any(|column| column.name == name);
            if OF_A_PERSON.iter().any(|name| has(name)) && matches!(words.theirs, Theirs::Nobody) {
                wrong.push(format!(
                    "{} is about people, and the list says nobody",
                    table.name
                ));
            }
            for (name, ..) in words.columns {
                if !has(name) {
                    wrong.push(format!(
                        "{}.{name} is in the list and not in the database",
                        table.name
                    ));
                }
            }
            for name in words
                .review
                .iter()
                .chain(words.secret.iter().map(|(name, _)| name))
            {
                if !has(name) {
                    wrong.push(format!(
                        "{}.{name} is marked and not in the database",
                        table.name
                    ));
                }
            }
        }
        for words in all() {
            if !schema.iter().any(|table| table.name == words.name) {
                wrong.push(format!(
                    "{} is in the list and not in the database",
                    words.name
                ));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(EVERYWHERE.iter().all(|(name, ..)| {
            schema
                .iter()
                .any(|table| table.columns.iter().any(|column| column.name == *name))
        }));
    }
}

#[tokio::test]
async fn no_column_that_proves_who_somebody_is_leaves() {
    let test = kith_db::testing::sqlite().await;
    for table in test.db.schema().await.unwrap() {
        let Some(words) = known(&table.name) else {
            continue;
        };
        for column in &table.columns {
            let telling = [
                "password",
                "secret",
                "token",
                "credential",
                "code_hash",
                "passkey",
            ]
            .iter()
            .any(|part| column.name.contains(part));
            let out = words.whole == export::tables::Whole::Out && !words.is_secret(&column.name);
            assert!(!(telling && out), "{}.{}", table.name, column.name);
        }
    }
}

async fn referred(world: &World, family: &str) -> Somebody {
    let details = Details {
        born: "1951-05-03".parse().ok(),
        place: Place {
            address: "=HYPERLINK(1)".parse().ok(),
            ..Place::default()
        },
        ..named("Mary", family)
    };
    world
        .refers_for(world.rita, &details, "Her neighbour shouts")
        .await
}

fn file(zip: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

async fn whole(world: &World) -> Vec<u8> {
    let (send, mut got) = tokio::sync::mpsc::unbounded_channel();
    export::scheme(&world.app.db, world.scheme, world.now(), |piece, _| {
        send.send(piece).unwrap();
        Box::pin(async { Ok(()) })
    })
    .await
    .unwrap();
    drop(send);
    let mut all = Vec::new();
    while let Some(piece) = got.recv().await {
        all.extend(piece);
    }
    all
}

#[tokio::test]
async fn everything_comes_out_the_same_from_both_databases() {
    for world in World::small(program).await {
        let made = referred(&world, "Thistle").await;
        let zip = whole(&world).await;
        let people = file(&zip, "person.csv");
        assert!(people.contains("'=HYPERLINK(1)"), "{people}");
        assert!(
            people.contains(&made.person.to_string()) && people.contains("1951-05-03"),
            "{people}"
        );
        let referrals = file(&zip, "referral.csv");
        assert!(referrals.contains("2026-11-24T10:00:00Z"), "{referrals}");
        assert_eq!(referrals.lines().count(), 2);
        let accounts = file(&zip, "account.csv");
        assert!(
            !accounts.contains("password") && accounts.contains("Kay Ward"),
            "{accounts}"
        );
        let manifest: serde_json::Value =
            serde_json::from_str(&file(&zip, "manifest.json")).unwrap();
        let files = manifest["files"].as_array().unwrap();
        let person = files
            .iter()
            .find(|file| file["file"] == "person.csv")
            .unwrap();
        assert_eq!(person["rows"], 1);
        let names: Vec<String> = zip::ZipArchive::new(Cursor::new(&zip))
            .unwrap()
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        for left in [
            "session.csv",
            "passkey.csv",
            "recovery_code.csv",
            "mailed_token.csv",
        ] {
            assert!(!names.iter().any(|name| name == left));
        }
        assert!(file(&zip, "dictionary.csv").contains("person,born,day (ISO 8601),Date of birth"));
    }
}

#[tokio::test]
async fn more_rows_than_are_read_at_once_all_come_out() {
    let world = World::smallest(program).await;
    for n in 0..12 {
        referred(&world, &format!("Family{n}")).await;
    }
    let scheme = world.scheme;
    // Words have a key of two parts; moves one of one.
    world
        .app
        .db
        .act(async |tx| {
            for n in 0..1100_i64 {
                kith_db::run!(tx, sqlx::query("insert into setting (scheme_id, name, value, changed_at) values ($1, $2, '1', $3)")
                    .bind(scheme).bind(format!("made up {n:04}")).bind(kith_base::Ts::from_micros(n)))?;
            }
            kith_db::Outcome::Ok(())
        })
        .await
        .unwrap();
    let zip = whole(&world).await;
    let settings = file(&zip, "setting.csv");
    assert_eq!(settings.matches("made up ").count(), 1100);
    assert_eq!(file(&zip, "referral.csv").lines().count(), 13);
}

#[tokio::test]
async fn a_persons_whole_record_is_theirs_alone_and_marked_for_the_reviewer() {
    for world in World::small(program).await {
        let mary = referred(&world, "Thistle").await;
        let other = referred(&world, "Nettle").await;
        let grace = world.actor(world.grace).await;
        let scope = grace.scope(Ability::ExportPerson).unwrap();
        let schema = world.app.db.schema().await.unwrap();
        let take = async |tx: &mut kith_db::Tx| {
            export::person(tx, &grace, &scope, &schema, mary.person).await
        };
        let zip = world.app.db.act(take).await.unwrap();
        let json = file(&zip, "record.json");
        assert!(json.contains("Thistle") && json.contains("Her neighbour shouts"));
        assert!(!json.contains("Nettle") && !json.contains(&other.person.to_string()));
        let record: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            record["referral"][0]["read_before_giving_out"],
            serde_json::json!(["referrer_name", "why"])
        );
        assert_eq!(record["practice_message"].as_array().unwrap().len(), 1);
        // Who looked is part of it: this taking out, too.
        assert!(json.contains("take out a whole record"));
        let page = file(&zip, "record.html");
        assert!(page.contains("Her neighbour shouts") && page.contains("Read before giving out"));

        let nobody = async |tx: &mut kith_db::Tx| {
            export::person(tx, &grace, &scope, &schema, Id::new(world.now())).await
        };
        let refused = world.app.db.act(nobody).await.unwrap_err();
        assert!(refused.to_string().contains("Not found"));
    }
}

#[tokio::test]
async fn records_are_taken_out_through_the_pages_by_those_who_may() {
    let world = World::smallest(program).await;
    let mary = referred(&world, "Thistle").await;
    let mut mo = world.signed_in(world.mo).await;
    mo.opens("/export")
        .await
        .sees("session is left out")
        .presses("Take all records out")
        .await
        .is_answered(200);
    assert_eq!(mo.headers()["content-type"], "application/zip");
    let path = format!("/people/{}/export", mary.person);
    let mut grace = world.signed_in(world.grace).await;
    grace
        .opens(&path)
        .await
        .sees("THISTLE, Mary")
        .presses("Take the whole record out")
        .await
        .is_answered(200);
    assert_eq!(grace.headers()["content-type"], "application/zip");
    for who in [world.kay, world.rita, world.ada, world.grace] {
        world
            .signed_in(who)
            .await
            .opens("/export")
            .await
            .is_answered(403);
    }
    for who in [world.mo, world.rita, world.ada] {
        world
            .signed_in(who)
            .await
            .opens(&path)
            .await
            .is_answered(403);
    }
    // Kay has never had Mary: to her the page is not there.
    world
        .signed_in(world.kay)
        .await
        .opens(&path)
        .await
        .is_answered(404);
}
