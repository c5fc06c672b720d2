//! The referral form for paper, for the hours in which Kith cannot be reached:
//! printed beforehand, filled in with a pen, and typed in afterwards. It is made
//! of the same fields as the form on the screen, so that the two cannot part.

use axum::response::IntoResponse;
use kith_access::{Answer, Signed};
use kith_pages::{
    Html,
    components::{Button, InsetText},
    el,
    html::p,
};

use super::form::ReferForm;
use crate::paths;

/// Every field of the form, in its order; those for whoever is of no practice
/// only where they are asked.
fn fields(form: &ReferForm, elsewhere: bool) -> Html {
    let who = [
        form.nhs_number.on_paper(),
        form.given.on_paper(),
        form.family.on_paper(),
        form.born.on_paper(),
        form.postcode.on_paper(),
        form.phone.on_paper(),
        form.gender.on_paper(),
        form.ethnicity.on_paper(),
    ];
    let from = [
        form.practice.on_paper(),
        form.asked_by.on_paper(),
        form.tell_practice.on_paper(),
    ];
    let what = [
        form.main.on_paper(),
        form.also.on_paper(),
        form.told.on_paper(),
        form.agreed.on_paper(),
        form.why.on_paper(),
    ];
    let from = from.into_iter().filter(|_| elsewhere);
    who.into_iter().chain(from).chain(what).collect()
}

/// Where the sheet goes, and what must not wait for it.
fn how(reach_us: &str) -> Html {
    let to = match reach_us {
        "" => p(
            "Ring the social prescribing service and ask where to send this sheet. Do not leave it lying about.",
        ),
        words => {
            p("Send this sheet to the social prescribing service, and do not leave it lying about:")
                .and(el("p").class("kith-words").child(words))
        }
    };
    let danger = "Is somebody in danger or being harmed? Do not wait: ring the safeguarding lead. \
                  In an emergency, ring 999.";
    to.and(InsetText::saying(danger))
}

/// Who filled it in, and when: the screen knows, a sheet does not.
fn signature() -> Html {
    let asked = [
        "Your name and practice",
        "Today's date",
        "Typed into Kith on, and by whom",
    ];
    let line = |words| {
        el("div")
            .class("kith-on-paper")
            .child(el("p").child(el("strong").child(words)))
            .child(el("div").class("kith-pen"))
    };
    asked
        .map(|words| Html::from(line(words)))
        .into_iter()
        .collect()
}

pub(super) async fn paper(signed: Signed) -> Answer {
    let form = ReferForm::blank();
    let elsewhere = signed.actor.practice.is_none();
    let body = [
        p(Html::from(Button::print("Print this form"))),
        how(&signed.settings.reach_us),
        fields(&form, elsewhere),
        signature(),
    ];
    Ok(signed
        .page("Referral form for paper")
        .under(paths::refer())
        .back(paths::refer())
        .body(body.into_iter().collect::<Html>())
        .into_response())
}
