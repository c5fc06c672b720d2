//! Who is reached, from the files to the page.

use std::collections::BTreeMap;

use kith_access::Organisation;
use kith_base::{Day, Id, Word};
use kith_casework::person::{Ethnicity, Gender, Person};
use kith_db::{Outcome, Tx, on, run};
use kith_report::{
    equity::store::{Reached, reached},
    files::actions::stage,
    gathered::{FileKind, store::Said},
    gp::{Pseudonyms, Sex},
    population::age_group,
};
use kith_testkit::World;

use super::made::{After, One, Town, bring, people, program, refer};

async fn referred(world: &World, riverside: usize, hillside: usize) {
    let add = async |tx: &mut Tx| {
        let day = world.now().day().plus_days(-40);
        for _ in 0..riverside {
            refer(tx, world, world.riverside, day, None).await?;
        }
        for _ in 0..hillside {
            refer(tx, world, world.hillside, day, None).await?;
        }
        Outcome::Ok(())
    };
    world.app.db.act(add).await.unwrap();
}

fn counts(of_old: u32) -> String {
    format!(
        "Dimension,Group,People\nage,0 to 17,2000\nage,18 to 34,2000\nage,35 to 49,2000\nage,50 to 64,2000\n\
         age,65 to 79,{of_old}\nage,80 and over,500\nage,Not recorded,10\nsex,Female,5000\nsex,Male,4900\nsex,Not recorded,100\n"
    )
}

#[tokio::test]
async fn without_population_counts_people_are_counted_and_it_says_what_to_bring() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/reach")
            .await
            .sees("Nobody was referred in the last twelve months");
        referred(&world, 40, 5).await;
        mo.opens("/figures/reach")
            .await
            .sees("There are no population counts yet")
            .sees("Bring in population counts")
            .sees("65 to 79 People referred 45")
            .sees("18 to 34 People referred 0");
        // Five people of a practice are not shown to it as a number.
        let mut harry = world.signed_in(world.harry).await;
        harry
            .opens("/figures/reach")
            .await
            .sees("65 to 79 People referred hidden");
    }
}

#[tokio::test]
async fn rates_have_their_interval_and_not_recorded_is_a_row() {
    for world in World::small(program).await {
        referred(&world, 60, 0).await;
        bring(&world, FileKind::Population, None, counts(2000)).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/reach").await
            .sees("Population counts of 1 November 2026")
            .sees("65 to 79 People referred 60 People who live here 2000 Of every 1,000 30.0 95% interval 23.4 to 38.4")
            .sees("Not recorded People referred 0 People who live here 10 Of every 1,000 no rate")
            .sees("There are no population counts of these groups".to_lowercase().as_str())
            .follows("A researcher").await
            .sees("Benjamini");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/figures/reach").await.is_answered(403);
    }
}

#[tokio::test]
async fn practices_stand_in_a_funnel_by_name() {
    for world in World::small(program).await {
        referred(&world, 60, 12).await;
        bring(
            &world,
            FileKind::Population,
            Some(world.riverside),
            counts(2000),
        )
        .await;
        bring(
            &world,
            FileKind::Population,
            Some(world.hillside),
            counts(2000),
        )
        .await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/reach")
            .await
            .sees("By practice")
            .sees("Hillside Practice")
            .does_not_see("rank");
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/figures/reach")
            .await
            .sees("65 to 79 People referred 60")
            .does_not_see("Hillside Practice");
    }
}

/// A practice's list, on which sex and fifth are written for some.
fn list_of(people: &[One], turn: usize) -> String {
    let mut text = String::from("NHS number,Registered from,Year of birth,Sex,Deprivation fifth\n");
    for (place, one) in people.iter().enumerate() {
        let sex = Sex::ALL[(place + turn) % 4].code();
        let fifth = match (place * 7 + turn) % 6 {
            0 => String::new(),
            fifth => fifth.to_string(),
        };
        text += &format!("{},2015-01-01,1951,{sex},{fifth}\n", &*one.number);
    }
    text
}

const PEOPLE: &str = "select id from person where scheme_id = $1 order by id";
const DETAILS: &str = "update person set born = $3, ethnicity = $4, gender = $5
    where scheme_id = $1 and id = $2";
const MERGED: &str = "update person set merged_into = $3 where scheme_id = $1 and id = $2";
const TO_ANOTHER: &str =
    "update referral set person_id = $3 where scheme_id = $1 and person_id = $2";
const STATE: &str = "update referral set state = $3, end_reason = null
    where scheme_id = $1 and person_id = $2";

/// People of every age and kind; one merged into another, one referred twice, one
/// only advised, one referred by mistake.
async fn various(world: &World) {
    let scheme = world.scheme;
    let change = async |tx: &mut Tx| {
        let all: Vec<Id<Person>> =
            on!(tx, c => sqlx::query_scalar(PEOPLE).bind(scheme).fetch_all(c))?;
        for (place, person) in (0_i64..).zip(&all) {
            let born = (place % 8 > 0)
                .then(|| {
                    Day::ymd(2026, 6, 30)
                        .map(|day| day.plus_months(-18 * place).plus_days(place % 3 - 1))
                })
                .flatten();
            let at = usize::try_from(place).unwrap();
            let ethnicity = Ethnicity::ALL.get(at % 23);
            let gender = Gender::ALL.get(at % 7);
            run!(
                tx,
                sqlx::query(DETAILS)
                    .bind(scheme)
                    .bind(*person)
                    .bind(born)
                    .bind(ethnicity.copied())
                    .bind(gender.copied())
            )?;
        }
        run!(
            tx,
            sqlx::query(MERGED).bind(scheme).bind(all[3]).bind(all[4])
        )?;
        run!(
            tx,
            sqlx::query(TO_ANOTHER)
                .bind(scheme)
                .bind(all[5])
                .bind(all[6])
        )?;
        run!(
            tx,
            sqlx::query(STATE).bind(scheme).bind(all[7]).bind("advice")
        )?;
        run!(
            tx,
            sqlx::query(STATE).bind(scheme).bind(all[8]).bind("voided")
        )?;
        Outcome::Ok(())
    };
    world.app.db.act(change).await.unwrap();
}

