//! Draws every kind of picture, in both sizes, from the made-up reference cases:
//! `cargo run -p kith-effect --example all_pictures -- FOLDER`, then open `FOLDER/index.html`.

use std::error::Error;
use std::fs;
use std::path::Path;

use kith_effect::picture::{
    Frame, Picture, Size, bounds, event_profile, forest, funnel, series, slope_pairs, xmr,
};
use kith_effect::stats::funnel as funnel_stats;
use kith_effect::stats::proportion::Share;
use kith_effect::stats::xmr::chart;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args().nth(1) else {
        return Err("name a folder for the pictures".into());
    };
    fs::create_dir_all(&folder)?;
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pictures</title>",
    );
    for (name, size) in [("wide", Size::Wide), ("narrow", Size::Narrow)] {
        for (kind, picture) in pictures(size)? {
            fs::write(
                Path::new(&folder).join(format!("{kind}-{name}.svg")),
                &picture.svg,
            )?;
            page += &picture.svg;
            page += &picture.table.html();
        }
    }
    fs::write(Path::new(&folder).join("index.html"), page)?;
    Ok(())
}

fn pictures(size: Size) -> Result<Vec<(&'static str, Picture)>, Box<dyn Error>> {
    Ok(vec![
        ("profile", profile(size)),
        ("forest", ratios(size)),
        ("series", months(size)),
        ("slopes", slopes(size)),
        ("funnel", places(size)?),
        ("xmr", values(size)?),
        ("bounds", beliefs(size)),
    ])
}

fn frame(id: &str, title: &str, size: Size) -> Frame {
    Frame::new(&format!("{id}-{size:?}"), title, size)
}

fn case(name: &str) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name);
    let mut rows = vec![];
    for row in csv::Reader::from_path(path)?.records() {
        rows.push(row?.iter().map(|f| f.parse().unwrap_or(f64::NAN)).collect());
    }
    Ok(rows)
}

fn profile(size: Size) -> Picture {
    let month = |rate: f64, m: i64| {
        let reach = 0.12 * rate.sqrt();
        event_profile::Month {
            month: m,
            rate,
            low: rate - reach,
            high: rate + reach,
        }
    };
    let peak = |m: i64, after: f64| {
        let rise = (-(m as f64 + 1.0).abs() / 1.8).exp() * 1.6;
        0.55 + rise * if m > 0 { after } else { 1.0 }
    };
    let referred: Vec<_> = (-12..=12).map(|m| month(peak(m, 0.8), m)).collect();
    let others: Vec<_> = (-12..=12).map(|m| month(peak(m, 1.0) * 1.02, m)).collect();
    let title = "Contacts with the GP around referral";
    event_profile::draw(&frame("profile", title, size), &referred, &others)
}

fn ratios(size: Size) -> Picture {
    let row = |label: &str, v: Option<f64>, range, headline| forest::Row {
        label: label.to_owned(),
        estimate: v,
        range,
        headline,
    };
    let rows = [
        row(
            "Headline: peak-matched, by practice",
            Some(0.94),
            Some((0.84, 1.05)),
            true,
        ),
        row("By patient", Some(0.94), Some((0.85, 1.04)), false),
        row("Negative binomial", Some(0.93), Some((0.83, 1.04)), false),
        row(
            "One practice left out, lowest",
            Some(0.9),
            Some((0.79, 1.02)),
            false,
        ),
        row("Roll-out by practice start date", None, None, false),
    ];
    let title = "Does the answer change with the method?";
    forest::draw(
        &frame("forest", title, size),
        forest::Measure::Ratio,
        "Ratio of contacts",
        &rows,
    )
}

fn months(size: Size) -> Picture {
    let line =
        |t: i64| 6.0 + 0.01 * t as f64 + 0.5 * (t as f64 * std::f64::consts::FRAC_PI_6).sin();
    let point = |t: i64| series::Point {
        month: t,
        name: format!("{}-{:02}", 2021 + t / 12, t % 12 + 1),
        observed: line(t) * if t >= 30 { 0.9 } else { 1.0 }
            + 0.25 * ((t * 7 % 11) as f64 / 5.0 - 1.0),
        fitted: Some(line(t) * if t >= 30 { 0.9 } else { 1.0 }),
        without: (t >= 30).then(|| line(t)),
    };
    let points: Vec<_> = (0..60).filter(|t| *t != 17).map(point).collect();
    let title = "Contacts before and after the service began";
    series::draw(
        &frame("series", title, size),
        "Contacts per 1,000 people",
        30,
        &points,
    )
}

