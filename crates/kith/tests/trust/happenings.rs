//! What happens in the story: what its people are called, and each thing that
//! is done, by whom.

use kith_access::{
    Ability, Account, Actor, Organisation, Role, Scheme, SchemeSettings,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme, session,
};
use kith_base::{Id, NhsNumber};
use kith_casework::{
    import, merge,
    person::{Details, Person, Place, store::Origin},
    referral::{
        Act, Agreed, DeclineReason, Need, Referral, Sent, Source, Told,
        actions::{Referred, Step, Terms, Who, refer, step},
    },
};
use kith_db::{Outcome, Tx, on};
use kith_testkit::{Browser, Staff, World};

/// Where Mary is: each in a field of its own, each a word nobody else has.
pub const PLACE: &[&str] = &[
    "Quicksilver Lane",
    "ZE3 9JW",
    "ZE39JW",
    "01632960417",
    "01632 960417",
    "01632 960 417",
    "hidden.heron@example.org",
    "Zinnia answers",
];
/// What was written of Mary, and her number: never in an address, a title, a
/// mail, a log or the audit trail.
pub const WORDS: &[&str] = &["Zugzwang", "Xanthippe", "999 900 0010", "9999000010"];
/// Somebody of the story.
#[derive(Clone, Copy, Debug)]
pub struct Somebody {
    pub person: Id<Person>,
    pub referral: Id<Referral>,
}

pub fn mary() -> Details {
    Details {
        given: "Mary".parse().unwrap(),
        family: "Thistle".parse().unwrap(),
        known_as: None,
        born: "1951-05-03".parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_900_001),
        practice: None,
        place: Place {
            address: "7 Quicksilver Lane".parse().ok(),
            postcode: "ZE3 9JW".parse().ok(),
            phone: "01632960417".parse().ok(),
            email: "hidden.heron@example.org".parse().ok(),
            safe_contact: "Zinnia answers, ring in the morning".parse().ok(),
            ..Place::default()
        },
    }
}

pub fn mary_of(practice: Id<Organisation>) -> Details {
    Details {
        practice: Some(practice),
        ..mary()
    }
}

pub fn plain(given: &str, family: &str, number: u32) -> Details {
    Details {
        given: given.parse().unwrap(),
        family: family.parse().unwrap(),
        born: format!("19{:02}-02-0{number}", 40 + number).parse().ok(),
        nhs_number: NhsNumber::with_check_digit(999_900_000 + number),
        place: Place {
            address: format!("{number} Any Street").parse().ok(),
            ..Place::default()
        },
        ..mary()
    }
}

fn terms(scheme: Id<Scheme>) -> Terms {
    Terms::of(scheme, &SchemeSettings::default()).unwrap()
}

fn sent(by: &Actor) -> Sent {
    Sent {
        source: Source::Practice,
        practice: by.practice,
        referrer: Some(by.account),
        referrer_name: by.name.parse().unwrap(),
        needs: vec![Need::Loneliness],
        why: format!("{} since the spring", WORDS[0]).parse().ok(),
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
    }
}

pub async fn refers(world: &World, by: Staff, details: Details) -> Somebody {
    let actor = world.actor(by).await;
    referred(world, &actor, details).await
}

async fn referred(world: &World, actor: &Actor, details: Details) -> Somebody {
    let details = Details {
        practice: actor.practice,
        ..details
    };
    let terms = terms(actor.scheme);
    let act = async |tx: &mut Tx| {
        let who = Who::Described(Box::new(details.clone()));
        let now = world.now();
        refer(
            tx,
            &terms,
            Some(actor),
            who,
            sent(actor),
            Origin::default(),
            now,
        )
        .await
    };
    let Referred {
        person, referral, ..
    } = world.db.act(act).await.unwrap();
    Somebody { person, referral }
}

async fn steps(world: &World, by: Staff, who: Somebody, act: Act) {
    let actor = world.actor(by).await;
    let terms = terms(world.scheme);
    let go = async |tx: &mut Tx| {
        let one = Step {
            referral: who.referral,
            version: None,
            act: act.clone(),
            note: None,
        };
        step(tx, &terms, &actor, Ability::TakeReferral, one, world.now()).await
    };
    world.db.act(go).await.unwrap();
}

pub async fn takes(world: &World, by: Staff, who: Somebody) {
    steps(world, by, who, Act::Take(by.id)).await;
}

pub async fn sends_back(world: &World, who: Somebody) {
    let act = Act::Decline {
        reason: DeclineReason::Duplicate,
        next: "Already being seen here".parse().unwrap(),
        person_knows: true,
    };
    steps(world, world.kay, who, act).await;
}

pub async fn merges(world: &World, kept: Somebody, gone: Somebody) {
    const VERSION: &str = "select version from person where scheme_id = $1 and id = $2";
    let mo = world.actor(world.mo).await;
    let act = async |tx: &mut Tx| {
        let mut versions = Vec::new();
        for who in [kept, gone] {
            let found: i64 = on!(tx, c => sqlx::query_scalar(VERSION)
                .bind(world.scheme).bind(who.person).fetch_one(c))?;
            versions.push(found);
        }
        let pair = (kept.person, gone.person);
        merge::actions::merge(tx, &mo, pair, (versions[0], versions[1])).await
    };
    world.db.act(act).await.unwrap();
}

