//! What the program says to its log while these tests run, kept to be read:
//! the same layers as the program's own log, at a level below what anybody
//! may set in production.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::{
    EnvFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

static KEPT: OnceLock<Kept> = OnceLock::new();

/// Begins to listen; once for all tests of this binary.
pub fn listen() {
    KEPT.get_or_init(|| {
        let kept = Kept::default();
        let filter = EnvFilter::new(
            "warn,kith=trace,kith_access=trace,kith_db=trace,kith_casework=trace,kith_pages=trace,kith_report=trace",
        );
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(kept.clone())
            .json()
            .flatten_event(true);
        tracing_subscriber::registry().with(filter).with(lines).init();
        kept
    });
}

/// Everything heard so far.
pub fn so_far() -> String {
    let kept = KEPT.get().expect("nobody listens");
    String::from_utf8_lossy(&kept.0.lock().unwrap()).into_owned()
}
