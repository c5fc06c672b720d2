//! What is done with a file: staged, confirmed, taken out. Rows are kept in
//! small steps, each a transaction of its own; a file whose reading broke off
//! stays "being read", counts for nothing, and can only be thrown away.

use std::collections::HashMap;

use kith_access::{
    Ability, Actor, Once, Organisation, Reach, Scope,
    audit::{self, Entry},
    once, organisation,
};
use kith_base::{Day, Id, Refusal};
use kith_db::{Db, Outcome, Tx};
use kith_pages::form::Posted;
use sha2::{Digest, Sha256};

use crate::{
    gathered::{
        FileKind, GatheredFile, MOST_PROBLEMS, Stage, UNDO_DAYS,
        sheet::{Heading, Problem, Row, Sheet},
        store::{self, Counts, File, Named, Said},
    },
    gp::{
        self, Pseudonym, Pseudonyms,
        rows::{Contact, Registered, Whose},
    },
    paths,
    population::{self, rows::Count},
    score::{self, rows::Scored},
};

/// Rows kept in one transaction.
const KEPT_AT_ONCE: usize = 500;

/// Who may bring files in, and how far they reach.
///
/// # Errors
/// Not allowed.
pub fn allowed(actor: &Actor) -> Result<Scope, Refusal> {
    actor.scope(Ability::GatherFigures)
}

/// The practice whose files alone the actor reaches; none for the scheme.
///
/// # Errors
/// Not allowed.
pub fn only(actor: &Actor) -> Result<Option<Id<Organisation>>, Refusal> {
    let scope = allowed(actor)?;
    match scope.how_far() {
        Reach::Scheme => Ok(None),
        Reach::Practice => scope
            .practice()
            .map(Some)
            .ok_or_else(|| Refusal::not_allowed("Your account belongs to no practice")),
        _ => Err(Refusal::not_allowed("Your role does not include this")),
    }
}

/// The sorts of file an account may bring: scores are about people in the
/// record, and the manager's alone.
#[must_use]
pub fn kinds(only: Option<Id<Organisation>>) -> &'static [FileKind] {
    use FileKind::{GpContacts, GpRegister, Population, Scores};
    if only.is_some() {
        &[GpRegister, GpContacts, Population]
    } else {
        &[GpRegister, GpContacts, Scores, Population]
    }
}

/// The columns of a sort of file.
#[must_use]
pub const fn headings(kind: FileKind) -> &'static [Heading] {
    match kind {
        FileKind::GpRegister => gp::rows::REGISTER,
        FileKind::GpContacts => gp::rows::CONTACTS,
        FileKind::Scores => score::rows::HEADINGS,
        FileKind::Population => population::rows::HEADINGS,
    }
}

fn entry(action: &'static str, file: Id<GatheredFile>) -> Entry<'static> {
    Entry {
        action,
        person: None,
        object_kind: "figures file",
        object: Some(file.uuid()),
        purpose: "",
    }
}

/// A file the actor reaches.
///
/// # Errors
/// Not allowed; not found.
pub async fn file(tx: &mut Tx, actor: &Actor, id: Id<GatheredFile>) -> Outcome<File> {
    let only = only(actor)?;
    let found = store::file(tx, actor.scheme, only, id).await?;
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// A row that can be kept.
enum Kept {
    Person(Registered),
    Contact(Contact),
    Score(Scored),
    Count(Count),
}

/// Reads rows, and sees what they have to do with each other.
struct Reading<'a> {
    said: &'a Said,
    pseudonyms: &'a Pseudonyms,
    today: Day,
    /// When each person of a list was registered: two rows must not overlap.
    spells: HashMap<Pseudonym, Vec<(Day, Option<Day>)>>,
}

impl Reading<'_> {
    fn row(&mut self, row: &Row) -> Result<Kept, Vec<Problem>> {
        let whose = Whose {
            pseudonyms: self.pseudonyms,
            practice: self.said.practice,
        };
        match (self.said.kind, &self.said.contacts) {
            (FileKind::GpContacts, Some(said)) => {
                gp::rows::contact(row, whose, said, self.today).map(Kept::Contact)
            }
            (FileKind::Scores, _) => score::rows::scored(row, self.today).map(Kept::Score),
            (FileKind::Population, _) => population::rows::count(row).map(Kept::Count),
            (FileKind::GpRegister | FileKind::GpContacts, _) => {
                let person = gp::rows::registered(row, whose, self.today)?;
                self.alone(&person)?;
                Ok(Kept::Person(person))
            }
        }
    }

    /// Somebody who left and came back has two rows, one after the other.
    fn alone(&mut self, person: &Registered) -> Result<(), Vec<Problem>> {
        let spells = self.spells.entry(person.pseudonym).or_default();
        let overlaps = |(from, until): &(Day, Option<Day>)| {
            person.until.is_none_or(|end| *from <= end)
                && until.is_none_or(|end| person.from <= end)
        };
        if spells.iter().any(overlaps) {
            return Err(vec![Problem {
                heading: headings(FileKind::GpRegister)[1].name,
                expected: "days that do not overlap with another row of the same person".into(),
            }]);
        }
        spells.push((person.from, person.until));
        Ok(())
    }
}

