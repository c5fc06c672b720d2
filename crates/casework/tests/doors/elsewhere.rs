//! A referral that no practice sent: another agency asked, or a file names one.
//! Nobody there has an account, so somebody of the service tells them.

use kith_base::Id;
use kith_casework::{
    contact::{Answer, Purpose},
    paths,
    referral::{Act, DeclineReason, Referral},
};
use kith_testkit::{Browser, Somebody, World};

use crate::program;

const TO_TELL: &str = "select count(*) from task where scheme_id = $1 and kind = 'tell_agency'
    and done_at is null";

#[tokio::test]
async fn a_link_worker_writes_down_what_another_agency_asked_for() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/refer").await.picks(
            "Practice the person is registered with (optional)",
            "Riverside Surgery",
        );
        kay.fills(
            "Who asked for this referral? (optional)",
            "Harbour housing office",
        );
        kay.describes("Mary", "Thistle", "1951-05-03");
        kay.says_why("Yes");
        kay.presses("Send referral")
            .await
            .is_answered(422)
            .sees("Select whether the person's practice may be told");
        kay.chooses_in("May the person's practice be told?", "Yes");
        kay.presses("Send referral").await.is_on("Referral sent");
        // The practice is told by mail that a message waits, without a name.
        let mail = "select count(*) from outbox where scheme_id = $1 and kind = 'message.practice'
            and recipient = 'riverside.surgery@example.org' and subject like 'A message about referral %'
            and body not like '%Thistle%' and subject not like '%Thistle%'";
        assert_eq!(world.count(mail).await, 1);
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/sent")
            .await
            .follows("THISTLE, Mary")
            .await
            .sees("by Harbour housing office");
    }
}

/// Kay writes down what the housing office asked for.
async fn housing_asks(kay: &mut Browser, told: &str) -> Id<Referral> {
    kay.opens("/refer").await.picks(
        "Practice the person is registered with (optional)",
        "Riverside Surgery",
    );
    kay.fills(
        "Who asked for this referral? (optional)",
        "Harbour housing office",
    );
    kay.describes("Mary", "Thistle", "1951-05-03");
    kay.says_why("Yes")
        .chooses_in("May the person's practice be told?", told);
    kay.presses("Send referral").await.is_on("Referral sent");
    kay.named_id()
}

/// The only person of the scheme.
async fn only_person(world: &World, referral: Id<Referral>) -> Somebody {
    let asks = async |tx: &mut kith_db::Tx| -> kith_db::Outcome<_> {
        let sql = "select person_id from referral where scheme_id = $1 and id = $2";
        Ok(kith_db::on!(tx, c => sqlx::query_scalar(sql)
            .bind(world.scheme).bind(referral).fetch_one(c))?)
    };
    let person = world.db.read(asks).await.expect("whose referral it is");
    Somebody { person, referral }
}

#[tokio::test]
async fn an_agency_hears_that_somebody_was_seen_and_that_it_ended() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        let referral = housing_asks(&mut kay, "Yes").await;
        kay.sees("We will tell the person's practice")
            .sees("gets a task to tell Harbour housing office: when they are first seen");
        let mary = only_person(&world, referral).await;
        world
            .does(world.kay, referral, Act::Take(world.kay.id))
            .await;
        assert_eq!(world.count(TO_TELL).await, 0, "nothing has happened yet");
        let met = Some(Answer::Yes);
        world
            .meets(world.kay, referral, Purpose::Assess, None, met)
            .await;
        assert_eq!(world.count(TO_TELL).await, 1);
        // Once: a second meeting is no news.
        world
            .meets(world.kay, referral, Purpose::Plan, None, None)
            .await;
        assert_eq!(world.count(TO_TELL).await, 1);
        kay.opens(paths::person(mary.person))
            .await
            .sees("Tell Harbour housing office, who asked for referral")
            .sees("that we have seen the person they asked us to help")
            .sees("Say no more than the person agrees to");
        world.closes(world.kay, referral).await;
        assert_eq!(world.count(TO_TELL).await, 2);
        let on_her_list = "select count(*) from task t join account a on a.scheme_id = $1 and a.id = t.owner_id
            where t.scheme_id = $1 and t.kind = 'tell_agency' and a.name = 'Kay Ward' and t.due_on = '2026-11-26'
              and t.what like '%that it has ended%'";
        assert_eq!(world.count(on_her_list).await, 1);
    }
}

#[tokio::test]
async fn an_agency_hears_that_it_came_back_and_what_can_be_done_now() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        let referral = housing_asks(&mut kay, "Yes").await;
        let decline = Act::Decline {
            reason: DeclineReason::OutOfArea,
            next: "Ask the service of their council".parse().expect("a line"),
            person_knows: true,
        };
        world.does(world.kay, referral, decline).await;
        let told = "select count(*) from task where scheme_id = $1 and kind = 'tell_agency'
            and what like 'Tell Harbour housing office, who asked for referral %, that it came back (lives outside the area), and what can be done now: Ask the service of their council.%'";
        assert_eq!(world.count(told).await, 1);
        // On the day it is due it stands on her day.
        world.passes_days(2);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/today")
            .await
            .sees("Tell Harbour housing office");
    }
}

#[tokio::test]
async fn a_practice_that_may_not_be_told_reads_nothing() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        let referral = housing_asks(&mut kay, "No, the person does not want that").await;
        kay.does_not_see("We will tell the person's practice");
        world
            .does(world.kay, referral, Act::Take(world.kay.id))
            .await;
        world
            .meets(
                world.kay,
                referral,
                Purpose::Assess,
                None,
                Some(Answer::Yes),
            )
            .await;
        let mails = "select count(*) from outbox where scheme_id = $1";
        assert_eq!(world.count(mails).await, 0);
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/sent").await.does_not_see("THISTLE");
        // Where the person is registered is kept all the same.
        let kept = "select count(*) from person where scheme_id = $1 and practice_id is not null";
        assert_eq!(world.count(kept).await, 1);
    }
}

#[tokio::test]
async fn what_a_link_worker_asked_for_themself_and_what_a_practice_sent_needs_no_such_task() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/refer").await;
        kay.describes("Mary", "Thistle", "1951-05-03");
        kay.says_why("Yes")
            .chooses_in("May the person's practice be told?", "Yes");
        kay.presses("Send referral").await.is_on("Referral sent");
        let hers = kay.named_id();
        let sent = world
            .refers(world.rita, &kith_testkit::omar())
            .await
            .referral;
        for referral in [hers, sent] {
            world
                .does(world.kay, referral, Act::Take(world.kay.id))
                .await;
            world
                .meets(
                    world.kay,
                    referral,
                    Purpose::Assess,
                    None,
                    Some(Answer::Yes),
                )
                .await;
            world.closes(world.kay, referral).await;
        }
        assert_eq!(world.count(TO_TELL).await, 0);
    }
}
