//! The rows of a practice's list and of its contacts: from text to what is
//! kept, or to what was expected instead.

use kith_access::Organisation;
use kith_base::{Day, Id, NhsNumber, Word};

use super::{ContactKind, Pseudonym, Pseudonyms, Sex};
use crate::{
    gathered::{
        sheet::{Heading, Problem, Row, day},
        store::Contacts,
    },
    month::Month,
};

const NHS_NUMBER: Heading = Heading {
    name: "NHS number",
    also: &["nhsno", "nhsnum"],
    needed: true,
};

/// For somebody whose NHS number the practice does not give.
const PERSON_KEY: Heading = Heading {
    name: "Person key",
    also: &["patientkey", "personid", "patientid"],
    needed: false,
};

/// The columns of a practice's list.
pub const REGISTER: &[Heading] = &[
    NHS_NUMBER,
    Heading {
        name: "Registered from",
        also: &["registrationdate", "registered"],
        needed: true,
    },
    Heading {
        name: "Registered until",
        also: &["deregistrationdate", "deducted"],
        needed: false,
    },
    Heading {
        name: "Year of birth",
        also: &["birthyear", "yob"],
        needed: true,
    },
    Heading {
        name: "Sex",
        also: &["gender"],
        needed: true,
    },
    Heading {
        name: "Deprivation fifth",
        also: &["imdquintile", "imdfifth", "deprivationquintile"],
        needed: false,
    },
    PERSON_KEY,
];

/// The columns of a practice's contacts.
pub const CONTACTS: &[Heading] = &[
    NHS_NUMBER,
    Heading {
        name: "Date",
        also: &["contactdate", "appointmentdate"],
        needed: true,
    },
    Heading {
        name: "Kind",
        also: &["contactkind", "contacttype", "type"],
        needed: true,
    },
    PERSON_KEY,
];

/// Somebody on a practice's list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registered {
    /// Who.
    pub pseudonym: Pseudonym,
    /// On the list from.
    pub from: Day,
    /// Until; none when still on it.
    pub until: Option<Day>,
    /// Year of birth.
    pub birth_year: i64,
    /// Sex.
    pub sex: Sex,
    /// Deprivation of the neighbourhood, 1 the most deprived fifth.
    pub fifth: Option<i64>,
}

/// A contact with a practice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contact {
    /// Who.
    pub pseudonym: Pseudonym,
    /// The day.
    pub on: Day,
    /// What sort.
    pub kind: ContactKind,
}

/// Whom the rows of a practice's file are about.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// What stands for their numbers and keys.
    pub pseudonyms: &'a Pseudonyms,
    /// The practice that made the keys.
    pub practice: Option<Id<Organisation>>,
}

/// Gathers what is wrong with a row while it is read.
struct Reader<'a> {
    row: &'a Row,
    headings: &'static [Heading],
    wrong: Vec<Problem>,
}

impl Reader<'_> {
    fn refuse<T>(&mut self, at: usize, expected: impl Into<String>) -> Option<T> {
        self.wrong.push(Problem {
            heading: self.headings[at].name,
            expected: expected.into(),
        });
        None
    }

    /// Who it is: by the NHS number in the first column, or by the practice's
    /// own key in the last where there is no number.
    fn somebody(&mut self, whose: Whose<'_>) -> Option<Pseudonym> {
        let key = self.row.cell(self.headings.len() - 1);
        match (self.row.cell(0), whose.practice) {
            ("", Some(practice)) if !key.is_empty() => Some(whose.pseudonyms.of_key(practice, key)),
            (number, _) => match number.parse::<NhsNumber>() {
                Ok(number) => Some(whose.pseudonyms.of(&number)),
                Err(_) => self.refuse(0, "a valid NHS number of 10 digits, or a person key"),
            },
        }
    }

    fn past(&mut self, at: usize, today: Day) -> Option<Day> {
        match day(self.row.cell(at)) {
            Some(day) if day <= today => Some(day),
            _ => self.refuse(
                at,
                "a day up to today, as 2026-05-31 or 31/05/2026 (the day first)",
            ),
        }
    }
}

