//! A manager, and practice staff for their own practice, bring files in for the
//! figures: on both databases, through the real pages without JavaScript.

use axum::{Router, http::Method};
use kith_access::App;
use kith_base::Id;
use kith_casework::export::tables::{Theirs, Whole};
use kith_db::{Outcome, Tx, on};
use kith_report::{
    gathered::{
        FileKind,
        store::{self, Named, Said},
    },
    gp::{self, Pseudonyms},
};
use kith_testkit::{Browser, World};
use sqlx::AssertSqlSafe;

use crate::made;

fn program(app: App) -> Router {
    kith_casework::routes()
        .merge(kith_report::routes())
        .into_router(app)
}

/// Somebody who is referred, and somebody who never is.
const MARY: &str = "999 000 0018";
const NEVER: &str = "999 000 0026";

const REGISTER: &str = "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n\
    999 000 0018,2019-03-01,,1951,F,2\n\
    999 000 0026,01/05/2021,,1980,male,\n";
const CONTACTS: &str = "NHS number,Date,Kind\n\
    9990000018,2026-05-03,appointment_gp\n\
    9990000018,2026-05-03,Telephone consultation\n\
    9990000026,2026-06-30,online\n";

async fn brings_register(browser: &mut Browser, text: &str) {
    browser.opens("/figures/files").await;
    browser.follows("Bring a file in").await;
    browser
        .follows("Who is registered at a practice")
        .await
        .picks("Practice", "Riverside Surgery")
        .fills_date("When was the list made?", "2026-11-20")
        .attaches("File", "list.csv", text.as_bytes())
        .presses("Read the file")
        .await;
}

async fn brings_contacts(browser: &mut Browser, text: impl Into<Vec<u8>>) {
    browser
        .opens("/figures/files/new/gp_contacts")
        .await
        .picks("Practice", "Riverside Surgery")
        .fills("First month the file covers", "May 2026")
        .fills("Last month the file covers", "2026-06")
        .fills("What counts as a contact in this file?", "Any consultation")
        .fills("Code set", "SNOMED CT 2026")
        .fills("System and version", "Surgery system 4")
        .attaches("File", "contacts.csv", text)
        .presses("Read the file")
        .await;
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let scheme = world.scheme;
    let ask = async |tx: &mut Tx| -> Outcome<i64> {
        Ok(on!(tx, c => sqlx::query_scalar(sql).bind(scheme).fetch_one(c))?)
    };
    world.app.db.read(ask).await.unwrap()
}

const ROWS: &str = "select (select count(*) from gp_person g where g.scheme_id = $1)
    + (select count(*) from gp_contact c where c.scheme_id = $1)";

#[tokio::test]
async fn a_practices_list_and_contacts_are_staged_confirmed_and_taken_out() {
    for world in World::small(program).await {
        made::referred(&world, MARY, "2026-05-20").await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/files")
            .await
            .sees("No file has been brought in yet");
        brings_register(&mut mo, REGISTER).await;
        mo.is_on("Who is registered at a practice – list.csv")
            .sees("Nothing of this file counts yet")
            .sees("New rows 2")
            .sees("Rows refused 0")
            .sees("People on the list who have a record here 1");
        mo.presses("Count these 2 rows")
            .await
            .sees("The file counts from now on");

        let wrong =
            format!("{CONTACTS}9990000019,2026-05-04,letter\n9990000018,2026-07-01,online\n");
        brings_contacts(&mut mo, wrong).await;
        mo.is_on("GP contacts of a practice – contacts.csv")
            .sees("New rows 3")
            .sees("Rows refused 2")
            .sees("May 2026 to June 2026")
            .sees("a valid NHS number of 10 digits")
            .sees("one of appointment_gp, appointment_nurse")
            .sees("a day from May 2026 to June 2026")
            .does_not_see("9990000019");
        mo.presses("Count these 3 rows")
            .await
            .sees("This file counts");
        mo.opens("/figures/files")
            .await
            .sees("GP contacts of a practice, May 2026 to June 2026");
        assert_eq!(count(&world, ROWS).await, 5, "{}", world.db.engine());

        // A later file of the same months: what it has in common is known.
        brings_contacts(&mut mo, format!("{CONTACTS}9990000026,2026-06-30,video\n")).await;
        mo.sees("New rows 1")
            .sees("Rows that an earlier file held too 3");
        mo.presses("Throw this file away")
            .await
            .sees("The file is taken out");

        assert_eq!(count(&world, ROWS).await, 5, "{}", world.db.engine());
        mo.opens("/figures/files").await.sees("Thrown away");
    }
}

