//! Every picture, in both sizes, from ordinary and from awkward figures: it is well-formed,
//! reads aloud, asks nothing of a strict content policy, keeps its text at 14 px and
//! never draws what is no number.

use kith_effect::picture::{
    Frame, Picture, Size, bounds, event_profile, forest, funnel, series, slope_pairs, xmr,
};
use quick_xml::Reader;
use quick_xml::events::Event;

const HOSTILE: &str = "<script>alert('a & b')</script> \"practice\"";

/// Values a picture may be handed.
struct Case {
    name: &'static str,
    values: &'static [f64],
}

const CASES: &[Case] = &[
    Case {
        name: "ordinary",
        values: &[0.4, 1.2, 0.9, 2.5, 1.1, 0.7],
    },
    Case {
        name: "nothing",
        values: &[],
    },
    Case {
        name: "one",
        values: &[3.0],
    },
    Case {
        name: "equal",
        values: &[2.0, 2.0, 2.0],
    },
    Case {
        name: "zero",
        values: &[0.0, 0.0],
    },
    Case {
        name: "no number",
        values: &[1.0, f64::NAN, f64::INFINITY, 2.0],
    },
    Case {
        name: "huge",
        values: &[1e15, -1e15, 3.0],
    },
];

#[test]
fn every_picture_is_well_formed_named_described_and_has_its_table() {
    for case in CASES {
        for size in [Size::Narrow, Size::Wide] {
            for (kind, picture) in pictures(case.values, size) {
                let name = format!("{kind}, {}, {size:?}", case.name);
                let elements = elements(&picture.svg, &name);
                for needed in ["title", "desc"] {
                    assert!(elements.iter().any(|e| e == needed), "{name}: no {needed}");
                }
                for refused in ["script", "style", "image", "a", "foreignObject"] {
                    assert!(!elements.iter().any(|e| e == refused), "{name}: {refused}");
                }
                assert!(picture.svg.contains("role=\"img\""), "{name}");
                assert!(picture.svg.contains("font-size=\"14\""), "{name}");
                assert!(
                    !picture.svg.contains("NaN") && !picture.svg.contains("inf"),
                    "{name}"
                );
                assert!(!picture.table.head.is_empty(), "{name}");
                let wide = picture.table.head.len();
                assert!(
                    picture.table.rows.iter().all(|row| row.len() == wide),
                    "{name}"
                );
                elements_of_table(&picture, &name);
            }
        }
    }
}

#[test]
fn a_narrow_picture_fits_320_pixels() {
    for (kind, picture) in pictures(CASES[0].values, Size::Narrow) {
        assert!(picture.svg.contains("viewBox=\"0 0 320 "), "{kind}");
        for x in attribute(&picture.svg, "x").chain(attribute(&picture.svg, "cx")) {
            assert!((0.0..=320.0).contains(&x), "{kind}: x {x}");
        }
    }
}

#[test]
fn words_from_outside_stay_words() {
    let (_, picture) = pictures(CASES[0].values, Size::Wide).remove(1);
    assert!(!picture.svg.contains("<script") && picture.svg.contains("&lt;script&gt;"));
    assert!(!picture.table.html().contains("<script"));
}

#[test]
fn no_colour_says_good_or_bad() {
    // Ink, the accent, two greys and white; no red and no green.
    let inks = ["#212b32", "#005eb8", "#768692", "#e3e8eb", "#ffffff"];
    for (kind, picture) in pictures(CASES[0].values, Size::Wide) {
        for colour in picture
            .svg
            .split("=\"#")
            .skip(1)
            .filter_map(|rest| rest.get(..6))
        {
            assert!(
                inks.contains(&format!("#{colour}").as_str()),
                "{kind}: #{colour}"
            );
        }
    }
}

#[test]
fn the_same_figures_draw_the_same_picture() {
    let again = pictures(CASES[0].values, Size::Wide);
    assert_eq!(pictures(CASES[0].values, Size::Wide), again);
}

fn elements(svg: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    let mut found = vec![];
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    let key = attribute.unwrap_or_else(|e| panic!("{name}: {e}")).key;
                    let key = key.as_ref().to_owned();
                    assert!(key != "style" && !key.starts_with("on"), "{name}: {key}");
                }
                found.push(tag.name().as_ref().to_owned());
            }
            Ok(Event::Eof) => return found,
            Ok(_) => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

