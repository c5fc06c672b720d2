//! The caseload's page and its search.

use axum::extract::Query;
use axum::response::IntoResponse;
use kith_access::{
    Ability, Account, Answer, App, Needs, Role, Routes, Signed, audit,
    organisation::{self, OrganisationRow},
};
use kith_base::{Id, Refusal, Word};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, Select, SelectItem, Table, Tag, TagColour},
    el,
    form::Posted,
    html::{Element, hidden, line, link, p},
};

use super::{
    ask::Ask,
    search, several,
    store::{self, Counts, Covered, Held, PAGE, Show, Wanted},
};
use crate::{paths, referral::State, tag};

/// The routes of the caseload.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/caseload", Needs::Can(Ability::SeeCaseload), list)
        .post("/caseload/search", Needs::Can(Ability::SeeIdentity), find)
        .merge(several::routes())
}

/// A page of a caseload, with what stands around it.
struct Shown {
    rows: Vec<Held>,
    counts: Counts,
    covered: Vec<Covered>,
    more: Option<More>,
}

async fn load(app: &App, signed: &Signed, ask: &Ask, wanted: &Wanted) -> Outcome<Shown> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::SeeIdentity)?;
    let worker = wanted.worker;
    let offers = ask.practice.is_some() || ask.tag.is_some() || ask.more.is_some();
    app.db
        .read(async |tx| {
            let (counts, covered) =
                store::counts(tx, actor.scheme, actor.account, actor.today(), worker).await?;
            let own = worker == actor.account || covered.iter().any(|away| away.id == worker);
            if !own && actor.role != Role::Manager {
                return Err(Refusal::not_found().into());
            }
            let rows = store::list(tx, &scope, wanted).await?;
            let more = match offers {
                true => Some(More {
                    practices: organisation::practices(tx, actor.scheme).await?,
                    tags: tag::store::in_use(tx, actor.scheme).await?,
                }),
                false => None,
            };
            Ok(Shown {
                rows,
                counts,
                covered,
                more,
            })
        })
        .await
}

async fn list(app: App, signed: Signed, Query(ask): Query<Ask>) -> Answer {
    signed.actor.scope(Ability::SeeCaseload)?;
    let wanted = ask.wanted(&signed.actor);
    let mut shown = load(&app, &signed, &ask, &wanted).await?;
    let next = (shown.rows.len() > PAGE).then(|| shown.rows[PAGE - 1].id);
    shown.rows.truncate(PAGE);
    let whose = ask
        .worker
        .map(|worker| format!("&worker={worker}"))
        .unwrap_or_default();
    let path = paths::caseload();
    let body: Html = [
        covering(&shown.covered, wanted.worker),
        tabs(&shown.counts, wanted.show, &whose),
        filters(&wanted, &ask, shown.more.as_ref()),
        if shown.rows.is_empty() {
            nothing(&wanted, &shown.counts)
        } else {
            ticked(&signed, &ask, &wanted, &shown.rows)
        },
        next.map(|last| p(link(ask.further(&path, Some(last)), "Next page")))
            .unwrap_or_default(),
        not_found_here(),
    ]
    .into_iter()
    .collect();
    Ok(signed
        .page("Caseload")
        .compact()
        .under(paths::caseload())
        .body(body)
        .into_response())
}

/// The list as a form: each line can be ticked, or the whole page, for what
/// is done with several people at once.
fn ticked(signed: &Signed, ask: &Ask, wanted: &Wanted, rows: &[Held]) -> Html {
    let press = |words: &str, press: &str| {
        Button::secondary(words)
            .small(true)
            .name("press")
            .value(press)
    };
    let gives = signed.actor.can(Ability::AssignReferral) && wanted.show != Show::Ended;
    let give = gives.then(|| press("Give to another link worker", "give"));
    let all = el("label")
        .class("kith-tick")
        .child(tick("all", "1"))
        .child(" All on this page");
    let buttons = el("div")
        .class("kith-filters kith-no-print")
        .child(all)
        .children(give)
        .child(press("List for printing", "print"));
    el("form")
        .attr("method", "post")
        .attr("action", ask.here(&paths::several()))
        .attr("novalidate", true)
        .child(signed.token().fields())
        .child(table(signed, rows))
        .child(buttons)
        .into()
}

fn tick(name: &str, value: &str) -> Element {
    el("input")
        .attr("type", "checkbox")
        .attr("name", name)
        .attr("value", value)
}

/// A restricted record is on no list and in no search.
fn not_found_here() -> Html {
    p("A restricted record is on no list. ")
        .and(link(paths::restricted(), "Is there a restricted record?"))
}

