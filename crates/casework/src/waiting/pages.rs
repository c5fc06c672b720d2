//! The waiting list's pages: `/waiting`, and taking, giving or sending back
//! one referral.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, once};
use kith_base::{Day, Id, Refusal, WorkingDays};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, InsetText, Table, Tag, TagColour},
    done, el,
    form::{PostButton, Posted},
    go,
    html::{line, link, p},
};
use serde::Deserialize;

use super::{
    form::{AssignForm, DeclineForm, Knows},
    picture::picture,
    store::{self, PAGE, Waiting},
};
use crate::{
    paths,
    referral::{
        self, Act, Referral, State,
        about::{About, look},
        actions::{Step, Terms},
    },
};

/// What the audit trail says of somebody who opens one of these pages.
const LOOK: &str = "see a referral";

/// The routes of the waiting list.
#[must_use]
pub fn routes() -> Routes {
    let take = Needs::Can(Ability::TakeReferral);
    let assign = Needs::Can(Ability::AssignReferral);
    Routes::new()
        .get("/waiting", Needs::Can(Ability::TakeReferral), list)
        .post("/referrals/{id}/take", take, take_on)
        .get("/referrals/{id}/decline", take, decline_form)
        .post("/referrals/{id}/decline", take, decline)
        .get("/referrals/{id}/assign", assign, assign_form)
        .post("/referrals/{id}/assign", assign, assign_to)
}

/// Which page of the list: after which referral.
#[derive(Deserialize)]
struct Ask {
    after: Option<Id<Referral>>,
}

async fn list(app: App, signed: Signed, Query(ask): Query<Ask>) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::TakeReferral)?;
    let (mut rows, count, came) = app
        .db
        .read(async |tx| -> kith_db::Outcome<_> {
            let rows = store::list(tx, &scope, ask.after).await?;
            let count = store::count(tx, &scope).await?;
            Ok((rows, count, store::came(tx, &scope).await?))
        })
        .await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows.last().map(|row| row.id);
    let body: Html = if rows.is_empty() {
        Empty::new("Nobody is waiting.")
            .next("See your caseload", paths::caseload())
            .into()
    } else {
        let late = match count.late {
            0 => "nobody past their day".to_owned(),
            1 => "1 person past their day".to_owned(),
            late => format!("{late} people past their day"),
        };
        let next = last.filter(|_| more).map(|last| {
            p(link(
                format!("{}?after={last}", paths::waiting()),
                "Next page",
            ))
        });
        [
            p(format!("{} waiting, {late}.", count.all_waiting)),
            table(&signed, &rows),
            next.unwrap_or_default(),
            shape(&signed, &came),
        ]
        .into_iter()
        .collect()
    };
    Ok(signed
        .page("Waiting")
        .compact()
        .under(paths::waiting())
        .body(body)
        .into_response())
}

/// The picture of those who wait; it stands under the list, which comes first.
fn shape(signed: &Signed, came: &[store::Came]) -> Html {
    let settings = &signed.settings;
    let today = signed.actor.today();
    picture(came, &settings.working, today, settings.take_on_days)
}

fn table(signed: &Signed, rows: &[Waiting]) -> Html {
    let takes = signed.actor.role == kith_access::Role::LinkWorker;
    let assigns = signed.actor.can(Ability::AssignReferral) && !takes;
    let lines = rows.iter().map(|row| {
        let take = || {
            PostButton::new(
                paths::take(row.id),
                &signed.token(),
                Button::new("Take").small(true),
            )
            .with("version", row.version.to_string())
            .with("back", "waiting")
        };
        let assign = || link(paths::assign(row.id), "Give to a link worker");
        let first: Html = if takes {
            take().into()
        } else if assigns {
            assign()
        } else {
            Html::default()
        };
        let act: Html = [first, " ".into(), link(paths::decline(row.id), "Send back")]
            .into_iter()
            .collect();
        vec![
            Cell::new(row.who.cell()),
            Cell::new(age(&signed.settings.working, row, signed.actor.today())),
            Cell::new(row.main_need.to_string()),
            Cell::new(from(row)),
            Cell::new(row.who.flags()),
            Cell::new(act).block(true),
        ]
    });
    Table::new()
        .caption("People who wait, the longest wait first")
        .caption_classes("nhsuk-u-visually-hidden")
        .head(
            ["Person", "Waiting", "Main need", "From", "Flags", "Do"]
                .map(Column::from)
                .to_vec(),
        )
        .rows(lines.collect::<Vec<_>>())
        .long(true)
        .into()
}

