//! A button pressed twice, a page sent again after "back": every form of the
//! area does its work once, and the second press is sent on like the first.
//! The forms are posted as a browser would, by whoever may, on both databases.
//! Before that each is sent, with everything filled in, by those whose role or
//! reach does not go so far, and by those of another scheme: it does nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use axum::{Router, http::Method};
use kith_access::{
    Actor, App, Needs, Reach, Role, RouteInfo,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme, session, testing,
};
use kith_base::{Id, NhsNumber};
use kith_casework::{paths, person::Details};
use kith_db::{Outcome, Tx, on};
use kith_testkit::{Browser, Somebody, Staff, World, named, omar};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// Everything a form can change, counted; versions tell a second change of
/// one row.
const COUNTS: &[&str] = &[
    "select count(*) from person where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from person where scheme_id = $1",
    "select count(*) from person_named where scheme_id = $1",
    "select count(*) from person_switch where scheme_id = $1",
    "select count(*) from person_risk where scheme_id = $1",
    "select count(*) from person_merge where scheme_id = $1",
    "select count(*) from person_merge where scheme_id = $1 and undone_at is not null",
    "select count(*) from referral where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from referral where scheme_id = $1",
    "select count(*) from referral_move where scheme_id = $1",
    "select count(*) from contact where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from contact where scheme_id = $1",
    "select count(*) from task where scheme_id = $1",
    "select count(*) from task where scheme_id = $1 and done_at is not null",
    "select count(*) from task where scheme_id = $1 and owner_id is not null",
    "select count(*) from practice_message where scheme_id = $1",
    "select count(*) from practice_message where scheme_id = $1 and filed_at is not null",
    "select count(*) from practice_message where scheme_id = $1 and acknowledged_at is not null",
    "select count(*) from concern where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from concern where scheme_id = $1",
    "select count(*) from concern_event where scheme_id = $1",
    "select count(*) from cover where scheme_id = $1",
    "select count(*) from cover where scheme_id = $1 and ended_at is not null",
    "select count(*) from draft where scheme_id = $1",
    "select count(*) from export_request where scheme_id = $1",
    "select count(*) from export_request where scheme_id = $1 and released_at is not null",
    "select count(*) from export_request where scheme_id = $1 and cancelled_at is not null",
    "select count(*) from import_batch where scheme_id = $1",
    "select count(*) from import_batch where scheme_id = $1 and state in ('done', 'undone', 'dropped')",
    "select count(*) from import_row where scheme_id = $1 and sorted <> 'unread'",
    "select count(*) from import_row where scheme_id = $1 and choice = 'skip'",
];

/// What only looks, takes out, or says again what stands: it changes nothing
/// the first time either.
const CHANGES_NOTHING: &[&str] = &[
    "/caseload/search",
    "/sent/search",
    "/restricted",
    "/export",
    "/people/{person}/export",
    "/import/{import}/check",
];

enum Thing {}

/// The forms that were sent, by their routes.
struct Sent<'a> {
    world: &'a World,
    keys: u32,
    routes: BTreeSet<&'static str>,
    outside: Vec<Outsider>,
    refused: u32,
}

/// Somebody who tries what is not theirs to do.
struct Outsider {
    actor: Actor,
    browser: Browser,
    csrf: String,
}

/// What a form must carry, on the page a browser is on.
fn csrf_on(browser: &Browser) -> String {
    let html = browser.html();
    let field = html.split("name=\"csrf\"").nth(1);
    let value = field.and_then(|rest| rest.split("value=\"").nth(1));
    let csrf = value.and_then(|rest| rest.split('"').next());
    csrf.unwrap_or_else(|| panic!("no form on {}", browser.path()))
        .to_owned()
}

