//! A meeting is booked, moved and called off, and stands on its day.

use kith_base::Day;
use kith_casework::{contact::Purpose, paths};
use kith_testkit::{Browser, Somebody, World, mary, omar};

use crate::program;

async fn met(world: &World, details: &kith_casework::person::Details) -> Somebody {
    let somebody = world.takes_on(world.kay, details).await;
    let yes = Some(kith_casework::contact::Answer::Yes);
    world
        .meets(world.kay, somebody.referral, Purpose::Assess, None, yes)
        .await;
    somebody
}

/// Books somebody for a day by the page of the next step.
async fn books(kay: &mut Browser, who: Somebody, on: Day, how: &str, at: &str) {
    kay.opens(paths::next(who.referral)).await;
    kay.fills_date("Date of the next step", &on.to_string())
        .chooses_in("How will you meet?", how)
        .fills("Time", at);
    kay.presses("Set the next step").await.sees("Next step set");
}

fn place(page: &str, words: &str) -> usize {
    page.find(words).unwrap_or_else(|| panic!("no {words}"))
}

#[tokio::test]
async fn todays_contacts_stand_in_order_of_time_with_how_to_reach_each() {
    for world in World::small(program).await {
        let (mary, omar) = (met(&world, &mary()).await, met(&world, &omar()).await);
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.follows("Book").await.sees("What comes next?");
        books(&mut kay, mary, today, "Telephone", "2.30pm").await;
        books(&mut kay, omar, today, "Home visit", "9am").await;
        let page = kay.words();
        assert!(place(&page, "09:00") < place(&page, "14:30"), "{page}");
        kay.sees("01632960982").does_not_see("1 Harbour Street");
        kay.sees("Place not agreed yet");
        kay.sees("2 meetings").does_not_see("Same time");
    }
}

#[tokio::test]
async fn two_at_the_same_time_are_said_and_not_refused() {
    for world in World::small(program).await {
        let (mary, omar) = (met(&world, &mary()).await, met(&world, &omar()).await);
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        books(&mut kay, mary, today, "Telephone", "11am").await;
        kay.does_not_see("somebody else at the same time");
        books(&mut kay, omar, today, "Telephone", "11:00").await;
        kay.sees("You meet somebody else at the same time");
        assert_eq!(kay.words().matches("Same time").count(), 2);
    }
}

#[tokio::test]
async fn a_meeting_is_moved_and_called_off_and_the_record_says_what_was_planned() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        books(&mut kay, mary, today, "Telephone", "11am").await;
        kay.follows("Move").await.sees("What comes next?");
        kay.fills_date("Date of the next step", &today.plus_days(1).to_string());
        kay.presses("Set the next step").await;
        kay.sees("No contact is booked for today.");
        kay.follows(&today.plus_days(1).weekday()).await;
        kay.sees("11:00").follows("Move").await;
        kay.presses("Call it off: nothing is planned").await;
        let was = format!("Telephone, {} at 11:00", today.plus_days(1).as_uk_date());
        kay.sees("Called off").sees(&was);
        kay.opens(paths::today()).await;
        kay.sees("Nothing planned")
            .does_not_see("Everybody has a next step.");
        kay.opens(paths::person(mary.person)).await;
        kay.sees(&format!("Next: {was}"))
            .sees("Next: nothing planned, looked at again on");
    }
}

#[tokio::test]
async fn what_was_called_off_by_mistake_is_back_with_one_press_as_it_was() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let day = world.now().day().plus_days(1);
        let mut kay = world.signed_in(world.kay).await;
        books(&mut kay, mary, day, "Face to face", "11am").await;
        kay.opens(paths::next(mary.referral)).await;
        kay.fills("What comes next?", "Look at the forms")
            .fills("Place", "The library");
        kay.presses("Set the next step").await;
        kay.opens(paths::next(mary.referral)).await;
        kay.presses("Call it off: nothing is planned").await;
        let was = format!(
            "Called off: Look at the forms, {} at 11:00, face to face",
            day.as_uk_date()
        );
        kay.sees(&was);
        kay.presses("Undo: book it again as it was")
            .await
            .sees("Booked again as it was")
            .sees("11:00")
            .sees("Look at the forms")
            .sees("The library");
        // A second press of the same button is the same press.
        kay.presses_again().await;
        kay.sees("Booked again as it was");
        let left = "select count(*) from called_off where scheme_id = $1";
        assert_eq!(world.count(left).await, 0);
        kay.opens(paths::next(mary.referral))
            .await
            .does_not_see("Undo");
    }
}

#[tokio::test]
async fn what_happened_since_is_not_undone_with_the_calling_off() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        books(&mut kay, mary, today, "Telephone", "11am").await;
        kay.opens(paths::next(mary.referral)).await;
        kay.presses("Call it off: nothing is planned").await;
        kay.sees("Undo: book it again as it was");
        // In another window she books something else.
        let mut other = world.signed_in(world.kay).await;
        books(&mut other, mary, today.plus_days(2), "Video", "2pm").await;
        kay.presses("Undo: book it again as it was")
            .await
            .is_answered(409)
            .sees("What was called off can no longer be brought back");
        other
            .opens(paths::day(today.plus_days(2)))
            .await
            .sees("14:00");
        other.opens(paths::next(mary.referral)).await;
        other.presses("Call it off: nothing is planned").await;
        world.passes_days(3);
        let mut later = world.signed_in(world.kay).await;
        later
            .opens(paths::next(mary.referral))
            .await
            .does_not_see("Undo");
    }
}