/// How many people are in each group, counted one by one.
type Counts = BTreeMap<String, i64>;

fn key(
    practice: Option<Id<Organisation>>,
    age: Option<i64>,
    known: (Option<Ethnicity>, Option<Gender>),
    list: (Option<Sex>, Option<i64>),
) -> String {
    format!("{practice:?} {:?} {known:?} {list:?}", age.map(age_group))
}

type PersonRow = (
    Id<Person>,
    Option<Id<Organisation>>,
    Option<Day>,
    Option<Ethnicity>,
    Option<Gender>,
);
const EVERYBODY: &str = "select id, practice_id, born, ethnicity, gender from person
    where scheme_id = $1 and merged_into is null order by id";
const REFERRED: &str = "select received_on, state from referral
    where scheme_id = $1 and person_id = $2 order by id";
const LISTED: &str = "select g.sex, g.deprivation_fifth from gp_person g
    join gathered_file f on f.scheme_id = $1 and f.id = g.file_id
    where g.scheme_id = $1 and g.person_id = $2 and f.state = 'done' order by f.done_at desc";

async fn one_by_one(world: &World, after: Day, until: Day) -> Counts {
    let scheme = world.scheme;
    let count = async |tx: &mut Tx| {
        let mut counts = Counts::new();
        let everybody: Vec<PersonRow> =
            on!(tx, c => sqlx::query_as(EVERYBODY).bind(scheme).fetch_all(c))?;
        for (person, practice, born, ethnicity, gender) in everybody {
            let referrals: Vec<(Day, String)> =
                on!(tx, c => sqlx::query_as(REFERRED).bind(scheme).bind(person).fetch_all(c))?;
            let is_reached = referrals.iter().any(|(day, state)| {
                *day > after && *day <= until && state != "advice" && state != "voided"
            });
            let lists: Vec<(Sex, Option<i64>)> =
                on!(tx, c => sqlx::query_as(LISTED).bind(scheme).bind(person).fetch_all(c))?;
            let list = lists
                .first()
                .map_or((None, None), |(sex, fifth)| (Some(*sex), *fifth));
            let age = born.map(|born| i64::from(until.years_since(born)));
            if is_reached {
                *counts
                    .entry(key(practice, age, (ethnicity, gender), list))
                    .or_default() += 1;
            }
        }
        Outcome::Ok(counts)
    };
    world.app.db.read(count).await.unwrap()
}

async fn in_the_database(
    world: &World,
    after: Day,
    until: Day,
    practice: Option<Id<Organisation>>,
) -> Counts {
    let count =
        async |tx: &mut Tx| Outcome::Ok(reached(tx, world.scheme, after, until, practice).await?);
    let cells: Vec<Reached> = world.app.db.read(count).await.unwrap();
    let mut counts = Counts::new();
    for cell in cells {
        let known = (cell.ethnicity, cell.gender);
        let list = (cell.sex, cell.deprivation_fifth);
        *counts
            .entry(key(cell.practice_id, cell.age_from, known, list))
            .or_default() += cell.people;
    }
    counts
}

#[tokio::test]
async fn counting_in_the_database_gives_what_counting_one_by_one_gives() {
    let town = Town {
        practices: 2,
        referred: 60,
        others: 3,
        months: 3,
        after: After::Anything,
    };
    for world in World::small(program).await {
        let lists = people(&world, town).await;
        various(&world).await;
        for (practice, people) in &lists {
            bring(
                &world,
                FileKind::GpRegister,
                Some(*practice),
                list_of(people, 0),
            )
            .await;
        }
        world.passes_hours(1);
        let (riverside, people) = &lists[0];
        bring(
            &world,
            FileKind::GpRegister,
            Some(*riverside),
            list_of(&people[..40], 1),
        )
        .await;
        // A list that nobody confirmed says nothing.
        let staged = Said {
            kind: FileKind::GpRegister,
            practice: Some(*riverside),
            as_of: Day::ymd(2026, 11, 1),
            contacts: None,
        };
        let text = list_of(people, 2);
        let mo = world.actor(world.mo).await;
        let pseudonyms = Pseudonyms::of_scheme(&world.app, world.scheme);
        stage(
            &world.app.db,
            &pseudonyms,
            &mo,
            None,
            &staged,
            "later.csv",
            text.as_bytes(),
        )
        .await
        .unwrap();

        // Those of July are before the time, who came on its last day is in it.
        let (after, until) = (
            Day::ymd(2025, 7, 10).unwrap(),
            Day::ymd(2025, 9, 10).unwrap(),
        );
        let expected = one_by_one(&world, after, until).await;
        let number: i64 = expected.values().sum();
        assert!(
            (74..=80).contains(&number) && expected.len() > 60,
            "{number}"
        );
        let all = in_the_database(&world, after, until, None).await;
        let apart: Vec<_> = all
            .iter()
            .filter(|(key, n)| expected.get(*key) != Some(n))
            .collect();
        assert!(all == expected, "{apart:#?}");
        let own = in_the_database(&world, after, until, Some(*riverside)).await;
        let practice = format!("{:?} ", Some(*riverside));
        let expected: Counts = expected
            .into_iter()
            .filter(|(key, _)| key.starts_with(&practice))
            .collect();
        assert!(expected.len() > 30 && own == expected);
    }
}
