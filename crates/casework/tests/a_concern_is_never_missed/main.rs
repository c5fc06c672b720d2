//! Safeguarding concerns, as the people who raise and handle them see them,
//! on both databases and without JavaScript.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod the_clock;
mod who_raises;

use axum::{Router, http::Method};
use kith_access::{Ability, App, settings, who};
use kith_base::Id;
use kith_casework::{
    concern::{self, Concern, Danger, Door, Raise, actions},
    person::{self, Details, Person},
};
use kith_db::{Failure, Outcome, on, run};
use kith_testkit::{Browser, Staff, World, mary};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

async fn has_a_record(world: &World) -> Id<Person> {
    let details = Details {
        practice: Some(world.riverside),
        ..mary()
    };
    let made = async |tx: &mut kith_db::Tx| {
        let origin = person::store::Origin::default();
        person::actions::make(tx, world.scheme, &details, origin, world.now()).await
    };
    world.app.db.act(made).await.unwrap()
}

/// How many mails of a kind are waiting.
async fn mails(world: &World, kind: &str) -> i64 {
    const COUNT: &str = "select count(*) from outbox where scheme_id = $1 and kind = $2";
    let count = async |tx: &mut kith_db::Tx| -> Outcome<i64> {
        Ok(on!(tx, c => sqlx::query_scalar(COUNT).bind(world.scheme).bind(kind).fetch_one(c))?)
    };
    world.app.db.read(count).await.unwrap()
}

async fn mail_words(world: &World) -> String {
    const ALL: &str = "select subject, body from outbox where scheme_id = $1 order by id";
    let all = async |tx: &mut kith_db::Tx| -> Outcome<Vec<(String, String)>> {
        Ok(on!(tx, c => sqlx::query_as(ALL).bind(world.scheme).fetch_all(c))?)
    };
    format!("{:?}", world.app.db.read(all).await.unwrap())
}

/// Which acts of the audit trail speak of concerns, in order.
async fn trail(world: &World) -> Vec<(String, String)> {
    const ALL: &str = "select action, outcome from audit
        where scheme_id = $1 and object_kind = 'concern' order by id";
    let all = async |tx: &mut kith_db::Tx| -> Outcome<Vec<(String, String)>> {
        Ok(on!(tx, c => sqlx::query_as(ALL).bind(world.scheme).fetch_all(c))?)
    };
    world.app.db.read(all).await.unwrap()
}

async fn escalates(world: &World) -> u64 {
    actions::escalate_due(&world.app.db, world.scheme, world.now())
        .await
        .unwrap()
}

/// Raises a concern about Mary through her page; gives where it is.
async fn raises(browser: &mut Browser, person: Id<Person>, danger: &str) -> String {
    browser.opens(format!("/people/{person}/concern")).await;
    browser
        .sees("THISTLE, Mary")
        .sees("ring 999")
        .chooses(danger)
        .fills(
            "What are you worried about?",
            "Her son took her bank card. Xanthippe saw it.",
        )
        .presses("Raise the concern")
        .await
        .sees("Concern raised. ");
    browser.path().to_owned()
}

async fn forgets_the_lead(world: &World) {
    const FORGET: &str = "delete from setting where scheme_id = $1 and name in ('lead', 'deputy')";
    let forget = async |tx: &mut kith_db::Tx| -> Outcome<()> {
        run!(tx, sqlx::query(FORGET).bind(world.scheme))?;
        Ok(())
    };
    world.app.db.act(forget).await.unwrap();
}

