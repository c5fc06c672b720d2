//! `kith import referrals FILE --as EMAIL`: brings referrals in from a file
//! with the same actions as the page. Without `--confirm` it is a dry run: the
//! four groups are printed, and every error by row and column. The same file
//! goes on where it stands, on the page too. The audit trail names the account
//! and says that it acted at the command line.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use kith_access::{
    Ability, Actor, account,
    audit::{self, Entry},
    session, settings,
};
use kith_base::{Clock, Email, Id, Refusal, Word};
use kith_casework::{
    import::{
        DateOrder, Decision, ImportBatch, MOST_ROWS, Sorted, Stage,
        actions::{self, Groups},
        bring_in,
        headings::Plan,
        listed,
        rows::{self, ImportRow, Which},
        store::Batch,
        undo,
    },
    paths,
    referral::{Agreed, actions::Terms},
};
use kith_db::{Db, Failure, Outcome};

use super::{Done, Said, open};
use crate::config::Config;

/// `kith import`.
#[derive(Args, Debug)]
pub struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Bring referrals in from a spreadsheet (.xlsx) or a CSV file; a dry run without --confirm
    Referrals(Box<Referrals>),
}

#[derive(Args, Debug)]
struct Referrals {
    /// The file, with headings in its first row
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// Who brings it in: the address a manager signs in with
    #[arg(long = "as", value_name = "EMAIL")]
    account: Email,
    /// Whether the people have agreed (yes or no), where no column says so
    #[arg(long, value_name = "WORD")]
    agreed: Option<Agreed>,
    /// How dates are written: dmy or mdy
    #[arg(long, value_name = "ORDER")]
    dates: Option<DateOrder>,
    /// What to do with close matches nobody has decided about: add, make or skip
    #[arg(long, value_name = "DECISION")]
    close: Option<Decision>,
    /// Bring the rows in
    #[arg(long)]
    confirm: bool,
    /// Undo an import, within seven days
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "agreed", "dates", "close", "confirm"])]
    undo: Option<Id<ImportBatch>>,
}

impl Import {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let What::Referrals(asked) = self.what;
        let config = said.config([])?;
        let db = open::database_up_to_date(&config).await?;
        let outcome = asked.run(&config, &db).await;
        db.close().await;
        outcome.map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            other => Refusal::conflict(other.to_string()),
        })
    }
}

impl Referrals {
    async fn run(self, config: &Config, db: &Db) -> Outcome<()> {
        let (actor, terms) = whoever(db, &self.account).await?;
        if let Some(id) = self.undo {
            return take_back(db, &terms, &actor, id).await;
        }
        let path = self
            .file
            .as_deref()
            .ok_or_else(|| Refusal::invalid("Name the file"))?;
        let id = actions::stage(db, &actor, None, &name_of(path), &read(path)?).await?;
        let mut batch = db
            .read(async |tx| actions::batch(tx, &actor, id).await)
            .await?;
        if batch.stage == Stage::Staged {
            self.check(db, &actor, &mut batch).await?;
            let groups = groups(db, &actor, id).await?;
            dry_run(config, db, &actor, &batch, &groups).await?;
            if groups.to_do + groups.undecided == 0 {
                println!("\nThere is nothing to bring in from this file.");
                return actions::drop_it(db, &actor, id).await;
            }
            if !self.confirm {
                println!(
                    "\nNothing is made yet. Say the same with --confirm to bring in what can be brought in."
                );
                return Ok(());
            }
            actions::confirm(db, &actor, id).await?;
        } else if !self.confirm {
            return Err(Refusal::conflict("This file is being brought in already")
                .try_next("Say the same with --confirm to go on")
                .into());
        }
        bring_in::carry_on(db, &terms, &actor, id, None).await?;
        brought_in(db, &actor, id, &self.account).await
    }

    /// The columns as the headings suggest and as was said, the rows sorted,
    /// and the close matches decided about where that was asked for.
    async fn check(&self, db: &Db, actor: &Actor, batch: &mut Batch) -> Outcome<()> {
        let plan = Plan {
            agreed: self.agreed.or(batch.plan.agreed),
            dates: self.dates.unwrap_or(batch.plan.dates),
            ..batch.plan.clone()
        };
        if let Some(lack) = plan.lacks().into_iter().next() {
            return Err(Refusal::invalid(lack)
                .try_next("Put it into the file as a column, or say --agreed yes or --agreed no")
                .into());
        }
        if plan != batch.plan {
            actions::set_plan(db, actor, batch.id, &plan).await?;
            batch.plan = plan;
        }
        actions::check(db, actor, batch.id, None).await?;
        let Some(decision) = self.close else {
            return Ok(());
        };
        let close = close_rows(db, actor, batch.id).await?;
        let undecided: Vec<(i64, Decision)> = close
            .iter()
            .filter(|row| row.choice == Decision::Ask)
            .map(|row| (row.number, decision))
            .collect();
        actions::choose(db, actor, batch.id, &undecided).await
    }
}

/// The account that acts, when it may bring referrals in, and its scheme's
/// terms. That it may not is written down, as from a page.
async fn whoever(db: &Db, email: &Email) -> Outcome<(Actor, Terms)> {
    let nobody = || {
        Refusal::invalid(format!("Nobody signs in with the address {email}"))
            .try_next("Give the address of a manager's account that is in use")
    };
    let (actor, settings) = db
        .read(async |tx| {
            let Some((scheme, id)) = account::by_email(tx, email).await? else {
                return Err(nobody().into());
            };
            if account::one(tx, scheme, id).await?.state != account::AccountState::Active {
                return Err(nobody().into());
            }
            let actor = session::of_account(tx, scheme, id, Clock::Real.now()).await?;
            Outcome::Ok((actor.by_command_line(), settings::of(tx, scheme).await?))
        })
        .await?;
    if let Err(refusal) = actor.scope(Ability::ImportReferrals) {
        let entry = Entry {
            action: "bring in a file",
            object_kind: "import",
            ..Entry::default()
        };
        db.act(async |tx| audit::refused(tx, &actor, entry).await)
            .await?;
        return Err(refusal.into());
    }
    let terms = Terms::of(actor.scheme, &settings)?;
    Ok((actor, terms))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    std::fs::read(path).map_err(|error| {
        Refusal::invalid(format!("{}: {error}", path.display()))
            .try_next("Name a file that is there and may be read")
    })
}

