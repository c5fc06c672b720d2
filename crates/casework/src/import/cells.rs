//! One row of a file becomes a referral, or a list of what is wrong with it:
//! the column, the cell as it stands in the file, and words to put it right.
//! What was repaired (a telephone number that lost its leading nought, a date
//! kept as a spreadsheet's number) is said, never done in silence.

use kith_access::Organisation;
use kith_base::{Day, Id, Line, Name, NhsNumber, Word};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    DateOrder,
    headings::{Holds, Plan},
};
use crate::{
    person::{Details, Equity, Ethnicity, Gender, Place, equity::Told},
    referral::{Agreed, Need, eligible::of_age},
};

/// What is wrong with one cell, or what was repaired in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Remark {
    /// The column's heading.
    pub column: String,
    /// The cell as it stands in the file.
    pub cell: String,
    /// What is wrong and how to put it right; or what was repaired.
    pub words: String,
    /// Whether the row can be used as it is.
    pub repaired: bool,
}

/// A row that can be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Whom it is about.
    pub details: Details,
    /// What they are counted by.
    pub equity: Equity,
    /// What it is about, the main need first; never empty.
    pub needs: Vec<Need>,
    /// A line more.
    pub why: Option<Line>,
    /// Whether the person agreed.
    pub agreed: Agreed,
    /// The day the service got it; none where the file does not say.
    pub received: Option<Day>,
    /// Who referred.
    pub referrer: Option<Name>,
}

/// What a row is read against.
#[derive(Clone, Debug)]
pub struct Against {
    /// The practices a file may name: id, name, ODS code.
    pub practices: Vec<(Id<Organisation>, Name, Option<String>)>,
    /// The day it is read.
    pub today: Day,
    /// What somebody too young for the service can do instead.
    pub under_age: String,
}

/// Reads one row.
///
/// # Errors
/// With every remark on the row, of which at least one is not repaired.
pub fn read(
    cells: &[String],
    plan: &Plan,
    against: &Against,
) -> Result<(Arrival, Vec<Remark>), Vec<Remark>> {
    let today = against.today;
    let mut row = Row {
        cells,
        plan,
        remarks: Vec::new(),
    };
    let (given, family) = row.names();
    let nhs_number = row.parsed::<NhsNumber>(Holds::NhsNumber);
    let born = row.born(against);
    let place = Place {
        address: row.parsed(Holds::Address),
        postcode: row.parsed(Holds::Postcode),
        phone: row.phone(),
        email: row.parsed(Holds::Email),
        safe_contact: row.parsed(Holds::SafeContact),
        text_is_safe: false,
        voicemail_is_safe: false,
    };
    let equity = Equity {
        gender: row.counted(Holds::Gender, Gender::told),
        ethnicity: row.counted(Holds::Ethnicity, Ethnicity::told),
    };
    let practice = row.practice(against);
    let (needs, other) = row.needs();
    let why = row.parsed::<Line>(Holds::Why).or(other);
    let agreed = row.agreed();
    let received = row.day(
        Holds::Received,
        today,
        "Date received must be today or in the past",
    );
    let referrer = row.parsed(Holds::Referrer);
    let known_as = row.parsed(Holds::KnownAs);
    let remarks = row.remarks;
    let (Some(given), Some(family), Some(agreed), true) = (
        given,
        family,
        agreed,
        remarks.iter().all(|remark| remark.repaired),
    ) else {
        return Err(remarks);
    };
    let place = Place {
        text_is_safe: agreed == Agreed::YesTextSafe,
        ..place
    };
    let details = Details {
        given,
        family,
        known_as,
        born,
        nhs_number,
        practice,
        place,
    };
    let line = Arrival {
        details,
        equity,
        needs,
        why,
        agreed,
        received,
        referrer,
    };
    Ok((line, remarks))
}

struct Row<'a> {
    cells: &'a [String],
    plan: &'a Plan,
    remarks: Vec<Remark>,
}