/// Reads a file and keeps its rows; they count once it is confirmed. Gives the
/// file, or the one the same form made before.
///
/// # Errors
/// `Invalid` when the file cannot be read, or was confirmed before: nothing is kept.
pub async fn stage(
    db: &Db,
    pseudonyms: &Pseudonyms,
    actor: &Actor,
    posted: Option<&Posted>,
    said: &Said,
    file_name: &str,
    bytes: &[u8],
) -> Outcome<Id<GatheredFile>> {
    let may = only(actor)?;
    if !kinds(may).contains(&said.kind) || may.is_some() && said.practice != may {
        return Err(
            Refusal::not_allowed("You may bring in your own practice's files alone").into(),
        );
    }
    if said.kind == FileKind::GpContacts && said.contacts.is_none()
        || matches!(said.kind, FileKind::GpRegister | FileKind::GpContacts)
            && said.practice.is_none()
    {
        return Err(Refusal::field("practice", "Select the practice").into());
    }
    let mut sheet = Sheet::open(bytes, headings(said.kind))?;
    let columns = sheet.columns();
    let id = Id::new(actor.now);
    let hash = Sha256::digest(bytes);
    let file_name: String = file_name
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    let named = Named {
        file_name: &file_name,
        hash: &hash,
        columns: &columns,
    };
    let before = db
        .act(async |tx| begin(tx, actor, posted, said, &named, id).await)
        .await?;
    if let Some(before) = before {
        return Ok(before);
    }
    let counts = keep(db, pseudonyms, actor, said, id, &mut sheet).await?;
    if said.kind == FileKind::GpRegister {
        gp::store::tie(db, pseudonyms, actor.scheme).await?;
    }
    db.act(async |tx| {
        store::staged(tx, actor.scheme, id, counts).await?;
        audit::record(tx, actor, entry("stage a figures file", id)).await
    })
    .await?;
    Ok(id)
}

async fn begin(
    tx: &mut Tx,
    actor: &Actor,
    posted: Option<&Posted>,
    said: &Said,
    named: &Named<'_>,
    id: Id<GatheredFile>,
) -> Outcome<Option<Id<GatheredFile>>> {
    if let Some(practice) = said.practice {
        organisation::one(tx, actor.scheme, practice).await?;
    }
    if let Some(posted) = posted
        && let Once::Again(path) = once(tx, actor, posted, &paths::file(id)).await?
    {
        return Ok(path.rsplit('/').next().and_then(|id| id.parse().ok()));
    }
    let same = store::same(tx, actor.scheme, said.practice, said.kind, named.hash).await?;
    if let Some(same) = same {
        let words = format!(
            "This file was brought in on {} already: nothing has changed",
            same.made_at.as_uk_moment()
        );
        return Err(Refusal::field("file", words)
            .try_next("Choose another file, or take the first one out")
            .into());
    }
    store::insert(tx, actor, id, said, named).await?;
    Ok(None)
}

/// Goes through the rows; some at a time are kept.
async fn keep(
    db: &Db,
    pseudonyms: &Pseudonyms,
    actor: &Actor,
    said: &Said,
    id: Id<GatheredFile>,
    sheet: &mut Sheet<'_>,
) -> Outcome<Counts> {
    let mut reading = Reading {
        said,
        pseudonyms,
        today: actor.today(),
        spells: HashMap::new(),
    };
    let (mut counts, mut told) = (Counts::default(), 0);
    let mut end = false;
    while !end {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        while rows.len() + problems.len() < KEPT_AT_ONCE {
            let Some((row, short)) = sheet.next_row()? else {
                end = true;
                break;
            };
            let read = short.map_or_else(|| reading.row(&row), |problem| Err(vec![problem]));
            match read {
                Ok(kept) => rows.push((row.number, kept)),
                Err(wrong) => problems.push((row.number, wrong)),
            }
        }
        let some = db
            .act(async |tx| {
                let (mut counts, mut told) = (Counts::default(), told);
                for (number, kept) in &rows {
                    match keep_one(tx, actor, said, id, *number, kept).await? {
                        Fate::Kept => counts.rows += 1,
                        Fate::Known => counts.known += 1,
                        Fate::Refused(problem) => {
                            counts.refused += 1;
                            tell(tx, actor, id, *number, &[problem], &mut told).await?;
                        }
                    }
                }
                for (number, wrong) in &problems {
                    counts.refused += 1;
                    tell(tx, actor, id, *number, wrong, &mut told).await?;
                }
                Outcome::Ok((counts, told))
            })
            .await?;
        told = some.1;
        counts.rows += some.0.rows;
        counts.known += some.0.known;
        counts.refused += some.0.refused;
    }
    if matches!(said.kind, FileKind::GpRegister | FileKind::GpContacts) {
        counts.known = db
            .read(async |tx| Outcome::Ok(gp::store::known(tx, actor.scheme, id).await?))
            .await?;
    }
    Ok(counts)
}

