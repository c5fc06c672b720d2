//! The sheets to take along on a day.

use kith_casework::{
    contact::{Answer, Purpose},
    meeting::{Meeting, Minute, Way},
    paths,
    referral::{Act, Next},
};
use kith_testkit::{Somebody, World, mary, omar};

use crate::program;

async fn booked(world: &World, who: Somebody, way: Way, at: Minute) {
    let yes = Some(Answer::Yes);
    world
        .meets(world.kay, who.referral, Purpose::Assess, None, yes)
        .await;
    let next = Next::Planned {
        step: "See how she is".parse().expect("a line"),
        on: world.now().day(),
        meeting: Some(Meeting {
            way,
            at: Some(at),
            place: None,
        }),
    };
    world.does(world.kay, who.referral, Act::Plan(next)).await;
}

const LOOKS: &str = "select count(*) from audit where scheme_id = $1 and action = 'print the day'";

#[tokio::test]
async fn a_sheet_for_each_person_has_what_a_visit_needs_and_is_a_look_at_each() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let omar = world.takes_on(world.kay, &omar()).await;
        booked(&world, mary, Way::Home, Minute::of(14, 0)).await;
        booked(&world, omar, Way::Phone, Minute::of(9, 30)).await;
        world
            .marks(
                mary.person,
                "update person set risk = 'The dog bites', matters = 'The sea'
                  where scheme_id = $1 and id = $2",
            )
            .await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await;
        kay.follows("Sheets to take along").await;
        let page = kay.words();
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("no {words}"));
        assert!(at("09:30, Telephone") < at("14:00, Home visit"), "{page}");
        kay.sees("1 Harbour Street, LS1 4AP").sees("01632960982");
        kay.sees("The dog bites").sees("The sea").sees("We talked");
        kay.sees(
            "THISTLE, Mary, NHS No. 999 000 0018. Printed by Kay Ward, 24 November 2026, 10:00",
        );
        assert_eq!(world.count(LOOKS).await, 2);
        // One of them alone.
        kay.opens(paths::day_pack_of(world.now().day(), omar.referral))
            .await;
        kay.sees("KHAN, Omar").does_not_see("THISTLE, Mary");
        assert_eq!(world.count(LOOKS).await, 3);
    }
}

#[tokio::test]
async fn a_hidden_place_is_on_no_sheet_and_a_colleague_has_none_of_them() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        booked(&world, mary, Way::Home, Minute::of(14, 0)).await;
        world
            .marks(
                mary.person,
                "update person set location_sensitive = true where scheme_id = $1 and id = $2",
            )
            .await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::day_pack(today)).await;
        kay.sees("THISTLE, Mary").sees("Location hidden: ask");
        kay.does_not_see("Harbour Street")
            .does_not_see("01632960982");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::day_pack_of(today, mary.referral)).await;
        sam.sees("Nobody is met on this day")
            .does_not_see("THISTLE");
        assert_eq!(world.count(LOOKS).await, 1);
    }
}