#[tokio::test]
async fn nobodys_number_is_kept_who_was_never_referred() {
    for world in World::small(program).await {
        made::referred(&world, MARY, "2026-05-20").await;
        let mut mo = world.signed_in(world.mo).await;
        brings_register(&mut mo, REGISTER).await;
        mo.presses("Count these 2 rows").await;
        brings_contacts(&mut mo, CONTACTS).await;
        mo.presses("Count these 3 rows").await;
        assert!(
            !made::holding(&world, MARY).await.is_empty(),
            "the search finds nothing at all"
        );
        assert_eq!(made::holding(&world, NEVER).await, Vec::<String>::new());

        // Once they are referred, they are tied to the list that came before.
        made::referred(&world, NEVER, "2026-06-10").await;
        let tied = "select count(*) from gp_person where scheme_id = $1 and person_id is not null";
        assert_eq!(count(&world, tied).await, 1);
        let pseudonyms = Pseudonyms::of_scheme(&world.app, world.scheme);
        for _ in 0..2 {
            gp::store::tie(&world.app.db, &pseudonyms, world.scheme)
                .await
                .unwrap();
            assert_eq!(count(&world, tied).await, 2);
        }
        // A number put right unties.
        let put_right = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(kith_db::run!(
                tx,
                sqlx::query("update person set nhs_number = null where scheme_id = $1")
                    .bind(world.scheme)
            )?)
        };
        world.app.db.act(put_right).await.unwrap();
        gp::store::tie(&world.app.db, &pseudonyms, world.scheme)
            .await
            .unwrap();
        assert_eq!(count(&world, tied).await, 0);
    }
}

#[tokio::test]
async fn a_practice_may_give_a_key_of_its_own_for_those_it_does_not_name() {
    const WITH_KEYS: &str = "NHS number,Person key,Registered from,Year of birth,Sex\n\
        999 000 0018,,2019-03-01,1951,F\n,p-17,2021-05-01,1980,male\n,,2021-05-01,1980,male\n";
    for world in World::small(program).await {
        made::referred(&world, MARY, "2026-05-20").await;
        let mut mo = world.signed_in(world.mo).await;
        brings_register(&mut mo, WITH_KEYS).await;
        mo.sees("Rows refused 1")
            .sees("a valid NHS number of 10 digits, or a person key")
            .presses("Count these 2 rows")
            .await;
        let contacts = "NHS number,Person key,Date,Kind\n,p-17,2026-05-04,online\n\
            9990000018,,2026-05-05,online\n";
        brings_contacts(&mut mo, contacts).await;
        mo.presses("Count these 2 rows").await;
        let listed = "select count(*) from gp_contact c join gp_person p
            on p.scheme_id = $1 and p.pseudonym = c.pseudonym where c.scheme_id = $1";
        assert_eq!(count(&world, listed).await, 2);
        let tied = "select count(*) from gp_person where scheme_id = $1 and person_id is not null";
        assert_eq!(count(&world, tied).await, 1);
        let found = made::holding_words(&world, "p-17").await;
        assert_eq!(found, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_file_taken_out_leaves_nothing_and_the_earlier_one_counts_again() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        brings_register(&mut mo, REGISTER).await;
        mo.presses("Count these 2 rows").await;
        let path = mo.path().to_owned();
        assert_eq!(count(&world, ROWS).await, 2);
        mo.presses("Undo: take this file out")
            .await
            .sees("The file is taken out");
        assert_eq!(count(&world, ROWS).await, 0);
        mo.opens(&path)
            .await
            .sees("This file was taken out. None of its rows are kept.");
        let actor = world.actor(world.mo).await;
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        let again = kith_report::files::actions::take_out(&world.app.db, &actor, id)
            .await
            .unwrap_err();
        assert!(again.to_string().contains("taken out already"));
        // After a week it is offered under another name, and still can be done.
        brings_register(&mut mo, REGISTER).await;
        mo.presses("Count these 2 rows").await;
        let path = mo.path().to_owned();
        world.passes_days(8);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(&path).await;
        mo.presses("Take this file out").await;
        assert_eq!(count(&world, ROWS).await, 0);
    }
}

#[tokio::test]
async fn a_file_whose_reading_broke_off_counts_for_nothing_and_is_thrown_away() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let id = Id::new(world.now());
        let said = Said {
            kind: FileKind::GpRegister,
            practice: Some(world.riverside),
            as_of: None,
            contacts: None,
        };
        let named = Named {
            file_name: "half.csv",
            hash: &[1, 2, 3],
            columns: "{}",
        };
        let begun = async |tx: &mut Tx| -> Outcome<()> {
            Ok(store::insert(tx, &mo, id, &said, &named).await?)
        };
        world.app.db.act(begun).await.unwrap();
        let early = kith_report::files::actions::confirm(&world.app.db, &mo, id).await;
        assert!(early.is_err(), "a file that is half read was confirmed");
        let mut browser = world.signed_in(world.mo).await;
        browser
            .opens("/figures/files")
            .await
            .sees("Being read")
            .follows("half.csv")
            .await;
        browser
            .sees("was not read to its end")
            .presses("Throw this file away")
            .await;
        browser.sees("The file is taken out");
    }
}

