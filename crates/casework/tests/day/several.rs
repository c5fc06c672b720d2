//! Several people of a caseload at once: given to a colleague, or listed for
//! paper.

use kith_casework::paths;
use kith_testkit::{Somebody, World, mary, named, omar};

use crate::program;

const HELD_BY_SAM: &str = "select count(*) from referral where scheme_id = $1 and owner_id =
    (select a.id from account a where a.scheme_id = $1 and a.name = 'Sam Bright')";

async fn three(world: &World) -> [Somebody; 3] {
    [
        world.takes_on(world.kay, &mary()).await,
        world.takes_on(world.kay, &omar()).await,
        world.takes_on(world.kay, &named("Vera", "Quill")).await,
    ]
}

#[tokio::test]
async fn the_ticked_are_given_to_a_colleague_after_their_names_were_read() {
    for world in World::small(program).await {
        three(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::caseload()).await;
        kay.presses("Give to another link worker").await;
        kay.sees("Nobody is ticked");
        kay.opens(paths::caseload()).await;
        kay.chooses("Tick THISTLE, Mary")
            .chooses("Tick QUILL, Vera");
        kay.presses("Give to another link worker").await;
        kay.sees("THISTLE, Mary")
            .sees("QUILL, Vera")
            .does_not_see("KHAN, Omar");
        kay.presses("Give 2 people to this link worker")
            .await
            .is_answered(422);
        kay.sees("Select link worker").sees("THISTLE, Mary");
        let sam = format!("{} (holds 0)", world.sam.name);
        kay.picks("Link worker", &sam);
        kay.presses("Give 2 people to this link worker").await;
        kay.sees("2 people given to the link worker")
            .sees("KHAN, Omar");
        kay.does_not_see("THISTLE, Mary");
        // Each stands in the trail as one that was given by itself.
        let given = "select count(*) from audit where scheme_id = $1 and action = 'assign'";
        assert_eq!(world.count(given).await, 2);
        // Given back, all at once.
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::caseload()).await;
        sam.chooses("All on this page");
        sam.presses("Give to another link worker").await;
        let kay = format!("{} (holds 1)", world.kay.name);
        sam.picks("Link worker", &kay);
        sam.presses("Give 2 people to this link worker").await;
        sam.sees("You hold nobody yet.");
    }
}

#[tokio::test]
async fn whoever_changed_in_the_meantime_is_named_with_the_reason_and_the_others_are_given() {
    for world in World::small(program).await {
        let [mary, ..] = three(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::caseload()).await;
        kay.chooses("All on this page");
        kay.presses("Give to another link worker").await;
        let next = kith_casework::referral::Next::Review {
            on: world.now().day().plus_days(3),
        };
        world
            .does(
                world.kay,
                mary.referral,
                kith_casework::referral::Act::Plan(next),
            )
            .await;
        kay.picks("Link worker", &format!("{} (holds 0)", world.sam.name));
        kay.presses("Give 3 people to this link worker")
            .await
            .is_answered(409);
        kay.sees("2 people given to the link worker. 1 person not")
            .sees("THISTLE, Mary")
            .sees("Somebody changed this referral");
        assert_eq!(world.count(HELD_BY_SAM).await, 2);
    }
}

#[tokio::test]
async fn a_list_for_paper_has_three_identifiers_and_leaves_a_hidden_place_out() {
    for world in World::small(program).await {
        let [mary, ..] = three(&world).await;
        let looks = "select count(*) from audit where scheme_id = $1 and action = 'print a list'";
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::caseload()).await;
        kay.chooses("Tick THISTLE, Mary")
            .presses("List for printing")
            .await;
        kay.sees("THISTLE, Mary")
            .sees("03-May-1951")
            .sees("999 000 0018");
        kay.sees("1 Harbour Street, LS1 4AP")
            .does_not_see("KHAN, Omar");
        assert_eq!(world.count(looks).await, 1);
        world
            .marks(
                mary.person,
                "update person set location_sensitive = true where scheme_id = $1 and id = $2",
            )
            .await;
        kay.opens(paths::caseload()).await;
        kay.chooses("All on this page")
            .presses("List for printing")
            .await;
        kay.sees("3 people").sees("Location hidden: ask");
        kay.does_not_see("Harbour Street")
            .does_not_see("01632960982");
        assert_eq!(world.count(looks).await, 4);
    }
}

#[tokio::test]
async fn somebody_elses_people_are_neither_given_nor_listed() {
    for world in World::small(program).await {
        let [mary, ..] = three(&world).await;
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::raise_concern()).await;
        for press in ["give", "print"] {
            let body = format!(
                "csrf={}&once=k{press}&press={press}&pick={}",
                sam.hidden("csrf"),
                mary.referral
            );
            let form = "application/x-www-form-urlencoded".to_owned();
            let post = axum::http::Method::POST;
            let sent = sam
                .send(post, &paths::several(), Some((form, body.into_bytes())))
                .await;
            assert!(sent.text().contains("Nobody is ticked"), "{}", sent.text());
        }
    }
}
