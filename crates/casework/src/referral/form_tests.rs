//! Whom a form is about, from what was typed and what may be seen.

use kith_base::Ts;

use super::*;

fn today() -> Day {
    Day::ymd(2026, 11, 21).unwrap()
}

fn number() -> NhsNumber {
    NhsNumber::with_check_digit(999_000_001).unwrap()
}

fn typed() -> Typed {
    Typed {
        nhs_number: Some(Whose::Number(number())),
        given: None,
        family: None,
        born: None,
        postcode: None,
        phone: None,
        gender: None,
        ethnicity: None,
        main: Need::Money,
        also: Some(vec![Need::Housing, Need::Money]),
        told: vec![Told::Talked],
        agreed: Agreed::Yes,
        why: None,
        practice: None,
        asked_by: None,
        tell_practice: None,
        person: None,
    }
}

fn detailed(given: &str, family: &str, born: Option<Day>) -> Typed {
    Typed {
        given: given.parse().ok(),
        family: family.parse().ok(),
        born,
        ..typed()
    }
}

fn mary() -> Identity {
    Identity {
        id: Id::new(Ts::from_micros(1)),
        given: "Mary".parse().unwrap(),
        family: "Okafor".parse().unwrap(),
        known_as: None,
        pronouns: None,
        born: Day::ymd(1951, 5, 3),
        nhs_number: Some(number()),
        practice: None,
        practice_name: None,
        location_sensitive: false,
        restricted: false,
        has_safe_contact: false,
        risk: None,
        communication: None,
        interpreter: None,
        access_needs: None,
        no_longer_agrees: None,
        lone_working: None,
        merged_into: None,
        version: 1,
    }
}