#[tokio::test]
async fn a_place_that_was_hidden_since_does_not_come_back() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        books(&mut kay, mary, today, "Face to face", "11am").await;
        kay.opens(paths::next(mary.referral)).await;
        kay.fills("Place", "The mill")
            .presses("Set the next step")
            .await;
        kay.opens(paths::next(mary.referral)).await;
        kay.presses("Call it off: nothing is planned").await;
        world
            .marks(
                mary.person,
                "update person set location_sensitive = $3 where scheme_id = $1 and id = $2",
            )
            .await;
        kay.presses("Undo: book it again as it was")
            .await
            .sees("11:00")
            .does_not_see("The mill");
        let kept = "select count(*) from referral where scheme_id = $1 and next_place is not null";
        assert_eq!(world.count(kept).await, 0);
    }
}

#[tokio::test]
async fn who_has_nothing_planned_is_booked_in_the_row() {
    for world in World::small(program).await {
        met(&world, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await;
        let today = world.now().day();
        kay.picks("How", "Video").fills("Day", &today.to_string());
        kay.fills("Time", "15:45");
        kay.presses("Book this").await.sees("Next step set");
        kay.sees("15:45").sees("Everybody has a next step.");
        kay.opens(paths::day(today.plus_days(-3)))
            .await
            .is_on("24 November 2026 – Today");
        kay.opens(paths::day("somewhen"))
            .await
            .is_on("24 November 2026 – Today");
    }
}

#[tokio::test]
async fn two_buttons_of_a_row_are_not_one_press() {
    for world in World::small(program).await {
        met(&world, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await;
        kay.presses("In 1 week").await.sees("Next step set");
        // Twice the same is once.
        kay.presses_again().await;
        kay.sees("Next step set");
        let week = today.plus_days(7);
        kay.opens(paths::day(week)).await.sees("Get in touch");
        // Back on the page as it was, she presses the other button.
        world.passes_days(14);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await;
        kay.presses("In 1 week").await.sees("Next step set");
        kay.goes_back();
        kay.presses("Next working day")
            .await
            .is_answered(409)
            .sees("The next step was set from this page already");
        kay.opens(paths::today()).await.sees("No step is due.");
    }
}

#[tokio::test]
async fn a_time_without_a_way_to_meet_and_a_day_gone_by_are_refused_by_field() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::next(mary.referral)).await;
        kay.fills("What comes next?", "See the flat")
            .fills_date("Date of the next step", &today.to_string())
            .fills("Time", "9am");
        kay.presses("Set the next step").await.is_answered(422);
        kay.sees("Select how you will meet, or empty the time and the place");
        kay.fills_date("Date of the next step", &today.plus_days(-1).to_string());
        kay.presses("Set the next step").await.is_answered(422);
        kay.sees("Date of the next step must be today or in the future");
        kay.fills("What comes next?", "")
            .fills_date("Date of the next step", &today.to_string())
            .fills("Time", "");
        kay.presses("Set the next step").await.is_answered(422);
        kay.sees("Enter what comes next");
    }
}

#[tokio::test]
async fn the_note_books_the_next_meeting_too() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Plan")
            .chooses("In a week")
            .chooses_in("How will you meet next?", "Face to face")
            .fills("Time of the next meeting", "10:15")
            .fills("Place of the next meeting", "The library");
        kay.presses("Save note").await;
        let week = world.now().day().plus_days(7);
        kay.sees(&format!(
            "Face to face, {} at 10:15, The library",
            week.as_uk_date()
        ));
        kay.opens(paths::plan(mary.person)).await;
        kay.sees("at 10:15").does_not_see("The library");
        kay.opens(paths::day(week)).await.sees("The library");
    }
}

#[tokio::test]
async fn a_hidden_place_stands_on_no_day_and_no_place_is_planned_with_its_person() {
    for world in World::small(program).await {
        let mary = met(&world, &mary()).await;
        let today = world.now().day();
        let mut kay = world.signed_in(world.kay).await;
        books(&mut kay, mary, today, "Face to face", "11am").await;
        kay.opens(paths::next(mary.referral)).await;
        kay.fills("Place", "The mill")
            .presses("Set the next step")
            .await;
        kay.sees("The mill");
        world
            .marks(
                mary.person,
                "update person set location_sensitive = true where scheme_id = $1 and id = $2",
            )
            .await;
        kay.opens(paths::today()).await;
        kay.sees("Location hidden: ask").does_not_see("The mill");
        kay.opens(paths::person(mary.person))
            .await
            .does_not_see("The mill");
        kay.opens(paths::next(mary.referral))
            .await
            .does_not_see("The mill");
        kay.fills("Place", "The barn")
            .presses("Set the next step")
            .await;
        kay.is_answered(422)
            .sees("Leave the place empty: where this person is is hidden");
    }
}