async fn groups(db: &Db, actor: &Actor, id: Id<ImportBatch>) -> Outcome<Groups> {
    db.read(async |tx| actions::groups(tx, actor, id).await)
        .await
}

/// New rows, and rows that are the same as before, named in a dry run.
const LISTED: i64 = 20;

/// As many rows as a file may have.
fn all_rows() -> i64 {
    i64::try_from(MOST_ROWS).unwrap_or(i64::MAX)
}

async fn rows(
    db: &Db,
    actor: &Actor,
    id: Id<ImportBatch>,
    which: Which,
) -> Outcome<Vec<ImportRow>> {
    db.read(async |tx| Outcome::Ok(rows::wanted(tx, actor.scheme, id, which, all_rows()).await?))
        .await
}

async fn close_rows(db: &Db, actor: &Actor, id: Id<ImportBatch>) -> Outcome<Vec<ImportRow>> {
    db.read(async |tx| {
        Outcome::Ok(rows::of_group(tx, actor.scheme, id, Sorted::Close, 0, all_rows()).await?)
    })
    .await
}

/// What the file holds: the four groups, and what is wrong by row and column.
async fn dry_run(
    config: &Config,
    db: &Db,
    actor: &Actor,
    batch: &Batch,
    groups: &Groups,
) -> Outcome<()> {
    println!("{}: {} rows", batch.file_name, batch.row_count);
    for (heading, holds) in batch.plan.headings.iter().zip(&batch.plan.holds) {
        println!("  column \"{heading}\": {}", holds.label());
    }
    println!("\n{:>6}  {}", groups.new, Sorted::New);
    println!("{:>6}  {}: left out", groups.same, Sorted::Same);
    println!("{:>6}  {}", groups.close, Sorted::Close);
    println!("{:>6}  {}: left out", groups.errors, Sorted::Error);
    say_listed(config, db, actor, batch, Sorted::New, groups.new).await?;
    say_listed(config, db, actor, batch, Sorted::Same, groups.same).await?;
    for row in close_rows(db, actor, batch.id).await? {
        println!("  row {}: close match: {}", row.number, row.choice);
    }
    if groups.undecided > 0 {
        println!(
            "Compare them at {}, or say --close add, make or skip.",
            config.origin.link(&paths::import(batch.id))
        );
    }
    say(&rows(db, actor, batch.id, Which::Wrong).await?, false);
    say_repaired(db, actor, batch.id).await
}

/// The first rows of a group, and where the others are.
async fn say_listed(
    config: &Config,
    db: &Db,
    actor: &Actor,
    batch: &Batch,
    group: Sorted,
    all: i64,
) -> Outcome<()> {
    let rows = db
        .read(async |tx| listed::some(tx, actor, batch, group, 0, LISTED).await)
        .await?;
    let words = if group == Sorted::New { "new" } else { "same" };
    for row in &rows {
        let last = row.before.as_ref().unwrap_or(&row.need);
        let parts = [&row.name, &row.known_by, last];
        let known = parts.into_iter().map(String::as_str);
        let known: Vec<&str> = known.filter(|part| !part.is_empty()).collect();
        println!("  row {}: {words}: {}", row.number, known.join(", "));
    }
    if all > LISTED {
        let to = config
            .origin
            .link(&paths::import_rows(batch.id, group.code(), 0));
        println!("  and {} more: {to}", all - LISTED);
    }
    Ok(())
}

fn say(rows: &[ImportRow], repaired: bool) {
    for (row, remark) in rows::remarked(rows, repaired) {
        println!(
            "  row {}, {}, \"{}\": {}",
            row.number, remark.column, remark.cell, remark.words
        );
    }
}

/// What was read otherwise than it stands in the file.
async fn say_repaired(db: &Db, actor: &Actor, id: Id<ImportBatch>) -> Outcome<()> {
    let repaired = rows(db, actor, id, Which::Repaired).await?;
    if !repaired.is_empty() {
        println!("\nRead otherwise than in the file:");
        say(&repaired, true);
    }
    Ok(())
}

async fn brought_in(db: &Db, actor: &Actor, id: Id<ImportBatch>, account: &Email) -> Outcome<()> {
    let groups = groups(db, actor, id).await?;
    println!(
        "\n{} referrals made, {} added to an open referral, {} could not be brought in.",
        groups.made, groups.added, groups.failed
    );
    say(&rows(db, actor, id, Which::EndedBadly).await?, false);
    say_repaired(db, actor, id).await?;
    println!("For seven days: kith import referrals --undo {id} --as {account}");
    Ok(())
}

async fn take_back(db: &Db, terms: &Terms, actor: &Actor, id: Id<ImportBatch>) -> Outcome<()> {
    undo::undo(db, terms, actor, id, None).await?;
    let groups = groups(db, actor, id).await?;
    println!(
        "{} referrals taken back, {} could not be taken back.",
        groups.taken_back, groups.kept
    );
    say(&rows(db, actor, id, Which::EndedBadly).await?, false);
    Ok(())
}
