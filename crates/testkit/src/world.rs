//! A small made-up world: one scheme with two practices, their staff, link
//! workers, a manager, an administrator, an information guardian, and a
//! safeguarding lead with a deputy, on a Tuesday in November at ten in the
//! morning. Nobody in it exists.

use axum::Router;
use kith_access::{
    Account, Actor, App, Organisation, Origin, Role, Scheme, ServerKey,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme, session, testing,
};
use kith_base::{Clock, Id, Ts};
use kith_db::{Outcome, Tx, run, testing::TestDb};

use crate::Browser;

/// Where the world's program is reached.
const ORIGIN: &str = "http://127.0.0.1:8080";
/// The moment at which the world stands still.
const NOW: &str = "2026-11-24T10:00:00Z";

/// Somebody on the staff.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    /// Their account.
    pub id: Id<Account>,
    /// Their name.
    pub name: &'static str,
}

/// The small world on one database.
#[expect(missing_docs, reason = "the people are told in the list below")]
pub struct World {
    pub db: TestDb,
    pub app: App,
    pub scheme: Id<Scheme>,
    pub riverside: Id<Organisation>,
    pub hillside: Id<Organisation>,
    pub network: Id<Organisation>,
    /// At the desk of Riverside Surgery.
    pub rita: Staff,
    /// A doctor at Hillside Practice.
    pub harry: Staff,
    /// A link worker.
    pub kay: Staff,
    /// Another link worker.
    pub sam: Staff,
    /// The manager, and deputy of the safeguarding lead.
    pub mo: Staff,
    /// The administrator.
    pub ada: Staff,
    /// The information guardian.
    pub grace: Staff,
    /// A link worker, and the safeguarding lead.
    pub lena: Staff,
    build: fn(App) -> Router,
}

impl World {
    /// The small world on each database there is, with these routes.
    pub async fn small(build: fn(App) -> Router) -> Vec<Self> {
        let mut worlds = Vec::new();
        for db in kith_db::testing::both().await {
            worlds.push(Self::on(db, build).await);
        }
        worlds
    }

    /// The small world on SQLite alone, for what does not touch the database
    /// in a way of its own.
    pub async fn smallest(build: fn(App) -> Router) -> Self {
        Self::on(kith_db::testing::sqlite().await, build).await
    }

