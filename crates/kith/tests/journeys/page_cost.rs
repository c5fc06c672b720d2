//! What each page asks of the database. The number of statements is the same
//! with 5 people and with 200: a page's cost does not grow with what is not on
//! it. The page `docs/reference/page-cost.md` is written here
//! (`make generate-long`).

use std::{env, fmt::Write as _, fs, path::Path};

use kith_casework::{
    contact::{Answer, Purpose},
    paths,
    person::Details,
};
use kith_db::testing::counted;
use kith_testkit::{Browser, Somebody, World, mary, named};

use crate::program;

/// No page needs more than this; whoever reaches it looks for two questions
/// that could be one.
const MOST: u32 = 40;
/// Set to anything, the page of the reference is written.
const WRITE: &str = "KITH_WRITE_PAGE_COST";

/// Somebody whose name and birth date are like nobody else's.
fn nobody_else(nth: u32) -> Details {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).expect("a letter"));
    let family: String = [nth / 26, nth * 7, nth * 11 + 3, nth * 5 + nth / 26]
        .map(letter)
        .iter()
        .collect();
    Details {
        born: Some(kith_base::Day::from_epoch_days(i64::from(nth) * 61 - 9000)),
        ..named(&format!("{}{}", letter(nth * 3), letter(nth / 26)), &family)
    }
}

/// So many people, of whom every second waits; the others are Kay's, and met.
async fn with_people(world: &World, people: u32) -> Somebody {
    let mary = world.takes_on(world.kay, &mary()).await;
    let (assess, yes) = (Purpose::Assess, Some(Answer::Yes));
    world
        .meets(world.kay, mary.referral, assess, None, yes)
        .await;
    for nth in 1..people {
        if nth % 2 == 0 {
            world.refers(world.rita, &nobody_else(nth)).await;
        } else {
            let one = world.takes_on(world.kay, &nobody_else(nth)).await;
            world
                .meets(world.kay, one.referral, assess, None, yes)
                .await;
        }
    }
    mary
}

async fn asks(browser: &mut Browser, path: String) -> u32 {
    let ((), statements) = counted(async {
        browser.opens(path).await.is_answered(200);
    })
    .await;
    statements
}

async fn referring(world: &World) -> u32 {
    let mut rita = world.signed_in(world.rita).await;
    rita.opens(paths::refer()).await;
    rita.describes("Wilhelmina", "Jaxworthy", "1939-02-17")
        .says_why("Yes");
    let ((), statements) = counted(async {
        rita.presses("Send referral").await.is_on("Referral sent");
    })
    .await;
    statements
}

/// Every page with who opens it and how many statements it took.
async fn costs(world: &World, people: u32) -> Vec<(&'static str, u32)> {
    let mary = with_people(world, people).await;
    let mut kay = world.signed_in(world.kay).await;
    let mut mo = world.signed_in(world.mo).await;
    let mut rita = world.signed_in(world.rita).await;
    vec![
        ("Today", asks(&mut kay, paths::today()).await),
        ("Caseload", asks(&mut kay, paths::caseload()).await),
        ("Waiting", asks(&mut kay, paths::waiting()).await),
        (
            "A person's record",
            asks(&mut kay, paths::person(mary.person)).await,
        ),
        (
            "A new contact note",
            asks(&mut kay, paths::new_contact(mary.person)).await,
        ),
        ("Team", asks(&mut mo, paths::team()).await),
        ("Sent, by a practice", asks(&mut rita, paths::sent()).await),
        (
            "One sent referral",
            asks(&mut rita, paths::sent_one(mary.referral)).await,
        ),
        (
            "Sending a referral, and reading its reference",
            referring(world).await,
        ),
    ]
}

#[tokio::test]
async fn a_page_asks_as_much_of_two_hundred_people_as_of_five() {
    let mut engines = Vec::new();
    for (few, many) in World::small(program)
        .await
        .into_iter()
        .zip(World::small(program).await)
    {
        let (few, many) = (costs(&few, 5).await, costs(&many, 200).await);
        assert_eq!(few, many, "statements with 5 people and with 200");
        for (page, statements) in &many {
            assert!(
                (1..=MOST).contains(statements),
                "{page}: {statements} statements"
            );
        }
        engines.push(many);
    }
    let [first, rest @ ..] = engines.as_slice() else {
        panic!("no database");
    };
    for other in rest {
        assert_eq!(first, other, "the two databases are asked the same");
    }
    let page = written(first);
    println!("{page}");
    write_where_wanted(&page);
}

fn written(costs: &[(&str, u32)]) -> String {
    let mut page = String::from(
        "# What a page asks of the database\n\nWritten by the test \
         `a_page_asks_as_much_of_two_hundred_people_as_of_five` (`make generate-long`). The session, \
         the settings and the audit row are counted; beginning and ending a transaction are not. The \
         numbers are the same with 5 people and with 200, on SQLite and on PostgreSQL.\n\n\
         | Page | Statements |\n|---|---:|\n",
    );
    for (name, statements) in costs {
        // Writing to a text does not fail.
        writeln!(page, "| {name} | {statements} |").ok();
    }
    page
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether the reference is written is asked by whoever runs the test"
)]
fn write_where_wanted(page: &str) {
    if env::var(WRITE).is_ok() {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/page-cost.md");
        fs::write(place, page).expect("the reference is written");
    }
}
