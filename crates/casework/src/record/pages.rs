//! The record's page and the shared plan for paper. Which parts are shown is
//! decided once, from what the actor's scopes reach; the parts themselves are
//! in `view` and in the templates.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Actor, Answer, App, Grant, Needs, Reach, Restricted, Role, Routes, Signed, Trouble,
    audit,
    who::{HIDDEN, is_in_scope},
};
use kith_base::{Id, Refusal, Word};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, InsetText, SummaryList, SummaryRow, Tab, Table, Tabs},
    el,
    form::FormToken,
    html::{link, p},
};

use super::{
    activity,
    store::{self, Looked, Told},
    timeline,
    view::{self, CaseView},
};
use crate::{
    contact::{
        self,
        kept::{self, NoteView},
        pages::DRAFT,
        store::Kept,
    },
    draft::{self, store::Draft},
    paths,
    person::{
        self, Identity, Person, Record,
        arriving::{Given, given},
        banner::banner,
        earlier::{self, Change, Earlier},
        pages::{earlier_table, place_rows},
        risk,
    },
    referral::{self, Case, State},
    tag::{self, Tag},
    task::{self, store::Listed},
};

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/people/{person}", Needs::Can(Ability::SeeIdentity), show)
        .get("/people/{person}/plan", Needs::Can(Ability::SeeNotes), plan)
}

/// How many contacts the page holds: some years of them.
const MOST_CONTACTS: i64 = 100;

/// What the page is made of.
struct Whole {
    record: Record,
    cases: Vec<Case>,
    /// How to reach them, as referrals gave it otherwise.
    given: Restricted<Vec<Given>>,
    /// The actor may write notes about this person.
    writes: bool,
    /// The actor may put tags on them.
    tags: bool,
    /// The actor may hide where they are, and say who may open the record.
    guards: bool,
    /// None when the actor may not read notes about this person.
    inside: Option<Inside>,
}

/// What only those see who may read notes.
struct Inside {
    contacts: Vec<Kept>,
    tasks: Vec<Listed>,
    told: Vec<Told>,
    events: Vec<timeline::Event>,
    draft: Option<Draft>,
    risks: Vec<risk::Earlier>,
    earlier: Earlier,
    tags: Vec<Tag>,
    /// None when the actor may not see who looked.
    looked: Option<Vec<Looked>>,
}