fn covering(covered: &[Covered], worker: Id<Account>) -> Html {
    covered
        .iter()
        .map(|away| {
            if away.id == worker {
                p(format!("You are covering for {}.", away.name))
            } else {
                p(link(
                    format!("{}?worker={}", paths::caseload(), away.id),
                    format!("You are covering for {}: see their people", away.name),
                ))
            }
        })
        .collect()
}

/// The counts; each leads to its list.
fn tabs(counts: &Counts, show: Show, whose: &str) -> Html {
    let items = Show::ALL.iter().map(|one| {
        let words = counts.of(*one).map_or_else(
            || one.label().to_owned(),
            |count| format!("{} ({count})", one.label()),
        );
        let item = el("li").class("kith-count");
        if *one == show {
            item.child(el("strong").attr("aria-current", "page").child(words))
        } else {
            item.child(link(
                format!("{}?show={}{whose}", paths::caseload(), one.code()),
                words,
            ))
        }
    });
    el("nav")
        .attr("aria-label", "Lists of the caseload")
        .child(el("ul").class("nhsuk-list kith-counts").children(items))
        .into()
}

/// A filter: any, or one of the words.
fn pick<W: Word>(name: &'static str, label: &'static str, chosen: Option<W>) -> Select {
    let any = SelectItem::new("", "Any");
    let rest = W::ALL
        .iter()
        .map(|word| SelectItem::new(word.code(), word.label()));
    let items = std::iter::once(any).chain(rest).collect::<Vec<_>>();
    Select::new(name, label, items).value(chosen.map_or("", Word::code))
}

/// The practices and the tags to choose from.
struct More {
    practices: Vec<OrganisationRow>,
    tags: Vec<tag::Tag>,
}

/// Practice and tag, or the way to them.
fn by_more(wanted: &Wanted, ask: &Ask, more: Option<&More>) -> Html {
    let Some(more) = more else {
        let whose = ask
            .worker
            .map(|worker| format!("&worker={worker}"))
            .unwrap_or_default();
        let (to, show) = (paths::caseload(), wanted.show.code());
        return link(
            format!("{to}?show={show}{whose}&more=all"),
            "Filter by practice or tag",
        );
    };
    let practices = more.practices.iter();
    let practices = practices.map(|one| SelectItem::new(one.id.to_string(), &*one.name));
    let tags = more.tags.iter();
    let tags = tags.map(|one| SelectItem::new(one.id.to_string(), &*one.words));
    let any = || std::iter::once(SelectItem::new("", "Any"));
    let practice = wanted.practice.map(|id| id.to_string());
    let tag = wanted.tag.map(|id| id.to_string());
    let practices = any().chain(practices).collect::<Vec<_>>();
    let tags = any().chain(tags).collect::<Vec<_>>();
    let by_practice = Select::new("practice", "Practice", practices);
    let by_tag = Select::new("tag", "Tag", tags);
    Html::from(by_practice.value(practice.unwrap_or_default()))
        .and(by_tag.value(tag.unwrap_or_default()))
}

fn filters(wanted: &Wanted, ask: &Ask, more: Option<&More>) -> Html {
    let (worker, quiet) = (ask.worker, ask.quiet);
    let kept = |name: &'static str, value: String| {
        el("input")
            .attr("type", "hidden")
            .attr("name", name)
            .attr("value", value)
    };
    let days = [14, 28, 56].map(|days| SelectItem::new(days.to_string(), format!("{days} days")));
    let days = std::iter::once(SelectItem::new("", "Any"))
        .chain(days)
        .collect::<Vec<_>>();
    let quiet = quiet.map(|days| days.to_string()).unwrap_or_default();
    let form = el("form")
        .attr("method", "get")
        .attr("action", paths::caseload())
        .class("kith-filters")
        .child(kept("show", wanted.show.code().into()))
        .children(worker.map(|worker| kept("worker", worker.to_string())))
        .child(pick("need", "Main need", wanted.need))
        .child(pick("flag", "Flag", wanted.flag))
        .child(Select::new("quiet", "No contact for", days).value(quiet))
        .child(by_more(wanted, ask, more))
        .child(Button::secondary("Filter").small(true));
    el("details")
        .class("nhsuk-details")
        .attr(
            "open",
            wanted.need.is_some()
                || wanted.flag.is_some()
                || wanted.quiet_since.is_some()
                || more.is_some(),
        )
        .child(
            el("summary").class("nhsuk-details__summary").child(
                el("span")
                    .class("nhsuk-details__summary-text")
                    .child("Filter"),
            ),
        )
        .child(el("div").class("nhsuk-details__text").child(form))
        .into()
}