/// Reads a row of a practice's list.
///
/// # Errors
/// Every cell that cannot be read, and what was expected in it.
pub fn registered(row: &Row, whose: Whose<'_>, today: Day) -> Result<Registered, Vec<Problem>> {
    let mut reader = Reader {
        row,
        headings: REGISTER,
        wrong: Vec::new(),
    };
    let who = reader.somebody(whose);
    let from = reader.past(1, today);
    let until = match row.cell(2) {
        "" => Some(None),
        _ => reader.past(2, today).map(Some),
    };
    if let (Some(from), Some(Some(until))) = (from, until)
        && until < from
    {
        reader.refuse::<()>(2, "a day that is not before \"Registered from\"");
    }
    let years = 1900..=i64::from(today.date().year());
    let birth_year = match row.cell(3).parse() {
        Ok(year) if years.contains(&year) => Some(year),
        _ => reader.refuse(3, "a year of four numbers, from 1900 to this year"),
    };
    let sex = match row.cell(4).to_lowercase().as_str() {
        "f" | "female" | "2" => Some(Sex::Female),
        "m" | "male" | "1" => Some(Sex::Male),
        "other" | "indeterminate" | "9" => Some(Sex::Other),
        "" | "unknown" | "not recorded" | "not_recorded" | "0" | "x" => Some(Sex::NotRecorded),
        _ => reader.refuse(4, "female, male, other, or not recorded"),
    };
    let fifth = match row.cell(5) {
        "" => Some(None),
        cell => match cell.parse() {
            Ok(fifth @ 1..=5) => Some(Some(fifth)),
            _ => reader.refuse(5, "a number from 1 (most deprived) to 5, or nothing"),
        },
    };
    match (who, from, until, birth_year, sex, fifth) {
        (Some(pseudonym), Some(from), Some(until), Some(birth_year), Some(sex), Some(fifth))
            if reader.wrong.is_empty() =>
        {
            Ok(Registered {
                pseudonym,
                from,
                until,
                birth_year,
                sex,
                fifth,
            })
        }
        _ => Err(reader.wrong),
    }
}

/// Reads a row of a practice's contacts.
///
/// # Errors
/// Every cell that cannot be read, and what was expected in it.
pub fn contact(
    row: &Row,
    whose: Whose<'_>,
    said: &Contacts,
    today: Day,
) -> Result<Contact, Vec<Problem>> {
    let mut reader = Reader {
        row,
        headings: CONTACTS,
        wrong: Vec::new(),
    };
    let who = reader.somebody(whose);
    let on = reader.past(1, today).and_then(|day| {
        let within = (said.from..=said.until).contains(&Month::of(day));
        if within {
            Some(day)
        } else {
            let months = format!("a day from {} to {}", said.from, said.until);
            reader.refuse(1, months)
        }
    });
    let kind = match kind(row.cell(2)) {
        Some(kind) => Some(kind),
        None => reader.refuse(2, kinds()),
    };
    match (who, on, kind) {
        (Some(pseudonym), Some(on), Some(kind)) => Ok(Contact {
            pseudonym,
            on,
            kind,
        }),
        _ => Err(reader.wrong),
    }
}

/// A kind by its code or its words.
fn kind(cell: &str) -> Option<ContactKind> {
    let cell = cell.to_lowercase();
    ContactKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.code() == cell || kind.label().to_lowercase() == cell)
}