async fn load(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<Whole> {
    // A practice reads what it sent, and what came of it, on its own pages.
    if actor.role == Role::Practice {
        return Err(Refusal::not_found().into());
    }
    let scope = actor.scope(Ability::SeeIdentity)?;
    let record = person::store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let cases = referral::store::of_person(tx, &scope, person).await?;
    let given = given(tx, &scope, &record.identity).await?;
    let writes = reaches(tx, actor, Ability::WriteContact, person).await?;
    let tags = writes || actor.reach(Ability::TagPeople) == Reach::Scheme;
    let guards = reaches(tx, actor, Ability::NameRestricted, person).await?;
    let notes = writes || reaches(tx, actor, Ability::SeeNotes, person).await?;
    let inside = match notes {
        true => Some(inside(tx, actor, &record.identity, writes).await?),
        false => None,
    };
    Ok(Whole {
        record,
        cases,
        given,
        writes,
        tags,
        guards,
        inside,
    })
}

async fn reaches(
    tx: &mut Tx,
    actor: &Actor,
    ability: Ability,
    person: Id<Person>,
) -> Outcome<bool> {
    if !actor.can(ability) {
        return Ok(false);
    }
    is_in_scope(tx, &actor.scope(ability)?, person).await
}

async fn inside(tx: &mut Tx, actor: &Actor, who: &Identity, writes: bool) -> Outcome<Inside> {
    let scope = actor.scope(Ability::SeeNotes)?;
    let person = who.id;
    let contacts = contact::store::of_person(tx, &scope, person, MOST_CONTACTS).await?;
    let tasks = task::store::of_person(tx, &scope, person, actor.today().start()).await?;
    let moves = store::moves(tx, &scope, person).await?;
    let told = store::told(tx, &scope, person).await?;
    let draft = draft::store::one(tx, actor, DRAFT, person).await?;
    let risks = risk::of_person(tx, &scope, person).await?;
    let earlier = earlier::of_person(tx, &scope, who).await?;
    let tags = tag::store::of_person(tx, &scope, person).await?;
    let may_see_looks = writes || actor.reach(Ability::SeeAudit) == Reach::Scheme;
    let looked = match may_see_looks {
        true => Some(store::looked(tx, &scope, person).await?),
        false => None,
    };
    let events = timeline::events(&contacts, &moves, &told);
    Ok(Inside {
        contacts,
        tasks,
        told,
        events,
        draft,
        risks,
        earlier,
        tags,
        looked,
    })
}

async fn show(app: App, signed: Signed, Path(person): Path<Id<Person>>) -> Answer {
    let whole = app
        .db
        .act(async |tx| {
            let whole = load(tx, &signed.actor, person).await?;
            audit::look(tx, &signed.actor, person, "see a record").await?;
            Ok(whole)
        })
        .await?;
    let who = &whole.record.identity;
    let page = signed
        .page(who.spoken_name())
        .compact()
        .under(paths::caseload())
        .banner(banner(who, signed.actor.today()));
    if let Some(kept) = who.merged_into {
        let words: Html = [
            "This record is now part of another one. ".into(),
            link(paths::person(kept), "Open that record"),
        ]
        .into_iter()
        .collect();
        return Ok(page
            .body(Html::from(InsetText::saying(words)))
            .into_response());
    }
    let token = signed.token();
    let body = match &whole.inside {
        Some(inside) => whole_body(&signed, &whole, inside, &token)?,
        None => outside(&signed.actor, &whole, &token)?,
    };
    Ok(page.body(body).into_response())
}

#[derive(askama::Template)]
#[template(path = "record/outside.html")]
struct Outside {
    cases: Vec<CaseView>,
    owner: Option<String>,
    break_glass: Option<String>,
    guard: Option<String>,
}

/// What a colleague sees who is not assigned, and how they would be.
fn outside(actor: &Actor, whole: &Whole, token: &FormToken) -> Result<Html, Trouble> {
    let cases = whole
        .cases
        .iter()
        .map(|case| view::case(case, actor, token, false, false));
    let owner = whole
        .cases
        .iter()
        .find(|case| case.standing.owner().is_some());
    let view = Outside {
        cases: cases.collect(),
        owner: owner
            .and_then(|case| case.owner_name.as_ref())
            .map(ToString::to_string),
        break_glass: actor
            .can(Ability::BreakGlass)
            .then(|| paths::break_glass(whole.record.identity.id)),
        guard: whole
            .guards
            .then(|| paths::sensitive(whole.record.identity.id)),
    };
    rendered(&view)
}

fn rendered(template: &impl askama::Template) -> Result<Html, Trouble> {
    Html::template(template).map_err(Trouble::fault)
}

fn whole_body(
    signed: &Signed,
    whole: &Whole,
    inside: &Inside,
    token: &FormToken,
) -> Result<Html, Trouble> {
    let actor = &signed.actor;
    let mut tabs = vec![
        Tab::new("Summary", summary(actor, whole, inside, token)?).id("summary"),
        Tab::new("Contacts", contacts(whole, inside)?).id("contacts"),
        Tab::new("Referrals", referrals(actor, whole, token)?).id("referrals"),
        Tab::new("Over time", over_time(inside)).id("over-time"),
        Tab::new("Details", details(actor, whole)).id("details"),
        Tab::new("Papers", papers(actor, whole)).id("papers"),
    ];
    if let Some(looked) = &inside.looked {
        tabs.push(Tab::new("Activity", activity::table(looked)).id("activity"));
    }
    Ok(Tabs::new(tabs).id("record").into())
}

#[derive(askama::Template)]
#[template(path = "record/summary.html")]
struct Summary {
    matters: Option<String>,
    new_note: Option<String>,
    draft: Option<String>,
    steps: Html,
    current: Option<CaseView>,
    withdrawn: bool,
    tags: String,
    change_tags: Option<String>,
    tasks: Vec<TaskView>,
    last: Vec<NoteView>,
}

struct TaskView {
    what: String,
    about: String,
    done: bool,
    button: Html,
}

fn summary(
    actor: &Actor,
    whole: &Whole,
    inside: &Inside,
    token: &FormToken,
) -> Result<Html, Trouble> {
    let current = whole
        .cases
        .iter()
        .find(|case| case.standing.state().is_unfinished());
    let met = current.filter(|case| matches!(case.standing.state(), State::Taken | State::Open));
    let today = actor.today();
    let tasks = inside.tasks.iter().map(|task| TaskView {
        what: task.what.clone(),
        about: format!(
            "{}, by {}{}",
            task.owner_name.as_ref().map_or_else(
                || task.who.to_string(),
                |name| format!("{} ({name})", task.who)
            ),
            task.due_on.as_uk_date(),
            if task.done_at.is_none() && task.due_on < today {
                " – overdue"
            } else {
                ""
            },
        ),
        done: task.done_at.is_some(),
        button: task::pages::button(task, token, false),
    });
    let view = Summary {
        matters: whole.record.matters.clone(),
        new_note: met
            .filter(|_| whole.writes)
            .map(|case| paths::new_contact(case.person)),
        draft: inside
            .draft
            .as_ref()
            .map(|draft| draft.saved_at.as_uk_moment()),
        steps: met
            .filter(|_| whole.writes)
            .map(|case| view::first_steps(case, &whole.record))
            .unwrap_or_default(),
        current: current.map(|case| view::case(case, actor, token, whole.writes, true)),
        withdrawn: whole.record.identity.no_longer_agrees.is_some(),
        tags: inside
            .tags
            .iter()
            .map(|tag| &*tag.words)
            .collect::<Vec<_>>()
            .join(", "),
        change_tags: whole.tags.then(|| paths::tags(whole.record.identity.id)),
        tasks: tasks.collect(),
        last: inside.contacts.iter().take(3).map(kept::view).collect(),
    };
    rendered(&view)
}

#[derive(askama::Template)]
#[template(path = "record/contacts.html")]
struct Contacts {
    notes: Vec<NoteView>,
    new_note: Option<String>,
}

fn contacts(whole: &Whole, inside: &Inside) -> Result<Html, Trouble> {
    rendered(&Contacts {
        notes: inside.contacts.iter().map(kept::view).collect(),
        new_note: whole
            .writes
            .then(|| paths::new_contact(whole.record.identity.id)),
    })
}

#[derive(askama::Template)]
#[template(path = "record/referrals.html")]
struct Referrals {
    cases: Vec<CaseView>,
}

fn referrals(actor: &Actor, whole: &Whole, token: &FormToken) -> Result<Html, Trouble> {
    let cases = whole
        .cases
        .iter()
        .map(|case| view::case(case, actor, token, whole.writes, true));
    rendered(&Referrals {
        cases: cases.collect(),
    })
}

fn over_time(inside: &Inside) -> Html {
    let told = inside.told.iter().fold(
        Table::new()
            .caption("What the practice was told")
            .responsive(true)
            .head(["When", "About", "Words", "To do", "Filed"]),
        |table, told| {
            let code = told
                .code
                .as_ref()
                .map(|code| format!(" (code {code})"))
                .unwrap_or_default();
            table.row([
                told.made_at.as_uk_moment(),
                told.stage.to_string(),
                format!("{}{code}", told.words),
                told.to_do.clone().unwrap_or_else(|| "Nothing".into()),
                match told.filed_at {
                    Some(at) => at.day().as_uk_date(),
                    None if told.stage.is_to_file() => "Not yet".into(),
                    None => "Nothing to file".into(),
                },
            ])
        },
    );
    let told = if inside.told.is_empty() {
        Html::default()
    } else {
        told.into()
    };
    [heading("Over time"), timeline::show(&inside.events), told]
        .into_iter()
        .collect()
}

fn heading(words: &str) -> Html {
    el("h2").class("nhsuk-heading-m").child(words).into()
}

fn details(actor: &Actor, whole: &Whole) -> Html {
    let record = &whole.record;
    let who = record.identity.id;
    let place = Grant::ordinary(actor).ok().and_then(|grant| {
        let place = record.place.reveal(&grant)?;
        Some(place_rows(place, whole.given.reveal(&grant)))
    });
    let place = place.unwrap_or_else(|| {
        let see = actor
            .can(Ability::SeeLocation)
            .then(|| link(paths::place(who), "Show where they live"));
        let words = [
            "Their place is sensitive. ".into(),
            Html::from(HIDDEN),
            ". ".into(),
        ];
        InsetText::saying(words.into_iter().chain(see).collect::<Html>()).into()
    });
    let said = |word: Option<&'static str>, words: Option<&kith_base::Line>| {
        let parts = word.into_iter().chain(words.map(|words| &**words));
        let all = parts.collect::<Vec<_>>().join(". In their own words: ");
        if all.is_empty() {
            "Not recorded".to_owned()
        } else {
            all
        }
    };
    let gender = record.equity.gender.map(Word::label);
    let ethnicity = record.equity.ethnicity.map(Word::label);
    let about = SummaryList::new(vec![
        SummaryRow::new("Gender", said(gender, record.gender_words.as_ref())),
        SummaryRow::new(
            "Ethnic group",
            said(ethnicity, record.ethnicity_words.as_ref()),
        ),
    ]);
    let edit = whole
        .writes
        .then(|| Html::from(Button::secondary("Edit details").href(paths::edit_person(who))));
    let guard = whole.guards.then(|| {
        let words = "Keeping somebody safe: hide where they are, or restrict the record";
        let visits = link(paths::visits(who), "Lone working: nobody visits them alone");
        p(link(paths::sensitive(who), words)).and(p(visits))
    });
    let inside = whole.inside.as_ref();
    let risks = inside.map(|inside| risks(&inside.risks));
    let before = inside.map(|inside| before(actor, &inside.earlier));
    [
        heading("Where they live and how to reach them"),
        place,
        heading("About them"),
        about.into(),
    ]
    .into_iter()
    .chain(edit)
    .chain(guard)
    .chain(risks)
    .chain(before)
    .collect()
}

