//! Who the page is about: it stays in sight while the page moves, and stands
//! on every page and print that shows a person. Three identifiers, so that
//! nobody writes into the wrong record; then what somebody must know before
//! they speak to the person. It never shows a place: where somebody's place
//! is hidden, it says so.

use kith_base::Day;
use kith_pages::{
    Html,
    components::{Tag, TagColour},
    el,
    html::link,
};

use super::Identity;
use crate::paths;

/// The banner of a person, with the link to raise a concern about them.
#[must_use]
pub fn banner(identity: &Identity, today: Day) -> Html {
    let raise = link(paths::raise_concern_about(identity.id), "Raise a concern");
    section(identity, today, Some(raise))
}

/// The banner for whoever may not open the person's record, nor so raise a
/// concern about them by name.
#[must_use]
pub fn closed_banner(identity: &Identity, today: Day) -> Html {
    section(identity, today, None)
}

fn section(identity: &Identity, today: Day, raise: Option<Html>) -> Html {
    let who = el("p")
        .class("kith-person")
        .child(
            el("strong")
                .class("kith-person__name")
                .child(identity.listed_name()),
        )
        .children(facts(identity, today).into_iter().map(|(what, value)| {
            el("span")
                .class("kith-person__fact")
                .child(format!(" {what} "))
                .child(el("b").child(value))
        }))
        .children(raise.map(|raise| {
            [
                Html::from(" "),
                el("span").class("kith-person__fact").child(raise).into(),
            ]
            .into_iter()
            .collect::<Html>()
        }));
    let flags = flags(identity, today);
    let row = (!flags.is_empty()).then(|| {
        let tags = flags.into_iter().map(|(words, colour)| {
            let tag = Tag::new(words).colour(colour);
            [Html::from(&tag), " ".into()].into_iter().collect::<Html>()
        });
        el("p").class("kith-person__flags").children(tags)
    });
    el("section")
        .attr(
            "aria-label",
            &*format!("Person this page is about: {}", identity.listed_name()),
        )
        .child(who)
        .children(row)
        .into()
}

/// The identifiers first, always the same and in the same order.
fn facts(identity: &Identity, today: Day) -> Vec<(&'static str, String)> {
    let number = identity
        .nhs_number
        .as_ref()
        .map(kith_base::NhsNumber::spaced);
    let mut facts = vec![
        ("Born", identity.born_and_age(today)),
        ("NHS No.", number.unwrap_or_else(|| "not recorded".into())),
    ];
    let mut also = |what, value: Option<String>| facts.extend(value.map(|value| (what, value)));
    also(
        "Pronouns",
        identity.pronouns.as_ref().map(ToString::to_string),
    );
    also(
        "Likes to be called",
        identity.known_as.as_ref().map(ToString::to_string),
    );
    also(
        "Practice",
        identity.practice_name.as_ref().map(ToString::to_string),
    );
    facts
}

/// What somebody must know before they speak to the person, the most serious
/// first; in words, so that no meaning hangs on a colour.
fn flags(identity: &Identity, today: Day) -> Vec<(String, TagColour)> {
    let mut flags = Vec::new();
    flags.extend(identity.no_longer_agrees.map(|on| {
        let on = on.as_uk_date();
        let words = format!("No longer agrees since {on}: ask before anybody refers them again");
        (words, TagColour::Red)
    }));
    let mut with_words = |before: &str, words: &Option<kith_base::Line>, colour| {
        flags.extend(
            words
                .as_ref()
                .map(|words| (format!("{before}: {words}"), colour)),
        );
    };
    with_words("Risk", &identity.risk, TagColour::Red);
    flags.extend(identity.lone_working.as_ref().map(|lone| {
        let words = format!("Nobody visits alone: {}", lone.told(today));
        (words, TagColour::Red)
    }));
    let plain = [
        (
            identity.merged_into.is_some(),
            "Now part of another record",
            TagColour::Red,
        ),
        (
            identity.restricted,
            "Restricted: named people only",
            TagColour::Red,
        ),
        (
            identity.location_sensitive,
            kith_access::who::HIDDEN,
            TagColour::Red,
        ),
        (
            identity.has_safe_contact,
            "Safe contact: read before you ring",
            TagColour::Orange,
        ),
    ];
    let mut all: Vec<(String, TagColour)> = flags;
    all.extend(
        plain
            .into_iter()
            .filter(|(holds, ..)| *holds)
            .map(|(_, words, colour)| (words.to_owned(), colour)),
    );
    let needs = [
        ("Communication", &identity.communication),
        ("Interpreter", &identity.interpreter),
        ("Access", &identity.access_needs),
    ];
    all.extend(needs.into_iter().filter_map(|(before, words)| {
        words
            .as_ref()
            .map(|words| (format!("{before}: {words}"), TagColour::Blue))
    }));
    all
}

#[cfg(test)]
mod tests {
    use kith_base::{Id, NhsNumber, Ts};

    use super::*;

    fn mary() -> Identity {
        Identity {
            id: Id::new(Ts::from_micros(0)),
            given: "Mary".parse().unwrap(),
            family: "Smith".parse().unwrap(),
            known_as: "Molly".parse().ok(),
            pronouns: "she/her".parse().ok(),
            born: Day::ymd(1951, 5, 3),
            nhs_number: NhsNumber::with_check_digit(999_000_001),
            practice: None,
            practice_name: "Brook Surgery".parse().ok(),
            location_sensitive: false,
            restricted: false,
            risk: None,
            lone_working: None,
            communication: None,
            interpreter: None,
            access_needs: None,
            has_safe_contact: false,
            no_longer_agrees: None,
            merged_into: None,
            version: 1,
        }
    }

    fn shown(identity: &Identity) -> String {
        banner(identity, Day::ymd(2026, 11, 20).unwrap()).into_string()
    }

    #[test]
    fn it_shows_three_identifiers_and_the_way_to_raise_a_concern() {
        let page = shown(&mary());
        for part in [
            "SMITH, Mary",
            "03-May-1951 (75 years)",
            "999 000 ",
            "Molly",
            "she/her",
            "Brook Surgery",
            "/concern",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("kith-person__flags"), "{page}");
    }

    #[test]
    fn what_is_not_known_is_said_and_not_left_out() {
        let page = shown(&Identity {
            born: None,
            nhs_number: None,
            ..mary()
        });
        assert_eq!(page.matches("not recorded").count(), 2, "{page}");
    }

    #[test]
    fn every_flag_is_in_words_and_the_risk_comes_first() {
        let page = shown(&Identity {
            risk: "Dog bites".parse().ok(),
            communication: "Lip reads".parse().ok(),
            interpreter: "Panjabi".parse().ok(),
            access_needs: "No stairs".parse().ok(),
            location_sensitive: true,
            restricted: true,
            has_safe_contact: true,
            ..mary()
        });
        let at = |words: &str| {
            page.find(words)
                .unwrap_or_else(|| panic!("{words}: {page}"))
        };
        assert!(at("Risk: Dog bites") < at("Restricted: named people only"));
        assert!(at("Location hidden") < at("Safe contact"));
        for words in [
            "Communication: Lip reads",
            "Interpreter: Panjabi",
            "Access: No stairs",
        ] {
            at(words);
        }
    }
}
