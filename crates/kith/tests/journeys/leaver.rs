//! A link worker leaves: out at once, and nobody of theirs is lost.

use axum::{Router, http::Method};
use kith_access::{Account, Actor, App};
use kith_base::{Id, Refusal};
use kith_casework::contact::{Answer, Purpose};
use kith_db::{Outcome, Tx};
use kith_testkit::{World, mary, named, omar};

use crate::program;

/// Unfinished referrals without an owner or a queue, or without a date.
const LOST: &str = "select count(*) from referral where scheme_id = $1
    and state in ('waiting', 'taken', 'open', 'needs_worker')
    and (next_on is null or (owner_id is null and state in ('taken', 'open')))";
const IN_QUEUE: &str =
    "select count(*) from referral where scheme_id = $1 and state = 'needs_worker'";
const OPEN_TASKS_OF_LEAVERS: &str = "select count(*) from task t
    join account a on a.scheme_id = $1 and a.id = t.owner_id
    where t.scheme_id = $1 and t.done_at is null and a.state = 'left'";

/// Kay holds somebody new, somebody with a promise, and somebody with nothing
/// planned.
async fn kay_holds_three(world: &World) {
    let mary = world.takes_on(world.kay, &mary()).await;
    world.takes_on(world.kay, &omar()).await;
    let june = world.takes_on(world.kay, &named("June", "Abbott")).await;
    let (assess, yes) = (Purpose::Assess, Some(Answer::Yes));
    world
        .meets(world.kay, june.referral, assess, None, yes)
        .await;
    let mut kay = world.signed_in(world.kay).await;
    kay.meets(mary, "She sings").await;
    kay.opens(kith_casework::paths::new_contact(mary.person))
        .await;
    kay.talks("Plan")
        .fills_in("Action 1", "What will be done", "Ring the choir");
    kay.presses("Save note").await.sees("Ring the choir");
}

#[tokio::test]
async fn whoever_leaves_is_out_at_once_and_everybody_of_theirs_finds_somebody_new() {
    for world in World::small(program).await {
        kay_holds_three(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/today").await.is_answered(200);
        let mut ada = world.signed_in(world.ada).await;
        ada.opens("/admin/accounts").await.follows("Kay Ward").await;
        ada.follows("Mark as left").await;
        ada.presses("Yes, mark as left")
            .await
            .sees("Marked as left");
        let answer = kay.send(Method::GET, "/today", None).await;
        assert!(
            answer.headers["location"]
                .to_str()
                .is_ok_and(|to| to.starts_with("/sign-in")),
            "a session outlived its account"
        );
        assert_eq!(world.count(IN_QUEUE).await, 3, "{}", world.db.engine());
        assert_eq!(world.count(LOST).await, 0, "{}", world.db.engine());
        assert_eq!(world.count(OPEN_TASKS_OF_LEAVERS).await, 0);
        // Whoever looks after the accounts has seen nobody's name.
        ada.does_not_see("THISTLE");
        mo_gives_them_to_sam(&world).await;
    }
}

async fn mo_gives_them_to_sam(world: &World) {
    let mut mo = world.signed_in(world.mo).await;
    mo.opens("/team").await.sees("Need a link worker 3");
    for (name, held) in [("THISTLE, Mary", 0), ("KHAN, Omar", 1), ("ABBOTT, June", 2)] {
        mo.opens("/waiting").await.sees("Needs a link worker");
        mo.follows_in(name, "Give to a link worker").await;
        mo.sees(name);
        mo.picks("Link worker", &format!("Sam Bright (holds {held})"))
            .presses("Give to this link worker")
            .await;
    }
    mo.sees("Nobody is waiting.");
    let mut sam = world.signed_in(world.sam).await;
    sam.opens("/caseload").await;
    for name in ["THISTLE, Mary", "KHAN, Omar", "ABBOTT, June"] {
        sam.sees(name);
    }
    // What was written before is there for whoever goes on.
    sam.follows("THISTLE, Mary").await.sees("She sings");
    // What Kay had promised waits for somebody too.
    mo.opens("/team").await.sees("1 task nobody has yet");
    mo.follows("1 task nobody has yet").await;
    mo.sees("THISTLE, Mary").sees("Ring the choir");
    mo.follows("Give to somebody")
        .await
        .presses("Give to this link worker")
        .await
        .is_answered(422)
        .sees("Select link worker");
    mo.picks("Link worker", "Sam Bright")
        .presses("Give to this link worker")
        .await
        .sees("No task waits for somebody to do it");
    world.passes_days(8);
    let mut sam = world.signed_in(world.sam).await;
    sam.opens("/today").await.sees("Ring the choir");
    assert_eq!(world.count(IN_QUEUE).await, 0);
    assert_eq!(world.count(LOST).await, 0);
}

/// A program in which handing over fails.
fn that_cannot_hand_over(app: App) -> Router {
    fn fails<'a>(
        _: &'a mut Tx,
        _: &'a Actor,
        _: Id<Account>,
    ) -> futures::future::BoxFuture<'a, Outcome<()>> {
        Box::pin(async { Err(Refusal::conflict("Their people cannot be handed over").into()) })
    }
    let mut app = kith::router::app(app);
    app.on_leave = fails;
    kith::router::program(app, None)
}