/// What the details said before; of the place as far as it is open.
fn before(actor: &Actor, earlier: &Earlier) -> Html {
    let grant = Grant::ordinary(actor).ok();
    let place = grant.as_ref().and_then(|grant| earlier.place.reveal(grant));
    let mut all: Vec<&Change> = earlier
        .open
        .iter()
        .chain(place.into_iter().flatten())
        .collect();
    all.sort_by_key(|change| std::cmp::Reverse(change.at));
    earlier_table("What the details said before", &all)
}

/// What there was to be careful of before, for whoever reads the notes.
fn risks(all: &[risk::Earlier]) -> Html {
    if all.is_empty() {
        return Html::default();
    }
    let words = |words: &Option<kith_base::Line>| {
        words
            .as_ref()
            .map_or_else(|| "Nothing".to_owned(), ToString::to_string)
    };
    let rows = all.iter().map(|change| {
        vec![
            Cell::new(change.at.as_uk_moment()),
            Cell::new(&*change.by_name),
            Cell::new(words(&change.before_words)),
            Cell::new(words(&change.after_words)),
        ]
    });
    Table::new()
        .caption("How the risk to know about has changed")
        .head(["When", "By", "Before", "After"].map(Column::from))
        .rows(rows.collect::<Vec<_>>())
        .responsive(true)
        .into()
}

