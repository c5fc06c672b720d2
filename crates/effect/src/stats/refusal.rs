//! A refusal is a result: the data cannot carry the conclusion, and this is why.
//! Each has the code of its rule (R1 to R13) and one sentence that says what happened
//! and, where something helps, what to do. `A7` and `A8` are the two methods with a
//! condition of their own. Thresholds are in `limits`.

use std::fmt;

use serde::Serialize;

use super::limits::{
    CLUSTERS_MIN, CONTROLS_LOST_MAX, COUNT_ROUNDING, EVENTS_PER_ARM_MIN, FOLLOW_UP_MIN,
    JOINT_LEAD_P_MIN, LINK_WORKER_SLICE_MIN, MARGIN_HIGH, MARGIN_LOW, MATCHED_SHARE_MIN,
    PEOPLE_PER_ARM_MIN, SATTERTHWAITE_DF_MIN, SERIES_MISSING_MAX, SERIES_MONTHS_AFTER_MIN,
    SERIES_MONTHS_BEFORE_MIN, SMALL_COUNT_MAX, STANDARDISED_DIFFERENCE_MAX, SYSTEM_CHANGE_MONTHS,
    TIPPING_MIN_SD, XMR_POINTS_MIN,
};

/// Why no conclusion, or no number, is given. [`Refusal::code`] names the rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// R1: nobody to compare with.
    NoComparator,
    /// R2: after matching the arms still differ on something measured.
    Unbalanced {
        /// The characteristic that differs most.
        on: String,
        /// Its standardised difference, in standard deviations.
        difference: f64,
    },
    /// R2: a month before referral already differs by as much as the effect (log ratios).
    LeadAsLargeAsEffect {
        /// Largest lead, absolute log ratio.
        lead: f64,
        /// The effect, absolute log ratio.
        effect: f64,
    },
    /// R2: too many controls were referred themselves, at their next peak.
    ControlsLeave {
        /// Share of their follow-up lost, 0 to 1.
        share: f64,
    },
    /// R2: the months before referral differ between the arms taken together.
    LeadsDiffer {
        /// Joint p of the leads.
        p: f64,
    },
    /// R3: one cluster has no variance between clusters.
    OneCluster,
    /// R3: too few clusters for an interval.
    TooFewClusters {
        /// How many there are.
        clusters: usize,
    },
    /// R3: clusters so unequal that the error rests on very few of them.
    TooFewDegreesOfFreedom {
        /// Satterthwaite degrees of freedom.
        df: f64,
    },
    /// R3: everything started in one month, so only the series of A4 is left.
    OneStartMonth,
    /// R4: too many of the referred have nobody like them.
    TooFewMatched {
        /// Share matched, 0 to 1.
        share: f64,
    },
    /// R4: an arm is too small.
    TooFewPeople {
        /// People in the smaller arm.
        people: u64,
    },
    /// R4: an arm has too few contacts.
    TooFewEvents {
        /// Contacts in the smaller arm.
        events: u64,
    },
    /// R5: too few have a second score; only bounds are shown.
    FollowUpTooLow {
        /// Share with a second score, 0 to 1.
        share: f64,
    },
    /// R5: the answers for the missing disagree, or one of them includes no change.
    MissingDecides,
    /// R5: a small difference between seen and unseen would overturn the answer.
    TipsTooEasily {
        /// Distance of the tipping value in standard deviations.
        distance: f64,
    },
    /// R6: not enough months.
    SeriesTooShort {
        /// Months before the start.
        before: usize,
        /// Months from the start on.
        after: usize,
    },
    /// R6: too many months missing.
    SeriesHasGaps {
        /// Share of months missing, 0 to 1.
        share: f64,
    },
    /// R6: something else changed near the start.
    SystemChanged {
        /// Months between the other change and the start.
        months: u32,
    },
    /// R7: a group without a single event (or only with them): no finite coefficient.
    Separated {
        /// The term of the model.
        term: String,
    },
    /// R7: a term is a mixture of others.
    Aliased {
        /// The term of the model.
        term: String,
    },
    /// R7: the search did not settle.
    NotConverged {
        /// Which model.
        model: &'static str,
    },
    /// R7: no more spread than Poisson, so theta runs to infinity; use the Poisson model.
    PoissonLimit,
    /// R7: practices differ no more than chance, so an intercept for each says nothing.
    NoClusterSpread,
    /// R7: nothing happened to anybody.
    NoEvents,
    /// R7: the outcome never varies.
    Constant,
    /// R7: not more observations than coefficients.
    TooFewObservations {
        /// Observations (cells or months).
        have: usize,
        /// Coefficients.
        coefficients: usize,
    },
    /// R8: both a real fall and a real rise fit.
    TooUncertain {
        /// Lower end of the interval, as a ratio.
        low: f64,
        /// Upper end, as a ratio.
        high: f64,
        /// People needed for a useful interval.
        needed: u64,
    },
    /// R9: the interval is not inside the margin, so "no real difference" is not shown.
    DifferenceNotRuledOut {
        /// Lower end of the interval, as a ratio.
        low: f64,
        /// Upper end, as a ratio.
        high: f64,
    },
    /// R10: the count is too small to show.
    SmallNumber,
    /// R10: too few people of one link worker.
    SliceTooSmall {
        /// People in the slice.
        people: u64,
    },
    /// R11: the question was not the primary one fixed beforehand.
    Exploratory,
    /// R12: contacts shown alone have no good direction.
    NoGoodDirection,
    /// R13: what counts as a contact changed inside the window.
    DefinitionChanged {
        /// What changed: definition, code set or supplier.
        what: String,
    },
    /// A7: too few points for a chart with limits.
    TooFewPoints {
        /// Points there are.
        points: usize,
    },
    /// The figures cannot be so, such as more events than people.
    Impossible {
        /// What was found.
        what: String,
    },
    /// A8 and others: the statistic is 0/0.
    Undefined {
        /// The statistic.
        what: &'static str,
        /// Why it has no value.
        why: &'static str,
    },
}

