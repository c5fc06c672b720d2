//! Rows about somebody who may be here already.

use kith_base::Day;
use kith_casework::{
    import::{Decision, actions, bring_in, undo},
    person::Details,
};
use kith_db::Outcome;
use kith_testkit::{World, named};

use crate::made::{MARY, OMAR, PEOPLE, REFERRALS, brought_in, groups, program, staged};

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
async fn somebody_who_stands_in_the_file_twice_is_one_person_with_one_referral() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let again = MARY
            .replace("Lives alone", "Cannot pay the rent")
            .replace("LS1 4AP", "LS2 9JT");
        let (id, did) = brought_in(&world, &mo, &format!("{MARY}{again}")).await;
        assert_eq!((did.made, did.added, did.failed), (1, 1, 0));
        assert_eq!(
            (world.count(PEOPLE).await, world.count(REFERRALS).await),
            (1, 1)
        );
        let to_read = "select count(*) from task where scheme_id = $1 and what = 'Read what came in a file: Cannot pay the rent'";
        assert_eq!(world.count(to_read).await, 1);
        // Nobody has compared the two: what the record holds stays.
        let kept = "select count(*) from person where scheme_id = $1 and postcode = 'LS1 4AP'";
        assert_eq!(world.count(kept).await, 1);
        let mut page = world.signed_in(world.mo).await;
        page.opens(format!("/import/{id}"))
            .await
            .sees("This person has an open referral by now: added to it");
    }
}

#[tokio::test]
async fn somebody_referred_while_the_file_waited_is_added_to_and_an_undo_leaves_nothing_behind() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let id = staged(&world, &mo, MARY).await;
        let mary = Details {
            nhs_number: "999 000 0018".parse().ok(),
            born: Day::ymd(1951, 5, 3),
            ..named("Mary", "Smith")
        };
        world.refers(world.rita, &mary).await;
        actions::confirm(&world.app.db, &mo, id).await.unwrap();
        bring_in::carry_on(&world.app.db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        let did = groups(&world, &mo, id).await;
        assert_eq!((did.added, did.made, did.failed), (1, 0, 0));
        let filled = "select count(*) from person where scheme_id = $1 and postcode = 'LS1 4AP' and phone = '07700900982'";
        assert_eq!(world.count(filled).await, 1);
        undo::undo(&world.app.db, &world.terms(), &mo, id, None)
            .await
            .unwrap();
        let empty = "select count(*) from person where scheme_id = $1 and postcode is null and phone is null";
        assert_eq!(world.count(empty).await, 1);
        let to_read = "select count(*) from task where scheme_id = $1 and done_at is null and what like 'Read what came in a file%'";
        assert_eq!(world.count(to_read).await, 0);
        assert_eq!(world.count(REFERRALS).await, 1, "Rita's own stays");
    }
}
