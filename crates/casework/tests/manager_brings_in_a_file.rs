//! A manager brings referrals in from a file, on both databases and through
//! the real pages without JavaScript.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::Router;
use kith_access::{Actor, App};
use kith_base::Id;
use kith_casework::{
    ImportBatch,
    import::{
        Decision,
        actions::{self, Groups},
        bring_in,
        headings::Plan,
        undo,
    },
    referral::{self, Act, Agreed},
};
use kith_db::Outcome;
use kith_testkit::{Browser, WORKBOOK, World};

const HEADINGS: &str =
    "NHS number,Forename,Surname,DOB,Postcode,Mobile,Practice,Date received,Need,Notes\n";
const MARY: &str = "999 000 0018,Mary,Smith,03/05/1951,LS1 4AP,7700900982,Y00001,20/11/2026,Loneliness,Lives alone\n";
const OMAR: &str =
    ",Omar,Khan,09/01/1980,BD1 1AA,01274 960 002,Riverside Surgery,20/11/2026,debt,\n";

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

async fn staged(world: &World, mo: &Actor, rows: &str) -> Id<ImportBatch> {
    let db = &world.app.db;
    let text = format!("{HEADINGS}{rows}");
    let id = actions::stage(db, mo, None, "list.csv", text.as_bytes())
        .await
        .unwrap();
    let batch = db
        .read(async |tx| actions::batch(tx, mo, id).await)
        .await
        .unwrap();
    let plan = Plan {
        agreed: Some(Agreed::Yes),
        ..batch.plan
    };
    actions::set_plan(db, mo, id, &plan).await.unwrap();
    actions::check(db, mo, id, None).await.unwrap();
    id
}

async fn groups(world: &World, mo: &Actor, id: Id<ImportBatch>) -> Groups {
    world
        .app
        .db
        .read(async |tx| actions::groups(tx, mo, id).await)
        .await
        .unwrap()
}

async fn brought_in(world: &World, mo: &Actor, rows: &str) -> (Id<ImportBatch>, Groups) {
    let id = staged(world, mo, rows).await;
    actions::confirm(&world.app.db, mo, id).await.unwrap();
    let end = bring_in::carry_on(&world.app.db, &world.terms(), mo, id, None)
        .await
        .unwrap();
    assert!(end.finished);
    (id, groups(world, mo, id).await)
}

const REFERRALS: &str = "select count(*) from referral where scheme_id = $1 and state <> 'voided'";
const PEOPLE: &str = "select count(*) from person where scheme_id = $1";

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_one_changed_row_changes_only_that() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let (_, first) = brought_in(&world, &mo, &format!("{MARY}{OMAR}")).await;
        assert_eq!((first.new, first.made, first.failed), (2, 2, 0));
        assert_eq!(
            (world.count(REFERRALS).await, world.count(PEOPLE).await),
            (2, 2)
        );

        let again = staged(&world, &mo, &format!("{MARY}{OMAR}")).await;
        let groups_again = groups(&world, &mo, again).await;
        assert_eq!((groups_again.same, groups_again.to_do), (2, 0));

        let moved = MARY.replace("LS1 4AP", "LS2 9JT");
        let (_, changed) = brought_in(&world, &mo, &format!("{moved}{OMAR}")).await;
        assert_eq!(
            (changed.same, changed.close, changed.added, changed.made),
            (1, 1, 1, 0)
        );
        assert_eq!(
            (world.count(REFERRALS).await, world.count(PEOPLE).await),
            (2, 2)
        );
        let there = "select count(*) from person where scheme_id = $1 and postcode = 'LS2 9JT' and phone = '07700900982'";
        assert_eq!(world.count(there).await, 1);
    }
}

#[tokio::test]
async fn a_referral_from_a_file_keeps_its_own_day_and_practice() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        brought_in(&world, &mo, MARY).await;
        let right = "select count(*) from referral r join organisation o on o.scheme_id = $1 and o.id = r.practice_id
            where r.scheme_id = $1 and r.source = 'file'
              and r.main_need = 'loneliness' and r.why = 'Lives alone' and o.ods_code = 'Y00001' and r.import_id is not null";
        assert_eq!(world.count(right).await, 1);
        let scheme = world.scheme;
        let day: kith_base::Day = world
            .app
            .db
            .read(async |tx| {
                Outcome::Ok(kith_db::on!(tx, c => sqlx::query_scalar("select received_on from referral where scheme_id = $1").bind(scheme).fetch_one(c))?)
            })
            .await
            .unwrap();
        assert_eq!(day.to_string(), "2026-11-20");
    }
}

