//! The whole way of the figures through the pages: the manager fixes a
//! question, a practice brings its list and contacts, the manager brings scores
//! and counts, each reads the answer in their words, and a file that was wrong
//! is taken out again.

use kith_testkit::{Browser, World};

use super::made::{After, Town, contacts, made, people, program, register, scores_file};

const TOWN: Town = Town {
    practices: 1,
    referred: 40,
    others: 20,
    months: 3,
    after: After::Fewer,
};
const COUNTS: &str = "Dimension,Group,People\nage,50 to 64,2000\nage,65 to 79,2000\nage,80 and over,500\nage,not recorded,10\n";

/// Has a file read, and confirms it.
async fn brings(browser: &mut Browser, name: &str, text: String, rows: usize) -> String {
    browser
        .attaches("File", name, text)
        .presses("Read the file")
        .await
        .sees("Nothing of this file counts yet")
        .sees("Rows refused 0")
        .presses(&format!("Count these {rows} rows"))
        .await
        .sees("This file counts.");
    browser.path().to_owned()
}

/// The practice brings its list and its contacts.
async fn practice_brings(world: &World, lists: &[super::made::One]) {
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/figures").await.follows("Files").await;
    rita.follows("Bring a file in").await;
    rita.follows("Who is registered at a practice")
        .await
        .fills_date("When was the list made?", "2026-11-20");
    brings(&mut rita, "list.csv", register(lists), lists.len()).await;
    let text = contacts(lists, TOWN);
    let rows = text.lines().count() - 1;
    rita.opens("/figures/files/new/gp_contacts")
        .await
        .fills("First month the file covers", "July 2024")
        .fills("Last month the file covers", "October 2026")
        .fills("What counts as a contact in this file?", "Any consultation")
        .fills("Code set", "SNOMED CT 2026")
        .fills("System and version", "Surgery system 4");
    brings(&mut rita, "contacts.csv", text, rows).await;
}

async fn reads(world: &World, browser: &mut Browser, button: &str) {
    browser
        .opens("/figures/changed")
        .await
        .presses(button)
        .await
        .sees("The reading is being made")
        .sees("0 of 4 steps are done")
        .does_not_see("Nothing has been read yet");
    made(world).await;
    browser.opens("/figures/changed").await.sees("Read on");
}

#[tokio::test]
async fn from_the_question_to_the_answer_and_back() {
    for world in World::small(program).await {
        let town = people(&world, TOWN).await;
        let everybody = &town[0].1;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/changed")
            .await
            .follows("Fix a question before the data are read")
            .await
            .fills("The question", "Do people feel better?")
            .picks(
                "What will answer it",
                "Mental wellbeing (SWEMWBS, raw total)",
            )
            .presses("Fix this question")
            .await;
        practice_brings(&world, everybody).await;
        let scores = scores_file(everybody, 90);
        let rows = scores.lines().count() - 1;
        mo.opens("/figures/files/new/scores").await;
        let of_scores = brings(&mut mo, "scores.csv", scores.clone(), rows).await;
        mo.opens("/figures/files/new/population")
            .await
            .fills_date("What day are the counts of?", "2026-10-31");
        let of_counts = brings(&mut mo, "area.csv", COUNTS.to_owned(), 4).await;

        reads(&world, &mut mo, "Read the answer to the fixed question").await;
        mo.sees("Do people feel better? Answered by: Mental wellbeing (SWEMWBS, raw total)")
            .sees("improved by more than the noise of the score")
            .sees("had no second score: we do not know about them")
            .sees("More than the noise of the score: a change of at least")
            .sees("There is one practice only");
        let mut kay = world.signed_in(world.kay).await;
        reads(&world, &mut kay, "Make this reading").await;
        kay.sees("this chart cannot show what you did");
        // Everybody referred was referred more than a year ago.
        mo.opens("/figures/reach")
            .await
            .sees("Nobody was referred in the last twelve months");

        world.passes_hours(1);
        let mut mo = world.signed_in(world.mo).await;
        takes_out(&world, &mut mo, &of_scores, &of_counts).await;
        // What was taken out can come in again.
        mo.opens("/figures/files/new/scores").await;
        brings(&mut mo, "scores.csv", scores, rows).await;
    }
}

/// The files of scores and of counts are taken out, and a new reading is
/// without them; the one before stays as it was read.
async fn takes_out(world: &World, mo: &mut Browser, of_scores: &str, of_counts: &str) {
    for file in [of_scores, of_counts] {
        mo.opens(file)
            .await
            .presses("Undo: take this file out")
            .await
            .sees("The file is taken out");
        mo.opens(file)
            .await
            .sees("None of its rows are kept")
            .does_not_see("Undo");
    }
    reads(world, mo, "Make a new reading").await;
    mo.sees("No wellbeing scores of these people have been brought in")
        .follows("24 November 2026, 10:00")
        .await
        .is_on("What changed, as it was read")
        .sees("improved by more than the noise of the score");
}
