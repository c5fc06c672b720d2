//! The page of who is reached: the whole service's for its manager, its own
//! for a practice.

use axum::{extract::Query, response::IntoResponse};
use kith_access::{Ability, Answer, App, Needs, Organisation, Routes, Signed, organisation};
use kith_base::{Day, Id, Word};
use kith_db::Outcome;
use kith_pages::{Html, components::Empty, el};

use super::{
    by_practice, rules,
    store::{self, Reached},
};
use crate::{
    paths,
    population::{
        Dimension,
        store::{self as population, Population},
    },
    shown::{Asked, html::switch},
};

/// The address of who is reached.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/figures/reach", Needs::Can(Ability::SeeReach), show)
}

struct Loaded {
    reached: Vec<Reached>,
    /// The counts of everybody, or of the one practice, by dimension.
    counts: Vec<(Dimension, Vec<Population>)>,
    /// The counts by age of every practice.
    of_practices: Vec<Population>,
    practices: Vec<(Id<Organisation>, String)>,
}

async fn load(app: &App, signed: &Signed) -> Result<Loaded, kith_access::Trouble> {
    let scope = signed.actor.scope(Ability::SeeReach)?;
    let (scheme, practice) = (scope.scheme(), scope.practice());
    let today = signed.actor.today();
    let loaded = app
        .db
        .read(async |tx| {
            let mut counts = Vec::new();
            let mut of_practices = Vec::new();
            for dimension in Dimension::ALL {
                let all = population::in_force(tx, scheme, *dimension).await?;
                let (own, others): (Vec<_>, Vec<_>) = all
                    .into_iter()
                    .partition(|count| count.practice_id == practice);
                if *dimension == Dimension::Age && practice.is_none() {
                    of_practices = others;
                }
                counts.push((*dimension, own));
            }
            let practices = organisation::practices(tx, scheme).await?;
            Outcome::Ok(Loaded {
                reached: store::reached(tx, scheme, today.plus_months(-12), today, practice)
                    .await?,
                counts,
                of_practices,
                practices: practices
                    .into_iter()
                    .map(|practice| (practice.id, practice.name.to_string()))
                    .collect(),
            })
        })
        .await?;
    Ok(loaded)
}

async fn show(app: App, signed: Signed, Query(asked): Query<Asked>) -> Answer {
    let loaded = load(&app, &signed).await?;
    let reader = asked.reader(&signed.actor);
    let mut parts: Vec<Html> = Vec::new();
    if loaded.reached.is_empty() {
        let empty = Empty::new("Nobody was referred in the last twelve months.")
            .next("Back to the figures", paths::figures());
        parts.push(empty.into());
    } else {
        parts.push(switch(&paths::reach(), reader));
        parts.push(el("p").child("A difference between groups is a question about the service: who hears of it, who is asked, who can come. It is never a mark for a practice or a group.").into());
        parts.push(counted_on(&loaded, &signed));
        for (dimension, counts) in &loaded.counts {
            parts.push(rules::by(*dimension, &loaded.reached, counts).html(reader));
        }
        let funnel =
            by_practice::practices(&loaded.practices, &loaded.reached, &loaded.of_practices);
        parts.extend(funnel.map(|shown| shown.html(reader)));
    }
    let mut page = signed
        .page("Who is reached")
        .under(paths::figures())
        .body(parts.into_iter().collect::<Html>());
    let own = signed.actor.practice;
    if let Some((_, name)) = loaded.practices.iter().find(|(id, _)| Some(*id) == own) {
        page = page.caption(name);
    }
    Ok(page.into_response())
}

/// Of which day the population counts are, or how to bring some.
fn counted_on(loaded: &Loaded, signed: &Signed) -> Html {
    let days: Vec<Day> = loaded
        .counts
        .iter()
        .flat_map(|(_, counts)| counts.iter().filter_map(|count| count.as_of))
        .collect();
    if loaded.counts.iter().all(|(_, counts)| counts.is_empty()) {
        let empty = Empty::new(
            "There are no population counts yet, so people referred are counted and no rate is given.",
        );
        return if signed.actor.can(Ability::GatherFigures) {
            empty
                .next("Bring in population counts", paths::new_file())
                .into()
        } else {
            empty.into()
        };
    }
    let words = match (days.iter().min(), days.iter().max()) {
        (Some(first), Some(last)) if first != last => format!(
            "Population counts of {} to {}.",
            first.as_uk_date(),
            last.as_uk_date()
        ),
        (Some(day), _) => format!("Population counts of {}.", day.as_uk_date()),
        _ => "Population counts without a day.".to_owned(),
    };
    el("p").class("nhsuk-hint").child(words).into()
}
