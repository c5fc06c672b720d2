//! Where results are written: full numbers as JSON, tables as CSV, pictures as SVG.
//! Without a folder nothing is written and only the sentences are printed.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::failure::CommandFailure;
use super::plan::Headline;
use crate::picture::{Frame, Picture, Size, Table};
use crate::sentence::Sentences;
use crate::stats::refusal::Refusal;

/// A folder for the results of one command, or none.
pub struct Folder(Option<PathBuf>);

/// What a JSON file holds besides the result.
#[derive(Serialize)]
struct Whole<'a, T> {
    /// Small numbers are not hidden in this file.
    keep: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headline: Option<Headline>,
    result: &'a T,
}

/// A result, or why there is none, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer<T> {
    /// The result.
    Found(T),
    /// Why there is none.
    Refused {
        /// The rule.
        code: &'static str,
        /// Its sentence.
        sentence: String,
    },
}

/// A result as it is written.
#[must_use]
pub fn answer<T>(result: &Result<T, Refusal>) -> Answer<&T> {
    match result {
        Ok(found) => Answer::Found(found),
        Err(refusal) => Answer::Refused {
            code: refusal.code(),
            sentence: refusal.to_string(),
        },
    }
}

impl Folder {
    /// Makes the folder when one is named.
    ///
    /// # Errors
    /// `Unwritten` when it cannot be made.
    pub fn create(path: Option<&Path>) -> Result<Self, CommandFailure> {
        if let Some(path) = path {
            fs::create_dir_all(path).map_err(CommandFailure::unwritten(path))?;
        }
        Ok(Self(path.map(Path::to_owned)))
    }

    /// The result with every digit, as `{name}.json`.
    ///
    /// # Errors
    /// `Unwritten`.
    pub fn json(&self, name: &str, result: &impl Serialize) -> Result<(), CommandFailure> {
        self.headed(name, None, result)
    }

    /// The same with what it is the answer to, for `kith effect together`.
    ///
    /// # Errors
    /// `Unwritten`.
    pub(super) fn headed(
        &self,
        name: &str,
        headline: Option<Headline>,
        result: &impl Serialize,
    ) -> Result<(), CommandFailure> {
        self.write(name, "json", || {
            let keep = "Inside the service only: small numbers are not hidden here.";
            let whole = Whole {
                keep,
                headline,
                result,
            };
            let mut text = serde_json::to_string_pretty(&whole)?;
            text.push('\n');
            Ok(text.into_bytes())
        })
    }

    /// A table, as `{name}.csv`.
    ///
    /// # Errors
    /// `Unwritten`.
    pub fn table(&self, name: &str, table: &Table) -> Result<(), CommandFailure> {
        self.write(name, "csv", || {
            let mut writer = csv::Writer::from_writer(vec![]);
            writer.write_record(&table.head)?;
            for row in &table.rows {
                writer.write_record(row)?;
            }
            writer
                .into_inner()
                .map_err(|e| std::io::Error::other(e.to_string()))
        })
    }

    /// A picture in both sizes, as `{name}.svg` and `{name}-narrow.svg`, with its table as
    /// `{name}.csv`. `draw` is given the frame.
    ///
    /// # Errors
    /// `Unwritten`.
    pub fn picture(
        &self,
        name: &str,
        title: &str,
        draw: impl Fn(&Frame) -> Picture,
    ) -> Result<(), CommandFailure> {
        let wide = draw(&Frame::new(name, title, Size::Wide));
        let narrow = draw(&Frame::new(&format!("{name}-narrow"), title, Size::Narrow));
        self.write(name, "svg", || Ok(wide.svg.into_bytes()))?;
        self.write(&format!("{name}-narrow"), "svg", || {
            Ok(narrow.svg.into_bytes())
        })?;
        self.table(name, &wide.table)
    }

    /// The sentences for the three readers, and the notes on them, as `{name}.txt`.
    ///
    /// # Errors
    /// `Unwritten`.
    pub fn sentences(
        &self,
        name: &str,
        said: &Sentences,
        notes: &[(&str, &str)],
    ) -> Result<(), CommandFailure> {
        let text: String = said
            .with_readers()
            .iter()
            .chain(notes)
            .map(|(head, sentence)| format!("{head}: {sentence}\n"))
            .collect();
        self.write(name, "txt", || Ok(text.into_bytes()))
    }

    fn write(
        &self,
        name: &str,
        kind: &str,
        bytes: impl FnOnce() -> Result<Vec<u8>, std::io::Error>,
    ) -> Result<(), CommandFailure> {
        let Some(folder) = &self.0 else {
            return Ok(());
        };
        let file = folder.join(format!("{name}.{kind}"));
        bytes()
            .and_then(|bytes| fs::write(&file, bytes))
            .map_err(CommandFailure::unwritten(&file))
    }
}
