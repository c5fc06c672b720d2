//! A made-up scheme behind a real server, and browsers without scripts.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
};

use kith_access::{
    Account, App, Organisation, Role, Routes, Scheme, ServerKey,
    account::{self, AccountRow, AccountState},
    demo,
    organisation::{self, OrganisationKind, OrganisationRow},
    routes, scheme, staff, testing,
};
use kith_base::{Clock, Id, Ts};
use kith_db::testing::{TestDb, both};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A Monday morning.
pub const MONDAY: &str = "2026-11-16T09:00:00Z";

/// A scheme with everybody in it, behind a server.
pub struct World {
    pub db: TestDb,
    pub app: App,
    pub clock: Clock,
    pub at: SocketAddr,
    pub scheme: Id<Scheme>,
    pub practice: Id<Organisation>,
    pub network: Id<Organisation>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl World {
    /// The same world on every database.
    pub async fn on_both() -> Vec<Self> {
        let mut worlds = Vec::new();
        for db in both().await {
            worlds.push(Self::on(db, false, |routes| routes).await);
        }
        worlds
    }

    /// The demonstration, on every database.
    pub async fn demo() -> Vec<Self> {
        let mut worlds = Vec::new();
        for db in both().await {
            worlds.push(Self::on(db, true, |routes| routes.merge(demo::routes())).await);
        }
        worlds
    }

    /// On one database, with more routes.
    pub async fn on(db: TestDb, is_demo: bool, more: impl FnOnce(Routes) -> Routes) -> Self {
        Self::made(db, more, |app| app.demo = is_demo).await
    }

    /// On one database, with what the program hangs in.
    pub async fn with(db: TestDb, set: impl FnOnce(&mut App)) -> Self {
        Self::made(db, |routes| routes, set).await
    }

    async fn made(
        db: TestDb,
        more: impl FnOnce(Routes) -> Routes,
        set: impl FnOnce(&mut App),
    ) -> Self {
        let clock = Clock::fixed(MONDAY.parse().unwrap());
        let now = clock.now();
        let (scheme, practice, network) = db
            .act(async |tx| {
                let scheme =
                    scheme::found(tx, &"Riverside".parse().unwrap(), "riverside", now).await?;
                let mut ids = Vec::new();
                for (kind, name, code) in [
                    (
                        OrganisationKind::Practice,
                        "Mill Lane Surgery",
                        Some("A12345"),
                    ),
                    (OrganisationKind::Network, "Riverside network", None),
                ] {
                    let row = OrganisationRow {
                        id: Id::new(now),
                        kind,
                        name: name.parse().unwrap(),
                        ods_code: code.map(|code| code.parse().unwrap()),
                        email: None,
                        active: true,
                        version: 1,
                    };
                    organisation::insert(tx, scheme, &row, now).await?;
                    ids.push(row.id);
                }
                Ok::<_, kith_db::Failure>((scheme, ids[0], ids[1]))
            })
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let origin = format!("http://localhost:{}", at.port()).parse().unwrap();
        let mut app = App::new(db.db.clone(), clock.clone(), origin, ServerKey::random());
        set(&mut app);
        let router = more(routes()).into_router(app.clone());
        tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.unwrap();
        });
        Self {
            db,
            app,
            clock,
            at,
            scheme,
            practice,
            network,
        }
    }

    /// The same program over another database, and a browser at it.
    pub async fn over(&self, db: kith_db::Db) -> Browser {
        let mut app = self.app.clone();
        app.db = db;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let router = routes().into_router(app);
        tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.unwrap();
        });
        Browser {
            at,
            ..self.browser()
        }
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    pub fn now(&self) -> Ts {
        self.clock.now()
    }

    /// An active account that has never set anything.
    pub async fn somebody(&self, role: Role) -> Id<Account> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let row = AccountRow {
            id: Id::new(self.now()),
            email: format!("somebody{number}@example.org").parse().unwrap(),
            name: format!("Somebody {number}").parse().unwrap(),
            role,
            organisation_id: if role == Role::Practice {
                self.practice
            } else {
                self.network
            },
            state: AccountState::Active,
            full_time_percent: 100,
            left_on: None,
            version: 1,
        };
        let now = self.now();
        self.db
            .act(async |tx| account::insert(tx, self.scheme, &row, now).await)
            .await
            .unwrap();
        row.id
    }

    /// A browser in which somebody is signed in.
    pub async fn signed_in(&self, account: Id<Account>) -> Browser {
        let cookie = testing::signed_in(&self.app, self.scheme, account)
            .await
            .unwrap();
        let mut browser = self.browser();
        let (name, value) = cookie.split_once('=').unwrap();
        browser.jar.insert(name.into(), value.into());
        browser
    }

    pub async fn as_a(&self, role: Role) -> Browser {
        self.signed_in(self.somebody(role).await).await
    }

    pub fn browser(&self) -> Browser {
        Browser {
            at: self.at,
            jar: BTreeMap::new(),
            from: format!("http://localhost:{}", self.at.port()),
            address: None,
        }
    }

    /// An administrator who went through the invitation: its browser, the key
    /// of its authenticator, its recovery codes.
    pub async fn welcomed(&self, email: &str) -> Welcomed {
        let now = self.now();
        let link = self
            .db
            .act(async |tx| {
                let (name, email) = ("Ada Okafor".parse().unwrap(), email.parse().unwrap());
                staff::first_administrator(tx, self.scheme, self.network, name, email, now).await
            })
            .await
            .unwrap();
        let mut browser = self.browser();
        let page = browser.get(&link).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let key = page.between("<code>", "</code>");
        let code = testing::code_of(&key, now);
        let page = browser
            .send(
                &page,
                &link,
                &[("password", PASSWORD), ("again", PASSWORD), ("code", &code)],
            )
            .await;
        assert_eq!(page.status, 200, "{}", page.body);
        let codes = page.all_between("<code>", "</code>");
        Welcomed {
            browser,
            link,
            key,
            codes,
        }
    }
}