fn slopes(size: Size) -> Picture {
    let pair = |label: &str, people: u32, before: f64, after: f64| slope_pairs::Pair {
        label: label.to_owned(),
        people: people.to_string(),
        before,
        after,
    };
    let groups: Vec<_> = (0..7)
        .map(|i| {
            pair(
                &format!("Practice {}", i + 1),
                20 + i,
                17.0 + f64::from(i) * 0.5,
                19.4 + f64::from(i * 3 % 7) * 0.5,
            )
        })
        .collect();
    let everybody = pair("Everybody", 175, 18.4, 20.3);
    let title = "Wellbeing at the start and at follow-up";
    slope_pairs::draw(
        &frame("slopes", title, size),
        "Mean score (7 to 35)",
        &everybody,
        &groups,
        1,
    )
}

fn places(size: Size) -> Result<Picture, Box<dyn Error>> {
    let mut places = vec![];
    for row in case("funnel.csv")? {
        let label = format!("Practice {}", row[0] as u64);
        places.push(funnel_stats::Place {
            label,
            share: Share::new(row[2] as u64, row[1] as u64)?,
        });
    }
    let found = funnel_stats::funnel(&places)?.result;
    let points: Vec<_> = found
        .places
        .iter()
        .filter_map(|p| {
            Some(funnel::Point {
                label: p.label.clone(),
                people: p.share.people() as f64,
                rate: p.share.rate()?,
                outside: p.outside == Some(true),
            })
        })
        .collect();
    let limits: Vec<_> = (1..=110_u64)
        .filter_map(|i| {
            let limit = found.limits_at(i * 200)?;
            Some(funnel::Limit {
                people: (i * 200) as f64,
                inner: limit.inner,
                outer: limit.outer,
            })
        })
        .collect();
    let title = "People referred, by practice size";
    Ok(funnel::draw(
        &frame("funnel", title, size),
        "Referred in the year, %",
        found.overall,
        &points,
        &limits,
    ))
}

fn values(size: Size) -> Result<Picture, Box<dyn Error>> {
    let values: Vec<Option<f64>> = case("xmr.csv")?.iter().map(|row| Some(row[1])).collect();
    let found = chart(&values)?.result;
    let signals = |i: usize| {
        let rules = [
            (&found.outside, "outside the limits"),
            (&found.shift, "run of 7"),
            (&found.two_of_three, "2 of 3"),
        ];
        rules
            .into_iter()
            .filter(|(places, _)| places.contains(&i))
            .map(|(_, words)| words)
            .collect()
    };
    let points: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(i, v)| xmr::Point {
            label: format!("{}-{:02}", 2023 + i / 12, i % 12 + 1),
            value: *v,
            signals: signals(i),
        })
        .collect();
    let lines = found.limits.map(|l| xmr::Lines {
        mean: found.mean,
        low: l.low,
        high: l.high,
    });
    Ok(xmr::draw(
        &frame("xmr", "Referrals by month", size),
        "Referrals a month",
        &points,
        lines,
    ))
}

fn beliefs(size: Size) -> Picture {
    let row = |label: &str, v: Option<f64>, range| forest::Row {
        label: label.to_owned(),
        estimate: v,
        range: Some(range),
        headline: false,
    };
    let mut rows = [
        row("Those with both scores", Some(1.88), (1.46, 2.30)),
        row("Weighted for the missing", Some(1.99), (1.57, 2.41)),
        row("Imputed", Some(1.99), (1.56, 2.41)),
        row("No change for the missing", Some(1.26), (0.94, 1.57)),
        row("Worst and best the scale allows", None, (-2.26, 7.0)),
    ];
    rows[0].headline = true;
    let title = "Change in wellbeing, whatever is supposed about the missing";
    bounds::draw(&frame("bounds", title, size), "points", &rows, Some(-3.80))
}
