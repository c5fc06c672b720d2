//! What the program does by itself (`works`). Each job has its own pace; each leaves a sign of life, which
//! `/health` and the metrics read. A job that fails is tried again at its next
//! turn, and says so in the log.

mod works;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use kith_access::{App, outbox::Sender};
use kith_base::Ts;
use kith_db::Outcome;
use tokio::{sync::watch, task::JoinSet};

use crate::checkpoints::Place;

pub use works::{JOBS, mail_failed};

/// What a job is given.
#[derive(Clone)]
pub struct Tools {
    /// The program.
    pub app: App,
    /// How mail leaves.
    pub sender: Arc<Sender>,
    /// Where checkpoints of the audit trail are kept, if anywhere.
    pub checkpoints: Option<Place>,
}

/// A job: what it is called, how often, and the work. The work gives how many
/// things it did.
#[derive(Clone, Copy)]
pub struct Job {
    /// Its name in the log and the metrics.
    pub name: &'static str,
    /// The pause between two turns.
    pub every: Duration,
    /// One turn.
    pub turn: fn(Tools) -> BoxFuture<'static, Outcome<u64>>,
}

/// Signs of life of one job.
#[derive(Debug, Default)]
pub struct Life {
    /// When it last went through, in microseconds of UTC; nought before.
    went_through: AtomicI64,
    /// Things done.
    done: AtomicU64,
    /// Turns that failed.
    failed: AtomicU64,
}

/// A running job and its signs of life.
#[derive(Clone)]
pub struct Running {
    /// The job.
    pub job: Job,
    /// Its signs of life.
    pub life: Arc<Life>,
}

impl Running {
    /// Whether it went through lately: within three of its pauses and a
    /// minute. A job that has just started is given that time.
    #[must_use]
    pub fn is_alive(&self, started: Ts, now: Ts) -> bool {
        let last = Ts::from_micros(self.life.went_through.load(Relaxed)).max(started);
        let grace = i64::try_from(self.job.every.as_secs()).unwrap_or(i64::MAX / 8) * 3 + 60;
        now.seconds_since(last) <= grace
    }

    /// When it last went through.
    #[must_use]
    pub fn went_through(&self) -> Option<Ts> {
        let at = self.life.went_through.load(Relaxed);
        (at > 0).then(|| Ts::from_micros(at))
    }

    /// Things done, and turns that failed.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.life.done.load(Relaxed), self.life.failed.load(Relaxed))
    }
}

/// Starts the jobs. They stop when `stop` says so; the set is done when the
/// last has finished its turn.
pub fn start(
    tools: &Tools,
    jobs: &[Job],
    stop: &watch::Receiver<bool>,
) -> (Vec<Running>, JoinSet<()>) {
    let mut set = JoinSet::new();
    let running: Vec<Running> = jobs
        .iter()
        .map(|job| Running {
            job: *job,
            life: Arc::default(),
        })
        .collect();
    for one in &running {
        set.spawn(go_on(tools.clone(), one.clone(), stop.clone()));
    }
    (running, set)
}

async fn go_on(tools: Tools, running: Running, mut stop: watch::Receiver<bool>) {
    loop {
        turn(&tools, &running).await;
        tokio::select! {
            () = tokio::time::sleep(running.job.every) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn turn(tools: &Tools, running: &Running) {
    let name = running.job.name;
    match (running.job.turn)(tools.clone()).await {
        Ok(done) => {
            running
                .life
                .went_through
                .store(tools.app.clock.now().micros(), Relaxed);
            running.life.done.fetch_add(done, Relaxed);
            if done > 0 {
                tracing::info!(job = name, done, "a job did its work");
            }
        }
        Err(failure) => {
            running.life.failed.fetch_add(1, Relaxed);
            tracing::error!(job = name, error = %failure, "a job failed; it is tried again");
        }
    }
}
