//! Writes the page of operating characteristics: what each analysis says of made-up
//! people whose truth is known, again and again.
//!
//!     cargo run --release --example operating_characteristics -- LOTS > page.md
//!
//! The same lots every time: the page changes only when the statistics do.

use std::error::Error;
use std::time::Instant;

use kith_effect::stats::made_up::MadeUp;
use kith_effect::stats::simulation::{Behaviour, Frequency, behaviour};

/// A service whose truth is known.
struct Scheme {
    name: &'static str,
    plan: MadeUp,
}

fn main() -> Result<(), Box<dyn Error>> {
    let lots: u32 = std::env::args()
        .nth(1)
        .ok_or("say how many lots of people to make up")?
        .parse()?;
    println!("{}", introduction(lots));
    for scheme in schemes() {
        let began = Instant::now();
        let behaviours = behaviour(scheme.plan, lots);
        eprintln!("{}: {:.0?}", scheme.name, began.elapsed());
        section(&scheme, &behaviours);
    }
    Ok(())
}

/// What the page opens with.
fn introduction(lots: u32) -> String {
    format!(
        "\
# What each analysis says when the truth is known

Written by `make generate-long` (`crates/effect/examples/operating_characteristics.rs`).

People are made up: their need wanders, winter is busier, practices differ, some people leave, and \
whoever has a busy quarter with their GP may be referred. So contacts fall afterwards without any service. \
The service then makes contacts a known number of times as many. Each table is {lots} lots of such \
people, and what three analyses said of them. `±` is the standard error that comes from making up \
only so many lots.

* **12 months before against 12 after**, and **the same, the run-up left out**: the people referred, \
compared with themselves. They know no refusal: an interval that leaves out 1 is called a difference.
* **others at the same peak**: the headline of `kith effect compare`. It concludes only when none of \
its refusals holds, and otherwise says why not.

How to read a table: an interval of 95% ought to hold the truth in 95 of 100 lots. Where there is no \
effect, *leaves out 1* is the false alarm (5 of 100 are claimed); where there is one, it is the power.
"
    )
}

fn schemes() -> Vec<Scheme> {
    let usual = MadeUp::default();
    let with_ratio = |ratio| MadeUp { ratio, ..usual };
    let of_so_many = |practices: i64, people| MadeUp {
        practices,
        people,
        ..usual
    };
    let scheme = |name, plan| Scheme { name, plan };
    vec![
        scheme("No effect", usual),
        scheme("A tenth fewer contacts", with_ratio(0.9)),
        scheme("A fifth fewer contacts", with_ratio(0.8)),
        scheme("A fifth more contacts", with_ratio(1.2)),
        scheme("No effect, seven practices", of_so_many(7, 7_000)),
        scheme("No effect, few people", of_so_many(12, 3_000)),
        scheme(
            "No effect, and referral so quick that controls are soon referred too",
            MadeUp {
                chance: 0.2,
                ..usual
            },
        ),
    ]
}

fn section(scheme: &Scheme, behaviours: &[Behaviour]) {
    let plan = scheme.plan;
    println!("## {}\n", scheme.name);
    println!(
        "True ratio {:.2}; {} people of {} practices; a chance of {:.0}% of being referred in a month after a \
         busy quarter.\n",
        plan.ratio,
        plan.people,
        plan.practices,
        100.0 * plan.chance
    );
    println!(
        "| Analysis | Mean ratio | Interval holds the truth | Leaves out 1 | Refuses | Concludes a difference | \
         Concludes wrongly |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for one in behaviours {
        let refuses = Frequency {
            times: one.answers.of - one.answers.times,
            ..one.answers
        };
        println!(
            "| {} | {:.3} | {} | {} | {} | {} | {} |",
            one.analysis,
            one.mean_ratio,
            percent(one.covers),
            percent(one.says_changed),
            percent(refuses),
            percent(one.concludes_difference),
            percent(one.concludes_wrongly)
        );
    }
    if let Some(headline) = behaviours.last() {
        println!("\n{}\n", of_the_headline(headline));
    }
}

/// Whether its errors are what they claim, and why it refused.
fn of_the_headline(headline: &Behaviour) -> String {
    let refused: Vec<String> = headline
        .refused
        .iter()
        .map(|(code, &times)| {
            let of = headline.answers.of;
            format!("{code} {}", percent(Frequency { times, of }))
        })
        .collect();
    let refused = match refused.is_empty() {
        true => "none".to_owned(),
        false => refused.join(", "),
    };
    format!(
        "Of the last: its log ratios spread by {:.3} and it claimed {:.3}. Refusals (several may hold): {refused}.",
        headline.deviation, headline.claimed_error
    )
}

/// A share with its Monte Carlo error.
fn percent(frequency: Frequency) -> String {
    format!(
        "{:.1} ± {:.1}%",
        100.0 * frequency.share(),
        100.0 * frequency.error()
    )
}
