//! Who may raise a concern, and from where.

use kith_base::{Id, Ts};
use kith_casework::{concern::actions, person::Person};
use kith_db::{Outcome, run};
use kith_testkit::{Browser, World};

use crate::{has_a_record, program};

#[tokio::test]
async fn anybody_raises_a_concern_without_an_account_and_reads_where_help_is_first() {
    for world in World::small(program).await {
        let mut visitor = world.visitor();
        visitor
            .opens("/concerns/public")
            .await
            .sees("Tell us that you are worried about somebody");
        let words = visitor.words();
        assert!(words.find("999").unwrap() < words.find("What are you worried about?").unwrap());
        visitor
            .presses("Send")
            .await
            .is_answered(422)
            .sees("Enter what you are worried about");
        visitor
            .chooses("I am not sure")
            .fills(
                "What are you worried about?",
                "My neighbour shouts at his mother.",
            )
            .presses("Send")
            .await
            .is_on("We have what you sent")
            .sees("24 November 2026, 14:00")
            .does_not_see("neighbour");
        // Whoever wants to ring reads how, where the service says it.
        let sets = async |tx: &mut kith_db::Tx| -> Outcome<u64> {
            let sql = "insert into setting (scheme_id, name, value, changed_at)
                values ($1, 'reach_us', 'Ring 01632 960 010.', $2)";
            Ok(run!(
                tx,
                sqlx::query(sql).bind(world.scheme).bind(world.now())
            )?)
        };
        world.app.db.act(sets).await.unwrap();
        let path = visitor.path().to_owned();
        visitor.opens(path).await.sees("Ring 01632 960 010.");
        let mut lena = world.signed_in(world.lena).await;
        lena.opens("/concerns")
            .await
            .sees("Somebody who gave no name")
            .sees("In danger now: I am not sure");
        lena.follows(&reference(&visitor))
            .await
            .sees("My neighbour shouts at his mother.");
        visitor
            .opens("/concerns/public/harbour/ABC-DEF-GHJ")
            .await
            .is_answered(404);
    }
}

/// What the visitor was told to quote: `/concerns/public/harbour/K7Q-2M9-X4B`.
fn reference(visitor: &Browser) -> String {
    visitor.path().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_public_page_takes_ten_at_once_from_one_place_and_then_says_wait() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    for time in 0..11 {
        visitor.opens("/concerns/public/harbour").await;
        visitor
            .chooses("No")
            .fills("What are you worried about?", "Noise.")
            .presses("Send")
            .await;
        if time < 10 {
            visitor.is_on("We have what you sent");
        } else {
            visitor
                .is_answered(429)
                .sees("If somebody is in danger, ring 999");
        }
    }
}

#[tokio::test]
async fn a_concern_is_raised_by_every_role_and_from_every_footer() {
    for world in World::small(program).await {
        for staff in [
            world.rita,
            world.kay,
            world.mo,
            world.ada,
            world.grace,
            world.lena,
        ] {
            let mut browser = world.signed_in(staff).await;
            browser
                .opens("/concerns")
                .await
                .follows("Raise a concern")
                .await;
            browser
                .chooses("No")
                .fills("Who is it about?", "A woman at the lunch club")
                .fills("What are you worried about?", "She was afraid to go home.")
                .presses("Raise the concern")
                .await
                .sees("Concern raised.");
        }
        let lead = world.actor(world.lena).await;
        let counted = world
            .app
            .db
            .read(async |tx| actions::counted(tx, &lead).await)
            .await
            .unwrap();
        assert_eq!(counted.map(|counts| counts.raised), Some(6));
    }
}

#[tokio::test]
async fn practice_staff_raise_nothing_about_somebody_of_another_practice() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut harry = world.signed_in(world.harry).await;
        harry
            .opens(format!("/people/{person}/concern"))
            .await
            .is_answered(404)
            .does_not_see("THISTLE");
        let nobody = Id::<Person>::new(Ts::from_micros(7));
        harry
            .opens(format!("/people/{nobody}/concern"))
            .await
            .is_answered(404);
    }
}
