//! The forms of organisations, accounts and settings: filled in by anybody but
//! an administrator of the scheme they do nothing, two administrators at once
//! see both versions, and an organisation keeps its sort while it has staff.

use std::collections::BTreeSet;

use kith_access::{
    Role,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    routes, scheme, settings, testing,
};
use kith_base::Id;
use kith_db::{Outcome, Tx, on, run};

use crate::world::{Browser, World};

/// Everything these forms can change.
const COUNTS: &[&str] = &[
    "select count(*) from account where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from account where scheme_id = $1",
    "select count(*) from account where scheme_id = $1 and state = 'left'",
    "select count(*) from organisation where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from organisation where scheme_id = $1",
    "select count(*) from setting where scheme_id = $1",
    "select count(*) from outbox where scheme_id = $1",
];
const DONE: &str = "select count(*) from audit where scheme_id = $1 and outcome = 'done'";

async fn count(world: &World, sql: &'static str) -> i64 {
    let asks = async |tx: &mut Tx| -> Outcome<i64> {
        Ok(on!(tx, c => sqlx::query_scalar(sql).bind(world.scheme).fetch_one(c))?)
    };
    world.db.read(asks).await.unwrap()
}

async fn counts(world: &World) -> Vec<i64> {
    let mut all = Vec::new();
    for sql in COUNTS {
        all.push(count(world, sql).await);
    }
    all
}

/// The administrator of another scheme, signed in.
async fn a_stranger(world: &World) -> Browser {
    let now = world.now();
    let founds = async |tx: &mut Tx| -> Outcome<_> {
        let scheme = scheme::found(tx, &"Moor".parse().unwrap(), "moor", now).await?;
        let body = OrganisationRow {
            id: Id::new(now),
            kind: OrganisationKind::Network,
            name: "Moor network".parse().unwrap(),
            ods_code: None,
            email: None,
            active: true,
            version: 1,
        };
        organisation::insert(tx, scheme, &body, now).await?;
        let row = AccountRow {
            id: Id::new(now),
            email: "zed@moor.example.org".parse().unwrap(),
            name: "Zed Moor".parse().unwrap(),
            role: Role::Administrator,
            organisation_id: body.id,
            state: AccountState::Active,
            full_time_percent: 100,
            left_on: None,
            version: 1,
        };
        account::insert(tx, scheme, &row, now).await?;
        Ok((scheme, row.id))
    };
    let (scheme, zed) = world.db.act(founds).await.unwrap();
    let cookie = testing::signed_in(&world.app, scheme, zed).await.unwrap();
    let (name, value) = cookie.split_once('=').unwrap();
    let mut browser = world.browser();
    browser.jar.insert(name.into(), value.into());
    browser
}

const SETTINGS: &[(&str, &str)] = &[
    ("take_on_days", "3"),
    ("opens", "8"),
    ("closes", "17"),
    ("review_days", "14"),
    ("concern_hours", "4"),
    ("self_referral", "no"),
    ("reach_us", "Ring 01632 960 010."),
    ("help_lines", "Ring 999."),
    ("under_age", "Ring the youth service"),
];

/// Every form, filled in as an administrator does: its route, its address,
/// the page it stands on, its fields.
type Filled = (&'static str, String, String, Vec<(&'static str, String)>);