fn from(row: &Waiting) -> Html {
    let practice = row
        .practice_name
        .as_ref()
        .map(|name| line(name.to_string()));
    [
        Html::from(row.referrer_name.to_string()),
        practice.unwrap_or_default(),
    ]
    .into_iter()
    .collect()
}

/// When somebody came for whom no working day has passed: today, or, over a
/// weekend, a day that is named.
fn came(on: Day, today: Day) -> String {
    match today.days_since(on) {
        0 => "came today".to_owned(),
        1..=6 => format!("came {}", on.weekday()),
        _ => format!("came {}", on.as_uk_date()),
    }
}

/// How long somebody has waited, and whether their day has passed: in words.
fn age(work: &WorkingDays, row: &Waiting, today: Day) -> Html {
    let days = work.between(row.received_on, today);
    let words = match days {
        0 => came(row.received_on, today),
        1 => "1 working day".to_owned(),
        days => format!("{days} working days"),
    };
    let late = row.next_on < today;
    let tag = if row.state == State::NeedsWorker {
        Some(Tag::new("Needs a link worker").colour(TagColour::Orange))
    } else if late {
        Some(Tag::new("Past their day").colour(TagColour::Red))
    } else {
        None
    };
    let by = el("span")
        .class("kith-line")
        .child(format!("by {}", row.next_on.as_uk_date()));
    [
        Html::from(words),
        by.into(),
        tag.map(|tag| Html::from(&tag)).unwrap_or_default(),
    ]
    .into_iter()
    .collect()
}

async fn take_on(app: App, signed: Signed, Path(id): Path<Id<Referral>>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    if actor.role != kith_access::Role::LinkWorker {
        return Err(
            Refusal::not_allowed("Only a link worker takes a referral on")
                .try_next("Give it to a link worker instead")
                .into(),
        );
    }
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let version = posted.text("version").parse().ok();
    // From the list one goes on with the list.
    let in_list = posted.text("back") == "waiting";
    let went = app
        .db
        .act(async |tx| -> kith_db::Outcome<String> {
            let step = Step {
                referral: id,
                version,
                act: Act::Take(actor.account),
                note: None,
            };
            let scope = actor.scope(Ability::TakeReferral)?;
            let case = referral::store::case(tx, &scope, id)
                .await?
                .ok_or_else(Refusal::not_found)?;
            // A second press of the same button is sent on: it has been done.
            let to = match in_list {
                true => paths::waiting(),
                false => paths::person(case.person),
            };
            if let Once::Again(first) = once(tx, actor, &posted, &to).await? {
                return Ok(first);
            }
            if let Some(holder) = &case.owner_name {
                return Err(taken_by(holder).into());
            }
            referral::actions::step(tx, &terms, actor, Ability::TakeReferral, step, actor.now)
                .await?;
            Ok(to)
        })
        .await?;
    Ok(done(
        &went,
        "You have taken this person on. They stand on your day as new: their first contact is next",
    ))
}

fn taken_by(holder: &str) -> Refusal {
    Refusal::conflict(format!("{holder} has already taken this person on"))
        .try_next("Go back to the waiting list")
}

fn decline_page(signed: &Signed, about: &About, form: &DeclineForm) -> Response {
    let said = InsetText::new(
        "The practice must acknowledge what you write here, and can see who wrote it. Nobody is sent back in silence: if the person does not know yet, telling them becomes your task.",
    );
    let fields = [
        form.version(),
        form.reason(),
        form.next_step(),
        form.person_knows(),
    ];
    let button = Button::warning("Send back").prevent_double_click(true);
    let sheet = form
        .open(paths::decline(about.case.id), &signed.token())
        .sheet(fields, button);
    about
        .page(signed, "Send a referral back")
        .back(paths::waiting())
        .errors(form.errors())
        .body(Html::from(&said).and(sheet))
        .into_response()
}

