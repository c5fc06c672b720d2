//! Several people of a caseload at once: given to another link worker, each
//! by the action that gives one, or listed for paper.

use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Account, Answer, App, Grant, Needs, Once, Routes, Signed, audit, once};
use kith_base::{Id, Line, Refusal, Word};
use kith_db::{Failure, Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Cell, Empty, Table},
    done, el,
    form::{Maybe, Pick, Posted, Text, hidden_field},
    go,
    html::p,
};

use super::{
    ask::Ask,
    chosen::{self, Chosen, MOST},
    store,
};
use crate::{
    booking, paths,
    referral::{
        self, Act, Referral,
        actions::{Step, Terms},
    },
    waiting,
};

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post(
            "/caseload/several",
            Needs::Can(Ability::SeeCaseload),
            several,
        )
        .post(
            "/caseload/several/give",
            Needs::Can(Ability::AssignReferral),
            give,
        )
}

/// Whom several people are given to.
#[derive(Clone, Debug)]
pub struct Give {
    /// To whom.
    pub worker: Id<Account>,
    /// What they should know.
    pub summary: Option<Line>,
}

kith_pages::form! {
    /// Who takes several people over.
    pub GiveForm => Give {
        worker: Pick<Id<Account>> = Pick::empty("Link worker"),
        summary: Maybe<Text<Line>> = Text::new("What should they know?")
            .called("what they should know")
            .hint("The same line for each of them: write it so that it may stand in each record"),
    }
}

/// The referrals that were ticked.
fn ticked(posted: &Posted) -> Vec<Id<Referral>> {
    let ids = posted.all("pick").filter_map(|id| id.parse().ok());
    ids.take(MOST).collect()
}

async fn several(app: App, signed: Signed, Query(ask): Query<Ask>, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let prints = posted.text("press") == "print";
    // What is printed is for those who read the notes; giving needs its own.
    let ability = if prints {
        Ability::SeeNotes
    } else {
        Ability::AssignReferral
    };
    let scope = actor.scope(ability)?;
    let identity = actor.scope(Ability::SeeIdentity)?;
    let people = app
        .db
        .act(async |tx| -> Outcome<_> {
            let ids = if posted.has("all") {
                let page = store::list(tx, &identity, &ask.wanted(actor)).await?;
                page.iter().map(|row| row.id).take(MOST).collect()
            } else {
                ticked(&posted)
            };
            let people = chosen::these(tx, &scope, &ids).await?;
            if prints {
                for one in &people {
                    audit::look(tx, actor, one.who.person_id, "print a list").await?;
                }
            }
            Ok(people)
        })
        .await?;
    if people.is_empty() {
        let empty = Empty::new("Nobody is ticked, so there is nothing to do.")
            .next("Back to the caseload", ask.here(&paths::caseload()));
        return Ok(page(&signed, "Several people", Html::from(empty)));
    }
    if prints {
        return Ok(printed(&signed, &people));
    }
    let form = offered(&app, &signed).await?;
    Ok(confirm(&signed, &people, &form))
}

fn page(signed: &Signed, title: &str, body: impl Into<Html>) -> Response {
    signed
        .page(title)
        .compact()
        .under(paths::caseload())
        .back(paths::caseload())
        .body(body)
        .into_response()
}

/// A list made for paper. Where somebody is whose place is hidden is left out.
fn printed(signed: &Signed, people: &[Chosen]) -> Response {
    let grant = Grant::ordinary(&signed.actor).ok();
    let lines = people.iter().map(|one| {
        let reach = grant.as_ref().and_then(|grant| one.reach.reveal(grant));
        let next = one.next_step.as_deref().unwrap_or("Nothing planned");
        let on = one
            .next_on
            .map(|on| kith_pages::html::line(on.as_uk_date()));
        let last = one.last_contact_at.map(|at| at.day().as_uk_date());
        vec![
            Cell::new(one.who.cell()),
            Cell::new(booking::shown::for_paper(reach)),
            Cell::new(one.main_need.label()),
            Cell::new(Html::from(next).and(on.unwrap_or_default())),
            Cell::new(last.unwrap_or_else(|| "none yet".into())),
            Cell::new(one.who.flags()),
        ]
    });
    let head = [
        "Person",
        "How to reach them",
        "Main need",
        "Next",
        "Last contact",
        "Flags",
    ];
    let table = Table::new()
        .caption(count(people.len()))
        .head(head.map(kith_pages::components::Column::new))
        .rows(lines.collect::<Vec<_>>())
        .responsive(true);
    let words = p("Print it now: the list is not kept. That you made it stands in each record.");
    let body = Html::from(Button::print("Print this list"))
        .and(words)
        .and(Html::from(table));
    page(signed, "List of people", body)
}

fn count(people: usize) -> String {
    match people {
        1 => "1 person".into(),
        many => format!("{many} people"),
    }
}