/// What became of a row.
enum Fate {
    Kept,
    /// It is there already, and is not kept twice.
    Known,
    Refused(Problem),
}

async fn keep_one(
    tx: &mut Tx,
    actor: &Actor,
    said: &Said,
    id: Id<GatheredFile>,
    number: i64,
    kept: &Kept,
) -> Outcome<Fate> {
    let scheme = actor.scheme;
    match kept {
        Kept::Person(person) => {
            let practice = said.practice.ok_or_else(Refusal::not_found)?;
            gp::store::insert_person(tx, scheme, id, number, practice, person).await?;
        }
        Kept::Contact(contact) => {
            gp::store::insert_contact(tx, scheme, id, number, contact).await?;
        }
        Kept::Count(count) => population::store::insert(tx, scheme, id, number, count).await?,
        Kept::Score(scored) => {
            let Some(person) = score::store::person(tx, scheme, &scored.whose).await? else {
                return Ok(Fate::Refused(score::rows::nobody(&scored.whose)));
            };
            if score::store::is_known(tx, scheme, person, scored).await? {
                return Ok(Fate::Known);
            }
            score::store::insert(tx, actor, person, scored, Some(id)).await?;
        }
    }
    Ok(Fate::Kept)
}

/// Keeps what was wrong with a row, as long as there are not too many.
async fn tell(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<GatheredFile>,
    number: i64,
    wrong: &[Problem],
    told: &mut usize,
) -> Outcome<()> {
    if *told < MOST_PROBLEMS {
        *told += 1;
        for problem in wrong {
            store::insert_problem(tx, actor.scheme, id, number, problem).await?;
        }
    }
    Ok(())
}

/// Confirms: from here on the file counts.
///
/// # Errors
/// A conflict when it is not staged, or has nothing to count.
pub async fn confirm(db: &Db, actor: &Actor, id: Id<GatheredFile>) -> Outcome<()> {
    db.act(async |tx| {
        let file = file(tx, actor, id).await?;
        if file.state == Stage::Staged && file.row_count == 0 {
            return Err(Refusal::conflict("No row of this file can be counted")
                .try_next("Throw it away, put it right and bring it in again")
                .into());
        }
        let until = actor.now.plus_seconds(UNDO_DAYS * 24 * 3600);
        if !store::confirm(tx, actor.scheme, id, actor.now, until).await? {
            return Err(
                Refusal::conflict("This file was confirmed or thrown away already")
                    .try_next("Open it again to see where it stands")
                    .into(),
            );
        }
        audit::record(tx, actor, entry("confirm a figures file", id)).await
    })
    .await
}

/// Takes a file out: it counts no more from here on, and its rows are removed.
/// A crash in between leaves rows that nothing reads; the next file to be
/// taken out takes them along.
///
/// # Errors
/// A conflict when it was taken out already.
pub async fn take_out(db: &Db, actor: &Actor, id: Id<GatheredFile>) -> Outcome<()> {
    db.act(async |tx| {
        file(tx, actor, id).await?;
        if !store::take_out(tx, actor.scheme, id, actor.now).await? {
            return Err(Refusal::conflict("This file was taken out already").into());
        }
        audit::record(tx, actor, entry("take a figures file out", id)).await
    })
    .await?;
    let gone = db
        .read(async |tx| Outcome::Ok(store::left_over(tx, actor.scheme).await?))
        .await?;
    for file in gone {
        while db
            .act(async |tx| Outcome::Ok(store::clear_some(tx, actor.scheme, file).await?))
            .await?
            > 0
        {}
    }
    Ok(())
}
