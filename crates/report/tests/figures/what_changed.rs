//! What changed, from the files to the page.

use kith_report::{
    gathered::{FileKind, store::Contacts},
    paths,
};
use kith_testkit::World;

use super::made::{After, Town, bring_saying, build, made, program, reads, scores};

/// Two practices: enough to describe.
const SMALL: Town = Town {
    practices: 2,
    referred: 15,
    others: 20,
    months: 3,
    after: After::Fewer,
};

#[tokio::test]
async fn nothing_yet_says_the_one_next_thing_to_each() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures")
            .await
            .follows("What changed")
            .await
            .is_on("What changed")
            .sees("No GP contacts and no wellbeing scores have been brought in yet")
            .sees("Bring in a file");
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/figures/changed")
            .await
            .sees("Riverside Surgery")
            .sees("Bring in a file");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/figures/changed")
            .await
            .sees("0 people of one link worker are too few to show (at least 20)")
            .does_not_see("Make this reading");
    }
}

#[tokio::test]
async fn few_people_and_practices_are_described_and_nothing_is_claimed() {
    for world in World::small(program).await {
        let lists = build(&world, SMALL).await;
        scores(&world, &lists[0].1, 100).await;
        let mut mo = reads(&world, world.mo, "/figures/changed").await;
        mo.sees("GP contacts around the referral")
            .sees("People came to us at a busy time with their GP")
            .sees("We cannot tell what our work did to GP contacts")
            .sees("2 practices are too few for an interval; at least 6 are needed")
            .sees("What would be needed: GP contacts of at least 6 practices")
            .sees("at least 100 are needed to compare")
            .sees("Kind of contact Appointment with a GP")
            .sees("More or fewer contacts is neither good nor bad by itself")
            .sees("Mental wellbeing (SWEMWBS, raw total)")
            .sees("about 30 people")
            .sees("a contact is: an appointment somebody came to")
            .sees("None was fixed beforehand: everything here is exploratory")
            .sees("Hash of the question (SHA-256)")
            .does_not_see("Effect withheld");
        mo.follows("A GP")
            .await
            .sees("Contacts went from")
            .sees("No effect is claimed");
        mo.follows("A researcher")
            .await
            .sees("R3: 2 practices are too few")
            .sees("Effect withheld");
    }
}

#[tokio::test]
async fn a_practice_sees_its_own_and_a_link_worker_their_own() {
    for world in World::small(program).await {
        let lists = build(&world, SMALL).await;
        scores(&world, &lists[0].1, 100).await;
        let own = paths::changed_practice(world.riverside);
        let mut rita = reads(&world, world.rita, &own).await;
        rita.sees("There is one practice only")
            .sees("about 15 people")
            .sees("Mental wellbeing (SWEMWBS, raw total)")
            .sees("Wellbeing scores; of")
            .does_not_see("Hillside Practice");
        rita.opens(paths::changed_practice(world.hillside))
            .await
            .is_answered(404);
        rita.opens(paths::changed_worker(world.kay.id))
            .await
            .is_answered(404);
        rita.opens("/figures/question")
            .await
            .is_on("Riverside Surgery – What changed");
        let mut harry = world.signed_in(world.harry).await;
        harry.opens(&own).await.is_answered(404);
        // Kay has thirty people, Sam none.
        let mut kay = reads(&world, world.kay, &paths::changed_worker(world.kay.id)).await;
        kay.sees("GP contacts around the referral")
            .sees("about 30 people");
        kay.opens(paths::changed_worker(world.sam.id))
            .await
            .is_answered(404);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/changed")
            .await
            .follows("Sam Bright")
            .await
            .sees("too few to show (at least 20)")
            .sees("What would be needed: At least 20 people of this link worker");
        mo.opens(&own).await.sees("about 15 people");
        for nobody in [world.ada, world.grace] {
            let mut browser = world.signed_in(nobody).await;
            browser.opens("/figures/changed").await.is_answered(403);
        }
    }
}

#[tokio::test]
async fn a_reading_stays_as_it_was_read() {
    for world in World::small(program).await {
        let lists = build(&world, SMALL).await;
        let mut mo = reads(&world, world.mo, "/figures/changed").await;
        mo.sees("No wellbeing scores of these people have been brought in");
        scores(&world, &lists[0].1, 100).await;
        world.passes_hours(24);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/changed")
            .await
            .presses("Make a new reading")
            .await
            .sees("A reading is being made: 0 of 4 steps are done");
        assert_eq!(made(&world).await, 1);
        assert_eq!(made(&world).await, 0);
        mo.opens("/figures/changed")
            .await
            .sees("Mental wellbeing (SWEMWBS, raw total)")
            .follows("24 November 2026, 10:00")
            .await
            .is_on("What changed, as it was read")
            .sees("No wellbeing scores of these people have been brought in");
    }
}

