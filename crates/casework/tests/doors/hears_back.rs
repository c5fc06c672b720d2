//! The practice hears back.

use kith_base::{Id, Refusal};
use kith_casework::{
    contact::{Answer, Purpose},
    paths,
    person::Details,
    referral::{Act, DeclineReason, Referral},
};
use kith_testkit::{World, mary};

use crate::program;

#[tokio::test]
async fn the_practice_reads_each_message_until_closed() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let referral = rita.refers(&mary()).await;
        let path = format!("/sent/{referral}");
        rita.opens(&path)
            .await
            .sees("Received")
            .sees("Social prescribing service, Service");
        world
            .does(world.kay, referral, Act::Take(world.kay.id))
            .await;
        passes(&world);
        world
            .meets(
                world.kay,
                referral,
                Purpose::Assess,
                None,
                Some(Answer::Yes),
            )
            .await;
        rita.opens(&path)
            .await
            .sees("First seen on 24 November 2026.")
            .sees("871731000000106")
            .sees("Kay Ward, Link worker")
            .sees("What the practice needs to do: Nothing");
        passes(&world);
        world
            .meets(
                world.kay,
                referral,
                Purpose::Connect,
                Some("the Tuesday lunch club"),
                None,
            )
            .await;
        rita.opens(&path)
            .await
            .sees("Connected to the Tuesday lunch club.");
        passes(&world);
        world.closes(world.kay, referral).await;
        rita.opens(&path)
            .await
            .sees("In the person's words: I go out on Tuesdays now")
            .sees("Closed");
        // The code was written once.
        let coded =
            "select count(*) from practice_message where scheme_id = $1 and code is not null";
        assert_eq!(world.count(coded).await, 1);
        // A mail for each message but the first, which the practice just read.
        let mails = "select count(*) from outbox where scheme_id = $1 and kind = 'message.practice' and body not like '%Thistle%'";
        assert_eq!(world.count(mails).await, 3);
        rita.opens("/sent?show=ended").await.sees("THISTLE, Mary");
        rita.opens("/sent?show=in_progress")
            .await
            .does_not_see("THISTLE")
            .sees("No referral is in this state");
        let looks = "select count(*) from audit where scheme_id = $1 and action = 'see a sent referral' and person_id is not null";
        assert_eq!(world.count(looks).await, 5);
    }
}

/// A few minutes pass: less than a session lasts without being used.
fn passes(world: &World) {
    world.app.clock.set(world.now().plus_seconds(300));
}

async fn comes_back(world: &World, referral: Id<Referral>) {
    let decline = Act::Decline {
        reason: DeclineReason::OutOfArea,
        next: "The service in Otley takes people from there"
            .parse()
            .expect("a line"),
        person_knows: true,
    };
    world.does(world.mo, referral, decline).await;
}

#[tokio::test]
async fn a_declined_referral_comes_first_until_somebody_says_they_read_it() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let referral = rita.refers(&mary()).await;
        comes_back(&world, referral).await;
        rita.opens("/sent")
            .await
            .sees("Came back: read these first (1)")
            .sees("Lives outside the area")
            .sees("The service in Otley takes people from there")
            .sees("Read why it came back");
        rita.presses("We have read this")
            .await
            .sees("Marked as read")
            .sees("Read by Rita Shah, 24 November 2026, 10:00");
        rita.opens("/sent").await.does_not_see("read these first");
        let kept =
            "select count(*) from audit where scheme_id = $1 and action = 'acknowledge a message'";
        assert_eq!(world.count(kept).await, 1);
    }
}

#[tokio::test]
async fn what_came_back_and_nobody_read_for_three_working_days_asks_somebody_to_ring() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let referral = rita.refers(&mary()).await;
        comes_back(&world, referral).await;
        let tasks = "select count(*) from task where scheme_id = $1 and kind = 'not_read'
            and owner_id is null and what like 'Nobody at Riverside Surgery has read that referral %'";
        // Tuesday until Friday noon is three working days.
        for (days, found) in [(1, 0), (1, 0), (1, 1), (1, 1)] {
            world.passes_days(days);
            chases(&world).await;
            assert_eq!(world.count(tasks).await, found, "{}", world.now());
        }
    }
}

#[tokio::test]
async fn what_was_read_is_not_asked_after() {
    let world = World::smallest(program).await;
    let mut rita = world.signed_in(world.rita).await;
    let referral = rita.refers(&mary()).await;
    comes_back(&world, referral).await;
    rita.opens("/sent").await.presses("We have read this").await;
    world.passes_days(9);
    assert_eq!(chases(&world).await, 0);
}

