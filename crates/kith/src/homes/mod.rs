//! Where each role begins, and the pages that belong to no area: the front
//! page, help, accessibility, privacy. Whoever is signed in is led to their
//! own work; nobody is shown a place that would then refuse them, because the
//! places to go are asked of the table of permissions.

mod words;

use axum::response::Response;
use kith_access::{Ability, Actor, Answer, Needs, Role, Routes, Visitor};
use kith_casework::paths;
use kith_pages::{
    Frame,
    components::{HeaderSearch, NavItem},
    form::FormToken,
    go,
};
use kith_report::paths as figures;

use crate::areas;

/// The routes of the front page and the pages of words.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/", Needs::Anyone, front)
        .get("/help", Needs::Anyone, words::help)
        .get("/accessibility", Needs::Anyone, words::accessibility)
        .get("/privacy", Needs::Anyone, words::privacy)
}

/// The front page: a way in for anybody, or on to one's own work.
async fn front(visitor: Visitor) -> Answer {
    Ok(match &visitor.signed {
        Some(signed) => go(&home_of(&signed.actor)),
        None => words::front(&visitor),
    })
}

/// Where an account's work begins.
#[must_use]
pub fn home_of(actor: &Actor) -> String {
    places_of(actor)
        .into_iter()
        .next()
        .map_or_else(|| "/account".to_owned(), |(_, href)| href)
}

/// The places to go, the most used first: at most six. A place is offered
/// when the role reaches it and there is a page.
fn places_of(actor: &Actor) -> Vec<(&'static str, String)> {
    let mut places = places_of_role(actor.role);
    if actor.can(Ability::HandleConcern) {
        places.push(("Concerns", "/concerns".to_owned(), Ability::HandleConcern));
    }
    places
        .into_iter()
        .filter(|(_, href, ability)| actor.can(*ability) && areas::has_page(href))
        .map(|(name, href, _)| (name, href))
        .take(6)
        .collect()
}

/// The places of each role.
fn places_of_role(role: Role) -> Vec<(&'static str, String, Ability)> {
    match role {
        Role::Practice => vec![
            ("Refer", paths::refer(), Ability::Refer),
            ("Sent", paths::sent(), Ability::SeeReferral),
            ("Figures", figures::figures(), Ability::SeeFigures),
        ],
        Role::LinkWorker => vec![
            ("Today", paths::today(), Ability::SeeCaseload),
            ("Caseload", paths::caseload(), Ability::SeeCaseload),
            ("Waiting", paths::waiting(), Ability::TakeReferral),
            ("Refer", paths::refer(), Ability::Refer),
            ("What changed", figures::changed(), Ability::SeeFigures),
        ],
        Role::Manager => vec![
            ("Team", paths::team(), Ability::SeeTeam),
            ("Waiting", paths::waiting(), Ability::AssignReferral),
            ("Refer", paths::refer(), Ability::Refer),
            ("Import", "/import".to_owned(), Ability::ImportReferrals),
            ("Figures", figures::figures(), Ability::SeeFigures),
        ],
        Role::Administrator => vec![
            (
                "Accounts",
                "/admin/accounts".to_owned(),
                Ability::SeeAccounts,
            ),
            (
                "Organisations",
                "/admin/organisations".to_owned(),
                Ability::SeeAccounts,
            ),
            (
                "Settings",
                "/admin/settings".to_owned(),
                Ability::ManageSettings,
            ),
            (
                "Deliveries",
                "/admin/deliveries".to_owned(),
                Ability::SeeTechnical,
            ),
        ],
        Role::Guardian => vec![
            ("Audit trail", "/audit".to_owned(), Ability::SeeAudit),
            (
                "Break-glass",
                "/break-glass".to_owned(),
                Ability::ReviewBreakGlass,
            ),
            ("Restricted record", paths::restricted(), Ability::SeeNotes),
            (
                "Accounts",
                "/admin/accounts".to_owned(),
                Ability::SeeAccounts,
            ),
            (
                "Organisations",
                "/admin/organisations".to_owned(),
                Ability::SeeAccounts,
            ),
            ("Releases", paths::exports_waiting(), Ability::ReleaseExport),
        ],
    }
}

/// Puts the places to go into the frame of an account's pages.
#[must_use]
pub fn places(actor: &Actor, token: &FormToken, frame: Frame) -> Frame {
    let mut frame = frame.home(home_of(actor));
    if actor.can(Ability::SeeCaseload) {
        frame = frame.search(HeaderSearch::new(
            "/caseload/search",
            "Find somebody",
            token,
        ));
    }
    let mut items = places_of(actor).into_iter().map(|(name, href)| {
        let refers = href == paths::refer();
        let item = NavItem::new(name, href);
        if refers { item.key('R') } else { item }
    });
    // The frame takes as many as it is given, up to six, and knows how many.
    match [(); 6].map(|()| items.next()) {
        [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] => frame.nav([a, b, c, d, e, f]),
        [Some(a), Some(b), Some(c), Some(d), Some(e), _] => frame.nav([a, b, c, d, e]),
        [Some(a), Some(b), Some(c), Some(d), ..] => frame.nav([a, b, c, d]),
        [Some(a), Some(b), Some(c), ..] => frame.nav([a, b, c]),
        [Some(a), Some(b), ..] => frame.nav([a, b]),
        [Some(a), ..] => frame.nav([a]),
        [None, ..] => frame,
    }
}

/// A page of words alone.
fn page_of(visitor: &Visitor, title: &str, template: &impl askama::Template) -> Response {
    visitor.page(title).view(template)
}