fn nothing(wanted: &Wanted, counts: &Counts) -> Html {
    if counts.held == 0 && wanted.show != Show::Ended {
        return Empty::new("You hold nobody yet.")
            .next("Take somebody from the waiting list", paths::waiting())
            .into();
    }
    Empty::new("No one matches.")
        .next("Clear filters", paths::caseload())
        .into()
}

fn table(signed: &Signed, rows: &[Held]) -> Html {
    let today = signed.actor.today();
    let lines = rows.iter().map(|row| {
        vec![
            // One piece: on a narrow window each piece of a cell is a column.
            Cell::new(Html::from(
                el("div").child(picked(row)).child(row.who.cell()),
            )),
            Cell::new(status(row)),
            Cell::new(row.main_need.label()),
            Cell::new(next(signed, row, today)),
            Cell::new(
                row.last_contact_at
                    .map_or_else(|| "none yet".to_owned(), |at| at.day().as_uk_date()),
            ),
            Cell::number(row.contact_count),
            Cell::new(row.who.flags()),
        ]
    });
    let head = vec![
        Column::new("Person"),
        Column::new("Status"),
        Column::new("Main need"),
        Column::new("Next"),
        Column::new("Last contact"),
        Column::number("Contacts"),
        Column::new("Flags"),
    ];
    Table::new()
        .caption("People, the soonest next step first")
        .caption_classes("nhsuk-u-visually-hidden")
        .head(head)
        .rows(lines.collect::<Vec<_>>())
        .long(true)
        .into()
}

/// The box before somebody's name.
fn picked(row: &Held) -> Element {
    el("label")
        .class("kith-tick kith-no-print")
        .child(tick("pick", &row.id.to_string()))
        .child(hidden(format!("Tick {}", row.who.name())))
}

/// Where somebody stands, in the words the whole service uses.
fn status(row: &Held) -> &'static str {
    match (row.state, row.first_seen_at) {
        (State::Taken, None) => "New",
        (State::Taken, Some(_)) => "Waiting for their answer",
        (state, _) => state.label(),
    }
}

/// What comes next, and when; of what has ended, the way to go on.
fn next(signed: &Signed, row: &Held, today: kith_base::Day) -> Html {
    let actor = &signed.actor;
    let Some(on) = row.next_on else {
        let may = actor.can(Ability::TakeReferral) || actor.can(Ability::AssignReferral);
        let reopen = may.then(|| link(paths::reopen(row.id), "Reopen"));
        return reopen.unwrap_or_default();
    };
    let what = row.next_step.as_deref().unwrap_or("Nothing planned");
    let late = (on < today).then(|| Html::from(&Tag::new("Overdue").colour(TagColour::Red)));
    Html::from(what)
        .and(line(on.as_uk_date()))
        .and(late.unwrap_or_default())
}

/// What was typed at the head of a page is posted: it is a name, and no name
/// stands in an address.
async fn find(app: App, signed: Signed, posted: Posted) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::SeeIdentity)?;
    let typed = posted.text("q").trim().to_owned();
    if typed.is_empty() {
        return Err(Refusal::field("q", "Enter a name, date of birth or NHS number").into());
    }
    let found = app
        .db
        .act(async |tx| -> kith_db::Outcome<_> {
            let found = search::find(tx, &scope, &typed).await?;
            let entry = audit::Entry {
                action: "search for people",
                object_kind: "search",
                ..Default::default()
            };
            audit::record(tx, actor, entry).await?;
            Ok(found)
        })
        .await?;
    let many = found.too_many.then(|| {
        p(format!(
            "More than {} people fit: the first are shown. Narrow it with another word.",
            search::MOST
        ))
    });
    let body: Html = if found.people.is_empty() {
        Empty::new("No one matches, or you do not have access.")
            .next("Back to the caseload", paths::caseload())
            .into()
    } else {
        let lines = found.people.iter().map(|one| {
            let practice = one
                .practice_name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            vec![
                Cell::new(one.who.cell()),
                Cell::new(practice),
                Cell::new(one.who.flags()),
            ]
        });
        let table = Table::new()
            .caption("People who fit, the best fit first")
            .caption_classes("nhsuk-u-visually-hidden")
            .head(["Person", "Practice", "Flags"].map(Column::from).to_vec())
            .rows(lines.collect::<Vec<_>>())
            .long(true);
        many.unwrap_or_default().and(Html::from(table))
    };
    Ok(signed
        .page("Find somebody")
        .compact()
        .under(paths::caseload())
        .body(body)
        .into_response())
}
