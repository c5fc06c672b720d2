//! Whatever a browser, or somebody who is none, sends to the program (cookies,
//! forms, files, addresses), and whatever stands in its configuration: it is
//! answered, or refused in words, and nothing breaks.
//! `KITH_TEST_LONG` draws many more.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Method, Request, header},
};
use kith::config::Config;
use kith_access::{App, testing};
use kith_testkit::{Browser, World, mary};
use proptest::{prelude::*, test_runner::TestRunner};

fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}

fn drawn(few: u32) -> ProptestConfig {
    let long = std::env::var_os("KITH_TEST_LONG").is_some();
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(if long { few * 100 } else { few })
    }
}

/// Names that fields of our forms have.
const FIELDS: &[&str] = &[
    "given",
    "family",
    "nhs_number",
    "born-day",
    "born-month",
    "born-year",
    "postcode",
    "phone",
    "main",
    "also",
    "told",
    "agreed",
    "why",
    "gender",
    "ethnicity",
    "person",
    "practice",
    "referral",
    "version",
    "answer",
    "at_on-day",
    "at_on-month",
    "at_on-year",
    "at_time",
    "mode",
    "minutes",
    "purpose",
    "attended",
    "note",
    "readers",
    "actions-rows",
    "actions-1-what",
    "actions-1-who",
    "next_on-day",
    "when",
    "risk",
    "risk_words",
    "press",
    "words",
    "email",
    "password",
    "code",
    "danger",
    "what",
    "agree",
    "tell_practice",
    "reason",
    "switch",
    "on",
];

/// Where forms go: of a visitor, a practice, a link worker.
const FORMS: &[&str] = &[
    "/sign-in",
    "/sign-in/forgotten",
    "/concerns/public/harbour",
    "/refer-yourself/harbour",
    "/refer",
    "/sent/filed",
    "/sent/search",
    "/concerns/new",
    "/caseload/search",
    "/restricted",
    "/people/PERSON/contact",
    "/people/PERSON/contact/draft",
    "/people/PERSON/edit",
    "/people/PERSON/sensitive",
    "/referrals/REFERRAL/close",
    "/referrals/REFERRAL/next",
    "/break-glass/open",
];

const ADDRESSES: &[&str] = &[
    "/caseload?",
    "/waiting?",
    "/sent?",
    "/audit?",
    "/people/",
    "/sign-in?back=",
    "/refer/",
    "/",
];

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9]{0,20}",
        "[-+0-9:. ]{0,8}",
        Just("18446744073709551616".to_owned()),
        Just("\0".to_owned()),
        Just("\u{fffd}\u{202e}".to_owned()),
    ]
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

struct Somebody {
    browser: Browser,
    csrf: String,
}

impl Somebody {
    async fn of(world: &World, who: Option<kith_testkit::Staff>) -> Self {
        let mut browser = world.visitor();
        if let Some(who) = who {
            browser = world.signed_in(who).await;
        }
        let page = if who.is_some() {
            "/account"
        } else {
            "/sign-in"
        };
        let shown = browser.send(Method::GET, page, None).await.text();
        let after = shown.split("name=\"csrf\" value=\"").nth(1).unwrap();
        let csrf = after.split('"').next().unwrap().to_owned();
        Self { browser, csrf }
    }
}

/// An answer, and never a fault of ours.
fn is_no_fault(what: &str, sent: &kith_testkit::Sent) -> Result<(), TestCaseError> {
    let text = sent.text();
    prop_assert!(
        !sent.status.is_server_error(),
        "{what}: {} {text}",
        sent.status
    );
    if sent.status == 422 {
        prop_assert!(!text.contains("panicked"), "{what}: {text}");
    }
    Ok(())
}

#[test]
fn any_form_is_answered() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, mary) = runtime.block_on(async {
        let world = World::smallest(program).await;
        let mary = world.takes_on(world.kay, &mary()).await;
        (world, mary)
    });
    let people = runtime.block_on(async {
        let mut all = Vec::new();
        for who in [None, Some(world.rita), Some(world.kay)] {
            all.push(Somebody::of(&world, who).await);
        }
        all
    });
    let people = std::cell::RefCell::new(people);
    let counted = std::cell::Cell::new(0_u32);
    let met = std::cell::RefCell::new(std::collections::BTreeMap::new());
    let fields = prop::collection::vec((prop::sample::select(FIELDS), typed()), 0..25);
    let rest = prop::collection::vec(any::<u8>(), 0..200);
    let form = (prop::sample::select(FORMS), fields, rest, 0_usize..3);
    let run = TestRunner::new(drawn(600)).run(&form, |(path, fields, rest, who)| {
        let path = path
            .replace("PERSON", &mary.person.to_string())
            .replace("REFERRAL", &mary.referral.to_string());
        let one = &mut people.borrow_mut()[who];
        counted.set(counted.get() + 1);
        let mut body = format!("csrf={}&once=garbage{}&", one.csrf, counted.get());
        for (name, text) in fields {
            body.push_str(&format!("{name}={}&", encoded(&text)));
        }
        let body = [body.as_bytes(), &rest].concat();
        let kind = "application/x-www-form-urlencoded".to_owned();
        let sent = runtime.block_on(one.browser.send(Method::POST, &path, Some((kind, body))));
        *met.borrow_mut().entry(sent.status.as_u16()).or_insert(0) += 1;
        is_no_fault(&path, &sent)
    });
    run.unwrap();
    let met = met.into_inner();
    let read = met.get(&422).copied().unwrap_or(0_u32);
    assert!(read > 100, "hardly a form was read: {met:?}");
}