/// Another scheme, with somebody of each role that works with people.
async fn another_scheme(world: &World) -> Vec<Outsider> {
    let now = world.now();
    let founds = async |tx: &mut Tx| -> Outcome<_> {
        let scheme = scheme::found(tx, &"Moor link workers".parse().unwrap(), "moor", now).await?;
        let mut made = Vec::new();
        for (kind, ods_code, roles) in [
            (
                OrganisationKind::Practice,
                Some("Y00009"),
                &[Role::Practice][..],
            ),
            (
                OrganisationKind::Network,
                None,
                &[Role::LinkWorker, Role::Manager, Role::Guardian],
            ),
        ] {
            let body = OrganisationRow {
                id: Id::new(now),
                kind,
                name: "Moor".parse().unwrap(),
                ods_code: ods_code.map(|code| code.parse().unwrap()),
                email: None,
                active: true,
                version: 1,
            };
            organisation::insert(tx, scheme, &body, now).await?;
            for role in roles {
                let row = AccountRow {
                    id: Id::new(now),
                    email: format!("{role:?}@moor.example.org").parse().unwrap(),
                    name: "Zed Moor".parse().unwrap(),
                    role: *role,
                    organisation_id: body.id,
                    state: AccountState::Active,
                    full_time_percent: 100,
                    left_on: None,
                    version: 1,
                };
                account::insert(tx, scheme, &row, now).await?;
                made.push(session::of_account(tx, scheme, row.id, now).await?);
            }
        }
        Ok(made)
    };
    let actors = world.db.act(founds).await.unwrap();
    let mut all = Vec::new();
    for actor in actors {
        let cookie = testing::signed_in(&world.app, actor.scheme, actor.account)
            .await
            .unwrap();
        let browser = world.visitor().with_cookie(&cookie);
        all.push(Outsider::at_a_form(actor, browser).await);
    }
    all
}

impl Outsider {
    async fn at_a_form(actor: Actor, mut browser: Browser) -> Self {
        browser.opens("/concerns/new").await.is_answered(200);
        let csrf = csrf_on(&browser);
        Self {
            actor,
            browser,
            csrf,
        }
    }

    /// What a form of a route about somebody of Riverside is answered, which
    /// Kay or the manager works with; none when they may do it.
    fn is_told(&self, route: &RouteInfo, world: &World) -> Option<u16> {
        let Needs::Can(ability) = route.needs else {
            return None;
        };
        let about = route.path.contains('{');
        let strange = self.actor.scheme != world.scheme;
        match self.actor.reach(ability) {
            Reach::Nothing => Some(403),
            _ if strange && about => Some(404),
            _ if !about => None,
            Reach::Practice if self.actor.account == world.harry.id => Some(404),
            Reach::Assigned if self.actor.account == world.lena.id => Some(404),
            _ => None,
        }
    }
}

impl<'a> Sent<'a> {
    async fn new(world: &'a World) -> Self {
        let mut outside = another_scheme(world).await;
        for staff in [
            world.harry,
            world.lena,
            world.ada,
            world.rita,
            world.grace,
            world.mo,
        ] {
            let (actor, browser) = (world.actor(staff).await, world.signed_in(staff).await);
            outside.push(Outsider::at_a_form(actor, browser).await);
        }
        Self {
            world,
            keys: 0,
            routes: BTreeSet::new(),
            outside,
            refused: 0,
        }
    }

    /// The same form, filled in, from everybody who may not send it.
    async fn is_refused_to_others(&mut self, route: &'static str, path: &str, fields: &str) {
        let routes = kith_casework::routes();
        let of = |info: &&RouteInfo| info.method == "POST" && info.path == route;
        let info = *routes.list().iter().find(of).unwrap();
        let before = self.counts().await;
        for (n, one) in self.outside.iter_mut().enumerate() {
            let Some(told) = one.is_told(&info, self.world) else {
                continue;
            };
            let key = format!("{}-{n}", self.keys);
            let body = format!("csrf={}&once={key}&{fields}", one.csrf);
            let kind = "application/x-www-form-urlencoded".to_owned();
            let answer = one
                .browser
                .send(Method::POST, path, Some((kind, body.into_bytes())))
                .await;
            let role = one.actor.role;
            // A no to the role says nothing of whom the form is about.
            let no = answer.status == told || answer.status == 403;
            assert!(no, "{role} {route}: {}: {}", answer.status, answer.text());
            self.refused += 1;
        }
        assert_eq!(self.counts().await, before, "{route}: somebody else did it");
    }

