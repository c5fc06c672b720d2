//! A file with referrals, brought in and undone with the binary itself, on
//! both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{path::Path, process::Command};

use axum::Router;
use kith_access::App;
use kith_testkit::{WORKBOOK, World};
use tempfile::TempDir;

const HEADINGS: &str = "NHS number,Forename,Surname,DOB,Postcode,Mobile,Practice,Date received,Need,Notes,Gender,Ethnic group\n";
const MARY: &str = "999 000 0018,Mary,Smith,03/05/1951,LS1 4AP,7700900982,Y00001,20/11/2024,Loneliness,Lives alone,Female,White British\n";
const OMAR: &str =
    ",Omar,Khan,09/01/1980,BD1 1AA,01274 960 002,Riverside Surgery,20/11/2024,debt,,,\n";
const WRONG: &str = ",Ann,Lee,31/02/1970,,,Nowhere,20/11/2024,Housing,,,\n";

fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}

struct Desk<'a> {
    world: &'a World,
    folder: TempDir,
}

struct Said {
    well: bool,
    words: String,
}

impl<'a> Desk<'a> {
    fn of(world: &'a World, rows: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let text = format!("{HEADINGS}{rows}");
        std::fs::write(folder.path().join("list.csv"), text).unwrap();
        std::fs::write(folder.path().join("list.xlsx"), WORKBOOK).unwrap();
        Self { world, folder }
    }

    fn imports(&self, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_kith"))
            .current_dir(self.folder.path() as &Path)
            .args(["--database", &self.world.db.url, "import", "referrals"])
            .args(arguments)
            .output()
            .unwrap();
        let words = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
        Said {
            well: output.status.success(),
            words: words.concat(),
        }
    }
}

impl Said {
    fn says(&self, words: &str) -> &Self {
        assert!(
            self.words.contains(words),
            "no \"{words}\" in:\n{}",
            self.words
        );
        self
    }
    fn went_well(&self) -> &Self {
        assert!(self.well, "{}", self.words);
        self
    }
    fn was_refused(&self) -> &Self {
        assert!(!self.well, "{}", self.words);
        self
    }
}

const REFERRALS: &str = "select count(*) from referral where scheme_id = $1 and state <> 'voided'";
const AS_MO: [&str; 2] = ["--as", "mo.khan@example.org"];

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_four_groups_and_makes_nothing() {
    for world in World::small(program).await {
        let desk = Desk::of(&world, &format!("{MARY}{OMAR}{MARY}{WRONG}"));
        desk.imports(&["list.csv", AS_MO[0], AS_MO[1]])
            .was_refused()
            .says("--agreed yes");
        let dry = desk.imports(&["list.csv", AS_MO[0], AS_MO[1], "--agreed", "yes"]);
        dry.went_well()
            .says("     2  New")
            .says("     1  The same as before: left out")
            .says("     0  Close match")
            .says("     1  Something is wrong: left out")
            .says("row 2: new: Mary Smith, 03/05/1951 999 000 0018, Loneliness")
            .says("row 3: new: Omar Khan, 09/01/1980, debt")
            .says("row 4: same: Mary Smith, 03/05/1951 999 000 0018, Row 2 of this file")
            .says("row 5, DOB, \"31/02/1970\": There is no such day")
            .says("row 5, Practice, \"Nowhere\"")
            .says(
                "row 2, Mobile, \"7700900982\": The beginning of the number was lost and put back",
            )
            .says("Nothing is made yet");
        assert_eq!(world.count(REFERRALS).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_file_is_brought_in_once_and_can_be_undone() {
    for world in World::small(program).await {
        let desk = Desk::of(&world, &format!("{MARY}{OMAR}{WRONG}"));
        let confirm = [
            "list.csv",
            AS_MO[0],
            AS_MO[1],
            "--agreed",
            "yes",
            "--confirm",
        ];
        let first = desk.imports(&confirm);
        first.went_well().says("2 referrals made, 0 added");
        assert_eq!(world.count(REFERRALS).await, 2);
        let staged = "select count(*) from import_batch where scheme_id = $1 and state = 'done'";
        assert_eq!(world.count(staged).await, 1);

        desk.imports(&confirm)
            .went_well()
            .says("     2  The same as before: left out")
            .says("There is nothing to bring in from this file");
        assert_eq!(world.count(REFERRALS).await, 2);

        let named = "select count(*) from audit t join account a on a.scheme_id = $1 and a.id = t.account_id
            where t.scheme_id = $1 and t.role = 'manager at the command line' and a.email = 'mo.khan@example.org'
              and t.action in ('confirm an import', 'send a referral')";
        assert_eq!(world.count(named).await, 3);

        let (_, id) = first.words.split_once("--undo ").unwrap();
        let id = id.split_whitespace().next().unwrap();
        desk.imports(&["--undo", id, AS_MO[0], AS_MO[1]])
            .went_well()
            .says("2 referrals taken back, 0 could not");
        assert_eq!(world.count(REFERRALS).await, 0);
        desk.imports(&["--undo", id, AS_MO[0], AS_MO[1]])
            .was_refused()
            .says("This import was undone already");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn close_matches_are_decided_about_before_anything_is_made() {
    for world in World::small(program).await {
        let desk = Desk::of(&world, MARY);
        let confirm = [
            "list.csv",
            AS_MO[0],
            AS_MO[1],
            "--agreed",
            "yes",
            "--confirm",
        ];
        desk.imports(&confirm).went_well();
        // Her number is not in the second file, and her name is spelt another way.
        let other = MARY
            .replace("999 000 0018", "")
            .replace("Mary,Smith", "Mary,Smyth");
        let desk = Desk::of(&world, &other);
        desk.imports(&confirm)
            .was_refused()
            .says("row 2: close match: Not decided")
            .says("/import/")
            .says("Close matches nobody has decided about: 1");
        assert_eq!(world.count(REFERRALS).await, 1);
        let mut decided = confirm.to_vec();
        decided.extend(["--close", "make"]);
        desk.imports(&decided).went_well().says("1 referrals made");
        assert_eq!(world.count(REFERRALS).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_brings_a_file_in_who_may_not_on_a_page() {
    for world in World::small(program).await {
        let desk = Desk::of(&world, MARY);
        desk.imports(&["list.csv", "--as", "kay.ward@example.org"])
            .was_refused()
            .says("Your role does not include this");
        let refused = "select count(*) from audit where scheme_id = $1 and outcome = 'refused'
            and role = 'link_worker at the command line'";
        assert_eq!(world.count(refused).await, 1);
        desk.imports(&["list.csv", "--as", "nobody@example.org"])
            .was_refused()
            .says("Nobody signs in with the address nobody@example.org");
        desk.imports(&["none.csv", AS_MO[0], AS_MO[1]])
            .was_refused()
            .says("none.csv");
        assert_eq!(world.count(REFERRALS).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_is_brought_in_as_a_csv_file_is() {
    for world in World::small(program).await {
        let desk = Desk::of(&world, "");
        let said = desk.imports(&["list.xlsx", AS_MO[0], AS_MO[1], "--confirm"]);
        said.went_well()
            .says("     1  New")
            .says(
                "row 2, Mobile, \"7700900982\": The beginning of the number was lost and put back",
            )
            .says("row 3, DOB, \"2014-12-27\": This service is for people aged 18 and over")
            .says("1 referrals made, 0 added");
        assert_eq!(world.count(REFERRALS).await, 1);
    }
}
