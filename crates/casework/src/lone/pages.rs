//! `/people/{person}/visits`: that nobody visits somebody alone, and its
//! history.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, audit, once};
use kith_base::{Day, Id, Kind, Line};
use kith_db::{Failure, Outcome};
use kith_pages::{
    Html,
    components::{Button, Empty, InsetText},
    done, el, form,
    form::{Date, Hidden, Posted, Text},
    html::p,
};

use super::{
    actions,
    store::{self, Earlier},
};
use crate::{
    paths,
    person::{Identity, LoneWorking, Person, banner::banner},
};

/// The routes of lone working.
#[must_use]
pub fn routes() -> Routes {
    let may = Needs::Can(Ability::NameRestricted);
    Routes::new()
        .get("/people/{person}/visits", may, show)
        .post("/people/{person}/visits", may, set)
        .post("/people/{person}/visits/lift", may, lift)
}

/// Saying it.
struct Setting {
    why: Line,
    review_on: Day,
    version: i64,
}

form! {
    /// That nobody visits them alone.
    SetForm => Setting {
        why: Text<Line> = Text::new("Why does nobody visit them alone?").called("why nobody visits them alone")
            .hint("One line, for example what happened and what to do instead. It stands on the person's page and on the sheets for a visit"),
        review_on: Date = Date::new("Look at it again by").called("the day to look at it again")
            .hint("Within a year. It then stands among somebody's tasks"),
        version: Hidden<i64> = Hidden::new("Open the page again: the form was incomplete"),
    }
}

/// Lifting it.
struct Lifting {
    reason: Line,
    version: i64,
}

form! {
    /// That somebody may visit them alone again.
    LiftForm => Lifting {
        reason: Text<Line> = Text::new("Why may somebody visit them alone again?")
            .called("why somebody may visit them alone again"),
        version: Hidden<i64> = Hidden::new("Open the page again: the form was incomplete"),
    }
}

struct Opened {
    who: Identity,
    history: Vec<Earlier>,
}

async fn open(signed: &Signed, app: &App, person: Id<Person>) -> Result<Opened, Trouble> {
    let actor = &signed.actor;
    Ok(app
        .db
        .act(async |tx| -> Outcome<_> {
            let who = actions::open(tx, actor, person).await?;
            audit::look(tx, actor, person, "see whether somebody is visited alone").await?;
            let history = store::history(tx, actor.scheme, person).await?;
            Ok(Opened { who, history })
        })
        .await?)
}

/// What stands there now; a quarter of a year for somebody new.
fn as_it_is(who: &Identity, today: Day) -> SetForm {
    let mut form = SetForm::blank();
    form.version.fill(&who.version);
    form.review_on.fill(&today.plus_days(91));
    if let Some(lone) = &who.lone_working {
        form.why.fill(&lone.why);
    }
    form
}

fn page(
    signed: &Signed,
    opened: &Opened,
    set: Option<&SetForm>,
    lift: Option<&LiftForm>,
) -> Response {
    let (who, today) = (&opened.who, signed.actor.today());
    let errors = set
        .map(SetForm::errors)
        .or_else(|| lift.map(LiftForm::errors));
    let now = match &who.lone_working {
        Some(lone) => InsetText::saying(lone.told(today)).into(),
        None => p("Nothing is said: somebody may visit them alone."),
    };
    let as_it_is = as_it_is(who, today);
    let form = set.unwrap_or(&as_it_is);
    let button = match who.lone_working {
        Some(_) => "Keep it, and look again by then",
        None => "Nobody visits them alone",
    };
    let fields = [form.version(), form.why(), form.review_on()];
    let form = form
        .open(paths::visits(who.id), &signed.token())
        .sheet(fields, Button::send(button));
    let lift = who.lone_working.is_some().then(|| {
        let mut blank = LiftForm::blank();
        blank.version.fill(&who.version);
        let form = lift.unwrap_or(&blank);
        let fields = [form.version(), form.reason()];
        heading("Lift it").and(
            form.open(paths::lift_visits(who.id), &signed.token())
                .sheet(fields, Button::secondary("Somebody may visit them alone")),
        )
    });
    signed
        .page("Lone working")
        .reading()
        .back(paths::person(who.id))
        .banner(banner(who, today))
        .errors(errors.unwrap_or_default())
        .body(
            now.and(form)
                .and(lift.unwrap_or_default())
                .and(history(&opened.history)),
        )
        .into_response()
}

fn heading(words: &'static str) -> Html {
    el("h2").class("nhsuk-heading-m").child(words).into()
}

fn history(all: &[Earlier]) -> Html {
    if all.is_empty() {
        return Empty::new("It was never said of them.").into();
    }
    let lines = all.iter().map(|one| {
        let what = match one.review_on {
            Some(on) => format!("set, to be looked at by {}", on.as_uk_date()),
            None => "lifted".to_owned(),
        };
        let at = one.at.as_uk_moment();
        el("li").child(format!("{at}, {}: {what}. {}", one.by_name, one.why))
    });
    heading("Who set and lifted it, and why").and(el("ul").class("nhsuk-list").children(lines))
}

async fn show(signed: Signed, app: App, Path(person): Path<Id<Person>>) -> Answer {
    let opened = open(&signed, &app, person).await?;
    Ok(page(&signed, &opened, None, None))
}

async fn set(signed: Signed, app: App, Path(person): Path<Id<Person>>, posted: Posted) -> Answer {
    let setting = match SetForm::blank().check(&posted) {
        Ok(setting) => setting,
        Err(form) => {
            let opened = open(&signed, &app, person).await?;
            return Ok(page(&signed, &opened, Some(&form), None));
        }
    };
    let (why, review_on) = (setting.why, setting.review_on);
    let (actor, lone) = (&signed.actor, LoneWorking { why, review_on });
    let saved = app
        .db
        .act(async |tx| -> Outcome<()> {
            if once(tx, actor, &posted, &paths::visits(person)).await? != Once::First {
                return Ok(());
            }
            actions::set(tx, actor, person, setting.version, &lone).await
        })
        .await;
    match saved {
        Ok(()) => Ok(done(&paths::visits(person), "Saved")),
        Err(Failure::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = SetForm::blank().kept(&posted);
            form.refuse(&refusal);
            let opened = open(&signed, &app, person).await?;
            Ok(page(&signed, &opened, Some(&form), None))
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn lift(signed: Signed, app: App, Path(person): Path<Id<Person>>, posted: Posted) -> Answer {
    let lifting = match LiftForm::blank().check(&posted) {
        Ok(lifting) => lifting,
        Err(form) => {
            let opened = open(&signed, &app, person).await?;
            return Ok(page(&signed, &opened, None, Some(&form)));
        }
    };
    let actor = &signed.actor;
    app.db
        .act(async |tx| -> Outcome<()> {
            if once(tx, actor, &posted, &paths::visits(person)).await? != Once::First {
                return Ok(());
            }
            actions::lift(tx, actor, person, lifting.version, &lifting.reason).await
        })
        .await?;
    Ok(done(&paths::visits(person), "Lifted"))
}
