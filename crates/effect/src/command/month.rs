//! A calendar month in a file: "2026-03", or a whole number that counts months.
//! Inside, a month is a running number (year × 12 + month from 0), so that a difference
//! is a number of months.

/// The month of a field; none when it is neither.
#[must_use]
pub fn parse(field: &str) -> Option<i64> {
    if let Some((year, month)) = field.split_once('-').filter(|(year, _)| !year.is_empty()) {
        let (year, month): (i64, i64) = (year.parse().ok()?, month.get(..2)?.parse().ok()?);
        return ((1..=12).contains(&month) && year >= 0).then_some(year * 12 + month - 1);
    }
    field.parse().ok()
}

/// What [`parse`] expects, for a message.
pub const EXPECTED: &str = "a month as 2026-03, or a whole number that counts months";

/// The month as people write it; a small running number stays a number.
#[must_use]
pub fn name(month: i64) -> String {
    const YEAR_1900: i64 = 1900 * 12;
    if month < YEAR_1900 {
        return month.to_string();
    }
    format!("{}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_by_name_and_by_number() {
        assert_eq!(
            (parse("2026-03"), parse("2026-03-17")),
            (Some(24_314), Some(24_314))
        );
        assert_eq!(
            (name(24_314), name(17)),
            ("2026-03".to_owned(), "17".to_owned())
        );
        assert_eq!((parse("17"), parse("-3")), (Some(17), Some(-3)));
        for wrong in ["2026-13", "2026-00", "March", "", "2026-3x", "20x6-03"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
