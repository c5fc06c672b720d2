//! A whole series before and after a start (A4). Whatever else changed at the same time
//! would look the same, and every sentence says so.

use super::verdict::{
    NEITHER, Verdict, change, lower_or_higher, notes, ratio, refused, uncertain, verdict,
};
use super::{Sentences, number};
use crate::stats::estimate::Finding;
use crate::stats::series::SeriesResult;

const ELSE: &str = "Anything else that changed at that time would look the same.";

/// The sentences of a series, read so many months after the start.
#[must_use]
pub fn sentences(finding: &Finding<SeriesResult>, horizon: u32) -> Sentences {
    let Some(model) = &finding.result.model else {
        return refused(finding.refusals.first(), &finding.refusals);
    };
    let effect = &model.at_horizon;
    let researcher = format!(
        "{} at {horizon} months; GLS REML AR(1), rho {}; level {}, slope {} a month (log); n {} months, {} missing.{}",
        ratio(effect, "t"),
        number(model.rho, 2),
        number(model.level.value, 4),
        number(model.slope.value, 4),
        finding.n,
        finding.missing,
        notes(&finding.refusals)
    );
    let fits = effect.interval.map_or_else(String::new, |interval| {
        let (low, high) = (change(interval.low.exp()), change(interval.high.exp()));
        format!(" ({low} to {high} fits)")
    });
    let against = format!(
        "{horizon} months on: {}{fits} against its own earlier course. {ELSE}",
        change(effect.value.exp())
    );
    // Months, not people, are what a series is short of: no number needed is given.
    match verdict(effect, finding.n, &finding.refusals) {
        Verdict::Differs => Sentences {
            link_worker: format!(
                "{horizon} months after the start, GP contacts were {} than their earlier course would have led \
                 to. {ELSE} {NEITHER}",
                lower_or_higher(effect.value.exp())
            ),
            gp: against,
            researcher,
        },
        Verdict::NoRealDifference => Sentences {
            link_worker: format!(
                "{horizon} months after the start, there were about as many GP contacts as their earlier course \
                 would have led to. {ELSE}"
            ),
            gp: format!("No real difference. {against}"),
            researcher: format!(
                "{researcher} The whole interval is inside the margin fixed beforehand."
            ),
        },
        Verdict::Uncertain(refusal) => uncertain(&refusal, effect, None, &researcher),
        Verdict::Refused(refusal) => refused(refusal.as_ref(), &finding.refusals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::series::{MonthTotal, SeriesPlan, interrupted_series};

    /// 48 months of a million people, falling by `fall` from month 30 on.
    fn said(fall: f64, before: i64) -> Sentences {
        let month = |m: i64| {
            let wobble = 1.0 + 0.004 * ((m * 7 % 11) as f64 - 5.0);
            let rate = if m >= before { 1.0 - fall } else { 1.0 };
            MonthTotal {
                month: m,
                count: (5000.0 * rate * wobble) as u64,
                population: 1e6,
            }
        };
        let totals: Vec<MonthTotal> = (0..48).map(month).collect();
        let plan = SeriesPlan {
            start: before,
            other_changes: &[],
            horizon: 12,
        };
        sentences(
            &interrupted_series(&totals, None, plan).expect("a series"),
            12,
        )
    }

    #[test]
    fn a_fall_is_said_with_what_else_could_have_made_it() {
        let said = said(0.3, 30);
        assert!(
            said.link_worker.contains("lower than their earlier course"),
            "{}",
            said.link_worker
        );
        assert!(said.link_worker.contains(ELSE) && said.gp.contains(ELSE));
        assert!(
            said.gp.starts_with("12 months on: a ") && said.gp.contains("% fall fits)"),
            "{}",
            said.gp
        );
    }

    #[test]
    fn a_series_with_too_few_months_is_not_concluded_from() {
        let said = said(0.3, 12);
        assert!(
            said.link_worker
                .starts_with("We cannot tell what our work did"),
            "{}",
            said.link_worker
        );
        assert!(said.researcher.contains("R6"));
    }
}