#[test]
fn any_cookie_and_any_address_is_answered() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::smallest(program));
    let cookie = runtime
        .block_on(testing::signed_in(&world.app, world.scheme, world.kay.id))
        .unwrap();
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    let spoilt = (any::<prop::sample::Index>(), any::<u8>());
    let drawn_from = (
        prop::sample::select(ADDRESSES),
        "[-a-zA-Z0-9_=&%.~+/?]{0,60}",
        bytes,
        spoilt,
        0_u8..4,
    );
    let run =
        TestRunner::new(drawn(600)).run(&drawn_from, |(address, rest, bytes, spoilt, how)| {
            let mut own = cookie.clone().into_bytes();
            let at = spoilt.0.index(own.len());
            own[at] = spoilt.1;
            let sent = match how {
                0 => bytes,
                1 => own,
                2 => [b"kith=", &bytes[..]].concat(),
                _ => cookie.clone().into_bytes(),
            };
            let mut request = Request::builder().uri(format!("{address}{rest}"));
            request = request.header(header::HOST, "127.0.0.1:8080");
            if let Ok(value) = HeaderValue::from_bytes(&sent) {
                request = request.header(header::COOKIE, value);
            }
            let Ok(mut request) = request.body(Body::empty()) else {
                return Ok(());
            };
            let peer: std::net::SocketAddr = ([127, 0, 0, 1], 40_000).into();
            request.extensions_mut().insert(ConnectInfo(peer));
            let mut browser = world.visitor();
            let answer = runtime.block_on(browser.send_request(request));
            is_no_fault(&format!("{address}{rest}"), &answer)
        });
    run.unwrap();
}

/// Files of garbage, to each door that takes a file.
#[test]
fn any_file_is_taken_or_refused_in_words() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::smallest(program));
    let mo = runtime.block_on(Somebody::of(&world, Some(world.mo)));
    let mo = std::cell::RefCell::new(mo);
    let counted = std::cell::Cell::new(0_u32);
    let heads = [
        "Forename,Surname,DOB,Consent\n",
        "NHS number,Registered from,Registered until,Year of birth,Sex,Deprivation fifth\n",
        "PK\u{3}\u{4}",
        "",
    ];
    let doors = [
        "/import",
        "/figures/files/new/gp_register",
        "/figures/files/new/scores",
    ];
    let file = (
        prop::sample::select(doors.to_vec()),
        prop::sample::select(heads.to_vec()),
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..2000),
            any::<String>().prop_map(String::into_bytes),
            "([-0-9a-zA-Z/., ]{0,12},){0,8}\n".prop_map(String::into_bytes),
        ],
    );
    let run = TestRunner::new(drawn(200)).run(&file, |(door, head, rest)| {
        let mo = &mut mo.borrow_mut();
        counted.set(counted.get() + 1);
        let part = |name: &str, value: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let once = format!("file{}", counted.get());
        let mut body = part("csrf", &mo.csrf) + &part("once", &once);
        body += &part("practice", &world.riverside.to_string());
        for (name, value) in [
            ("as_of-day", "20"),
            ("as_of-month", "11"),
            ("as_of-year", "2026"),
        ] {
            body += &part(name, value);
        }
        body += "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\
                 Content-Type: text/csv\r\n\r\n";
        let body = [body.as_bytes(), head.as_bytes(), &rest, b"\r\n--edge--\r\n"].concat();
        let kind = "multipart/form-data; boundary=edge".to_owned();
        let sent = runtime.block_on(mo.browser.send(Method::POST, door, Some((kind, body))));
        is_no_fault(door, &sent)
    });
    run.unwrap();
}

/// A configuration, with any text in it or any value for any setting.
#[test]
fn any_configuration_is_understood_or_refused_in_words() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("kith.toml");
    let names = [
        "database",
        "listen",
        "origin",
        "key_file",
        "metrics",
        "mail",
        "mail_from",
        "checkpoints",
        "log",
        "log_format",
        "another",
    ];
    let value = prop_oneof![
        any::<String>().prop_map(|text| format!("{text:?}")),
        "[a-z]{0,6}:?/{0,2}[-a-z0-9.@:/\\[\\]]{0,30}".prop_map(|text| format!("\"{text}\"")),
        any::<String>(),
        any::<f64>().prop_map(|number| number.to_string()),
        Just("[".repeat(5_000)),
        Just("{a={a={a=1}}}".to_owned()),
    ];
    let line = (prop::sample::select(names.to_vec()), value)
        .prop_map(|(name, value)| format!("{name} = {value}\n"));
    let text = prop_oneof![
        prop::collection::vec(line, 0..6).prop_map(|lines| lines.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..500),
    ];
    let run = TestRunner::new(drawn(2_000)).run(&text, |text| {
        std::fs::write(&file, &text).unwrap();
        if let Err(bad) = Config::read(Some(&file), kith::config::Values::default()) {
            let words = bad.to_string();
            prop_assert!(words.len() > 10, "{words}");
        }
        Ok(())
    });
    run.unwrap();
}
