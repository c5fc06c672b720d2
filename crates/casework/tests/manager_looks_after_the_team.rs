//! The team's page, covers and a leaver's cases, through the real pages.

use axum::Router;
use kith_access::{Ability, App, SchemeSettings};
use kith_casework::{
    person::{Details, Place, store::Origin},
    referral::{
        Act, Agreed, Need, Sent, Source, Told,
        actions::{Step, Terms, Who, refer, step},
    },
};
use kith_testkit::{Staff, World};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// Rita refers somebody; `by` takes them on.
async fn taken_on(world: &World, family: &str, by: Option<Staff>) {
    let rita = world.actor(world.rita).await;
    let details = Details {
        given: "Mary".parse().unwrap(),
        family: family.parse().unwrap(),
        known_as: None,
        born: None,
        nhs_number: None,
        practice: rita.practice,
        place: Place::default(),
    };
    let sent = Sent {
        source: Source::Practice,
        practice: rita.practice,
        referrer: Some(rita.account),
        referrer_name: "Rita Shah".parse().unwrap(),
        needs: vec![Need::Money],
        why: None,
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
    };
    let terms = Terms::of(world.scheme, &SchemeSettings::default()).unwrap();
    let made = world
        .app
        .db
        .act(async |tx| {
            let who = Who::Described(Box::new(details.clone()));
            refer(
                tx,
                &terms,
                Some(&rita),
                who,
                sent.clone(),
                Origin::default(),
                world.now(),
            )
            .await
        })
        .await
        .unwrap();
    if let Some(by) = by {
        let worker = world.actor(by).await;
        world
            .app
            .db
            .act(async |tx| {
                let take = Step {
                    referral: made.referral,
                    version: None,
                    act: Act::Take(worker.account),
                    note: None,
                };
                step(
                    tx,
                    &terms,
                    &worker,
                    Ability::TakeReferral,
                    take,
                    world.now(),
                )
                .await
            })
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_manager_sees_who_waits_and_what_each_worker_carries() {
    for world in World::small(program).await {
        taken_on(&world, "Thistle", Some(world.kay)).await;
        taken_on(&world, "Nettle", None).await;
        world.passes_days(7);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team")
            .await
            .is_on("Team")
            .sees("24 November 2026 (5 working days)")
            .sees("median 0, 90th centile 0 working days (n = 1)")
            .sees("2 of 2")
            .sees("Kay Ward Open 1 New in 4 weeks 1 Contacts in 4 weeks 0 Holding minutes in 4 weeks 0 Weighed, per full time 1.5");
        let words = mo.words();
        let place = |name: &str| words.find(name).unwrap();
        assert!(
            place("Kay Ward") < place("Lena Frost") && place("Lena Frost") < place("Sam Bright")
        );
    }
}

#[tokio::test]
async fn somebody_stands_in_and_the_days_do_not_overlap() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        let covers = async |mo: &mut kith_testkit::Browser, from: &str, until: &str| {
            mo.opens("/team/cover").await;
            mo.picks("Who is away", "Kay Ward")
                .picks("Who stands in", "Sam Bright")
                .fills_date("First day", from)
                .fills_date("Last day", until)
                .presses("Save")
                .await;
        };
        covers(&mut mo, "2026-11-30", "2026-12-04").await;
        mo.sees("Saved who stands in").sees("30 November 2026");
        covers(&mut mo, "2026-12-04", "2026-12-08").await;
        mo.is_answered(422)
            .sees("Somebody stands in on some of these days already");
        covers(&mut mo, "2026-12-08", "2026-12-07").await;
        mo.is_answered(422)
            .sees("Last day must be the same as or after the first day");
        mo.opens("/team")
            .await
            .presses("End now")
            .await
            .sees("The cover has ended")
            .sees("Nobody is away");
    }
}

#[tokio::test]
async fn everything_of_a_leaver_goes_to_one_colleague() {
    for world in World::small(program).await {
        for n in 0..12 {
            taken_on(&world, &format!("Family{n}"), Some(world.kay)).await;
        }
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(format!("/team/leaving/{}", world.kay.id))
            .await
            .sees("Kay Ward has 12 open cases");
        mo.presses("Hand everything over")
            .await
            .is_answered(422)
            .sees("Select who takes everything over");
        mo.picks("Who takes everything over", "Sam Bright")
            .presses("Hand everything over")
            .await
            .sees("Everything is handed over");
        mo.opens(format!("/team/leaving/{}", world.kay.id))
            .await
            .sees("There is nothing to hand over");
        mo.opens(format!("/team/leaving/{}", world.sam.id))
            .await
            .sees("Sam Bright has 12 open cases");
    }
}

#[tokio::test]
async fn only_a_manager_sees_the_team() {
    let world = World::smallest(program).await;
    for who in [world.kay, world.rita, world.ada, world.grace] {
        world
            .signed_in(who)
            .await
            .opens("/team")
            .await
            .is_answered(403);
    }
}
