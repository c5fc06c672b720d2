//! The cells the database makes are those of the same rows written out one by
//! one and read by `kith_effect` from CSV, on both databases: whatever lists,
//! contacts, overlapping files and referrals there are.

use std::collections::BTreeMap;

use axum::Router;
use kith_access::{App, Organisation};
use kith_base::{Day, Id, NhsNumber, Ts, Word};
use kith_db::Outcome;
use kith_effect::cells::{Columns, GroupedRows};
use kith_report::{
    cells::{
        around::around,
        definition,
        histories::histories,
        windows::{Window, windows},
    },
    files::actions,
    gathered::{
        FileKind,
        store::{Contacts, Said},
    },
    gp::{self, ContactKind, Pseudonyms, Sex},
    month::Month,
    subject::Subject,
};
use kith_testkit::World;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use crate::made;

/// The window: twelve months from January 2025.
const FIRST: i64 = 2025 * 12;
const MONTHS: i64 = 12;
/// Two files of contacts overlap; the second, confirmed later, counts from here.
const LATER_FROM: i64 = 5;
const EARLIER_UNTIL: i64 = 7;

#[derive(Clone, Debug)]
struct Somebody {
    practice: usize,
    /// Month and day of the first day on the list.
    from: (i64, i8),
    until: Option<(i64, i8)>,
    birth_year: i64,
    sex: usize,
    fifth: i64,
    referred: Option<i64>,
}

/// Whose, in the later file or the earlier one, month, day, kind.
type Met = (usize, bool, i64, i8, usize);

fn somebody() -> impl Strategy<Value = Somebody> {
    let day = (0..MONTHS, 1_i8..=28);
    (
        0..2_usize,
        day.clone(),
        prop::option::of(day),
        1930..2020_i64,
        0..4_usize,
        0..=5_i64,
        prop::option::of(0..MONTHS),
    )
        .prop_map(
            |(practice, from, until, birth_year, sex, fifth, referred)| Somebody {
                practice,
                // Some are on the list from long before.
                from: if from.0 < 4 { (-30, 1) } else { from },
                until: until.filter(|until| *until > from),
                birth_year,
                sex,
                fifth,
                referred,
            },
        )
}

fn day((month, day): (i64, i8)) -> Day {
    let first = Month::numbered(FIRST + month).first_day().unwrap();
    first.plus_days(i64::from(day) - 1)
}

/// Valid numbers of the range that is never given out.
fn numbers() -> Vec<NhsNumber> {
    (999_100_000..)
        .filter_map(NhsNumber::with_check_digit)
        .take(40)
        .collect()
}

async fn brings(world: &World, said: Said, text: &str, at: Ts) {
    let mut mo = world.actor(world.mo).await;
    mo.now = at;
    let pseudonyms = Pseudonyms::of_scheme(&world.app, world.scheme);
    let db = &world.app.db;
    let id = actions::stage(
        db,
        &pseudonyms,
        &mo,
        None,
        &said,
        "file.csv",
        text.as_bytes(),
    )
    .await
    .unwrap();
    actions::confirm(db, &mo, id).await.unwrap();
}

fn contacts(practice: Id<Organisation>, from: i64, until: i64, definition: &str) -> Said {
    Said {
        kind: FileKind::GpContacts,
        practice: Some(practice),
        as_of: None,
        contacts: Some(Contacts {
            from: Month::numbered(FIRST + from),
            until: Month::numbered(FIRST + until),
            definition: definition.parse().unwrap(),
            code_set: "codes".parse().unwrap(),
            supplier: "system".parse().unwrap(),
        }),
    }
}

