//! One line read whole, or not at all.

use super::*;

fn today() -> Day {
    Day::ymd(2026, 11, 22).unwrap()
}

fn number() -> String {
    NhsNumber::with_check_digit(999_000_001).unwrap().spaced()
}

/// What was read, as words: given | family | born | number | postcode | phone.
fn told(line: &str) -> String {
    match read(line, today()) {
        Err(not) => format!("? {}: {}", not.part, not.next),
        Ok(read) => {
            let (given, family) = read.name.map_or_else(Default::default, |(given, family)| {
                (given.to_string(), family.to_string())
            });
            let parts = [
                given,
                family,
                read.born.map_or_else(String::new, |born| born.to_string()),
                read.nhs_number.map_or_else(String::new, |n| n.to_string()),
                read.postcode.map_or_else(String::new, |p| p.to_string()),
                read.phone.map_or_else(String::new, |p| p.to_string()),
            ];
            parts.join("|").trim_end_matches('|').to_owned()
        }
    }
}

fn each(table: &[(&str, &str)]) {
    for (line, says) in table {
        assert_eq!(&told(line), says, "{line}");
    }
}

#[test]
fn names_as_people_write_them() {
    each(&[
        ("Aisha Khan", "Aisha|Khan"),
        ("KHAN, Aisha", "Aisha|KHAN"),
        ("KHAN , Aisha,", "Aisha|KHAN"),
        ("KHAN, Aisha (Mrs)", "Aisha|KHAN"),
        ("KHAN, Mrs Aisha", "Aisha|KHAN"),
        ("KHAN Aisha", "Aisha|KHAN"),
        ("Mrs. Aisha Khan", "Aisha|Khan"),
        ("AISHA KHAN", "AISHA|KHAN"),
        ("Mary Ann Smith", "Mary Ann|Smith"),
        ("Anne-Marie Smith-Jones", "Anne-Marie|Smith-Jones"),
        ("Mary O'Brien", "Mary|O'Brien"),
        ("Mary O’Brien", "Mary|O’Brien"),
        ("Anna van der Berg", "Anna|van der Berg"),
        ("Anna van der BERG", "Anna|van der BERG"),
        ("van der Berg, Anna Maria", "Anna Maria|van der Berg"),
        ("Maria GARCIA LOPEZ", "Maria|GARCIA LOPEZ"),
        ("Siobhan Ní Bhriain", "Siobhan|Ní Bhriain"),
        ("Siân ap Rhys", "Siân|ap Rhys"),
        ("Omar al-Hassan", "Omar|al-Hassan"),
        ("J Smith", "J|Smith"),
        ("Max Born 3 5 1951", "Max|Born|1951-05-03"),
        ("May Day 3 May 1951", "May|Day|1951-05-03"),
    ]);
}

#[test]
fn dates_of_every_british_spelling() {
    for written in [
        "3 5 1951",
        "03 05 1951",
        "3/5/1951",
        "03/05/51",
        "3.5.51",
        "3-5-1951",
        "3 5 51",
        "3 May 1951",
        "3rd May 1951",
        "3rd of May 1951",
        "3 may 51",
        "3-May-1951",
        "3/may/51",
        "3 May '51",
        "03051951",
        "030551",
        "1951-05-03",
        "born 3 5 1951",
        "DOB: 3/5/1951",
        "d.o.b. 3/5/1951",
        "date of birth 3 May 1951",
        "(3/5/1951)",
        "3 May, 1951",
    ] {
        assert_eq!(
            told(&format!("Aisha Khan {written}")),
            "Aisha|Khan|1951-05-03",
            "{written}"
        );
        assert_eq!(
            told(&format!("{written} Aisha Khan")),
            "Aisha|Khan|1951-05-03",
            "{written}"
        );
    }
    assert_eq!(told("Aisha Khan 12 Sept 1960"), "Aisha|Khan|1960-09-12");
}