#[tokio::test]
async fn nobody_is_brought_in_before_every_close_match_is_decided_about() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let db = &world.app.db;
        brought_in(&world, &mo, OMAR).await;
        // A twin: the same family name, day of birth and postcode.
        let id = staged(&world, &mo, &OMAR.replace("Omar", "Aisha")).await;
        assert_eq!(groups(&world, &mo, id).await.undecided, 1);
        let refused = actions::confirm(db, &mo, id).await.unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("Close matches nobody has decided about: 1"),
            "{refused}"
        );
        actions::choose(db, &mo, id, &[(2, Decision::Make)])
            .await
            .unwrap();
        actions::confirm(db, &mo, id).await.unwrap();
        bring_in::carry_on(db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        assert_eq!(groups(&world, &mo, id).await.made, 1);
        assert_eq!(world.count(PEOPLE).await, 2);
        let asked = "select count(*) from task where scheme_id = $1 and kind = 'same_person'";
        assert_eq!(world.count(asked).await, 1);
    }
}

#[tokio::test]
async fn an_import_that_stopped_goes_on_with_the_next_row() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let db = &world.app.db;
        let rows: String = (0..25)
            .map(|n| {
                format!(
                    ",Person{n},Family{n},0{}/0{}/19{},LS1 4AP,,Y00001,,Money,\n",
                    n % 9 + 1,
                    n % 8 + 1,
                    40 + n
                )
            })
            .collect();
        let id = staged(&world, &mo, &rows).await;
        actions::confirm(db, &mo, id).await.unwrap();
        // No time at all: one step, as if the program had stopped after it.
        let some = bring_in::carry_on(db, &world.terms(), &mo, id, Some(std::time::Duration::ZERO))
            .await
            .unwrap();
        assert!(!some.finished && some.rows > 0 && some.rows < 25);
        assert_eq!(groups(&world, &mo, id).await.made, some.rows);
        bring_in::carry_on(db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        assert_eq!(world.count(REFERRALS).await, 25);
        let again = bring_in::carry_on(db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        assert_eq!((again.rows, world.count(REFERRALS).await), (0, 25));
    }
}

#[tokio::test]
async fn an_undo_takes_back_what_nobody_has_touched_and_says_why_not_the_rest() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let kay = world.actor(world.kay).await;
        let db = &world.app.db;
        let (id, _) = brought_in(&world, &mo, &format!("{MARY}{OMAR}")).await;
        let scheme = world.scheme;
        let marys: Id<referral::Referral> = db
            .read(async |tx| {
                Outcome::Ok(kith_db::on!(tx, c => sqlx::query_scalar(
                    "select r.id from referral r join person p on p.scheme_id = $1 and p.id = r.person_id where r.scheme_id = $1 and p.given = 'Mary'")
                    .bind(scheme).fetch_one(c))?)
            })
            .await
            .unwrap();
        db.act(async |tx| {
            let step = referral::actions::Step {
                referral: marys,
                version: None,
                act: Act::Take(kay.account),
                note: None,
            };
            referral::actions::step(
                tx,
                &world.terms(),
                &kay,
                kith_access::Ability::TakeReferral,
                step,
                kay.now,
            )
            .await
        })
        .await
        .unwrap();
        undo::undo(db, &world.terms(), &mo, id, None).await.unwrap();
        let after = groups(&world, &mo, id).await;
        assert_eq!((after.taken_back, after.kept), (1, 1));
        assert_eq!(
            (world.count(REFERRALS).await, world.count(PEOPLE).await),
            (1, 2)
        );
        let told = "select count(*) from import_row where scheme_id = $1 and outcome = 'kept' and problems like '%The import can no longer be taken back: this referral is with a link worker%'";
        assert_eq!(world.count(told).await, 1);
        let refused = undo::undo(db, &world.terms(), &mo, id, None)
            .await
            .unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("This import was undone already")
        );

        // What was taken back can be brought in again.
        let (_, again) = brought_in(&world, &mo, OMAR).await;
        assert_eq!((again.made, again.added), (1, 0));
    }
}

