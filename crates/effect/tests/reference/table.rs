//! A case file as columns of numbers; an empty field is NaN. `.csv.gz` when there is
//! no plain file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

pub struct Table {
    columns: BTreeMap<String, Vec<f64>>,
}

impl Table {
    /// Reads `tests/cases/{name}.csv` or `.csv.gz`. A field that is no number reads as NaN.
    pub fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let text: Box<dyn Read> = match File::open(folder.join(format!("{name}.csv"))) {
            Ok(plain) => Box::new(plain),
            Err(_) => Box::new(GzDecoder::new(
                File::open(folder.join(format!("{name}.csv.gz")))
                    .expect("the case is in tests/cases"),
            )),
        };
        let mut reader = csv::Reader::from_reader(text);
        let names: Vec<String> = reader
            .headers()
            .expect("a case has a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let mut columns: BTreeMap<String, Vec<f64>> = names
            .iter()
            .map(|name| (name.clone(), Vec::new()))
            .collect();
        for row in reader.records() {
            let row = row.expect("a case is whole");
            for (name, field) in names.iter().zip(row.iter()) {
                columns
                    .entry(name.clone())
                    .or_default()
                    .push(field.parse().unwrap_or(f64::NAN));
            }
        }
        Self { columns }
    }

    /// One column, in file order.
    pub fn column(&self, name: &str) -> &[f64] {
        self.columns
            .get(name)
            .unwrap_or_else(|| panic!("the case has no column {name}"))
    }
}
