//! The door in front of every route: nobody passes without what it needs, and
//! no form that is not ours does anything.

use axum::response::{IntoResponse, Response};
use kith_access::{
    Ability, Answer, App, Needs, Once, OwnPath, Reach, Role, Routes, Signed, Uploaded, once, routes,
};
use kith_base::{Refusal, Word};
use kith_db::{Outcome, on, testing::both};
use kith_pages::{done, form::Posted};

use crate::world::{Browser, World};

fn concrete(path: &str) -> String {
    path.split('/')
        .map(|part| {
            if part.starts_with('{') {
                "00000000-0000-7000-8000-000000000001"
            } else {
                part
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_turns_away_whoever_is_not_signed_in() {
    for world in World::on_both().await {
        for route in routes().list() {
            if route.needs == Needs::Anyone {
                continue;
            }
            let path = concrete(route.path);
            let mut stranger = world.browser();
            let seen = match route.method {
                "GET" => stranger.get(&path).await,
                _ => stranger.post(&path, &[]).await,
            };
            assert_eq!(seen.status, 303, "{} {path}", route.method);
            assert!(seen.location().starts_with("/sign-in"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_meets_the_table_of_permissions_on_every_route() {
    for world in World::on_both().await {
        for role in Role::ALL {
            let mut browser = world.as_a(*role).await;
            for route in routes().list() {
                let Needs::Can(ability) = route.needs else {
                    continue;
                };
                let path = concrete(route.path);
                let seen = match route.method {
                    "GET" => browser.get(&path).await,
                    _ => browser.post(&path, &[]).await,
                };
                let reaches = ability.row().of_role(*role) != Reach::Nothing;
                let answer = (role, route.method, &path, seen.status);
                match (route.method, reaches) {
                    ("GET", true) => assert!(matches!(seen.status, 200 | 404), "{answer:?}"),
                    // A post without our token is refused whoever sends it.
                    _ => assert_eq!(seen.status, 403, "{answer:?}"),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_from_elsewhere_does_anything() {
    for world in World::on_both().await {
        let mut kay = world.as_a(Role::Manager).await;
        let page = kay.get("/account").await;
        let mut sam = world.as_a(Role::Manager).await;
        let token = page.hidden("csrf").unwrap();
        for route in routes()
            .list()
            .iter()
            .filter(|route| route.method == "POST")
        {
            let path = concrete(route.path);
            let mut evil = kay.clone();
            evil.from = "https://evil.example".into();
            let foreign = evil.post(&path, &[("csrf", &token)]).await;
            assert_eq!(foreign.status, 403, "{path}");
            let form = "application/x-www-form-urlencoded";
            let headers = [("Content-Type", form)];
            let nowhere = kay.clone().ask("POST", &path, &headers, "csrf=x").await;
            assert_eq!(nowhere.status, 403, "{path} without Origin");
        }
        let path = "/account/sign-out-elsewhere";
        assert_eq!(kay.post(path, &[]).await.status, 403, "no token");
        assert_eq!(
            sam.post(path, &[("csrf", &token)]).await.status,
            403,
            "another's token"
        );
        assert_eq!(kay.get(path).await.status, 405, "by GET");
        assert_eq!(kay.post(path, &[("csrf", &token)]).await.status, 303);
        // A public form: the cookie and the field belong together.
        let sign_in = "/sign-in/forgotten";
        let mut stranger = world.browser();
        let page = stranger.get(sign_in).await;
        stranger.jar.clear();
        stranger.get(sign_in).await;
        assert_eq!(
            stranger
                .send(&page, sign_in, &[("email", "a@b.org")])
                .await
                .status,
            403
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_that_say_where_they_come_from_are_believed() {
    for world in World::on_both().await {
        let mut kay = world.as_a(Role::Manager).await;
        let token = kay.get("/account").await.hidden("csrf").unwrap();
        let body = format!("csrf={token}");
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        for (site, expected) in [
            ("same-origin", 204),
            ("cross-site", 403),
            ("same-site", 403),
            ("none", 403),
        ] {
            let headers = [form, ("Sec-Fetch-Site", site)];
            let seen = kay.ask("POST", "/still-here", &headers, &body).await;
            assert_eq!(seen.status, expected, "{site}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_of_safety() {
    for world in World::on_both().await {
        let mut kay = world.as_a(Role::Manager).await;
        for path in [
            "/sign-in",
            "/account",
            "/admin/accounts",
            "/no-such-page",
            "/reset/x",
            "/passkey.js",
        ] {
            let seen = kay.get(path).await;
            assert!(
                seen.header("content-security-policy")
                    .contains("default-src 'none'"),
                "{path}"
            );
            assert_eq!(seen.header("cache-control"), "no-store", "{path}");
            assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
            assert!(
                seen.header("strict-transport-security").contains("max-age"),
                "{path}"
            );
        }
        let set = world.browser().get("/sign-in").await;
        let cookie = set.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_signing_in_one_is_back_and_never_on_another_site() {
    for world in World::on_both().await {
        let asked = world.browser().get("/audit?page=2").await;
        assert_eq!(asked.location(), "/sign-in?back=%2Faudit%3Fpage%3D2");
        let mut kay = world.as_a(Role::Manager).await;
        for (back, goes) in [
            ("%2Faudit", "/audit"),
            ("%2F%2Fevil.example", "/"),
            ("https%3A%2F%2Fevil.example", "/"),
            ("%2F%5Cevil.example", "/"),
        ] {
            let seen = kay.get(&format!("/sign-in?back={back}")).await;
            assert_eq!((seen.status, seen.location()), (303, goes), "{back}");
        }
        assert_eq!("/audit".parse::<OwnPath>().unwrap().as_str(), "/audit");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_role_and_a_leaver_count_at_once() {
    for world in World::on_both().await {
        let kay = world.somebody(Role::Manager).await;
        let mut browser = world.signed_in(kay).await;
        assert_eq!(browser.get("/probe").await.status, 404, "no such page here");
        assert_eq!(browser.get("/break-glass/open").await.status, 200);
        set(
            &world,
            "update account set role = 'practice' where scheme_id = $1 and id = $2",
            kay,
        )
        .await;
        assert_eq!(browser.get("/break-glass/open").await.status, 403);
        set(
            &world,
            "update account set state = 'left' where scheme_id = $1 and id = $2",
            kay,
        )
        .await;
        assert!(!browser.is_signed_in().await);
    }
}

async fn set(world: &World, sql: &'static str, account: kith_base::Id<kith_access::Account>) {
    world
        .db
        .act(async |tx| {
            kith_db::run!(tx, sqlx::query(sql).bind(world.scheme).bind(account))?;
            Ok::<(), kith_db::Failure>(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_a_new_proof_asks_after_ten_minutes() {
    for world in World::on_both().await {
        let mut kay = world.as_a(Role::Manager).await;
        assert_eq!(kay.get("/break-glass/open").await.status, 200);
        world.pass(10 * 60 + 1);
        let asked = kay.get("/break-glass/open").await;
        assert_eq!(
            (asked.status, asked.location()),
            (303, "/step-up?back=%2Fbreak-glass%2Fopen")
        );
        assert!(kay.is_signed_in().await);
    }
}

/// Counts how often the work of a form was done.
async fn count(signed: Signed, app: App, posted: Posted) -> Answer {
    let to = format!("/counted/{}", kith_base::Id::<str>::new(signed.actor.now));
    let went = app
        .db
        .act(
            async |tx| match once(tx, &signed.actor, &posted, &to).await? {
                Once::First => Ok(to.clone()),
                Once::Again(before) => Ok(before),
            },
        )
        .await?;
    Ok(done(&went, "Counted"))
}

async fn missing(_: Signed) -> Answer {
    Err(Refusal::not_found().into())
}

async fn broken(_: Signed) -> Answer {
    Err(kith_access::Trouble::fault("the secret detail"))
}

async fn file(_: Signed, sent: Uploaded) -> Response {
    format!(
        "{} {} {}",
        sent.fields.text("note"),
        sent.file_name,
        sent.bytes.len()
    )
    .into_response()
}

fn probes(routes: Routes) -> Routes {
    routes
        .post("/count", Needs::SignedIn, count)
        .get(
            "/people/{person}/probe",
            Needs::Can(Ability::SeeNotes),
            missing,
        )
        .get("/broken", Needs::SignedIn, broken)
        .post_file("/file", Needs::SignedIn, file)
}

async fn probed() -> Vec<World> {
    let mut worlds = Vec::new();
    for db in both().await {
        worlds.push(World::on(db, false, probes).await);
    }
    worlds
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_does_its_work_once_and_goes_to_the_same_place() {
    for world in probed().await {
        let mut kay = world.as_a(Role::Manager).await;
        let page = kay.get("/account").await;
        let tries = (0..5).map(|_| {
            let mut kay = kay.clone();
            let page = &page;
            async move { kay.send(page, "/count", &[]).await.location().to_owned() }
        });
        let went: std::collections::BTreeSet<String> =
            futures::future::join_all(tries).await.into_iter().collect();
        assert_eq!(went.len(), 1, "{went:?}");
        let fresh = kay.get("/account").await;
        let other = kay.send(&fresh, "/count", &[]).await;
        assert!(!went.contains(other.location()));
        let csrf = page.hidden("csrf").unwrap();
        assert_eq!(
            kay.post("/count", &[("csrf", &csrf)]).await.status,
            422,
            "no key"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_about_somebody_is_written_down_and_reads_like_nothing_there() {
    for world in probed().await {
        let mut kay = world.as_a(Role::LinkWorker).await;
        let id = "00000000-0000-7000-8000-0000000000aa";
        let foreign = kay.get(&format!("/people/{id}/probe")).await;
        assert_eq!(foreign.status, 404);
        assert!(foreign.says("Not found, or you do not have access"));
        assert!(foreign.says("Sign out"), "in the account's own frame");
        let mut ann = world.as_a(Role::Administrator).await;
        assert_eq!(ann.get(&format!("/people/{id}/probe")).await.status, 403);
        let rows: i64 = world
            .db
            .read(async |tx| -> Outcome<i64> {
                Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(
                    "select count(*) from audit where scheme_id = $1 and outcome = 'refused' and object_id = $2")
                    .bind(world.scheme).bind(id.parse::<uuid::Uuid>().unwrap()).fetch_one(c))?)
            })
            .await
            .unwrap();
        assert_eq!(rows, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_shows_a_reference_and_nothing_of_ours() {
    for world in probed().await {
        let mut kay = world.as_a(Role::LinkWorker).await;
        let seen = kay.get("/broken").await;
        assert_eq!(seen.status, 500);
        assert!(!seen.says("secret detail"));
        assert_eq!(
            seen.between("kith-reference\">", "<").len(),
            8,
            "{}",
            seen.body
        );
    }
}

async fn sends_file(kay: &mut Browser, parts: &[(&str, &str, &str)]) -> crate::world::Seen {
    let mut body = String::new();
    for (name, file, text) in parts {
        let file = if file.is_empty() {
            String::new()
        } else {
            format!("; filename=\"{file}\"")
        };
        body.push_str(&format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str("--edge--\r\n");
    let from = kay.from.clone();
    let headers = [
        ("Content-Type", "multipart/form-data; boundary=edge"),
        ("Origin", from.as_str()),
    ];
    kay.ask("POST", "/file", &headers, &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_with_its_token_first_and_at_most_ten_megabytes() {
    for world in probed().await {
        let mut kay = world.as_a(Role::Manager).await;
        let csrf = kay.get("/account").await.hidden("csrf").unwrap();
        let file = ("sheet", "../people.csv", "a,b\n1,2");
        let right = sends_file(
            &mut kay,
            &[("csrf", "", &csrf), ("note", "", "hello"), file],
        )
        .await;
        assert_eq!(
            (right.status, right.body.as_str()),
            (200, "hello ../people.csv 7")
        );
        let late = sends_file(&mut kay, &[file, ("csrf", "", &csrf)]).await;
        assert_eq!(late.status, 403);
        let wrong = sends_file(&mut kay, &[("csrf", "", "x"), file]).await;
        assert_eq!(wrong.status, 403);
        let big = "x".repeat(10 * 1024 * 1024 + 1);
        let huge = sends_file(&mut kay, &[("csrf", "", &csrf), ("sheet", "big.csv", &big)]).await;
        assert_eq!(huge.status, 422);
    }
}
