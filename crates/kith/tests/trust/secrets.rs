//! No password, key, code, session, form token or mailed link ever stands in
//! the log, whatever is typed and whatever goes wrong; and every way to a
//! session is one of a written few.

use std::{fs, path::Path};

use axum::http::{Method, header};
use kith_access::{
    outbox::{self, Post, Sender},
    staff, testing,
};
use kith_db::{Outcome, Tx, on};
use kith_testkit::{Browser, Sent, World};

use crate::{heard, program};

const PASSWORD: &str = "seven small brown bears";
const WRONG: &str = "nine tall green herons";
const NEW: &str = "eleven quiet grey geese";

/// A browser, and every secret it has met.
struct Visitor {
    browser: Browser,
    secrets: Vec<String>,
}

fn between<'a>(text: &'a str, from: &str, until: &str) -> Vec<&'a str> {
    let rests = text.split(from).skip(1);
    rests.filter_map(|rest| rest.split(until).next()).collect()
}

impl Visitor {
    fn new(world: &World) -> Self {
        Self {
            browser: world.visitor(),
            secrets: Vec::new(),
        }
    }

    fn met(&mut self, sent: &Sent) {
        for set in sent.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let value = pair.split_once('=').unwrap().1;
            self.secrets.push(value.to_owned());
        }
        for name in ["csrf", "secret"] {
            let field = format!("name=\"{name}\" value=\"");
            let values = between(&sent.text(), &field, "\"").join(" ");
            self.secrets.extend(values.split(' ').map(str::to_owned));
        }
    }

    async fn opens(&mut self, path: &str) -> Sent {
        let sent = self.browser.send(Method::GET, path, None).await;
        self.met(&sent);
        sent
    }

    /// Fills in the form of a page and sends it, with its hidden fields.
    async fn fills(&mut self, path: &str, fields: &[(&str, &str)]) -> Sent {
        let page = self.opens(path).await.text();
        self.sends(path, &page, fields).await
    }

    async fn sends(&mut self, path: &str, page: &str, fields: &[(&str, &str)]) -> Sent {
        let mut body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
            .collect();
        for name in ["csrf", "once", "secret"] {
            let field = format!("name=\"{name}\" value=\"");
            if let Some(value) = between(page, &field, "\"").last() {
                body.push(format!("{name}={value}"));
            }
        }
        let kind = "application/x-www-form-urlencoded".to_owned();
        let body = Some((kind, body.join("&").into_bytes()));
        let sent = self.browser.send(Method::POST, path, body).await;
        self.met(&sent);
        sent
    }
}

/// The address of the newest mailed link.
async fn mailed(world: &World, kind: &'static str) -> String {
    let reads = async |tx: &mut Tx| -> Outcome<String> {
        Ok(on!(tx, c => sqlx::query_scalar::<_, String>(
            "select body from outbox where scheme_id = $1 and kind = $2 order by id desc limit 1")
            .bind(world.scheme).bind(kind).fetch_one(c))?)
    };
    let body = world.db.read(reads).await.unwrap();
    let address = body
        .split_whitespace()
        .find(|word| word.starts_with("http"));
    let path = address.unwrap().splitn(4, '/').nth(3).unwrap();
    format!("/{path}")
}

async fn no_mail_leaves(world: &World) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let sender = Sender {
        post: Post::Folder(file),
        from: "kith@example.org".parse().unwrap(),
        host: "kith.example.org".into(),
        on_failed: kith::jobs::mail_failed,
    };
    let round = outbox::deliver(&world.db, world.scheme, &sender, &world.app.clock).await;
    assert!(round.unwrap().later > 0);
}

