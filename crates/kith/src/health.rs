//! Whether the program is well, for the balancer and whoever watches:
//! `/health` answers 200 when the database can be read and the jobs go on,
//! 503 otherwise, in words without anything secret. The metrics are for
//! Prometheus, on a door of their own that only this machine can reach.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use kith_access::App;
use kith_base::Ts;
use kith_db::{Failure, Outcome, on};

use crate::jobs::Running;

/// What is watched.
#[derive(Clone)]
pub struct Watched {
    /// The program.
    pub app: App,
    /// Its jobs.
    pub jobs: Vec<Running>,
    /// When it started.
    pub started: Ts,
    /// What it has answered.
    pub answers: Arc<Answers>,
}

/// Upper bounds of the answer times that are counted, in seconds.
const BOUNDS: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0];

/// Counts of answers by kind of status, and how long they took.
#[derive(Debug, Default)]
pub struct Answers {
    by_hundred: [AtomicU64; 6],
    within: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Answers {
    fn add(&self, status: StatusCode, took: Duration) {
        let hundred = usize::from(status.as_u16() / 100).min(5);
        self.by_hundred[hundred].fetch_add(1, Relaxed);
        self.count.fetch_add(1, Relaxed);
        self.micros
            .fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
        for (bound, count) in BOUNDS.iter().zip(&self.within) {
            if took.as_secs_f64() <= *bound {
                count.fetch_add(1, Relaxed);
            }
        }
    }
}

/// A layer that counts every answer.
pub async fn count(State(answers): State<Arc<Answers>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    answers.add(response.status(), began.elapsed());
    response
}

/// The route `/health`.
pub fn health(watched: Watched) -> Router {
    Router::new()
        .route("/health", get(answer_health))
        .with_state(watched)
}

/// The route `/metrics`, for a listener of its own.
pub fn metrics(watched: Watched) -> Router {
    Router::new()
        .route("/metrics", get(answer_metrics))
        .with_state(watched)
}

const ANYTHING: &str = "select count(*) from kith_migration";

async fn database_answers(app: &App) -> bool {
    let asked = app.db.read(async |tx| -> Outcome<()> {
        on!(tx, c => sqlx::query_scalar::<_, i64>(ANYTHING).fetch_one(c))?;
        Ok(())
    });
    matches!(
        tokio::time::timeout(Duration::from_secs(2), asked).await,
        Ok(Ok(()))
    )
}

async fn answer_health(State(watched): State<Watched>) -> Response {
    let now = watched.app.clock.now();
    let mut wrong = Vec::new();
    if !database_answers(&watched.app).await {
        wrong.push("the database does not answer".to_owned());
    }
    for job in &watched.jobs {
        if !job.is_alive(watched.started, now) {
            wrong.push(format!(
                "the job \"{}\" has not gone through lately",
                job.job.name
            ));
        }
    }
    if wrong.is_empty() {
        (StatusCode::OK, "well\n").into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{}\n", wrong.join("\n")),
        )
            .into_response()
    }
}

async fn answer_metrics(State(watched): State<Watched>) -> Response {
    match text(&watched).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

const SCHEMES: &str = "select scheme_id from scheme order by scheme_id";
const OUTBOX: &str = "select count(*) from outbox where scheme_id = $1 and state = $2";

async fn outbox(app: &App, state: &'static str) -> Outcome<i64> {
    app.db
        .read(async |tx| {
            let schemes: Vec<kith_base::Id<kith_access::Scheme>> =
                on!(tx, c => sqlx::query_scalar(SCHEMES).fetch_all(c))?;
            let mut sum = 0;
            for scheme in schemes {
                sum += on!(tx, c => sqlx::query_scalar::<_, i64>(OUTBOX).bind(scheme).bind(state).fetch_one(c))?;
            }
            Ok::<i64, Failure<kith_base::Refusal>>(sum)
        })
        .await
}

/// The metrics as Prometheus reads them. No label holds a name or an id.
async fn text(watched: &Watched) -> Result<String, Box<dyn std::error::Error>> {
    let mut out = String::new();
    let answers = &watched.answers;
    for hundred in 1..6 {
        let count = answers.by_hundred[hundred].load(Relaxed);
        writeln!(out, "kith_answers_total{{status=\"{hundred}xx\"}} {count}")?;
    }
    for (bound, count) in BOUNDS.iter().zip(&answers.within) {
        writeln!(
            out,
            "kith_answer_seconds_bucket{{le=\"{bound}\"}} {}",
            count.load(Relaxed)
        )?;
    }
    let count = answers.count.load(Relaxed);
    writeln!(out, "kith_answer_seconds_bucket{{le=\"+Inf\"}} {count}")?;
    writeln!(out, "kith_answer_seconds_count {count}")?;
    let seconds = Duration::from_micros(answers.micros.load(Relaxed)).as_secs_f64();
    writeln!(out, "kith_answer_seconds_sum {seconds}")?;
    let hashed = watched.app.passwords_hashed();
    writeln!(out, "kith_passwords_checked_total {hashed}")?;
    let stats = watched.app.db.stats();
    writeln!(out, "kith_database_actions_total {}", stats.acts)?;
    writeln!(out, "kith_database_commits_total {}", stats.batches)?;
    writeln!(out, "kith_database_actions_waiting {}", stats.waiting)?;
    for state in ["queued", "failed"] {
        writeln!(
            out,
            "kith_outbox{{state=\"{state}\"}} {}",
            outbox(&watched.app, state).await?
        )?;
    }
    for job in &watched.jobs {
        let (done, failed) = job.counts();
        let name = job.job.name;
        writeln!(out, "kith_job_done_total{{job=\"{name}\"}} {done}")?;
        writeln!(out, "kith_job_failed_total{{job=\"{name}\"}} {failed}")?;
        if let Some(at) = job.went_through() {
            writeln!(
                out,
                "kith_job_went_through_seconds{{job=\"{name}\"}} {}",
                at.micros() / 1_000_000
            )?;
        }
    }
    if let Some(bytes) = resident_bytes() {
        writeln!(out, "kith_resident_bytes {bytes}")?;
    }
    writeln!(
        out,
        "kith_started_seconds {}",
        watched.started.micros() / 1_000_000
    )?;
    Ok(out)
}

/// Memory the process holds, where the system tells.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
