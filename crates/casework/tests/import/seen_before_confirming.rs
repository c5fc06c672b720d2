//! What the dry run shows before anything is made.

use kith_casework::paths;
use kith_testkit::World;

use crate::made::{MARY, OMAR, REFERRALS, brought_in, program, staged};

#[tokio::test]
async fn the_dry_run_names_who_is_new_and_where_the_same_row_was_before() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        brought_in(&world, &mo, MARY).await;
        let id = staged(&world, &mo, &format!("{MARY}{OMAR}{OMAR}")).await;
        let mut page = world.signed_in(world.mo).await;
        page.opens(paths::import(id))
            .await
            .sees("See the new rows (1)")
            .sees("Omar Khan")
            .sees("09/01/1980")
            .sees("See the rows that are the same as before (2)")
            .sees("03/05/1951 999 000 0018")
            .sees("Row 2 of list.csv")
            .sees("Row 3 of this file");
        assert_eq!(world.count(REFERRALS).await, 1, "nothing is made");
    }
}

#[tokio::test]
async fn a_long_file_is_a_small_page_that_leads_through_all_its_rows() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let line = |n: usize| {
            let (day, year) = (n % 28 + 1, 1940 + n % 60);
            format!(",Given{n},Family{n},{day:02}/03/{year},LS1 4AP,,Y00001,,Money,\n")
        };
        let id = staged(&world, &mo, &(0..230).map(line).collect::<String>()).await;
        let mut page = world.signed_in(world.mo).await;
        page.opens(paths::import(id))
            .await
            .sees("Given19 Family19")
            .does_not_see("Given20 Family20");
        assert!(page.html().len() < 40_000, "{}", page.html().len());
        page.follows("See all 230 rows")
            .await
            .sees("Given0 Family0")
            .sees("Given99 Family99")
            .does_not_see("Given100 Family100")
            .follows("The rows after these")
            .await
            .sees("Given100 Family100")
            .follows("The rows after these")
            .await
            .sees("Given229 Family229")
            .does_not_see("The rows after these");
        assert!(page.html().len() < 60_000, "{}", page.html().len());
    }
}

#[tokio::test]
async fn only_two_groups_have_a_list_of_their_own() {
    for world in World::small(program).await {
        let mo = world.actor(world.mo).await;
        let id = staged(&world, &mo, OMAR).await;
        let mut page = world.signed_in(world.mo).await;
        page.opens(paths::import_rows(id, "same", 0))
            .await
            .sees("No row of the file is in this group.");
        page.opens(paths::import_rows(id, "close", 0))
            .await
            .is_answered(404);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::import_rows(id, "new", 0))
            .await
            .is_answered(403)
            .does_not_see("Omar");
    }
}
