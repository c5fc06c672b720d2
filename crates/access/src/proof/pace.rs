//! An answer that must not tell by the time it takes whether there is such an
//! account. The same work is done for everybody, but a database writes a try
//! down for an account that is there and has nothing to write for one that is
//! not: so a no waits until a set time since it was asked for.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Longer than the work takes on any machine that is not overwhelmed.
pub(crate) const TAKES: Duration = Duration::from_millis(300);

/// When an answer that tells nothing may leave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace(Instant);

impl Pace {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self(Instant::now() + TAKES)
    }

    /// Waits until the answer may leave.
    pub(crate) async fn keep(self) {
        sleep_until(self.0).await;
    }
}
