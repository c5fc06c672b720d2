//! What was promised and is still open when a referral is closed: each action
//! is done, handed to the practice, or no longer needed. Nothing is left in
//! silence: without an answer for each, the referral is not closed.

use kith_access::{Actor, Scope};
use kith_base::{Id, Line, Refusal};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html, el,
    form::{FieldKind, One, Posted, Wrong},
};

use crate::{
    person::Person,
    task::{self, Became, Kind, Task},
};

struct Row {
    task: Id<Task>,
    what: String,
    answer: One<Became>,
    wrong: Option<Wrong>,
}

impl Row {
    fn name(&self) -> String {
        format!("ended-{}", self.task)
    }
}

/// The open actions of somebody, with what was answered.
pub struct OpenActions {
    rows: Vec<Row>,
}

/// What becomes of one action.
pub struct Ended {
    task: Id<Task>,
    what: String,
    became: Became,
}

impl OpenActions {
    /// The open actions of somebody, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(tx: &mut Tx, scope: &Scope, person: Id<Person>) -> Outcome<Self> {
        let all = task::store::of_person(tx, scope, person, scope.now()).await?;
        let open = all
            .into_iter()
            .filter(|task| task.kind == Kind::Action && task.done_at.is_none());
        let rows = open.map(|task| Row {
            task: task.id,
            answer: One::new(task.what.clone()).small().inline(),
            what: task.what,
            wrong: None,
        });
        Ok(Self {
            rows: rows.collect(),
        })
    }

    /// With what was posted.
    #[must_use]
    pub fn kept(mut self, posted: &Posted) -> Self {
        for row in &mut self.rows {
            let name = row.name();
            row.answer.keep(&name, posted);
        }
        self
    }

    /// What becomes of each; none when one is not answered, which is then
    /// marked.
    pub fn read(&mut self) -> Option<Vec<Ended>> {
        let mut all = Vec::new();
        for row in &mut self.rows {
            match row.answer.read() {
                Ok(became) => all.push(Ended {
                    task: row.task,
                    what: row.what.clone(),
                    became,
                }),
                Err(_) => row.wrong = Some("Select what becomes of this action".into()),
            }
        }
        (all.len() == self.rows.len()).then_some(all)
    }

    /// The questions, one for each action.
    #[must_use]
    pub fn show(&self) -> Html {
        if self.rows.is_empty() {
            return Html::default();
        }
        let heading = el("h2")
            .class("nhsuk-heading-m")
            .child("What becomes of the open actions?");
        let rows = self
            .rows
            .iter()
            .map(|row| row.answer.show(&row.name(), row.wrong.as_ref()));
        std::iter::once(Html::from(heading)).chain(rows).collect()
    }

    /// What was answered, carried unseen.
    #[must_use]
    pub fn carried(&self, posted: &Posted) -> Vec<Html> {
        let hidden = |row: &Row| {
            let name = row.name();
            let value = posted.text(&name).to_owned();
            Html::from(
                el("input")
                    .attr("type", "hidden")
                    .attr("name", name)
                    .attr_even_empty("value", &value),
            )
        };
        self.rows.iter().map(hidden).collect()
    }
}

/// What the practice needs to do, with what is handed to it.
///
/// # Errors
/// About the field `practice_to_do`, when it is too long for one line.
pub fn with_handed(to_do: &Line, ended: &[Ended]) -> Result<Line, Refusal> {
    let handed: Vec<&str> = ended
        .iter()
        .filter(|one| one.became == Became::Handed)
        .map(|one| &*one.what)
        .collect();
    if handed.is_empty() {
        return Ok(to_do.clone());
    }
    let handed = handed.join("; ");
    let words = if to_do.eq_ignore_ascii_case("nothing") {
        format!("Take over from us: {handed}")
    } else {
        format!("{to_do}. Take over from us: {handed}")
    };
    words.parse().map_err(|_| {
        Refusal::field(
            "practice_to_do",
            "What the practice needs to do, with the actions handed to it, is too long for one line",
        )
        .try_next("Say less here, or hand fewer actions over")
    })
}

/// Ends the actions as was said; none that is open may be missing.
///
/// # Errors
/// A conflict when an action was added in the meantime.
pub async fn end(
    tx: &mut Tx,
    actor: &Actor,
    scope: &Scope,
    person: Id<Person>,
    ended: &[Ended],
) -> Outcome<()> {
    for one in ended {
        task::actions::end(tx, actor, one.task, one.became).await?;
    }
    if OpenActions::of(tx, scope, person).await?.rows.is_empty() {
        return Ok(());
    }
    Err(
        Refusal::conflict("Another action was written down while you were closing")
            .try_next("Say what becomes of it too")
            .into(),
    )
}
