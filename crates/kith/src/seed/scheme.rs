//! The made-up scheme: practices, staff, and what it has decided for itself.

use std::ops::Range;

use kith_access::{
    Account, Organisation, Role, Scheme,
    account::{self, AccountRow, AccountState},
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme,
};
use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx, run};

use super::{draw::Draw, text};

/// How big the scheme is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Practices; each has two people who refer.
    pub practices: usize,
    /// Link workers.
    pub workers: usize,
}

/// The scheme as it was made.
#[derive(Debug)]
pub struct MadeScheme {
    /// Its id.
    pub id: Id<Scheme>,
    /// The organisation that runs it.
    pub network: Id<Organisation>,
    /// Its practices, each with two accounts that refer.
    pub practices: Vec<(Id<Organisation>, [Id<Account>; 2])>,
    /// Its link workers.
    pub workers: Vec<Id<Account>>,
    /// Its manager.
    pub manager: Id<Account>,
    /// Its safeguarding lead.
    pub lead: Id<Account>,
}

/// Who sends somebody, and who takes them on.
pub struct Cast {
    /// The practice they are registered with.
    pub practice: Id<Organisation>,
    /// Who refers them there; nobody when they come themselves.
    pub referrer: Option<Id<Account>>,
    /// The link worker.
    pub worker: Id<Account>,
}

impl MadeScheme {
    /// Chance decides who sends the next person, and who takes them on.
    ///
    /// # Errors
    /// When there is no practice or no link worker.
    pub(super) fn cast(&self, draw: &mut Draw) -> Outcome<Cast> {
        if self.practices.is_empty() || self.workers.is_empty() {
            return Err(Refusal::invalid("A scheme needs a practice and a link worker").into());
        }
        let (practice, desk) = draw.one(&self.practices);
        let referrer = draw.of_hundred(88).then(|| *draw.one(desk));
        Ok(Cast {
            practice: *practice,
            referrer,
            worker: *draw.one(&self.workers),
        })
    }
}

const PRACTICES: &[&str] = &[
    "Riverside Surgery",
    "Hillside Practice",
    "The Old Mill Surgery",
];
const WORKERS: &[&str] = &[
    "Kay Ward",
    "Sam Bright",
    "Lena Frost",
    "Idris Bello",
    "Jo Marsh",
];
const REACH_US: &str = "Ring 01632 960 010, Monday to Friday, 9 to 5.\n\
    Or come to the library in Harbour Street, first floor.";
const DESKS: &[[&str; 2]] = &[
    ["Rita Shah", "Owen Pugh"],
    ["Harry Obi", "Sunita Rao"],
    ["Megan Price", "Ali Raza"],
];

/// Makes the scheme. Names beyond the first few are numbered.
///
/// # Errors
/// When the database fails, or there is such a scheme already.
pub async fn make(tx: &mut Tx, size: Size, now: Ts) -> Outcome<MadeScheme> {
    let id = scheme::found(tx, &text("Harbour link workers")?, "harbour", now).await?;
    let network = organisation(
        tx,
        id,
        OrganisationKind::Network,
        "Harbour network",
        None,
        now,
    )
    .await?;
    let mut practices = Vec::new();
    for number in 0..size.practices {
        let name = named(PRACTICES, number, "Practice");
        let code = format!("Y{:05}", number + 1);
        let practice =
            organisation(tx, id, OrganisationKind::Practice, &name, Some(&code), now).await?;
        let own = DESKS.get(number).map(|desk| desk.map(str::to_owned));
        let [first, second] =
            own.unwrap_or_else(|| [format!("Desk {number} a"), format!("Desk {number} b")]);
        let first = account(tx, id, &first, Role::Practice, practice, now).await?;
        let second = account(tx, id, &second, Role::Practice, practice, now).await?;
        practices.push((practice, [first, second]));
    }
    let kind = OrganisationKind::Voluntary;
    let voluntary = organisation(tx, id, kind, "Harbour Voluntary Action", None, now).await?;
    let mut workers = Vec::new();
    for number in 0..size.workers {
        let name = named(WORKERS, number, "Link worker");
        // The fourth is employed by a voluntary organisation.
        let employer = if number == 3 { voluntary } else { network };
        workers.push(account(tx, id, &name, Role::LinkWorker, employer, now).await?);
    }
    let manager = account(tx, id, "Mo Khan", Role::Manager, network, now).await?;
    account(tx, id, "Ada Lowe", Role::Administrator, network, now).await?;
    account(tx, id, "Grace Hill", Role::Guardian, network, now).await?;
    // A link worker leads on safeguarding, the manager stands in.
    let lead = workers
        .get(2)
        .or(workers.first())
        .copied()
        .unwrap_or(manager);
    set(tx, id, "lead", &lead.to_string(), now).await?;
    set(tx, id, "deputy", &manager.to_string(), now).await?;
    set(tx, id, "reach_us", REACH_US, now).await?;
    Ok(MadeScheme {
        id,
        network,
        practices,
        workers,
        manager,
        lead,
    })
}

/// More link workers of a scheme, numbered.
///
/// # Errors
/// When the database fails.
pub async fn more_workers(
    tx: &mut Tx,
    made: &MadeScheme,
    numbers: Range<usize>,
    now: Ts,
) -> Outcome<Vec<Id<Account>>> {
    let mut workers = Vec::new();
    for number in numbers {
        let name = named(WORKERS, number, "Link worker");
        workers.push(account(tx, made.id, &name, Role::LinkWorker, made.network, now).await?);
    }
    Ok(workers)
}

fn named(names: &[&str], number: usize, otherwise: &str) -> String {
    names.get(number).map_or_else(
        || format!("{otherwise} {}", number + 1),
        |name| (*name).to_owned(),
    )
}

async fn organisation(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    kind: OrganisationKind,
    name: &str,
    code: Option<&str>,
    now: Ts,
) -> Outcome<Id<Organisation>> {
    let row = OrganisationRow {
        id: Id::new(now),
        kind,
        name: text(name)?,
        ods_code: code.and_then(|code| code.parse().ok()),
        email: format!("{}@example.org", address_of(name)).parse().ok(),
        active: true,
        version: 1,
    };
    organisation::insert(tx, scheme, &row, now).await?;
    Ok(row.id)
}

async fn account(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    name: &str,
    role: Role,
    organisation_id: Id<Organisation>,
    now: Ts,
) -> Outcome<Id<Account>> {
    let row = AccountRow {
        id: Id::new(now),
        email: text(&format!("{}@example.org", address_of(name)))?,
        name: text(name)?,
        role,
        organisation_id,
        state: AccountState::Active,
        full_time_percent: 100,
        left_on: None,
        version: 1,
    };
    account::insert(tx, scheme, &row, now).await?;
    Ok(row.id)
}

fn address_of(name: &str) -> String {
    name.replace(' ', ".").to_lowercase()
}

const SET: &str =
    "insert into setting (scheme_id, name, value, changed_at) values ($1, $2, $3, $4)";

pub(super) async fn set(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    name: &str,
    value: &str,
    now: Ts,
) -> Outcome<()> {
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