#[tokio::test]
async fn after_seven_days_an_import_stays() {
    let world = World::smallest(program).await;
    let mo = world.actor(world.mo).await;
    let (id, _) = brought_in(&world, &mo, MARY).await;
    world.passes_days(8);
    let later = world.actor(world.mo).await;
    let refused = undo::undo(&world.app.db, &world.terms(), &later, id, None)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("seven days"), "{refused}");
}

#[tokio::test]
async fn a_manager_brings_a_file_in_through_the_pages() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/import")
            .await
            .sees("No file has been brought in yet");
        let wrong = ",Jo,Brown,31/02/1960,,,Nowhere,,Housing,\n";
        let text = format!("{HEADINGS}{MARY}{OMAR}{wrong}");
        mo.attaches("File with referrals", "list.csv", text.into_bytes())
            .presses("Read the file")
            .await
            .is_on("Import – list.csv")
            .sees("7700900982");
        mo.presses("Check the rows")
            .await
            .is_answered(422)
            .sees("Select whether the people in this file have agreed");
        mo.picks(
            "Have the people in this file agreed to be referred?",
            "Yes, all of them, unless a column says otherwise",
        )
        .presses("Check the rows")
        .await
        .sees("Nothing is made yet")
        .sees("31/02/1960")
        .sees("There is no such day")
        .sees("Nowhere")
        // What was read otherwise is said before anything is made, and after.
        .sees("1 cell was read otherwise than it stands in the file")
        .sees("put back: 07700900982");
        mo.presses("Bring in 2 rows")
            .await
            .sees("The file is brought in")
            .sees("put back: 07700900982")
            .sees("can be undone until");
        let sheet = mo.last_link("/import/");
        assert!(sheet.ends_with("problems.csv"), "{sheet}");
        mo.opens(&sheet).await;
        assert!(mo.html().contains("put back: 07700900982"), "{}", mo.html());
        mo.opens(sheet.trim_end_matches("/problems.csv")).await;
        mo.presses("Undo this import")
            .await
            .sees("The import is undone");
        assert_eq!(world.count(REFERRALS).await, 0);
    }
}

#[tokio::test]
async fn a_file_that_is_no_list_is_refused_and_nothing_is_kept() {
    let world = World::smallest(program).await;
    let mut mo = world.signed_in(world.mo).await;
    for (name, bytes, words) in [
        ("list.csv", b"%PDF-1.7".to_vec(), "This is a PDF"),
        (
            "list.csv",
            b"Colour,Size\nred,4\n".to_vec(),
            "no column heading we know",
        ),
        (
            "list.csv",
            b"Name,Born\n\"Mary,1951\n".to_vec(),
            "quotation mark",
        ),
        ("list.xlsx", b"PK\x03\x04nothing".to_vec(), "cannot be read"),
    ] {
        mo.opens("/import").await;
        mo.attaches("File with referrals", name, bytes)
            .presses("Read the file")
            .await
            .is_answered(422)
            .sees(words);
    }
    assert_eq!(
        world
            .count("select count(*) from import_batch where scheme_id = $1")
            .await,
        0
    );
}

#[tokio::test]
async fn only_a_manager_brings_files_in() {
    let world = World::smallest(program).await;
    for who in [world.kay, world.rita, world.ada, world.grace] {
        world
            .signed_in(who)
            .await
            .opens("/import")
            .await
            .is_answered(403);
    }
}

