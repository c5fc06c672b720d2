//! Everything a scheme keeps, as a ZIP: one CSV for each table, a data
//! dictionary that says what every column means, and a manifest with the
//! number of rows and the hash of each file. It is written as it is read, so
//! that its size does not matter; it is not one moment's picture, and says so.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use kith_access::Scheme;
use kith_base::{Id, Refusal, Ts};
use kith_db::{Db, Failure, Outcome};
use sha2::{Digest, Sha256};
use zip::{
    ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{
    read::Taken,
    tables::{self, Kept, Whole},
};
use crate::sheet::inert;

/// How far an export is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The table being taken.
    pub table: &'static str,
    /// Rows of it so far.
    pub rows: u64,
}

/// Where the bytes of the ZIP go until they are passed on.
#[derive(Clone, Default)]
pub(crate) struct Basket(Arc<Mutex<Vec<u8>>>);

impl Write for Basket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut held = self
            .0
            .lock()
            .map_err(|_| io::Error::other("the basket is broken"))?;
        held.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Basket {
    fn take(&self) -> io::Result<Vec<u8>> {
        let mut held = self
            .0
            .lock()
            .map_err(|_| io::Error::other("the basket is broken"))?;
        Ok(std::mem::take(&mut *held))
    }
}

/// Why an export stopped.
#[derive(Debug)]
pub enum Stopped {
    /// The database did not answer.
    Database(Failure<Refusal>),
    /// What was written could not be passed on.
    Written(io::Error),
    /// The list does not know this table, or one of its columns.
    Unknown(String),
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(failure) => write!(f, "The export stopped: {failure}"),
            Self::Written(error) => write!(f, "The export could not be written: {error}"),
            Self::Unknown(table) => write!(
                f,
                "The export does not know the table {table}: use the program that belongs to this database"
            ),
        }
    }
}
impl std::error::Error for Stopped {}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Written(error)
    }
}
impl From<zip::result::ZipError> for Stopped {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Written(io::Error::other(error))
    }
}
impl From<csv::Error> for Stopped {
    fn from(error: csv::Error) -> Self {
        Self::Written(io::Error::other(error))
    }
}

/// What is written of one file, for the manifest.
struct Written {
    name: String,
    rows: u64,
    hash: String,
}

type Zip = ZipWriter<StreamWriter<Basket>>;

/// Takes a scheme's records out. `on` is given every piece of the ZIP in
/// order, and how far the export is.
///
/// # Errors
/// [`Stopped`] says why; then the pieces given are no whole ZIP.
pub async fn scheme<F>(db: &Db, scheme: Id<Scheme>, now: Ts, mut on: F) -> Result<(), Stopped>
where
    F: FnMut(Vec<u8>, Progress) -> BoxFuture<'static, io::Result<()>>,
{
    let all = taken(db).await?;
    let basket = Basket::default();
    let mut zip = ZipWriter::new_stream(basket.clone());
    let mut files = Vec::new();
    for table in all.iter().filter(|table| table.words.whole == Whole::Out) {
        let written = one_table(db, scheme, table, &mut zip, &basket, &mut on).await?;
        files.push(written);
    }
    files.push(whole_file(&mut zip, "dictionary.csv", &dictionary()?)?);
    let manifest = manifest(scheme, now, &files);
    whole_file(&mut zip, "manifest.json", manifest.as_bytes())?;
    zip.finish()?;
    let end = Progress {
        table: "manifest",
        rows: 0,
    };
    on(basket.take()?, end).await?;
    Ok(())
}

/// Every table of the list as the database has it.
async fn taken(db: &Db) -> Result<Vec<Taken>, Stopped> {
    let schema = db
        .schema()
        .await
        .map_err(|error| Stopped::Unknown(error.to_string()))?;
    let mut all = Vec::new();
    for table in &schema {
        if tables::OF_THE_DATABASE
            .iter()
            .any(|(name, _)| *name == table.name)
        {
            continue;
        }
        let words =
            tables::known(&table.name).ok_or_else(|| Stopped::Unknown(table.name.clone()))?;
        all.push(Taken::of(table, words).ok_or_else(|| Stopped::Unknown(table.name.clone()))?);
    }
    Ok(all)
}

