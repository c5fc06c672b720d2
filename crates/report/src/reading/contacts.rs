//! GP contacts around the referral (A1), against similar people (A2), by kind,
//! and the contacts the same people had with link workers. Nothing here says
//! that more or fewer is good (R12). Months and kinds with a handful of people
//! or contacts are left out (R10).

use std::collections::{BTreeMap, BTreeSet};

use kith_base::Word;
use kith_effect::{
    picture::{
        event_profile::{self, Month as DrawnMonth},
        forest::{self, Measure, Row},
    },
    sentence,
    stats::{
        comparison::{Comparison, compare},
        disclosure::{Shown as Given, shown, table_shown},
        estimate::Finding,
        event_time::{EventCell, ProfileMonth, profile},
        matching::{PersonHistory, matched},
        refusal::Refusal,
    },
};

use crate::{
    cells::around::{Around, OfKind, WithWorkers},
    gp::ContactKind,
    month::Month,
    shown::{Drawn, Numbers, Part, Said, Shown, people},
};

const AROUND: &str = "GP contacts around the referral";
const COMPARED: &str = "Compared with similar people not referred";
const KINDS: &str = "Kinds of GP contact";
const WORKERS: &str = "Contacts with link workers";

const WHAT_A_CONTACT_IS: &str =
    "A contact is what the practice's file says it is; its definition stands with the files below.";
const WHOSE: &str = "People with a referral, from their first one; months in which they were on the practice's list from the first day to the last.";

fn small(count: u64) -> bool {
    shown(count) == Given::Hidden
}

/// The controls' months around their own peak, drawn as for the comparison.
fn controls(histories: &[PersonHistory], seed: u64) -> Vec<EventCell> {
    let mut cells: BTreeMap<(i64, u64), (u64, u64, u64)> = BTreeMap::new();
    for entry in matched(histories, seed)
        .entries
        .iter()
        .filter(|entry| !entry.referred)
    {
        for month in entry.index - 12..=entry.last.min(entry.index + 12) {
            if let Some(seen) = histories[entry.place].seen(month) {
                let y = u64::from(seen.count);
                let cell = cells
                    .entry((month - entry.index, seen.days.to_bits()))
                    .or_default();
                *cell = (cell.0 + 1, cell.1 + y, cell.2 + y * y);
            }
        }
    }
    cells
        .into_iter()
        .filter_map(|((month, days), (n, sum, sum_squares))| {
            Some(EventCell {
                referred: false,
                month: i32::try_from(month).ok()?,
                exposure: f64::from_bits(days) / 30.0,
                n,
                sum,
                sum_squares,
            })
        })
        .collect()
}

/// Without the months of either arm that rest on a handful.
fn without_small(cells: Vec<EventCell>) -> (Vec<EventCell>, usize) {
    let mut months: BTreeMap<(bool, i32), (u64, u64)> = BTreeMap::new();
    for cell in &cells {
        let month = months.entry((cell.referred, cell.month)).or_default();
        *month = (month.0 + cell.n, month.1 + cell.sum);
    }
    let hidden: BTreeSet<(bool, i32)> = months
        .into_iter()
        .filter(|(_, (n, sum))| small(*n) || small(*sum))
        .map(|(month, _)| month)
        .collect();
    let kept = cells
        .into_iter()
        .filter(|cell| !hidden.contains(&(cell.referred, cell.month)))
        .collect();
    (kept, hidden.len())
}

/// The months around the referral, with those of similar people beside them.
#[must_use]
pub fn around(
    around: &Around,
    histories: &[PersonHistory],
    seed: u64,
    changed: Option<&Refusal>,
) -> Shown {
    let counted = [WHAT_A_CONTACT_IS, WHOSE];
    if around.cells.is_empty() {
        let why = "No GP contacts of these people have been brought in.";
        let needed = "The register and the GP contacts of their practices, by file.";
        return Shown::nothing(AROUND, why, needed);
    }
    if let Some(refusal) = changed {
        return Shown::refused(AROUND, refusal).counting(&counted);
    }
    if small(around.on_a_list) {
        return Shown::refused(AROUND, &Refusal::SmallNumber).counting(&counted);
    }
    let both = around
        .cells
        .iter()
        .copied()
        .chain(controls(histories, seed));
    let (cells, hidden) = without_small(both.collect());
    let finding = match profile(&cells, around.on_a_list) {
        // A month is hidden wherever there were a few contacts.
        Err(Refusal::NoEvents) if hidden > 0 => {
            return Shown::refused(AROUND, &Refusal::SmallNumber).counting(&counted);
        }
        Err(refusal) => return Shown::refused(AROUND, &refusal).counting(&counted),
        Ok(finding) => finding,
    };
    let drawn =
        |months: &[ProfileMonth]| -> Vec<DrawnMonth> { months.iter().map(Into::into).collect() };
    let (referred, others) = (
        drawn(&finding.result.referred),
        drawn(&finding.result.controls),
    );
    let said = sentence::profile::sentences(&finding);
    let on_no_list = around.referred.saturating_sub(around.on_a_list);
    let picture = Drawn::new("around", "Contacts by month", |frame| {
        event_profile::draw(frame, &referred, &others)
    });
    Shown::found(AROUND, &finding, said, people(around.on_a_list))
        .counting(&counted)
        .missing(unseen(on_no_list, hidden))
        .with(picture.with_numbers(side_by_side(&referred, &others)))
}

