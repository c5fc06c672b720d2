//! The page that says a referral arrived: by when somebody takes it on, what
//! the practice pastes into its own record, and the way back from a mistake.

use askama::Template;
use axum::extract::Path;
use kith_access::{Ability, Answer, App, Signed, audit};
use kith_base::{Id, Refusal, Word};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, InsetText},
};

use super::{Agreed, Case, Referral, Standing, actions::Terms, agency, line, take_back::offers};
use crate::{
    paths,
    person::{self, Identity, banner::banner},
};

#[derive(Template)]
#[template(path = "referral/referred.html")]
struct Referred<'a> {
    case: &'a Case,
    advice: bool,
    nothing_sent: Html,
    take_by: String,
    hears: Vec<String>,
    plain: String,
    copy: Html,
    print: Html,
    mistake: Option<String>,
    again: String,
    there: (String, &'static str),
}

pub(super) async fn referred(
    signed: Signed,
    app: App,
    Path(referral): Path<Id<Referral>>,
) -> Answer {
    let (case, identity) = case_and_person(&signed, &app, referral, "see a sent referral").await?;
    let practice = signed.actor.practice.is_some();
    let scheme = signed.actor.scheme;
    let asked = async |tx: &mut Tx| Outcome::Ok(agency::of(tx, scheme, referral).await?);
    let agency = match practice {
        true => None,
        false => app.db.read(asked).await?,
    };
    let advice = case.standing == Standing::Advice;
    let terms = Terms::of(signed.actor.scheme, &signed.settings)?;
    let plain = for_the_record(&case);
    let view = Referred {
        advice,
        nothing_sent: InsetText::saying(
            "Nothing was sent and nobody will contact the person, because they have not agreed. \
             Your practice can see that you talked about it. Refer them again when they say yes.",
        )
        .into(),
        take_by: terms.promise.take_by(case.received_at.day()).as_uk_date(),
        hears: hears(&case, practice, agency.as_deref()),
        copy: Button::copy("Copy", &*plain).into(),
        print: Button::print("Print this page").into(),
        plain,
        mistake: offers(&signed.actor, &case).then(|| paths::take_back(case.id)),
        again: paths::refer(),
        there: if practice {
            (paths::sent(), "See everything your practice sent")
        } else {
            (paths::person(case.person), "Open the person's record")
        },
        case: &case,
    };
    let title = if advice {
        "Kept as advice: nothing was sent"
    } else {
        "Referral sent"
    };
    let banner = banner(&identity, signed.actor.today());
    Ok(signed
        .page(title)
        .under(paths::refer())
        .banner(banner)
        .view(&view))
}

/// Who hears what comes of it, and how.
fn hears(case: &Case, practice: bool, agency: Option<&str>) -> Vec<String> {
    const WHEN: &str = "when the person is first seen, when they are connected with somebody \
                        local, and when we have finished, or why it came back";
    if practice {
        let nothing = "You do not need to do anything, or chase us.";
        return vec![format!("We will tell you: {WHEN}."), nothing.to_owned()];
    }
    let told = case
        .sent
        .practice
        .map(|_| format!("We will tell the person's practice: {WHEN}."));
    let task = agency.map(|agency| {
        format!(
            "Whoever works with the person gets a task to tell {agency}: when they are first \
             seen, and when we have finished, or why it came back."
        )
    });
    told.into_iter().chain(task).collect()
}

/// What a practice pastes into its own record. Without a clinical code: that
/// belongs to the person's own yes.
fn for_the_record(case: &Case) -> String {
    let needs: Vec<&str> = case.sent.needs.iter().map(|need| need.label()).collect();
    let on = case.received_at.day().as_uk_date();
    let about = needs.join(", ");
    if case.sent.agreed == Agreed::No {
        return format!(
            "Social prescribing talked about on {on} ({about}). The person has not agreed; no referral was sent."
        );
    }
    format!(
        "Referred to social prescribing on {on}, ref {}. About: {about}. The person agreed.",
        case.reference
    )
}

/// A referral and whom it is about, for somebody who may add to it.
pub(super) async fn case_and_person(
    signed: &Signed,
    app: &App,
    referral: Id<Referral>,
    look: &'static str,
) -> Outcome<(Case, Identity)> {
    let actor = &signed.actor;
    app.db
        .act(async |tx| {
            let case = line::to_add_to(tx, actor, referral).await?;
            let scope = actor.scope(Ability::Refer)?;
            let record = person::store::record(tx, &scope, case.person)
                .await?
                .ok_or_else(Refusal::not_found)?;
            let mut identity = record.identity;
            if identity.nhs_number.is_none() && actor.practice.is_some() {
                identity.nhs_number =
                    person::store::doubted_number(tx, &scope, case.person).await?;
            }
            audit::look(tx, actor, case.person, look).await?;
            Ok::<_, Failure<Refusal>>((case, identity))
        })
        .await
}