#[tokio::test]
async fn what_people_are_counted_by_comes_with_the_file_and_never_writes_over_a_record() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let db = &world.app.db;
        let bring = async |rows: &str| {
            let text = format!("Forename,Surname,DOB,Sex,Ethnic Origin,Consent\n{rows}");
            let id = actions::stage(db, &mo, None, "list.csv", text.as_bytes())
                .await
                .unwrap();
            actions::check(db, &mo, id, None).await.unwrap();
            actions::confirm(db, &mo, id).await.unwrap();
            bring_in::carry_on(db, &world.terms(), &mo, id, None)
                .await
                .unwrap();
        };
        bring("Mary,Smith,03/05/1951,F,White - Irish,Yes\nOmar,Khan,09/01/1980,,Not stated,Yes\nJo,Lee,01/02/1970,?,99,Yes\n").await;
        let mary = "select count(*) from person where scheme_id = $1 and given = 'Mary'
            and gender = 'female' and ethnicity = 'white_irish'";
        let omar = "select count(*) from person where scheme_id = $1 and given = 'Omar'
            and gender is null and ethnicity = 'not_said'";
        let jo = "select count(*) from person where scheme_id = $1 and given = 'Jo'
            and gender is null and ethnicity is null";
        for (sql, who) in [(mary, "Mary"), (omar, "Omar"), (jo, "Jo")] {
            assert_eq!(world.count(sql).await, 1, "{who} on {}", world.db.engine());
        }
    }
}

#[tokio::test]
async fn the_same_file_read_twice_is_one_import_until_it_is_finished() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let first = staged(&world, &mo, MARY).await;
        assert_eq!(staged(&world, &mo, MARY).await, first);
        let other = world.actor(world.kay).await;
        assert!(
            actions::stage(&world.app.db, &other, None, "list.csv", MARY.as_bytes())
                .await
                .is_err()
        );
        actions::drop_it(&world.app.db, &mo, first).await.unwrap();
        assert_ne!(staged(&world, &mo, MARY).await, first);
    }
}

#[tokio::test]
async fn why_an_import_cannot_be_undone_is_said_for_each_state() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let db = &world.app.db;
        let why = async |id| {
            let refused = undo::undo(db, &world.terms(), &mo, id, None)
                .await
                .unwrap_err();
            refused.to_string()
        };
        let id = staged(&world, &mo, MARY).await;
        assert!(why(id).await.contains("was never confirmed"));
        actions::confirm(db, &mo, id).await.unwrap();
        assert!(why(id).await.contains("is still being brought in"));
        bring_in::carry_on(db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        undo::undo(db, &world.terms(), &mo, id, None).await.unwrap();
        assert!(why(id).await.contains("was undone already"));
        let dropped = staged(&world, &mo, OMAR).await;
        actions::drop_it(db, &mo, dropped).await.unwrap();
        assert!(why(dropped).await.contains("was thrown away"));
    }
}

/// Mary's record as a file made it, with her referral ended.
async fn mary_was_here(world: &World, mo: &Actor) {
    brought_in(world, mo, MARY).await;
    let ends = async |tx: &mut kith_db::Tx| -> Outcome<u64> {
        let sql = "update referral set state = 'declined', end_reason = 'duplicate',
            end_next = 'Nothing', next_on = null, next_kind = 'none' where scheme_id = $1";
        Ok(kith_db::run!(tx, sqlx::query(sql).bind(world.scheme))?)
    };
    world.app.db.act(ends).await.unwrap();
}

const MOVED: &str = "999 000 0018,Mary,Smith,03/05/1951,LS2 9JT,01274 960 009,Y00001,23/11/2026,Loneliness,Lives alone\n";

#[tokio::test]
async fn an_undo_puts_back_what_the_file_wrote_over() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        mary_was_here(&world, &mo).await;
        let (id, did) = brought_in(&world, &mo, MOVED).await;
        assert_eq!((did.close, did.made), (1, 1));
        let file = "select count(*) from person where scheme_id = $1 and postcode = 'LS2 9JT' and phone = '01274960009'";
        assert_eq!(world.count(file).await, 1);
        undo::undo(&world.app.db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        let before = "select count(*) from person where scheme_id = $1 and postcode = 'LS1 4AP' and phone = '07700900982'";
        assert_eq!(world.count(before).await, 1);
        assert_eq!(groups(&world, &mo, id).await.taken_back, 1);
        // And she is found by where she lives, not by where the file said.
        let found = "select count(*) from person_word where scheme_id = $1 and word = 'cLS1 4AP'";
        assert_eq!(world.count(found).await, 1);
    }
}

