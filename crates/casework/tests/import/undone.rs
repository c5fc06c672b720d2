//! An import is undone.

use kith_access::{Actor, Person};
use kith_base::Id;
use kith_casework::{
    ImportBatch,
    import::{actions, bring_in, undo},
    paths,
    referral::{self, Act},
};
use kith_db::Outcome;
use kith_testkit::{Browser, World};

use crate::made::{MARY, OMAR, PEOPLE, REFERRALS, brought_in, groups, program, staged};

/// The one id a question about the scheme (`$1`) gives.
async fn only<T>(world: &World, sql: &'static str) -> Id<T> {
    let asks = async |tx: &mut kith_db::Tx| -> Outcome<Id<T>> {
        Ok(kith_db::on!(tx, c => sqlx::query_scalar(sql).bind(world.scheme).fetch_one(c))?)
    };
    world.app.db.read(asks).await.unwrap()
}

/// The referrals of the scheme that no file made were a link worker's.
async fn were_held_by(world: &World, who: kith_testkit::Staff) {
    let gives = async |tx: &mut kith_db::Tx| -> Outcome<u64> {
        let sql = "update referral set owner_id = $2 where scheme_id = $1 and import_id is null";
        Ok(kith_db::run!(
            tx,
            sqlx::query(sql).bind(world.scheme).bind(who.id)
        )?)
    };
    world.app.db.act(gives).await.unwrap();
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
async fn what_somebody_saved_as_the_file_has_it_is_not_taken_away_again() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let id = mary_came_meanwhile(&world, &mo).await;
        // Kay rings, the number is right, and she saves the details as they are.
        let mut kay = world.signed_in(world.kay).await;
        let somebody: Id<Person> = only(&world, "select id from person where scheme_id = $1").await;
        were_held_by(&world, world.kay).await;
        kay.opens(paths::edit_person(somebody)).await;
        kay.presses("Save details").await.sees("Details saved");
        let mut page = world.signed_in(world.mo).await;
        page.opens(format!("/import/{id}"))
            .await
            .presses("Undo this import")
            .await
            .sees("Somebody has saved their details since")
            .sees("Postcode, Telephone stay as in the file");
        assert_eq!(world.count(FILLED).await, 1);
    }
}
