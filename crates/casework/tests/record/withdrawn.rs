//! Somebody no longer agrees: whoever hears it writes it down, everything
//! stops that must, and nobody is left without a word.

use kith_base::Id;
use kith_casework::{
    paths,
    person::{Details, Person, store::Origin},
    referral::{
        Act, Agreed, Need, Sent, Source, Told,
        actions::{Who, refer},
    },
};
use kith_db::{Outcome, Tx, run};
use kith_testkit::{Browser, Somebody, Staff, World, mary};

use crate::program;

const QUEUED: &str =
    "select count(*) from outbox where scheme_id = $1 and person_id = $2 and state = 'queued'";
const CANCELLED: &str =
    "select count(*) from outbox where scheme_id = $1 and person_id = $2 and state = 'cancelled'";
const OPEN_ACTIONS: &str = "select count(*) from task where scheme_id = $1 and person_id = $2
    and kind = 'action' and done_at is null";
const UNFINISHED: &str = "select count(*) from referral where scheme_id = $1 and person_id = $2
    and state in ('waiting', 'taken', 'open', 'needs_worker')";
const WITHDRAWN: &str = "select count(*) from audit where scheme_id = $1 and person_id = $2
    and action = 'withdraw' and outcome = 'done'";
const BANNER: &str = "No longer agrees since";

/// Opens the form and fills in that the person said so today.
async fn hears_it(browser: &mut Browser, somebody: Somebody) {
    browser.opens(paths::withdraw(somebody.referral)).await;
    browser.chooses("The person");
}

async fn writes_it_down(browser: &mut Browser, somebody: Somebody) {
    hears_it(browser, somebody).await;
    browser.presses("End it and tell the practice").await;
}

/// Mary is referred again, by this door.
async fn referred_again(world: &World, by: Staff, source: Source, details: &Details) {
    let (terms, now, actor) = (world.terms(), world.now(), world.actor(by).await);
    let sent = Sent {
        source,
        practice: Some(world.riverside),
        referrer: Some(actor.account),
        referrer_name: "Rita Marsh".parse().expect("a name"),
        needs: vec![Need::Loneliness],
        why: None,
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
    };
    let sends = async |tx: &mut Tx| {
        let who = Who::Described(Box::new(details.clone()));
        refer(
            tx,
            &terms,
            Some(&actor),
            who,
            sent.clone(),
            Origin::default(),
            now,
        )
        .await
    };
    world.db.act(sends).await.expect("the referral is sent");
}

#[tokio::test]
async fn a_person_tells_their_link_worker_that_they_no_longer_agree() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Find out what matters")
            .chooses_in("Does the person want to work with you?", "Yes")
            .fills("Note", "She sings")
            .fills_in("Action 1", "What will be done", "Ring the choir");
        kay.presses("Save note").await.sees("Contact saved");
        let waiting = world.count_about(mary.person, QUEUED).await;
        assert!(waiting > 0, "the practice is to hear that she was seen");
        assert_eq!(world.count_about(mary.person, OPEN_ACTIONS).await, 1);

        kay.follows("No longer agrees").await;
        kay.sees("The person no longer agrees")
            .sees("A practice reads: \u{201c}Closed: The person no longer agrees.\u{201d}")
            .sees("A safeguarding concern about them goes on");
        kay.presses("End it and tell the practice").await;
        kay.is_answered(422).sees("Select who said so");
        kay.chooses("The person")
            .fills("What they said", "Too many strangers");
        kay.presses("End it and tell the practice").await;
        kay.is_on("Mary Thistle")
            .sees("Ended, because the person no longer agrees")
            .sees(BANNER)
            .sees("They said so themself on 24 November 2026: Too many strangers")
            .sees("She sings")
            .sees("Once they say yes again, refer them anew")
            .does_not_see("reopened under Referrals")
            .does_not_see("Reopen");

        // What waited is not sent, and one mail says that there is an answer.
        assert_eq!(world.count_about(mary.person, CANCELLED).await, waiting);
        assert_eq!(world.count_about(mary.person, QUEUED).await, 1);
        assert_eq!(world.count_about(mary.person, OPEN_ACTIONS).await, 0);
        assert_eq!(world.count_about(mary.person, WITHDRAWN).await, 1);
        let told = "select count(*) from task where scheme_id = $1 and person_id = $2
            and kind in ('tell_person', 'notice')";
        assert_eq!(world.count_about(mary.person, told).await, 0, "both know");
        let coded = "select count(*) from practice_message where scheme_id = $1
            and person_id = $2 and stage = 'closed' and code is not null";
        assert_eq!(world.count_about(mary.person, coded).await, 0);

        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::sent_one(mary.referral)).await;
        rita.sees("Closed: The person no longer agrees.")
            .sees("Ask the person before anybody refers them again")
            .does_not_see("Too many strangers")
            .does_not_see("They said so themself");
    }
}

#[tokio::test]
async fn a_practice_hears_it_from_somebody_who_speaks_for_them() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::sent_one(mary.referral)).await;
        rita.follows("The person no longer agrees").await;
        rita.chooses("Somebody who speaks for them");
        rita.presses("End it and tell the practice").await;
        rita.sees("Ended, because the person no longer agrees")
            .sees("Closed: The person no longer agrees.");

        // Her link worker reads it on the day, and somebody asks her.
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/today").await;
        kay.sees("this person no longer agrees, so referral")
            .sees("Call off what you have arranged with others");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.sees("somebody said for them that they no longer agree. Ask whether that is so");
        let in_queue = "select count(*) from task where scheme_id = $1 and person_id = $2
            and kind = 'tell_person' and owner_id is null and done_at is null";
        assert_eq!(world.count_about(mary.person, in_queue).await, 1);
    }
}

