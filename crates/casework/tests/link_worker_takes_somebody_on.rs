//! The waiting list and the caseload, as the people who work with them see
//! them, on both databases and without JavaScript.

use axum::Router;
use kith_access::App;
use kith_casework::person::{self, store::Origin, words};
use kith_db::{Outcome, Tx, run};
use kith_pages::components::HeaderSearch;
use kith_testkit::{Browser, World, mary, named};

/// The pages with the search box that the program puts at their head.
fn program(mut app: App) -> Router {
    app.places = |_, token, frame| {
        frame.search(HeaderSearch::new(
            "/caseload/search",
            "Find somebody",
            token,
        ))
    };
    kith_casework::routes::routes().into_router(app)
}

/// Uses the search box at the head of every page.
async fn seeks(browser: &mut Browser, typed: &str) {
    browser.opens("/caseload").await;
    browser.fills("Find somebody", typed);
    browser.presses("Search").await;
}

#[tokio::test]
async fn the_one_who_waits_longest_is_taken_on_and_then_stands_in_the_caseload() {
    for world in World::small(program).await {
        world.refers(world.rita, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting")
            .await
            .sees("THISTLE, Mary")
            .sees("came today")
            .sees("Riverside Surgery");
        kay.opens("/caseload").await.sees("You hold nobody yet.");
        kay.opens("/waiting").await.presses("Take").await;
        kay.opens("/caseload")
            .await
            .sees("THISTLE, Mary")
            .sees("New (1)")
            .sees("Nothing planned (1)")
            .sees("999 000 ");
        kay.opens("/caseload?show=active")
            .await
            .sees("No one matches.");
        kay.opens("/waiting").await.sees("Nobody is waiting.");
    }
}

#[tokio::test]
async fn what_came_on_friday_did_not_come_today_on_saturday() {
    for world in World::small(program).await {
        world.passes_days(3);
        world.refers(world.rita, &mary()).await;
        world.passes_days(1);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting")
            .await
            .sees("came Friday")
            .does_not_see("came today");
        world.passes_days(2);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await.sees("1 working day");
    }
}

#[tokio::test]
async fn two_link_workers_press_take_and_the_second_reads_who_has_them() {
    for world in World::small(program).await {
        world.refers(world.rita, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        let mut sam = world.signed_in(world.sam).await;
        kay.opens("/waiting").await;
        sam.opens("/waiting").await;
        kay.presses("Take").await;
        sam.presses("Take")
            .await
            .sees("Kay Ward has already taken this person on");
    }
}

#[tokio::test]
async fn who_is_past_their_day_is_said_in_words() {
    for world in World::small(program).await {
        world.refers(world.rita, &mary()).await;
        world.passes_days(3);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting")
            .await
            .sees("1 waiting, 1 person past their day.")
            .sees("3 working days")
            .sees("Past their day");
    }
}

/// Messages "came back" that wait for an answer.
const TOLD: &str = "select count(*) from practice_message
    where scheme_id = $1 and stage = 'declined' and needs_answer";
/// Tasks to tell a person.
const TO_TELL: &str = "select count(*) from task where scheme_id = $1 and kind = 'tell_person'";

#[tokio::test]
async fn a_referral_sent_back_needs_a_reason_and_tells_the_practice_and_leaves_the_task() {
    for world in World::small(program).await {
        let mary = world.refers(world.rita, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting")
            .await
            .follows("Send back")
            .await
            .sees("THISTLE, Mary");
        kay.presses("Send back")
            .await
            .sees("There is a problem")
            .sees("Enter what can be done now");
        kay.chooses("Lives outside the area")
            .fills(
                "What can the practice and the person do now?",
                "The Otley service takes people from there",
            )
            .chooses("Not yet: put it on my tasks");
        kay.presses("Send back")
            .await
            .sees("Sent back. The practice has been told")
            .sees("Nobody is waiting.");
        assert_eq!(world.count(TOLD).await, 1, "{}", world.db.engine());
        assert_eq!(world.count(TO_TELL).await, 1, "{}", world.db.engine());
        kay.opens(format!("/referrals/{}/decline", mary.referral))
            .await;
        kay.chooses("Lives outside the area")
            .fills("What can the practice and the person do now?", "x")
            .chooses("Yes, they have been told");
        kay.presses("Send back")
            .await
            .sees("This referral came back")
            .sees("Reopen it first");
    }
}

#[tokio::test]
async fn the_day_says_what_needs_the_worker_and_a_date_is_set_in_the_row() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/today")
            .await
            .sees("Nothing needs you now.")
            .sees("0 on the waiting list")
            .sees("No step is due.");
        world.refers(world.rita, &mary()).await;
        world.passes_days(3);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/today")
            .await
            .sees("Needs you now")
            .sees("1 person waits past their day");
        kay.opens("/waiting").await.presses("Take").await;
        kay.opens("/today")
            .await
            .sees("New, not met yet")
            .sees("THISTLE, Mary");
        kay.follows("Set a date")
            .await
            .sees("What comes next?")
            .presses("Set the next step")
            .await
            .sees("Enter what comes next");
        kay.fills("What comes next?", "Ring in the morning")
            .fills_date("Date of the next step", "2026-11-26");
        kay.presses("Set the next step")
            .await
            .sees("Date of the next step must be today or in the future");
        kay.fills_date("Date of the next step", "2026-11-27")
            .presses("Set the next step")
            .await
            .sees("Next step set")
            .sees("Ring in the morning");
    }
}

#[tokio::test]
async fn the_manager_gives_somebody_to_a_link_worker() {
    for world in World::small(program).await {
        world.refers(world.rita, &mary()).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/waiting")
            .await
            .follows("Give to a link worker")
            .await
            .sees("Sam Bright (holds 0)");
        mo.picks("Link worker", "Sam Bright (holds 0)")
            .presses("Give to this link worker")
            .await
            .sees("Nobody is waiting.");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens("/caseload").await.sees("THISTLE, Mary");
        mo.opens(format!("/caseload?worker={}", world.sam.id))
            .await
            .sees("THISTLE, Mary");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(format!("/caseload?worker={}", world.sam.id))
            .await
            .sees("Not found, or you do not have access");
    }
}

#[tokio::test]
async fn somebody_is_found_by_a_misspelt_name_a_birth_date_a_number_or_the_end_of_a_telephone_number()
 {
    for world in World::small(program).await {
        world.refers(world.rita, &mary()).await;
        world.refers(world.harry, &named("Omar", "Khan")).await;
        let mut kay = world.signed_in(world.kay).await;
        for typed in [
            "thistle",
            "Thistel",
            "mary th",
            "3/5/1951",
            "999 000 0018",
            "0982",
        ] {
            seeks(&mut kay, typed).await;
            if typed == "999 000 0018" && mary().nhs_number.unwrap().spaced() != typed {
                continue;
            }
            kay.sees("THISTLE, Mary").does_not_see("KHAN, Omar");
        }
        seeks(&mut kay, "zebra").await;
        kay.sees("No one matches, or you do not have access.");
        let html = kay.opens("/caseload").await.html();
        assert_eq!(html.matches("Find somebody").count(), 1, "one box");
    }
}

const FORGET_SOUNDS: &str = "delete from name_sound where scheme_id = $1";
const WORD: &str = "insert into person_word (scheme_id, word, person_id) values ($1, $2, $3)";

#[tokio::test]
async fn somebody_from_before_there_was_a_list_of_sounds_is_found_by_a_misspelt_name_too() {
    for world in World::small(program).await {
        let referred = world.refers(world.rita, &mary()).await;
        let scheme = world.scheme;
        let forgotten = world.db.act(async |tx| {
            run!(tx, sqlx::query(FORGET_SOUNDS).bind(scheme))?;
            Outcome::Ok(())
        });
        forgotten.await.expect("forgotten");
        let mut kay = world.signed_in(world.kay).await;
        seeks(&mut kay, "Thistel").await;
        kay.does_not_see("THISTLE, Mary");
        let of_its_own = format!("~{}", words::sound("thistle"));
        let as_before = world.db.act(async |tx| {
            run!(
                tx,
                sqlx::query(WORD)
                    .bind(scheme)
                    .bind(of_its_own)
                    .bind(referred.person)
            )?;
            Outcome::Ok(())
        });
        as_before.await.expect("kept");
        seeks(&mut kay, "Thistel").await;
        kay.sees("THISTLE, Mary");
    }
}

#[tokio::test]
async fn two_people_of_a_name_that_is_new_are_written_down_at_one_moment() {
    for world in World::small(program).await {
        if world.db.is_embedded() {
            continue; // SQLite writes one after another.
        }
        let make = async |tx: &mut Tx| {
            let (scheme, now) = (world.scheme, world.now());
            person::actions::make(tx, scheme, &mary(), Origin::default(), now).await
        };
        let first = world.db.act(async |tx| {
            let first = make(tx).await?;
            // The second comes, and is done, while the first is not.
            let mut second = mary();
            second.nhs_number = None;
            let beside = world.db.clone();
            let (scheme, now) = (world.scheme, world.now());
            let other = tokio::spawn(async move {
                let made = beside.act(async |tx| {
                    person::actions::make(tx, scheme, &second, Origin::default(), now).await
                });
                made.await
            });
            other.await.expect("it ended").expect("it was kept");
            Outcome::Ok(first)
        });
        first.await.expect("kept");
        let mut mo = world.signed_in(world.mo).await;
        seeks(&mut mo, "Thistel").await;
        mo.sees("THISTLE, Mary");
    }
}

#[tokio::test]
async fn practice_staff_and_administrators_have_no_waiting_list() {
    let world = World::smallest(program).await;
    for who in [world.rita, world.ada, world.grace] {
        let mut browser = world.signed_in(who).await;
        browser
            .opens("/waiting")
            .await
            .sees("Your role does not include this");
        browser
            .opens("/caseload")
            .await
            .sees("Your role does not include this");
    }
}

#[tokio::test]
async fn the_caseload_is_filtered_by_practice_and_need_and_the_address_says_so() {
    for world in World::small(program).await {
        world.takes_on(world.kay, &mary()).await;
        let omar = world.refers(world.harry, &kith_testkit::omar()).await;
        let take = kith_casework::referral::Act::Take(world.kay.id);
        world.does(world.kay, omar.referral, take).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/caseload")
            .await
            .sees("THISTLE, Mary")
            .sees("KHAN, Omar")
            .follows("Filter by practice or tag")
            .await;
        kay.picks("Practice", "Hillside Practice")
            .presses("Filter")
            .await
            .sees("KHAN, Omar")
            .does_not_see("THISTLE, Mary");
        // The address can be kept: it names a practice, and nobody.
        let kept = kay.path().to_owned();
        assert!(kept.contains(&world.hillside.to_string()), "{kept}");
        kay.opens(&kept)
            .await
            .sees("KHAN, Omar")
            .does_not_see("THISTLE, Mary");
        kay.picks("Main need", "Housing")
            .presses("Filter")
            .await
            .sees("No one matches")
            .follows("Clear filters")
            .await
            .sees("THISTLE, Mary");
    }
}
