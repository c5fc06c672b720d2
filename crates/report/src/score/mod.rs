//! Wellbeing scores: what somebody answered in a questionnaire at the start and
//! later. They come by file for now; a score written in the record itself is
//! the same row without a file. A score outside its questionnaire's range
//! cannot be kept.

pub mod rows;
pub mod store;

use kith_base::words;
use kith_effect::stats::scores::Better;

words! {
    /// A questionnaire.
    pub enum Measure {
        Satisfied = "ons4_satisfied" / "Life satisfaction (ONS4)",
        Worthwhile = "ons4_worthwhile" / "Worthwhile (ONS4)",
        Happy = "ons4_happy" / "Happy yesterday (ONS4)",
        Anxious = "ons4_anxious" / "Anxious yesterday (ONS4)",
        Loneliness = "loneliness3" / "Loneliness (three items)",
        Swemwbs = "swemwbs" / "Mental wellbeing (SWEMWBS, raw total)",
        Who5 = "who5" / "Wellbeing (WHO-5, 0 to 100)",
    }
}

words! {
    /// When a questionnaire was answered.
    pub enum Occasion {
        Start = "start" / "At the start",
        FollowUp = "follow_up" / "At follow-up",
    }
}

impl Measure {
    /// The lowest and the highest score there is.
    #[must_use]
    pub const fn range(self) -> (i64, i64) {
        match self {
            Self::Satisfied | Self::Worthwhile | Self::Happy | Self::Anxious => (0, 10),
            Self::Loneliness => (3, 9),
            Self::Swemwbs => (7, 35),
            Self::Who5 => (0, 100),
        }
    }

    /// How reliable the score is by its own literature, which tells a change
    /// from its noise; none for single questions, which have no such figure.
    #[must_use]
    pub const fn reliability(self) -> Option<f64> {
        match self {
            // Person separation index (Stewart-Brown and others 2009).
            Self::Swemwbs => Some(0.84),
            // Cronbach's alpha (Hughes and others 2004).
            Self::Loneliness => Some(0.72),
            _ => None,
        }
    }

    /// Which way is better.
    #[must_use]
    pub const fn better(self) -> Better {
        match self {
            Self::Anxious | Self::Loneliness => Better::Lower,
            _ => Better::Higher,
        }
    }
}