impl<'a> Row<'a> {
    /// The cell of a column, when there is one and it holds something.
    fn cell(&self, what: Holds) -> Option<&'a str> {
        let cell = self.cells.get(self.plan.place(what)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    fn remark(&mut self, what: Holds, words: impl Into<String>, repaired: bool) {
        let place = self.plan.place(what);
        let at = |list: &[String]| {
            place
                .and_then(|at| list.get(at))
                .cloned()
                .unwrap_or_default()
        };
        let heading = at(&self.plan.headings);
        self.remarks.push(Remark {
            column: if heading.is_empty() {
                what.label().to_owned()
            } else {
                heading
            },
            cell: at(self.cells).chars().take(200).collect(),
            words: words.into(),
            repaired,
        });
    }

    fn parsed<T: std::str::FromStr>(&mut self, what: Holds) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let cell = self.cell(what)?;
        // A cell of several lines becomes one line: nothing of it is lost.
        let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        match cell.parse() {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.remark(what, wrong.to_string(), false);
                None
            }
        }
    }

    fn names(&mut self) -> (Option<Name>, Option<Name>) {
        if let Some(whole) = self.cell(Holds::FullName)
            && self.cell(Holds::Given).is_none()
            && self.cell(Holds::Family).is_none()
        {
            // "SMITH, Mary" or "Mary Smith".
            let (given, family) = match whole.split_once(',') {
                Some((family, given)) => (given, family),
                None => whole
                    .rsplit_once(char::is_whitespace)
                    .unwrap_or(("", whole)),
            };
            let both = (given.parse().ok(), family.parse().ok());
            if both.0.is_none() || both.1.is_none() {
                self.remark(
                    Holds::FullName,
                    "Enter a given name and a family name",
                    false,
                );
            }
            return both;
        }
        let mut one = |what: Holds| {
            let name = self.parsed(what);
            if name.is_none() && self.cell(what).is_none() {
                self.remark(
                    what,
                    format!("Enter a {}", what.label().to_lowercase()),
                    false,
                );
            }
            name
        };
        (one(Holds::Given), one(Holds::Family))
    }

    fn day(&mut self, what: Holds, today: Day, late: &str) -> Option<Day> {
        let cell = self.cell(what)?;
        let read = day(cell, self.plan.dates);
        let found = match read {
            Ok((day, by_number)) => {
                if by_number {
                    let words = format!("Read as a spreadsheet's number for {}", day.as_uk_date());
                    self.remark(what, words, true);
                }
                day
            }
            Err(words) => {
                self.remark(what, words, false);
                return None;
            }
        };
        if found > today {
            self.remark(what, late, false);
            return None;
        }
        if found.date().year() < 1890 {
            self.remark(what, "Check the year: it is before 1890", false);
            return None;
        }
        Some(found)
    }

    /// A birth date; who is too young is refused as at the other doors.
    fn born(&mut self, against: &Against) -> Option<Day> {
        let today = against.today;
        let born = self.day(Holds::Born, today, "Date of birth must be in the past");
        if let Err(young) = of_age(born, today, &against.under_age) {
            self.remark(Holds::Born, young.to_string(), false);
        }
        born
    }

    fn phone(&mut self) -> Option<kith_base::Phone> {
        let cell = self.cell(Holds::Phone)?;
        if cell.contains("E+") || cell.contains("e+") {
            let words = "A spreadsheet has shortened this number: enter the whole number, with an apostrophe before it";
            self.remark(Holds::Phone, words, false);
            return None;
        }
        let Some(repaired) = whole_number(cell) else {
            return self.parsed(Holds::Phone);
        };
        self.remark(
            Holds::Phone,
            format!("The beginning of the number was lost and put back: {repaired}"),
            true,
        );
        repaired.parse().ok()
    }

    /// What somebody is counted by; a word that is none of ours is left out,
    /// and that is said.
    fn counted<T>(&mut self, what: Holds, read: fn(&str) -> Told<T>) -> Option<T> {
        match read(self.cell(what)?) {
            Told::As(word) => Some(word),
            Told::NotRecorded => None,
            Told::Unknown => {
                self.remark(what, "Not one of our words: left as not recorded", true);
                None
            }
        }
    }

    fn practice(&mut self, against: &Against) -> Option<Id<Organisation>> {
        let cell = self.cell(Holds::Practice)?.to_lowercase();
        let found = against.practices.iter().find(|(_, name, code)| {
            name.to_lowercase() == cell
                || code
                    .as_ref()
                    .is_some_and(|code| code.to_lowercase() == cell)
        });
        if found.is_none() {
            let words = "No practice here has this ODS code or name: correct it, or ask your administrator to add the practice";
            self.remark(Holds::Practice, words, false);
        }
        found.map(|(id, ..)| *id)
    }

    /// The needs, and what was written where it is none of our words.
    fn needs(&mut self) -> (Vec<Need>, Option<Line>) {
        let Some(cell) = self.cell(Holds::Need) else {
            return (vec![Need::Other], None);
        };
        let mut needs = Vec::new();
        let mut unknown = false;
        for part in cell
            .split([';', ',', '/', '|'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match need(part) {
                Some(need) if !needs.contains(&need) => needs.push(need),
                Some(_) => {}
                None => unknown = true,
            }
        }
        if needs.is_empty() || unknown {
            if !needs.contains(&Need::Other) {
                needs.push(Need::Other);
            }
            self.remark(
                Holds::Need,
                "Not one of our words: kept as \"Something else\", with these words as the reason",
                true,
            );
            return (needs, cell.parse().ok());
        }
        (needs, None)
    }

    fn agreed(&mut self) -> Option<Agreed> {
        let Some(cell) = self.cell(Holds::Agreed) else {
            if self.plan.agreed.is_none() {
                self.remark(Holds::Agreed, "Enter Yes or No", false);
            }
            return self.plan.agreed;
        };
        match cell.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "agreed" | "consented" => Some(Agreed::Yes),
            "yes, and texts are safe" | "yes_text_safe" | "yes text" => Some(Agreed::YesTextSafe),
            "no" | "n" | "false" | "0" | "declined" | "refused" => Some(Agreed::No),
            _ => {
                self.remark(Holds::Agreed, "Enter Yes or No", false);
                None
            }
        }
    }
}