/// The months of both, a row each.
fn side_by_side(referred: &[DrawnMonth], others: &[DrawnMonth]) -> Numbers {
    let mut table = Numbers::new(
        "Contacts a person a month, with 95% intervals",
        &[
            "Months from the referral",
            "Referred",
            "Similar people, not referred",
        ],
    );
    let of = |months: &[DrawnMonth], at: i64| {
        let found = months.iter().find(|one| one.month == at);
        found.map_or_else(
            || "left out".to_owned(),
            |one| format!("{:.2} ({:.2} to {:.2})", one.rate, one.low, one.high),
        )
    };
    let months: BTreeSet<i64> = referred.iter().chain(others).map(|one| one.month).collect();
    for month in months {
        let at = month.to_string().replace('-', "\u{2212}");
        table
            .rows
            .push(vec![at, of(referred, month), of(others, month)]);
    }
    table
}

/// Who and what is not in the months around.
fn unseen(on_no_list: u64, hidden: usize) -> String {
    let people = match on_no_list {
        0 => "Everybody referred is on a list that was brought in.".to_owned(),
        some => format!(
            "Referred and on no list that was brought in: {}.",
            people(some)
        ),
    };
    match hidden {
        0 => people,
        1 => format!("{people} One month with a handful of people or contacts is left out."),
        some => {
            format!("{people} {some} months with a handful of people or contacts are left out.")
        }
    }
}

/// People referred against people at the same peak who were not.
#[must_use]
pub fn compared(
    histories: &[PersonHistory],
    seed: u64,
    changed: Option<&Refusal>,
    exploratory: bool,
) -> Part {
    let counted = [
        WHAT_A_CONTACT_IS,
        "Similar people: on the same list, never referred or not yet, of the same age, sex and deprivation, who had as many contacts in the same months.",
    ];
    let mut finding = match compare(histories, seed) {
        Err(refusal) => return Shown::refused(COMPARED, &refusal).counting(&counted).into(),
        Ok(finding) => finding,
    };
    if small(finding.result.referred.people) || small(finding.result.controls.people) {
        return Shown::refused(COMPARED, &Refusal::SmallNumber)
            .counting(&counted)
            .into();
    }
    finding.refusals.extend(changed.cloned());
    let p = finding
        .result
        .log_ratio
        .p()
        .filter(|_| exploratory && !is_refused(&finding));
    if exploratory {
        finding.refusals.push(Refusal::Exploratory);
    }
    finding.refusals.push(Refusal::NoGoodDirection);
    let said = sentence::comparison::sentences(&finding);
    let rests_on = format!(
        "{} referred, {} not referred",
        people(finding.result.referred.people),
        people(finding.result.controls.people)
    );
    let shown = Shown::found(COMPARED, &finding, said, rests_on)
        .counting(&counted)
        .missing(format!(
            "Referred, and nobody like them: {}",
            people(finding.missing)
        ));
    if is_refused(&finding) {
        return shown.into();
    }
    let rows = Row::of_comparison(&finding.result);
    let shown = shown.with(Drawn::new(
        "compared",
        "Contacts of people referred, as a ratio",
        |frame| forest::draw(frame, Measure::Ratio, "Ratio of contacts", &rows),
    ));
    Part { shown, p }
}

/// Whether something other than the interval stands against it: then no ratio
/// is drawn.
fn is_refused(finding: &Finding<Comparison>) -> bool {
    let draws = ["R8", "R9", "R11", "R12"];
    finding
        .refusals
        .iter()
        .any(|refusal| !draws.contains(&refusal.code()))
}

