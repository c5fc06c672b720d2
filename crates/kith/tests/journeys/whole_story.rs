//! Mary Thistle is referred by her practice, met, held, connected, and goes
//! on without the service; her practice reads each step and files it.

use kith_casework::paths;
use kith_testkit::{Somebody, World, mary, omar};

use crate::program;

const CODE: &str = "871731000000106";

#[tokio::test]
async fn mary_is_referred_met_held_connected_and_goes_on_and_her_practice_hears_of_it() {
    for world in World::small(program).await {
        let mary = rita_refers_and_kay_takes_her_on(&world).await;
        kay_rings_in_vain_and_meets_her_two_days_later(&world, mary).await;
        kay_plans_with_her_and_holds_her_while_she_waits(&world, mary).await;
        kay_connects_her_and_closes(&world, mary).await;
        the_practice_reads_each_step_and_files_it(&world, mary).await;
        the_manager_sees_how_long_it_took(&world).await;
        the_guardian_sees_who_looked(&world, mary).await;
    }
}

async fn rita_refers_and_kay_takes_her_on(world: &World) -> Somebody {
    let mut rita = world.signed_in(world.rita).await;
    let referral = rita.refers(&mary()).await;
    rita.sees("A link worker will take this on by 26 November 2026");
    rita.opens("/sent").await.sees("THISTLE, Mary");
    rita.sees("Waiting until 26 November 2026");
    let mut harry = world.signed_in(world.harry).await;
    harry.opens("/sent").await.does_not_see("THISTLE");
    let mut kay = world.signed_in(world.kay).await;
    kay.opens("/").await.sees("1 on the waiting list");
    kay.follows("Waiting").await.sees("came today");
    kay.sees("Riverside Surgery");
    kay.presses_in("THISTLE, Mary", "Take").await;
    kay.sees("You have taken this person on");
    kay.sees("Nobody is waiting.");
    kay.follows("Caseload").await.sees("New (1)");
    kay.follows("THISTLE, Mary").await.is_on("Mary Thistle");
    let person = kay.named_id();
    rita.opens(paths::sent_one(referral)).await.sees("Accepted");
    Somebody { person, referral }
}

async fn kay_rings_in_vain_and_meets_her_two_days_later(world: &World, mary: Somebody) {
    world.passes_days(1);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens("/today").await;
    kay.follows_in("THISTLE, Mary", "Write a note").await;
    kay.talks("Find out what matters")
        .fills("How long", "2")
        .chooses_in("Did you meet?", "No answer")
        .fills("If you did not meet, why", "It rang and rang");
    kay.presses("Save note").await.sees("It rang and rang");
    let mut rita = world.signed_in(world.rita).await;
    rita.opens(paths::sent_one(mary.referral)).await;
    rita.does_not_see("First seen").does_not_see(CODE);
    world.passes_days(2);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::new_contact(mary.person)).await;
    kay.chooses_in("How did you meet?", "Home visit")
        .fills("How long", "50")
        .chooses_in("What was it for?", "Find out what matters")
        .chooses_in("Does the person want to work with you?", "Yes")
        .fills("Note", "She has not sung since the spring")
        .fills("What matters to them now", "To sing again, with others")
        .fills_in("Action 1", "What will be done", "Ask when the choir meets");
    kay.fills("Next step", "Ring about the choir")
        .chooses_in("When", "In a week");
    kay.presses("Save note").await.sees("Contact saved");
    kay.sees("To sing again, with others");
    kay.sees("Ring about the choir, 4 December 2026");
    kay.follows("Caseload").await.sees("New (0)");
    kay.sees("Active (1)").sees("Nothing planned (0)");
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/sent").await.sees("File 1");
    rita.opens(paths::sent_one(mary.referral)).await;
    rita.sees("First seen on 27 November 2026.").sees(CODE);
    rita.does_not_see("spring").does_not_see("sing");
}

async fn kay_plans_with_her_and_holds_her_while_she_waits(world: &World, mary: Somebody) {
    world.passes_days(7);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens("/today").await.sees("Ring about the choir");
    kay.follows_in("THISTLE, Mary", "Write a note").await;
    kay.talks("Plan")
        .chooses_in("Done since last time", "Ask when the choir meets")
        .fills("Note", "The choir begins in January")
        .fills("Next step", "Keep her company until the choir begins")
        .chooses_in("When", "In two weeks");
    kay.presses("Save note").await.sees("Contact saved");
    kay.sees("Ask when the choir meets (done)");
    world.passes_days(14);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::new_contact(mary.person)).await;
    kay.talks("Holding")
        .chooses_in("What was the holding for?", "While waiting for a service")
        .fills("Note", "A hard week. She cried, and we sat")
        .chooses_in("How heavy was it for you?", "4")
        .fills("Next step", "Go with her to the first evening")
        .chooses_in("When", "In a month");
    kay.presses("Save note").await;
    kay.sees("Holding (while waiting for a service)");
    // Her practice is not told of every talk.
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/sent").await.sees("File 1");
}

