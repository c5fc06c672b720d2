//! In which group people are, and what may be said of the groups. Nobody is
//! put into a group by a guess: who is in none counts as not recorded, and who
//! preferred not to say is a row of their own. Neither is compared.

use std::collections::BTreeMap;

use kith_base::Word;
use kith_casework::person::{EthnicGroup, Ethnicity, Gender};
use kith_effect::{
    picture::forest::{self, Measure},
    sentence,
    stats::{
        disclosure::{Shown as Given, list_shown, share_shown, shown},
        equity::{Group, Reach, reach},
        estimate::Finding,
        inequality::gradient,
        proportion::Share,
        refusal::Refusal,
    },
};

use super::store::Reached;
use crate::{
    gp::Sex,
    population::{Dimension, NOT_RECORDED, age_group, store::Population},
    shown::{Drawn, Numbers, Shown, people},
};

/// The row of those who were asked and did not want to say. Population counts
/// do not have it.
pub const NOT_SAID: &str = "Prefer not to say";

/// The group people who are alike are in.
#[must_use]
pub fn group_of(dimension: Dimension, one: &Reached) -> &'static str {
    let group = match dimension {
        Dimension::Age => one.age_from.map(age_group),
        Dimension::Sex => of_sex(one),
        Dimension::Ethnicity => match one.ethnicity.map(Ethnicity::group) {
            Some(EthnicGroup::NotSaid) => Some(NOT_SAID),
            group => group.and_then(|group| dimension.group(group.code())),
        },
        Dimension::Deprivation => one
            .deprivation_fifth
            .and_then(|fifth| dimension.group(&fifth.to_string())),
    };
    group.unwrap_or(NOT_RECORDED)
}

/// As the register has it; where it does not, as the person says.
fn of_sex(one: &Reached) -> Option<&'static str> {
    let said = one.gender.map(|gender| match gender {
        Gender::Female => "Female",
        Gender::Male => "Male",
        Gender::NonBinary | Gender::Other => "Other",
        Gender::NotSaid => NOT_SAID,
    });
    match one.sex {
        Some(Sex::Female) => Some("Female"),
        Some(Sex::Male) => Some("Male"),
        Some(Sex::Other) => Some("Other"),
        Some(Sex::NotRecorded) | None => said,
    }
}

/// People reached in each group, in the order of the groups; who preferred not
/// to say before those not recorded, when there are any.
fn counted(dimension: Dimension, reached: &[Reached]) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for one in reached {
        *counts.entry(group_of(dimension, one)).or_default() += number(one.people);
    }
    let mut all: Vec<(&'static str, u64)> = dimension
        .groups()
        .iter()
        .map(|group| (*group, counts.get(group).copied().unwrap_or(0)))
        .collect();
    if let Some(count) = counts.get(NOT_SAID) {
        all.insert(all.len() - 1, (NOT_SAID, *count));
    }
    all
}

/// A count of the database, which is never below nought.
pub(super) fn number(people: i64) -> u64 {
    u64::try_from(people).unwrap_or(0)
}

/// What is counted, for "how this was made".
fn definition(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Age => "Age today, from the date of birth in the record.",
        Dimension::Sex => {
            "Sex as the register of the practice has it; without one, the gender the person gave."
        }
        Dimension::Ethnicity => {
            "The ethnic group the person gave, in the five broad groups of the 2021 census."
        }
        Dimension::Deprivation => {
            "The fifth of deprivation of where somebody lives, as the register of their practice has it."
        }
    }
}

pub(super) const PERIOD: &str = "People with a referral in the last twelve months, each once; not those referred for advice only.";

/// One dimension: rates when there are population counts, otherwise counts.
#[must_use]
pub fn by(dimension: Dimension, reached: &[Reached], population: &[Population]) -> Shown {
    let counts = counted(dimension, reached);
    let title = format!("By {}", dimension.label().to_lowercase());
    let shown = if population.is_empty() {
        without_population(&title, &counts)
    } else {
        with_population(&title, dimension, &counts, population)
    };
    shown.counting(&[PERIOD, definition(dimension)])
}

