//! The team's page, covers and a leaver's cases, through the real pages.

use axum::Router;
use kith_access::App;
use kith_casework::{
    contact::{Answer, Purpose},
    paths,
    referral::Act,
};
use kith_db::{Outcome, Tx, run};
use kith_testkit::{Somebody, World, named};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

#[tokio::test]
async fn the_manager_sees_who_waits_and_what_each_worker_carries() {
    for world in World::small(program).await {
        world.takes_on(world.kay, &named("Mary", "Thistle")).await;
        world.refers(world.rita, &named("Mary", "Nettle")).await;
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

/// A contact of Kay's with somebody: what for, and how long.
async fn meets(world: &World, somebody: Somebody, purpose: &str, minutes: &str) {
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::new_contact(somebody.person)).await;
    kay.talks(purpose);
    if purpose == "Holding" {
        kay.chooses("Bearing witness to distress");
    }
    kay.fills("How long", minutes)
        .fills("Note", "We talked")
        .presses("Save note")
        .await
        .is_answered(200);
}

#[tokio::test]
async fn a_load_counts_holding_and_the_hours_somebody_works() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &named("Mary", "Thistle")).await;
        world.takes_on(world.kay, &named("Omar", "Khan")).await;
        let (assess, yes) = (Purpose::Assess, Some(Answer::Yes));
        world
            .meets(world.kay, mary.referral, assess, None, yes)
            .await;
        meets(&world, mary, "Holding", "60").await;
        meets(&world, mary, "Holding", "120").await;
        meets(&world, mary, "Plan", "30").await;
        let half = "update account set full_time_percent = 50 where scheme_id = $1 and id = $2";
        let works = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(half).bind(world.scheme).bind(world.kay.id)
            )?)
        };
        world.db.act(works).await.unwrap();
        let mut mo = world.signed_in(world.mo).await;
        // 1.5 before the yes, 1 after it, three hours of holding at 0.25; half time doubles.
        mo.opens("/team").await.sees(
            "Kay Ward Open 2 New in 4 weeks 2 Contacts in 4 weeks 4 \
             Holding minutes in 4 weeks 180 Weighed, per full time 6.5 (50% of full time)",
        );
        // A contact struck out counts no more.
        let voids = async |tx: &mut Tx| -> Outcome<u64> {
            let sql = "update contact set voided_at = $2 where scheme_id = $1 and minutes = 120";
            Ok(run!(
                tx,
                sqlx::query(sql).bind(world.scheme).bind(world.now())
            )?)
        };
        world.db.act(voids).await.unwrap();
        mo.opens("/team")
            .await
            .sees("Contacts in 4 weeks 3 Holding minutes in 4 weeks 60");
        // After four weeks only what is still held weighs.
        world.passes_days(35);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team").await.sees(
            "Kay Ward Open 2 New in 4 weeks 0 Contacts in 4 weeks 0 \
             Holding minutes in 4 weeks 0 Weighed, per full time 5.0 (50% of full time)",
        );
    }
}

#[tokio::test]
async fn what_needs_the_manager_stands_first_and_leads_to_its_list() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team")
            .await
            .sees("Nothing needs you now")
            .sees("Every practice has filed what it was told");
        world.refers(world.rita, &named("Mary", "Thistle")).await;
        world.refers(world.rita, &named("Omar", "Khan")).await;
        world.has_a_task(None, "Ring Riverside Surgery").await;
        world.passes_days(10);
        world.refers(world.rita, &named("June", "Abbott")).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::raise_concern()).await;
        kay.chooses("No")
            .fills("What are you worried about?", "A bruise.")
            .presses("Raise the concern")
            .await;
        let mut mo = world.signed_in(world.mo).await;
        for (words, leads_to) in [
            ("1 concern nobody has acknowledged", "Safeguarding concerns"),
            ("2 people wait to be taken on, past their day", "Waiting"),
            ("1 task nobody has yet, 1 overdue", "Tasks nobody has yet"),
        ] {
            mo.opens("/team").await.follows(words).await.is_on(leads_to);
        }
        mo.opens("/team")
            .await
            .sees("Every practice has filed what it was told")
            .sees("Without a worker or a queue, or without a next date 0 of 3")
            .sees("Less than a day 1")
            .sees("6 to 10 days: late 2");
        mo.opens("/waiting").await.sees("6 to 10 days: late 2");
    }
}

#[tokio::test]
async fn who_is_past_their_day_is_counted_by_queue_and_adds_up_on_every_page() {
    for world in World::small(program).await {
        let omar = world.takes_on(world.kay, &named("Omar", "Khan")).await;
        world.closes(world.kay, omar.referral).await;
        world.does(world.kay, omar.referral, Act::Reopen).await;
        world.refers(world.rita, &named("Mary", "Thistle")).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team")
            .await
            .sees("Waiting to be taken on 1 Of them, past their day 0")
            .sees("Need a link worker 1 ");
        world.passes_days(10);
        world.refers(world.rita, &named("June", "Abbott")).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team")
            .await
            .sees("1 person waits to be taken on, past their day")
            .sees("1 person needs a link worker, 1 past their day")
            .sees("Waiting to be taken on 2 Of them, past their day 1")
            .sees("Need a link worker 1, of them 1 past their day")
            .sees("Less than a day 1")
            .sees("6 to 10 days: late 1");
        mo.opens("/waiting")
            .await
            .sees("3 waiting, 2 people past their day");
    }
}

#[tokio::test]
async fn what_a_practice_has_not_filed_is_what_it_can_file() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &named("Mary", "Thistle")).await;
        let omar = world.takes_on(world.kay, &named("Omar", "Khan")).await;
        world.passes_days(8);
        let mut mo = world.signed_in(world.mo).await;
        // That a referral was received is nothing to file.
        mo.opens("/team")
            .await
            .sees("Every practice has filed what it was told");
        for met in [mary, omar] {
            let (assess, yes) = (Purpose::Assess, Some(Answer::Yes));
            world
                .meets(world.kay, met.referral, assess, None, yes)
                .await;
        }
        mo.opens(paths::person(mary.person))
            .await
            .sees("Nothing to file")
            .sees("Not yet");
        // What is restricted is not shown to the practice: it cannot file it.
        world
            .marks(
                omar.person,
                "update person set restricted = $3 where scheme_id = $1 and id = $2",
            )
            .await;
        world.passes_days(8);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team")
            .await
            .sees("Riverside Surgery Messages 1 The oldest is of 2 December 2026");
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/sent?show=not_filed")
            .await
            .presses("Mark as filed")
            .await;
        mo.opens("/team")
            .await
            .sees("Every practice has filed what it was told");
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
            let somebody = named("Mary", &format!("Family{n}"));
            world.takes_on(world.kay, &somebody).await;
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
