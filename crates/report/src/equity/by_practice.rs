//! The practices of a service in a funnel, by name: how many of the people on
//! each list were reached, and what chance alone would do. Never a ranking.

use kith_access::Organisation;
use kith_base::Id;
use kith_effect::{
    picture::funnel as funnel_picture,
    sentence,
    stats::{
        disclosure::{Shown as Given, list_shown},
        funnel::{Place, funnel},
        proportion::Share,
        refusal::Refusal,
    },
};

use super::{
    rules::{PERIOD, number},
    store::Reached,
};
use crate::{
    population::store::Population,
    shown::{Drawn, Shown},
};

/// Practices in a funnel; none where fewer than two have population counts.
#[must_use]
pub fn practices(
    names: &[(Id<Organisation>, String)],
    reached: &[Reached],
    ages: &[Population],
) -> Option<Shown> {
    const TITLE: &str = "By practice";
    let with_counts: Vec<(&String, u64, u64)> = names
        .iter()
        .map(|(practice, name)| {
            let own = ages
                .iter()
                .filter(|count| count.practice_id == Some(*practice));
            let live = own.map(|count| number(count.people));
            let came = reached
                .iter()
                .filter(|one| one.practice_id == Some(*practice))
                .map(|one| number(one.people));
            (name, came.sum(), live.sum())
        })
        .filter(|(_, _, live)| *live > 0)
        .collect();
    if with_counts.len() < 2 {
        return None;
    }
    let came: Vec<u64> = with_counts.iter().map(|(_, came, _)| *came).collect();
    let told: Vec<_> = with_counts
        .iter()
        .zip(list_shown(&came))
        .filter(|(_, given)| *given != Given::Hidden)
        .map(|(one, _)| *one)
        .collect();
    let left_out = with_counts.len() - told.len();
    if told.len() < 2 {
        return Some(Shown::refused(TITLE, &Refusal::SmallNumber));
    }
    let places: Result<Vec<Place>, Refusal> = told
        .into_iter()
        .map(|(name, came, live)| {
            Ok(Place {
                label: name.clone(),
                share: Share::new(came, live)?,
            })
        })
        .collect();
    Some(match places.and_then(|places| funnel(&places)) {
        Err(refusal) => Shown::refused(TITLE, &refusal),
        Ok(finding) => {
            let said = sentence::equity::funnel(&finding);
            Shown::found(TITLE, &finding, said, format!("{} practices", finding.n))
                .counting(&[PERIOD, "People on the list of each practice, by the population counts brought in for it."])
                .missing(left_out_words(left_out))
                .with(Drawn::new("reach-practices", "People reached, by size of the practice", |frame| {
                    funnel_picture::of(frame, "Reached, %", &finding.result)
                }))
        }
    })
}

fn left_out_words(practices: usize) -> String {
    match practices {
        0 => "None of the practices with population counts.".to_owned(),
        some => format!(
            "{some} practices, where fewer than 8 people were referred or the total would tell that number."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_practice_where_a_handful_was_reached_is_not_in_the_funnel() {
        let of = |place: u128| Id::<Organisation>::of(uuid::Uuid::from_u128(place));
        let names: Vec<_> = (1..=4)
            .map(|place| (of(place), format!("Practice {place}")))
            .collect();
        let mut reached = Vec::new();
        for (place, count) in [(1, 40), (2, 60), (3, 3), (4, 20)] {
            reached.push(Reached {
                practice_id: Some(of(place)),
                age_from: None,
                ethnicity: None,
                gender: None,
                sex: None,
                deprivation_fifth: None,
                people: count,
            });
        }
        let ages: Vec<Population> = (1..=4)
            .map(|place| Population {
                practice_id: Some(of(place)),
                group_name: "0 to 17".to_owned(),
                people: 5000,
                as_of: None,
                file_id: Id::of(uuid::Uuid::nil()),
            })
            .collect();
        let shown = practices(&names, &reached, &ages).unwrap();
        let told: Vec<&str> = shown.pictures[0]
            .numbers()
            .rows
            .iter()
            .map(|row| &*row[0])
            .collect();
        // The fourth goes with the third, whose number the total would tell.
        assert_eq!(told, ["Practice 1", "Practice 2"]);
        assert!(
            shown
                .made
                .missing
                .unwrap()
                .starts_with("2 practices, where fewer than 8")
        );
    }
}