fn without_population(title: &str, counts: &[(&'static str, u64)]) -> Shown {
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut table = Numbers::new(
        "People referred; small numbers hidden, others to the nearest 5",
        &["Group", "People referred"],
    );
    let cells = list_shown(&counts.iter().map(|(_, count)| *count).collect::<Vec<_>>());
    for ((group, _), cell) in counts.iter().zip(cells) {
        table.rows.push(vec![(*group).to_owned(), cell.words()]);
    }
    let refusal = Refusal::Undefined {
        what: "rate",
        why: "there are no population counts of these groups",
    };
    let mut shown = Shown::refused(title, &refusal);
    for why in &mut shown.why {
        why.needed = Some("A file with the people of each group.".to_owned());
    }
    shown.made.rests_on = Some(people(all));
    shown.tables.push(table);
    shown
}

/// A group with the people reached in it and the people who live there.
struct Line {
    group: &'static str,
    /// Its name inside a sentence.
    label: String,
    reached: u64,
    people: u64,
}

fn with_population(
    title: &str,
    dimension: Dimension,
    counts: &[(&'static str, u64)],
    population: &[Population],
) -> Shown {
    let lines: Vec<Line> = counts
        .iter()
        .map(|(group, reached)| Line {
            group,
            label: match dimension {
                Dimension::Deprivation => format!("fifth {group}"),
                _ => (*group).to_owned(),
            },
            reached: *reached,
            people: population
                .iter()
                .filter(|count| count.group_name == *group)
                .map(|count| number(count.people))
                .sum(),
        })
        .collect();
    let hidden = hidden(&lines);
    let names: Vec<&str> = lines
        .iter()
        .zip(&hidden)
        .filter(|(_, hidden)| **hidden)
        .map(|(line, _)| &*line.label)
        .collect();
    let found = groups(&lines).and_then(|groups| reach(&groups));
    let mut shown = match &found {
        Err(refusal) => Shown::refused(title, refusal),
        Ok(finding) => {
            let mut said = sentence::equity::groups(finding, &names);
            if dimension == Dimension::Deprivation
                && let Ok(slope) = gradient(&fifths(&lines))
            {
                let slope = sentence::equity::gradient(&slope);
                said.link_worker = format!("{} {}", slope.link_worker, said.link_worker);
                said.gp = format!("{} {}", slope.gp, said.gp);
                said.researcher = format!("{} {}", slope.researcher, said.researcher);
            }
            Shown::found(title, finding, said, people(finding.n))
                .missing(format!("Group not recorded: {}", people(finding.missing)))
                .with(forest_of(dimension, finding, &names))
        }
    };
    shown.tables.push(rates(&lines, &hidden));
    shown
}

/// The groups for the statistics; those not recorded are never compared.
fn groups(lines: &[Line]) -> Result<Vec<Group>, Refusal> {
    let asked = lines.iter().filter(|line| line.group != NOT_SAID);
    let group = |line: &Line| {
        if line.group == NOT_RECORDED {
            // Who is not recorded here may be recorded there: no rate is made of them.
            let people = line.people.max(line.reached);
            return Ok(Group {
                label: None,
                share: Share::new(line.reached, people)?,
            });
        }
        let share = Share::new(line.reached, line.people).map_err(|_| Refusal::Impossible {
            what: format!(
                "more people were referred from the group \"{}\" than the population counts have",
                line.group
            ),
        })?;
        Ok(Group {
            label: Some(line.label.clone()),
            share,
        })
    };
    asked.map(group).collect()
}

/// Whether a line is one of the groups people are compared by.
fn is_group(line: &Line) -> bool {
    ![NOT_RECORDED, NOT_SAID].contains(&line.group)
}

/// The lines of which nothing may be shown: few were reached, or all but a
/// few, or the total would tell another one's number.
fn hidden(lines: &[Line]) -> Vec<bool> {
    let reached: Vec<u64> = lines.iter().map(|line| line.reached).collect();
    let given = list_shown(&reached);
    let all_but_a_few = |line: &Line| {
        is_group(line) && shown(line.people.saturating_sub(line.reached)) == Given::Hidden
    };
    lines
        .iter()
        .zip(given)
        .map(|(line, given)| given == Given::Hidden || all_but_a_few(line))
        .collect()
}

fn fifths(lines: &[Line]) -> Vec<Share> {
    lines
        .iter()
        .filter(|line| is_group(line))
        .filter_map(|line| Share::new(line.reached, line.people).ok())
        .collect()
}

/// Reached, people and the rate of each group, with what is small hidden. The rate is of
/// the numbers as they stand beside it.
fn rates(lines: &[Line], hidden: &[bool]) -> Numbers {
    let mut table = Numbers::new(
        "Reach by group; small numbers hidden, others to the nearest 5, and rates made of them",
        &[
            "Group",
            "People referred",
            "People who live here",
            "Of every 1,000",
            "95% interval",
        ],
    );
    for (line, hidden) in lines.iter().zip(hidden) {
        let word = || Given::Hidden.words();
        let wilson = Share::new(line.reached, line.people)
            .ok()
            .filter(|_| is_group(line))
            .and_then(share_shown)
            .and_then(|share| share.wilson().ok());
        let (rate, interval) = match wilson {
            _ if *hidden => (word(), word()),
            Some(rate) => (
                format!("{:.1}", rate.value * 1000.0),
                rate.interval.map_or_else(String::new, |i| {
                    format!("{:.1} to {:.1}", i.low * 1000.0, i.high * 1000.0)
                }),
            ),
            None => ("no rate".to_owned(), "none".to_owned()),
        };
        let people = match line.group {
            NOT_SAID => "not counted".to_owned(),
            _ if *hidden => word(),
            _ => shown(line.people).words(),
        };
        let reached = if *hidden {
            word()
        } else {
            shown(line.reached).words()
        };
        table
            .rows
            .push(vec![line.group.to_owned(), reached, people, rate, interval]);
    }
    table
}

/// Each group against the rest. What the table hides is not drawn either, or
/// the ratio would tell it.
fn forest_of(dimension: Dimension, finding: &Finding<Reach>, hidden: &[&str]) -> Drawn {
    let rows: Vec<forest::Row> = finding
        .result
        .groups
        .iter()
        .map(|group| {
            let ratio = group
                .ratio_to_rest()
                .filter(|_| !hidden.contains(&group.label.as_str()));
            forest::Row {
                label: group.label.clone(),
                estimate: ratio.map(|r| r.value),
                range: ratio.and_then(|r| r.interval).map(|i| (i.low, i.high)),
                headline: false,
            }
        })
        .collect();
    let title = "Each group against everybody else";
    Drawn::new(&format!("reach-{}", dimension.code()), title, |frame| {
        forest::draw(
            frame,
            Measure::Ratio,
            "Rate ratio (1 is like everybody else)",
            &rows,
        )
    })
}

#[cfg(test)]
mod tests {
    use kith_base::Id;

    use super::*;
    use crate::shown::Reader;

    fn some(
        people: i64,
        age_from: Option<i64>,
        ethnicity: Option<Ethnicity>,
        gender: Option<Gender>,
    ) -> Reached {
        Reached {
            practice_id: None,
            age_from,
            ethnicity,
            gender,
            sex: None,
            deprivation_fifth: Some(1),
            people,
        }
    }

    fn population(dimension: Dimension, people: &[i64]) -> Vec<Population> {
        dimension
            .groups()
            .iter()
            .zip(people)
            .map(|(group, people)| Population {
                practice_id: None,
                group_name: (*group).to_owned(),
                people: *people,
                as_of: None,
                file_id: Id::of(uuid::Uuid::nil()),
            })
            .collect()
    }

    #[test]
    fn nobody_is_put_into_a_group_by_a_guess() {
        let mary = some(1, Some(65), Some(Ethnicity::WhiteBritish), None);
        assert_eq!(group_of(Dimension::Age, &mary), "65 to 79");
        assert_eq!(group_of(Dimension::Ethnicity, &mary), "White");
        assert_eq!(group_of(Dimension::Sex, &mary), NOT_RECORDED);
        assert_eq!(group_of(Dimension::Deprivation, &mary), "1 (most deprived)");
        let register = Reached {
            sex: Some(Sex::Female),
            gender: Some(Gender::NotSaid),
            ..mary
        };
        assert_eq!(group_of(Dimension::Sex, &register), "Female");
        let unknown = some(1, None, None, None);
        assert_eq!(group_of(Dimension::Age, &unknown), NOT_RECORDED);
        let unsaid = some(1, None, Some(Ethnicity::NotSaid), Some(Gender::NotSaid));
        assert_eq!(group_of(Dimension::Ethnicity, &unsaid), NOT_SAID);
        assert_eq!(group_of(Dimension::Sex, &unsaid), NOT_SAID);
    }

    #[test]
    fn without_population_counts_there_is_no_rate_and_it_says_what_is_wanted() {
        let reached = vec![some(12, Some(65), None, None)];
        let shown = by(Dimension::Age, &reached, &[]);
        assert!(shown.said.to(Reader::Gp).contains("no population counts"));
        assert_eq!(
            shown.why[0].needed.as_deref(),
            Some("A file with the people of each group.")
        );
        assert_eq!(shown.tables[0].rows[4], ["65 to 79", "10"]);
    }

    #[test]
    fn a_rate_has_its_interval_and_a_small_group_none() {
        let mut reached = vec![some(60, Some(65), None, None)];
        reached.push(some(20, Some(35), None, None));
        reached.push(some(3, Some(18), None, None));
        let people = population(Dimension::Age, &[1000, 1000, 1000, 1000, 1000, 1000, 40]);
        let shown = by(Dimension::Age, &reached, &people);
        let row = |group: &str| {
            let mut rows = shown.tables[0].rows.iter();
            rows.find(|row| row[0] == group).unwrap().clone()
        };
        assert_eq!(row("65 to 79")[3..], ["60.0", "46.9 to 76.5"]);
        assert_eq!(row("35 to 49")[1], "hidden");
        assert_eq!(row("18 to 34")[4], "hidden");
        assert_eq!(row(NOT_RECORDED)[3], "no rate");
        assert!(
            shown
                .said
                .to(Reader::Worker)
                .contains("Reached more: 65 to 79"),
            "{:?}",
            shown.said
        );
    }

    #[test]
    fn what_the_table_hides_the_picture_does_not_tell() {
        let mut reached = vec![some(60, Some(65), None, None)];
        reached.push(some(20, Some(35), None, None));
        reached.push(some(30, Some(80), None, None));
        reached.push(some(1, None, None, None));
        let people = population(Dimension::Age, &[1000, 1000, 1000, 1000, 1000, 400, 40]);
        let shown = by(Dimension::Age, &reached, &people);
        let numbers = shown.pictures[0].numbers();
        let row = |rows: &[Vec<String>], group: &str| {
            rows.iter().find(|row| row[0] == group).unwrap().clone()
        };
        // One is not recorded; the total would tell it, so the smallest group goes too.
        assert_eq!(row(&shown.tables[0].rows, NOT_RECORDED)[1], "hidden");
        assert_eq!(row(&shown.tables[0].rows, "35 to 49")[1], "hidden");
        assert_eq!(row(&numbers.rows, "35 to 49")[1], "not estimated");
        let researcher = shown.said.to(Reader::Researcher);
        assert!(
            researcher.contains("35 to 49: hidden (small numbers)"),
            "{researcher}"
        );
        assert_eq!(row(&shown.tables[0].rows, "80 and over")[1], "30");
    }

    #[test]
    fn preferring_not_to_say_is_an_answer_and_a_row() {
        let mut reached = vec![some(60, None, Some(Ethnicity::WhiteIrish), None)];
        reached.push(some(10, None, Some(Ethnicity::NotSaid), None));
        reached.push(some(20, None, None, None));
        let people = population(Dimension::Ethnicity, &[100, 100, 100, 1000, 100, 9]);
        let shown = by(Dimension::Ethnicity, &reached, &people);
        let last: Vec<&[String]> = shown.tables[0].rows[5..]
            .iter()
            .map(|row| &row[..3])
            .collect();
        assert_eq!(last[0], [NOT_SAID, "10", "not counted"]);
        assert_eq!(last[1], [NOT_RECORDED, "20", "10"]);
        assert_eq!(
            shown.made.missing.as_deref(),
            Some("Group not recorded: about 20 people")
        );
    }

    #[test]
    fn more_reached_than_there_are_is_a_wrong_file() {
        let reached = vec![some(12, Some(65), None, None)];
        let people = population(Dimension::Age, &[100, 100, 100, 100, 10, 100, 0]);
        let shown = by(Dimension::Age, &reached, &people);
        assert!(
            shown
                .said
                .to(Reader::Worker)
                .contains("\"65 to 79\" than the population counts have")
        );
    }
}
