//! The messages nobody has filed yet, as a sheet: for a practice that files
//! them in its own record by hand or by a program of its own. Making the
//! sheet files nothing: the practice ticks what it has filed.

use super::Read;
use crate::sheet::{self, Cell};

/// The columns of the sheet.
pub const COLUMNS: &[&str] = &[
    "Reference",
    "NHS number",
    "Family name",
    "First name",
    "Date of birth",
    "About",
    "Written on",
    "Message",
    "What the practice needs to do",
    "Written by",
    "Role",
    "SNOMED CT code",
    "SNOMED CT term",
    "Code map",
];

/// The sheet.
///
/// # Errors
/// Never with the columns above; a fault of ours if they and the rows part.
pub fn sheet(messages: &[Read]) -> Result<Vec<u8>, csv::Error> {
    let rows: Vec<Vec<Cell>> = messages.iter().map(row).collect();
    sheet::file(COLUMNS, &rows)
}

fn row(message: &Read) -> Vec<Cell> {
    vec![
        Cell::from(&*message.reference),
        Cell::from(
            message
                .nhs_number
                .as_ref()
                .map(kith_base::NhsNumber::spaced),
        ),
        Cell::from(&*message.family),
        Cell::from(&*message.given),
        message.born.map_or(Cell::Empty, Cell::Day),
        Cell::from(kith_base::Word::label(message.stage)),
        Cell::Day(message.made_at.day()),
        Cell::from(&*message.words),
        Cell::from(message.to_do.as_deref()),
        Cell::from(&*message.author_name),
        Cell::from(&*message.author_role),
        Cell::from(message.code.as_deref()),
        Cell::from(message.code_term.as_deref()),
        Cell::from(message.code_map.as_deref()),
    ]
}