#[tokio::test]
async fn whoever_waits_is_on_no_list_any_more() {
    for world in World::small(program).await {
        let mary = world.refers(world.rita, &mary()).await;
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::person(mary.person)).await;
        sam.follows("No longer agrees").await;
        sam.chooses("The person");
        sam.presses("End it and tell the practice").await;
        sam.sees("Ended, because").sees(BANNER);
        sam.opens(paths::waiting()).await.sees("Nobody is waiting");
        assert_eq!(world.count_about(mary.person, UNFINISHED).await, 0);
    }
}

#[tokio::test]
async fn what_ended_so_goes_on_only_with_a_new_yes() {
    for world in World::small(program).await {
        let them = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        let mut early = world.signed_in(world.kay).await;
        hears_it(&mut early, them).await;
        writes_it_down(&mut kay, them).await;
        kay.sees(BANNER);
        // A second window, a second time, and the way back are refused.
        early.presses("End it and tell the practice").await;
        early.is_answered(409).sees("there is nothing to stop");
        kay.opens(paths::withdraw(them.referral)).await;
        kay.is_answered(409).sees("there is nothing to stop");
        kay.opens(paths::reopen(them.referral)).await;
        kay.fills("Why are you reopening it?", "I should like to");
        kay.presses("Reopen the referral").await;
        kay.is_answered(409)
            .sees("The person no longer agrees to this referral")
            .sees("Ask them; once they say yes, refer them again");
        assert_eq!(world.count_about(them.person, UNFINISHED).await, 0);

        // A list may be older than what she says now; a new yes is a new yes.
        world.passes_hours(1);
        let mut kay = world.signed_in(world.kay).await;
        referred_again(&world, world.mo, Source::File, &mary()).await;
        kay.opens(paths::person(them.person)).await.sees(BANNER);
        end_what_the_file_brought(&world, them.person).await;
        referred_again(&world, world.rita, Source::Practice, &mary()).await;
        kay.opens(paths::person(them.person))
            .await
            .does_not_see(BANNER);
    }
}

async fn end_what_the_file_brought(world: &World, person: Id<Person>) {
    const END: &str = "update referral set state = 'voided', next_on = null, next_kind = 'none'
        where scheme_id = $1 and person_id = $2 and source = 'file'";
    let ends = async |tx: &mut Tx| -> Outcome<u64> {
        Ok(run!(tx, sqlx::query(END).bind(world.scheme).bind(person))?)
    };
    assert_eq!(world.db.act(ends).await.expect("a change"), 1);
}

#[tokio::test]
async fn two_practices_that_referred_them_both_hear_of_the_end() {
    for world in World::small(program).await {
        let first = world.refers(world.harry, &mary()).await;
        const MOVES: &str = "update person set practice_id = $3 where scheme_id = $1 and id = $2";
        let moves = async |tx: &mut Tx| -> Outcome<u64> {
            Ok(run!(
                tx,
                sqlx::query(MOVES)
                    .bind(world.scheme)
                    .bind(first.person)
                    .bind(world.riverside)
            )?)
        };
        assert_eq!(world.db.act(moves).await.expect("a change"), 1);
        let second = world.refers(world.rita, &mary()).await;
        assert_eq!(first.person, second.person);
        let mut rita = world.signed_in(world.rita).await;
        writes_it_down(&mut rita, second).await;
        rita.sees("Ended, because");
        assert_eq!(world.count_about(first.person, UNFINISHED).await, 0);
        let mut harry = world.signed_in(world.harry).await;
        harry.opens(paths::sent_one(first.referral)).await;
        harry.sees("Closed: The person no longer agrees.");
    }
}

#[tokio::test]
async fn who_has_nothing_to_do_with_them_cannot_end_it_and_a_day_is_one_that_can_be() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let path = paths::withdraw(mary.referral);
        let mut harry = world.signed_in(world.harry).await;
        harry.opens(&path).await.is_answered(404);
        for who in [world.ada, world.grace] {
            let mut browser = world.signed_in(who).await;
            browser.opens(&path).await.is_answered(403);
        }
        let mut kay = world.signed_in(world.kay).await;
        for (day, says) in [
            ("2026-11-25", "must be today or in the past"),
            ("2026-11-01", "must not be before the referral came"),
        ] {
            hears_it(&mut kay, mary).await;
            kay.fills_date("When did they say so?", day)
                .fills("What they said", "Kept while it is put right");
            kay.presses("End it and tell the practice").await;
            kay.is_answered(422).sees(says);
            assert!(kay.html().contains("Kept while it is put right"));
        }
        assert_eq!(world.count_about(mary.person, UNFINISHED).await, 1);
        // Somebody else changed it while she typed.
        hears_it(&mut kay, mary).await;
        let to_sam = Act::Assign(world.sam.id);
        world.does(world.mo, mary.referral, to_sam).await;
        kay.presses("End it and tell the practice").await;
        kay.is_answered(409).sees("Somebody changed this referral");
        kay.presses("End it and tell the practice").await;
        kay.sees("Ended, because");
    }
}