async fn kay_connects_her_and_closes(world: &World, mary: Somebody) {
    world.passes_days(31);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::new_contact(mary.person)).await;
    kay.talks("Connect to a service")
        .fills("Connected to", "the Tuesday choir")
        .fills("Note", "We went together");
    kay.presses("Save note").await.sees("Contact saved");
    kay.follows("Caseload").await.sees("Nothing planned (1)");
    world.passes_days(21);
    let mut kay = world.signed_in(world.kay).await;
    kay.opens("/today").await.sees("Nothing planned");
    kay.follows_in("THISTLE, Mary", "Close").await;
    kay.chooses("Connected and going on without us")
        .fills("What changed", "I sing on Tuesdays")
        .chooses("Yes");
    kay.presses("Check the message to the practice").await;
    kay.sees("Exactly this will be sent to Riverside Surgery");
    kay.presses("Close and send").await.sees("Referral closed");
    kay.opens("/today").await.does_not_see("THISTLE");
    kay.opens("/caseload").await.sees("You hold nobody");
}

async fn the_practice_reads_each_step_and_files_it(world: &World, mary: Somebody) {
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/sent?show=ended").await.sees("File 3");
    rita.follows("THISTLE, Mary").await.sees("Closed");
    let words = rita.words();
    let steps = [
        "Received",
        "First seen on 27 November 2026.",
        "Connected to the Tuesday choir.",
        "Closed: Connected and going on without us. In the person's words: I sing on Tuesdays",
    ];
    // The newest may stand first or last; they stand in order.
    let places: Vec<usize> = steps.map(|step| words.rfind(step).expect(step)).into();
    assert!(
        places.is_sorted() || places.is_sorted_by(|one, next| one >= next),
        "{places:?}"
    );
    assert_eq!(words.matches("SNOMED CT:").count(), 1, "{words}");
    // Received is the service's; the other three are Kay's, with her role.
    let signed = rita.html().matches("\">Kay Ward, Link worker, ").count();
    assert_eq!(signed, 3, "{words}");
    rita.does_not_see("cried").does_not_see("It rang and rang");
    rita.opens("/sent?show=not_filed").await;
    rita.presses("Mark these 3 as filed").await;
    rita.sees("3 messages marked as filed");
    assert_eq!(world.count(NOT_FILED).await, 0);
    let mut harry = world.signed_in(world.harry).await;
    harry.opens(paths::sent_one(mary.referral)).await;
    harry.is_answered(404);
}

const NOT_FILED: &str = "select count(*) from practice_message
    where scheme_id = $1 and filed_at is null and stage <> 'received'";

async fn the_manager_sees_how_long_it_took(world: &World) {
    let mut mo = world.signed_in(world.mo).await;
    mo.opens("/team").await;
    // Taken on the day she came, met on the third working day after it.
    mo.sees("Until taken on median 0, 90th centile 0 working days (n = 1)");
    mo.sees("Until first seen median 3, 90th centile 3 working days (n = 1)");
    mo.sees("nobody waits");
}

async fn the_guardian_sees_who_looked(world: &World, mary: Somebody) {
    let mut grace = world.signed_in(world.grace).await;
    grace.opens(format!("/audit/people/{}", mary.person)).await;
    grace.is_on("Who looked at this person");
    for who in ["Kay Ward", "Rita Shah"] {
        grace.sees(who);
    }
    for act in ["see a record", "see a sent referral", "close", "file"] {
        grace.sees(act);
    }
    grace.does_not_see("Harry Obi (").does_not_see("Thistle");
}

#[tokio::test]
async fn what_comes_back_stands_first_until_the_practice_says_it_was_read() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.refers(&omar()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await;
        kay.follows_in("KHAN, Omar", "Send back").await;
        kay.chooses("Lives outside the area")
            .fills(
                "What can the practice and the person do now?",
                "The Otley service takes people from there",
            )
            .chooses("Yes, they have been told");
        kay.presses("Send back").await;
        kay.opens("/today").await;
        kay.sees("1 referral you sent back is not acknowledged by its practice");
        rita.opens("/sent").await;
        rita.sees("Came back: read these first (1)");
        rita.sees("The Otley service takes people from there");
        rita.presses("We have read this").await;
        rita.sees("Read by Rita Shah");
        rita.opens("/sent").await.does_not_see("read these first");
        kay.opens("/today").await.sees("Nothing needs you now.");
    }
}
