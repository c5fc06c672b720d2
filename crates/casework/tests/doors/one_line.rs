//! A practice refers somebody new in one line.

use kith_testkit::{World, mary};

use crate::{number, program, refers::close_for_good};

const PEOPLE: &str = "select count(*) from person where scheme_id = $1";
const REFERRALS: &str = "select count(*) from referral where scheme_id = $1";

/// Rita types who it is in one line, and what every referral says.
async fn types_one_line(world: &World, line: &str) -> kith_testkit::Browser {
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/refer").await.fills("NHS number", line);
    rita.says_why("Yes");
    rita.presses("Send referral").await;
    rita
}

#[tokio::test]
async fn somebody_new_is_referred_in_one_line_which_is_shown_back_first() {
    for world in World::small(program).await {
        let line = "KHAN, Aisha 03/05/51 LS1 4AP 07700 900 982";
        let mut rita = types_one_line(&world, line).await;
        rita.is_answered(200)
            .sees("Nothing is sent yet. Check what we read from your line")
            .sees("3 May 1951 (75 years)")
            .sees("none recorded")
            .sees("07700900982");
        assert_eq!(
            world.count(PEOPLE).await,
            0,
            "nothing is kept before the look"
        );
        rita.presses("This is right: send")
            .await
            .is_on("Referral sent");
        rita.sees("KHAN, Aisha");
        let kept = "select count(*) from person where scheme_id = $1 and given = 'Aisha' and family = 'KHAN'
            and postcode = 'LS1 4AP' and phone = '07700900982' and nhs_number is null";
        assert_eq!(world.count(kept).await, 1);
    }
}

#[tokio::test]
async fn what_was_read_wrongly_is_put_right_in_its_own_field() {
    for world in World::small(program).await {
        let line = format!("{} Maria Garcia Lopez 3 5 1951", number(2));
        let mut rita = types_one_line(&world, &line).await;
        rita.is_answered(200).sees(&number(2));
        rita.describes("Maria", "Garcia Lopez", "1951-05-03");
        rita.presses("This is right: send")
            .await
            .is_on("Referral sent")
            .sees("GARCIA LOPEZ, Maria")
            .sees(&number(2));
    }
}

#[tokio::test]
async fn what_cannot_be_read_in_the_line_is_named_and_every_character_kept() {
    for world in World::small(program).await {
        for (line, part) in [
            ("Aisha Khan 3 5 1951 ring the daughter", "ring the daughter"),
            ("Aisha Khan 31/2/1951", "31/2/1951"),
            ("Aisha Khan 3/5/24", "3/5/24"),
            ("Khan 3 5 1951", "Khan"),
            ("Aisha Khan 3 5 1951 943 476 5918", "943 476 5918"),
        ] {
            let mut rita = types_one_line(&world, line).await;
            rita.is_answered(422)
                .sees(&format!("We could not read \"{part}\""))
                .does_not_see("This is right: send");
            let kept = format!("value=\"{line}\"");
            assert!(rita.html().contains(&kept), "{line} is kept");
        }
        assert_eq!(world.count(REFERRALS).await, 0);
        // It is told with whatever else is wrong, not after it.
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer").await.fills("NHS number", "Khan");
        rita.presses("Send referral")
            .await
            .is_answered(422)
            .sees("We could not read \"Khan\"")
            .sees("Select what it is mainly about");
    }
}

#[tokio::test]
async fn one_line_without_all_that_is_needed_asks_for_the_rest_by_field() {
    for world in World::small(program).await {
        let mut rita = types_one_line(&world, "Aisha Khan").await;
        rita.is_answered(422)
            .sees("We do not have this person yet: enter their date of birth");
        rita.fills_date("Date of birth", "1951-05-03");
        rita.presses("Send referral").await.is_on("Referral sent");
        // Somebody too young is refused as in the fields of their own.
        let mut rita = types_one_line(&world, "Tom Khan 3 5 2015").await;
        rita.is_answered(422)
            .sees("This service is for people aged 18 and over");
        assert_eq!(world.count(PEOPLE).await, 1);
    }
}

#[tokio::test]
async fn one_line_and_the_fields_below_may_not_say_two_things() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/refer")
            .await
            .fills("NHS number", "Aisha Khan 3 5 1951")
            .fills("First name", "Aysha");
        rita.says_why("Yes");
        rita.presses("Send referral")
            .await
            .is_answered(422)
            .sees("The first name is another one in the details below");
        rita.fills("First name", "");
        rita.presses("Send referral")
            .await
            .is_answered(200)
            .presses("This is right: send")
            .await
            .is_on("Referral sent");
    }
}

#[tokio::test]
async fn one_line_about_somebody_known_is_held_against_the_record() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let first = rita.refers(&mary()).await;
        close_for_good(&world, first).await;
        // The number with how to reach them: the person is shown at the top.
        let mut rita = types_one_line(&world, &format!("{} 07700 900 001", number(1))).await;
        rita.is_answered(200).sees("THISTLE, Mary");
        rita.presses("This is the person: send")
            .await
            .is_on("Referral sent");
        close_for_good(&world, rita.named_id()).await;
        let mut rita = types_one_line(&world, &format!("Tom Khan 3 5 1951 {}", number(1))).await;
        rita.is_answered(422)
            .sees("This NHS number is recorded with another name or date of birth");
        assert_eq!(world.count(PEOPLE).await, 1);
    }
}