/// A telephone number whose beginning a spreadsheet took off, with it.
fn whole_number(cell: &str) -> Option<String> {
    let digits: String = cell
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
        .collect();
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    if plain && digits.len() == 10 && !digits.starts_with('0') {
        Some(format!("0{digits}"))
    } else if plain && digits.len() == 12 && digits.starts_with("44") {
        Some(format!("+{digits}"))
    } else {
        None
    }
}

/// A cell written in the one way in which it is compared with others.
fn one_way(what: Holds, cell: &str, dates: DateOrder) -> String {
    fn as_read<T: std::str::FromStr + ToString>(cell: &str) -> Option<String> {
        cell.parse::<T>().ok().map(|read| read.to_string())
    }
    let words = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    let read = match what {
        Holds::NhsNumber => as_read::<NhsNumber>(&words),
        Holds::Born | Holds::Received => day(cell, dates).ok().map(|(day, _)| day.to_string()),
        Holds::Postcode => as_read::<kith_base::Postcode>(&words),
        Holds::Phone => {
            as_read::<kith_base::Phone>(&whole_number(cell).unwrap_or_else(|| words.clone()))
        }
        Holds::Email | Holds::Agreed | Holds::Practice => Some(words.to_lowercase()),
        _ => None,
    };
    read.unwrap_or(words)
}

fn need(words: &str) -> Option<Need> {
    let words = words.to_lowercase();
    if let Some(exact) = Need::ALL
        .iter()
        .find(|need| need.code() == words || need.label().to_lowercase() == words)
    {
        return Some(*exact);
    }
    const STEMS: &[(&str, Need)] = &[
        ("lonel", Need::Loneliness),
        ("isolat", Need::Loneliness),
        ("debt", Need::Money),
        ("money", Need::Money),
        ("financ", Need::Money),
        ("benefit", Need::Money),
        ("hous", Need::Housing),
        ("homeless", Need::Housing),
        ("anxi", Need::Mood),
        ("mood", Need::Mood),
        ("depress", Need::Mood),
        ("mental", Need::Mood),
        ("carer", Need::Caring),
        ("caring", Need::Caring),
        ("exercis", Need::Activity),
        ("activ", Need::Activity),
        ("bereave", Need::Grief),
        ("grief", Need::Grief),
        ("employ", Need::Work),
        ("work", Need::Work),
        ("abuse", Need::Abuse),
        ("violence", Need::Abuse),
    ];
    STEMS
        .iter()
        .find(|(stem, _)| words.contains(stem))
        .map(|(_, need)| *need)
}

