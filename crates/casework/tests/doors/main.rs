//! Journeys through the doors: a practice refers and reads what comes of it,
//! and somebody asks for help themself. Through the real pages, without
//! JavaScript, on both databases.

mod elsewhere;
mod filing;
mod hears_back;
mod myself;
mod one_line;
mod paper;
mod refers;

use axum::Router;
use kith_access::App;
use kith_base::NhsNumber;
use kith_db::{Outcome, Tx, run};
use kith_testkit::World;

/// The program with the pages of this area alone.
fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// A setting of the scheme.
async fn set(world: &World, name: &str, value: &str) {
    let sets = async |tx: &mut Tx| -> Outcome<u64> {
        let sql =
            "insert into setting (scheme_id, name, value, changed_at) values ($1, $2, $3, $4)";
        Ok(run!(
            tx,
            sqlx::query(sql)
                .bind(world.scheme)
                .bind(name)
                .bind(value)
                .bind(world.now())
        )?)
    };
    assert_eq!(world.db.act(sets).await.expect("a setting"), 1);
}

/// A made-up NHS number, as people type it.
fn number(nth: u32) -> String {
    NhsNumber::with_check_digit(999_000_000 + nth)
        .expect("a number with a check digit")
        .spaced()
}