/// Brings everything in through the actions the pages call.
async fn filled(world: &World, people: &[Somebody], met: &[Met]) {
    let numbers = numbers();
    let now = world.now();
    for (somebody, number) in people.iter().zip(&numbers) {
        if let Some(month) = somebody.referred {
            made::referred(world, number, &day((month, 15)).to_string()).await;
        }
    }
    for (place, practice) in [world.riverside, world.hillside].into_iter().enumerate() {
        let mut list =
            "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n"
                .to_owned();
        let mut on_list = 0;
        for (somebody, number) in people.iter().zip(&numbers) {
            if somebody.practice != place {
                continue;
            }
            on_list += 1;
            let until = somebody.until.map(day).map(|day| day.to_string());
            let fifth = Some(somebody.fifth).filter(|fifth| *fifth > 0);
            list.push_str(&format!(
                "{number},{},{},{},{},{}\n",
                day(somebody.from),
                until.unwrap_or_default(),
                somebody.birth_year,
                Sex::ALL[somebody.sex].code(),
                fifth.map(|fifth| fifth.to_string()).unwrap_or_default(),
            ));
        }
        if on_list == 0 {
            continue;
        }
        let said = Said {
            kind: FileKind::GpRegister,
            practice: Some(practice),
            as_of: None,
            contacts: None,
        };
        brings(world, said, &list, now).await;
        for later in [false, true] {
            let mut text = "NHS number,Date,Kind\n".to_owned();
            // Somebody on no list has contacts too, and they do not count.
            let stranger = &numbers[39];
            text.push_str(&format!(
                "{stranger},{},other\n",
                day((if later { 8 } else { 6 }, 1))
            ));
            for (who, of_later, month, on, kind) in met {
                if *of_later == later && people[*who].practice == place {
                    let kind = ContactKind::ALL[*kind].code();
                    text.push_str(&format!(
                        "{},{},{kind}\n",
                        numbers[*who],
                        day((*month, *on))
                    ));
                }
            }
            let said = if later {
                contacts(practice, LATER_FROM, MONTHS - 1, "any")
            } else {
                contacts(practice, 0, EARLIER_UNTIL, "any")
            };
            brings(world, said, &text, now.plus_seconds(i64::from(later))).await;
        }
    }
}

/// Whether every day of a month lies between.
fn registered(somebody: &Somebody, month: i64) -> bool {
    let (from, until) = (day(somebody.from), somebody.until.map(day));
    let first = day((month, 1));
    let last = day((month + 1, 1)).plus_days(-1);
    from <= first && until.is_none_or(|until| until >= last)
}

fn contacts_in(met: &[Met], who: usize, month: i64) -> u64 {
    let later = month >= LATER_FROM;
    let counts = |m: &&Met| m.0 == who && m.1 == later && m.2 == month;
    met.iter().filter(counts).count().try_into().unwrap()
}

type Cells = BTreeMap<String, (u64, u64, u64)>;

/// The same rows one by one, through `kith_effect`'s own reading.
fn written_out(people: &[Somebody], met: &[Met], only: Option<usize>) -> (Cells, Vec<(u64, u64)>) {
    let mut csv = "key,y\n".to_owned();
    for (who, somebody) in people.iter().enumerate() {
        if only.is_some_and(|only| only != somebody.practice) {
            continue;
        }
        for month in (0..MONTHS).filter(|month| registered(somebody, *month)) {
            let band = ((FIRST + MONTHS - 1) / 12 - somebody.birth_year) / 10;
            let key = key(
                somebody.practice,
                FIRST + month,
                somebody.referred.map(|month| FIRST + month),
                band.clamp(0, 8),
                Sex::ALL[somebody.sex],
                somebody.fifth,
            );
            csv.push_str(&format!("{key},{}\n", contacts_in(met, who, month)));
        }
    }
    let columns = Columns {
        keys: &["key"],
        count: "y",
    };
    let grouped = GroupedRows::read(csv.as_bytes(), &columns).unwrap();
    let tallies = grouped.tallies(vec![1.0; grouped.len()]);
    let keys = grouped.texts("key").unwrap();
    let cells = keys.into_iter().enumerate().map(|(at, key)| {
        let whole = |number: f64| number as u64;
        let sums = (tallies.n[at], tallies.sum[at], tallies.sum_squares[at]);
        (key, (whole(sums.0), whole(sums.1), whole(sums.2)))
    });
    let histogram = grouped.histogram().iter().filter(|(_, n)| *n > 0);
    (cells.collect(), histogram.collect())
}

