//! Finding one of the practice's referrals: by its reference, by the NHS number
//! as the practice gave it, or by name and birth date as in every search. What
//! was typed is a name, so it is posted and stands in no address.

use axum::response::IntoResponse;
use kith_access::{
    Ability, Answer, App, Scope, Signed,
    audit::{self, Entry},
};
use kith_base::{Line, NhsNumber};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html, Page,
    components::{Button, Empty},
    form,
    form::{Posted, Text},
    html::p,
};

use super::{SentLine, Shown, pages::table, store};
use crate::{caseload::search, paths};

/// What somebody looks for.
pub struct Sought {
    /// As they typed it.
    pub q: Line,
}

form! {
    /// The search of what was sent.
    pub FindForm => Sought {
        q: Text<Line> = Text::new("Find a referral")
            .called("a name or a reference")
            .hint("A name, date of birth, NHS number or reference").width(20),
    }
}

/// The search as it stands on a page.
pub(super) fn sheet(signed: &Signed, form: &FindForm) -> Html {
    form.open(paths::find_sent(), &signed.token())
        .sheet([form.q()], Button::secondary("Find").small(true))
}

/// Shows the referrals that fit.
pub(super) async fn find(signed: Signed, app: App, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::AnswerMessages)?;
    let sought = match FindForm::blank().check(&posted) {
        Ok(sought) => sought,
        Err(form) => {
            let page = page(&signed, &form).body(sheet(&signed, &form));
            return Ok(page.into_response());
        }
    };
    let (lines, more) = app
        .db
        .act(async |tx| -> Outcome<_> {
            let found = fitting(tx, &scope, &sought.q).await?;
            let entry = Entry {
                action: "search for people",
                object_kind: "search",
                ..Entry::default()
            };
            audit::record(tx, actor, entry).await?;
            Ok(found)
        })
        .await?;
    let form = FindForm::blank().kept(&posted);
    let many = more.then(|| p("More fit than are shown: narrow it with another word."));
    let found = if lines.is_empty() {
        Empty::new("None of your practice's referrals fits.")
            .next("See everything you sent", paths::sent())
            .into()
    } else {
        table(&lines, Shown::All)
    };
    let body = sheet(&signed, &form)
        .and(many.unwrap_or_default())
        .and(found);
    Ok(page(&signed, &form).body(body).into_response())
}

fn page(signed: &Signed, form: &FindForm) -> Page {
    signed
        .page("Find a referral")
        .compact()
        .back(paths::sent())
        .under(paths::sent())
        .errors(form.errors())
}

/// The referrals that fit, the newest first, and whether there are more.
async fn fitting(
    tx: &mut Tx,
    scope: &Scope,
    typed: &str,
) -> Result<(Vec<SentLine>, bool), sqlx::Error> {
    let number = typed.parse::<NhsNumber>().ok();
    let exactly = store::exactly(tx, scope, reference(typed), number.as_ref()).await?;
    // The number is held against what the practice gave, doubted or not: the
    // search of people would tell the two apart.
    if number.is_some() || !exactly.0.is_empty() {
        return Ok(exactly);
    }
    let found = search::find(tx, scope, typed).await?;
    let people: Vec<_> = found.people.iter().map(|one| one.who.person_id).collect();
    let (lines, more) = store::of_people(tx, scope, &people).await?;
    Ok((lines, more || found.too_many))
}

/// A reference as it is kept, `K7Q-2M9-X4B`, however it was typed.
fn reference(typed: &str) -> Option<String> {
    let kept: Vec<char> = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_uppercase)
        .collect();
    let groups: Vec<String> = kept.chunks(3).map(|three| three.iter().collect()).collect();
    (kept.len() == 9).then(|| groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_may_be_typed_without_hyphens_and_in_small_letters() {
        for typed in ["K7Q-2M9-X4B", "k7q2m9x4b", " k7q 2m9 x4b "] {
            assert_eq!(reference(typed).as_deref(), Some("K7Q-2M9-X4B"), "{typed}");
        }
        for typed in ["K7Q-2M9", "999 123 4567", "Thistle"] {
            assert_eq!(reference(typed), None, "{typed}");
        }
    }
}
