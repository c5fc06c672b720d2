//! Made-up people of these journeys, whom Riverside Surgery referred and a
//! link worker has taken on, and what every journey does.

use axum::Router;
use kith_access::{Ability, App};
use kith_base::{Id, NhsNumber, Ts};
use kith_casework::{
    paths,
    person::{Details, Person, Place, store::Origin},
    referral::{
        Act, Agreed, Need, Referral, Sent, Source,
        actions::{Referred, Step, Terms, Who, refer, step},
    },
};
use kith_db::{Outcome, Tx, on, run};
use kith_testkit::{Browser, Staff, World};

/// The program of these tests: the pages of the case work.
pub fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// The scheme's terms, with its defaults.
pub fn terms(world: &World) -> Terms {
    Terms::of(world.scheme, &kith_access::SchemeSettings::default()).expect("the shipped code map")
}

/// Somebody referred, by id.
#[derive(Clone, Copy, Debug)]
pub struct Somebody {
    pub person: Id<Person>,
    pub referral: Id<Referral>,
}

/// What Rita writes about Mary Smith.
pub fn mary() -> Details {
    Details {
        given: "Mary".parse().expect("a name"),
        family: "Smith".parse().expect("a name"),
        known_as: None,
        born: "1951-05-03".parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_000_001),
        practice: None,
        place: Place {
            address: "1 Harbour Street".parse().ok(),
            postcode: "LS1 4AP".parse().ok(),
            phone: "07700900982".parse().ok(),
            ..Place::default()
        },
    }
}

/// Riverside refers somebody, who waits.
pub async fn waits(world: &World, mut details: Details) -> Somebody {
    details.practice = Some(world.riverside);
    let rita = world.actor(world.rita).await;
    let sent = Sent {
        source: Source::Practice,
        practice: Some(world.riverside),
        referrer: Some(world.rita.id),
        referrer_name: "Rita Shah".parse().expect("a name"),
        needs: vec![Need::Loneliness],
        why: "Lost her husband in the spring".parse().ok(),
        told: vec![],
        agreed: Agreed::Yes,
    };
    let terms = terms(world);
    let at = world.now();
    let asked = world
        .db
        .act(async |tx| {
            let who = Who::Described(Box::new(details.clone()));
            refer(
                tx,
                &terms,
                Some(&rita),
                who,
                sent.clone(),
                Origin::default(),
                at,
            )
            .await
        })
        .await;
    let Referred {
        person, referral, ..
    } = asked.expect("a referral");
    Somebody { person, referral }
}

/// Riverside refers somebody, and a link worker takes them on.
pub async fn taken(world: &World, details: Details, by: Staff) -> Somebody {
    let somebody = waits(world, details).await;
    let actor = world.actor(by).await;
    let terms = terms(world);
    let at: Ts = world.now();
    let step_to = || Step {
        referral: somebody.referral,
        version: None,
        act: Act::Take(by.id),
        note: None,
    };
    world
        .db
        .act(async |tx| step(tx, &terms, &actor, Ability::TakeReferral, step_to(), at).await)
        .await
        .expect("taken on");
    somebody
}

/// Somebody else: Omar Khan.
pub fn omar() -> Details {
    Details {
        given: "Omar".parse().expect("a name"),
        family: "Khan".parse().expect("a name"),
        born: "1980-01-09".parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_000_002),
        place: Place::default(),
        ..mary()
    }
}

/// Fills in what every note needs, for a talk of half an hour by telephone.
pub fn a_talk<'a>(kay: &'a mut Browser, purpose: &str) -> &'a mut Browser {
    kay.chooses_in("How did you meet?", "Telephone")
        .fills("How long", "30")
        .chooses_in("What was it for?", purpose)
}

/// Kay has met somebody and noted this; the person said yes.
pub async fn met(kay: &mut Browser, somebody: Somebody, note: &str) {
    kay.opens(paths::new_contact(somebody.person)).await;
    a_talk(kay, "Find out what matters")
        .chooses_in("Does the person want to work with you?", "Yes")
        .fills("Note", note);
    kay.presses("Save note").await;
    kay.sees("Contact saved");
}

/// The value of a hidden field of the page.
pub fn hidden(browser: &Browser, name: &str) -> String {
    let html = browser.html();
    let named = format!("name=\"{name}\"");
    let field = html
        .split("<input")
        .skip(1)
        .filter(|field| field.contains(&named))
        .last();
    let value = field.and_then(|field| field.split("value=\"").nth(1)?.split('"').next());
    value
        .unwrap_or_else(|| panic!("no hidden field {name}"))
        .to_owned()
}

/// Changes a person's row behind the pages' back.
pub async fn set(world: &World, somebody: Somebody, sql: &'static str) {
    let (scheme, person) = (world.scheme, somebody.person);
    let change = async |tx: &mut Tx| -> Outcome<u64> {
        Ok(run!(
            tx,
            sqlx::query(sql).bind(scheme).bind(person).bind(true)
        )?)
    };
    assert_eq!(world.db.act(change).await.expect("a change"), 1);
}

/// How many rows about a person a question finds.
pub async fn count(world: &World, somebody: Somebody, sql: &'static str) -> i64 {
    let (scheme, person) = (world.scheme, somebody.person);
    let read = async |tx: &mut Tx| -> Outcome<i64> {
        Ok(on!(tx, c => sqlx::query_scalar(sql).bind(scheme).bind(person).fetch_one(c))?)
    };
    world.db.read(read).await.expect("a number")
}

/// The last link on the page that begins like this.
pub fn link_of(browser: &Browser, begins: &str) -> String {
    let links = browser.links();
    let found = links
        .iter()
        .rev()
        .find(|link| link.starts_with(begins) && link.len() > begins.len());
    found
        .unwrap_or_else(|| panic!("no link {begins}… in {links:?}"))
        .clone()
}