/// Mo brings in a list on which Mary stands, with another birth date.
pub async fn brings_a_list(world: &World) {
    const LIST: &str = "NHS number,Forename,Surname,DOB,Practice,Date received,Need\n\
        999 900 0010,Mary,Thistle,04/05/1951,Y00001,20/11/2026,Loneliness\n\
        ,Iris,Ivy,not a date,Y00001,20/11/2026,Loneliness\n";
    let mo = world.actor(world.mo).await;
    let db = &world.db;
    let id = import::actions::stage(db, &mo, None, "list.csv", LIST.as_bytes())
        .await
        .unwrap();
    let batch = async |tx: &mut Tx| import::actions::batch(tx, &mo, id).await;
    let plan = import::headings::Plan {
        agreed: Some(Agreed::Yes),
        ..db.read(batch).await.unwrap().plan
    };
    import::actions::set_plan(db, &mo, id, &plan).await.unwrap();
    import::actions::check(db, &mo, id, None).await.unwrap();
}

/// Mo brings in a practice's list with Mary on it, and a row that is wrong.
pub async fn brings_figures(mo: &mut Browser) {
    let list = format!(
        "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n\
         {},2019-03-01,,1951,F,2\n\
         999 000 0026,2021-05-01,,1980,M,3\n\
         999 900 0029,{},,1980,male,\n",
        WORDS[2], WORDS[0]
    );
    mo.opens("/figures/files/new/gp_register")
        .await
        .picks("Practice", "Riverside Surgery")
        .fills_date("When was the list made?", "2026-11-20")
        .attaches("File", "list.csv", list)
        .presses("Read the file")
        .await
        .presses("Count these 2 rows")
        .await
        .is_answered(200);
}

pub async fn notes(worker: &mut Browser, who: Somebody, words: &str, place: &str) {
    worker
        .opens(format!("/people/{}/contact", who.person))
        .await
        .chooses_in("How did you meet?", "Telephone")
        .fills("How long", "30")
        .chooses_in("What was it for?", "Find out what matters")
        .chooses_in("Does the person want to work with you?", "Yes")
        .fills("Note", &format!("{words} was said"))
        .fills("Next step", &format!("Meet at {place} hall"))
        .chooses_in("When", "In a week")
        .chooses_in("How will you meet next?", "Face to face")
        .fills("Place of the next meeting", &format!("The {place} hall"))
        .presses("Save note")
        .await
        .sees("Contact saved");
}

/// Where she lives is put right: what stood there before is a place too.
pub async fn moves_house(worker: &mut Browser, who: Somebody) {
    worker
        .opens(format!("/people/{}/edit", who.person))
        .await
        .fills("Address", "9 Quicksilver Lane")
        .fills("Pronouns", "she/her")
        .fills(
            "Why is it put right?",
            "The house in Quicksilver Lane was sold",
        )
        .presses("Save details")
        .await
        .sees("Details saved");
}

pub async fn tags(worker: &mut Browser, who: Somebody) {
    worker
        .opens(format!("/people/{}/tags", who.person))
        .await
        .fills("Tag", "carer group")
        .presses("Put this tag on")
        .await
        .sees("The tag is on");
}

pub async fn raises(worker: &mut Browser, who: Somebody) {
    worker
        .opens(format!("/people/{}/concern", who.person))
        .await
        .chooses("No")
        .fills(
            "What are you worried about?",
            &format!("{} saw a bruise.", WORDS[1]),
        )
        .presses("Raise the concern")
        .await
        .sees("Concern raised");
}

pub async fn breaks_the_glass(worker: &mut Browser, who: Somebody) {
    let why = "She rang in distress, her worker is away today, and I must know whether to ring";
    worker
        .opens(format!("/break-glass/open/{}", who.person))
        .await
        .fills("Why must you see this record now?", why)
        .presses("Open this record for one hour")
        .await
        .is_answered(200);
}

pub async fn turns(by: &mut Browser, who: Somebody, button: &str) {
    by.opens(format!("/people/{}/sensitive", who.person))
        .await
        .presses(button)
        .await
        .fills("Why?", "She asked us to")
        .presses(button)
        .await
        .sees("Saved. The team has been told");
}

/// Another scheme with a practice, one account and one referral.
pub async fn another_scheme(
    world: &World,
) -> ((Id<Scheme>, Id<Account>, Id<Organisation>), Somebody) {
    let now = world.now();
    let made = async |tx: &mut Tx| {
        let scheme = scheme::found(tx, &"Moor link workers".parse().unwrap(), "moor", now).await?;
        let practice = OrganisationRow {
            id: Id::new(now),
            kind: OrganisationKind::Practice,
            name: "Moor Surgery".parse().unwrap(),
            ods_code: Some("Y00009".parse().unwrap()),
            email: None,
            active: true,
            version: 1,
        };
        organisation::insert(tx, scheme, &practice, now).await?;
        let desk = AccountRow {
            id: Id::new(now),
            email: "zed@example.org".parse().unwrap(),
            name: "Zed Moor".parse().unwrap(),
            role: Role::Practice,
            organisation_id: practice.id,
            state: AccountState::Active,
            full_time_percent: 100,
            left_on: None,
            version: 1,
        };
        account::insert(tx, scheme, &desk, now).await?;
        let actor = session::of_account(tx, scheme, desk.id, now).await?;
        Outcome::Ok((actor, practice.id))
    };
    let (actor, practice) = world.db.act(made).await.unwrap();
    let stranger = referred(world, &actor, plain("Stranger", "Sedge", 8)).await;
    ((actor.scheme, actor.account, practice), stranger)
}