    async fn counts(&self) -> Vec<i64> {
        let mut all = Vec::new();
        for sql in COUNTS {
            all.push(self.world.count(sql).await);
        }
        all
    }

    async fn id(&self, sql: &'static str) -> String {
        let scheme = self.world.scheme;
        let asks = async |tx: &mut Tx| -> Outcome<Id<Thing>> {
            Ok(on!(tx, c => sqlx::query_scalar(sql).bind(scheme).fetch_one(c))?)
        };
        let found = self.world.db.read(asks).await;
        found.unwrap_or_else(|e| panic!("{sql}: {e}")).to_string()
    }

    async fn version(&self, somebody: Somebody) -> String {
        let sql = "select version from referral where scheme_id = $1 and person_id = $2";
        self.world
            .count_about(somebody.person, sql)
            .await
            .to_string()
    }

    async fn person_version(&self, somebody: Somebody) -> String {
        let sql = "select version from person where scheme_id = $1 and id = $2";
        self.world
            .count_about(somebody.person, sql)
            .await
            .to_string()
    }

    /// Posts a form of a route twice, with one key, as a double press does.
    async fn twice(
        &mut self,
        browser: &mut Browser,
        route: &'static str,
        path: &str,
        fields: &[(&str, &str)],
    ) {
        self.keys += 1;
        let filled: Vec<String> = fields
            .iter()
            .map(|(name, text)| format!("{name}={}", encoded(text)))
            .collect();
        let filled = filled.join("&");
        self.is_refused_to_others(route, path, &filled).await;
        let csrf = csrf_on(browser);
        let body = format!("csrf={csrf}&once=key-{}&{filled}", self.keys);
        let kind = "application/x-www-form-urlencoded".to_owned();
        let body = (kind, body.into_bytes());
        let before = self.counts().await;
        let first = browser.send(Method::POST, path, Some(body.clone())).await;
        let (status, text) = (first.status, first.text());
        assert!(
            status.is_success() || status.is_redirection(),
            "{route}: the first press is answered {status}: {text}"
        );
        let after = self.counts().await;
        assert!(
            before != after || CHANGES_NOTHING.contains(&route),
            "{route}: the first press does nothing: {status}: {text}"
        );
        let second = browser.send(Method::POST, path, Some(body)).await;
        assert!(
            second.status == status,
            "{route}: the first press is answered {status}, the second {}: {}",
            second.status,
            second.text()
        );
        assert_eq!(self.counts().await, after, "{route} did its work twice");
        self.routes.insert(route);
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Somebody's browser on a page that has a form.
async fn at_a_form(world: &World, who: Staff) -> Browser {
    let mut browser = world.signed_in(who).await;
    browser.opens("/concerns/new").await.is_answered(200);
    browser
}

const NOTE: &[(&str, &str)] = &[
    ("at_on-day", "24"),
    ("at_on-month", "11"),
    ("at_on-year", "2026"),
    ("at_time", "09:30"),
    ("mode", "phone"),
    ("minutes", "30"),
    ("purpose", "assess"),
    ("attended", "yes"),
    ("note", "She sings"),
    ("readers", "shared"),
];

async fn a_referral(sent: &mut Sent<'_>) -> Somebody {
    let world = sent.world;
    let mut rita = at_a_form(world, world.rita).await;
    let number = NhsNumber::with_check_digit(999_000_001).unwrap();
    let fields = [
        ("nhs_number", &*number.spaced()),
        ("given", "Mary"),
        ("family", "Thistle"),
        ("born-day", "3"),
        ("born-month", "5"),
        ("born-year", "1951"),
        ("gender", "female"),
        ("main", "loneliness"),
        ("told", "talked"),
        ("agreed", "yes"),
    ];
    sent.twice(&mut rita, "/refer", "/refer", &fields).await;
    let referral = sent
        .id("select id from referral where scheme_id = $1")
        .await;
    let person = sent.id("select id from person where scheme_id = $1").await;
    let mary = Somebody {
        person: person.parse().unwrap(),
        referral: referral.parse().unwrap(),
    };
    let line = paths::add_line(mary.referral);
    sent.twice(
        &mut rita,
        "/sent/{referral}/line",
        &line,
        &[("line", "She has a cat")],
    )
    .await;
    let mut mo = at_a_form(world, world.mo).await;
    let version = sent.version(mary).await;
    let sam = world.sam.id.to_string();
    let given = [("version", &*version), ("worker", &*sam)];
    sent.twice(
        &mut mo,
        "/referrals/{id}/assign",
        &paths::assign(mary.referral),
        &given,
    )
    .await;
    let waiting = world.refers(world.rita, &omar()).await;
    let mut kay = at_a_form(world, world.kay).await;
    let version = sent.version(waiting).await;
    sent.twice(
        &mut kay,
        "/referrals/{id}/take",
        &paths::take(waiting.referral),
        &[("version", &version)],
    )
    .await;
    let back = world.refers(world.rita, &named("Jo", "Brown")).await;
    let version = sent.version(back).await;
    let decline = [
        ("version", &*version),
        ("reason", "out_of_area"),
        ("next_step", "Ask the council"),
        ("person_knows", "told"),
    ];
    sent.twice(
        &mut kay,
        "/referrals/{id}/decline",
        &paths::decline(back.referral),
        &decline,
    )
    .await;
    let answer = sent
        .id("select id from practice_message where scheme_id = $1 and needs_answer")
        .await;
    let message = [("message", &*answer)];
    let read = paths::acknowledge(back.referral);
    sent.twice(&mut rita, "/sent/{referral}/acknowledge", &read, &message)
        .await;
    let wrong = world.refers(world.rita, &named("Wrong", "Person")).await;
    let mistake = [("why", "The wrong person")];
    let path = paths::take_back(wrong.referral);
    sent.twice(&mut rita, "/sent/{referral}/take-back", &path, &mistake)
        .await;
    let search = [("q", "Person")];
    sent.twice(&mut rita, "/sent/search", "/sent/search", &search)
        .await;
    sent.twice(&mut rita, "/sent/filed", "/sent/filed", &message)
        .await;
    sent.twice(&mut rita, "/sent/not-filed", "/sent/not-filed", &message)
        .await;
    waiting
}

async fn a_note(sent: &mut Sent<'_>, somebody: Somebody) {
    let world = sent.world;
    let mut kay = at_a_form(world, world.kay).await;
    let (person, referral) = (somebody.person, somebody.referral.to_string());
    let version = sent.version(somebody).await;
    let mut fields = NOTE.to_vec();
    fields.extend([
        ("referral", &*referral),
        ("version", &*version),
        ("answer", "yes"),
        ("actions-rows", "1"),
        ("actions-1-what", "Ring the choir"),
        ("actions-1-who", "worker"),
        ("risk", "changed"),
        ("risk_words", "The dog bites"),
        ("press", "save"),
    ]);
    let new = paths::new_contact(person);
    sent.twice(&mut kay, "/people/{person}/contact", &new, &fields)
        .await;
    kay.opens(paths::new_contact(person)).await;
    let draft = paths::contact_draft(person);
    sent.twice(
        &mut kay,
        "/people/{person}/contact/draft",
        &draft,
        &[("note", "Half a sen")],
    )
    .await;
    let task = sent
        .id("select id from task where scheme_id = $1 and what = 'Ring the choir'")
        .await;
    let tick = paths::tick_task(&task);
    sent.twice(&mut kay, "/tasks/{task}/done", &tick, &[]).await;
    let untick = paths::untick_task(&task);
    sent.twice(&mut kay, "/tasks/{task}/undo", &untick, &[])
        .await;
    let contact = sent.id("select id from contact where scheme_id = $1").await;
    let mut right = NOTE.to_vec();
    right.extend([("note", "She sings well"), ("version", "1")]);
    let kept = paths::contact(person, &contact);
    sent.twice(
        &mut kay,
        "/people/{person}/contact/{contact}",
        &kept,
        &right,
    )
    .await;
    let reason = [("reason", "Written twice"), ("version", "2")];
    let void = paths::void_contact(person, &contact);
    sent.twice(
        &mut kay,
        "/people/{person}/contact/{contact}/void",
        &void,
        &reason,
    )
    .await;
    let version = sent.version(somebody).await;
    let next = [
        ("version", &*version),
        ("step", "Ring her"),
        ("next_on-day", "30"),
        ("next_on-month", "11"),
        ("next_on-year", "2026"),
    ];
    let path = paths::next(&referral);
    sent.twice(&mut kay, "/referrals/{id}/next", &path, &next)
        .await;
}

async fn the_record(sent: &mut Sent<'_>, somebody: Somebody) {
    let world = sent.world;
    let mut kay = at_a_form(world, world.kay).await;
    let person = somebody.person;
    let version = sent.person_version(somebody).await;
    let details = [
        ("given", "Omar"),
        ("family", "Khan"),
        ("known_as", "Omi"),
        ("version", &*version),
    ];
    let edit = paths::edit_person(person);
    sent.twice(&mut kay, "/people/{person}/edit", &edit, &details)
        .await;
    let version = sent.person_version(somebody).await;
    let switch = [
        ("switch", "restricted"),
        ("on", "on"),
        ("reason", "A relative works here"),
        ("version", &*version),
    ];
    let path = paths::sensitive(person);
    sent.twice(&mut kay, "/people/{person}/sensitive", &path, &switch)
        .await;
    let sam = world.sam.id.to_string();
    let path = paths::named(person);
    sent.twice(
        &mut kay,
        "/people/{person}/named",
        &path,
        &[("account", &sam)],
    )
    .await;
    let path = paths::unname(person, &sam);
    sent.twice(
        &mut kay,
        "/people/{person}/named/{account}/remove",
        &path,
        &[],
    )
    .await;
    let path = paths::export_person(person);
    sent.twice(&mut kay, "/people/{person}/export", &path, &[])
        .await;
    let version = sent.version(somebody).await;
    let task = sent
        .id("select id from task where scheme_id = $1 and what = 'Ring the choir'")
        .await;
    let ended = format!("ended-{task}");
    let close = [
        ("version", &*version),
        ("reason", "reached"),
        ("practice_to_do", "Nothing"),
        ("knows", "yes"),
        (&*ended, "done"),
        ("press", "send"),
    ];
    let path = paths::close(somebody.referral);
    sent.twice(&mut kay, "/referrals/{referral}/close", &path, &close)
        .await;
    let version = sent.version(somebody).await;
    let me = world.kay.id.to_string();
    let again = [("version", &*version), ("why", "She rang"), ("owner", &*me)];
    let path = paths::reopen(somebody.referral);
    sent.twice(&mut kay, "/referrals/{referral}/reopen", &path, &again)
        .await;
    let search = [("q", "Khan")];
    sent.twice(&mut kay, "/caseload/search", "/caseload/search", &search)
        .await;
    let number = NhsNumber::with_check_digit(999_000_002).unwrap();
    let known = [
        ("nhs_number", &*number.spaced()),
        ("born-day", "9"),
        ("born-month", "1"),
        ("born-year", "1980"),
    ];
    sent.twice(&mut kay, "/restricted", "/restricted", &known)
        .await;
}

async fn concerns(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut rita = at_a_form(world, world.rita).await;
    let new = [("danger", "no"), ("what", "Shouting at night")];
    sent.twice(&mut rita, "/concerns/new", "/concerns/new", &new)
        .await;
    let concern = sent.id("select id from concern where scheme_id = $1").await;
    let mut lena = at_a_form(world, world.lena).await;
    let step = |step| paths::concern_step(&concern, step);
    sent.twice(
        &mut lena,
        "/concerns/{concern}/acknowledge",
        &step("acknowledge"),
        &[("version", "1")],
    )
    .await;
    let note = [("note", "Rang the practice"), ("version", "2")];
    sent.twice(&mut lena, "/concerns/{concern}/note", &step("note"), &note)
        .await;
    let end = [("end", "safe"), ("line", "Looked into"), ("version", "3")];
    sent.twice(&mut lena, "/concerns/{concern}/close", &step("close"), &end)
        .await;
    let jo = world.takes_on(world.kay, &named("Ann", "Lee")).await;
    let mut kay = at_a_form(world, world.kay).await;
    let path = paths::raise_concern_about(jo.person);
    sent.twice(&mut kay, "/people/{person}/concern", &path, &new)
        .await;
    let mut visitor = world.visitor();
    let path = paths::public_concern_to("harbour");
    visitor.opens(&path).await;
    sent.twice(&mut visitor, "/concerns/public/{slug}", &path, &new)
        .await;
    let path = paths::refer_myself_to("harbour");
    visitor.opens(&path).await;
    let myself = [
        ("main", "money"),
        ("given", "Zoe"),
        ("family", "Adams"),
        ("born-day", "1"),
        ("born-month", "2"),
        ("born-year", "1990"),
        ("phone", "01632960111"),
        ("tell_practice", "no"),
        ("agree", "yes"),
    ];
    sent.twice(&mut visitor, "/refer-yourself/{slug}", &path, &myself)
        .await;
}

async fn two_records(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut mo = at_a_form(world, world.mo).await;
    // Mary herself has been referred already.
    let marie = Details {
        born: "1951-05-30".parse().ok(),
        ..named("Marie", "Thistle")
    };
    // Of two that are merged one at most has an open referral.
    let one = world.takes_on(world.kay, &marie).await;
    world.closes(world.kay, one.referral).await;
    let other = world.refers(world.harry, &named("Maria", "Thistle")).await;
    let third = world.refers(world.harry, &named("Mary", "Thistel")).await;
    let (a, b) = (one.person.to_string(), other.person.to_string());
    let versions = (
        sent.person_version(one).await,
        sent.person_version(other).await,
    );
    let keep = [
        ("keep", &*a),
        ("version_one", &*versions.0),
        ("version_other", &*versions.1),
    ];
    let path = paths::side_by_side(&a, &b);
    sent.twice(&mut mo, "/same-person/{one}/{other}", &path, &keep)
        .await;
    let merge = sent
        .id("select id from person_merge where scheme_id = $1")
        .await;
    sent.twice(
        &mut mo,
        "/merges/{merge}/undo",
        &paths::unmerge(&merge),
        &[],
    )
    .await;
    let asks = "insert into task (scheme_id, id, person_id, other_person_id, kind, what, who, due_on, made_at)
        select t.scheme_id, $4, $2, $3, 'same_person', 'A like name', 'worker', t.received_on, t.changed_at
          from referral t where t.scheme_id = $1 and t.person_id = $2";
    let (scheme, now) = (world.scheme, world.now());
    let asked = world.db.act(async |tx: &mut Tx| -> Outcome<u64> {
        Ok(kith_db::run!(
            tx,
            sqlx::query(asks)
                .bind(scheme)
                .bind(one.person)
                .bind(third.person)
                .bind(Id::<Thing>::new(now))
        )?)
    });
    assert_eq!(asked.await.unwrap(), 1);
    let path = paths::not_same(one.person, third.person);
    sent.twice(&mut mo, "/same-person/{one}/{other}/no", &path, &[])
        .await;
}

const FILE: &str = "Forename,Surname,DOB,Consent\nIda,Frost,09/01/1970,Yes\n";

async fn an_import(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut mo = world.signed_in(world.mo).await;
    for (ends, file) in [
        ("undo", FILE.to_owned()),
        ("drop", FILE.replace("Ida", "Eva")),
    ] {
        mo.opens("/import").await;
        mo.attaches("File with referrals", "list.csv", file);
        mo.presses("Read the file").await;
        let counts = sent.counts().await;
        mo.presses_again().await;
        mo.is_answered(200);
        assert_eq!(sent.counts().await, counts, "the file was staged twice");
        sent.routes.insert("/import");
        let path = mo.path().to_owned();
        let step = |step: &str| format!("{path}/{step}");
        let columns = [
            ("col-0", "given"),
            ("col-1", "family"),
            ("col-2", "born"),
            ("col-3", "agreed"),
            ("dates", "dmy"),
        ];
        sent.twice(
            &mut mo,
            "/import/{import}/columns",
            &step("columns"),
            &columns,
        )
        .await;
        sent.twice(&mut mo, "/import/{import}/check", &step("check"), &[])
            .await;
        if ends == "drop" {
            sent.twice(&mut mo, "/import/{import}/drop", &step("drop"), &[])
                .await;
            continue;
        }
        sent.twice(&mut mo, "/import/{import}/confirm", &step("confirm"), &[])
            .await;
        sent.twice(&mut mo, "/import/{import}/undo", &step("undo"), &[])
            .await;
    }
    // Another spelling of Marie is a close match to be decided about.
    mo.opens("/import").await;
    let alike = "Forename,Surname,DOB,Consent\nMarie,Thistel,30/05/1951,Yes\n";
    mo.attaches("File with referrals", "alike.csv", alike);
    mo.presses("Read the file").await;
    mo.presses("Check the rows").await.sees("Close matches");
    let path = format!("{}/choices", mo.path());
    let skip = [("row", "2"), ("choice-2", "skip")];
    sent.twice(&mut mo, "/import/{import}/choices", &path, &skip)
        .await;
}

async fn the_team(sent: &mut Sent<'_>) {
    let world = sent.world;
    let mut mo = at_a_form(world, world.mo).await;
    let (kay, sam) = (world.kay.id.to_string(), world.sam.id.to_string());
    let cover = [
        ("away", &*kay),
        ("cover", &*sam),
        ("from-day", "24"),
        ("from-month", "11"),
        ("from-year", "2026"),
        ("until-day", "30"),
        ("until-month", "11"),
        ("until-year", "2026"),
    ];
    sent.twice(&mut mo, "/team/cover", "/team/cover", &cover)
        .await;
    let id = sent.id("select id from cover where scheme_id = $1").await;
    let end = format!("/team/cover/{id}/end");
    sent.twice(&mut mo, "/team/cover/{cover}/end", &end, &[])
        .await;
    let path = format!("/team/leaving/{kay}");
    sent.twice(&mut mo, "/team/leaving/{account}", &path, &[("to", &sam)])
        .await;
    world.has_a_task(None, "Ring Riverside Surgery").await;
    let task = sent
        .id("select id from task where scheme_id = $1 and kind = 'message_failed'")
        .await;
    let path = paths::give_task(&task);
    sent.twice(&mut mo, "/tasks/{task}/give", &path, &[("to", &sam)])
        .await;
    sent.twice(&mut mo, "/export", "/export", &[]).await;
    // So many records leave only when a second person has released them.
    world.has_people(500).await;
    sent.twice(&mut mo, "/export/ask", "/export/ask", &[]).await;
    let request = sent
        .id("select id from export_request where scheme_id = $1")
        .await;
    let mut grace = at_a_form(world, world.grace).await;
    let release = paths::export_step(&request, "release");
    sent.twice(&mut grace, "/export/{request}/release", &release, &[])
        .await;
    let cancel = paths::export_step(&request, "cancel");
    sent.twice(&mut mo, "/export/{request}/cancel", &cancel, &[])
        .await;
}

#[tokio::test]
async fn every_form_does_its_work_once() {
    for world in World::small(program).await {
        let mut sent = Sent::new(&world).await;
        let held = a_referral(&mut sent).await;
        a_note(&mut sent, held).await;
        the_record(&mut sent, held).await;
        concerns(&mut sent).await;
        two_records(&mut sent).await;
        an_import(&mut sent).await;
        the_team(&mut sent).await;
        let all = kith_casework::routes();
        let missing: Vec<&str> = all
            .list()
            .iter()
            .filter(|route| route.method == "POST" && !sent.routes.contains(route.path))
            .map(|route| route.path)
            .collect();
        assert!(missing.is_empty(), "not sent twice here: {missing:?}");
        println!("{} forms were refused to others", sent.refused);
        assert!(sent.refused > 200, "{}", sent.refused);
    }
}
