//! Who sees what of a record, and that every look is written down.

use kith_base::Id;
use kith_casework::paths;
use kith_db::{Outcome, Tx, run};
use kith_testkit::{Somebody, World, mary, omar};

use crate::program;

async fn rows(world: &World, somebody: Somebody) -> i64 {
    world
        .count_about(
            somebody.person,
            "select count(*) from audit where scheme_id = $1 and person_id = $2",
        )
        .await
}

#[tokio::test]
async fn a_colleague_who_is_not_assigned_sees_no_notes_and_is_told_how_to() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She misses the choir").await;
        let mut sam = world.signed_in(world.sam).await;
        let before = rows(&world, mary).await;
        sam.opens(paths::person(mary.person)).await;
        sam.sees("THISTLE, Mary")
            .sees("Active")
            .sees("You are not assigned")
            .sees("ask Kay Ward to hand over");
        sam.does_not_see("choir")
            .does_not_see("Lost her husband")
            .does_not_see("Harbour Street");
        assert_eq!(rows(&world, mary).await, before + 1, "one look is one row");
        for path in [paths::plan(mary.person), paths::edit_person(mary.person)] {
            sam.opens(path).await;
            sam.is_answered(404);
        }
    }
}

#[tokio::test]
async fn a_manager_reads_notes_and_the_worker_sees_that_they_looked() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She misses the choir").await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.sees("She misses the choir").does_not_see("Add note");
        kay.opens(paths::person(mary.person)).await;
        kay.sees("Who looked").sees("Mo Khan");
    }
}

#[tokio::test]
async fn practice_and_administrator_and_nobody_get_the_same_no() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::person(mary.person)).await;
        rita.is_answered(404).does_not_see("THISTLE");
        let foreign = rita.words();
        rita.opens(paths::person(Id::<()>::new(world.now()))).await;
        assert_eq!(rita.words(), foreign);
        let mut ada = world.signed_in(world.ada).await;
        ada.opens(paths::person(mary.person)).await;
        ada.is_answered(403).does_not_see("THISTLE");
    }
}

#[tokio::test]
async fn a_restricted_note_is_its_authors_and_opens_only_with_a_broken_glass() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Holding")
            .chooses_in("What was the holding for?", "Bearing witness to distress")
            .fills("Note", "What she said about her brother")
            .chooses_in(
                "Who may read this note",
                "Restricted: only I read the words",
            );
        kay.presses("Save note").await;
        kay.sees("What she said about her brother");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.sees("Holding (bearing witness to distress)")
            .sees("its words are for its author");
        mo.does_not_see("brother");
        break_glass(&world, mary).await;
        mo.opens(paths::person(mary.person)).await;
        mo.sees("What she said about her brother");
    }
}

const BREAK: &str = "insert into break_glass
        (scheme_id, id, account_id, person_id, reason, made_at, ends_at, review_due_on)
    values ($1, $2, $3, $4, 'A court asked for it today', $5, $6, $7)";

async fn break_glass(world: &World, somebody: Somebody) {
    let now = world.now();
    let broken = async |tx: &mut Tx| -> Outcome<u64> {
        Ok(run!(
            tx,
            sqlx::query(BREAK)
                .bind(world.scheme)
                .bind(Id::<()>::new(now))
                .bind(world.mo.id)
                .bind(somebody.person)
                .bind(now)
                .bind(now.plus_seconds(3600))
                .bind(now.day().plus_days(3))
        )?)
    };
    world.db.act(broken).await.expect("a broken glass");
}

#[tokio::test]
async fn a_record_that_was_merged_says_of_which_it_is_now_a_part() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let omar = world.takes_on(world.kay, &omar()).await;
        let sql = "update person set merged_into = $3 where scheme_id = $1 and id = $2";
        let merged = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(sql)
                    .bind(world.scheme)
                    .bind(omar.person)
                    .bind(mary.person)
            )?)
        };
        world.db.act(merged).await.expect("merged");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(omar.person)).await;
        kay.sees("This record is now part of another one")
            .sees("Now part of another record");
        kay.follows("Open that record").await;
        kay.sees("THISTLE, Mary");
    }
}

#[tokio::test]
async fn a_restricted_person_is_not_there_for_anybody_who_is_not_named() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        world
            .marks(
                mary.person,
                "update person set restricted = $3 where scheme_id = $1 and id = $2",
            )
            .await;
        for who in [world.kay, world.mo, world.sam] {
            let mut browser = world.signed_in(who).await;
            browser.opens(paths::person(mary.person)).await;
            browser.is_answered(404).does_not_see("THISTLE");
        }
    }
}

#[tokio::test]
async fn somebody_who_waits_can_be_taken_on_from_the_record() {
    let world = World::smallest(program).await;
    let mary = world.refers(world.rita, &mary()).await;
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::person(mary.person)).await;
    kay.sees("Waiting")
        .sees("Take on")
        .sees("You are not assigned");
}

#[tokio::test]
async fn the_plan_for_paper_holds_their_words_and_no_place() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Plan")
            .fills("Note", "A private word")
            .fills("What matters to them now", "To sing again")
            .fills_in("Action 1", "What will be done", "Ring the choir");
        kay.presses("Save note").await;
        kay.follows("The shared plan").await;
        kay.is_on("My plan")
            .sees("To sing again")
            .sees("Ring the choir")
            .sees("Kay Ward");
        kay.does_not_see("A private word")
            .does_not_see("Harbour Street");
    }
}
