//! No form that our own page did not send does anything: each form of the
//! program, in each role that may send it, from another site, from nowhere,
//! without a token, and with the token of another session.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use kith_access::{Needs, Reach, testing};
use kith_testkit::{Browser, Sent, Staff};

use crate::{canaries::token, matrix::rows, story::Story};

const OURS: &str = "http://127.0.0.1:8080";
/// What whoever is refused for it reads.
const WORDS: &str = "did not come from our own page";

/// The forms that bring a file.
const WITH_A_FILE: &[&str] = &["/import", "/figures/files/new/{kind}"];

/// A form of a browser: its cookies, and what it must carry.
struct Form {
    cookie: String,
    token: String,
    /// The token of another session of the same account.
    other: String,
}

/// How a request says where it comes from.
type From<'a> = &'a [(&'static str, &'a str)];

const FOREIGN: &[(&str, From<'_>)] = &[
    ("another site's page", &[("origin", "https://evil.example")]),
    ("a page of no site", &[("origin", "null")]),
    ("a browser that does not say where it is", &[]),
    (
        "across sites",
        &[("origin", OURS), ("sec-fetch-site", "cross-site")],
    ),
    (
        "a neighbouring site",
        &[("origin", OURS), ("sec-fetch-site", "same-site")],
    ),
    ("no page at all", &[("sec-fetch-site", "none")]),
];

const OWN: From<'_> = &[("origin", OURS), ("sec-fetch-site", "same-origin")];

fn body(token: Option<&str>, with_file: bool) -> (&'static str, String) {
    if !with_file {
        let token = token
            .map(|token| format!("csrf={token}&"))
            .unwrap_or_default();
        return (
            "application/x-www-form-urlencoded",
            format!("{token}once=elsewhere&reason=x&note=x&words=x"),
        );
    }
    let part = |name: &str, value: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let token = token.map(|token| part("csrf", token)).unwrap_or_default();
    let file = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\
                Content-Type: text/csv\r\n\r\nForename,Surname\nIda,Frost\n\r\n--edge--\r\n";
    (
        "multipart/form-data; boundary=edge",
        token + &part("once", "elsewhere") + file,
    )
}

/// Sends a form with this token from there.
async fn sends(
    browser: &mut Browser,
    path: &str,
    form: &Form,
    token: Option<&str>,
    from: From<'_>,
    with_file: bool,
) -> Sent {
    let (kind, body) = body(token, with_file);
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, kind)
        .header(header::COOKIE, &form.cookie);
    for (name, value) in from {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body)).unwrap();
    let peer: std::net::SocketAddr = ([127, 0, 0, 1], 40_000).into();
    request.extensions_mut().insert(ConnectInfo(peer));
    browser.send_request(request).await
}

/// Two sessions of one account; nobody's are two browsers that came by.
async fn two_sessions(story: &Story, who: Option<Staff>) -> Form {
    let world = &story.world;
    let page = if who.is_some() {
        "/account"
    } else {
        "/sign-in"
    };
    let (mut cookies, mut tokens) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let mut browser = world.visitor();
        if let Some(who) = who {
            let cookie = testing::signed_in(&world.app, world.scheme, who.id)
                .await
                .unwrap();
            browser = browser.with_cookie(&cookie);
            cookies.push(cookie);
            tokens.push(token(&mut browser, page).await);
            continue;
        }
        let shown = browser.send(Method::GET, page, None).await;
        let set = shown.headers[header::SET_COOKIE].to_str().unwrap();
        cookies.push(set.split(';').next().unwrap().to_owned());
        tokens.push(token(&mut browser, page).await);
    }
    let take = |all: &mut Vec<String>| all.remove(0);
    Form {
        cookie: take(&mut cookies),
        token: take(&mut tokens),
        other: take(&mut tokens),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn csrf_all() {
    for story in Story::both().await {
        let before: BTreeMap<String, String> = rows(&story).await;
        let objects = story.objects(story.mary).await;
        let routes = kith::router::routes();
        let (mut faults, mut sent, mut met) = (Vec::new(), 0, BTreeMap::new());
        let people = story.everybody().map(Some).into_iter().chain([None]);
        for person in people {
            let form = two_sessions(&story, person).await;
            let mut browser = story.world.visitor();
            for route in routes.list().iter().filter(|route| route.method == "POST") {
                let Some(path) = objects.address(route.path) else {
                    continue;
                };
                let may = match (route.needs, person) {
                    (Needs::Can(ability), Some(who)) => {
                        story.world.actor(who).await.reach(ability) != Reach::Nothing
                    }
                    (Needs::SignedIn, who) => who.is_some(),
                    (Needs::Anyone, who) => who.is_none(),
                    // Nobody in this story is between the two factors: where
                    // such a form comes from is asked all the same.
                    (Needs::HalfSignedIn, _) => false,
                    (Needs::Can(_), None) => false,
                };
                let file = WITH_A_FILE.contains(&route.path);
                let mut tries: Vec<(&str, Option<&str>, From<'_>)> = FOREIGN
                    .iter()
                    .map(|(what, from)| (*what, Some(form.token.as_str()), *from))
                    .collect();
                if may {
                    tries.push(("without a token", None, OWN));
                    tries.push(("with another session's token", Some(&form.other), OWN));
                    *met.entry(route.path).or_insert(0) += 1;
                }
                for (what, token, from) in tries {
                    let answer = sends(&mut browser, &path, &form, token, from, file).await;
                    sent += 1;
                    if answer.status != 403 || !answer.text().contains(WORDS) {
                        let who = person.map_or("A visitor", |who| who.name);
                        faults.push(format!("{who} {path} {what}: {}", answer.status));
                    }
                }
            }
        }
        println!("csrf_all: {sent} forms on {}", story.world.db.engine());
        assert!(faults.is_empty(), "{} of {sent}: {faults:#?}", faults.len());
        for route in routes.list().iter().filter(|route| route.method == "POST") {
            let told = objects.address(route.path).is_none() || route.needs == Needs::HalfSignedIn;
            assert!(
                told || met.contains_key(route.path),
                "{} is nobody's",
                route.path
            );
        }
        assert!(met.len() > 60, "{met:?}");
        assert_eq!(before, rows(&story).await, "something was done");
    }
}

/// What is sent by a form alone is not done by opening its address.
#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_a_form_alone_is_opened() {
    let story = Story::one().await;
    let objects = story.objects(story.mary).await;
    let routes = kith::router::routes();
    let mut mo = story.world.signed_in(story.world.mo).await;
    let mut tried = 0;
    for route in routes.list().iter().filter(|route| route.method == "POST") {
        let shown =
            |other: &&kith_access::RouteInfo| other.method == "GET" && other.path == route.path;
        let (Some(path), None) = (
            objects.address(route.path),
            routes.list().iter().find(shown),
        ) else {
            continue;
        };
        tried += 1;
        let status = mo.send(Method::GET, &path, None).await.status;
        assert_eq!(status, 405, "{path}");
    }
    assert!(tried > 30, "{tried}");
}
