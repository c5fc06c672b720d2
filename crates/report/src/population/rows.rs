//! A row of a file of population counts.

use kith_base::Word;

use super::Dimension;
use crate::gathered::sheet::{Heading, Problem, Row};

/// The columns.
pub const HEADINGS: &[Heading] = &[
    Heading {
        name: "Dimension",
        also: &["by"],
        needed: true,
    },
    Heading {
        name: "Group",
        also: &[],
        needed: true,
    },
    Heading {
        name: "People",
        also: &["count", "population"],
        needed: true,
    },
];

/// The people of one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// What they are grouped by.
    pub dimension: Dimension,
    /// The group.
    pub group: &'static str,
    /// How many.
    pub people: i64,
}

/// Reads a row.
///
/// # Errors
/// Every cell that cannot be read, and what was expected in it.
pub fn count(row: &Row) -> Result<Count, Vec<Problem>> {
    let mut wrong = Vec::new();
    let mut refuse = |at: usize, expected: String| {
        wrong.push(Problem {
            heading: HEADINGS[at].name,
            expected,
        });
    };
    let dimension: Option<Dimension> = row.cell(0).to_lowercase().parse().ok();
    let group = dimension.and_then(|dimension| dimension.group(row.cell(1)));
    match dimension {
        None => {
            let codes: Vec<&str> = Dimension::ALL.iter().map(|by| by.code()).collect();
            refuse(0, format!("one of {}", codes.join(", ")));
        }
        Some(dimension) if group.is_none() => {
            refuse(1, format!("one of {}", dimension.groups().join(", ")));
        }
        Some(_) => {}
    }
    let people = row
        .cell(2)
        .replace(',', "")
        .parse()
        .ok()
        .filter(|people| (0..=100_000_000).contains(people));
    if people.is_none() {
        refuse(2, "a whole number of people".into());
    }
    match (dimension, group, people) {
        (Some(dimension), Some(group), Some(people)) => Ok(Count {
            dimension,
            group,
            people,
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gathered::sheet::Sheet;

    fn read(line: &str) -> Result<Count, Vec<Problem>> {
        let text = format!("Dimension,Group,People\n{line}\n");
        let mut sheet = Sheet::open(text.as_bytes(), HEADINGS).unwrap();
        let (row, _) = sheet.next_row().unwrap().unwrap();
        count(&row)
    }

    #[test]
    fn a_group_that_is_none_of_ours_is_refused_with_those_there_are() {
        let read_one = read("Age,80 and over,\"1,204\"").unwrap();
        assert_eq!((read_one.group, read_one.people), ("80 and over", 1204));
        let wrong = read("sex,women,many").unwrap_err();
        assert_eq!(
            wrong[0].expected,
            "one of Female, Male, Other, Not recorded"
        );
        assert_eq!(wrong[1].heading, "People");
        assert_eq!(read("shoe size,9,4").unwrap_err()[0].heading, "Dimension");
    }
}
