//! Where somebody lives whose place is sensitive; and a person's details as
//! pairs and as what they were before, for other pages too.

use axum::{extract::Path, response::IntoResponse};
use kith_access::{Ability, Answer, App, Grant, Needs, Routes, Signed, audit};
use kith_base::{Id, Refusal, Word};
use kith_pages::{
    Html,
    components::{Cell, Column, SummaryList, SummaryRow, Table},
};

use super::{
    Person, Place,
    arriving::{Given, given},
    banner::banner,
    earlier::{self, Change},
    store,
};
use crate::paths;

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get(
        "/people/{person}/place",
        Needs::Can(Ability::SeeLocation),
        place,
    )
}

async fn place(app: App, signed: Signed, Path(person): Path<Id<Person>>) -> Answer {
    let (record, given, before, grant) = app
        .db
        .act(async |tx| {
            let scope = signed.actor.scope(Ability::SeeLocation)?;
            let record = store::record(tx, &scope, person)
                .await?
                .ok_or_else(Refusal::not_found)?;
            let grant = Grant::location(tx, &signed.actor, person).await?;
            audit::look(tx, &signed.actor, person, "see a location").await?;
            let given = given(tx, &scope, &record.identity).await?;
            let before = earlier::of_person(tx, &scope, &record.identity).await?;
            Ok((record, given, before.place, grant))
        })
        .await?;
    let place = record.place.reveal(&grant).ok_or_else(Refusal::not_found)?;
    let rows = place_rows(place, given.reveal(&grant));
    let before: Vec<&Change> = before.reveal(&grant).into_iter().flatten().collect();
    Ok(signed
        .page("Where they live and how to reach them")
        .reading()
        .back(paths::person(person))
        .banner(banner(&record.identity, signed.actor.today()))
        .body(rows.and(earlier_table("How this has changed", &before)))
        .into_response())
}

/// A place as pairs, with what referrals gave otherwise.
#[must_use]
pub fn place_rows(place: &Place, given: Option<&Vec<Given>>) -> Html {
    let text = |value: Option<String>| value.unwrap_or_else(|| "Not recorded".into());
    let yes = |holds: bool| if holds { "Yes" } else { "No, or not asked" };
    let mut rows = vec![
        SummaryRow::new(
            "How to reach them safely",
            text(place.safe_contact.as_ref().map(ToString::to_string)),
        ),
        SummaryRow::new(
            "Telephone",
            text(place.phone.as_ref().map(ToString::to_string)),
        ),
        SummaryRow::new("Texts are safe", yes(place.text_is_safe)),
        SummaryRow::new("Voicemail is safe", yes(place.voicemail_is_safe)),
        SummaryRow::new("Email", text(place.email.as_ref().map(ToString::to_string))),
        SummaryRow::new(
            "Address",
            text(place.address.as_ref().map(ToString::to_string)),
        ),
        SummaryRow::new(
            "Postcode",
            text(place.postcode.as_ref().map(ToString::to_string)),
        ),
    ];
    for one in given.into_iter().flatten() {
        let mut other = |what: &str, value: Option<String>| {
            let label = format!("Another {what}, in referral {}", one.reference);
            rows.extend(value.map(|value| SummaryRow::new(label, value)));
        };
        other(
            "telephone number",
            one.given_phone.as_ref().map(ToString::to_string),
        );
        other(
            "postcode",
            one.given_postcode.as_ref().map(ToString::to_string),
        );
    }
    SummaryList::new(rows).into()
}

/// What a person's details said before, the latest change first; nothing
/// where nothing was changed.
#[must_use]
pub fn earlier_table(caption: &'static str, all: &[&Change]) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let words =
        |words: &Option<String>| Cell::new(words.clone().unwrap_or_else(|| "Nothing".into()));
    let rows = all.iter().map(|change| {
        vec![
            Cell::new(change.at.as_uk_moment()),
            Cell::new(&*change.by_name),
            Cell::new(change.field.label()),
            words(&change.before_words),
            words(&change.after_words),
            Cell::new(change.why.clone().unwrap_or_else(|| "–".into())),
        ]
    });
    Table::new()
        .caption(caption)
        .head(["When", "By", "What", "Before", "After", "Why"].map(Column::from))
        .rows(rows.collect::<Vec<_>>())
        .responsive(true)
        .into()
}
