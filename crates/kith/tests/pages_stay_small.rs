//! Whoever works on a slow line waits for bytes: no page of the demonstration
//! is larger than 60 kB before it is compressed, without its pictures, and
//! none larger than 150 kB with them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::Router;
use kith::seed;
use kith_access::{Account, App, Origin, Scheme, ServerKey, testing};
use kith_base::{Clock, Id, Ts};
use kith_db::{Outcome, on};
use kith_testkit::Browser;

const WITHOUT_PICTURES: usize = 60_000;
const WITH_PICTURES: usize = 150_000;
/// As many pages of one sort are looked at for each account.
const OF_A_SORT: usize = 3;
const ORIGIN: &str = "http://127.0.0.1:8080";

/// A Tuesday in November, in working hours.
fn now() -> Ts {
    "2026-11-24T14:00:00Z".parse().unwrap()
}

fn without_pictures(page: &str) -> usize {
    let mut size = 0;
    let mut rest = page;
    while let Some((before, picture)) = rest.split_once("<svg") {
        size += before.len();
        rest = picture.split_once("</svg>").unwrap().1;
    }
    size + rest.len()
}

/// An address with `{}` for every part that stands for something.
fn sort_of(path: &str) -> String {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    let part = |part: &str| match part.len() {
        36 => "{}".to_owned(),
        _ => part.to_owned(),
    };
    plain.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Every page that links lead to from home, and its size without pictures.
async fn weighed(browser: &mut Browser, who: &str) -> BTreeMap<String, usize> {
    let mut seen = BTreeSet::new();
    let mut sorts: BTreeMap<String, usize> = BTreeMap::new();
    let mut sizes = BTreeMap::new();
    let mut next = VecDeque::from(["/".to_owned()]);
    while let Some(path) = next.pop_front() {
        let sort = sorts.entry(sort_of(&path)).or_default();
        *sort += 1;
        let no_page = [".csv", ".zip", ".svg"]
            .iter()
            .any(|end| path.ends_with(end));
        if *sort > OF_A_SORT || no_page {
            continue;
        }
        browser.opens(&path).await;
        let html = browser.html();
        let size = without_pictures(&html);
        assert!(
            size <= WITHOUT_PICTURES && html.len() <= WITH_PICTURES,
            "{who} at {path}: {size} bytes, {} with pictures",
            html.len()
        );
        sizes.insert(path, size);
        for link in browser.links() {
            let to = link.split('#').next().unwrap_or_default().to_owned();
            if to.starts_with('/') && seen.insert(to.clone()) {
                next.push_back(to);
            }
        }
    }
    sizes
}

type Known = (Id<Scheme>, Id<Account>, String, String);

#[tokio::test]
async fn no_page_of_the_demonstration_is_larger_than_a_slow_line_bears() {
    let db = kith_db::testing::sqlite().await;
    db.migrate().await.unwrap();
    let size = seed::Size {
        practices: 3,
        workers: 4,
    };
    let made = seed::demo(&db, size, 240, now()).await.unwrap();
    let origin: Origin = ORIGIN.parse().unwrap();
    let key = ServerKey::random();
    let app = App::new(db.db.clone(), Clock::fixed(now()), origin, key);
    seed::figures(&app, &made).await.unwrap();
    let staff: Vec<Known> = db
        .read(async |tx| -> Outcome<_> {
            let sql = "select scheme_id, id, name, role from account where state = 'active' order by name";
            Ok(on!(tx, c => sqlx::query_as(sql).fetch_all(c))?)
        })
        .await
        .unwrap();
    let router: Router = kith::router::program(kith::router::app(app.clone()), None);
    let mut opened = BTreeSet::new();
    for (scheme, account, name, role) in staff {
        let cookie = testing::signed_in(&app, scheme, account).await.unwrap();
        let mut browser = Browser::new(router.clone(), ORIGIN, &name).with_cookie(&cookie);
        let sizes = weighed(&mut browser, &format!("{name} ({role})")).await;
        let (largest, size) = sizes.iter().max_by_key(|(_, size)| **size).unwrap();
        println!(
            "{name} ({role}): {} pages, the largest {largest}: {size}",
            sizes.len()
        );
        opened.extend(sizes.into_keys());
    }
    for page in [
        "/today",
        "/caseload",
        "/waiting",
        "/sent",
        "/team",
        "/audit",
    ] {
        assert!(opened.contains(page), "nobody came to {page}");
    }
}
