//! Journeys through the doors: a practice refers and reads what comes of it,
//! and somebody asks for help themself. Through the real pages, without
//! JavaScript, on both databases.

mod filing;
mod hears_back;
mod myself;
mod refers;

use axum::Router;
use kith_access::App;
use kith_base::{Id, NhsNumber};
use kith_casework::{
    contact::{self, Answer, Attended, Mode, Note, Purpose, Written},
    referral::{
        Act, CloseReason, Referral,
        actions::{Closing, Step, Terms, close, step},
        store,
    },
};
use kith_db::{Failure, on};
use kith_testkit::{Browser, Staff, World};

/// The program with the pages of this area alone.
fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// A made-up NHS number, as people type it.
fn number(nth: u32) -> String {
    NhsNumber::with_check_digit(999_000_000 + nth)
        .expect("a number with a check digit")
        .spaced()
}

const AGREED: &str = "Has the person agreed to be referred?";
const ABOUT: &str = "What is it mainly about?";

/// Fills in what every referral says.
fn says(browser: &mut Browser, agreed: &str) {
    browser
        .chooses_in(ABOUT, "Loneliness")
        .chooses("We talked about what a link worker does")
        .chooses_in(AGREED, agreed);
}

/// Fills in who it is.
fn describes(browser: &mut Browser, given: &str, family: &str, born: &str) {
    browser
        .fills("First name", given)
        .fills("Last name", family)
        .fills_date("Date of birth", born);
}

/// Mary Okafor, born 3 May 1951, is referred by this practice.
async fn refers_mary(browser: &mut Browser, nth: u32) -> Id<Referral> {
    browser
        .opens("/refer")
        .await
        .fills("NHS number", &number(nth));
    describes(browser, "Mary", "Okafor", "1951-05-03");
    says(browser, "Yes");
    browser
        .presses("Send referral")
        .await
        .is_on("Referral sent");
    referral_in(browser)
}

/// The referral a page's address names.
fn referral_in(browser: &Browser) -> Id<Referral> {
    browser
        .path()
        .split('/')
        .find_map(|part| part.parse().ok())
        .expect("a referral in the address")
}

/// How many rows a question counts.
async fn count(world: &World, sql: &'static str) -> i64 {
    let asked = async |tx: &mut kith_db::Tx| {
        let found: i64 = on!(tx, c => sqlx::query_scalar(sql).bind(world.scheme).fetch_one(c))?;
        Ok::<_, Failure<kith_base::Refusal>>(found)
    };
    world.db.read(asked).await.expect("a count")
}

/// A link worker does something with a referral.
async fn does(world: &World, who: Staff, referral: Id<Referral>, act: Act) {
    let actor = world.actor(who).await;
    let terms = terms(world);
    let needs = match act {
        Act::Take(_) => kith_access::Ability::TakeReferral,
        Act::Assign(_) | Act::Decline { .. } => kith_access::Ability::AssignReferral,
        _ => kith_access::Ability::WriteContact,
    };
    let go = Step {
        referral,
        version: None,
        act,
        note: None,
    };
    world
        .db
        .act(async |tx| step(tx, &terms, &actor, needs, go, world.now()).await)
        .await
        .expect("the act is allowed");
}

fn terms(world: &World) -> Terms {
    Terms::of(world.scheme, &kith_access::SchemeSettings::default()).expect("terms")
}

/// A link worker meets the person.
async fn meets(
    world: &World,
    who: Staff,
    referral: Id<Referral>,
    purpose: Purpose,
    connected_to: Option<&str>,
    answer: Option<Answer>,
) {
    let written = Written {
        note: Note {
            at: world.now(),
            mode: Mode::FaceToFace,
            minutes: 45,
            purpose,
            holding: None,
            weight: None,
            attended: Attended::Yes,
            why_not: None,
            note: "We talked".parse().ok(),
            connected_to: connected_to.and_then(|service| service.parse().ok()),
            practice_line: None,
            shared: true,
            restricted: false,
        },
        answer,
        matters: None,
        actions: Vec::new(),
        next: None,
    };
    let actor = world.actor(who).await;
    let terms = terms(world);
    world
        .db
        .act(async |tx| {
            contact::actions::write(tx, &terms, &actor, referral, &written, world.now()).await
        })
        .await
        .expect("the contact is kept");
}

/// A link worker closes the referral.
async fn closes(world: &World, who: Staff, referral: Id<Referral>) {
    let actor = world.actor(who).await;
    let terms = terms(world);
    let scope = actor
        .scope(kith_access::Ability::WriteContact)
        .expect("a scope");
    world
        .db
        .act(async |tx| {
            let case = store::case(tx, &scope, referral).await?.expect("the case");
            let closing = Closing {
                reason: CloseReason::Connected,
                what_changed: "I go out on Tuesdays now".parse().ok(),
                practice_to_do: "Nothing".parse().expect("a line"),
                person_knows: true,
            };
            close(
                tx,
                &terms,
                &actor,
                referral,
                case.version,
                closing,
                world.now(),
            )
            .await
        })
        .await
        .expect("the referral is closed");
}

/// What a hidden field of the page holds.
fn hidden(page: &str, name: &str) -> String {
    let marked = format!("name=\"{name}\"");
    let field = page
        .split("<input")
        .find(|field| field.contains(&marked))
        .expect("the field");
    let value = field.split("value=\"").nth(1).expect("its value");
    value.split('"').next().expect("its end").to_owned()
}
