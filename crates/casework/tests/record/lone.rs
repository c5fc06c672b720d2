//! Nobody visits somebody alone: said with a reason, looked at again, lifted.

use kith_casework::paths;
use kith_testkit::{World, mary};

use crate::program;

#[tokio::test]
async fn that_nobody_visits_alone_stands_wherever_somebody_plans_a_visit() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.follows("Lone working: nobody visits them alone")
            .await
            .sees("It was never said of them.");
        kay.fills("Why does nobody visit them alone?", "Two dogs, go with Sam")
            .fills_date("Look at it again by", &today.plus_days(30).to_string());
        kay.presses("Nobody visits them alone").await.sees("Saved");
        let by = today.plus_days(30).as_uk_date();
        kay.sees(&format!(
            "Nobody visits alone: Two dogs, go with Sam (look at it again by {by})"
        ))
        .sees(&format!("Kay Ward: set, to be looked at by {by}. Two dogs"));
        kay.opens(paths::person(mary.person))
            .await
            .sees("Nobody visits alone: Two dogs, go with Sam");
        kay.opens(paths::next(mary.referral)).await;
        kay.fills_date("Date of the next step", &today.to_string())
            .chooses_in("How will you meet?", "Home visit");
        kay.presses("Set the next step").await.sees("Lone working");
        kay.opens(paths::day_pack(today))
            .await
            .sees("Nobody visits alone")
            .sees("Two dogs, go with Sam");
        let written = "select count(*) from audit where scheme_id = $1
            and action = 'say that nobody visits somebody alone'";
        assert_eq!(world.count(written).await, 1);
    }
}

#[tokio::test]
async fn a_day_that_has_gone_by_lifts_nothing_and_is_somebodys_task() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::visits(mary.person)).await;
        kay.fills("Why does nobody visit them alone?", "Two dogs")
            .fills_date("Look at it again by", &today.plus_days(1).to_string());
        kay.presses("Nobody visits them alone").await;
        kay.opens(paths::today())
            .await
            .does_not_see("Look again whether");
        world.passes_days(2);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today())
            .await
            .sees("Look again whether nobody visits them alone");
        let since = today.plus_days(1).as_uk_date();
        kay.opens(paths::visits(mary.person))
            .await
            .sees(&format!("Two dogs (to be looked at again since {since})"));
        kay.fills("Why does nobody visit them alone?", "One dog")
            .fills_date("Look at it again by", &today.plus_days(60).to_string());
        kay.presses("Keep it, and look again by then").await;
        let open = "select count(*) from task where scheme_id = $1
            and kind = 'lone_working' and done_at is null";
        assert_eq!(world.count(open).await, 1, "the earlier one is done");
        kay.presses("Somebody may visit them alone")
            .await
            .is_answered(422)
            .sees("Enter why somebody may visit them alone again");
        kay.fills("Why may somebody visit them alone again?", "The dog died");
        kay.presses("Somebody may visit them alone")
            .await
            .sees("Lifted")
            .sees("somebody may visit them alone")
            .sees("lifted. The dog died")
            .does_not_see("Nobody visits alone:");
        assert_eq!(world.count(open).await, 0);
        kay.opens(paths::caseload())
            .await
            .sees("THISTLE, Mary")
            .does_not_see("Lone working");
    }
}

#[tokio::test]
async fn no_reason_no_day_and_a_day_far_off_are_refused_and_others_may_not() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::visits(mary.person)).await;
        kay.presses("Nobody visits them alone")
            .await
            .is_answered(422)
            .sees("Enter why nobody visits them alone");
        kay.fills("Why does nobody visit them alone?", "Two dogs");
        for (days, words) in [
            (0, "The day to look at it again must be in the future"),
            (400, "The day to look at it again must be within a year"),
        ] {
            kay.fills_date("Look at it again by", &today.plus_days(days).to_string());
            kay.presses("Nobody visits them alone").await;
            kay.is_answered(422).sees(words);
            assert!(kay.html().contains("value=\"Two dogs\""), "it is kept");
        }
        let said = "select count(*) from person_lone_working where scheme_id = $1";
        assert_eq!(world.count(said).await, 0);
        for (who, status) in [(world.sam, 404), (world.rita, 403), (world.ada, 403)] {
            let mut other = world.signed_in(who).await;
            other
                .opens(paths::visits(mary.person))
                .await
                .is_answered(status);
        }
    }
}
