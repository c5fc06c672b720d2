//! Who is reached, from the files to the page.

use kith_db::{Outcome, Tx};
use kith_report::gathered::FileKind;
use kith_testkit::World;

use super::made::{bring, program, refer};

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
