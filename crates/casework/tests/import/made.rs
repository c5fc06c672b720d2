//! A list that somebody brings in, and what became of its rows.

use axum::Router;
use kith_access::{Actor, App};
use kith_base::Id;
use kith_casework::{
    ImportBatch,
    import::{
        actions::{self, Groups},
        bring_in,
        headings::Plan,
    },
    referral::Agreed,
};
use kith_testkit::World;

pub fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

pub const HEADINGS: &str =
    "NHS number,Forename,Surname,DOB,Postcode,Mobile,Practice,Date received,Need,Notes\n";

pub const MARY: &str = "999 000 0018,Mary,Smith,03/05/1951,LS1 4AP,7700900982,Y00001,20/11/2026,Loneliness,Lives alone\n";

pub const OMAR: &str =
    ",Omar,Khan,09/01/1980,BD1 1AA,01274 960 002,Riverside Surgery,20/11/2026,debt,\n";

pub async fn staged(world: &World, mo: &Actor, rows: &str) -> Id<ImportBatch> {
    let db = &world.app.db;
    let text = format!("{HEADINGS}{rows}");
    let id = actions::stage(db, mo, None, "list.csv", text.as_bytes())
        .await
        .unwrap();
    let batch = db
        .read(async |tx| actions::batch(tx, mo, id).await)
        .await
        .unwrap();
    let plan = Plan {
        agreed: Some(Agreed::Yes),
        ..batch.plan
    };
    actions::set_plan(db, mo, id, &plan).await.unwrap();
    actions::check(db, mo, id, None).await.unwrap();
    id
}

pub async fn groups(world: &World, mo: &Actor, id: Id<ImportBatch>) -> Groups {
    world
        .app
        .db
        .read(async |tx| actions::groups(tx, mo, id).await)
        .await
        .unwrap()
}

pub async fn brought_in(world: &World, mo: &Actor, rows: &str) -> (Id<ImportBatch>, Groups) {
    let id = staged(world, mo, rows).await;
    actions::confirm(&world.app.db, mo, id).await.unwrap();
    let end = bring_in::carry_on(&world.app.db, &world.terms(), mo, id, None)
        .await
        .unwrap();
    assert!(end.finished);
    (id, groups(world, mo, id).await)
}

pub const REFERRALS: &str =
    "select count(*) from referral where scheme_id = $1 and state <> 'voided'";

pub const PEOPLE: &str = "select count(*) from person where scheme_id = $1";