/// Every kind there is, for a message.
fn kinds() -> String {
    let codes: Vec<&str> = ContactKind::ALL.iter().map(|kind| kind.code()).collect();
    format!("one of {}", codes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gathered::sheet::Sheet;

    fn today() -> Day {
        Day::ymd(2026, 11, 24).unwrap()
    }

    fn of_practice<T>(read: impl FnOnce(Whose<'_>) -> T) -> T {
        read(Whose {
            pseudonyms: &Pseudonyms::with([1; 32]),
            practice: Some(Id::of(uuid::Uuid::from_u128(9))),
        })
    }

    fn register(line: &str) -> Result<Registered, Vec<Problem>> {
        let text = format!(
            "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n{line}\n"
        );
        let mut sheet = Sheet::open(text.as_bytes(), REGISTER).unwrap();
        let (row, _) = sheet.next_row().unwrap().unwrap();
        of_practice(|whose| registered(&row, whose, today()))
    }

    #[test]
    fn somebody_without_a_number_is_known_by_the_practices_key() {
        let text = "Person key,NHS number,Date,Kind\n\
            p17,,2026-05-03,online\np17,,2026-05-04,online\np17,9990000018,2026-05-04,online\n,,2026-05-04,online\n";
        let mut sheet = Sheet::open(text.as_bytes(), CONTACTS).unwrap();
        let mut next = || {
            let (row, _) = sheet.next_row().unwrap().unwrap();
            of_practice(|whose| contact(&row, whose, &said(), today()))
        };
        let (first, second, numbered) = (next().unwrap(), next().unwrap(), next().unwrap());
        assert_eq!(first.pseudonym, second.pseudonym);
        let mary = Pseudonyms::with([1; 32]).of(&"9990000018".parse().unwrap());
        assert_eq!(numbered.pseudonym, mary);
        assert_eq!(columns(next()), ["NHS number"]);
    }

    fn said() -> Contacts {
        Contacts {
            from: "2026-01".parse().unwrap(),
            until: "2026-06".parse().unwrap(),
            definition: "Any consultation".parse().unwrap(),
            code_set: "SNOMED 2026".parse().unwrap(),
            supplier: "System 4.1".parse().unwrap(),
        }
    }

    fn contacts(line: &str) -> Result<Contact, Vec<Problem>> {
        let text = format!("NHS number,Date,Kind\n{line}\n");
        let mut sheet = Sheet::open(text.as_bytes(), CONTACTS).unwrap();
        let (row, _) = sheet.next_row().unwrap().unwrap();
        of_practice(|whose| contact(&row, whose, &said(), today()))
    }

    fn columns<T>(read: Result<T, Vec<Problem>>) -> Vec<&'static str> {
        let wrong = read.err().unwrap_or_default();
        wrong.iter().map(|problem| problem.heading).collect()
    }

    #[test]
    fn a_whole_row_is_read() {
        let read = register("999 000 0018,2019-03-01,,1951,F,2").unwrap();
        assert_eq!(
            (read.until, read.birth_year, read.sex, read.fifth),
            (None, 1951, Sex::Female, Some(2))
        );
        let read = contacts("9990000018,03/05/2026,Telephone consultation").unwrap();
        assert_eq!(
            (read.on.to_string(), read.kind),
            ("2026-05-03".into(), ContactKind::Telephone)
        );
    }

    #[test]
    fn every_wrong_cell_is_told_by_its_column() {
        assert_eq!(
            columns(register("9990000019,31/02/2020,,51,woman,9")),
            [
                "NHS number",
                "Registered from",
                "Year of birth",
                "Sex",
                "Deprivation fifth"
            ]
        );
        assert_eq!(
            columns(register("9990000018,2020-03-01,2020-02-01,1951,F,")),
            ["Registered until"]
        );
        assert_eq!(
            columns(contacts("9990000018,12/31/2026,letter")),
            ["Date", "Kind"]
        );
        assert_eq!(columns(contacts("9990000018,2026-07-01,online")), ["Date"]);
        assert_eq!(columns(contacts("9990000018,2026-12-01,online")), ["Date"]);
    }

    #[test]
    fn a_message_never_repeats_what_the_cell_held() {
        let wrong = contacts("9990000019,x,y").unwrap_err();
        assert!(
            wrong
                .iter()
                .all(|problem| !problem.expected.contains("9990000019"))
        );
    }
}
