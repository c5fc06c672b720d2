//! The one place that reads the time. A clock that stands still is how tests
//! and the demonstration get the same day every time; decisions never see a
//! clock, they are given a moment.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::Ts;

/// The real clock, or one that stands still until it is moved.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    Real,
    /// Stands at a moment; every copy moves together.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `at`.
    #[must_use]
    pub fn fixed(at: Ts) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.micros())))
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Ts {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the clock the ban points to"
            )]
            Self::Real => Ts::from(jiff::Timestamp::now()),
            Self::Fixed(at) => Ts::from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock; the real one cannot be moved.
    pub fn set(&self, to: Ts) {
        if let Self::Fixed(at) = self {
            at.store(to.micros(), Ordering::SeqCst);
        }
    }
}