/// Somebody changes records, and then an import is undone; gives the page.
async fn undone_after(world: &World, id: Id<ImportBatch>, since: &'static str) -> Browser {
    let changes = async |tx: &mut kith_db::Tx| -> Outcome<u64> {
        Ok(kith_db::run!(tx, sqlx::query(since).bind(world.scheme))?)
    };
    world.app.db.act(changes).await.unwrap();
    let mut page = world.signed_in(world.mo).await;
    page.opens(format!("/import/{id}"))
        .await
        .presses("Undo this import")
        .await;
    page
}

#[tokio::test]
async fn an_undo_names_what_was_changed_again_since() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        mary_was_here(&world, &mo).await;
        let (id, _) = brought_in(&world, &mo, MOVED).await;
        let since = "update person set postcode = 'LS6 3AA' where scheme_id = $1";
        undone_after(&world, id, since)
            .await
            .sees("Changed again since, so left as it is now: Postcode");
        let kept = "select count(*) from person where scheme_id = $1 and postcode = 'LS6 3AA' and phone = '07700900982'";
        assert_eq!(world.count(kept).await, 1);
        assert_eq!(
            world
                .count("select count(*) from referral where scheme_id = $1 and state = 'voided'")
                .await,
            1
        );
    }
}

/// A file is read while nobody knows Mary; her practice refers her without
/// saying how to reach her, that ends, and only then the file is brought in.
async fn mary_came_meanwhile(world: &World, mo: &Actor) -> Id<ImportBatch> {
    let id = staged(world, mo, MARY).await;
    let mary = kith_casework::person::Details {
        nhs_number: "999 000 0018".parse().ok(),
        born: kith_base::Day::ymd(1951, 5, 3),
        ..kith_testkit::named("Mary", "Smith")
    };
    world.refers(world.rita, &mary).await;
    let ends = async |tx: &mut kith_db::Tx| -> Outcome<u64> {
        let sql = "update referral set state = 'declined', end_reason = 'duplicate',
            end_next = 'Nothing', next_on = null, next_kind = 'none' where scheme_id = $1";
        kith_db::run!(
            tx,
            sqlx::query("update person set phone = null, postcode = null where scheme_id = $1")
                .bind(world.scheme)
        )?;
        Ok(kith_db::run!(tx, sqlx::query(sql).bind(world.scheme))?)
    };
    world.app.db.act(ends).await.unwrap();
    actions::confirm(&world.app.db, mo, id).await.unwrap();
    bring_in::carry_on(&world.app.db, &world.terms(), mo, id, None)
        .await
        .unwrap();
    id
}

const FILLED: &str = "select count(*) from person where scheme_id = $1 and postcode = 'LS1 4AP' and phone = '07700900982'";

#[tokio::test]
async fn an_undo_empties_the_gaps_a_quiet_match_filled() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let id = mary_came_meanwhile(&world, &mo).await;
        assert_eq!(world.count(PEOPLE).await, 1, "she is one person");
        assert_eq!(world.count(FILLED).await, 1);
        undo::undo(&world.app.db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        let empty = "select count(*) from person where scheme_id = $1 and postcode is null and phone is null";
        assert_eq!(world.count(empty).await, 1);
        let found = "select count(*) from person_word where scheme_id = $1 and word = 'cLS1 4AP'";
        assert_eq!(world.count(found).await, 0, "nor is she found by it");
        assert_eq!(groups(&world, &mo, id).await.taken_back, 1);
    }
}

#[tokio::test]
async fn an_undo_leaves_what_somebody_typed_over_a_filled_gap() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let id = mary_came_meanwhile(&world, &mo).await;
        let since = "update person set phone = '01274960009' where scheme_id = $1";
        undone_after(&world, id, since)
            .await
            .sees("Changed again since, so left as it is now: Telephone");
        let kept = "select count(*) from person where scheme_id = $1 and postcode is null and phone = '01274960009'";
        assert_eq!(world.count(kept).await, 1);
    }
}

