//! In which group somebody is, and what may be said of the groups. A word in
//! the record that is none of the groups of a dimension counts as not recorded:
//! nobody is put into a group by a guess.

use std::collections::BTreeMap;

use kith_access::Organisation;
use kith_base::{Day, Id, Word};
use kith_effect::{
    picture::{
        forest::{self, Measure},
        funnel as funnel_picture,
    },
    sentence,
    stats::{
        disclosure::{Shown as Given, list_shown, shown, table_shown},
        equity::{Group, Reach, reach},
        estimate::Finding,
        funnel::{Place, funnel},
        inequality::gradient,
        proportion::Share,
        refusal::Refusal,
    },
};

use super::store::Reached;
use crate::{
    population::{Dimension, NOT_RECORDED, age_group, store::Population},
    shown::{Drawn, Numbers, Shown, people},
};

/// The group somebody is in.
#[must_use]
pub fn group_of(dimension: Dimension, one: &Reached, today: Day) -> &'static str {
    let group = match dimension {
        Dimension::Age => one
            .born
            .map(|born| age_group(i64::from(today.years_since(born)))),
        Dimension::Sex => one
            .sex
            .as_deref()
            .and_then(|sex| dimension.group(sex))
            .or_else(|| one.gender.as_deref().and_then(|own| dimension.group(own))),
        Dimension::Ethnicity => one.ethnicity.as_deref().and_then(|own| {
            // "White British" begins with its group.
            let first = own.split(|c: char| !c.is_alphabetic()).next();
            dimension.group(own).or_else(|| dimension.group(first?))
        }),
        Dimension::Deprivation => one
            .deprivation_fifth
            .and_then(|fifth| dimension.group(&fifth.to_string())),
    };
    group.unwrap_or(NOT_RECORDED)
}

/// People reached in each group, in the order of the groups.
fn counted(dimension: Dimension, reached: &[Reached], today: Day) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for one in reached {
        *counts.entry(group_of(dimension, one, today)).or_default() += 1;
    }
    dimension
        .groups()
        .iter()
        .map(|group| (*group, counts.get(group).copied().unwrap_or(0)))
        .collect()
}

/// What is counted, for "how this was made".
fn definition(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Age => "Age today, from the date of birth in the record.",
        Dimension::Sex => {
            "Sex as the register of the practice has it; without one, the gender the person gave, where it is one of these words."
        }
        Dimension::Ethnicity => {
            "Ethnicity in the person's own words, where they begin with one of the groups. Other words count as not recorded."
        }
        Dimension::Deprivation => {
            "The fifth of deprivation of where somebody lives, as the register of their practice has it."
        }
    }
}

const PERIOD: &str = "People with a referral in the last twelve months, each once; not those referred for advice only.";

/// One dimension: rates when there are population counts, otherwise counts.
#[must_use]
pub fn by(
    dimension: Dimension,
    reached: &[Reached],
    population: &[Population],
    today: Day,
) -> Shown {
    let counts = counted(dimension, reached, today);
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
            reached: *reached,
            people: population
                .iter()
                .filter(|count| count.group_name == *group)
                .map(|count| u64::try_from(count.people).unwrap_or(0))
                .sum(),
        })
        .collect();
    let found = groups(&lines).and_then(|groups| reach(&groups));
    let mut shown = match &found {
        Err(refusal) => Shown::refused(title, refusal),
        Ok(finding) => {
            let mut said = sentence::equity::groups(finding);
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
                .with(forest_of(dimension, finding))
        }
    };
    shown.tables.push(rates(&lines));
    shown
}

/// The groups for the statistics; those not recorded are never compared.
fn groups(lines: &[Line]) -> Result<Vec<Group>, Refusal> {
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
            label: Some(line.group.to_owned()),
            share,
        })
    };
    lines.iter().map(group).collect()
}

fn fifths(lines: &[Line]) -> Vec<Share> {
    lines
        .iter()
        .filter(|line| line.group != NOT_RECORDED)
        .filter_map(|line| Share::new(line.reached, line.people).ok())
        .collect()
}

/// Reached, people and the rate of each group, with what is small hidden.
fn rates(lines: &[Line]) -> Numbers {
    let counts: Vec<Vec<u64>> = lines
        .iter()
        .map(|line| vec![line.reached, line.people.saturating_sub(line.reached)])
        .collect();
    let cells = table_shown(&counts).unwrap_or_default();
    let mut table = Numbers::new(
        "Reach by group; small numbers hidden, others to the nearest 5",
        &[
            "Group",
            "People referred",
            "People who live here",
            "Of every 1,000",
            "95% interval",
        ],
    );
    for (line, cells) in lines.iter().zip(cells) {
        let hidden = || Given::Hidden.words();
        let open = !cells.contains(&Given::Hidden);
        let wilson = Share::new(line.reached, line.people)
            .ok()
            .filter(|_| open && line.group != NOT_RECORDED)
            .and_then(|share| share.wilson().ok());
        let (rate, interval) = match wilson {
            Some(rate) => (
                format!("{:.1}", rate.value * 1000.0),
                rate.interval.map_or_else(String::new, |i| {
                    format!("{:.1} to {:.1}", i.low * 1000.0, i.high * 1000.0)
                }),
            ),
            None if open => ("no rate".to_owned(), "none".to_owned()),
            None => (hidden(), hidden()),
        };
        table.rows.push(vec![
            line.group.to_owned(),
            cells.first().map_or_else(hidden, |cell| cell.words()),
            if open {
                shown(line.people).words()
            } else {
                hidden()
            },
            rate,
            interval,
        ]);
    }
    table
}

