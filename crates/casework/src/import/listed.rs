//! The rows of a group as they stand in the file, so that whoever confirms
//! can see who is new and who was brought in before. On the page of the import
//! the first few stand folded; a page of its own leads through all of them.

use axum::{
    extract::{Path, RawQuery},
    response::IntoResponse,
};
use kith_access::{Actor, Answer, App, Signed};
use kith_base::{Id, Refusal, Word};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html,
    components::{Details, Empty, Table},
    form::Posted,
    html::{line, link, p},
};

use super::{
    ImportBatch, Sorted, actions, cells,
    headings::{Holds, Plan},
    rows::{self, ImportRow},
    store::Batch,
};
use crate::paths;

/// Rows that stand folded on the page of an import.
pub(super) const FIRST: i64 = 20;
/// Rows on a page of their own.
const ON_A_PAGE: i64 = 100;

/// One row, in the file's own words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its number in the file.
    pub number: i64,
    /// The name.
    pub name: String,
    /// Date of birth and NHS number, as far as the file has them.
    pub known_by: String,
    /// What it is about.
    pub need: String,
    /// Where the same row was before; none for a new one.
    pub before: Option<String>,
}

/// What the columns of the file say in one row, joined.
fn said(row: &ImportRow, plan: &Plan, what: &[Holds]) -> String {
    let cells = what.iter().filter_map(|what| {
        let cell = row.cells.get(plan.place(*what)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    });
    cells.collect::<Vec<_>>().join(" ")
}

/// Some rows of a group, after a row, in the file's order.
///
/// # Errors
/// When the database does not answer.
pub async fn some(
    tx: &mut Tx,
    actor: &Actor,
    batch: &Batch,
    group: Sorted,
    after: i64,
    most: i64,
) -> Outcome<Vec<Listed>> {
    let (scheme, plan) = (actor.scheme, &batch.plan);
    let mut listed = Vec::new();
    for row in rows::of_group(tx, scheme, batch.id, group, after, most).await? {
        let mut before = None;
        if group == Sorted::Same {
            let hash = cells::hash(&row.cells, plan);
            let earlier = rows::earlier(tx, scheme, &hash, batch.id, row.number).await?;
            before = earlier.map(|at| match at.id == batch.id {
                true => format!("Row {} of this file", at.number),
                false => format!(
                    "Row {} of {}, {}",
                    at.number,
                    at.file_name,
                    at.made_at.as_uk_moment()
                ),
            });
        }
        listed.push(Listed {
            number: row.number,
            name: said(&row, plan, &[Holds::FullName, Holds::Given, Holds::Family]),
            known_by: said(&row, plan, &[Holds::Born, Holds::NhsNumber]),
            need: said(&row, plan, &[Holds::Need]),
            before,
        });
    }
    Ok(listed)
}

fn table(group: Sorted, rows: &[Listed]) -> Html {
    let same = group == Sorted::Same;
    let last = if same { "Before" } else { "Need" };
    let mut table = Table::new()
        .caption(group.label())
        .caption_classes("nhsuk-u-visually-hidden")
        .long(true)
        .compact(true)
        .head(["Row", "Person", last]);
    for row in rows {
        let last = row.before.as_ref().unwrap_or(&row.need);
        table = table.row([
            Html::from(row.number.to_string()),
            Html::from(row.name.as_str()).and(line(row.known_by.as_str())),
            last.as_str().into(),
        ]);
    }
    table.into()
}

/// The first rows of a group, folded, with the way to all of them.
pub(super) fn folded(batch: &Batch, group: Sorted, all: i64, rows: &[Listed]) -> Option<Html> {
    if rows.is_empty() {
        return None;
    }
    let words = match group {
        Sorted::Same => format!("See the rows that are the same as before ({all})"),
        _ => format!("See the new rows ({all})"),
    };
    let shown = i64::try_from(rows.len()).unwrap_or(0);
    let more = (all > shown).then(|| {
        let to = paths::import_rows(batch.id, group.code(), 0);
        p(link(to, format!("See all {all} rows")))
    });
    let inside = table(group, rows).and(more.unwrap_or_default());
    Some(Details::new(words, inside).into())
}

/// All rows of a group, page by page.
pub(super) async fn page(
    app: App,
    signed: Signed,
    Path((id, group)): Path<(Id<ImportBatch>, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let group = match group.parse() {
        Ok(group @ (Sorted::New | Sorted::Same)) => group,
        _ => return Err(Refusal::not_found().into()),
    };
    let asked = Posted::read(query.unwrap_or_default().as_bytes());
    let after: i64 = asked.text("after").parse().unwrap_or(0);
    let actor = &signed.actor;
    let (batch, mut rows) = app
        .db
        .read(async |tx| {
            let batch = actions::batch(tx, actor, id).await?;
            let rows = some(tx, actor, &batch, group, after, ON_A_PAGE + 1).await?;
            Outcome::Ok((batch, rows))
        })
        .await?;
    let page = usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > page;
    rows.truncate(page);
    let next = rows.last().filter(|_| more).map(|last| {
        let to = paths::import_rows(batch.id, group.code(), last.number);
        p(link(to, "The rows after these"))
    });
    let body = if rows.is_empty() {
        let empty = Empty::new("No row of the file is in this group.");
        Html::from(empty.next("Back to the import", paths::import(id)))
    } else {
        table(group, &rows).and(next.unwrap_or_default())
    };
    Ok(signed
        .page(group.label())
        .caption(batch.file_name)
        .under(paths::imports())
        .back(paths::import(id))
        .compact()
        .body(body)
        .into_response())
}
