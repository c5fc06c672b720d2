//! The week ahead: the next seven working days with how much each has. A day
//! on which nobody is at work stands there only when it has something. Whom
//! one stands in for counts too, as long as they are away.

use kith_base::{Day, WorkingDays};
use kith_pages::{
    Html, el,
    html::{line, link},
};

use super::{share::Looked, store::Held};
use crate::{paths, task::store::OfDay};

/// How many working days the strip shows.
const WORKING_DAYS: u16 = 7;

/// The last day of the strip.
pub(super) fn last_day(work: &WorkingDays, today: Day) -> Day {
    work.after(today, WORKING_DAYS - 1)
}

/// How much a day has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Load {
    day: Day,
    meetings: usize,
    to_do: usize,
}

impl Load {
    const fn is_empty(&self) -> bool {
        self.meetings + self.to_do == 0
    }

    fn words(&self) -> String {
        let meetings = match self.meetings {
            0 => None,
            1 => Some("1 meeting".to_owned()),
            many => Some(format!("{many} meetings")),
        };
        let to_do = (self.to_do > 0).then(|| format!("{} to do", self.to_do));
        let words: Vec<String> = meetings.into_iter().chain(to_do).collect();
        if words.is_empty() {
            return "nothing planned".to_owned();
        }
        words.join(", ")
    }
}

/// What one worker's people and tasks add to the week.
pub(super) struct Part<'a> {
    pub(super) held: &'a [Held],
    pub(super) tasks: &'a [OfDay],
    /// The last day that counts; none for one's own.
    pub(super) until: Option<Day>,
}

fn loads(work: &WorkingDays, today: Day, parts: &[Part<'_>]) -> Vec<Load> {
    let ahead = last_day(work, today).days_since(today);
    let load = |day: Day| {
        let counts = |part: &&Part<'_>| part.until.is_none_or(|until| day <= until);
        let parts: Vec<&Part<'_>> = parts.iter().filter(counts).collect();
        let held = parts.iter().flat_map(|part| part.held);
        let planned = held.filter(|row| row.next_step.is_some());
        let on_it = |row: &&Held| row.next_on == day || (day == today && row.next_on < today);
        let (mut meetings, mut steps) = (0, 0);
        for row in planned.filter(on_it) {
            if row.meets_on(day) {
                meetings += 1;
            } else {
                steps += 1;
            }
        }
        let due = |of: &&OfDay| of.due_on == day || (day == today && of.due_on < today);
        let tasks = parts.iter().flat_map(|part| part.tasks);
        let tasks: i64 = tasks.filter(due).map(|of| of.tasks).sum();
        let to_do = steps + usize::try_from(tasks).unwrap_or(0);
        Load {
            day,
            meetings,
            to_do,
        }
    };
    (0..=ahead)
        .map(|days| load(today.plus_days(days)))
        .filter(|load| work.is_working(load.day) || !load.is_empty())
        .collect()
}

/// The strip: a list whose items lead to their days.
pub(super) fn strip(work: &WorkingDays, looked: Looked, parts: &[Part<'_>]) -> Html {
    let items = loads(work, looked.today, parts).into_iter().map(|load| {
        let date = load.day.as_uk_date();
        let short = date
            .rsplit_once(' ')
            .map_or(date.as_str(), |(short, _)| short);
        let name = if load.day == looked.today {
            format!("Today, {short}")
        } else {
            format!("{} {short}", load.day.weekday())
        };
        let to = if load.day == looked.today {
            paths::today()
        } else {
            paths::day(load.day)
        };
        let item = el("li").class_if(load.is_empty(), "kith-week__free");
        let item = if load.day == looked.day {
            item.child(el("strong").attr("aria-current", "page").child(name))
        } else {
            item.child(link(to, name))
        };
        item.child(line(load.words()))
    });
    el("nav")
        .attr("aria-label", "The week ahead")
        .child(el("ul").class("nhsuk-list kith-week").children(items))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn of_tasks(tasks: &[OfDay], until: Option<Day>) -> Part<'_> {
        Part {
            held: &[],
            tasks,
            until,
        }
    }

    #[test]
    fn seven_working_days_and_a_saturday_only_when_it_has_something() {
        let work = WorkingDays::default();
        let thursday = day("2026-11-19");
        let days = |tasks: &[OfDay]| -> Vec<String> {
            let loads = loads(&work, thursday, &[of_tasks(tasks, None)]);
            loads.iter().map(|load| load.day.to_string()).collect()
        };
        assert_eq!(
            days(&[]),
            [
                "2026-11-19",
                "2026-11-20",
                "2026-11-23",
                "2026-11-24",
                "2026-11-25",
                "2026-11-26",
                "2026-11-27"
            ]
        );
        let saturday = OfDay {
            due_on: day("2026-11-21"),
            tasks: 2,
        };
        assert_eq!(days(&[saturday])[2], "2026-11-21");
    }

    #[test]
    fn what_is_late_counts_today() {
        let late = OfDay {
            due_on: day("2026-11-02"),
            tasks: 3,
        };
        let (work, late) = (WorkingDays::default(), [late]);
        let loads = loads(&work, day("2026-11-19"), &[of_tasks(&late, None)]);
        assert_eq!(loads[0].words(), "3 to do");
        assert_eq!(loads[1].words(), "nothing planned");
    }

    #[test]
    fn whom_one_stands_in_for_counts_until_they_are_back() {
        let (thursday, friday) = (day("2026-11-19"), day("2026-11-20"));
        let of = |due_on, tasks| OfDay { due_on, tasks };
        let own = [of(friday, 1)];
        let theirs = [of(friday, 2), of(day("2026-11-23"), 4)];
        let parts = [of_tasks(&own, None), of_tasks(&theirs, Some(friday))];
        let loads = loads(&WorkingDays::default(), thursday, &parts);
        assert_eq!(loads[1].words(), "3 to do");
        assert_eq!(loads[2].words(), "nothing planned");
    }
}