impl Refusal {
    /// The rule that refuses: "R1" to "R13", "A7", "A8", or "data" for figures that cannot be.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoComparator => "R1",
            Self::Unbalanced { .. }
            | Self::LeadAsLargeAsEffect { .. }
            | Self::ControlsLeave { .. }
            | Self::LeadsDiffer { .. } => "R2",
            Self::OneCluster
            | Self::TooFewClusters { .. }
            | Self::TooFewDegreesOfFreedom { .. }
            | Self::OneStartMonth => "R3",
            Self::TooFewMatched { .. } | Self::TooFewPeople { .. } | Self::TooFewEvents { .. } => {
                "R4"
            }
            Self::FollowUpTooLow { .. } | Self::MissingDecides | Self::TipsTooEasily { .. } => "R5",
            Self::SeriesTooShort { .. }
            | Self::SeriesHasGaps { .. }
            | Self::SystemChanged { .. } => "R6",
            Self::Separated { .. }
            | Self::Aliased { .. }
            | Self::NotConverged { .. }
            | Self::PoissonLimit
            | Self::NoClusterSpread
            | Self::NoEvents
            | Self::Constant
            | Self::TooFewObservations { .. } => "R7",
            Self::TooUncertain { .. } => "R8",
            Self::DifferenceNotRuledOut { .. } => "R9",
            Self::SmallNumber | Self::SliceTooSmall { .. } => "R10",
            Self::Exploratory => "R11",
            Self::NoGoodDirection => "R12",
            Self::DefinitionChanged { .. } => "R13",
            Self::TooFewPoints { .. } => "A7",
            Self::Undefined { .. } => "A8",
            Self::Impossible { .. } => "data",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            "R1" | "R2" => self.about_the_comparison(f),
            "R3" | "R4" => self.about_its_size(f),
            "R5" | "R6" => self.about_what_is_missing(f),
            "R7" => self.about_the_model(f),
            _ => self.about_the_reading(f),
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    fn about_the_comparison(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoComparator => write!(
                f,
                "There is nobody to compare with, so no effect and no percentage is given; the \
                 month-by-month profile only describes."
            ),
            Self::Unbalanced { on, difference } => write!(
                f,
                "We cannot tell: after matching the groups still differ on {on} by {difference:.2} \
                 standard deviations (at most {STANDARDISED_DIFFERENCE_MAX})."
            ),
            Self::LeadAsLargeAsEffect { lead, effect } => write!(
                f,
                "We cannot tell: before referral the groups already differed by {lead:.3} on the \
                 log scale, as much as the effect itself ({effect:.3})."
            ),
            Self::ControlsLeave { share } => write!(
                f,
                "We cannot tell: {:.0}% of the comparison's follow-up was lost because those people \
                 were referred too (at most {:.0}%), and they are not like those who stayed.",
                share * 100.0,
                CONTROLS_LOST_MAX * 100.0
            ),
            Self::LeadsDiffer { p } => write!(
                f,
                "We cannot tell: the groups already moved apart before referral (joint p {p:.3}, \
                 below {JOINT_LEAD_P_MIN})."
            ),
            _ => Ok(()),
        }
    }

    fn about_its_size(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneCluster => write!(
                f,
                "There is one practice only, so differences between practices cannot be measured."
            ),
            Self::TooFewClusters { clusters } => write!(
                f,
                "{clusters} practices are too few for an interval; at least {CLUSTERS_MIN} are needed."
            ),
            Self::TooFewDegreesOfFreedom { df } => write!(
                f,
                "The practices are so unequal that the error rests on about {df:.1} of them; at \
                 least {SATTERTHWAITE_DF_MIN} are needed for an interval."
            ),
            Self::OneStartMonth => write!(
                f,
                "Everybody started in the same month, so nobody shows what would have happened; \
                 use the interrupted series instead."
            ),
            Self::TooFewMatched { share } => write!(
                f,
                "Only {:.0}% of the people referred have anybody like them (at least {:.0}% are \
                 needed); the figures describe and do not compare.",
                share * 100.0,
                MATCHED_SHARE_MIN * 100.0
            ),
            Self::TooFewPeople { people } => write!(
                f,
                "The smaller group has {} people; at least {PEOPLE_PER_ARM_MIN} are needed to \
                 compare.",
                about(*people)
            ),
            Self::TooFewEvents { events } => write!(
                f,
                "The smaller group has {} contacts; at least {EVENTS_PER_ARM_MIN} are needed \
                 to compare.",
                about(*events)
            ),
            _ => Ok(()),
        }
    }

    fn about_what_is_missing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FollowUpTooLow { share } => write!(
                f,
                "Only {:.0}% have a second score (at least {:.0}% are needed), so only the lowest \
                 and highest possible answers are shown.",
                share * 100.0,
                FOLLOW_UP_MIN * 100.0
            ),
            Self::MissingDecides => write!(
                f,
                "The answer depends on what is supposed about the people without a second score."
            ),
            Self::TipsTooEasily { distance } => write!(
                f,
                "The answer would fall if the people not seen differed by {distance:.2} standard \
                 deviations from those seen (it should take {TIPPING_MIN_SD})."
            ),
            Self::SeriesTooShort { before, after } => write!(
                f,
                "There are {before} months before the start and {after} from it on; at least \
                 {SERIES_MONTHS_BEFORE_MIN} and {SERIES_MONTHS_AFTER_MIN} are needed, so the series \
                 is only described."
            ),
            Self::SeriesHasGaps { share } => write!(
                f,
                "{:.0}% of the months are missing (at most {:.0}%), so the series is only described.",
                share * 100.0,
                SERIES_MISSING_MAX * 100.0
            ),
            Self::SystemChanged { months } => write!(
                f,
                "Something else changed {months} months from the start (nearer than \
                 {SYSTEM_CHANGE_MONTHS}), and the two cannot be told apart."
            ),
            _ => Ok(()),
        }
    }

    fn about_the_model(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Separated { term } => write!(
                f,
                "\"{term}\" marks a group in which it never happened (or always), so its ratio has \
                 no finite value; join the group to another."
            ),
            Self::Aliased { term } => write!(
                f,
                "\"{term}\" says nothing that the other terms do not say already; leave it out."
            ),
            Self::NotConverged { model } => {
                write!(
                    f,
                    "The {model} model did not settle, so nothing is reported from it."
                )
            }
            Self::PoissonLimit => write!(
                f,
                "The counts spread no more than chance (theta runs to infinity): use the Poisson \
                 model."
            ),
            Self::NoClusterSpread => write!(
                f,
                "The practices differ no more than chance, so use the model without an intercept \
                 for each."
            ),
            Self::NoEvents => write!(
                f,
                "Nothing was counted for anybody, so there is no rate to compare."
            ),
            Self::Constant => write!(
                f,
                "The figures never vary, so there is nothing to tell a change from chance by."
            ),
            Self::TooFewObservations { have, coefficients } => write!(
                f,
                "There are {have} observations for {coefficients} coefficients; there must be more \
                 observations than coefficients."
            ),
            _ => Ok(()),
        }
    }

    fn about_the_reading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooUncertain { low, high, needed } => write!(
                f,
                "Too uncertain to say: anything from {low:.2} to {high:.2} times as many fits. About \
                 {needed} people would be needed."
            ),
            Self::DifferenceNotRuledOut { low, high } => write!(
                f,
                "No real difference is not shown either: {low:.2} to {high:.2} is not inside \
                 {MARGIN_LOW:.2} to {MARGIN_HIGH:.2}."
            ),
            Self::SmallNumber => {
                write!(f, "The number is too small to show without naming someone.")
            }
            Self::SliceTooSmall { people } => write!(
                f,
                "{people} people of one link worker are too few to show (at least \
                 {LINK_WORKER_SLICE_MIN})."
            ),
            Self::Exploratory => write!(
                f,
                "This was not the question fixed beforehand: it is exploratory and needs to be seen \
                 again."
            ),
            Self::NoGoodDirection => write!(
                f,
                "More or fewer contacts is neither good nor bad by itself; read it beside wellbeing \
                 and the kind of contact."
            ),
            Self::DefinitionChanged { what } => write!(
                f,
                "{what} changed inside the window, so before and after do not count the same thing."
            ),
            Self::TooFewPoints { points } => write!(
                f,
                "{points} points are too few for limits; at least {XMR_POINTS_MIN} are needed."
            ),
            Self::Undefined { what, why } => write!(f, "The {what} is undefined: {why}."),
            Self::Impossible { what } => {
                write!(f, "The figures cannot be right: {what}. Check the file.")
            }
            _ => Ok(()),
        }
    }
}

