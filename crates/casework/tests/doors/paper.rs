//! The form of a referral for paper, and the leaflet somebody is given.

use kith_testkit::World;

use crate::{program, set};

#[tokio::test]
async fn the_form_for_paper_asks_what_the_screen_asks() {
    let world = World::smallest(program).await;
    for who in [world.rita, world.kay] {
        let mut browser = world.signed_in(who).await;
        let asked = browser.opens("/refer").await.labels();
        assert!(asked.len() > 20, "{asked:?}");
        browser
            .follows("Print this form for paper, for when Kith cannot be reached")
            .await
            .is_on("Referral form for paper");
        for label in asked {
            // A long list is written, not ticked.
            browser.sees(&label);
        }
        browser
            .sees("In an emergency, ring 999")
            .sees("Your name and practice");
        assert!(browser.labels().is_empty(), "nothing to type into");
    }
}

#[tokio::test]
async fn the_sheet_says_where_it_goes_when_the_service_says_it() {
    let world = World::smallest(program).await;
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/refer/paper")
        .await
        .sees("ask where to send this sheet");
    set(&world, "reach_us", "Ring 01632 960 010.").await;
    rita.opens("/refer/paper").await.sees("Ring 01632 960 010.");
}

#[tokio::test]
async fn the_leaflet_is_there_for_the_one_who_gives_it_and_for_the_one_who_gets_it() {
    for world in World::small(program).await {
        set(&world, "reach_us", "Ring 01632 960 010, 9 to 5.").await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer")
            .await
            .sees("I gave them the leaflet")
            .follows("Open the leaflet, to read with the person or to print")
            .await
            .is_on("Harbour link workers – What is a link worker?");
        for reader in [
            &mut rita,
            world.visitor().opens("/refer-yourself/harbour").await,
        ] {
            if reader.path() != "/leaflet" {
                reader.follows("Read more about link workers").await;
            }
            reader
                .sees("Harbour link workers")
                .sees("They are not a doctor or a nurse")
                .sees("You can say yes or no")
                .sees("A link worker reads it within 2 working days")
                .sees("Ring 01632 960 010, 9 to 5.")
                .sees("ring 999");
        }
        let mut visitor = world.visitor();
        visitor.opens("/leaflet").await.sees("Harbour link workers");
        visitor.opens("/leaflet/nowhere").await.is_answered(404);
    }
}
