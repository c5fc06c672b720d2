//! Whatever a file holds, it is read or refused in words.

use kith_effect::command::equity::EquityView;
use kith_effect::command::xmr::{self, XmrArgs};
use kith_effect::stats::agreement::Level;
use proptest::prelude::*;

use crate::charts_and_coders::{agreement_args, run_agreement};
use crate::groups::{equity_args, run_equity};
use crate::scores::{run_wellbeing, wellbeing_args};
use crate::{Said, folder, told, written};

/// Fields somebody's spreadsheet may hold.
const FIELDS: &[&str] = &[
    "", "NA", "0", "1", "2", "7", "20", "35", "19.5", "-3", "1e9", "1e400", "nan", "\u{a0}5",
    "a b", "\"a\nb\"", "é", "5,5",
];

/// A finished file is an answer or a failure with a sentence; it is never a panic, and
/// no sentence ever says NaN or infinity.
fn holds(said: Said) -> Result<(), TestCaseError> {
    let sentence = said.unwrap_or_else(|failure| failure.to_string());
    prop_assert!(!sentence.trim().is_empty());
    let wrong = ["NaN", " inf", "infinite"]
        .iter()
        .any(|word| sentence.contains(word));
    prop_assert!(!wrong || sentence.contains("found \""), "{}", sentence);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn any_file_ends_in_an_answer_or_a_named_failure(
        rows in prop::collection::vec(prop::collection::vec(prop::sample::select(FIELDS), 5), 0..25),
        plain in any::<bool>(),
    ) {
        let out = folder();
        // Half of the files are all numbers, so that the statistics are reached at all.
        let field = |f: &&str| if plain && f.parse::<u32>().is_err() { "8".to_owned() } else { (*f).to_owned() };
        let body: String = rows.iter().map(|r| r.iter().map(field).collect::<Vec<_>>().join(",") + "\n").collect();
        let with = |header: &str| written(&out, &format!("{header}\n{body}"));
        holds(run_wellbeing(&wellbeing_args(with("base,follow,practice,age,imd"), Some(&out))))?;
        let equity_file = with("group,pop,referred,all,all_referred");
        let standardised = EquityView::Standardised {
            reference_people: "all".to_owned(),
            reference_reached: "all_referred".to_owned(),
        };
        for view in [EquityView::Groups, EquityView::Gradient, EquityView::Funnel, standardised] {
            holds(run_equity(&equity_args(equity_file.clone(), "group", view, &out)))?;
        }
        for level in [Level::Nominal, Level::Interval] {
            holds(run_agreement(&agreement_args(with("a,b,c,d,e"), &["a", "b", "e"], level, &out)))?;
        }
        let args = XmrArgs {
            files: vec![with("month,value,x,y,z")],
            label: "month".to_owned(),
            value: "value".to_owned(),
            measure: "Referrals".to_owned(),
            out: Some(out.path().to_owned()),
        };
        holds(told(|said| xmr::run(&args, said)))?;
    }
}