fn fields(whom: &Whom) -> Vec<Option<&'static str>> {
    match whom {
        Whom::Wrong(refusals) => refusals.iter().map(|refusal| refusal.field).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_main_need_comes_first_and_none_twice() {
    assert_eq!(typed().needs(), [Need::Money, Need::Housing]);
}

#[test]
fn a_known_number_is_shown_before_anything_is_sent() {
    let mary = mary();
    assert_eq!(
        whom(
            &typed(),
            Some(&mary),
            None,
            today(),
            "Ring the youth service"
        ),
        Whom::IsThisThem
    );
    let looked = Typed {
        person: Some(mary.id),
        ..typed()
    };
    assert_eq!(
        whom(
            &looked,
            Some(&mary),
            None,
            today(),
            "Ring the youth service"
        ),
        Whom::Clear(Who::Known(
            mary.id,
            Box::new(Reach {
                phone: looked.phone.clone(),
                postcode: looked.postcode.clone(),
                practice: None,
                texts: false,
            })
        ))
    );
}

#[test]
fn looking_at_one_person_does_not_send_another() {
    let other = Typed {
        person: Some(Id::new(Ts::from_micros(2))),
        ..typed()
    };
    assert_eq!(
        whom(
            &other,
            Some(&mary()),
            None,
            today(),
            "Ring the youth service"
        ),
        Whom::IsThisThem
    );
}

#[test]
fn an_unknown_number_asks_for_the_details_it_still_needs() {
    let asked = whom(&typed(), None, None, today(), "Ring the youth service");
    assert_eq!(
        fields(&asked),
        [Some("given"), Some("family"), Some("born")]
    );
    let asked = whom(
        &detailed("Mary", "", None),
        None,
        None,
        today(),
        "Ring the youth service",
    );
    assert_eq!(fields(&asked), [Some("family"), Some("born")]);
}

#[test]
fn without_number_and_details_the_number_is_asked_for() {
    let nothing = Typed {
        nhs_number: None,
        ..typed()
    };
    assert_eq!(
        fields(&whom(
            &nothing,
            None,
            None,
            today(),
            "Ring the youth service"
        )),
        [Some("nhs_number")]
    );
}

#[test]
fn somebody_without_a_number_is_described() {
    let described = Typed {
        nhs_number: None,
        agreed: Agreed::YesTextSafe,
        ..detailed("Mary", "Okafor", Day::ymd(1951, 5, 3))
    };
    let Whom::Clear(Who::Described(details)) =
        whom(&described, None, None, today(), "Ring the youth service")
    else {
        panic!("not clear");
    };
    assert_eq!(details.nhs_number, None);
    assert!(details.place.text_is_safe);
}

#[test]
fn details_that_contradict_the_number_are_stopped_at_the_door() {
    let mary = mary();
    let right = detailed("Mary", "Okafor", Day::ymd(1951, 5, 3));
    assert!(matches!(
        whom(&right, Some(&mary), None, today(), "Ring the youth service"),
        Whom::Clear(_)
    ));
    for wrong in [
        detailed("Mary", "Okafor", Day::ymd(1961, 5, 3)),
        detailed("Tom", "Khan", Day::ymd(1951, 5, 3)),
    ] {
        assert_eq!(
            fields(&whom(
                &wrong,
                Some(&mary),
                None,
                today(),
                "Ring the youth service"
            )),
            [Some("nhs_number")]
        );
    }
}

#[test]
fn somebody_too_young_is_told_the_other_pathway_known_or_described() {
    let child = Day::ymd(2010, 1, 1);
    let described = detailed("Ade", "Okafor", child);
    assert_eq!(
        fields(&whom(
            &described,
            None,
            None,
            today(),
            "Ring the youth service"
        )),
        [Some("born")]
    );
    let known = Identity {
        born: child,
        ..mary()
    };
    assert_eq!(
        fields(&whom(
            &typed(),
            Some(&known),
            None,
            today(),
            "Ring the youth service"
        )),
        [Some("born")]
    );
}

#[test]
fn told_and_not_told_at_once_is_refused() {
    assert!(told_agrees(&[Told::Talked, Told::Leaflet]).is_ok());
    assert!(told_agrees(&[Told::Nothing]).is_ok());
    assert_eq!(
        told_agrees(&[Told::Talked, Told::Nothing])
            .unwrap_err()
            .field,
        Some("told")
    );
}

fn told(line: &str) -> Typed {
    Typed {
        nhs_number: Some(line.parse().unwrap()),
        ..typed()
    }
}

#[test]
fn a_number_that_was_mistyped_is_told_as_one_and_not_read_as_a_line() {
    for wrong in ["943 476 5918", "943-476-591", "12", "07700 900982"] {
        assert!(wrong.parse::<Whose>().is_err(), "{wrong}");
    }
    for line in [
        "Aisha Khan 3 5 1951",
        "3/5/1951",
        "999 000 0018 07700 900982",
    ] {
        let read: Whose = line.parse().unwrap();
        assert_eq!(read, Whose::Told(line.parse().unwrap()), "{line}");
        assert_eq!(read.to_string(), line, "kept as it was typed");
    }
}

#[test]
fn one_line_stands_in_the_fields_it_belongs_to() {
    let mut line = told("Aisha Khan 3 5 1951 LS1 4AP");
    assert_eq!(line.read_line(today()), Ok(true));
    assert_eq!(line.nhs_number, None);
    assert_eq!(line.given.as_deref(), Some("Aisha"));
    assert_eq!(line.born, Day::ymd(1951, 5, 3));
    assert_eq!(line.postcode.as_deref(), Some("LS1 4AP"));
    let number_alone = &mut typed();
    assert_eq!(number_alone.read_line(today()), Ok(false));
    assert_eq!(number_alone.number(), Some(&number()));
}

#[test]
fn a_line_that_says_something_else_than_a_field_is_refused() {
    let typed_below = |line, given: &str| Typed {
        given: given.parse().ok(),
        ..told(line)
    };
    let mut same = typed_below("Aisha Khan 3 5 1951", "Aisha");
    assert_eq!(same.read_line(today()), Ok(true));
    let mut other = typed_below("Aisha Khan 3 5 1951", "Aysha");
    let refusal = other.read_line(today()).unwrap_err();
    assert_eq!(refusal.field, Some("nhs_number"));
    assert!(refusal.what.contains("first name"), "{refusal}");
}
