//! What the page of one import shows at each step: the columns, the four
//! groups, how far it is, and what came of it.

use kith_access::Signed;
use kith_base::Word;
use kith_pages::{
    Html,
    components::{
        Button, Cell, Column, Details, InsetText, Select, SelectItem, SummaryList, SummaryRow,
        Table,
    },
    el,
    form::{PostButton, open},
    html::link,
};

use super::{
    DateOrder, Sorted,
    actions::Groups,
    headings::{Holds, Plan},
    listed::{self, Listed},
    rows::{self, ImportRow},
    show,
    store::Batch,
    undo,
};
use crate::referral::Agreed;

/// Everything the page of one import shows.
pub(super) struct Shown {
    pub(super) batch: Batch,
    pub(super) groups: Groups,
    pub(super) first: Vec<ImportRow>,
    pub(super) wrong: Vec<ImportRow>,
    pub(super) ended: Vec<ImportRow>,
    pub(super) new: Vec<Listed>,
    pub(super) same: Vec<Listed>,
    pub(super) close: Vec<show::Pair>,
    pub(super) more: Option<i64>,
    pub(super) repaired: Vec<ImportRow>,
    /// The row after which the page of close matches begins.
    pub(super) after: i64,
}

pub(super) fn go_on(signed: &Signed, how_far: String, to: String, words: &str) -> Html {
    let button = PostButton::new(to, &signed.token(), Button::new(words));
    [
        Html::from(el("p").attr("role", "status").child(how_far)),
        button.into(),
    ]
    .into_iter()
    .collect()
}

fn throw_away(signed: &Signed, batch: &Batch) -> Html {
    PostButton::new(
        format!("/import/{}/drop", batch.id),
        &signed.token(),
        Button::secondary("Throw this import away"),
    )
    .into()
}

/// The columns, three rows of each, and what they hold.
pub(super) fn columns_form(signed: &Signed, shown: &Shown, plan: &Plan) -> Html {
    let offered = || {
        Holds::ALL
            .iter()
            .map(|holds| SelectItem::new(holds.code(), holds.label()))
            .collect::<Vec<_>>()
    };
    let mut table = Table::new()
        .caption("What each column holds")
        .responsive(true)
        .head(["Heading in the file", "First rows", "Holds"].map(Column::new));
    for (at, heading) in plan.headings.iter().enumerate() {
        let samples: Vec<&str> = shown
            .first
            .iter()
            .filter_map(|row| row.cells.get(at))
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        let label = format!("What \"{heading}\" holds");
        let select = Select::new(
            format!("col-{at}"),
            Html::from(el("span").class("nhsuk-u-visually-hidden").child(label)),
            offered(),
        )
        .value(plan.holds.get(at).copied().unwrap_or(Holds::Nothing).code());
        table = table.row([
            Cell::new(heading),
            Cell::new(samples.join(" · ")),
            Cell::new(Html::from(select)).block(true),
        ]);
    }
    let dates = Select::new(
        "dates",
        "How dates are written",
        DateOrder::ALL
            .iter()
            .map(|order| SelectItem::new(order.code(), order.label()))
            .collect::<Vec<_>>(),
    )
    .hint("A date with its year first, and a spreadsheet's own dates, are always understood")
    .value(plan.dates.code());
    let agreed = Select::new(
        "agreed",
        "Have the people in this file agreed to be referred?",
        vec![
            SelectItem::new("", "The file has a column that says so"),
            SelectItem::new(
                Agreed::Yes.code(),
                "Yes, all of them, unless a column says otherwise",
            ),
            SelectItem::new(
                Agreed::No.code(),
                "No: keep the referrals as advice, and send nothing",
            ),
        ],
    )
    .value(plan.agreed.map_or("", Word::code));
    let fields = [table.into(), dates.into(), agreed.into()];
    open(
        format!("/import/{}/columns", shown.batch.id),
        &signed.token(),
    )
    .sheet(fields, Button::send("Check the rows"))
    .and(throw_away(signed, &shown.batch))
}

fn fact(name: &str, rows: i64) -> SummaryRow {
    SummaryRow::new(name, rows.to_string())
}