#[tokio::test]
async fn what_was_added_to_an_open_referral_is_taken_back_with_its_task() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        brought_in(&world, &mo, MARY).await;
        let (id, did) = brought_in(&world, &mo, MOVED).await;
        assert_eq!(did.added, 1);
        let to_read = "select count(*) from task where scheme_id = $1 and done_at is null and what like 'Read what came in a file%'";
        assert_eq!(world.count(to_read).await, 1);
        undo::undo(&world.app.db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        assert_eq!(world.count(to_read).await, 0);
        let after = groups(&world, &mo, id).await;
        assert_eq!((after.taken_back, after.kept), (1, 0));
        let before = "select count(*) from person where scheme_id = $1 and postcode = 'LS1 4AP'";
        assert_eq!(world.count(before).await, 1);
    }
}

#[tokio::test]
async fn somebody_too_young_is_left_out_by_row_and_told_where_to_go() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let young = MARY.replace("1951", "2015");
        let id = staged(&world, &mo, &format!("{young}{OMAR}")).await;
        let found = groups(&world, &mo, id).await;
        assert_eq!((found.errors, found.new), (1, 1));
        let mut page = world.signed_in(world.mo).await;
        page.opens(format!("/import/{id}"))
            .await
            .sees("03/05/2015")
            .sees("aged 18 and over")
            .sees("children and young people");
    }
}

#[tokio::test]
async fn a_close_match_is_decided_side_by_side_and_saving_stays_on_the_page() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let people = |given: &str, postcode: &str| -> String {
            let line = |n: usize| {
                let (day, year) = (n % 28 + 1, 1940 + n);
                format!(",{given},Family{n},{day:02}/03/{year},{postcode},,Y00001,,Money,\n")
            };
            (0..22).map(line).collect()
        };
        brought_in(&world, &mo, &people("Mary", "LS1 4AP")).await;
        let id = staged(&world, &mo, &people("Marie", "LS1 4AP")).await;
        assert_eq!(groups(&world, &mo, id).await.undecided, 22);
        let mut page = world.signed_in(world.mo).await;
        page.opens(format!("/import/{id}"))
            .await
            .sees("In the file")
            .sees("In the record")
            .sees("Marie Family0")
            .sees("Mary Family0")
            .follows("More close matches")
            .await
            .sees("Marie Family21")
            .does_not_see("Marie Family0 ");
        page.picks("What to do with row 23", "Leave it out")
            .presses("Keep these decisions")
            .await
            .sees("Decisions kept")
            .sees("Marie Family21")
            .sees("21 of them are not decided about");
    }
}

#[tokio::test]
async fn a_match_that_goes_out_of_reach_says_so_and_nobody_is_stuck() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        brought_in(&world, &mo, OMAR).await;
        let id = staged(&world, &mo, &OMAR.replace("Omar", "Aisha")).await;
        assert_eq!(groups(&world, &mo, id).await.undecided, 1);
        let restricts = async |tx: &mut kith_db::Tx| -> Outcome<u64> {
            let sql = "update person set restricted = $2 where scheme_id = $1";
            Ok(kith_db::run!(
                tx,
                sqlx::query(sql).bind(world.scheme).bind(true)
            )?)
        };
        world.app.db.act(restricts).await.unwrap();
        let mut page = world.signed_in(world.mo).await;
        page.opens(format!("/import/{id}"))
            .await
            .does_not_see("Omar")
            .sees("out of your reach by now: the row is brought in as new")
            .presses("Bring in 1 rows")
            .await
            .sees("The file is brought in");
        assert_eq!(world.count(PEOPLE).await, 2);
    }
}

#[tokio::test]
async fn a_spreadsheet_is_brought_in_through_the_page_as_a_csv_file_is() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/import")
            .await
            .attaches("File with referrals", "list.xlsx", WORKBOOK.to_vec())
            .presses("Read the file")
            .await
            .is_on("Import – list.xlsx")
            .sees("1951-05-03");
        mo.presses("Check the rows")
            .await
            .sees("put back: 07700900982")
            .sees("2014-12-27")
            .sees("aged 18 and over")
            .presses("Bring in 1 rows")
            .await
            .sees("The file is brought in");
        let mary = "select count(*) from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
            where r.scheme_id = $1 and p.given = 'Mary' and p.family = 'Smith' and p.phone = '07700900982'";
        assert_eq!(world.count(mary).await, 1);
        assert_eq!(world.count(PEOPLE).await, 1);
    }
}