/// A date as it is written, and whether it was a spreadsheet's number.
fn day(cell: &str, order: DateOrder) -> Result<(Day, bool), String> {
    let example = match order {
        DateOrder::DayFirst => "Enter a date like 31/12/1951: day, month, year",
        DateOrder::MonthFirst => "Enter a date like 12/31/1951: month, day, year",
    };
    let wrong = || example.to_owned();
    // What a spreadsheet writes after a date is the time of day.
    let date = cell.split([' ', 'T']).next().unwrap_or(cell);
    if let Ok(serial) = date.parse::<f64>()
        && (3654.0..=73_050.0).contains(&serial)
    {
        // Days since 30 December 1899, from 1910 to 2099.
        let base = Day::ymd(1899, 12, 30).ok_or_else(wrong)?;
        #[expect(clippy::cast_possible_truncation, reason = "between 3,654 and 73,050")]
        return Ok((base.plus_days(serial as i64), true));
    }
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let [first, second, third] = parts[..] else {
        return Err(wrong());
    };
    let number = |text: &str| text.parse::<i16>().map_err(|_| wrong());
    let (year, month, day) = if first.len() == 4 {
        (number(first)?, number(second)?, number(third)?)
    } else if third.len() == 4 {
        match order {
            DateOrder::DayFirst => (number(third)?, number(second)?, number(first)?),
            DateOrder::MonthFirst => (number(third)?, number(first)?, number(second)?),
        }
    } else {
        return Err("Enter the year with four digits".into());
    };
    let small = |number: i16| i8::try_from(number).map_err(|_| wrong());
    Day::ymd(year, small(month)?, small(day)?)
        .map(|day| (day, false))
        .ok_or_else(|| format!("There is no such day. {example}"))
}