#[tokio::test]
async fn somebodys_own_rows_are_part_of_their_whole_record() {
    for world in World::small(program).await {
        let mary = made::referred(&world, MARY, "2026-05-20").await.person;
        let mut mo = world.signed_in(world.mo).await;
        brings_register(&mut mo, REGISTER).await;
        mo.presses("Count these 2 rows").await;
        brings_contacts(&mut mo, CONTACTS).await;
        mo.presses("Count these 3 rows").await;
        mo.opens("/figures/files/new/scores")
            .await
            .attaches(
                "File",
                "scores.csv",
                "NHS number,Measure,Score,Date,Occasion\n9990000018,ons4_happy,4,2026-05-21,start\n",
            )
            .presses("Read the file")
            .await
            .presses("Count these 1 rows")
            .await;
        for (table, rows) in [("gp_person", 1), ("gp_contact", 2), ("wellbeing_score", 1)] {
            let words = kith_casework::export::tables::known(table).unwrap();
            let Theirs::Rows(only) = words.theirs else {
                panic!("{table} is left out of the whole record");
            };
            // What is the practices' own stays when the whole scheme leaves.
            assert_eq!(
                matches!(words.whole, Whole::Left(_)),
                table != "wellbeing_score",
                "{table}"
            );
            let sql = format!("select count(*) from {table} where scheme_id = $1 and {only}");
            let ask = async |tx: &mut Tx| -> Outcome<i64> {
                Ok(on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone()))
                    .bind(world.scheme).bind(mary).fetch_one(c))?)
            };
            assert_eq!(world.app.db.read(ask).await.unwrap(), rows, "{table}");
        }
    }
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_says_so() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        brings_register(&mut mo, REGISTER).await;
        mo.presses("Count these 2 rows").await;
        brings_register(&mut mo, REGISTER).await;
        mo.is_answered(422)
            .sees("This file was brought in on 24 November 2026")
            .sees("nothing has changed");
        assert_eq!(count(&world, ROWS).await, 2);
        let files = "select count(*) from gathered_file where scheme_id = $1";
        assert_eq!(count(&world, files).await, 1);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_what_to_do() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        let wrong: [(&[u8], &str); 5] = [
            (
                b"NHS number,Date,Kind\n9990000018,2026-05-03,Pr\xe4senz\n",
                "Line 2 holds letters that are not UTF-8",
            ),
            (
                b"NHS number;Date;Kind\n",
                "The file has no column \"NHS number\"",
            ),
            (
                b"NHS number,Date\n9990000018,2026-05-03\n",
                "The file has no column \"Kind\"",
            ),
            (b"PK\x03\x04", "The file is not a CSV file"),
            (b"", "The file is empty"),
        ];
        for (bytes, words) in wrong {
            brings_contacts(&mut mo, bytes).await;
            mo.is_answered(422)
                .sees(words)
                .is_on("GP contacts of a practice");
            assert!(
                mo.html().contains("SNOMED CT 2026"),
                "what was typed is kept"
            );
        }
        mo.opens("/figures/files/new/gp_contacts")
            .await
            .fills("First month the file covers", "June 2026")
            .fills("Last month the file covers", "soon")
            .presses("Read the file")
            .await
            .is_answered(422)
            .sees("Select the practice")
            .sees("must be a month and a year")
            .sees("Select a file");
        let files = "select count(*) from gathered_file where scheme_id = $1";
        assert_eq!(count(&world, files).await, 0);
        // Nothing but wrong rows: there is nothing to confirm.
        brings_contacts(&mut mo, "NHS number,Date,Kind\n1,2,3\n").await;
        mo.sees("Rows refused 1").does_not_see("Count these");
        let path = mo.path().to_owned();
        let scheme = world.actor(world.mo).await;
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        let refused = kith_report::files::actions::confirm(&world.app.db, &scheme, id)
            .await
            .unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("No row of this file can be counted")
        );
    }
}