#[tokio::test]
async fn nobody_has_left_whose_people_could_not_be_handed_over() {
    for world in World::small(that_cannot_hand_over).await {
        world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        let mut ada = world.signed_in(world.ada).await;
        ada.opens("/admin/accounts").await.follows("Kay Ward").await;
        ada.follows("Mark as left").await;
        ada.presses("Yes, mark as left").await.is_answered(409);
        kay.opens("/caseload").await.sees("THISTLE, Mary");
        assert_eq!(world.count(IN_QUEUE).await, 0);
    }
}

#[tokio::test]
async fn whoever_does_other_work_hands_over_as_when_they_leave() {
    for world in World::small(program).await {
        kay_holds_three(&world).await;
        let mut ada = world.signed_in(world.ada).await;
        ada.opens("/admin/accounts").await.follows("Kay Ward").await;
        ada.chooses("Manager")
            .presses("Save")
            .await
            .is_answered(200);
        assert_eq!(world.count(IN_QUEUE).await, 3, "{}", world.db.engine());
        assert_eq!(world.count(LOST).await, 0);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/team")
            .await
            .sees("3 people need a link worker")
            .sees("1 task nobody has yet");
    }
}

#[tokio::test]
async fn a_restricted_person_is_not_lost_with_the_one_who_could_open_the_record() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(format!("/people/{}/sensitive", mary.person))
            .await;
        kay.fills("Why?", "She asked us to")
            .presses("Restrict the record")
            .await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/waiting").await.does_not_see("THISTLE");
        // The manager hands over what is open to them, and is told of the rest.
        world.takes_on(world.kay, &omar()).await;
        mo.opens(kith_casework::paths::leaving(world.kay.id))
            .await
            .sees("Kay Ward has 2 open cases")
            .sees("1 of the cases is of a restricted record");
        mo.picks("Who takes everything over", "Sam Bright")
            .presses("Hand everything over")
            .await
            .sees("Everything is handed over");
        let mut ada = world.signed_in(world.ada).await;
        ada.opens("/admin/accounts").await.follows("Kay Ward").await;
        ada.follows("Mark as left").await;
        ada.presses("Yes, mark as left")
            .await
            .sees("Marked as left");
        mo.opens("/waiting").await.sees("THISTLE, Mary");
        mo.follows_in("THISTLE, Mary", "Give to a link worker")
            .await;
        mo.picks("Link worker", "Sam Bright (holds 1)")
            .presses("Give to this link worker")
            .await;
        let mut sam = world.signed_in(world.sam).await;
        sam.opens("/caseload")
            .await
            .sees("THISTLE, Mary")
            .sees("KHAN, Omar");
        let named = "select count(*) from audit where scheme_id = $1 and person_id = $2
            and action = 'name for a restricted record'";
        assert_eq!(
            world.count_about(mary.person, named).await,
            2,
            "Mo, then Sam"
        );
    }
}

#[tokio::test]
async fn an_absence_is_not_left_uncovered_in_silence() {
    for world in World::small(program).await {
        kay_holds_three(&world).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team/cover").await;
        mo.picks("Who is away", "Kay Ward")
            .picks("Who stands in", "Sam Bright")
            .fills_date("First day", "2026-11-24")
            .fills_date("Last day", "2026-12-18")
            .presses("Save")
            .await
            .sees("Saved who stands in");
        world.passes_days(8);
        // What Kay promised and planned stands on Sam's day.
        let mut sam = world.signed_in(world.sam).await;
        sam.opens("/today")
            .await
            .sees("For Kay Ward, who is away")
            .sees("Ring the choir")
            .sees("KHAN, Omar");
        sam.presses_in("Ring the choir", "Tick off").await;
        sam.opens("/today").await.does_not_see("Ring the choir");
        let mut ada = world.signed_in(world.ada).await;
        ada.opens("/admin/accounts")
            .await
            .follows("Sam Bright")
            .await;
        ada.follows("Mark as left").await;
        ada.presses("Yes, mark as left")
            .await
            .sees("Marked as left");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team").await.sees("Nobody is away");
        mo.opens("/tasks").await.sees(
            "Sam Bright stands in for Kay Ward no more. Say who does, until 18 December 2026.",
        );
        mo.presses("Tick off")
            .await
            .sees("No task waits for somebody to do it");
    }
}
