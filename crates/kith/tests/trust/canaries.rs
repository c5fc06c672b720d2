//! Where somebody is whose whereabouts are sensitive leaves by no road but
//! the written few; and what was written of anybody stands in no address, no
//! title, no mail, no log and no row of the audit trail. Each hidden field
//! holds a word of its own, every route is opened and every form is sent in
//! every role, and what comes back is searched for the words: pages, sheets,
//! archives opened, redirects, refusals, the outbox, the log, the metrics, and
//! everything the scheme keeps.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, header};
use kith::health::{self, Answers, Watched};
use kith_access::outbox::{self, Post, Sender};
use kith_testkit::{Browser, Sent};
use tempfile::TempDir;

use crate::{
    heard, mails,
    story::{MEETING, PLACE, Story, WORDS, unzipped},
};

/// Who may read the place, on which page: whoever is assigned, after a new
/// proof of who they are, where they asked for it; whoever leads on a concern
/// about her; and the two takings out of whole records.
const MAY_READ: &[(&str, &str, &str)] = &[
    ("Kay Ward", "GET", "/people/{person}/place"),
    ("Lena Frost", "GET", "/people/{person}/place"),
    ("Mo Khan", "GET", "/people/{person}/place"),
    ("Kay Ward", "GET", "/people/{person}/edit"),
    ("Lena Frost", "GET", "/people/{person}/edit"),
    ("Kay Ward", "POST", "/people/{person}/export"),
    ("Lena Frost", "POST", "/people/{person}/export"),
    ("Grace Hill", "POST", "/people/{person}/export"),
];
/// Who may read where she is met next: those who may read notes about her.
const MAY_MEET: &[&str] = &["Kay Ward", "Lena Frost", "Mo Khan", "Grace Hill"];
/// Which files of the scheme's own records hold it: the record itself, what it
/// said before, the list somebody brought in, and what a merge keeps to be taken back.
const MAY_HOLD: &[&str] = &[
    "person.csv",
    "person_earlier.csv",
    "import_row.csv",
    "person_merge.csv",
];

/// Everything an answer says: its body, with archives opened.
fn everything(sent: &Sent) -> String {
    if sent.bytes.starts_with(b"PK\x03\x04") {
        let files = unzipped(&sent.bytes);
        files.into_iter().map(|(name, text)| name + &text).collect()
    } else {
        sent.text()
    }
}

fn heads(headers: &HeaderMap) -> String {
    format!("{headers:?}")
}

fn title(page: &str) -> &str {
    let after = page.split_once("<title>").map_or("", |(_, after)| after);
    after.split_once("</title>").map_or("", |(title, _)| title)
}

fn found<'a>(words: &[&'a str], text: &str) -> Option<&'a str> {
    words.iter().find(|word| text.contains(**word)).copied()
}

/// What a form of this browser's session must carry.
pub async fn token(browser: &mut Browser, page: &str) -> String {
    let shown = browser.send(Method::GET, page, None).await.text();
    let after = shown.split_once("name=\"csrf\" value=\"");
    let token = after.and_then(|(_, after)| after.split_once('"'));
    token
        .unwrap_or_else(|| panic!("{page} has no form: {shown}"))
        .0
        .to_owned()
}

/// Sends a form with nothing in it but what every form carries.
pub async fn sends_empty(browser: &mut Browser, address: &str, token: &str, n: usize) -> Sent {
    let kind = "application/x-www-form-urlencoded".to_owned();
    let body = format!("csrf={token}&once=trust{n}");
    browser
        .send(Method::POST, address, Some((kind, body.into_bytes())))
        .await
}

/// One walk through the program as one person.
struct Walk<'a> {
    story: &'a Story,
    who: &'a str,
    read: Vec<String>,
    faults: Vec<String>,
    answers: usize,
}