/// A password that may be one.
pub const PASSWORD: &str = "seven small brown bears";

/// Somebody who has set up their account.
pub struct Welcomed {
    pub browser: Browser,
    pub link: String,
    pub key: String,
    pub codes: Vec<String>,
}

/// A browser without scripts: it keeps cookies and sends forms.
#[derive(Clone)]
pub struct Browser {
    at: SocketAddr,
    pub jar: BTreeMap<String, String>,
    /// What it says in `Origin`.
    pub from: String,
    /// Where it is, as a balancer says it.
    pub address: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Seen {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Seen {
        self.ask("GET", path, &[], "").await
    }

    /// Fills in the form of a page, keeping its hidden fields, and sends it.
    pub async fn send(&mut self, page: &Seen, path: &str, fields: &[(&str, &str)]) -> Seen {
        let hidden = ["csrf", "once", "secret", "version", "state", "seen"]
            .map(|name| (name, page.hidden(name)));
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        for (name, value) in &hidden {
            if let Some(value) = value
                && !fields.iter().any(|(given, _)| given == name)
            {
                all.push((name, value));
            }
        }
        self.post(path, &all).await
    }

    /// Opens the page of a form, fills it in, sends it.
    pub async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let page = self.get(path).await;
        self.send(&page, path, fields).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let form = "application/x-www-form-urlencoded";
        let from = self.from.clone();
        let headers = [("Content-Type", form), ("Origin", from.as_str())];
        self.ask("POST", path, &headers, &body.join("&")).await
    }

    /// Asks the server, over a new connection.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Seen {
        let cookies: Vec<String> = self.jar.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.at,
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(address) = &self.address {
            request.push_str(&format!("X-Forwarded-For: {address}\r\n"));
        }
        if !cookies.is_empty() {
            request.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        request.push_str("\r\n");
        request.push_str(body);
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let seen = Seen::read(&answer);
        self.keep_cookies(&seen);
        seen
    }

    fn keep_cookies(&mut self, seen: &Seen) {
        for (name, line) in &seen.headers {
            if name == "set-cookie" {
                let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
                if value.is_empty() || line.contains("Max-Age=0") {
                    self.jar.remove(name);
                } else {
                    self.jar.insert(name.into(), value.into());
                }
            }
        }
    }

    /// Signs in with password and authenticator.
    pub async fn signs_in(&mut self, email: &str, key: &str, now: Ts) -> Seen {
        let fields = [("email", email), ("password", PASSWORD)];
        let half = self.fill("/sign-in", &fields).await;
        assert_eq!(half.location(), "/sign-in/second?back=%2F", "{}", half.body);
        let code = testing::code_of(key, now);
        self.fill("/sign-in/second", &[("code", &code)]).await
    }

    /// Whether somebody is signed in here.
    pub async fn is_signed_in(&mut self) -> bool {
        self.get("/account").await.status == 200
    }
}

impl Seen {
    fn read(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().unwrap_or("").split(' ').nth(1).unwrap_or("0");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Self {
            status: status.parse().unwrap(),
            headers,
            body: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(at, _)| at == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn says(&self, words: &str) -> bool {
        self.body.contains(words)
    }

    /// The value of a hidden field: the last one with this name, which is the
    /// one of the form in the page's body.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let mark = format!("name=\"{name}\" value=\"");
        let from = self.body.rfind(&mark)? + mark.len();
        let until = self.body[from..].find('"')?;
        Some(self.body[from..from + until].to_owned())
    }

    pub fn all_between(&self, from: &str, until: &str) -> Vec<String> {
        self.body
            .split(from)
            .skip(1)
            .filter_map(|rest| rest.split(until).next())
            .map(str::to_owned)
            .collect()
    }

    pub fn between(&self, from: &str, until: &str) -> String {
        self.all_between(from, until)
            .first()
            .cloned()
            .unwrap_or_default()
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