fn elements_of_table(picture: &Picture, name: &str) {
    let found = elements(&picture.table.html(), name);
    assert_eq!(
        found.iter().filter(|e| *e == "caption").count(),
        1,
        "{name}"
    );
}

fn attribute<'a>(svg: &'a str, name: &'a str) -> impl Iterator<Item = f64> + 'a {
    svg.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.parse().ok())
        .collect::<Vec<f64>>()
        .into_iter()
}

fn pictures(values: &[f64], size: Size) -> Vec<(&'static str, Picture)> {
    let frame = |title: &str| Frame::new("a picture", title, size);
    let rows: Vec<forest::Row> = values
        .iter()
        .map(|v| forest::Row {
            label: HOSTILE.to_owned(),
            estimate: (*v != 2.5).then_some(*v),
            range: (*v != 0.7).then_some((v - 0.3, v + 0.3)),
            headline: *v == 1.2,
        })
        .collect();
    let ratio = forest::draw(&frame(HOSTILE), forest::Measure::Ratio, "Ratio", &rows);
    vec![
        ("profile", profile(&frame("Profile"), values)),
        ("ratios", ratio),
        (
            "changes",
            forest::draw(&frame("Changes"), forest::Measure::Change, "Points", &rows),
        ),
        (
            "bounds",
            bounds::draw(&frame("Bounds"), "points", &rows, values.first().copied()),
        ),
        ("series", months(&frame("Series"), values)),
        ("slopes", slopes(&frame("Slopes"), values)),
        ("funnel", places(&frame("Funnel"), values)),
        ("xmr", signals(&frame("XmR"), values)),
    ]
}

fn profile(frame: &Frame, values: &[f64]) -> Picture {
    let month = |(i, v): (usize, &f64)| event_profile::Month {
        month: i as i64 - 3,
        rate: *v,
        low: v - 0.1,
        high: v + 0.1,
    };
    let months: Vec<_> = values.iter().enumerate().map(month).collect();
    event_profile::draw(frame, &months, &months)
}

fn months(frame: &Frame, values: &[f64]) -> Picture {
    let point = |(i, v): (usize, &f64)| series::Point {
        month: i as i64,
        name: format!("month {i}"),
        observed: *v,
        fitted: (*v < 2.0).then_some(*v),
        without: (i > 2).then_some(v + 1.0),
    };
    series::draw(
        frame,
        "Contacts",
        3,
        &values.iter().enumerate().map(point).collect::<Vec<_>>(),
    )
}

fn slopes(frame: &Frame, values: &[f64]) -> Picture {
    let pair = |v: &f64| slope_pairs::Pair {
        label: HOSTILE.to_owned(),
        people: "20".to_owned(),
        before: *v,
        after: v + 1.0,
    };
    let groups: Vec<_> = values.iter().map(pair).collect();
    slope_pairs::draw(frame, "Score", &pair(&3.0), &groups, 2)
}

fn places(frame: &Frame, values: &[f64]) -> Picture {
    let point = |v: &f64| funnel::Point {
        label: HOSTILE.to_owned(),
        people: 100.0 * v,
        rate: *v,
        outside: *v > 1.0,
    };
    let limit = |v: &f64| funnel::Limit {
        people: 100.0 * v,
        inner: (0.5, 1.5),
        outer: (0.2, *v),
    };
    let points: Vec<_> = values.iter().map(point).collect();
    funnel::draw(
        frame,
        "Rate, %",
        1.0,
        &points,
        &values.iter().map(limit).collect::<Vec<_>>(),
    )
}

fn signals(frame: &Frame, values: &[f64]) -> Picture {
    let point = |(i, v): (usize, &f64)| xmr::Point {
        label: HOSTILE.to_owned(),
        value: (i != 2).then_some(*v),
        signals: if *v > 1.0 {
            vec!["outside the limits"]
        } else {
            vec![]
        },
    };
    let lines = (values.len() > 2).then_some(xmr::Lines {
        mean: 1.0,
        low: 0.0,
        high: 2.0,
    });
    xmr::draw(
        frame,
        "Referrals",
        &values.iter().enumerate().map(point).collect::<Vec<_>>(),
        lines,
    )
}
