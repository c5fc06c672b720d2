//! Made-up towns: practices with everybody on their lists, some of them
//! referred in the summer of 2025, their GP contacts, scores and counts, brought in
//! by the same files as anybody's.

use axum::Router;
use kith_access::{
    App, Organisation,
    organisation::{self, OrganisationKind, OrganisationRow},
};
use kith_base::{Day, Id, NhsNumber, Ts};
use kith_casework::{Referral, person::Person};
use kith_db::{Outcome, Tx, run};
use kith_report::{
    files::actions::{confirm, stage},
    gathered::{
        FileKind,
        store::{Contacts, Said},
    },
    gp::Pseudonyms,
    month::Month,
    reading::work::make_all,
};
use kith_testkit::{Staff, World};

pub fn program(app: App) -> Router {
    kith_report::routes().into_router(app)
}

/// The day somebody is referred on: in July, August or September.
fn referred_on(place: u32, months: u32) -> Day {
    Day::ymd(2025, 7, 10)
        .unwrap()
        .plus_months(i64::from(place % months))
}

/// What happens after the referral.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// People referred have far fewer contacts than the others.
    Fewer,
    /// Some have many and some none, whether referred or not.
    Anything,
}

#[derive(Clone, Copy)]
pub struct Town {
    pub practices: u32,
    /// People referred, in each practice.
    pub referred: u32,
    /// Others on each list.
    pub others: u32,
    /// In how many months people are referred: 1 to 3.
    pub months: u32,
    pub after: After,
}

/// Somebody of the town.
#[derive(Clone)]
pub struct One {
    pub number: NhsNumber,
    place: u32,
    referred: bool,
}

fn number(from: u32) -> NhsNumber {
    (from * 20..)
        .find_map(|nine| NhsNumber::with_check_digit(999_000_000 + nine))
        .unwrap()
}

const PERSON: &str =
    "insert into person (scheme_id, id, nhs_number, given, family, born, practice_id, text_is_safe,
        voicemail_is_safe, location_sensitive, restricted, version, made_at, changed_at)
    values ($1, $2, $3, 'Mary', 'Thistle', $4, $5, $6, $6, $6, $6, 1, $7, $7)";
const REFERRAL: &str = "insert into referral (scheme_id, id, reference, person_id, practice_id, source, referrer_name,
        main_need, needs, told, agreed, state, owner_id, next_kind, received_at, received_on, take_by, first_seen_at,
        ended_at, end_reason, contact_count, version, changed_at)
    values ($1, $2, $3, $4, $5, 'practice', 'Rita Shah', 'money', 'money', 'talked', 'yes', 'closed', $9, 'none',
        $6, $7, $7, $8, $8, 'done', 0, 1, $6)";

/// Refers somebody, who is first seen a week later and whose link worker is Kay.
pub async fn refer(
    tx: &mut Tx,
    world: &World,
    practice: Id<Organisation>,
    day: Day,
    one: Option<&One>,
) -> Outcome<()> {
    let at: Ts = day.start().plus_seconds(10 * 3600);
    let (person, referral) = (Id::<Person>::new(at), Id::<Referral>::new(at));
    run!(tx, sqlx::query(PERSON)
        .bind(world.scheme)
        .bind(person)
        .bind(one.map(|one| &one.number))
        .bind(Day::ymd(1951, 5, 3).map(|day| day.plus_months(-12 * one.map_or(0, |one| i64::from(one.place % 9)))))
        .bind(practice)
        .bind(false)
        .bind(at))?;
    run!(
        tx,
        sqlx::query(REFERRAL)
            .bind(world.scheme)
            .bind(referral)
            .bind(referral.to_string())
            .bind(person)
            .bind(practice)
            .bind(at)
            .bind(day)
            .bind(at.plus_seconds(7 * 24 * 3600))
            .bind(world.kay.id)
    )?;
    Ok(())
}

/// Builds a town and brings the files of its practices; gives the people of each.
pub async fn build(world: &World, town: Town) -> Vec<(Id<Organisation>, Vec<One>)> {
    let lists = people(world, town).await;
    for (practice, people) in &lists {
        bring(
            world,
            FileKind::GpRegister,
            Some(*practice),
            register(people),
        )
        .await;
        bring(
            world,
            FileKind::GpContacts,
            Some(*practice),
            contacts(people, town),
        )
        .await;
    }
    lists
}

/// Refers the people of a town; gives everybody, by practice.
pub async fn people(world: &World, town: Town) -> Vec<(Id<Organisation>, Vec<One>)> {
    let mut lists = Vec::new();
    for at in 0..town.practices {
        let practice = match at {
            0 => world.riverside,
            1 => world.hillside,
            _ => practice(world, at).await,
        };
        let people: Vec<One> = (0..town.referred + town.others)
            .map(|place| One {
                number: number(at * 1000 + place),
                place,
                referred: place < town.referred,
            })
            .collect();
        let add = async |tx: &mut Tx| {
            for one in people.iter().filter(|one| one.referred) {
                refer(
                    tx,
                    world,
                    practice,
                    referred_on(one.place, town.months),
                    Some(one),
                )
                .await?;
            }
            Outcome::Ok(())
        };
        world.app.db.act(add).await.unwrap();
        lists.push((practice, people));
    }
    lists
}

