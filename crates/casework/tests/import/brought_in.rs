//! A file is brought in.

use kith_casework::import::{actions, bring_in};
use kith_db::Outcome;
use kith_testkit::{WORKBOOK, World};

use crate::made::{HEADINGS, MARY, OMAR, PEOPLE, REFERRALS, brought_in, groups, program, staged};

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

#[tokio::test]
async fn the_same_list_as_a_spreadsheet_and_as_text_is_the_same() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/import")
            .await
            .attaches("File with referrals", "list.xlsx", WORKBOOK.to_vec())
            .presses("Read the file")
            .await;
        mo.presses("Check the rows").await;
        mo.presses("Bring in 1 rows")
            .await
            .sees("The file is brought in");
        // Saved as text: the date day first, the telephone number with its nought.
        let text = "Surname,Forename,DOB,Mobile,Consent\nSmith,Mary,03/05/1951,07700 900 982,yes\n";
        mo.opens("/import")
            .await
            .attaches("File with referrals", "list.csv", text)
            .presses("Read the file")
            .await;
        mo.presses("Check the rows")
            .await
            .sees("There is nothing to bring in from this file");
        assert_eq!(
            (world.count(PEOPLE).await, world.count(REFERRALS).await),
            (1, 1)
        );
        let tasks = "select count(*) from task where scheme_id = $1";
        assert_eq!(
            world.count(tasks).await,
            0,
            "nobody is asked to read it again"
        );
    }
}