async fn offered(app: &App, signed: &Signed) -> Result<GiveForm, kith_access::Trouble> {
    let scheme = signed.actor.scheme;
    let workers = app
        .db
        .read(async |tx| -> Outcome<_> { Ok(waiting::store::workers(tx, scheme).await?) })
        .await?;
    let mut form = GiveForm::blank();
    for worker in workers {
        let id = worker.id;
        form.worker.kind.offer(id, id.to_string(), worker.offered());
    }
    Ok(form)
}

/// The names, once more, before they are given.
fn confirm(signed: &Signed, people: &[Chosen], form: &GiveForm) -> Response {
    let names = people
        .iter()
        .map(|one| Html::from(el("li").child(one.who.cell())));
    let names = el("ul").class("nhsuk-list").children(names);
    let picks = people.iter().flat_map(|one| {
        [
            Html::from(hidden_field("pick", &one.id.to_string())),
            Html::from(hidden_field("version", &one.version.to_string())),
        ]
    });
    let give = Button::send(format!("Give {} to this link worker", count(people.len())));
    let fields = picks.chain([form.worker(), form.summary()]);
    let sheet = form
        .open(paths::give_several(), &signed.token())
        .sheet(fields, give);
    signed
        .page("Give several people to a link worker")
        .reading()
        .under(paths::caseload())
        .back(paths::caseload())
        .errors(form.errors())
        .body(Html::from(names).and(sheet))
        .into_response()
}

/// Somebody who could not be given, and why.
struct NotGiven {
    who: Html,
    why: String,
}

async fn give(app: App, signed: Signed, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::AssignReferral)?;
    let ids = ticked(&posted);
    let people = app
        .db
        .read(async |tx| -> Outcome<_> { Ok(chosen::these(tx, &scope, &ids).await?) })
        .await?;
    if people.is_empty() {
        return Err(Refusal::not_found().into());
    }
    let cmd = match offered(&app, &signed).await?.check(&posted) {
        Ok(cmd) => cmd,
        Err(form) => return Ok(confirm(&signed, &people, &form)),
    };
    let versions: Vec<i64> = posted
        .all("version")
        .map(|version| version.parse().unwrap_or_default())
        .collect();
    let seen = |id: Id<Referral>| {
        let at = ids.iter().position(|known| *known == id);
        at.and_then(|at| versions.get(at).copied())
            .unwrap_or_default()
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    let not_given = app
        .db
        .act(async |tx| -> Outcome<Option<Vec<NotGiven>>> {
            if let Once::Again(_) = once(tx, actor, &posted, &paths::caseload()).await? {
                return Ok(None);
            }
            let mut not_given = Vec::new();
            for one in &people {
                let step = give_one(one, seen(one.id), &cmd);
                if let Err(why) = given(tx, &terms, &signed, step).await? {
                    let who = one.who.cell();
                    not_given.push(NotGiven { who, why });
                }
            }
            Ok(Some(not_given))
        })
        .await?;
    match not_given {
        None => Ok(go(&paths::caseload())),
        Some(left) if left.is_empty() => {
            let words = format!("{} given to the link worker", count(people.len()));
            Ok(done(&paths::caseload(), &words))
        }
        Some(left) => Ok(some_left(&signed, people.len() - left.len(), &left)),
    }
}

fn give_one(one: &Chosen, version: i64, cmd: &Give) -> Step {
    Step {
        referral: one.id,
        version: Some(version),
        act: Act::Assign(cmd.worker),
        note: cmd.summary.clone(),
    }
}

/// Gives one of them; a refusal is the answer for that one alone.
async fn given(
    tx: &mut Tx,
    terms: &Terms,
    signed: &Signed,
    step: Step,
) -> Outcome<Result<(), String>> {
    let actor = &signed.actor;
    match referral::actions::step(tx, terms, actor, Ability::AssignReferral, step, actor.now).await
    {
        Ok(_) => Ok(Ok(())),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal.to_string())),
        Err(failure) => Err(failure),
    }
}

/// Who was not given and why; the others were.
fn some_left(signed: &Signed, given: usize, left: &[NotGiven]) -> Response {
    let lines = left
        .iter()
        .map(|one| vec![Cell::new(one.who.clone()), Cell::new(&*one.why)]);
    let table = Table::new()
        .caption("Not given")
        .head(["Person", "Why"].map(kith_pages::components::Column::new))
        .rows(lines.collect::<Vec<_>>())
        .responsive(true);
    let words = format!(
        "{} given to the link worker. {} not: open each to see where they stand, then try again.",
        count(given),
        count(left.len())
    );
    signed
        .page("Some were not given")
        .compact()
        .status(StatusCode::CONFLICT)
        .under(paths::caseload())
        .back(paths::caseload())
        .body(p(words).and(Html::from(table)))
        .into_response()
}