async fn one_table<F>(
    db: &Db,
    scheme: Id<Scheme>,
    table: &Taken,
    zip: &mut Zip,
    basket: &Basket,
    on: &mut F,
) -> Result<Written, Stopped>
where
    F: FnMut(Vec<u8>, Progress) -> BoxFuture<'static, io::Result<()>>,
{
    let name = format!("{}.csv", table.words.name);
    zip.start_file(&name, SimpleFileOptions::default().large_file(true))?;
    let mut hash = Sha256::new();
    let heading: Vec<String> = table.columns.iter().map(|(name, _)| name.clone()).collect();
    let mut text = lines(&[heading])?;
    let (mut rows, mut last) = (0_u64, None);
    loop {
        let skip = i64::try_from(rows).unwrap_or(i64::MAX);
        let some = db
            .read(async |tx| Outcome::Ok(table.some(tx, scheme, skip, last).await?))
            .await
            .map_err(Stopped::Database)?;
        rows += u64::try_from(some.len()).unwrap_or(0);
        last = some.last().and_then(|row| table.id_of(row)).or(last);
        let cells: Vec<Vec<String>> = some.iter().map(|row| safe(table, row)).collect();
        text.extend(lines(&cells)?);
        hash.update(&text);
        zip.write_all(&text)?;
        text.clear();
        let progress = Progress {
            table: table.words.name,
            rows,
        };
        on(basket.take()?, progress).await?;
        if some.is_empty() {
            break;
        }
    }
    Ok(Written {
        name,
        rows,
        hash: hex(&hash.finalize()),
    })
}

/// Words are made safe for spreadsheets; numbers, dates and ids are our own.
fn safe(table: &Taken, row: &[Option<String>]) -> Vec<String> {
    row.iter()
        .zip(&table.columns)
        .map(|(cell, (_, kept))| match (cell, kept) {
            (None, _) => String::new(),
            (Some(text), Kept::Text) => inert(text),
            (Some(text), _) => text.clone(),
        })
        .collect()
}

fn lines(rows: &[Vec<String>]) -> Result<Vec<u8>, Stopped> {
    let mut csv = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        csv.write_record(row)?;
    }
    csv.into_inner()
        .map_err(|error| Stopped::Written(error.into_error()))
}

fn whole_file(zip: &mut Zip, name: &str, bytes: &[u8]) -> Result<Written, Stopped> {
    zip.start_file(name, SimpleFileOptions::default())?;
    zip.write_all(bytes)?;
    Ok(Written {
        name: name.to_owned(),
        rows: 0,
        hash: hex(&Sha256::digest(bytes)),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What every column means, and what is left out with its reason.
fn dictionary() -> Result<Vec<u8>, Stopped> {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let mut rows = vec![row(["table", "column", "type", "meaning"])];
    for table in tables::all() {
        let left = match table.whole {
            Whole::Out => "",
            Whole::Left(why) => why,
        };
        let holds = if left.is_empty() {
            table.holds.to_owned()
        } else {
            format!("{}. Left out: {left}", table.holds)
        };
        rows.push(row([table.name, "", "table", &holds]));
        let own = table
            .columns
            .iter()
            .filter(|(name, ..)| !table.is_secret(name));
        for (name, kept, means) in own.filter(|_| left.is_empty()) {
            rows.push(row([table.name, name, kept.words(), means]));
        }
        for (name, why) in table.secret {
            rows.push(row([table.name, name, "left out", why]));
        }
    }
    for (name, kept, means) in tables::EVERYWHERE {
        rows.push(row(["(any table)", name, kept.words(), means]));
    }
    lines(&rows)
}

fn manifest(scheme: Id<Scheme>, now: Ts, files: &[Written]) -> String {
    let listed: Vec<serde_json::Value> = files
        .iter()
        .map(
            |file| serde_json::json!({ "file": file.name, "rows": file.rows, "sha256": file.hash }),
        )
        .collect();
    let whole = serde_json::json!({
        "scheme": scheme.to_string(),
        "made_at": now.to_string(),
        "note": "Each table was read to its end while people went on working: what changed meanwhile may be in one table and not yet in another.",
        "files": listed,
    });
    format!("{whole:#}\n")
}
