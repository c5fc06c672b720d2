//! People referred on a day, and a search of the whole database.

use kith_access::SchemeSettings;
use kith_base::{Day, NhsNumber};
use kith_casework::{
    person::{Details, Place, store::Origin},
    referral::{
        Agreed, Need, Sent, Source, Told,
        actions::{Referred, Terms, Who, refer},
    },
};
use kith_db::{Outcome, Tx, on};
use kith_testkit::World;
use sqlx::AssertSqlSafe;

/// Refers somebody from Riverside Surgery at noon of a day.
pub async fn referred(world: &World, number: &str, on: &str) -> Referred {
    let day: Day = on.parse().unwrap();
    let mut rita = world.actor(world.rita).await;
    rita.now = day.start().plus_seconds(12 * 3600);
    let number: NhsNumber = number.parse().unwrap();
    let details = Details {
        given: "Mary".parse().unwrap(),
        family: format!("Thistle{}", &number[6..]).parse().unwrap(),
        known_as: None,
        born: "1951-05-03".parse().ok(),
        nhs_number: Some(number),
        practice: rita.practice,
        place: Place::default(),
    };
    let sent = Sent {
        source: Source::Practice,
        practice: rita.practice,
        referrer: Some(rita.account),
        referrer_name: "Rita Shah".parse().unwrap(),
        needs: vec![Need::Loneliness],
        why: None,
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
    };
    let terms = Terms::of(world.scheme, &SchemeSettings::default()).unwrap();
    let act = async |tx: &mut Tx| {
        refer(
            tx,
            &terms,
            Some(&rita),
            Who::Described(Box::new(details.clone())),
            sent.clone(),
            Origin::default(),
            rita.now,
        )
        .await
    };
    world.app.db.act(act).await.unwrap()
}

/// Every column of every table that holds a number in any way of writing it.
pub async fn holding(world: &World, number: &str) -> Vec<String> {
    let number: NhsNumber = number.parse().unwrap();
    holding_words(world, &number).await
}

/// Every column of every table that holds some words, with spaces and hyphens
/// or without.
pub async fn holding_words(world: &World, words: &str) -> Vec<String> {
    let words: String = words.chars().filter(|c| !" -".contains(*c)).collect();
    let mut found = Vec::new();
    for table in world.app.db.schema().await.unwrap() {
        for column in &table.columns {
            let text = match column.stored.as_str() {
                "bytea" => format!("encode(\"{}\", 'escape')", column.name),
                _ => format!("cast(\"{}\" as text)", column.name),
            };
            let sql = format!(
                "select count(*) from {} where replace(replace({text}, ' ', ''), '-', '') like $1",
                table.name
            );
            let like = format!("%{words}%");
            let ask = async |tx: &mut Tx| -> Outcome<i64> {
                Ok(
                    on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone())).bind(&like).fetch_one(c))?,
                )
            };
            if world.app.db.read(ask).await.unwrap() > 0 {
                found.push(format!("{}.{}", table.name, column.name));
            }
        }
    }
    found
}
