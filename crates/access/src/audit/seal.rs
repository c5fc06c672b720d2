//! The seal over the audit trail: a job hashes each row into a chain, one per
//! scheme, in the order the rows are sealed. Each link is the hash of the
//! link before and the row's own bytes, so a row that was deleted, edited,
//! moved or put in afterwards breaks the chain at its place, and
//! [`verify`] names it. Rows younger than the grace are left for the next
//! round: their transactions may not have ended. A row that turns up older
//! than what is sealed is never sealed, and is named too. What was written after the
//! last seal, and a chain cut at its end together with its rows, cannot be
//! noticed from inside: keep [`Checkpoint`]s somewhere else for that.

use kith_base::{Id, Ts};
use kith_db::{Db, Outcome, Tx, on, run};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Row;
use crate::{
    actor::{Account, Person, Scheme},
    secret::Hash,
};

/// Rows this young, in seconds, are not sealed yet: longer than any
/// transaction may take, and the clocks of several servers may differ.
const GRACE: i64 = 60;
/// Rows sealed in one transaction.
const BATCH: i64 = 500;

/// A row of the trail, with everything that is sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Sealed {
    id: Id<Row>,
    at: Ts,
    account_id: Option<Id<Account>>,
    role: String,
    action: String,
    person_id: Option<Id<Person>>,
    object_kind: String,
    object_id: Option<Uuid>,
    outcome: String,
    purpose: String,
}

impl Sealed {
    /// The next link: the hash of the link before and every field, each with
    /// its length in front, so that no two rows have the same bytes.
    fn link(&self, scheme: Id<Scheme>, number: i64, before: &[u8]) -> Hash {
        let mut sum = Sha256::new();
        let mut field = |bytes: &[u8]| {
            sum.update((bytes.len() as u64).to_be_bytes());
            sum.update(bytes);
        };
        field(before);
        field(&number.to_be_bytes());
        field(scheme.uuid().as_bytes());
        field(self.id.uuid().as_bytes());
        field(&self.at.micros().to_be_bytes());
        field(&optional(self.account_id.map(Id::uuid)));
        field(self.role.as_bytes());
        field(self.action.as_bytes());
        field(&optional(self.person_id.map(Id::uuid)));
        field(self.object_kind.as_bytes());
        field(&optional(self.object_id));
        field(self.outcome.as_bytes());
        field(self.purpose.as_bytes());
        sum.finalize().into()
    }
}

fn optional(id: Option<Uuid>) -> Vec<u8> {
    id.map_or_else(Vec::new, |id| id.as_bytes().to_vec())
}

/// The end of a scheme's chain, to be kept where this server cannot write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// How many rows are sealed.
    pub number: i64,
    /// The last link.
    pub chain_hash: Vec<u8>,
    /// The last sealed row.
    last: Option<Id<Row>>,
}

impl Checkpoint {
    /// Before the first seal.
    const START: Self = Self {
        number: 0,
        chain_hash: Vec::new(),
        last: None,
    };

    /// A checkpoint that was kept: number and link.
    #[must_use]
    pub const fn kept(number: i64, chain_hash: Vec<u8>) -> Self {
        Self {
            number,
            chain_hash,
            last: None,
        }
    }
}

const LAST: &str = "select number, chain_hash, audit_id from audit_seal
    where scheme_id = $1 order by number desc limit 1";

/// The end of a scheme's chain; number nought before the first seal.
///
/// # Errors
/// When the database fails.
pub async fn checkpoint(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<Checkpoint> {
    let last = on!(tx, c => sqlx::query_as::<_, (i64, Vec<u8>, Id<Row>)>(LAST)
        .bind(scheme).fetch_optional(c))?;
    Ok(
        last.map_or(Checkpoint::START, |(number, chain_hash, last)| Checkpoint {
            number,
            chain_hash,
            last: Some(last),
        }),
    )
}

const UNSEALED: &str = "select a.id, a.at, a.account_id, a.role, a.action, a.person_id,
    a.object_kind, a.object_id, a.outcome, a.purpose
    from audit a where a.scheme_id = $1 and a.id > $2 and a.id < $3 order by a.id limit $4";
const SEAL: &str = "insert into audit_seal (scheme_id, number, audit_id, chain_hash, sealed_at)
    values ($1, $2, $3, $4, $5)";

/// Seals what is old enough at `now`, the moment by the machine's clock.
/// Gives how many rows were sealed. Two processes that seal at once cannot
/// both keep the same number: one of them fails, and finds its rows sealed on
/// the next round.
///
/// # Errors
/// When the database fails.
pub async fn seal(db: &Db, scheme: Id<Scheme>, now: Ts) -> Outcome<u64> {
    let mut all = 0;
    loop {
        let sealed = db.act(async |tx| seal_batch(tx, scheme, now).await).await?;
        all += sealed;
        if i64::try_from(sealed).unwrap_or(0) < BATCH {
            return Ok(all);
        }
    }
}

async fn seal_batch(tx: &mut Tx, scheme: Id<Scheme>, now: Ts) -> Outcome<u64> {
    super::look_how_far(tx, scheme).await?;
    let mut end = checkpoint(tx, scheme).await?;
    // Ids begin with the time they were made: older ids are older rows.
    let from = end.last.unwrap_or(Id::of(Uuid::nil()));
    let until = first_id_of(now.plus_seconds(-GRACE));
    let rows = on!(tx, c => sqlx::query_as::<_, Sealed>(UNSEALED)
        .bind(scheme).bind(from).bind(until).bind(BATCH).fetch_all(c))?;
    let mut sealed = 0;
    for row in &rows {
        end.number += 1;
        let link = row.link(scheme, end.number, &end.chain_hash);
        run!(
            tx,
            sqlx::query(SEAL)
                .bind(scheme)
                .bind(end.number)
                .bind(row.id)
                .bind(&link[..])
                .bind(now)
        )?;
        end.chain_hash = link.to_vec();
        sealed += 1;
    }
    Ok(sealed)
}

/// The smallest id a row made at `at` could have.
fn first_id_of(at: Ts) -> Id<Row> {
    let millis = u64::try_from(at.micros().max(0) / 1000).unwrap_or(0);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Id::of(Uuid::from_bytes(bytes))
}

/// What is wrong with a chain, at its first bad link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Broken {
    /// A seal is missing: the chain jumps over this number.
    Gap {
        /// The number that should have come.
        number: i64,
    },
    /// The sealed row is gone from the trail.
    Deleted {
        /// Its number in the chain.
        number: i64,
        /// Its id.
        row: Id<Row>,
    },
    /// The row, or its seal, is not what was sealed.
    Changed {
        /// Its number in the chain.
        number: i64,
        /// Its id.
        row: Id<Row>,
    },
    /// A row older than the last seal has none: it was put in afterwards.
    Inserted {
        /// Its id.
        row: Id<Row>,
    },
    /// The chain is shorter than a checkpoint says it was, or went another way.
    NotAsCheckpoint {
        /// How many rows the checkpoint had.
        number: i64,
    },
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gap { number } => write!(f, "the seal number {number} is missing"),
            Self::Deleted { number, row } => {
                write!(f, "row {row}, number {number} in the chain, was deleted")
            }
            Self::Changed { number, row } => {
                write!(f, "row {row}, number {number} in the chain, was changed")
            }
            Self::Inserted { row } => write!(f, "row {row} was put in after its time"),
            Self::NotAsCheckpoint { number } => write!(
                f,
                "the chain does not have the link of the checkpoint at number {number}"
            ),
        }
    }
}