#[tokio::test]
async fn a_practice_that_was_rung_or_whose_referral_goes_on_is_not_waited_for() {
    for world in World::small(program).await {
        let waits = "1 referral you sent back is not acknowledged by its practice";
        let sends_back = async |details: Details| {
            let somebody = world.takes_on(world.kay, &details).await;
            let decline = Act::Decline {
                reason: DeclineReason::OutOfArea,
                next: "Ask the council".parse().expect("a line"),
                person_knows: true,
            };
            world.does(world.kay, somebody.referral, decline).await;
            somebody.referral
        };
        sends_back(mary()).await;
        world.passes_days(6);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/today").await.sees(waits);
        assert_eq!(chases(&world).await, 1);
        // Mo rings: the practice has heard.
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/tasks").await.presses("Tick off").await;
        kay.opens("/today").await.does_not_see(waits);
        // What is reopened goes on, and nobody has to read that it came back.
        let other = sends_back(kith_testkit::omar()).await;
        kay.opens("/today").await.sees(waits);
        kay.opens(paths::reopen(other)).await;
        kay.fills("Why are you reopening it?", "She rang us")
            .presses("Reopen the referral")
            .await;
        kay.opens("/today").await.does_not_see(waits);
        world.passes_days(9);
        assert_eq!(chases(&world).await, 0);
    }
}

async fn chases(world: &World) -> u64 {
    let work = kith_base::WorkingDays::default();
    let now = world.now();
    world
        .db
        .act(async |tx| kith_casework::message::chase::chase(tx, world.scheme, &work, now).await)
        .await
        .expect("the job goes through")
}

#[tokio::test]
async fn another_practice_sees_and_answers_nothing() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let referral = rita.refers(&mary()).await;
        comes_back(&world, referral).await;
        let mut harry = world.signed_in(world.harry).await;
        harry
            .opens("/sent")
            .await
            .sees("Your practice has not referred anybody yet")
            .does_not_see("THISTLE");
        harry
            .opens(format!("/sent/{referral}"))
            .await
            .is_answered(404)
            .does_not_see("THISTLE");
        let foreign = harry.words();
        let nobody: Id<Referral> = Id::new(world.now());
        harry
            .opens(format!("/sent/{nobody}"))
            .await
            .is_answered(404);
        assert_eq!(harry.words(), foreign);
        let actor = world.actor(world.harry).await;
        let ids = "select id from practice_message where scheme_id = $1 order by id";
        let refused = world
            .db
            .act(async |tx| {
                let all: Vec<Id<kith_casework::message::Message>> =
                    kith_db::on!(tx, c => sqlx::query_scalar(ids).bind(world.scheme).fetch_all(c))?;
                kith_casework::message::actions::file(tx, &actor, &all).await
            })
            .await
            .unwrap_err();
        assert!(
            matches!(refused, kith_db::Failure::Refused(refusal) if refusal == Refusal::not_found())
        );
    }
}

#[tokio::test]
async fn a_long_list_goes_on_to_the_next_page_without_a_name_in_its_address() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        for nth in 0..51u32 {
            let day = kith_base::Day::from_epoch_days(i64::from(nth) * 3);
            rita.opens("/refer").await;
            rita.describes("Mary", &format!("Person{}", letters(nth)), &day.to_string());
            rita.says_why("Yes");
            rita.presses("Send referral").await.is_on("Referral sent");
            world.app.clock.set(world.now().plus_seconds(1));
        }
        rita.opens("/sent")
            .await
            .sees(&format!("PERSON{}", letters(50).to_uppercase()));
        rita.does_not_see("PERSONAA,")
            .follows("Older referrals")
            .await;
        rita.sees("PERSONAA,").does_not_see("Older referrals");
        assert!(
            !rita.path().to_lowercase().contains("person"),
            "{}",
            rita.path()
        );
    }
}

fn letters(nth: u32) -> String {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).expect("a letter"));
    [letter(nth / 26), letter(nth)].iter().collect()
}