fn forest_of(dimension: Dimension, finding: &Finding<Reach>) -> Drawn {
    let rows: Vec<forest::Row> = finding
        .result
        .groups
        .iter()
        .map(|group| {
            let ratio = group
                .ratio_to_rest()
                .filter(|_| shown(group.share.events()) != Given::Hidden);
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

/// Practices in a funnel; none where fewer than two have population counts.
#[must_use]
pub fn practices(
    names: &[(Id<Organisation>, String)],
    reached: &[Reached],
    ages: &[Population],
) -> Option<Shown> {
    const TITLE: &str = "By practice";
    let mut places = Vec::new();
    for (practice, name) in names {
        let own = ages
            .iter()
            .filter(|count| count.practice_id == Some(*practice));
        let live: u64 = own
            .map(|count| u64::try_from(count.people).unwrap_or(0))
            .sum();
        let came = reached
            .iter()
            .filter(|one| one.practice_id == Some(*practice))
            .count() as u64;
        if live > 0 {
            places.push((name, Share::new(came, live)));
        }
    }
    if places.len() < 2 {
        return None;
    }
    let places: Result<Vec<Place>, Refusal> = places
        .into_iter()
        .map(|(name, share)| {
            Ok(Place {
                label: name.clone(),
                share: share?,
            })
        })
        .collect();
    Some(match places.and_then(|places| funnel(&places)) {
        Err(refusal) => Shown::refused(TITLE, &refusal),
        Ok(finding) => {
            let said = sentence::equity::funnel(&finding);
            Shown::found(TITLE, &finding, said, format!("{} practices", finding.n))
                .counting(&[PERIOD, "People on the list of each practice, by the population counts brought in for it."])
                .with(Drawn::new("reach-practices", "People reached, by size of the practice", |frame| {
                    funnel_picture::of(frame, "Reached, %", &finding.result)
                }))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shown::Reader;

    fn one(born: Option<&str>, ethnicity: Option<&str>, gender: Option<&str>) -> Reached {
        Reached {
            practice_id: None,
            born: born.map(|day| day.parse().unwrap()),
            ethnicity: ethnicity.map(str::to_owned),
            gender: gender.map(str::to_owned),
            sex: None,
            deprivation_fifth: Some(1),
        }
    }

    fn today() -> Day {
        "2026-11-24".parse().unwrap()
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
                file_id: Id::new(today().start()),
            })
            .collect()
    }

    #[test]
    fn nobody_is_put_into_a_group_by_a_guess() {
        let mary = one(Some("1946-11-25"), Some("White British"), Some("a woman"));
        assert_eq!(group_of(Dimension::Age, &mary, today()), "65 to 79");
        assert_eq!(group_of(Dimension::Ethnicity, &mary, today()), "White");
        assert_eq!(group_of(Dimension::Sex, &mary, today()), NOT_RECORDED);
        assert_eq!(
            group_of(Dimension::Deprivation, &mary, today()),
            "1 (most deprived)"
        );
        let register = Reached {
            sex: Some("female".to_owned()),
            ..mary
        };
        assert_eq!(group_of(Dimension::Sex, &register, today()), "Female");
        let unsaid = one(None, Some("Cornish"), None);
        assert_eq!(group_of(Dimension::Age, &unsaid, today()), NOT_RECORDED);
        assert_eq!(
            group_of(Dimension::Ethnicity, &unsaid, today()),
            NOT_RECORDED
        );
    }

    #[test]
    fn without_population_counts_there_is_no_rate_and_it_says_what_is_wanted() {
        let reached = vec![one(Some("1950-01-01"), None, None); 12];
        let shown = by(Dimension::Age, &reached, &[], today());
        assert!(shown.said.to(Reader::Gp).contains("no population counts"));
        assert_eq!(
            shown.why[0].needed.as_deref(),
            Some("A file with the people of each group.")
        );
        assert_eq!(shown.tables[0].rows[4], ["65 to 79", "10"]);
    }

    #[test]
    fn a_rate_has_its_interval_and_a_small_group_none() {
        let mut reached = vec![one(Some("1950-01-01"), None, None); 60];
        reached.extend(vec![one(Some("1980-01-01"), None, None); 20]);
        reached.extend(vec![one(Some("1990-01-01"), None, None); 3]);
        let people = population(Dimension::Age, &[1000, 1000, 1000, 1000, 1000, 1000, 40]);
        let shown = by(Dimension::Age, &reached, &people, today());
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
    fn more_reached_than_there_are_is_a_wrong_file() {
        let reached = vec![one(Some("1950-01-01"), None, None); 12];
        let people = population(Dimension::Age, &[100, 100, 100, 100, 10, 100, 0]);
        let shown = by(Dimension::Age, &reached, &people, today());
        assert!(
            shown
                .said
                .to(Reader::Worker)
                .contains("\"65 to 79\" than the population counts have")
        );
    }
}