/// Contacts a person a year by kind, in the year before and the year after.
#[must_use]
pub fn kinds(around: &Around, kinds: &[OfKind]) -> Option<Shown> {
    let years = |before: bool| -> f64 {
        let cells = around
            .cells
            .iter()
            .filter(|cell| in_year(i64::from(cell.month), before));
        cells.map(|cell| count(cell.n) * cell.exposure).sum::<f64>() * 30.0 / 365.25
    };
    let (before, after) = (years(true), years(false));
    if before <= 0.0 || after <= 0.0 || small(around.on_a_list) {
        return None;
    }
    let mut table = Numbers::new(
        "Contacts a person a year, by kind",
        &[
            "Kind of contact",
            "Year before the referral",
            "Year after it",
        ],
    );
    let of = |kind: ContactKind, year: bool| -> u64 {
        let own = kinds
            .iter()
            .filter(|one| one.kind == kind && in_year(one.months, year));
        own.map(|one| u64::try_from(one.contacts).unwrap_or(0))
            .sum()
    };
    let counts: Vec<(ContactKind, Vec<u64>)> = ContactKind::ALL
        .iter()
        .map(|kind| (*kind, vec![of(*kind, true), of(*kind, false)]))
        .filter(|(_, contacts)| contacts.iter().sum::<u64>() > 0)
        .collect();
    // The months around tell the total, from which a single hidden kind could
    // be taken.
    let alone: Vec<Vec<u64>> = counts
        .iter()
        .map(|(_, contacts)| contacts.clone())
        .collect();
    let given = table_shown(&alone).unwrap_or_default();
    for ((kind, contacts), given) in counts.iter().zip(given) {
        let rates =
            contacts
                .iter()
                .zip(given)
                .zip([before, after])
                .map(|((contacts, given), years)| match given {
                    Given::Hidden => Given::Hidden.words(),
                    Given::Count(_) => format!("{:.2}", count(*contacts) / years),
                });
        let row = std::iter::once(kind.label().to_owned()).chain(rates);
        table.rows.push(row.collect());
    }
    let why = Refusal::NoGoodDirection.to_string();
    let mut shown = Shown::described(KINDS, Said::everybody(&why), people(around.on_a_list));
    shown.tables.push(table);
    Some(shown.counting(&[
        "Months 1 to 12 before and after the month of the referral, and the time people were on the list in them.",
        "Fewer than 8 contacts of a kind are hidden, and another with them where the rest would tell.",
    ]))
}

/// Whether a month is in the year before, or after, the month of the referral.
const fn in_year(month: i64, before: bool) -> bool {
    if before {
        month >= -12 && month <= -1
    } else {
        month >= 1 && month <= 12
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "people and contacts are far below 2^52"
)]
const fn count(number: u64) -> f64 {
    number as f64
}

/// Quarters of the year from the referral, its own month in the first.
const QUARTERS: [(i64, i64, &str); 4] = [
    (0, 3, "Month of the referral to month 3"),
    (4, 6, "Months 4 to 6"),
    (7, 9, "Months 7 to 9"),
    (10, 12, "Months 10 to 12"),
];