#[tokio::test]
async fn a_concern_goes_from_the_practice_to_the_lead_and_its_end_comes_back() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut rita = world.signed_in(world.rita).await;
        let here = raises(&mut rita, person, "Yes").await;
        rita.sees("Concern raised. The safeguarding lead and the deputy have been told")
            .sees("Waiting to be acknowledged")
            .sees("Her son took her bank card");

        let mut lena = world.signed_in(world.lena).await;
        lena.opens("/concerns")
            .await
            .sees("THISTLE, Mary")
            .sees("In danger now: Yes")
            .sees("Rita Shah");
        lena.opens(&here)
            .await
            .sees("Born 03-May-1951")
            .sees("Her son took her bank card");
        lena.presses("Acknowledge: I will see to it")
            .await
            .sees("Acknowledged. The concern is yours to see to");
        lena.fills("What was done or found?", "Rang her; the card is back.")
            .presses("Add the note")
            .await
            .sees("Note added")
            .sees("Rang her; the card is back.");
        rita.opens(&here)
            .await
            .sees("Being looked into")
            .does_not_see("the card is back")
            .does_not_see("History");
        lena.presses("Close the concern")
            .await
            .is_answered(422)
            .sees("Select what came of it");
        lena.chooses("Looked into: the person is safe")
            .fills(
                "What may whoever raised it know?",
                "She is safe; her bank has been told.",
            )
            .presses("Close the concern")
            .await
            .sees("Concern closed");
        rita.opens("/concerns")
            .await
            .sees("She is safe; her bank has been told.")
            .does_not_see("How many there are");
        let acts: Vec<String> = trail(&world)
            .await
            .into_iter()
            .map(|(act, _)| act)
            .collect();
        for act in [
            "raise a concern",
            "acknowledge a concern",
            "add a note to a concern",
            "close a concern",
        ] {
            assert_eq!(
                acts.iter().filter(|done| *done == act).count(),
                1,
                "{act}: {acts:?}"
            );
        }
    }
}

#[tokio::test]
async fn lead_and_deputy_hear_at_once_by_mail_that_names_nobody() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        raises(&mut kay, person, "No").await;
        assert_eq!(
            mails(&world, "concern.raised").await,
            2,
            "{}",
            world.db.engine()
        );
        let words = mail_words(&world).await;
        assert!(
            words.contains("A safeguarding concern is waiting (ref "),
            "{words}"
        );
        for name in [
            "Mary",
            "Thistle",
            "THISTLE",
            "bank card",
            "Xanthippe",
            "999 000",
        ] {
            assert!(!words.contains(name), "{name} in {words}");
        }
    }
}

#[tokio::test]
async fn a_form_sent_twice_raises_one_concern() {
    for world in World::small(program).await {
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/concerns/new").await;
        let body = format!(
            "csrf={}&once={}&danger=no&about=&what=A+bruise",
            kay.hidden("csrf"),
            kay.hidden("once")
        );
        let mut went_to = Vec::new();
        for _ in 0..2 {
            let sent = (
                "application/x-www-form-urlencoded".to_owned(),
                body.clone().into_bytes(),
            );
            let answer = kay.send(Method::POST, "/concerns/new", Some(sent)).await;
            went_to.push(answer.headers["location"].to_str().unwrap().to_owned());
        }
        assert_eq!(went_to[0], went_to[1], "{}", world.db.engine());
        assert_eq!(
            mails(&world, "concern.raised").await,
            2,
            "one for the lead, one for the deputy"
        );
    }
}

#[tokio::test]
async fn a_lead_who_raised_it_cannot_close_it_and_the_deputy_can() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut lena = world.signed_in(world.lena).await;
        let here = raises(&mut lena, person, "No").await;
        lena.opens(&here)
            .await
            .presses("Acknowledge: I will see to it")
            .await;
        lena.sees("You raised this concern, so somebody else must close it");
        let actor = world.actor(world.lena).await;
        let id: Id<Concern> = here.rsplit('/').next().unwrap().parse().unwrap();
        let close = actions::Step::Close {
            end: concern::End::Safe,
            line: "She is safe".parse().unwrap(),
        };
        let closed = world
            .app
            .db
            .act(async |tx| actions::step(tx, &actor, id, 2, &close).await)
            .await;
        let Err(Failure::Refused(refusal)) = closed else {
            panic!("{closed:?}")
        };
        assert_eq!(refusal.kind, kith_base::Kind::NotAllowed);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(&here)
            .await
            .chooses("Looked into: the person is safe")
            .fills("What may whoever raised it know?", "She is safe.")
            .presses("Close the concern")
            .await
            .sees("Concern closed");
    }
}