/// The four groups, with what is to be decided and put right.
pub(super) fn dry_run(signed: &Signed, shown: &Shown, plan: &Plan) -> Html {
    let (groups, batch) = (&shown.groups, &shown.batch);
    let counts = SummaryList::new(vec![
        fact("New", groups.new),
        fact("The same as before: left out", groups.same),
        fact("Close matches", groups.close),
        fact("Something is wrong: left out", groups.errors),
    ]);
    let mut parts: Vec<Html> = vec![
        Html::from(InsetText::new(
            "Nothing is made yet. This is what the file holds.",
        )),
        counts.into(),
    ];
    parts.extend(listed::folded(batch, Sorted::New, groups.new, &shown.new));
    let (same, rows) = (groups.same, &shown.same);
    parts.extend(listed::folded(batch, Sorted::Same, same, rows));
    parts.extend(wrong_rows(batch, groups.errors, &shown.wrong));
    parts.extend(repaired_rows(batch, &shown.repaired));
    if !shown.close.is_empty() {
        let (undecided, after) = (groups.undecided, shown.after);
        parts.push(show::choices(signed, batch, &shown.close, undecided, after));
        parts.extend(shown.more.map(|after| {
            Html::from(el("p").child(link(
                format!("/import/{}?after={after}", batch.id),
                "More close matches",
            )))
        }));
    }
    if groups.undecided == 0 && groups.to_do > 0 {
        let words = format!("Bring in {} rows", groups.to_do);
        parts.push(
            PostButton::new(
                format!("/import/{}/confirm", batch.id),
                &signed.token(),
                Button::new(words),
            )
            .into(),
        );
    } else if groups.to_do == 0 && groups.undecided == 0 {
        parts.push(
            el("p")
                .child("There is nothing to bring in from this file.")
                .into(),
        );
    }
    parts.push(
        Details::new(
            "Change what the columns hold, and check again",
            columns_form(signed, shown, plan),
        )
        .into(),
    );
    parts.into_iter().collect()
}

fn wrong_rows(batch: &Batch, all: i64, rows: &[ImportRow]) -> Option<Html> {
    if rows.is_empty() {
        return None;
    }
    let table = remarks("Put right in the file, and bring it in again", rows, false);
    let first = format!("The first {} of {all} rows are shown. ", rows.len());
    let all_of_them = el("p")
        .child(if all > i64::try_from(rows.len()).unwrap_or(0) {
            first
        } else {
            String::new()
        })
        .child(link(
            format!("/import/{}/problems.csv", batch.id),
            "Download all of them (CSV)",
        ));
    Some(
        [Html::from(table), all_of_them.into()]
            .into_iter()
            .collect(),
    )
}

/// A table of what was repaired, or of what is wrong.
fn remarks(caption: &str, all: &[ImportRow], repaired: bool) -> Table {
    let last = if repaired {
        "What was done"
    } else {
        "What to do"
    };
    let table = Table::new()
        .caption(caption)
        .responsive(true)
        .head(["Row", "Column", "Cell", last].map(Column::new));
    rows::remarked(all, repaired).fold(table, |table, (row, remark)| {
        table.row([
            Cell::new(row.number.to_string()),
            Cell::new(&remark.column),
            Cell::new(&remark.cell),
            Cell::new(&remark.words),
        ])
    })
}

/// What the file says and was read otherwise: never done in silence.
fn repaired_rows(batch: &Batch, rows: &[ImportRow]) -> Option<Html> {
    let few = rows::remarked(rows, true).count();
    if few == 0 {
        return None;
    }
    let words = match few {
        1 => "1 cell was read otherwise than it stands in the file".to_owned(),
        few => format!("{few} cells were read otherwise than they stand in the file"),
    };
    let table = remarks("Read otherwise than in the file", rows, true);
    let all = el("p").child("At most 50 rows are shown. ").child(link(
        format!("/import/{}/problems.csv", batch.id),
        "Download all of them (CSV)",
    ));
    Some(
        Details::new(words, Html::from(table).and(all))
            .open(true)
            .into(),
    )
}

pub(super) fn ended(signed: &Signed, shown: &Shown) -> Html {
    let (groups, batch) = (&shown.groups, &shown.batch);
    let counts = SummaryList::new(vec![
        fact("Referrals made", groups.made),
        fact("Added to an open referral", groups.added),
        fact("Could not be brought in", groups.failed),
        fact("Left out: the same as before", groups.same),
        fact("Left out: something is wrong", groups.errors),
        fact("Taken back", groups.taken_back),
        fact("Could not be taken back", groups.kept),
    ]);
    let mut parts: Vec<Html> = vec![counts.into()];
    parts.extend(wrong_rows(batch, groups.failed + groups.kept, &shown.ended));
    parts.extend(repaired_rows(batch, &shown.repaired));
    if let Err(refusal) = undo::can_be_undone(batch, signed.actor.now) {
        parts.push(el("p").child(format!("{}.", refusal.what)).into());
    } else if let Some(until) = batch.undo_until {
        let words = format!(
            "This import can be undone until {}. Referrals nobody has touched are taken back; the records of people made by it stay, without a referral, and are on no list.",
            until.as_uk_moment()
        );
        parts.push(InsetText::new(words).into());
        parts.push(
            PostButton::new(
                format!("/import/{}/undo", batch.id),
                &signed.token(),
                Button::secondary("Undo this import"),
            )
            .into(),
        );
    }
    parts.into_iter().collect()
}