fn forms(world: &World, kay: &str) -> Vec<Filled> {
    let fields = |all: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
        all.iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    };
    let network = world.network.to_string();
    let account = [
        ("name", "Kay Lewis"),
        ("role", "link_worker"),
        ("organisation", network.as_str()),
        ("full_time_percent", "80"),
    ];
    let mut invited = account.to_vec();
    invited.push(("email", "kay@example.org"));
    let practice = [
        ("kind", "practice"),
        ("name", "High Street Surgery"),
        ("ods_code", "B23456"),
        ("active", "yes"),
        ("version", "1"),
    ];
    let one = format!("/admin/accounts/{kay}");
    let at = format!("/admin/organisations/{}", world.practice);
    let new = |path: &str| (path.to_owned(), path.to_owned());
    let (invite, invite_page) = new("/admin/accounts/new");
    let (add, add_page) = new("/admin/organisations/new");
    let (set, set_page) = new("/admin/settings");
    vec![
        ("/admin/accounts/new", invite, invite_page, fields(&invited)),
        (
            "/admin/accounts/{id}",
            one.clone(),
            one.clone(),
            fields(&account),
        ),
        (
            "/admin/accounts/{id}/link",
            format!("{one}/link"),
            one.clone(),
            fields(&[("both", "yes")]),
        ),
        (
            "/admin/accounts/{id}/leave",
            format!("{one}/leave"),
            format!("{one}/leave"),
            Vec::new(),
        ),
        ("/admin/organisations/new", add, add_page, fields(&practice)),
        (
            "/admin/organisations/{id}",
            at.clone(),
            at,
            fields(&practice),
        ),
        ("/admin/settings", set, set_page, fields(SETTINGS)),
    ]
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_form_of_an_administrator_does_nothing_for_anybody_else() {
    for world in World::on_both().await {
        let kay = world.somebody(Role::LinkWorker).await;
        let all = forms(&world, &kay.to_string());
        let mut others = Vec::new();
        for role in [
            Role::Practice,
            Role::LinkWorker,
            Role::Manager,
            Role::Guardian,
        ] {
            others.push((role.to_string(), world.as_a(role).await));
        }
        others.push(("another scheme".to_owned(), a_stranger(&world).await));
        let before = counts(&world).await;
        let mut refused = 0;
        for (who, browser) in &mut others {
            let own = browser.get("/account").await;
            for (route, path, _, fields) in &all {
                let stranger = who == "another scheme";
                // In their own scheme they may add, invite and set.
                if stranger && !route.contains("{id}") {
                    continue;
                }
                let mut fields = borrowed(fields);
                fields.push(("version", "1"));
                let told = browser.send(&own, path, &fields).await;
                let no = if stranger { 404 } else { 403 };
                assert_eq!(told.status, no, "{who} {route}: {}", told.body);
                refused += 1;
            }
        }
        assert_eq!(counts(&world).await, before, "somebody else did it");
        assert_eq!(refused, 4 * all.len() + 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_form_of_an_administrator_does_its_work_once_and_stands_in_the_trail() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let kay = world.somebody(Role::LinkWorker).await;
        let mut sent = BTreeSet::new();
        // Leaving comes last: nothing can be done to an account after it.
        let mut all = forms(&world, &kay.to_string());
        all.sort_by_key(|(route, ..)| route.ends_with("/leave"));
        for (route, path, page, fields) in &all {
            let shown = ann.get(page).await;
            assert_eq!(shown.status, 200, "{route}: {}", shown.body);
            let mut fields = borrowed(fields);
            if *route == "/admin/organisations/new" {
                fields.retain(|(name, _)| *name != "ods_code");
                fields.push(("ods_code", "C34567"));
            }
            let (before, trail) = (counts(&world).await, count(&world, DONE).await);
            let first = ann.send(&shown, path, &fields).await;
            assert_eq!(first.status, 303, "{route}: {}", first.body);
            let after = counts(&world).await;
            assert_ne!(before, after, "{route} does nothing");
            let written = count(&world, DONE).await;
            assert!(written > trail, "{route}: not in the trail");
            let second = ann.send(&shown, path, &fields).await;
            assert_eq!(second.status, 303, "{route}: {}", second.body);
            assert_eq!(counts(&world).await, after, "{route} did its work twice");
            assert_eq!(count(&world, DONE).await, written, "{route}: told twice");
            sent.insert(*route);
        }
        let missing: Vec<&str> = routes()
            .list()
            .iter()
            .filter(|route| route.method == "POST" && route.path.starts_with("/admin"))
            .map(|route| route.path)
            .filter(|path| !sent.contains(path))
            .collect();
        assert!(missing.is_empty(), "not sent here: {missing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_change_settings_at_once_see_both_versions() {
    for world in World::on_both().await {
        let (mut ann, mut ben) = (
            world.as_a(Role::Administrator).await,
            world.as_a(Role::Administrator).await,
        );
        let (hers, his) = (
            ann.get("/admin/settings").await,
            ben.get("/admin/settings").await,
        );
        assert_eq!(
            ann.send(&hers, "/admin/settings", SETTINGS).await.status,
            303
        );
        let mut other = SETTINGS.to_vec();
        other[0] = ("take_on_days", "5");
        let told = ben.send(&his, "/admin/settings", &other).await;
        assert_eq!(told.status, 409, "{}", told.body);
        assert!(told.says("Somebody else changed the settings since you opened this page"));
        assert!(told.says("Somebody referred is taken on within"));
        assert!(told.says("Kept now") && told.says("You typed"));
        let kept = async || {
            let now = world
                .db
                .read(async |tx| settings::of(tx, world.scheme).await);
            now.await.unwrap().take_on_days
        };
        assert_eq!(kept().await, 3, "nothing of his is kept yet");
        // He has seen both, and saves once more.
        let saved = ben.send(&told, "/admin/settings", &other).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(kept().await, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_keeps_its_sort_and_its_part_while_it_has_staff() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let rita = world.somebody(Role::Practice).await;
        let path = format!("/admin/organisations/{}", world.practice);
        let form = |kind: &'static str, active: &'static str| {
            [
                ("kind", kind),
                ("name", "Mill Lane Surgery"),
                ("ods_code", "A12345"),
                ("active", active),
            ]
        };
        let told = ann.fill(&path, &form("network", "yes")).await;
        assert_eq!(told.status, 422, "{}", told.body);
        assert!(told.says("1 account belongs to it. Mark them as left"));
        let told = ann.fill(&path, &form("practice", "no")).await;
        assert_eq!(told.status, 422, "{}", told.body);
        let kept = world
            .db
            .read(async |tx| organisation::one(tx, world.scheme, world.practice).await)
            .await
            .unwrap();
        assert_eq!((kept.kind, kept.active), (OrganisationKind::Practice, true));
        // Once nobody is there any more, it may go.
        let leaves = async |tx: &mut Tx| -> Outcome<u64> {
            let sql = "update account set state = 'left' where scheme_id = $1 and id = $2";
            Ok(run!(tx, sqlx::query(sql).bind(world.scheme).bind(rita))?)
        };
        world.db.act(leaves).await.unwrap();
        let told = ann.fill(&path, &form("practice", "no")).await;
        assert_eq!(told.status, 303, "{}", told.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_or_another_organisation_ends_the_sessions_there_are() {
    for world in World::on_both().await {
        let mut ann = world.as_a(Role::Administrator).await;
        let kay = world.somebody(Role::LinkWorker).await;
        let path = format!("/admin/accounts/{kay}");
        let network = world.network.to_string();
        let practice = world.practice.to_string();
        for (role, organisation, stays) in [
            ("link_worker", &network, true),
            ("manager", &network, false),
            ("practice", &practice, false),
        ] {
            let mut hers = world.signed_in(kay).await;
            let fields = [
                ("name", "Kay Lewis"),
                ("role", role),
                ("organisation", organisation),
                ("full_time_percent", "80"),
            ];
            let sent = ann.fill(&path, &fields).await;
            assert_eq!(sent.status, 303, "{}", sent.body);
            assert_eq!(hers.is_signed_in().await, stays, "{role}");
        }
    }
}