const CHAIN: &str = "select s.number, s.audit_id, s.chain_hash from audit_seal s
    where s.scheme_id = $1 and s.number > $2 order by s.number limit $3";
const OF_SEAL: &str = "select a.id, a.at, a.account_id, a.role, a.action, a.person_id,
    a.object_kind, a.object_id, a.outcome, a.purpose
    from audit_seal s join audit a on a.scheme_id = $1 and a.id = s.audit_id
    where s.scheme_id = $1 and s.number > $2 order by s.number limit $3";
const INSERTED: &str = "select a.id from audit a
    where a.scheme_id = $1 and a.id < $2 and not exists (select 1 from audit_seal s
        where s.scheme_id = $1 and s.audit_id = a.id)
    order by a.id limit 1";

/// Goes through a scheme's whole chain. Gives its end, or the first thing
/// that is wrong. With a checkpoint kept elsewhere it also notices a chain
/// that was cut at its end or made anew.
///
/// # Errors
/// When the database fails.
pub async fn verify(
    db: &Db,
    scheme: Id<Scheme>,
    known: Option<&Checkpoint>,
) -> Outcome<Result<Checkpoint, Broken>> {
    db.read(async |tx| {
        let end = match walk(tx, scheme, known).await? {
            Ok(end) => end,
            Err(broken) => return Ok(Err(broken)),
        };
        if let Some(known) = known
            && known.number > end.number
        {
            let number = known.number;
            return Ok(Err(Broken::NotAsCheckpoint { number }));
        }
        // Rows are sealed in the order of their ids: one that is older than
        // the last seal and has none was not there when its time came.
        let inserted = on!(tx, c => sqlx::query_scalar::<_, Id<Row>>(INSERTED)
            .bind(scheme).bind(end.last).fetch_optional(c))?;
        Ok(inserted.map_or(Ok(end), |row| Err(Broken::Inserted { row })))
    })
    .await
}

async fn walk(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    known: Option<&Checkpoint>,
) -> Outcome<Result<Checkpoint, Broken>> {
    let mut end = Checkpoint::START;
    loop {
        let seals = on!(tx, c => sqlx::query_as::<_, (i64, Id<Row>, Vec<u8>)>(CHAIN)
            .bind(scheme).bind(end.number).bind(BATCH).fetch_all(c))?;
        let rows = on!(tx, c => sqlx::query_as::<_, Sealed>(OF_SEAL)
            .bind(scheme).bind(end.number).bind(BATCH).fetch_all(c))?;
        if seals.is_empty() {
            return Ok(Ok(end));
        }
        for (number, row, chain_hash) in seals {
            if number != end.number + 1 {
                let number = end.number + 1;
                return Ok(Err(Broken::Gap { number }));
            }
            if end.last.is_some_and(|last| last >= row) {
                return Ok(Err(Broken::Changed { number, row }));
            }
            let Some(sealed) = rows.iter().find(|sealed| sealed.id == row) else {
                return Ok(Err(Broken::Deleted { number, row }));
            };
            if sealed.link(scheme, number, &end.chain_hash)[..] != chain_hash[..] {
                return Ok(Err(Broken::Changed { number, row }));
            }
            let goes_elsewhere =
                known.is_some_and(|known| known.number == number && known.chain_hash != chain_hash);
            if goes_elsewhere {
                return Ok(Err(Broken::NotAsCheckpoint { number }));
            }
            end = Checkpoint {
                number,
                chain_hash,
                last: Some(row),
            };
        }
    }
}
