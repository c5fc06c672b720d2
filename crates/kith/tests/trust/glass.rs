//! A broken glass, on the pages of the whole program: an hour, one person,
//! nothing taken out or changed, and the link worker reads who looked.

use kith_testkit::{World, mary};

use crate::{
    canaries::{sends_empty, token},
    program,
};

const WHY: &str = "She rang in distress, her worker is away today, and I must know whether to ring";

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_glass_is_whole_again_after_an_hour() {
    for world in World::small(program).await {
        let person = world.takes_on(world.kay, &mary()).await.person;
        let mut kay = world.signed_in(world.kay).await;
        let closes = "Restrict the record";
        kay.opens(format!("/people/{person}/sensitive"))
            .await
            .presses(closes)
            .await
            .fills("Why?", "She asked us to")
            .presses(closes)
            .await
            .sees("Saved. The team has been told");
        let page = format!("/people/{person}");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(&page).await.is_answered(404);
        sam.opens(format!("/break-glass/open/{person}"))
            .await
            .fills("Why must you see this record now?", WHY)
            .presses("Open this record for one hour")
            .await
            .is_answered(200)
            .sees("THISTLE, Mary");
        let form = token(&mut sam, "/account").await;
        for (n, to) in ["export", "edit", "sensitive", "contact"]
            .iter()
            .enumerate()
        {
            let sent = sends_empty(&mut sam, &format!("{page}/{to}"), &form, n).await;
            assert!(
                matches!(sent.status.as_u16(), 403 | 404),
                "{to}: {}",
                sent.status
            );
        }
        let begins = world.now();
        for (seconds, status) in [(59 * 60 + 59, 200), (60 * 60, 404)] {
            world.app.clock.set(begins.plus_seconds(seconds));
            let mut again = world.signed_in(world.sam).await;
            again.opens(&page).await.is_answered(status);
        }
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(&page).await.sees("Who looked").sees("Sam Bright");
    }
}
