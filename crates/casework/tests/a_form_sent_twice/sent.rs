//! A form that is sent twice, and by those who may not.

use std::collections::BTreeSet;

use axum::http::Method;
use kith_access::{
    Actor, Needs, Reach, Role, RouteInfo,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme, session, testing,
};
use kith_base::Id;
use kith_db::{Outcome, Tx, on};
use kith_testkit::{Browser, Somebody, Staff, World};

/// Everything a form can change, counted; versions tell a second change of
/// one row.
const COUNTS: &[&str] = &[
    "select count(*) from person where scheme_id = $1",
    "select cast(coalesce(sum(version), 0) as bigint) from person where scheme_id = $1",
    "select count(*) from person_named where scheme_id = $1",
    "select count(*) from person_switch where scheme_id = $1",
    "select count(*) from person_risk where scheme_id = $1",
    "select count(*) from person_lone_working where scheme_id = $1",
    "select count(*) from person_earlier where scheme_id = $1",
    "select count(*) from person_merge where scheme_id = $1",
    "select count(*) from person_merge where scheme_id = $1 and undone_at is not null",
    "select count(*) from person_tag where scheme_id = $1",
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

/// What somebody did, as the trail has it; a refusal is another row.
const DONE: &str = "select count(*) from audit where scheme_id = $1 and outcome = 'done'";

/// What only looks, takes out, or says again what stands: it changes nothing
/// the first time either.
const CHANGES_NOTHING: &[&str] = &[
    "/caseload/search",
    "/caseload/several",
    "/sent/search",
    "/restricted",
    "/export",
    "/people/{person}/export",
    "/import/{import}/check",
];

/// Whatever has an id.
pub enum Thing {}

/// The forms that were sent, by their routes.
pub struct Sent<'a> {
    pub world: &'a World,
    keys: u32,
    pub routes: BTreeSet<&'static str>,
    outside: Vec<Outsider>,
    pub refused: u32,
    /// Those that left no row in the audit trail.
    pub silent: BTreeSet<&'static str>,
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
    pub async fn new(world: &'a World) -> Self {
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
            silent: BTreeSet::new(),
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

    pub async fn counts(&self) -> Vec<i64> {
        let mut all = Vec::new();
        for sql in COUNTS {
            all.push(self.world.count(sql).await);
        }
        all
    }

    pub async fn id(&self, sql: &'static str) -> String {
        let scheme = self.world.scheme;
        let asks = async |tx: &mut Tx| -> Outcome<Id<Thing>> {
            Ok(on!(tx, c => sqlx::query_scalar(sql).bind(scheme).fetch_one(c))?)
        };
        let found = self.world.db.read(asks).await;
        found.unwrap_or_else(|e| panic!("{sql}: {e}")).to_string()
    }

    pub async fn version(&self, somebody: Somebody) -> String {
        let sql = "select version from referral where scheme_id = $1 and person_id = $2";
        self.world
            .count_about(somebody.person, sql)
            .await
            .to_string()
    }

    pub async fn person_version(&self, somebody: Somebody) -> String {
        let sql = "select version from person where scheme_id = $1 and id = $2";
        self.world
            .count_about(somebody.person, sql)
            .await
            .to_string()
    }

    /// Posts a form of a route twice, with one key, as a double press does.
    pub async fn twice(
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
        let trail = self.world.count(DONE).await;
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
        if self.world.count(DONE).await == trail {
            self.silent.insert(route);
        }
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
pub async fn at_a_form(world: &World, who: Staff) -> Browser {
    let mut browser = world.signed_in(who).await;
    browser.opens("/concerns/new").await.is_answered(200);
    browser
}
