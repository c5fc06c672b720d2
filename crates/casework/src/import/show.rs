//! A close match, side by side: what the file says and what the record says,
//! with the choice between them. Showing a record is a look at somebody and
//! goes to the audit trail; a place that is hidden stays hidden here.

use kith_access::{Actor, Grant, Signed, audit, who::HIDDEN};
use kith_base::{NhsNumber, Word};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Select, SelectItem, Table},
    el,
    form::open,
    html::link,
};

use super::{
    Decision, Sorted,
    bring_in::out_of_reach,
    cells,
    rows::{self, ImportRow, Sorting},
    store::Batch,
};
use crate::{
    paths,
    person::{self, Identity, Place},
};

/// A row of the file beside the record it may be about.
pub struct Pair {
    row: ImportRow,
    identity: Identity,
    /// Label, in the file, in the record.
    facts: Vec<(&'static str, String, String)>,
}

/// Loads the record a row may be about. When it is out of reach by now, or the
/// row no longer makes sense, the row is sorted anew and that is said: nobody
/// is left with a row that cannot be decided about.
///
/// # Errors
/// When the database does not answer.
pub async fn pair(
    tx: &mut Tx,
    actor: &Actor,
    batch: &Batch,
    row: ImportRow,
) -> Outcome<Option<Pair>> {
    let scope = super::actions::allowed(actor)?;
    let against = super::actions::against(tx, actor).await?;
    let hash = || cells::hash(&row.cells, &batch.plan);
    let (line, mut remarks) = match cells::read(&row.cells, &batch.plan, &against) {
        Ok(read) => read,
        Err(wrong) => {
            let sorting = Sorting::wrong(hash(), wrong);
            rows::sort(tx, actor.scheme, batch.id, row.number, &sorting).await?;
            return Ok(None);
        }
    };
    let record = match row.match_id {
        Some(person) => person::store::record(tx, &scope, person).await?,
        None => None,
    };
    let Some(record) = record else {
        remarks.push(out_of_reach());
        let sorting = Sorting {
            hash: hash(),
            sorted: Sorted::New,
            remarks,
            match_id: None,
            sure: false,
            choice: Decision::Make,
        };
        rows::sort(tx, actor.scheme, batch.id, row.number, &sorting).await?;
        return Ok(None);
    };
    audit::look(tx, actor, record.identity.id, "compare with a file").await?;
    let (new, identity) = (&line.details, &record.identity);
    let number = |number: Option<&NhsNumber>| number.map(NhsNumber::spaced).unwrap_or_default();
    let day =
        |day: Option<kith_base::Day>| day.map(kith_base::Day::as_banner_date).unwrap_or_default();
    let grant = Grant::ordinary(actor)?;
    let place = record.place.reveal(&grant);
    let held = |what: fn(&Place) -> Option<String>| {
        place.map_or(HIDDEN.to_owned(), |place| what(place).unwrap_or_default())
    };
    let named = |id: Option<_>| {
        against
            .practices
            .iter()
            .find(|(known, ..)| Some(*known) == id)
            .map(|(_, name, _)| name.to_string())
            .unwrap_or_default()
    };
    let facts = vec![
        (
            "Name",
            format!("{} {}", new.given, new.family),
            format!("{} {}", identity.given, identity.family),
        ),
        ("Date of birth", day(new.born), day(identity.born)),
        (
            "NHS number",
            number(new.nhs_number.as_ref()),
            number(identity.nhs_number.as_ref()),
        ),
        (
            "Postcode",
            text(new.place.postcode.as_ref()),
            held(|place| place.postcode.as_ref().map(ToString::to_string)),
        ),
        (
            "Telephone",
            text(new.place.phone.as_ref()),
            held(|place| place.phone.as_ref().map(ToString::to_string)),
        ),
        (
            "Address",
            text(new.place.address.as_ref()),
            held(|place| place.address.as_ref().map(ToString::to_string)),
        ),
        (
            "Practice",
            named(new.practice),
            identity
                .practice_name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
    ];
    Ok(Some(Pair {
        identity: record.identity,
        row,
        facts,
    }))
}

fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// The form that decides about the close matches of one page, which begins
/// after a row; saving stays on that page.
#[must_use]
pub fn choices(signed: &Signed, batch: &Batch, pairs: &[Pair], undecided: i64, after: i64) -> Html {
    let heading = el("h2").class("nhsuk-heading-m").child("Close matches");
    let how = el("p").child(format!("{undecided} of them are not decided about. Adding takes address, telephone and practice from the file; names and dates of birth in a record are never changed by a file."));
    let form = open(format!("/import/{}/choices", batch.id), &signed.token()).sheet(
        std::iter::once(hidden("after", after)).chain(pairs.iter().map(one)),
        Button::send("Keep these decisions"),
    );
    Html::from(heading).and(how).and(form)
}

fn one(pair: &Pair) -> Html {
    let number = pair.row.number;
    let mut table = Table::new()
        .caption(format!("Row {number}"))
        .responsive(true)
        .compact(true)
        .head(["What", "In the file", "In the record"].map(Column::new));
    for (label, new, held) in pair
        .facts
        .iter()
        .filter(|(_, new, held)| !(new.is_empty() && held.is_empty()))
    {
        let mark = if new == held || new.is_empty() {
            Html::from(new)
        } else {
            Html::from(el("strong").child(new))
        };
        table = table.row([Cell::new(*label), Cell::new(mark), Cell::new(held)]);
    }
    let offered: Vec<SelectItem> = Decision::ALL
        .iter()
        .filter(|choice| !(pair.row.sure && matches!(choice, Decision::Make | Decision::Ask)))
        .map(|choice| SelectItem::new(choice.code(), choice.label()))
        .collect();
    let name = format!("choice-{number}");
    let select = Select::new(name, format!("What to do with row {number}"), offered)
        .value(pair.row.choice.code());
    let open = link(paths::person(pair.identity.id), "Open the record");
    [
        Html::from(table),
        open,
        hidden("row", number),
        select.into(),
    ]
    .into_iter()
    .collect()
}

fn hidden(name: &'static str, value: i64) -> Html {
    let field = el("input").attr("type", "hidden");
    field.attr("name", name).attr("value", value).into()
}