/// Contacts with link workers after the referral: of the people who had the
/// time for them by the month of the reading.
#[must_use]
pub fn link_workers(with: &WithWorkers, read_in: Month) -> Shown {
    let mut table = Numbers::new(
        "Contacts with a link worker, of people referred at least so long ago",
        &["Since the referral", "People", "Contacts a person"],
    );
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    let mut first = None;
    for (from, until, label) in QUARTERS {
        let had_time = |index_month: i64| index_month + until < read_in.number();
        let referred: u64 = with
            .referred
            .iter()
            .filter(|one| had_time(one.index_month))
            .map(|one| whole(one.people))
            .sum();
        let contacts: u64 = with
            .met
            .iter()
            .filter(|one| had_time(one.index_month) && (from..=until).contains(&one.months))
            .map(|one| whole(one.contacts))
            .sum();
        let rate = match (shown(referred), shown(contacts)) {
            (Given::Count(0), _) => "nobody yet".to_owned(),
            (Given::Hidden, _) | (_, Given::Hidden) => Given::Hidden.words(),
            _ => format!("{:.2}", count(contacts) / count(referred)),
        };
        if from == 0 && referred > 0 && !small(referred) && !small(contacts) {
            first = Some((referred, count(contacts) / count(referred)));
        }
        table
            .rows
            .push(vec![label.to_owned(), shown(referred).words(), rate]);
    }
    let Some((referred, a_person)) = first else {
        let why =
            "Too few people were referred long enough ago to say how often they met a link worker.";
        let needed = "At least 8 people, three whole months after the month of their referral.";
        return Shown::nothing(WORKERS, why, needed);
    };
    let words = format!(
        "From the month of their referral to month 3, people came to {a_person:.1} contacts with a link worker each."
    );
    let mut shown = Shown::described(WORKERS, Said::everybody(&words), people(referred));
    shown.tables.push(table);
    shown.counting(&[
        "Contacts the person came to, from the record; not those missed, cancelled or entered by mistake.",
        "In each row the people whose months are over: those referred later are not in it.",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cells::around::{Met, ReferredIn},
        shown::Reader,
    };

    fn cell(month: i32, n: u64, sum: u64) -> EventCell {
        EventCell {
            referred: true,
            month,
            exposure: 1.0,
            n,
            sum,
            sum_squares: 3 * sum,
        }
    }

    fn seen(cells: Vec<EventCell>) -> Around {
        Around {
            cells,
            referred: 120,
            on_a_list: 100,
        }
    }

    #[test]
    fn without_contacts_it_says_what_to_bring() {
        let shown = around(&seen(vec![]), &[], 1, None);
        assert!(shown.said.to(Reader::Worker).contains("No GP contacts"));
        assert!(shown.why[0].needed.is_some() && shown.pictures.is_empty());
    }

    #[test]
    fn without_anybody_to_compare_nothing_is_claimed() {
        let shown = around(
            &seen(vec![cell(-1, 100, 214), cell(1, 100, 80)]),
            &[],
            1,
            None,
        );
        assert_eq!(shown.why[0].code, "R1");
        assert!(
            shown
                .said
                .to(Reader::Gp)
                .contains("That happens without any service")
        );
        assert_eq!(shown.pictures.len(), 1);
        assert_eq!(compared(&[], 1, None, true).shown.why[0].code, "R1");
    }

    #[test]
    fn a_month_of_a_handful_is_left_out() {
        let cells = vec![cell(-1, 100, 214), cell(1, 100, 5), cell(2, 6, 30)];
        let shown = around(&seen(cells), &[], 1, None);
        assert!(
            shown
                .made
                .missing
                .unwrap()
                .contains("2 months with a handful of")
        );
        let few = around(&seen(vec![cell(-1, 100, 5)]), &[], 1, None);
        assert_eq!(few.why[0].code, "R10");
    }

    #[test]
    fn a_definition_that_changed_refuses_even_to_describe() {
        let changed = Refusal::DefinitionChanged {
            what: "The code set".to_owned(),
        };
        let shown = around(&seen(vec![cell(-1, 100, 214)]), &[], 1, Some(&changed));
        assert_eq!(shown.why[0].code, "R13");
        assert!(shown.pictures.is_empty());
    }

    #[test]
    fn kinds_are_rates_a_year_and_a_handful_is_hidden() {
        let cells = vec![cell(-1, 100, 214), cell(1, 100, 80)];
        let of = |kind, months, contacts| OfKind {
            months,
            kind,
            contacts,
        };
        let found = [
            of(ContactKind::Gp, -1, 200),
            of(ContactKind::Gp, 1, 70),
            of(ContactKind::Nurse, -1, 10),
            of(ContactKind::Nurse, 1, 4),
            of(ContactKind::Online, -1, 9),
            of(ContactKind::Online, 1, 8),
        ];
        let shown = kinds(&seen(cells), &found).unwrap();
        assert_eq!(
            shown.tables[0].rows[0],
            ["Appointment with a GP", "24.35", "8.52"]
        );
        // The total after would tell the four: another goes with them, in both years.
        assert_eq!(shown.tables[0].rows[1][1..], ["hidden", "hidden"]);
        assert_eq!(shown.tables[0].rows[2][1..], ["hidden", "hidden"]);
    }

    #[test]
    fn link_worker_contacts_are_of_those_who_had_the_time() {
        let read_in: Month = "2026-11".parse().unwrap();
        let month = |back: i64| read_in.plus(-back).number();
        let met = |back, months, contacts| Met {
            index_month: month(back),
            months,
            contacts,
        };
        let with = WithWorkers {
            referred: vec![
                ReferredIn {
                    index_month: month(13),
                    people: 20,
                },
                ReferredIn {
                    index_month: month(4),
                    people: 30,
                },
                ReferredIn {
                    index_month: month(3),
                    people: 50,
                },
            ],
            met: vec![met(13, 0, 40), met(13, 11, 3), met(4, 2, 60), met(3, 0, 99)],
        };
        let shown = link_workers(&with, read_in);
        assert!(
            shown.said.to(Reader::Gp).contains("came to 2.0 contacts"),
            "{:?}",
            shown.said
        );
        assert_eq!(shown.tables[0].rows[0][1..], ["50", "2.00"]);
        assert_eq!(shown.tables[0].rows[1][1..], ["20", "0.00"]);
        assert_eq!(shown.tables[0].rows[3][1..], ["20", "hidden"]);
        let none = link_workers(&WithWorkers::default(), read_in);
        assert!(none.why[0].needed.is_some());
    }
}
