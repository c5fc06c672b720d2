//! What the program says to its log while these tests run, kept to be read:
//! every event and every field of a span, at every level.

use std::{
    fmt::{Debug, Write},
    sync::{
        Mutex, Once,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

static KEPT: Mutex<String> = Mutex::new(String::new());
static LISTENS: Once = Once::new();

/// Writes fields down.
struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

struct Listener(AtomicU64);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("kith")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields(&mut KEPT.lock().unwrap()));
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed))
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut KEPT.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut kept = KEPT.lock().unwrap();
        event.record(&mut Fields(&mut kept));
        kept.push('\n');
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Begins to listen; once for all tests of this binary.
pub fn listen() {
    LISTENS.call_once(|| {
        tracing::subscriber::set_global_default(Listener(AtomicU64::new(1))).unwrap();
    });
}

/// Everything heard so far.
pub fn so_far() -> String {
    KEPT.lock().unwrap().clone()
}