#[tokio::test]
async fn a_manager_who_does_not_lead_counts_concerns_and_reads_none() {
    for world in World::small(program).await {
        const NO_DEPUTY: &str = "delete from setting where scheme_id = $1 and name = 'deputy'";
        let forget = async |tx: &mut kith_db::Tx| -> Outcome<()> {
            run!(tx, sqlx::query(NO_DEPUTY).bind(world.scheme))?;
            Ok(())
        };
        world.app.db.act(forget).await.unwrap();
        let person = has_a_record(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        let here = raises(&mut kay, person, "No").await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/concerns")
            .await
            .sees("How many there are")
            .does_not_see("THISTLE")
            .does_not_see("Open concerns");
        mo.opens(&here)
            .await
            .is_answered(404)
            .does_not_see("bank card");
        mo.opens("/concerns/closed").await.is_answered(403);
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(&here).await.is_answered(404);
        sam.opens("/concerns")
            .await
            .does_not_see("How many there are")
            .sees("You have not raised a concern.");
        let refused = trail(&world).await;
        let refused = refused
            .iter()
            .filter(|(act, ended)| act == "see a concern" && ended == "refused");
        assert_eq!(refused.count(), 2);
    }
}

#[tokio::test]
async fn without_a_lead_every_manager_has_it_and_the_administrator_hears_that_nobody_is_named() {
    for world in World::small(program).await {
        forgets_the_lead(&world).await;
        let person = has_a_record(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        let here = raises(&mut kay, person, "Yes").await;
        kay.does_not_see("The safeguarding lead and the deputy have been told");
        assert_eq!(
            mails(&world, "concern.raised").await,
            1,
            "Mo is the one manager"
        );
        assert_eq!(
            mails(&world, "concern.no_lead").await,
            1,
            "Ada is the one administrator"
        );
        kay.sees("Every manager has been told, because no safeguarding lead is named");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(&here)
            .await
            .presses("Acknowledge: I will see to it")
            .await
            .sees("Being looked into");
        let mut lena = world.signed_in(world.lena).await;
        lena.opens(&here).await.is_answered(404);
    }
}

#[tokio::test]
async fn a_restricted_person_is_opened_to_the_lead_by_a_concern_and_to_nobody_else() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        world
            .marks(
                person,
                "update person set restricted = $3 where scheme_id = $1 and id = $2",
            )
            .await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(format!("/people/{person}/concern"))
            .await
            .is_answered(404);
        // Staff who cannot open the record raise it without one; what somebody
        // wrote about themself keeps theirs.
        let raise = Raise {
            person: Some(person),
            about: None,
            what: "She is being followed.".parse().unwrap(),
            danger: Danger::Yes,
            door: Door::SelfReferral,
            name: None,
            reach: None,
        };
        let settings = world
            .app
            .db
            .read(async |tx| settings::of(tx, world.scheme).await)
            .await
            .unwrap();
        let id = Id::<Concern>::new(world.now());
        let raised = async |tx: &mut kith_db::Tx| {
            actions::raise(tx, world.scheme, &settings, None, id, &raise, world.now()).await
        };
        world.app.db.act(raised).await.unwrap();
        let mut lena = world.signed_in(world.lena).await;
        lena.opens("/concerns").await.sees("THISTLE, Mary");
        for (staff, reaches) in [(world.lena, true), (world.mo, true), (world.kay, false)] {
            assert_eq!(
                reaches_record(&world, staff, person).await,
                reaches,
                "{}",
                staff.name
            );
        }
    }
}

async fn reaches_record(world: &World, staff: Staff, person: Id<Person>) -> bool {
    let actor = world.actor(staff).await;
    let scope = actor.scope(Ability::SeeNotes).unwrap();
    world
        .app
        .db
        .read(async |tx| who::is_in_scope(tx, &scope, person).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn two_handlers_at_once_and_the_second_reads_who_was_quicker() {
    for world in World::small(program).await {
        let person = has_a_record(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        let here = raises(&mut kay, person, "No").await;
        let mut lena = world.signed_in(world.lena).await;
        let mut mo = world.signed_in(world.mo).await;
        lena.opens(&here).await;
        mo.opens(&here).await;
        mo.fills("What was done or found?", "Rang the council.");
        lena.presses("Acknowledge: I will see to it").await;
        mo.presses("Add the note")
            .await
            .is_answered(422)
            .sees("Somebody changed this concern")
            .sees("Rang the council.");
    }
}
