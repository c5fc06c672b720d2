//! What may be shown of a count (R10): 1 to 7 are hidden, others go to the nearest 5,
//! and where a total would give a hidden cell away, a second cell is hidden with it.
//! Zero is shown: it is about nobody.

use serde::Serialize;

use super::limits::{COUNT_ROUNDING, LINK_WORKER_SLICE_MIN, SMALL_COUNT_MAX};
use super::proportion::Share;
use super::refusal::Refusal;

/// A count as it may leave the building.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// Rounded to the nearest 5, ties up.
    Count(u64),
    /// Not shown.
    Hidden,
}

impl Shown {
    /// For a table: the number, or "hidden".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Hidden => "hidden".to_owned(),
        }
    }
}

/// One count, by itself.
#[must_use]
pub fn shown(count: u64) -> Shown {
    if (1..=SMALL_COUNT_MAX).contains(&count) {
        Shown::Hidden
    } else {
        Shown::Count((count + COUNT_ROUNDING / 2) / COUNT_ROUNDING * COUNT_ROUNDING)
    }
}

/// Events and people as they may be shown, for the rate that stands beside them: a rate of
/// the counts themselves would tell them to the last one. None when one of them is hidden.
#[must_use]
pub fn share_shown(share: Share) -> Option<Share> {
    match (shown(share.events()), shown(share.people())) {
        (Shown::Count(events), Shown::Count(people)) => Share::new(events, people).ok(),
        _ => None,
    }
}

/// The count rounded to the middle of its group of six, zero staying zero: the rule of
/// `OpenSAFELY`, for figures that are computed further on.
#[must_use]
pub fn midpoint_of_six(count: u64) -> u64 {
    if count == 0 {
        0
    } else {
        count.div_ceil(6) * 6 - 3
    }
}

/// A table of counts whose row and column totals are shown as well: what each cell
/// may show. A row or column with exactly one hidden cell loses its smallest other
/// cell that is not zero, until no subtraction gives a hidden cell away.
///
/// # Errors
/// `Impossible` when the rows are not equally long.
pub fn table_shown(counts: &[Vec<u64>]) -> Result<Vec<Vec<Shown>>, Refusal> {
    let width = counts.first().map_or(0, Vec::len);
    if counts.iter().any(|row| row.len() != width) {
        let what = "a table whose rows are not equally long".to_owned();
        return Err(Refusal::Impossible { what });
    }
    let mut hidden: Vec<Vec<bool>> = counts
        .iter()
        .map(|row| row.iter().map(|c| shown(*c) == Shown::Hidden).collect())
        .collect();
    let rows = (0..counts.len()).map(|r| (0..width).map(|c| (r, c)).collect::<Vec<_>>());
    let columns = (0..width).map(|c| (0..counts.len()).map(|r| (r, c)).collect::<Vec<_>>());
    let lines: Vec<Vec<(usize, usize)>> =
        rows.chain(columns).filter(|line| line.len() > 1).collect();
    while let Some((row, column)) = lines
        .iter()
        .find_map(|line| gives_away(line, counts, &hidden))
    {
        hidden[row][column] = true;
    }
    let cell = |count: &u64, hidden: &bool| {
        if *hidden {
            Shown::Hidden
        } else {
            shown(*count)
        }
    };
    Ok(counts
        .iter()
        .zip(&hidden)
        .map(|(row, hidden)| row.iter().zip(hidden).map(|(c, h)| cell(c, h)).collect())
        .collect())
}

/// One list of counts with its total shown.
#[must_use]
pub fn list_shown(counts: &[u64]) -> Vec<Shown> {
    match table_shown(&[counts.to_vec()]) {
        Ok(mut rows) => rows.pop().unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

/// The cell that must go too, when this line has exactly one hidden cell. When all the
/// others are zero the total is as small as the cell, so it is hidden itself.
fn gives_away(
    line: &[(usize, usize)],
    counts: &[Vec<u64>],
    hidden: &[Vec<bool>],
) -> Option<(usize, usize)> {
    if line.iter().filter(|(r, c)| hidden[*r][*c]).count() != 1 {
        return None;
    }
    line.iter()
        .copied()
        .filter(|(r, c)| !hidden[*r][*c] && counts[*r][*c] > 0)
        .min_by_key(|(r, c)| counts[*r][*c])
}

/// A slice of the people of one link worker may be shown when it holds enough of them.
///
/// # Errors
/// `SliceTooSmall` otherwise.
pub fn slice_of_link_worker(people: u64) -> Result<(), Refusal> {
    if people < LINK_WORKER_SLICE_MIN {
        return Err(Refusal::SliceTooSmall { people });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rate_tells_no_more_than_the_counts_beside_it() {
        let given = |events, people| share_shown(Share::new(events, people).expect("fits"));
        for events in 58..=62 {
            assert_eq!(given(events, 5_203), Share::new(60, 5_205).ok());
        }
        assert_eq!(given(12, 12), Share::new(10, 10).ok());
        assert_eq!(given(0, 40), Share::new(0, 40).ok());
        assert_eq!(given(3, 5_203), None);
        assert_eq!(given(0, 3), None);
    }

    #[test]
    fn a_small_cell_takes_the_smallest_other_with_it() {
        let shown = list_shown(&[3, 20, 41, 36]);
        assert_eq!(
            shown,
            [
                Shown::Hidden,
                Shown::Hidden,
                Shown::Count(40),
                Shown::Count(35)
            ]
        );
    }

    #[test]
    fn a_zero_is_not_hidden_in_its_place() {
        assert_eq!(
            list_shown(&[3, 0, 20]),
            [Shown::Hidden, Shown::Count(0), Shown::Hidden]
        );
        assert_eq!(list_shown(&[3, 0]), [Shown::Hidden, Shown::Count(0)]);
    }

    #[test]
    fn rows_of_unequal_length_are_refused() {
        assert!(matches!(
            table_shown(&[vec![1], vec![1, 2]]),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn a_link_worker_with_19_people_is_not_sliced() {
        assert_eq!(
            slice_of_link_worker(19),
            Err(Refusal::SliceTooSmall { people: 19 })
        );
        assert_eq!(slice_of_link_worker(20), Ok(()));
    }

    proptest! {
        #[test]
        fn no_line_gives_its_only_hidden_cell_away(
            cells in prop::collection::vec(prop::collection::vec(0_u64..60, 4), 1..6)
        ) {
            let shown = table_shown(&cells).expect("rows are equal");
            let lines = (0..cells.len()).map(|r| (0..4).map(|c| (r, c)).collect::<Vec<_>>())
                .chain((0..4).map(|c| (0..cells.len()).map(|r| (r, c)).collect()));
            for line in lines.filter(|l: &Vec<_>| l.len() > 1) {
                let hidden = line.iter().filter(|(r, c)| shown[*r][*c] == Shown::Hidden).count();
                let others = line.iter().any(|(r, c)| shown[*r][*c] != Shown::Hidden && cells[*r][*c] > 0);
                prop_assert!(hidden != 1 || !others);
            }
            for (row, out) in cells.iter().zip(&shown) {
                for (cell, out) in row.iter().zip(out) {
                    let right = match out {
                        Shown::Hidden => *cell > 0,
                        Shown::Count(c) => c % 5 == 0 && (*cell == 0 || *cell > 7) && c.abs_diff(*cell) <= 2,
                    };
                    prop_assert!(right);
                }
            }
        }
    }
}