fn key(
    practice: usize,
    month: i64,
    cohort: Option<i64>,
    band: i64,
    sex: Sex,
    fifth: i64,
) -> String {
    format!(
        "{practice}/{month}/{cohort:?}/{band}/{}/{fifth}",
        sex.code()
    )
}

async fn from_the_database(world: &World, practice: Option<usize>) -> (Cells, Vec<(u64, u64)>) {
    let practices = [world.riverside, world.hillside];
    let window = Window {
        practice: practice.map(|at| practices[at]),
        from: Month::numbered(FIRST),
        until: Month::numbered(FIRST + MONTHS - 1),
    };
    let read = world
        .app
        .db
        .read(async |tx| Outcome::Ok(windows(tx, world.scheme, window).await?))
        .await
        .unwrap();
    let cells = read.cells.iter().map(|cell| {
        let practice = practices
            .iter()
            .position(|id| *id == cell.practice_id)
            .unwrap();
        let key = key(
            practice,
            cell.month,
            cell.cohort,
            cell.age_band,
            cell.sex,
            cell.fifth,
        );
        let whole = |number: i64| u64::try_from(number).unwrap();
        (key, (whole(cell.n), whole(cell.total), whole(cell.squares)))
    });
    (cells.collect(), read.histogram.iter().collect())
}

/// Months around the referral: n, Σy, Σy² by month since it.
fn around_written_out(people: &[Somebody], met: &[Met]) -> BTreeMap<i32, (u64, u64, u64)> {
    let mut cells: BTreeMap<i32, (u64, u64, u64)> = BTreeMap::new();
    for (who, somebody) in people.iter().enumerate() {
        let Some(index) = somebody.referred else {
            continue;
        };
        for month in (0..MONTHS).filter(|month| registered(somebody, *month)) {
            let y = contacts_in(met, who, month);
            let cell = cells
                .entry(i32::try_from(month - index).unwrap())
                .or_default();
            *cell = (cell.0 + 1, cell.1 + y, cell.2 + y * y);
        }
    }
    cells
}

async fn agree(world: &World, people: &[Somebody], met: &[Met]) {
    filled(world, people, met).await;
    let engine = world.db.engine();
    for practice in [None, Some(0), Some(1)] {
        let made = from_the_database(world, practice).await;
        assert_eq!(made, written_out(people, met, practice), "{engine}");
    }
    let (profile, months) = world
        .app
        .db
        .read(async |tx| {
            let profile = around(tx, world.scheme, Subject::Scheme).await?;
            Outcome::Ok((profile, histories(tx, world.scheme, Subject::Scheme).await?))
        })
        .await
        .unwrap();
    let mut made: BTreeMap<i32, (u64, u64, u64)> = BTreeMap::new();
    for cell in &profile.cells {
        let sums = made.entry(cell.month).or_default();
        *sums = (
            sums.0 + cell.n,
            sums.1 + cell.sum,
            sums.2 + cell.sum_squares,
        );
    }
    assert_eq!(made, around_written_out(people, met), "{engine}");
    let referred = people.iter().filter(|p| p.referred.is_some()).count();
    assert_eq!(profile.on_a_list, u64::try_from(referred).unwrap());
    // The same person-months again, one by one, as the comparison takes them.
    let seen: Vec<u32> = months
        .iter()
        .flat_map(|history| &history.months)
        .filter(|month| month.days > 0.0)
        .map(|month| month.count)
        .collect();
    let (cells, _) = written_out(people, met, None);
    let n: u64 = cells.values().map(|cell| cell.0).sum();
    let total: u64 = cells.values().map(|cell| cell.1).sum();
    assert_eq!(u64::try_from(seen.len()).unwrap(), n);
    assert_eq!(seen.iter().map(|y| u64::from(*y)).sum::<u64>(), total);
}

fn program(app: App) -> Router {
    kith_report::routes().into_router(app)
}

