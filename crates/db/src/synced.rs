//! Syncing SQLite's log in a thread of its own, so that the next batch is
//! written meanwhile. Who acted is answered after the sync that came after the
//! commit. When a sync has failed nobody is told any more that anything is
//! kept: the system may have thrown away what it could not write, and the next
//! sync would not say so (docs/decisions/0010-a-batch-is-synced-while-the-next-is-written.md).

use std::{
    ffi::OsString,
    fs::File,
    path::Path,
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, Release},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use crate::turn::{Ack, Counts, Lost, State};

/// Syncs the log after every commit, and answers.
pub(crate) struct Synced {
    /// Until it is dropped.
    batches: Option<mpsc::Sender<Vec<Ack>>>,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
}

impl Synced {
    /// Begins to sync the log of an open file.
    ///
    /// # Errors
    /// When the log cannot be opened.
    pub(crate) fn open(
        file: &Path,
        state: &Arc<State>,
        counts: &Arc<Counts>,
    ) -> Result<Self, sqlx::Error> {
        let mut log = OsString::from(file);
        log.push("-wal");
        let log = File::options().read(true).write(true).open(log)?;
        state.failed.store(false, Release);
        let (batches, committed) = mpsc::channel();
        let (knows, counts) = (state.clone(), counts.clone());
        let thread = thread::Builder::new()
            .name("kith-sync".into())
            .spawn(move || answer(&committed, &log, &knows, &counts))?;
        Ok(Self {
            batches: Some(batches),
            thread: Some(thread),
            state: state.clone(),
        })
    }

    /// Answers a batch that was committed, once it is on the disk.
    pub(crate) fn answer(&self, acks: Vec<Ack>) {
        self.state.under_way.fetch_add(1, Relaxed);
        let sent = self.batches.as_ref().map(|batches| batches.send(acks));
        if !matches!(sent, Some(Ok(()))) {
            // Without its thread nobody knows; the keeper begins anew.
            self.state.fail();
        }
    }
}

/// Answers everybody, then ends the thread.
impl Drop for Synced {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the syncing of the log did not end well");
        }
        self.state.under_way.store(0, Relaxed);
    }
}

fn answer(batches: &mpsc::Receiver<Vec<Ack>>, log: &File, state: &State, counts: &Counts) {
    while let Ok(mut acks) = batches.recv() {
        let mut many = 1;
        for more in batches.try_iter() {
            acks.extend(more);
            many += 1;
        }
        let outcome = sync(log, state, acks.len());
        if outcome.is_ok() {
            counts.kept(acks.len());
        }
        state.under_way.fetch_sub(many, Relaxed);
        for ack in acks {
            // One who left does not hear the answer.
            ack.send(outcome).ok();
        }
    }
}

fn sync(log: &File, state: &State, actions: usize) -> Result<(), Lost> {
    if state.has_failed() {
        return Err(Lost::Fault);
    }
    log.sync_data().map_err(|error| {
        tracing::error!(%error, actions, "the log could not be synced");
        state.fail();
        Lost::Fault
    })
}