/// A count inside a sentence, as it may be shown (R10).
fn about(count: u64) -> String {
    match count {
        0 => "no".to_owned(),
        1..=SMALL_COUNT_MAX => format!("fewer than {}", SMALL_COUNT_MAX + 1),
        _ => format!(
            "about {}",
            (count + COUNT_ROUNDING / 2) / COUNT_ROUNDING * COUNT_ROUNDING
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_in_a_refusal_is_as_near_as_may_be_shown() {
        let said = |people| Refusal::TooFewPeople { people }.to_string();
        assert!(said(72).starts_with("The smaller group has about 70 people;"));
        assert!(said(6).starts_with("The smaller group has fewer than 8 people;"));
        assert!(said(0).starts_with("The smaller group has no people;"));
    }

    #[test]
    fn every_refusal_has_a_sentence() {
        let term = || "referred".to_owned();
        let all = [
            Refusal::NoComparator,
            Refusal::Unbalanced {
                on: term(),
                difference: 0.3,
            },
            Refusal::LeadAsLargeAsEffect {
                lead: 0.2,
                effect: 0.1,
            },
            Refusal::ControlsLeave { share: 0.2 },
            Refusal::LeadsDiffer { p: 0.01 },
            Refusal::OneCluster,
            Refusal::TooFewClusters { clusters: 3 },
            Refusal::TooFewDegreesOfFreedom { df: 2.5 },
            Refusal::OneStartMonth,
            Refusal::TooFewMatched { share: 0.5 },
            Refusal::TooFewPeople { people: 12 },
            Refusal::TooFewEvents { events: 9 },
            Refusal::FollowUpTooLow { share: 0.4 },
            Refusal::MissingDecides,
            Refusal::TipsTooEasily { distance: 0.2 },
            Refusal::SeriesTooShort {
                before: 10,
                after: 3,
            },
            Refusal::SeriesHasGaps { share: 0.2 },
            Refusal::SystemChanged { months: 2 },
            Refusal::Separated { term: term() },
            Refusal::Aliased { term: term() },
            Refusal::NotConverged { model: "Poisson" },
            Refusal::PoissonLimit,
            Refusal::NoClusterSpread,
            Refusal::NoEvents,
            Refusal::Constant,
            Refusal::TooFewObservations {
                have: 3,
                coefficients: 4,
            },
            Refusal::TooUncertain {
                low: 0.8,
                high: 1.3,
                needed: 900,
            },
            Refusal::DifferenceNotRuledOut {
                low: 0.8,
                high: 1.05,
            },
            Refusal::SmallNumber,
            Refusal::SliceTooSmall { people: 11 },
            Refusal::Exploratory,
            Refusal::NoGoodDirection,
            Refusal::DefinitionChanged {
                what: "The supplier".to_owned(),
            },
            Refusal::TooFewPoints { points: 5 },
            Refusal::Impossible {
                what: "3 events among 2 people".to_owned(),
            },
            Refusal::Undefined {
                what: "kappa",
                why: "only one code was used",
            },
        ];
        for refusal in all {
            let sentence = refusal.to_string();
            assert!(
                sentence.ends_with('.') && sentence.len() > 20,
                "{refusal:?}: {sentence}"
            );
        }
    }
}