#[test]
fn cells_from_the_database_are_those_of_the_rows_written_out() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 6,
        ..ProptestConfig::default()
    });
    let met = |people: usize| {
        let one = (0..people, any::<bool>(), 0..MONTHS, 1_i8..=28, 0..8_usize);
        vec(one, 0..120).prop_map(|all| {
            let covered = |m: &Met| {
                if m.1 {
                    m.2 >= LATER_FROM
                } else {
                    m.2 <= EARLIER_UNTIL
                }
            };
            all.into_iter().filter(covered).collect::<Vec<Met>>()
        })
    };
    let world = vec(somebody(), 1..30)
        .prop_flat_map(move |people| (Just(people.clone()), met(people.len())));
    runner
        .run(&world, |(people, met)| {
            runtime.block_on(async {
                for world in World::small(program).await {
                    agree(&world, &people, &met).await;
                }
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_definition_that_changed_is_named_with_its_practice() {
    for world in World::small(program).await {
        let text = format!("NHS number,Date,Kind\n{},2025-03-01,other\n", numbers()[0]);
        let now = world.now();
        let refusal = async || {
            world
                .app
                .db
                .read(async |tx| Outcome::Ok(definition::changed(tx, world.scheme, None).await?))
                .await
                .unwrap()
        };
        brings(
            &world,
            contacts(world.riverside, 0, 3, "any consultation"),
            &text,
            now,
        )
        .await;
        brings(
            &world,
            contacts(world.hillside, 0, 3, "face to face"),
            &text,
            now,
        )
        .await;
        assert_eq!(refusal().await, None);
        let more = text.replace("2025-03-01", "2025-06-01");
        brings(
            &world,
            contacts(world.riverside, 4, 8, "any entry"),
            &more,
            now,
        )
        .await;
        let said = refusal().await.unwrap();
        assert_eq!(said.code(), "R13", "{}", world.db.engine());
        assert!(
            said.to_string().starts_with(
                "The definition of a contact of Riverside Surgery (\"any consultation\", then \"any entry\")"
            ),
            "{said}"
        );
        // A file of the whole window, made in one way, takes the place of both.
        brings(
            &world,
            contacts(world.riverside, 0, 8, "any entry"),
            &format!("{more} "),
            now.plus_seconds(1),
        )
        .await;
        assert_eq!(refusal().await, None);
    }
}

#[tokio::test]
async fn people_are_tied_when_they_are_referred_after_the_file_came() {
    for world in World::small(program).await {
        let number = &numbers()[0];
        let list =
            format!("NHS number,Registered from,Year of birth,Sex\n{number},2010-01-01,1951,F\n");
        let said = Said {
            kind: FileKind::GpRegister,
            practice: Some(world.riverside),
            as_of: None,
            contacts: None,
        };
        brings(&world, said, &list, world.now()).await;
        let text = format!("NHS number,Date,Kind\n{number},2025-03-01,other\n");
        brings(
            &world,
            contacts(world.riverside, 0, 11, "any"),
            &text,
            world.now(),
        )
        .await;
        made::referred(&world, number, "2025-05-04").await;
        let profile = async || {
            world
                .app
                .db
                .read(async |tx| Outcome::Ok(around(tx, world.scheme, Subject::Scheme).await?))
                .await
                .unwrap()
        };
        let before = profile().await;
        assert_eq!((before.referred, before.on_a_list), (1, 0));
        let pseudonyms = Pseudonyms::of_scheme(&world.app, world.scheme);
        gp::store::tie(&world.app.db, &pseudonyms, world.scheme)
            .await
            .unwrap();
        let after = profile().await;
        assert_eq!((after.referred, after.on_a_list), (1, 1));
        let with_contact: Vec<(i32, u64)> = after
            .cells
            .iter()
            .filter(|cell| cell.sum > 0)
            .map(|cell| (cell.month, cell.sum))
            .collect();
        assert_eq!(with_contact, [(-2, 1)]);
    }
}