fn papers(actor: &Actor, whole: &Whole) -> Html {
    let who = whole.record.identity.id;
    // Whoever takes a record out proves again who they are: asked for there.
    let takes_out = match actor.reach(Ability::ExportPerson) {
        Reach::Scheme => true,
        Reach::Assigned => whole.writes,
        _ => false,
    };
    let plan = link(paths::plan(who), "The shared plan, for the person to keep");
    let whole_record = takes_out.then(|| {
        let words = "The whole record, when the person asks for what is kept about them";
        link(paths::export_person(who), words)
    });
    let list = el("ul").class("nhsuk-list nhsuk-list--bullet").children(
        std::iter::once(plan)
            .chain(whole_record)
            .map(|paper| Html::from(el("li").child(paper))),
    );
    [
        heading("Papers"),
        list.into(),
        Button::print("Print this record").into(),
    ]
    .into_iter()
    .collect()
}

#[derive(askama::Template)]
#[template(path = "record/plan.html")]
struct Plan {
    matters: Option<String>,
    next: Option<String>,
    tasks: Vec<(String, String, String)>,
    worker: Option<String>,
}

/// The shared plan: what the person keeps. It shows no place and no note.
async fn plan(app: App, signed: Signed, Path(person): Path<Id<Person>>) -> Answer {
    let actor = &signed.actor;
    let (record, case, tasks) = app
        .db
        .act(async |tx| {
            let scope = actor.scope(Ability::SeeNotes)?;
            let record = person::store::record(tx, &scope, person)
                .await?
                .ok_or_else(Refusal::not_found)?;
            let cases = referral::store::of_person(tx, &scope, person).await?;
            let tasks = task::store::of_person(tx, &scope, person, actor.now).await?;
            audit::look(tx, actor, person, "print the plan").await?;
            Ok((
                record,
                cases
                    .into_iter()
                    .find(|case| case.standing.state().is_unfinished()),
                tasks,
            ))
        })
        .await?;
    let promised = tasks
        .iter()
        .filter(|task| task.kind == task::Kind::Action && task.done_at.is_none());
    let view = Plan {
        matters: record.matters.clone(),
        next: case.as_ref().and_then(|case| view::planned(&case.standing)),
        tasks: promised
            .map(|task| {
                (
                    task.what.clone(),
                    task.who.to_string(),
                    task.due_on.as_uk_date(),
                )
            })
            .collect(),
        worker: case
            .and_then(|case| case.owner_name)
            .map(|name| name.to_string()),
    };
    Ok(plan_page(&signed, &record, &view))
}

fn plan_page(signed: &Signed, record: &Record, view: &Plan) -> Response {
    signed
        .page("My plan")
        .reading()
        .back(paths::person(record.identity.id))
        .banner(banner(&record.identity, signed.actor.today()))
        .view(view)
}