/// What tells one row from another, whatever the order of the columns and
/// however the file is kept: the hash of everything that was read from it. The
/// same list saved as a spreadsheet and as text is the same.
#[must_use]
pub fn hash(cells: &[String], plan: &Plan) -> Vec<u8> {
    let mut hash = Sha256::new();
    for what in Holds::ALL {
        let cell = plan
            .place(*what)
            .and_then(|at| cells.get(at))
            .map(|cell| one_way(*what, cell.trim(), plan.dates))
            .unwrap_or_default();
        if *what != Holds::Nothing && !cell.is_empty() {
            hash.update(what.code().as_bytes());
            hash.update([0]);
            hash.update(cell.as_bytes());
            hash.update([0]);
        }
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(headings: &[&str]) -> Plan {
        let mut plan = Plan::guess(headings.iter().map(|h| (*h).to_owned()).collect());
        plan.agreed = Some(Agreed::Yes);
        plan
    }

    fn against() -> Against {
        Against {
            practices: Vec::new(),
            today: Day::ymd(2026, 11, 24).unwrap(),
            under_age: "Ring the youth service".into(),
        }
    }

    fn row(headings: &[&str], cells: &[&str]) -> Result<(Arrival, Vec<Remark>), Vec<Remark>> {
        let cells: Vec<String> = cells.iter().map(|c| (*c).to_owned()).collect();
        read(&cells, &plan(headings), &against())
    }

    #[test]
    fn dates_are_day_first_unless_told_and_a_spreadsheets_number_is_understood() {
        let uk = |cell| day(cell, DateOrder::DayFirst);
        let third_of_may = Day::ymd(1951, 5, 3).unwrap();
        assert_eq!(uk("03/05/1951"), Ok((third_of_may, false)));
        assert_eq!(uk("3.5.1951"), Ok((third_of_may, false)));
        assert_eq!(uk("1951-05-03 00:00:00"), Ok((third_of_may, false)));
        assert_eq!(uk("18751"), Ok((third_of_may, true)));
        assert_eq!(
            day("05/03/1951", DateOrder::MonthFirst),
            Ok((third_of_may, false))
        );
        assert!(uk("12/31/1951").unwrap_err().contains("no such day"));
        assert!(uk("30/02/1951").unwrap_err().contains("no such day"));
        assert!(uk("3/5/51").unwrap_err().contains("four digits"));
        assert!(uk("last spring").is_err());
    }

    #[test]
    fn a_lost_nought_is_put_back_and_said() {
        let (line, remarks) = row(
            &["Forename", "Surname", "Mobile"],
            &["Mary", "Smith", "7700900982"],
        )
        .unwrap();
        assert_eq!(&*line.details.place.phone.unwrap(), "07700900982");
        assert!(remarks[0].repaired && remarks[0].words.contains("put back: 07700900982"));
        let wrong = row(
            &["Forename", "Surname", "Mobile"],
            &["Mary", "Smith", "7.70091E+09"],
        )
        .unwrap_err();
        assert!(wrong[0].words.contains("shortened"));
    }

    #[test]
    fn each_thing_wrong_is_told_by_its_column_with_the_cell() {
        let wrong = row(
            &["NHS No", "Forename", "Surname", "DOB", "Practice"],
            &["999 000 0000", "", "Smith", "31/11/1951", "Nowhere"],
        )
        .unwrap_err();
        let told: Vec<(&str, &str)> = wrong.iter().map(|r| (&*r.column, &*r.cell)).collect();
        assert_eq!(
            told,
            [
                ("Forename", ""),
                ("NHS No", "999 000 0000"),
                ("DOB", "31/11/1951"),
                ("Practice", "Nowhere")
            ]
        );
    }

    #[test]
    fn somebody_too_young_is_told_of_by_row_with_the_other_pathway() {
        let headings = ["Forename", "Surname", "DOB"];
        let wrong = row(&headings, &["Mary", "Smith", "25/11/2008"]).unwrap_err();
        assert_eq!(wrong[0].column, "DOB");
        assert!(
            wrong[0].words.contains("Ring the youth service"),
            "{wrong:?}"
        );
        assert!(row(&headings, &["Mary", "Smith", "24/11/2008"]).is_ok());
    }

    #[test]
    fn a_whole_name_is_parted() {
        for cell in ["SMITH, Mary Ann", "Mary Ann SMITH"] {
            let (line, _) = row(&["Name"], &[cell]).unwrap();
            assert_eq!(
                (&*line.details.given, &*line.details.family),
                ("Mary Ann", "SMITH")
            );
        }
        assert!(row(&["Name"], &["Smith"]).is_err());
    }

    #[test]
    fn a_need_in_other_words_is_recognised_or_kept_as_the_reason() {
        let (line, _) = row(&["Name", "Need"], &["Mary Smith", "Social isolation; debt"]).unwrap();
        assert_eq!(line.needs, [Need::Loneliness, Need::Money]);
        let (line, remarks) = row(&["Name", "Need"], &["Mary Smith", "Wants a dog"]).unwrap();
        assert_eq!(
            (line.needs, line.why.as_deref()),
            (vec![Need::Other], Some("Wants a dog"))
        );
        assert!(remarks[0].repaired);
    }

    #[test]
    fn a_file_that_says_nothing_of_agreement_is_not_taken_for_a_yes() {
        let mut plan = plan(&["Name", "Consent"]);
        plan.agreed = None;
        let cells = ["Mary Smith".to_owned(), String::new()];
        assert!(read(&cells, &plan, &against()).is_err());
        let cells = ["Mary Smith".to_owned(), "N".to_owned()];
        assert_eq!(
            read(&cells, &plan, &against()).unwrap().0.agreed,
            Agreed::No
        );
    }

    #[test]
    fn the_same_row_has_the_same_hash_whatever_the_order_of_its_columns() {
        let one = hash(
            &["Mary".into(), "Smith".into()],
            &plan(&["Forename", "Surname"]),
        );
        let two = hash(
            &["x".into(), "Smith ".into(), "Mary".into()],
            &plan(&["Colour", "Surname", "Forename"]),
        );
        assert_eq!(one, two);
        assert_ne!(
            one,
            hash(
                &["Smith".into(), "Mary".into()],
                &plan(&["Forename", "Surname"])
            )
        );
    }
}
