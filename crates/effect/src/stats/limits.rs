//! Every threshold of the refusals (R1 to R13), in one place, each with its reason.
//! They are our proposal: a service or a study may argue for others, and then this is
//! the only file to change. Nothing else in the crate may hold such a number.

/// A1 and A2. First month of the run-up before a referral. People come when contacts
/// have been high for about a quarter; this stretch is shaded and matched on.
pub const RUN_UP_FIRST: i32 = -3;

/// A1. Last month shaded: the referral's own, which holds the contact that made it.
pub const RUN_UP_LAST: i32 = 0;

/// A2. First month of the baseline, which ends where the run-up begins.
pub const BASELINE_FIRST: i32 = -12;

/// A2. Tops of the run-up bins (contacts in three months): every number its own up to six.
/// A bin that straddles the number at which people are referred puts controls below it
/// beside referred above it: with bins to 2, 5, 6 and 8, and referral from 5 on, made-up
/// people without any effect showed a ratio of 1.07 to 1.37.
pub const RUN_UP_BINS: [u32; 9] = [0, 1, 2, 3, 4, 5, 6, 8, 11];

/// A2. Tops of the baseline bins (contacts in nine months).
pub const BASELINE_BINS: [u32; 4] = [1, 3, 6, 10];

/// A2. Controls for one person referred: more than five hardly narrow an interval.
pub const CONTROLS_MAX: usize = 5;

/// A2. Months of follow-up: a whole year, so that seasons cancel.
pub const FOLLOW_UP_MONTHS: i64 = 12;

/// R2. Largest standardised difference allowed after matching; the usual limit of a
/// negligible imbalance in the matching literature.
pub const STANDARDISED_DIFFERENCE_MAX: f64 = 0.1;

/// R2. Share of the controls' follow-up that may be lost to their own referral. Who is
/// referred has more contacts to come, and weights for staying know only the contacts
/// before: made-up people without any effect were covered as claimed up to a loss of 12%,
/// and in 91 of 100 lots at 17%.
pub const CONTROLS_LOST_MAX: f64 = 0.10;

/// A2. A control is never taken for more than twice as many for not having been referred in
/// a month: beyond, one person's weight would carry the comparison.
pub const STAYING_MIN: f64 = 0.5;

/// R2. Below this joint p the months before referral already differ, so what follows
/// cannot be laid to the referral. Higher than 0.05 because a test of leads has little power.
pub const JOINT_LEAD_P_MIN: f64 = 0.10;

/// R2. Months in one lead: a quarter, as the run-up. Single months are so noisy that the
/// largest of them passes most effects.
pub const LEAD_WIDTH: i64 = 3;

/// R2. Leads tested for a drift before a start: half a year shows one, and more leads cost
/// the test its power.
pub const LEADS: i64 = 2;

/// R3. Fewer clusters than this: cluster-robust errors are not trustworthy even with CR2.
pub const CLUSTERS_MIN: usize = 6;

/// R3. Below four degrees of freedom the Satterthwaite approximation itself breaks down.
pub const SATTERTHWAITE_DF_MIN: f64 = 4.0;

/// R4. Smaller share matched: those compared are no longer the people who were referred.
pub const MATCHED_SHARE_MIN: f64 = 0.80;

/// R4. Fewer people in an arm: one person's year can carry the result.
pub const PEOPLE_PER_ARM_MIN: u64 = 100;

/// R4. Fewer contacts in an arm: the large-sample errors of a count model do not hold.
pub const EVENTS_PER_ARM_MIN: u64 = 50;

/// R5. Below this share with a second score only bounds are honest: the unseen could
/// overturn any average of the seen.
pub const FOLLOW_UP_MIN: f64 = 0.60;

/// R5. How far from the seen the unseen must be, in standard deviations of the baseline,
/// before the conclusion falls. Half a standard deviation is a common smallest
/// difference that people notice.
pub const TIPPING_MIN_SD: f64 = 0.5;

/// R6. Months needed before a start: two whole years, so that season and trend can be
/// told apart.
pub const SERIES_MONTHS_BEFORE_MIN: usize = 24;

/// R6. Months needed after a start: one whole year of seasons.
pub const SERIES_MONTHS_AFTER_MIN: usize = 12;

/// R6. Larger share of missing months: the autocorrelation is no longer learnt from data.
pub const SERIES_MISSING_MAX: f64 = 0.10;

/// R6. Another change of the system this near the start cannot be told from the start.
pub const SYSTEM_CHANGE_MONTHS: u32 = 6;

/// R7. Newton steps allowed before a model counts as not converged; well-posed models
/// of this crate need fewer than 15.
pub const NEWTON_STEPS_MAX: usize = 100;

/// R7. A column whose remainder, given those before it, is below this share of its
/// square length is aliased. Rounding is near 1e-14, honest collinearity far above.
pub const ALIASING_TOLERANCE: f64 = 1e-10;

/// R7. A theta beyond this cannot be told from the Poisson limit in double precision.
pub const THETA_MAX: f64 = 1e7;

/// R7. Practices that spread less than this on the log scale do not differ: a
/// thousandth either way.
pub const CLUSTER_SPREAD_MIN: f64 = 1e-3;

/// R7. An error below this (of a log ratio, or in contacts a month) is none: the clusters are
/// what the model says to the last digit, and an error of 0 would claim to know. Rounding
/// leaves about 1e-16; real counts, however alike, are far above.
pub const ERROR_MIN: f64 = 1e-9;

/// R8 and R9. Lower margin of "no real difference" on the ratio scale: a tenth fewer
/// contacts is about one a year for a frequent attender.
pub const MARGIN_LOW: f64 = 0.90;

/// R8 and R9. Upper margin, symmetric with the lower one on the log scale (1/0.90, rounded).
pub const MARGIN_HIGH: f64 = 1.11;

/// R8. An interval that reaches this as well as [`MARGIN_LOW`] says nothing of use.
pub const UNCERTAIN_HIGH: f64 = 1.10;

/// R8. Half-width, as a ratio, that the number needed is worked out for.
pub const USEFUL_HALF_WIDTH: f64 = 1.10;

/// R10. Counts from one to this are hidden: the disclosure rule of English health data.
pub const SMALL_COUNT_MAX: u64 = 7;

/// R10. Shown counts go to the nearest multiple of this, so that differences do not tell.
pub const COUNT_ROUNDING: u64 = 5;

/// R10. No slice of a link worker with fewer people: the worker and the people are known.
pub const LINK_WORKER_SLICE_MIN: u64 = 20;

/// A7. Fewer points: the limits of an XmR chart move too much to be used.
pub const XMR_POINTS_MIN: usize = 12;

/// Coverage of every interval unless a caller fixed another beforehand.
pub const INTERVAL_LEVEL: f64 = 0.95;
