//! Who does what by when, as rows of a form: two to begin with, and one
//! more for each press of "Add another action". A row without words is no
//! action; one without a date is due in a week.

use kith_base::{Day, Line};
use kith_pages::{
    Html,
    components::{Fieldset, Wording},
    el,
    form::{Date, Dressing, FieldKind, Maybe, Pick, Posted, Text, Wrong},
};

use super::Promised;
use crate::task::Who;

/// How many rows there may be: more than anybody promises in one talk.
const MOST: usize = 9;
/// How many there are to begin with.
const FIRST: usize = 2;
/// The parts of a row a message can point to.
const PARTS: [[&str; 3]; MOST] = [
    ["1-what", "1-who", "1-due"],
    ["2-what", "2-who", "2-due"],
    ["3-what", "3-who", "3-due"],
    ["4-what", "4-who", "4-due"],
    ["5-what", "5-who", "5-due"],
    ["6-what", "6-who", "6-due"],
    ["7-what", "7-who", "7-due"],
    ["8-what", "8-who", "8-due"],
    ["9-what", "9-who", "9-due"],
];

#[derive(Clone, Debug)]
struct Row {
    what: Maybe<Text<Line>>,
    who: Pick<Who>,
    due: Maybe<Date>,
}

impl Row {
    fn blank() -> Self {
        let mut who = Pick::new("Who does it");
        who.fill(&Who::Worker);
        Self {
            what: Text::new("What will be done").into(),
            who,
            due: Date::new("By when").hint("Empty: in a week").into(),
        }
    }

    fn read(&self, parts: [&'static str; 3], today: Day) -> Result<Option<Promised>, Wrong> {
        let [in_what, in_who, in_due] = parts;
        let at = |part, wrong: Wrong| Wrong::in_part(part, wrong.says);
        let Some(what) = self.what.read().map_err(|wrong| at(in_what, wrong))? else {
            return Ok(None);
        };
        let who = self.who.read().map_err(|wrong| at(in_who, wrong))?;
        let due = self.due.read().map_err(|wrong| at(in_due, wrong))?;
        Ok(Some(Promised {
            what,
            who,
            due: due.unwrap_or_else(|| today.plus_days(7)),
        }))
    }
}

/// The rows.
#[derive(Clone, Debug)]
pub struct Promises {
    rows: Vec<Row>,
    today: Option<Day>,
}

impl From<&str> for Promises {
    /// Rows with nothing in them; `_` names the kind in a form's definition.
    fn from(_: &str) -> Self {
        Self {
            rows: vec![Row::blank(); FIRST],
            today: None,
        }
    }
}

impl Promises {
    /// Actions are due today or later.
    pub fn from_today(&mut self, today: Day) {
        self.today = Some(today);
        for row in &mut self.rows {
            row.due.inner().today_or_future(today);
        }
    }

    /// One row more, as long as there is room.
    pub fn add_one(&mut self) {
        if self.rows.len() < MOST {
            let mut row = Row::blank();
            if let Some(today) = self.today {
                row.due.inner().today_or_future(today);
            }
            self.rows.push(row);
        }
    }

    fn part(name: &str, part: &str) -> String {
        format!("{name}-{part}")
    }
}

impl FieldKind for Promises {
    type Value = Vec<Promised>;

    fn keep(&mut self, name: &str, posted: &Posted) {
        let rows: usize = posted
            .text(&Self::part(name, "rows"))
            .parse()
            .unwrap_or(FIRST);
        while self.rows.len() < rows.min(MOST) {
            self.add_one();
        }
        for (row, [what, who, due]) in self.rows.iter_mut().zip(PARTS) {
            row.what.keep(&Self::part(name, what), posted);
            row.who.keep(&Self::part(name, who), posted);
            row.due.keep(&Self::part(name, due), posted);
        }
    }

    fn is_blank(&self) -> bool {
        self.rows.iter().all(|row| row.what.is_blank())
    }