#[tokio::test]
async fn what_came_back_and_what_is_not_filed_stands_where_the_practice_begins() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let referral = rita.refers(&mary()).await;
        rita.opens("/refer").await.does_not_see("came back");
        comes_back(&world, referral).await;
        rita.opens("/refer")
            .await
            .sees("1 message is not filed")
            .follows("1 referral came back: read why")
            .await
            .presses("We have read this")
            .await;
        rita.opens("/refer")
            .await
            .does_not_see("came back: read why")
            .follows("1 message is not filed")
            .await
            .presses("Mark as filed")
            .await;
        rita.opens("/refer").await.does_not_see("not filed");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/refer").await.does_not_see("not filed");
    }
}

#[tokio::test]
async fn a_practice_finds_its_own_referrals_by_name_number_and_reference() {
    for world in World::small(program).await {
        let mut harry = world.signed_in(world.harry).await;
        harry.refers(&mary()).await;
        let mut rita = world.signed_in(world.rita).await;
        let looks = "select count(*) from audit where scheme_id = $1 and action = 'search for people' and outcome = 'done'";
        let finds = async |rita: &mut kith_testkit::Browser, typed: &str| {
            rita.opens("/sent").await.fills("Find a referral", typed);
            rita.presses("Find").await;
        };
        for (at, typed) in ["Thistle", &crate::number(1)].into_iter().enumerate() {
            finds(&mut rita, typed).await;
            rita.is_answered(200)
                .sees("None of your practice's referrals fits")
                .does_not_see("THISTLE, Mary");
            assert_eq!(world.count(looks).await, at as i64 + 1);
        }
        // The number is doubted now, because another practice gave it before:
        // she is found by it all the same.
        rita.refers(&mary()).await;
        let words = rita.words();
        let reference = words
            .split_once("ref ")
            .map(|(_, rest)| rest[..11].to_owned())
            .unwrap();
        let small = reference.replace('-', "").to_lowercase();
        for typed in [
            "thistel mary",
            "03/05/1951",
            &crate::number(1),
            &reference,
            &small,
        ] {
            finds(&mut rita, typed).await;
            rita.is_answered(200).sees("THISTLE, Mary");
            assert!(!rita.path().contains("his"), "no name stands in an address");
        }
        rita.follows("THISTLE, Mary").await.sees(&reference);
        finds(&mut rita, "Nettle").await;
        rita.sees("None of your practice's referrals fits")
            .follows("See everything you sent")
            .await;
        rita.presses("Find")
            .await
            .is_answered(422)
            .sees("Enter a name or a reference");
    }
}

#[tokio::test]
async fn somebody_who_comes_again_after_closing_is_coded_once_in_the_episode() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        let referral = rita.refers(&mary()).await;
        let (assess, yes) = (Purpose::Assess, Some(Answer::Yes));
        world
            .does(world.kay, referral, Act::Take(world.kay.id))
            .await;
        world.meets(world.kay, referral, assess, None, yes).await;
        let accepted = "select count(*) from practice_message where scheme_id = $1 and code = '871731000000106'";
        assert_eq!(world.count(accepted).await, 1);
        world.closes(world.kay, referral).await;
        world.does(world.kay, referral, Act::Reopen).await;
        world
            .does(world.kay, referral, Act::Take(world.kay.id))
            .await;
        world.meets(world.kay, referral, assess, None, yes).await;
        let told = "select count(*) from practice_message where scheme_id = $1 and words like 'The person has said yes%'";
        assert_eq!(world.count(told).await, 1, "they said yes again");
        assert_eq!(world.count(accepted).await, 1, "and it is coded once");
    }
}

#[tokio::test]
async fn only_a_no_of_the_person_carries_the_declined_code() {
    for world in World::small(program).await {
        for (reason, coded) in [("Lives outside the area", 0), ("The person said no", 1)] {
            let somebody = kith_testkit::named("Mary", if coded == 0 { "Far" } else { "No" });
            let referral = world.refers(world.rita, &somebody).await.referral;
            let mut kay = world.signed_in(world.kay).await;
            kay.opens(format!("/referrals/{referral}/decline")).await;
            kay.chooses(reason)
                .fills("What can the practice and the person do now?", "Nothing")
                .chooses("Yes, they have been told")
                .presses("Send back")
                .await
                .sees("Sent back");
            let declined = "select count(*) from practice_message where scheme_id = $1 and stage = 'declined' and code = '871711000000103'";
            assert_eq!(world.count(declined).await, coded, "{reason}");
        }
        let any = "select count(*) from practice_message where scheme_id = $1 and code is not null";
        assert_eq!(world.count(any).await, 1);
    }
}