#[tokio::test]
async fn a_question_is_fixed_before_the_data_are_read_and_then_answered() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/question")
            .await
            .presses("Fix this question")
            .await
            .is_answered(422)
            .sees("Select what will answer it");
        mo.fills("The question", "Do people see their GP less often?")
            .picks(
                "What will answer it",
                "GP contacts, against similar people not referred",
            )
            .presses("Fix this question")
            .await
            .sees("The question is fixed")
            .sees("A question is fixed. Bring in the data, then have it read.");
        build(&world, SMALL).await;
        mo.opens("/figures/changed")
            .await
            .sees("Do people see their GP less often?")
            .presses("Read the answer to the fixed question")
            .await;
        made(&world).await;
        mo.opens("/figures/changed").await
            .sees("Do people see their GP less often? Answered by: GP contacts, against similar people not referred")
            .does_not_see("This was not the question fixed beforehand")
            .does_not_see("had been read before the question was fixed");
        // A question fixed after these files were read is not fixed beforehand.
        world.passes_hours(1);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/question")
            .await
            .fills("The question", "And again?")
            .picks(
                "What will answer it",
                "GP contacts, against similar people not referred",
            )
            .presses("Fix this question")
            .await;
        mo.opens("/figures/changed")
            .await
            .presses("Read the answer to the fixed question")
            .await;
        made(&world).await;
        mo.opens("/figures/changed")
            .await
            .sees("had been read before the question was fixed");
    }
}

#[tokio::test]
async fn a_definition_that_changed_is_refused_by_name() {
    for world in World::small(program).await {
        let lists = build(&world, SMALL).await;
        let another = Contacts {
            from: "2026-10".parse().unwrap(),
            until: "2026-10".parse().unwrap(),
            definition: "an appointment somebody came to".parse().unwrap(),
            code_set: "SNOMED 2026".parse().unwrap(),
            supplier: "EMIS 11".parse().unwrap(),
        };
        world.passes_hours(1);
        let row = format!(
            "NHS number,Date,Kind\n{},2026-10-05,telephone\n",
            &*lists[0].1[0].number
        );
        bring_saying(
            &world,
            FileKind::GpContacts,
            Some(world.riverside),
            Some(another),
            row,
        )
        .await;
        let mut mo = reads(&world, world.mo, "/figures/changed").await;
        mo.sees("The code set of Riverside Surgery")
            .sees("changed inside the window")
            .does_not_see("Contacts went from");
    }
}

#[tokio::test]
async fn too_few_second_scores_give_bounds_alone() {
    for world in World::small(program).await {
        let lists = build(
            &world,
            Town {
                practices: 1,
                referred: 60,
                others: 0,
                months: 1,
                after: After::Fewer,
            },
        )
        .await;
        scores(&world, &lists[0].1, 30).await;
        let mut mo = reads(&world, world.mo, "/figures/changed").await;
        mo.sees("There is nobody to compare with")
            .sees("That is too few to say how people changed")
            .sees("What would be needed: A second score of at least 60 of every 100");
    }
}

#[tokio::test]
async fn enough_people_and_practices_are_compared() {
    for world in World::small(program).await {
        build(
            &world,
            Town {
                practices: 8,
                referred: 15,
                others: 30,
                months: 3,
                after: After::Fewer,
            },
        )
        .await;
        let mut mo = reads(&world, world.mo, "/figures/changed").await;
        mo.sees("fewer GP contacts a year than similar people not referred")
            .sees("That is neither good nor bad by itself")
            .sees("Referred against others at the same peak")
            .follows("A GP")
            .await
            .sees("contacts per person-year against similar patients at the same peak");
    }
}

#[tokio::test]
async fn what_fits_a_fall_and_a_rise_is_too_uncertain_to_say() {
    for world in World::small(program).await {
        build(
            &world,
            Town {
                practices: 8,
                referred: 15,
                others: 30,
                months: 3,
                after: After::Anything,
            },
        )
        .await;
        let mut mo = reads(&world, world.mo, "/figures/changed").await;
        mo.sees("Too uncertain to say: anything from")
            .sees("What would be needed: About")
            .does_not_see("fewer GP contacts a year");
    }
}
