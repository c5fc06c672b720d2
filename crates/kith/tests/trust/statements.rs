//! What is typed into a search or a filter is never part of a statement: it
//! finds nothing it should not, changes nothing and costs no more.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use axum::http::Method;
use kith_testkit::Sent;
use scraper::{Html, Selector};

use crate::{
    canaries::token,
    hostile::{encoded, forms, pages, sends},
    story::Story,
};

const STATEMENTS: [&str; 10] = [
    "' or '1'='1",
    "\" or 1=1 --",
    "'; drop table person; --",
    "\\'; delete from referral; --",
    "') union select password_hash from account --",
    "%' and 1=cast((select email from account limit 1) as integer) --",
    "'; select pg_sleep(20); --",
    "' || (select randomblob(1000000000)) || '",
    "1) or exists (select 1 from account",
    "$1', null); --",
];

/// Where questions are asked in the address, by a filter or a link, and the
/// names in them.
fn questions(page: &str, at: &str) -> Vec<(String, BTreeSet<String>)> {
    let html = Html::parse_document(page);
    let form = Selector::parse("form[method=get], form:not([method])").unwrap();
    let field = Selector::parse("input[name], select[name]").unwrap();
    let link = Selector::parse("a[href*='?']").unwrap();
    let filters = html.select(&form).map(|form| {
        let to = form.value().attr("action").filter(|to| !to.is_empty());
        let names = form.select(&field).filter_map(|f| f.value().attr("name"));
        let path = to.unwrap_or(at).split('?').next().unwrap_or_default();
        (path.to_owned(), names.map(str::to_owned).collect())
    });
    let links = html.select(&link).filter_map(|link| {
        let (path, asked) = link.value().attr("href")?.split_once('?')?;
        let names = asked.split('&').filter_map(|one| one.split('=').next());
        path.starts_with('/')
            .then(|| (path.to_owned(), names.map(str::to_owned).collect()))
    });
    filters.chain(links).collect()
}

/// The people, referrals and accounts there are.
async fn there(story: &Story) -> Vec<(String, String)> {
    let mut kept = story.kept().await;
    kept.retain(|(name, _)| ["person.csv", "referral.csv", "account.csv"].contains(&&**name));
    assert_eq!(kept.len(), 3);
    kept
}

fn is_harmless(sent: &Sent, began: Instant, what: &str) {
    assert!(!sent.status.is_server_error(), "{what}: {}", sent.text());
    assert!(!sent.text().contains("$argon2"), "{what}");
    assert!(began.elapsed() < Duration::from_secs(5), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_into_a_search_is_never_a_statement() {
    for story in Story::both().await {
        let before = there(&story).await;
        let world = &story.world;
        let (mut known, mut asked) = (BTreeSet::new(), 0);
        let readers = [world.kay, world.mo, world.rita, world.lena, world.grace];
        for reader in readers {
            let mut browser = world.signed_in(reader).await;
            let mine = token(&mut browser, "/account").await;
            for text in STATEMENTS.map(encoded) {
                for search in ["/caseload/search", "/sent/search"] {
                    let body = format!("csrf={mine}&once=s{asked}&q={text}");
                    let form = ("application/x-www-form-urlencoded".to_owned(), body.into());
                    let began = Instant::now();
                    let sent = browser.send(Method::POST, search, Some(form)).await;
                    is_harmless(&sent, began, search);
                    asked += 1;
                }
            }
            for (at, page) in pages(&story, Some(reader)).await {
                for (to, names) in questions(&page, &at) {
                    if !known.insert((reader.id, to.clone(), names.clone())) {
                        continue;
                    }
                    for text in STATEMENTS.map(encoded) {
                        let typed: Vec<String> =
                            names.iter().map(|name| format!("{name}={text}")).collect();
                        let address = format!("{to}?{}", typed.join("&"));
                        let began = Instant::now();
                        let sent = browser.send(Method::GET, &address, None).await;
                        is_harmless(&sent, began, &address);
                        asked += 1;
                    }
                }
            }
        }
        println!("{} questions in addresses, {asked} asked", known.len());
        assert!(known.len() > 5, "{known:?}");
        assert_eq!(there(&story).await, before, "something was changed");
    }
}

/// Every form that stands on a page of somebody's, with a statement in every
/// field somebody types into.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_into_any_form_is_never_a_statement() {
    for story in Story::both().await {
        let world = &story.world;
        let mut sent = 0;
        let accounts = "select count(*) from account where scheme_id = $1";
        let people = "select count(*) from person where scheme_id = $1";
        let before = (world.count(accounts).await, world.count(people).await);
        for reader in [world.kay, world.mo, world.rita, world.lena, world.ada] {
            let shown = pages(&story, Some(reader)).await;
            let mut browser = world.signed_in(reader).await;
            let mine = token(&mut browser, "/account").await;
            for (at, page) in shown {
                for form in forms(&page, &at) {
                    if form.typed.is_empty() || form.action.contains("/sign-out") {
                        continue;
                    }
                    let text = STATEMENTS[sent % STATEMENTS.len()];
                    sent += 1;
                    let began = Instant::now();
                    // It fails where the answer is a fault.
                    let answer = sends(&mut browser, &form, &mine, text, sent).await;
                    let (action, took) = (&form.action, began.elapsed());
                    assert!(took < Duration::from_secs(5), "{action}: {took:?}");
                    let told = answer.is_some_and(|page| page.contains("$argon2"));
                    assert!(!told, "{action} with {text}");
                }
            }
        }
        println!("{sent} forms with statements on {}", world.db.engine());
        assert!(sent > 60, "{sent}");
        // A form may make somebody, whose name is then a statement; nobody is gone.
        let after = (world.count(accounts).await, world.count(people).await);
        assert!(
            after.0 >= before.0 && after.1 >= before.1,
            "{before:?} {after:?}"
        );
    }
}