async fn practice(world: &World, at: u32) -> Id<Organisation> {
    let row = OrganisationRow {
        id: Id::new(world.now()),
        kind: OrganisationKind::Practice,
        name: format!("Practice {at}").parse().unwrap(),
        ods_code: format!("Y{:05}", 90 + at).parse().ok(),
        email: None,
        active: true,
        version: 1,
    };
    let add = async |tx: &mut Tx| organisation::insert(tx, world.scheme, &row, world.now()).await;
    world.app.db.act(add).await.unwrap();
    row.id
}

pub fn register(people: &[One]) -> String {
    let mut text = String::from("NHS number,Registered from,Year of birth,Sex,Deprivation fifth\n");
    for one in people {
        text += &format!("{},2015-01-01,1951,female,2\n", &*one.number);
    }
    text
}

/// Contacts from a year before the month of the referral until a year after:
/// everybody has a peak in their month, whether they were referred or not.
pub fn contacts(people: &[One], town: Town) -> String {
    let mut text = String::from("NHS number,Date,Kind\n");
    for one in people {
        let index = Month::of(referred_on(one.place, town.months));
        for since in -12..=12_i64 {
            let ordinary = (i64::from(one.place) + since).rem_euclid(2);
            // By itself of who somebody is, and of their practice.
            let own: u64 = one.number.parse().unwrap();
            let mixed = (own.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) as i64;
            let count = match (since, town.after) {
                // Nine in the baseline, busier in one quarter than in another.
                (-12..=-4, _) => {
                    let quarter = (since + 12) / 3;
                    1 + i64::from(quarter == mixed % 3) - i64::from(quarter == (mixed + 1) % 3)
                }
                (0, _) => 1,
                (-3..=-1, _) => 4,
                (_, After::Fewer) => {
                    // Some come more often than others, referred or not.
                    let often = mixed / 9 % 3 == 0 && since % 2 == 0;
                    ordinary + i64::from(often) + i64::from(!one.referred)
                }
                (_, After::Anything) => [0, 0, 1, 6][(mixed / 9 % 4) as usize],
            };
            let first = index.plus(since).first_day().unwrap();
            for visit in 0..count {
                let kind = if visit == 0 {
                    "appointment_gp"
                } else {
                    "telephone"
                };
                text += &format!("{},{},{kind}\n", &*one.number, first.plus_days(3 + visit));
            }
        }
    }
    text
}

/// Brings a file in, as the manager.
pub async fn bring(
    world: &World,
    kind: FileKind,
    practice: Option<Id<Organisation>>,
    text: String,
) {
    let contacts = (kind == FileKind::GpContacts).then(|| Contacts {
        from: "2024-07".parse().unwrap(),
        until: "2026-10".parse().unwrap(),
        definition: "an appointment somebody came to".parse().unwrap(),
        code_set: "SNOMED 2024".parse().unwrap(),
        supplier: "EMIS 11".parse().unwrap(),
    });
    bring_saying(world, kind, practice, contacts, text).await;
}

pub async fn bring_saying(
    world: &World,
    kind: FileKind,
    practice: Option<Id<Organisation>>,
    contacts: Option<Contacts>,
    text: String,
) {
    let said = Said {
        kind,
        practice,
        as_of: Day::ymd(2026, 11, 1),
        contacts,
    };
    let mo = world.actor(world.mo).await;
    let pseudonyms = Pseudonyms::of_scheme(&world.app, world.scheme);
    let db = &world.app.db;
    let file = stage(
        db,
        &pseudonyms,
        &mo,
        None,
        &said,
        "file.csv",
        text.as_bytes(),
    )
    .await;
    confirm(db, &mo, file.unwrap()).await.unwrap();
}

/// Scores at the start, and at follow-up of so many of every hundred.
pub async fn scores(world: &World, people: &[One], followed_percent: u32) {
    bring(
        world,
        FileKind::Scores,
        None,
        scores_file(people, followed_percent),
    )
    .await;
}

pub fn scores_file(people: &[One], followed_percent: u32) -> String {
    let mut text = String::from("NHS number,Measure,Score,Date,Occasion\n");
    for (at, one) in (0..).zip(people.iter().filter(|one| one.referred)) {
        let score = 15 + at % 7;
        text += &format!("{},swemwbs,{score},2025-09-20,start\n", &*one.number);
        if at * 37 % 100 < followed_percent {
            let later = score + 3 + at % 2;
            text += &format!("{},swemwbs,{later},2026-03-20,follow_up\n", &*one.number);
        }
    }
    text
}

/// Somebody has a reading made, and it is made.
pub async fn reads(world: &World, who: Staff, path: &str) -> kith_testkit::Browser {
    let mut browser = world.signed_in(who).await;
    browser
        .opens(path)
        .await
        .presses("Make this reading")
        .await
        .sees("The reading is being made");
    made(world).await;
    browser.opens(path).await.sees("Read on");
    browser
}

/// The job does its work.
pub async fn made(world: &World) -> u64 {
    make_all(&world.app, world.scheme, world.now())
        .await
        .unwrap()
}
