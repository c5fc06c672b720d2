//! What of a worker's people and tasks stands on a day. Today also has what
//! is overdue, who is new and who has nothing planned; another day has only
//! its own.

use kith_access::{Account, Scope};
use kith_base::{Day, Id};
use kith_db::Tx;

use super::store::{self, Held};
use crate::{
    booking::{self, store::Booked},
    task::{self, store::Due},
};

/// Which day is looked at, and which is today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Looked {
    pub(super) day: Day,
    pub(super) today: Day,
}

impl Looked {
    pub(super) fn is_today(self) -> bool {
        self.day == self.today
    }

    /// The days whose tasks stand on it: today has those that are late.
    fn tasks(self) -> (Day, Day) {
        let from = if self.is_today() {
            Day::from_epoch_days(0)
        } else {
            self.day
        };
        (from, self.day)
    }
}

/// What stands on somebody's day.
pub(super) struct Share {
    pub(super) looked: Looked,
    pub(super) held: Vec<Held>,
    pub(super) meetings: Vec<Booked>,
    pub(super) tasks: Vec<Due>,
}

impl Share {
    pub(super) async fn of(
        tx: &mut Tx,
        scope: &Scope,
        worker: Id<Account>,
        looked: Looked,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            looked,
            held: store::held(tx, scope, worker, looked.day).await?,
            meetings: booking::store::of_day(tx, scope, worker, looked.day).await?,
            tasks: task::store::due_of(tx, scope, worker, looked.tasks()).await?,
        })
    }

    /// Whose step is due, beside the meetings.
    pub(super) fn steps(&self) -> Vec<&Held> {
        let Looked { day, .. } = self.looked;
        let due = |row: &&Held| {
            let planned = row.next_step.is_some() && row.next_on == day;
            let late = self.looked.is_today() && row.is_due(day);
            (planned || late) && !row.meets_on(day)
        };
        self.held.iter().filter(due).collect()
    }

    /// Who is new and has no step of their own today.
    pub(super) fn fresh(&self) -> Vec<&Held> {
        let today = self.looked.today;
        let new = |row: &&Held| row.first_seen_at.is_none() && !row.is_due(today);
        self.held.iter().filter(new).collect()
    }

    /// Who was met and has nothing planned.
    pub(super) fn unplanned(&self) -> Vec<&Held> {
        let unplanned = |row: &&Held| row.next_step.is_none() && row.first_seen_at.is_some();
        self.held.iter().filter(unplanned).collect()
    }
}