fn passes(world: &World, seconds: i64) {
    world.app.clock.set(world.now().plus_seconds(seconds));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_reaches_the_log() {
    heard::listen();
    for world in World::small(program).await {
        let (network, now) = (world.network, world.now());
        let invites = async |tx: &mut Tx| {
            let (name, email) = ("Ivy Lane".parse().unwrap(), "ivy@example.org");
            let email = email.parse().unwrap();
            staff::first_administrator(tx, world.scheme, network, name, email, now).await
        };
        let link = world.db.act(invites).await.unwrap();
        let mut ivy = Visitor::new(&world);
        let shown = ivy.opens(&link).await.text();
        let key = between(&shown, "<code>", "</code>")[0].to_owned();
        let code = testing::code_of(&key, world.now());
        let fields = [("password", PASSWORD), ("again", PASSWORD), ("code", &code)];
        let welcomed = ivy.sends(&link, &shown, &fields).await;
        assert_eq!(welcomed.status, 200, "{}", welcomed.text());
        let codes = welcomed.text();
        let codes = between(&codes, "<code>", "</code>");
        assert_eq!(codes.len(), 10);
        let mut secrets: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        // A second factor's digits stand in many a number: as a value alone.
        let mut digits = vec![code];
        let letters = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        secrets.extend([letters(&link), key.clone()]);

        passes(&world, 60);
        let mut again = Visitor::new(&world);
        let email = ("email", "ivy@example.org");
        let wrong = again.fills("/sign-in", &[email, ("password", WRONG)]).await;
        assert_eq!(wrong.status, 422);
        passes(&world, 60);
        let half = again
            .fills("/sign-in", &[email, ("password", PASSWORD)])
            .await;
        assert_eq!(half.status, 303, "{}", half.text());
        assert_eq!(
            again
                .fills("/sign-in/second", &[("code", "guessed")])
                .await
                .status,
            422
        );
        passes(&world, 60);
        let home = again.fills("/sign-in/second", &[("code", codes[0])]).await;
        assert_eq!(home.status, 303, "{}", home.text());

        passes(&world, 60);
        let mut forgot = Visitor::new(&world);
        let asked = forgot.fills("/sign-in/forgotten", &[email]).await;
        assert_eq!(asked.status, 200, "{}", asked.text());
        let reset = mailed(&world, "reset").await;
        secrets.push(letters(&reset));
        no_mail_leaves(&world).await;
        let set = [("password", NEW), ("again", NEW)];
        assert_eq!(forgot.fills(&reset, &set).await.status, 303);
        let code = testing::code_of(&key, world.now());
        let home = forgot.fills("/sign-in/second", &[("code", &code)]).await;
        assert_eq!(home.status, 303, "{}", home.text());
        digits.push(code);
        passes(&world, 11 * 60);
        let code = testing::code_of(&key, world.now());
        let fields = [("password", NEW), ("code", &*code)];
        forgot.fills("/step-up", &fields).await;
        digits.push(code);

        for visitor in [ivy, again, forgot] {
            secrets.extend(visitor.secrets);
        }
        secrets.retain(|secret| secret.len() >= 8);
        secrets.sort();
        secrets.dedup();
        assert!(secrets.len() > 20, "{secrets:?}");
        for password in [PASSWORD, WRONG, NEW] {
            secrets.extend([password.to_owned(), password.replace(' ', "+")]);
        }
        for code in digits {
            secrets.extend([format!("={code}"), format!("\"{code}\"")]);
        }
        let log = heard::so_far();
        assert!(log.contains("a mail was not sent"), "the log was not heard");
        for secret in secrets {
            assert!(!log.contains(&secret), "the log says {secret}");
        }
    }
}

/// Where the code begins a session in which both factors count as proved, and
/// how often. Whoever adds a way adds it here, and its test to P8 of
/// `docs/threats.md`.
const WAYS: &[(&str, usize)] = &[
    // Only in the demonstration, which has no scheme of anybody's.
    ("access/src/demo.rs", 1),
    // An authenticator's or recovery code after the password; a passkey.
    ("access/src/sign_in/actions.rs", 2),
    // Built for tests alone.
    ("access/src/testing.rs", 1),
    // A password and an authenticator, set together from an invitation.
    ("access/src/welcome/actions.rs", 1),
];

fn sources(folder: &Path, found: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text: String = fs::read_to_string(&path)
                .unwrap()
                .split_whitespace()
                .collect();
            let begins = text.matches("session::begin(").count();
            let full = text.matches("Stage::SignedIn,now)").count();
            let half = text.matches("Stage::Password,now)").count();
            assert_eq!(
                begins,
                full + half,
                "{}: a session of what sort?",
                path.display()
            );
            if full > 0 {
                let path = path.display().to_string();
                let name = path.split("/crates/").last().unwrap();
                found.push((name.to_owned(), full));
            }
        }
    }
}

#[test]
fn every_way_to_a_session_is_a_written_one() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for one in fs::read_dir(crates.canonicalize().unwrap()).unwrap() {
        let source = one.unwrap().path().join("src");
        if source.is_dir() {
            sources(&source, &mut found);
        }
    }
    found.sort();
    let known: Vec<(String, usize)> = WAYS
        .iter()
        .map(|(name, many)| ((*name).to_owned(), *many))
        .collect();
    assert_eq!(found, known);
}

/// Where addresses are answered without the door, and why.
const BESIDE_THE_DOOR: &[(&str, &str)] = &[
    (
        "access/src/routes.rs",
        "the door itself: each route carries what it needs",
    ),
    (
        "kith/src/health.rs",
        "a word for the balancer, and figures on a loopback address",
    ),
    (
        "pages/src/assets.rs",
        "styles and scripts, the same for anybody",
    ),
];

/// Files with a route that is no method of `Routes`.
fn routed(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routed(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            if [".route(", ".route_service(", ".nest(", ".nest_service("]
                .iter()
                .any(|call| text.contains(call))
            {
                let path = path.display().to_string();
                found.push(path.split("/crates/").last().unwrap().to_owned());
            }
        }
    }
}

#[test]
fn no_address_is_answered_beside_the_door_but_the_written_few() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for one in fs::read_dir(crates.canonicalize().unwrap()).unwrap() {
        let source = one.unwrap().path().join("src");
        if source.is_dir() && !source.ends_with("testkit/src") && !source.ends_with("xtask/src") {
            routed(&source, &mut found);
        }
    }
    found.sort();
    let known: Vec<&str> = BESIDE_THE_DOOR.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, known);
}
