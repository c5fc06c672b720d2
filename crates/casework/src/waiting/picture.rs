//! How many wait how long, by working days since their referral came: the
//! shape of the waiting list at one look. The steps follow the scheme's own
//! clock, and the words say which are past it, so that nothing rests on colour.

use kith_base::{Day, WorkingDays};
use kith_pages::{
    Html,
    components::{Bar, Bars},
};

use super::store::Came;

/// One step of the picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// In words: `3 to 5 working days, past their day`.
    pub words: String,
    /// How many have waited so long.
    pub people: i64,
}

/// How many have waited how long; `take_on_days` is the scheme's clock.
#[must_use]
pub fn steps(came: &[Came], work: &WorkingDays, today: Day, take_on_days: u16) -> Vec<Step> {
    let clock = i64::from(take_on_days);
    let mut ends: Vec<i64> = [5, 10].into_iter().filter(|end| *end > clock).collect();
    ends.insert(0, clock);
    ends.insert(0, 0);
    ends.push(i64::MAX);
    // Counted as the promise is: from the first day somebody is at work. While
    // nobody is at work, the last working day is over.
    let now = work.after(today, 0);
    let waited = |day: Day| work.between(work.after(day, 0), now);
    let mut begins = 0;
    let mut steps = Vec::new();
    for end in ends {
        let within = |day: Day| (begins..=end).contains(&waited(day));
        let people = came
            .iter()
            .filter(|one| within(one.received_on))
            .map(|one| one.people)
            .sum();
        steps.push(Step {
            words: match end {
                0 => "Less than a day".into(),
                end => words(begins, end, clock),
            },
            people,
        });
        begins = end.saturating_add(1);
    }
    steps
}

fn words(begins: i64, end: i64, clock: i64) -> String {
    let days = match (begins, end) {
        (begins, i64::MAX) => format!("More than {} days", begins - 1),
        (1, 1) => "1 day".into(),
        (begins, end) if begins == end => format!("{end} days"),
        (begins, end) => format!("{begins} to {end} days"),
    };
    if begins > clock {
        format!("{days}: late")
    } else {
        days
    }
}

/// The picture with its table; nothing while nobody waits.
#[must_use]
pub fn picture(came: &[Came], work: &WorkingDays, today: Day, take_on_days: u16) -> Html {
    if came.is_empty() {
        return Html::default();
    }
    let bars: Vec<Bar> = steps(came, work, today, take_on_days)
        .into_iter()
        .map(|step| {
            #[expect(clippy::cast_precision_loss, reason = "counts of people are small")]
            let amount = step.people as f64;
            Bar::new(step.words, amount)
        })
        .collect();
    Bars::new("How long people have waited, in working days", bars)
        .unit("People")
        .of("Waited")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: i8) -> Day {
        Day::ymd(2026, 11, d).unwrap()
    }

    #[test]
    fn everybody_is_in_one_step_and_the_late_ones_are_said_in_words() {
        // Tuesday the 24th; those of Saturday count from Monday.
        let came: Vec<Came> = [(2, 4), (16, 3), (18, 5), (20, 2), (21, 1), (24, 7)]
            .map(|(on, people)| Came {
                received_on: day(on),
                people,
            })
            .into();
        let found = steps(&came, &WorkingDays::default(), day(24), 2);
        let told: Vec<(&str, i64)> = found
            .iter()
            .map(|step| (step.words.as_str(), step.people))
            .collect();
        assert_eq!(
            told,
            [
                ("Less than a day", 7),
                ("1 to 2 days", 3),
                ("3 to 5 days: late", 5),
                ("6 to 10 days: late", 3),
                ("More than 10 days: late", 4),
            ]
        );
        let people: i64 = came.iter().map(|one| one.people).sum();
        assert_eq!(found.iter().map(|step| step.people).sum::<i64>(), people);
    }

    #[test]
    fn who_is_late_in_the_picture_is_past_their_day_on_every_day_of_the_week() {
        let (work, clock) = (WorkingDays::default(), 2);
        for came_on in 13..=22 {
            let take_by = work.after(day(came_on), clock);
            for today in came_on..=30 {
                let came = [Came {
                    received_on: day(came_on),
                    people: 1,
                }];
                let found = steps(&came, &work, day(today), clock);
                let late = found
                    .iter()
                    .any(|step| step.people > 0 && step.words.ends_with("late"));
                assert_eq!(late, take_by < day(today), "came {came_on}, seen {today}");
            }
        }
    }

    #[test]
    fn every_label_is_short_enough_to_stand_whole_beside_its_bar() {
        for clock in [1, 2, 5, 10, 20] {
            for step in steps(&[], &WorkingDays::default(), day(24), clock) {
                assert!(step.words.chars().count() <= 24, "{}", step.words);
            }
        }
    }

    #[test]
    fn the_steps_follow_the_clock_of_the_scheme() {
        let words = |clock| -> Vec<String> {
            steps(&[], &WorkingDays::default(), day(24), clock)
                .into_iter()
                .map(|step| step.words)
                .collect()
        };
        assert_eq!(
            words(1),
            [
                "Less than a day",
                "1 day",
                "2 to 5 days: late",
                "6 to 10 days: late",
                "More than 10 days: late"
            ]
        );
        assert_eq!(
            words(20),
            ["Less than a day", "1 to 20 days", "More than 20 days: late"]
        );
    }
}