#[tokio::test]
async fn a_practice_brings_its_own_files_alone_and_link_workers_none() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        brings_register(&mut mo, REGISTER).await;
        let of_riverside = mo.path().to_owned();
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(&of_riverside)
            .await
            .is_on("Who is registered at a practice – list.csv");
        rita.opens("/figures/files/new/gp_register")
            .await
            .does_not_see("Hillside Practice");
        rita.opens("/figures/files/new/scores")
            .await
            .is_answered(404);
        let mut harry = world.signed_in(world.harry).await;
        harry.opens(&of_riverside).await.is_answered(404);
        harry
            .opens("/figures/files")
            .await
            .sees("No file has been brought in yet");
        for who in [world.kay, world.ada, world.grace] {
            let mut other = world.signed_in(who).await;
            other.opens("/figures/files").await.is_answered(403);
        }
    }
}

#[tokio::test]
async fn scores_and_population_counts_come_in() {
    for world in World::small(program).await {
        made::referred(&world, MARY, "2026-05-20").await;
        let mut mo = world.signed_in(world.mo).await;
        let scores = "NHS number,Measure,Score,Date,Occasion\n\
            9990000018,ons4_happy,4,2026-05-21,start\n\
            9990000018,ons4_happy,7,2026-09-21,follow_up\n\
            9990000018,ons4_happy,11,2026-09-21,follow_up\n\
            9990000026,ons4_happy,7,2026-09-21,start\n";
        mo.opens("/figures/files/new/scores")
            .await
            .attaches("File", "scores.csv", scores)
            .presses("Read the file")
            .await
            .sees("New rows 2")
            .sees("a whole number from 0 to 10")
            .sees("the NHS number of somebody who has a record here");
        mo.presses("Count these 2 rows").await;
        mo.opens("/figures/files/new/scores")
            .await
            .attaches(
                "File",
                "more.csv",
                format!("{scores}9990000018,who5,40,2026-05-21,start\n"),
            )
            .presses("Read the file")
            .await
            .sees("New rows 1")
            .sees("There already: left out 2");
        let counts =
            "Dimension,Group,People\nage,18 to 34,2410\nage,not recorded,12\nsex,women,4\n";
        mo.opens("/figures/files/new/population")
            .await
            .fills_date("What day are the counts of?", "2025-06-30")
            .attaches("File", "people.csv", counts)
            .presses("Read the file")
            .await
            .sees("The whole service")
            .sees("one of Female, Male, Other, Not recorded");
        mo.presses("Count these 2 rows").await;
        let people = world
            .app
            .db
            .read(async |tx| {
                Outcome::Ok(
                    kith_report::population::store::in_force(
                        tx,
                        world.scheme,
                        kith_report::population::Dimension::Age,
                    )
                    .await?,
                )
            })
            .await
            .unwrap();
        let told: Vec<(&str, i64)> = people
            .iter()
            .map(|row| (row.group_name.as_str(), row.people))
            .collect();
        assert_eq!(told, [("18 to 34", 2410), ("Not recorded", 12)]);
    }
}

#[tokio::test]
async fn the_template_of_each_sort_is_read_without_a_refusal() {
    for world in World::small(program).await {
        made::referred(&world, MARY, "2026-05-01").await;
        let mut mo = world.signed_in(world.mo).await;
        for kind in ["gp_register", "gp_contacts", "scores", "population"] {
            mo.opens(format!("/figures/files/new/{kind}")).await;
            let template = mo
                .send(
                    Method::GET,
                    &format!("/figures/files/new/{kind}/template.csv"),
                    None,
                )
                .await
                .bytes;
            mo.attaches("File", "template.csv", template.to_vec());
            match kind {
                "gp_register" => {
                    mo.picks("Practice", "Riverside Surgery")
                        .fills_date("When was the list made?", "2026-11-20");
                }
                "population" => {
                    mo.fills_date("What day are the counts of?", "2026-11-20");
                }
                "gp_contacts" => {
                    mo.picks("Practice", "Riverside Surgery")
                        .fills("First month the file covers", "May 2026")
                        .fills("Last month the file covers", "May 2026")
                        .fills("What counts as a contact in this file?", "Any")
                        .fills("Code set", "Any")
                        .fills("System and version", "Any");
                }
                _ => {}
            }
            mo.presses("Read the file")
                .await
                .sees("Rows refused 0")
                .sees("Count these 1 rows");
        }
    }
}