async fn decline_form(app: App, signed: Signed, Path(id): Path<Id<Referral>>) -> Answer {
    let about = look(&app, &signed, Ability::TakeReferral, id, LOOK).await?;
    let mut form = DeclineForm::blank();
    form.version.fill(&about.case.version);
    Ok(decline_page(&signed, &about, &form))
}

async fn decline(app: App, signed: Signed, Path(id): Path<Id<Referral>>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let cmd = match DeclineForm::blank().check(&posted) {
        Ok(cmd) => cmd,
        Err(form) => {
            let about = look(&app, &signed, Ability::TakeReferral, id, LOOK).await?;
            return Ok(decline_page(&signed, &about, &form));
        }
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let act = Act::Decline {
        reason: cmd.reason,
        next: cmd.next_step.clone(),
        person_knows: cmd.person_knows == Knows::Told,
    };
    let again = app
        .db
        .act(async |tx| -> kith_db::Outcome<bool> {
            if let Once::Again(_) = once(tx, actor, &posted, &paths::waiting()).await? {
                return Ok(true);
            }
            let step = Step {
                referral: id,
                version: Some(cmd.version),
                act: act.clone(),
                note: Some(cmd.next_step.clone()),
            };
            referral::actions::step(tx, &terms, actor, Ability::TakeReferral, step, actor.now)
                .await?;
            Ok(false)
        })
        .await?;
    if again {
        return Ok(go(&paths::waiting()));
    }
    Ok(done(
        &paths::waiting(),
        "Sent back. The practice has been told",
    ))
}

/// The form with everybody it can be given to and what they hold now.
async fn workers_offered(app: &App, signed: &Signed) -> Result<AssignForm, kith_access::Trouble> {
    let scheme = signed.actor.scheme;
    let workers = app
        .db
        .read(async |tx| -> kith_db::Outcome<_> { Ok(store::workers(tx, scheme).await?) })
        .await?;
    let mut form = AssignForm::blank();
    for worker in workers {
        let id = worker.id;
        form.worker.kind.offer(id, id.to_string(), worker.offered());
    }
    Ok(form)
}

fn assign_page(signed: &Signed, about: &About, form: &AssignForm) -> Response {
    let case = &about.case;
    let holder = case
        .owner_name
        .as_ref()
        .map(|name| p(format!("Now with {name}.")));
    let fields = [form.version(), form.worker(), form.summary()];
    let sheet = form
        .open(paths::assign(case.id), &signed.token())
        .sheet(fields, Button::send("Give to this link worker"));
    about
        .page(signed, "Give to a link worker")
        .back(paths::waiting())
        .errors(form.errors())
        .body(holder.unwrap_or_default().and(sheet))
        .into_response()
}

async fn assign_form(app: App, signed: Signed, Path(id): Path<Id<Referral>>) -> Answer {
    let about = look(&app, &signed, Ability::AssignReferral, id, LOOK).await?;
    let mut form = workers_offered(&app, &signed).await?;
    form.version.fill(&about.case.version);
    Ok(assign_page(&signed, &about, &form))
}

async fn assign_to(
    app: App,
    signed: Signed,
    Path(id): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    let offered = workers_offered(&app, &signed).await?;
    let cmd = match offered.check(&posted) {
        Ok(cmd) => cmd,
        Err(form) => {
            let about = look(&app, &signed, Ability::AssignReferral, id, LOOK).await?;
            return Ok(assign_page(&signed, &about, &form));
        }
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let back = if actor.can(Ability::SeeTeam) {
        paths::waiting()
    } else {
        paths::caseload()
    };
    app.db
        .act(async |tx| -> kith_db::Outcome<()> {
            if let Once::Again(_) = once(tx, actor, &posted, &back).await? {
                return Ok(());
            }
            let step = Step {
                referral: id,
                version: Some(cmd.version),
                act: Act::Assign(cmd.worker),
                note: cmd.summary.clone(),
            };
            referral::actions::step(tx, &terms, actor, Ability::AssignReferral, step, actor.now)
                .await?;
            Ok(())
        })
        .await?;
    Ok(done(&back, "Given to the link worker"))
}