    fn read(&self) -> Result<Vec<Promised>, Wrong> {
        // Without a day to count from, the first row's own words say so.
        let today = self
            .today
            .ok_or_else(|| Wrong::from("Open the page again"))?;
        let rows = self
            .rows
            .iter()
            .zip(PARTS)
            .map(|(row, parts)| row.read(parts, today));
        rows.filter_map(Result::transpose).collect()
    }

    fn fill(&mut self, value: &Vec<Promised>) {
        while self.rows.len() < value.len().min(MOST) {
            self.add_one();
        }
        for (row, promised) in self.rows.iter_mut().zip(value) {
            row.what.fill(&Some(promised.what.clone()));
            row.who.fill(&promised.who);
            row.due.fill(&Some(promised.due));
        }
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let count = el("input")
            .attr("type", "hidden")
            .attr("name", Self::part(name, "rows"))
            .attr("value", self.rows.len().to_string());
        let rows = self
            .rows
            .iter()
            .zip(PARTS)
            .enumerate()
            .map(|(at, (row, parts))| {
                let mine = |part: &str| {
                    wrong
                        .filter(|wrong| wrong.part == Some(part))
                        .map(|wrong| Wrong::from(&*wrong.says))
                };
                let [what, who, due] = parts;
                let half = |piece: Html| el("div").class("nhsuk-grid-column-one-half").child(piece);
                let who_and_when = el("div")
                    .class("nhsuk-grid-row")
                    .child(half(
                        row.who.show(&Self::part(name, who), mine(who).as_ref()),
                    ))
                    .child(half(
                        row.due.show(&Self::part(name, due), mine(due).as_ref()),
                    ));
                let fields: Html = [
                    row.what.show(&Self::part(name, what), mine(what).as_ref()),
                    who_and_when.into(),
                ]
                .into_iter()
                .collect();
                let legend = Wording::from(format!("Action {}", at + 1));
                Html::from(Fieldset::new(legend, fields))
            });
        std::iter::once(Html::from(count)).chain(rows).collect()
    }

    fn anchor(&self, name: &str, wrong: &Wrong) -> Option<String> {
        let part = wrong.part?;
        let box_of_date = if part.ends_with("due") { "-day" } else { "" };
        Some(format!("{}{box_of_date}", Self::part(name, part)))
    }

    fn dressing(&mut self) -> &mut Dressing {
        // A form's words are asked of a kind that has at least one row.
        if self.rows.is_empty() {
            self.rows.push(Row::blank());
        }
        self.rows[0].what.dressing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        Day::ymd(2026, 11, 20).unwrap()
    }

    fn rows(pairs: &[(&str, &str)]) -> Promises {
        let mut rows = Promises::from("_");
        rows.from_today(today());
        rows.keep("actions", &Posted::from_pairs(pairs.iter().copied()));
        rows
    }

    #[test]
    fn a_row_without_words_is_no_action_and_one_without_a_date_is_due_in_a_week() {
        let read = rows(&[
            ("actions-2-what", "Ring the council"),
            ("actions-2-who", "worker"),
        ])
        .read()
        .unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].due, today().plus_days(7));
    }

    #[test]
    fn an_action_more_is_kept_once_a_row_was_added() {
        let read = rows(&[
            ("actions-rows", "4"),
            ("actions-4-what", "Walk"),
            ("actions-4-who", "person"),
        ])
        .read()
        .unwrap();
        assert_eq!(read[0].who, Who::Person);
        let shown = rows(&[("actions-rows", "9999")])
            .show("actions", None)
            .into_string();
        assert!(
            shown.contains("Action 9") && !shown.contains("Action 10"),
            "{shown}"
        );
    }

    #[test]
    fn a_date_in_the_past_is_marked_in_its_own_row() {
        let rows = rows(&[
            ("actions-1-what", "Ring"),
            ("actions-1-who", "worker"),
            ("actions-1-due-day", "1"),
            ("actions-1-due-month", "1"),
            ("actions-1-due-year", "2020"),
        ]);
        let wrong = rows.read().unwrap_err();
        assert_eq!(rows.anchor("actions", &wrong).unwrap(), "actions-1-due-day");
    }
}