impl Walk<'_> {
    fn looks(&mut self, method: &str, path: &str, sent: &Sent) {
        let engine = self.story.world.db.engine();
        let (who, status) = (self.who, sent.status);
        self.answers += 1;
        if status.is_server_error() {
            self.faults.push(format!("{who} {method} {path}: {status}"));
        }
        let body = everything(sent);
        let may = MAY_READ.contains(&(who, method, path))
            || (path == "/export" && method == "POST" && who == "Mo Khan");
        match found(PLACE, &body) {
            Some(word) if !may => self.faults.push(format!(
                "{who} reads {word} at {method} {path} ({status}, {engine})"
            )),
            Some(_) => self.read.push(format!("{who} {method} {path}")),
            None => {}
        }
        if body.contains(MEETING) && !MAY_MEET.contains(&who) {
            self.faults.push(format!(
                "{who} reads where she is met at {method} {path} ({engine})"
            ));
        }
        let around = [heads(&sent.headers), title(&body).to_owned()].join("\n");
        // The record's own window says whose it is: two windows side by side
        // must not be mistaken for each other.
        let named = path == "/people/{person}" && status == 200;
        let names: &[&str] = if named { &[] } else { &["Thistle", "THISTLE"] };
        for words in [PLACE, WORDS, names, &[MEETING]] {
            if let Some(word) = found(words, &around) {
                self.faults.push(format!(
                    "{who} {method} {path}: {word} stands in a header or a title ({engine})"
                ));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn canary_sweep() {
    heard::listen();
    for story in Story::both().await {
        let objects = story.objects(story.mary).await;
        let routes = kith::router::routes();
        let (mut faults, mut read, mut answers) = (Vec::new(), Vec::new(), 0);
        // Everybody looks before anybody sends a form.
        for method in ["GET", "POST"] {
            let people = story.everybody().map(Some).into_iter().chain([None]);
            for person in people {
                let who = person.map_or("A visitor", |person| person.name);
                let mut browser = match person {
                    Some(person) => story.world.signed_in(person).await,
                    None => story.world.visitor(),
                };
                let page = if person.is_some() {
                    "/account"
                } else {
                    "/sign-in"
                };
                let token = token(&mut browser, page).await;
                let mut walk = Walk {
                    story: &story,
                    who,
                    read: Vec::new(),
                    faults: Vec::new(),
                    answers: 0,
                };
                for (n, route) in routes.list().iter().enumerate() {
                    if route.method != method || route.path == "/sign-out" {
                        continue;
                    }
                    let Some(address) = objects.address(route.path) else {
                        continue;
                    };
                    let sent = if method == "GET" {
                        browser.send(Method::GET, &address, None).await
                    } else {
                        sends_empty(&mut browser, &address, &token, n).await
                    };
                    walk.looks(method, route.path, &sent);
                }
                faults.append(&mut walk.faults);
                read.append(&mut walk.read);
                answers += walk.answers;
            }
        }
        println!(
            "canary_sweep: {answers} answers on {}",
            story.world.db.engine()
        );
        assert!(faults.is_empty(), "{faults:#?}");
        // A sweep in which nobody reads the place has looked at nothing.
        for (who, method, path) in MAY_READ {
            let line = format!("{who} {method} {path}");
            assert!(read.contains(&line), "{line} no longer shows the place");
        }
        nothing_is_kept_beside(&story).await;
        nothing_is_mailed(&story).await;
        nothing_is_measured(&story).await;
    }
    let log = heard::so_far();
    assert!(log.contains("\"level\""), "the log was not heard");
    for words in [PLACE, WORDS, &["Thistle", "THISTLE", MEETING]] {
        let told = found(words, &log);
        assert_eq!(told, None, "the log says {told:?}");
    }
}

/// Everything the scheme keeps, file by file.
async fn nothing_is_kept_beside(story: &Story) {
    for (name, text) in story.kept().await {
        let word = found(PLACE, &text).filter(|_| !MAY_HOLD.contains(&name.as_str()));
        assert_eq!(word, None, "{name} holds it");
        if ["audit.csv", "outbox.csv", "form_once.csv"].contains(&name.as_str()) {
            assert!(text.lines().count() > 1, "{name} is empty");
            for words in [WORDS, &["Thistle", "THISTLE", MEETING]] {
                let word = found(words, &text);
                assert_eq!(word, None, "{name} holds {word:?}");
            }
        }
    }
}

/// What waits in the outbox is delivered and read.
async fn nothing_is_mailed(story: &Story) {
    mails::the_rest(story).await;
    let there = mails::sorts(story).await;
    let all = mails::SORTS.iter().map(|sort| (*sort).to_owned());
    assert_eq!(there, all.collect(), "every sort of mail is read here");
    let folder = TempDir::new().unwrap();
    let sender = Sender {
        post: Post::Folder(folder.path().to_owned()),
        from: "kith@example.org".parse().unwrap(),
        host: "kith.example.org".into(),
        on_failed: kith::jobs::mail_failed,
    };
    let world = &story.world;
    // Where a folder should be is a file: what cannot be sent is told in the log.
    let broken = Sender {
        post: Post::Folder(folder.path().join("a file")),
        ..sender.clone()
    };
    std::fs::write(folder.path().join("a file"), "").unwrap();
    let round = outbox::deliver(&world.db, world.scheme, &broken, &world.app.clock)
        .await
        .unwrap();
    assert!(round.later > 3 && round.sent == 0, "{round:?}");
    world.passes_hours(1);
    let round = outbox::deliver(&world.db, world.scheme, &sender, &world.app.clock)
        .await
        .unwrap();
    assert!(round.sent > 3, "{round:?}");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let mail = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for words in [PLACE, WORDS, &["Thistle", "THISTLE", MEETING]] {
            assert_eq!(found(words, &mail), None, "{mail}");
        }
    }
}

async fn nothing_is_measured(story: &Story) {
    let watched = Watched {
        app: story.world.app.clone(),
        jobs: Vec::new(),
        started: story.world.now(),
        answers: Arc::new(Answers::default()),
    };
    let mut browser = Browser::new(
        health::metrics(watched),
        "http://127.0.0.1:9090",
        "Prometheus",
    );
    let metrics = browser.send(Method::GET, "/metrics", None).await;
    assert_eq!(
        metrics.headers[header::CONTENT_TYPE],
        "text/plain; version=0.0.4"
    );
    let text = metrics.text();
    assert!(text.contains("kith_outbox"), "{text}");
    for words in [PLACE, WORDS, &["Thistle", "harbour", "Harbour"]] {
        assert_eq!(found(words, &text), None, "{text}");
    }
}