#[test]
fn a_year_of_two_numbers_is_read_only_where_it_can_be_one_alone() {
    each(&[
        ("Aisha Khan 3/5/27", "Aisha|Khan|1927-05-03"),
        ("Aisha Khan 3/5/99", "Aisha|Khan|1999-05-03"),
        ("Aisha Khan 3/5/05", "Aisha|Khan|2005-05-03"),
        ("Aisha Khan 3/5/24", &format!("? 3/5/24: {YEAR}")),
        ("Aisha Khan 3/5/12", &format!("? 3/5/12: {YEAR}")),
        ("Aisha Khan 3/5/1924", "Aisha|Khan|1924-05-03"),
    ]);
}

#[test]
fn days_that_cannot_be_are_named() {
    each(&[
        ("Aisha Khan 31 2 1951", &format!("? 31 2 1951: {NO_DAY}")),
        ("Aisha Khan 5/13/1951", &format!("? 5/13/1951: {NO_DAY}")),
        ("Aisha Khan 3/5/2027", &format!("? 3/5/2027: {FUTURE}")),
        ("Aisha Khan 3/5/1851", &format!("? 3/5/1851: {YEAR}")),
    ]);
}

#[test]
fn numbers_telephones_and_postcodes_stand_where_they_like() {
    let nhs = number();
    let close: String = nhs.split(' ').collect();
    let all = format!("Aisha|Khan|1951-05-03|{close}|LS1 4AP|07700900982");
    for line in [
        format!("{nhs} Aisha Khan 3 5 1951 LS1 4AP 07700 900 982"),
        format!("{close} Aisha Khan 3/5/51 ls14ap 07700900982"),
        format!("Khan, Aisha, 03/05/1951, NHS no. {nhs}, tel 07700-900-982, LS1 4AP"),
        format!(
            "Aisha Khan, born 3 May 1951; NHS number: {nhs}; mobile: (07700) 900982; postcode: LS1 4AP"
        ),
        format!("07700 900982 3 5 1951 LS1 4AP {nhs} Aisha Khan"),
    ] {
        assert_eq!(told(&line), all, "{line}");
    }
    each(&[
        ("Aisha Khan +44 7700 900982", "Aisha|Khan||||+447700900982"),
        ("Aisha Khan 01204 555555", "Aisha|Khan||||01204555555"),
        ("LS1 4AP", "||||LS1 4AP"),
        (&format!("nhs {nhs}"), &format!("|||{close}")),
    ]);
}

#[test]
fn what_is_not_understood_is_named_as_it_was_typed() {
    each(&[
        ("", ""),
        ("Khan", &format!("? Khan: {NAME}")),
        ("Mrs Khan 3 5 1951", &format!("? Mrs Khan: {NAME}")),
        (
            "Khan, Aisha, Bibi 3 5 1951",
            &format!("? Khan Aisha Bibi: {NAME}"),
        ),
        (
            "Aisha Khan 3 5 1951 her daughter rings",
            &format!("? her daughter rings: {AS_HERE}"),
        ),
        ("Aisha Khan flat 4b 3 5 1951", &format!("? 4b: {AS_HERE}")),
        ("Aisha Khan 1951", &format!("? 1951: {AS_HERE}")),
        ("Aisha Khan 3 5", &format!("? 3 5: {AS_HERE}")),
        (
            "Aisha Khan 999 000 0000",
            &format!("? 999 000 0000: {NUMBER}"),
        ),
        (
            "Aisha Khan 3 5 1951 4 5 1951",
            &format!("? 4 5 1951: {TWICE}"),
        ),
        ("Aisha Khan 07700", &format!("? 07700: {AS_HERE}")),
        ("<b>x</b> & '--", &format!("? <b>x</b> & '--: {AS_HERE}")),
        ("🙂 Khan", &format!("? 🙂: {AS_HERE}")),
        ("' or 1=1", &format!("? ': {AS_HERE}")),
    ]);
    // Ten digits that begin with nought and pass as an NHS number.
    let either = (0..10)
        .map(|last| format!("012045555{last}"))
        .find(|ten| ten.parse::<NhsNumber>().is_ok());
    if let Some(either) = either {
        assert_eq!(
            told(&format!("Aisha Khan {either}")),
            format!("? {either}: {EITHER}")
        );
    }
}

proptest::proptest! {
    #[test]
    fn no_line_makes_it_stumble(line in ".{0,80}") {
        if let Err(not) = read(&line, today()) {
            proptest::prop_assert!(!not.part.is_empty());
        }
    }
}