    async fn on(db: TestDb, build: fn(App) -> Router) -> Self {
        let now: Ts = NOW.parse().expect("a moment");
        let origin: Origin = ORIGIN.parse().expect("an origin");
        let app = App::new(
            db.db.clone(),
            Clock::fixed(now),
            origin,
            ServerKey::random(),
        );
        let made = db
            .db
            .act(async |tx| people(tx, now).await)
            .await
            .expect("a small world");
        let [rita, harry, kay, sam, mo, ada, grace, lena] = made.staff;
        Self {
            db,
            app,
            scheme: made.scheme,
            riverside: made.riverside,
            hillside: made.hillside,
            network: made.network,
            rita,
            harry,
            kay,
            sam,
            mo,
            ada,
            grace,
            lena,
            build,
        }
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Ts {
        self.app.clock.now()
    }

    /// Lets time pass.
    pub fn passes_hours(&self, hours: i64) -> &Self {
        self.app.clock.set(self.now().plus_seconds(hours * 3600));
        self
    }

    /// Lets days pass, at the same time of the day in UTC.
    pub fn passes_days(&self, days: i64) -> &Self {
        self.passes_hours(days * 24)
    }

    /// The world's program.
    pub fn router(&self) -> Router {
        (self.build)(self.app.clone())
    }

    /// The browser of somebody who is not signed in.
    #[must_use]
    pub fn visitor(&self) -> Browser {
        Browser::new(self.router(), ORIGIN, "A visitor")
    }

    /// The browser of somebody who has just signed in.
    pub async fn signed_in(&self, who: Staff) -> Browser {
        let cookie = testing::signed_in(&self.app, self.scheme, who.id)
            .await
            .expect("a session");
        Browser::new(self.router(), ORIGIN, who.name).with_cookie(&cookie)
    }

    /// Somebody as actions know them.
    pub async fn actor(&self, who: Staff) -> Actor {
        let asked =
            async |tx: &mut Tx| session::of_account(tx, self.scheme, who.id, self.now()).await;
        self.db.read(asked).await.expect("an active account")
    }
}

struct Made {
    scheme: Id<Scheme>,
    riverside: Id<Organisation>,
    hillside: Id<Organisation>,
    network: Id<Organisation>,
    staff: [Staff; 8],
}

async fn people(tx: &mut Tx, now: Ts) -> Outcome<Made> {
    let scheme = scheme::found(tx, &text("Harbour link workers"), "harbour", now).await?;
    let practice = OrganisationKind::Practice;
    let riverside = organisation(
        tx,
        scheme,
        practice,
        "Riverside Surgery",
        Some("Y00001"),
        now,
    )
    .await?;
    let hillside = organisation(
        tx,
        scheme,
        practice,
        "Hillside Practice",
        Some("Y00002"),
        now,
    )
    .await?;
    let network = organisation(
        tx,
        scheme,
        OrganisationKind::Network,
        "Harbour network",
        None,
        now,
    )
    .await?;
    let worker = Role::LinkWorker;
    let staff = [
        account(tx, scheme, "Rita Shah", Role::Practice, riverside, now).await?,
        account(tx, scheme, "Harry Obi", Role::Practice, hillside, now).await?,
        account(tx, scheme, "Kay Ward", worker, network, now).await?,
        account(tx, scheme, "Sam Bright", worker, network, now).await?,
        account(tx, scheme, "Mo Khan", Role::Manager, network, now).await?,
        account(tx, scheme, "Ada Lowe", Role::Administrator, network, now).await?,
        account(tx, scheme, "Grace Hill", Role::Guardian, network, now).await?,
        account(tx, scheme, "Lena Frost", worker, network, now).await?,
    ];
    let [.., mo, _ada, _grace, lena] = staff;
    set(tx, scheme, "lead", &lena.id.to_string(), now).await?;
    set(tx, scheme, "deputy", &mo.id.to_string(), now).await?;
    Ok(Made {
        scheme,
        riverside,
        hillside,
        network,
        staff,
    })
}

async fn organisation(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    kind: OrganisationKind,
    name: &str,
    ods_code: Option<&str>,
    now: Ts,
) -> Outcome<Id<Organisation>> {
    let row = OrganisationRow {
        id: Id::new(now),
        kind,
        name: text(name),
        ods_code: ods_code.map(text),
        email: Some(text(&format!(
            "{}@example.org",
            name.replace(' ', ".").to_lowercase()
        ))),
        active: true,
        version: 1,
    };
    organisation::insert(tx, scheme, &row, now).await?;
    Ok(row.id)
}

async fn account(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    name: &'static str,
    role: Role,
    organisation_id: Id<Organisation>,
    now: Ts,
) -> Outcome<Staff> {
    let row = AccountRow {
        id: Id::new(now),
        email: text(&format!(
            "{}@example.org",
            name.replace(' ', ".").to_lowercase()
        )),
        name: text(name),
        role,
        organisation_id,
        state: AccountState::Active,
        full_time_percent: 100,
        left_on: None,
        version: 1,
    };
    account::insert(tx, scheme, &row, now).await?;
    Ok(Staff { id: row.id, name })
}

const SET: &str =
    "insert into setting (scheme_id, name, value, changed_at) values ($1, $2, $3, $4)";

async fn set(tx: &mut Tx, scheme: Id<Scheme>, name: &str, value: &str, now: Ts) -> Outcome<()> {
    run!(
        tx,
        sqlx::query(SET)
            .bind(scheme)
            .bind(name)
            .bind(value)
            .bind(now)
    )?;
    Ok(())
}

/// Words as what they mean.
pub(crate) fn text<T: std::str::FromStr>(words: &str) -> T
where
    T::Err: std::fmt::Display,
{
    words.parse().unwrap_or_else(|e| panic!("\"{words}\": {e}"))
}
