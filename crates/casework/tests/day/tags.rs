//! A scheme's own words for people, put on, filtered by, taken off.

use kith_casework::paths;
use kith_testkit::{World, mary, omar};

use crate::program;

#[tokio::test]
async fn a_tag_is_put_on_filters_the_caseload_and_comes_off() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let omar = world.takes_on(world.kay, &omar()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.sees("Tags: none").follows("Change tags").await;
        kay.fills("Tag", "Carer group");
        kay.presses("Put this tag on").await.sees("The tag is on");
        kay.opens(paths::person(mary.person))
            .await
            .sees("Tags: Carer group");
        // The same words, spelt otherwise, are the same tag.
        kay.opens(paths::tags(omar.person)).await;
        kay.sees("Tags in use").fills("Tag", "carer  GROUP");
        kay.presses("Put this tag on")
            .await
            .sees("Take off Carer group");
        let tags = "select count(*) from tag where scheme_id = $1";
        assert_eq!(world.count(tags).await, 1);
        kay.presses("Take off Carer group").await;
        kay.sees("No tag is on this person")
            .sees("Put on Carer group");
        kay.opens(paths::caseload()).await;
        kay.follows("Filter by practice or tag").await;
        kay.picks("Tag", "Carer group").presses("Filter").await;
        kay.sees("THISTLE, Mary").does_not_see("KHAN, Omar");
        assert!(kay.path().contains("tag="), "{}", kay.path());
        assert!(!kay.path().to_lowercase().contains("carer"));
        kay.opens(paths::tags(mary.person)).await;
        kay.presses("Take off Carer group").await;
        // What is on nobody is offered to nobody.
        kay.does_not_see("Put on Carer group");
    }
}

#[tokio::test]
async fn a_tag_that_is_a_note_is_refused_and_a_stranger_tags_nobody() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::tags(mary.person)).await;
        kay.presses("Put this tag on").await.is_answered(422);
        kay.sees("Enter the tag");
        kay.fills("Tag", &"long ".repeat(9))
            .presses("Put this tag on")
            .await;
        kay.is_answered(422)
            .sees("Tag must be 40 characters or fewer");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::tags(mary.person)).await.is_answered(404);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.follows("Change tags").await.fills("Tag", "winter");
        mo.presses("Put this tag on").await.sees("Take off winter");
    }
}
