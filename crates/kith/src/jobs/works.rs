//! The jobs there are: sealing the audit trail and keeping its checkpoints,
//! delivering the outbox,
//! passing on concerns nobody has acknowledged in time, asking after what no
//! practice has read, making readings of the figures, sweeping sessions, links,
//! form keys and drafts that are over. Each goes through every scheme, and doing it twice does it once, so
//! several processes may run them side by side.

use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use kith_access::{Scheme, audit, outbox, scheme, settings};
use kith_base::{Id, Ts};
use kith_casework::{concern, message::chase::chase};
use kith_db::{Outcome, Tx, run};
use kith_report::reading;

use super::{Job, Tools};
use crate::checkpoints;
pub use crate::joins::on_failed_mail as mail_failed;

/// What the program does by itself.
pub const JOBS: &[Job] = &[
    Job {
        name: "seal the audit trail",
        every: Duration::from_secs(20),
        turn: seal_trails,
    },
    Job {
        name: "keep checkpoints of the audit trail",
        every: Duration::from_secs(15 * 60),
        turn: keep_checkpoints,
    },
    Job {
        name: "deliver mail",
        every: Duration::from_secs(15),
        turn: deliver_mail,
    },
    Job {
        name: "pass on concerns",
        every: Duration::from_secs(60),
        turn: pass_on_concerns,
    },
    Job {
        name: "ask after what no practice has read",
        every: Duration::from_secs(3600),
        turn: chase_all,
    },
    Job {
        name: "make readings",
        every: Duration::from_secs(5),
        turn: make_readings,
    },
    Job {
        name: "sweep what is over",
        every: Duration::from_secs(600),
        turn: sweep_all,
    },
];

/// How long one scheme's mail is sent in one turn. However much waits, the
/// other schemes get theirs, the job shows that it lives, and a stop does not
/// wait for all of it.
const MAIL_OF_ONE: Duration = Duration::from_secs(10);

async fn schemes(tools: &Tools) -> Outcome<Vec<Id<Scheme>>> {
    let rows = tools.app.db.read(async |tx| scheme::all(tx).await).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn seal_trails(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let mut done = 0;
        for scheme in schemes(&tools).await? {
            done += audit::seal::seal(&tools.app.db, scheme, tools.app.clock.now()).await?;
        }
        Ok(done)
    })
}

fn keep_checkpoints(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let Some(place) = &tools.checkpoints else {
            return Ok(0);
        };
        let rows = tools.app.db.read(async |tx| scheme::all(tx).await).await?;
        let mut done = 0;
        for scheme in rows {
            let now = tools.app.clock.now();
            done += checkpoints::keep(place, &tools.app, &scheme, now).await?;
        }
        Ok(done)
    })
}

fn deliver_mail(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let mut done = 0;
        for scheme in schemes(&tools).await? {
            let (app, sender) = (&tools.app, &tools.sender);
            let mut round = outbox::Delivered::default();
            let began = Instant::now();
            while began.elapsed() < MAIL_OF_ONE
                && outbox::deliver_one(&app.db, scheme, sender, &app.clock, &mut round).await?
            {
            }
            if round.failed > 0 {
                tracing::error!(failed = round.failed, %scheme, "mails could not be delivered");
            }
            done += u64::from(round.sent);
        }
        Ok(done)
    })
}

fn pass_on_concerns(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let mut done = 0;
        for scheme in schemes(&tools).await? {
            let now = tools.app.clock.now();
            done += concern::actions::escalate_due(&tools.app.db, scheme, now).await?;
        }
        Ok(done)
    })
}

fn chase_all(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let now = tools.app.clock.now();
        let mut done = 0;
        for scheme in schemes(&tools).await? {
            let chased = async |tx: &mut Tx| {
                let settings = settings::of(tx, scheme).await?;
                chase(tx, scheme, &settings.working, now).await
            };
            done += tools.app.db.act(chased).await?;
        }
        Ok(done)
    })
}

fn make_readings(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let mut done = 0;
        for scheme in schemes(&tools).await? {
            done += reading::work::make_all(&tools.app, scheme, tools.app.clock.now()).await?;
        }
        Ok(done)
    })
}

fn sweep_all(tools: Tools) -> BoxFuture<'static, Outcome<u64>> {
    Box::pin(async move {
        let now = tools.app.clock.now();
        let mut done = 0;
        for scheme in schemes(&tools).await? {
            done += tools
                .app
                .db
                .act(async |tx| sweep(tx, scheme, now).await)
                .await?;
        }
        Ok(done)
    })
}

/// Days after which a used or expired link, and a form's key, are forgotten.
const LINK_DAYS: i64 = 30;
const FORM_DAYS: i64 = 7;
/// Days after which a note nobody finished is forgotten.
const DRAFT_DAYS: i64 = 30;

const SESSIONS: &str = "delete from session where scheme_id = $1 and ends_at < $2";
const LINKS: &str = "delete from mailed_token where scheme_id = $1 and ends_at < $2";
const FORMS: &str = "delete from form_once where scheme_id = $1 and made_at < $2";
const DRAFTS: &str = "delete from draft where scheme_id = $1 and saved_at < $2";

async fn sweep(tx: &mut Tx, scheme: Id<Scheme>, now: Ts) -> Outcome<u64> {
    let ago = |days: i64| now.plus_seconds(-days * 24 * 3600);
    let mut gone = run!(tx, sqlx::query(SESSIONS).bind(scheme).bind(now))?;
    gone += run!(tx, sqlx::query(LINKS).bind(scheme).bind(ago(LINK_DAYS)))?;
    gone += run!(tx, sqlx::query(FORMS).bind(scheme).bind(ago(FORM_DAYS)))?;
    gone += run!(tx, sqlx::query(DRAFTS).bind(scheme).bind(ago(DRAFT_DAYS)))?;
    Ok(gone)
}
