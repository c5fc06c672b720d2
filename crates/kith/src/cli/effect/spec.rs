//! The options of a `kith effect` command kept in a file, so that the same
//! analysis is run again with the same columns: `measure = "SWEMWBS"` stands
//! for `--measure SWEMWBS`, a list for the same option several times. What is
//! said on the command line goes before what is in the file.

use std::{ffi::OsString, fs, path::Path};

use kith_base::Refusal;
use toml::{Table, Value};

/// The arguments of this process with those of the file `--spec` names.
///
/// # Errors
/// The file cannot be read, or holds what no option can take.
pub fn spelt_out(mut arguments: Vec<OsString>) -> Result<Vec<OsString>, Refusal> {
    let Some(effect) = arguments.iter().position(|word| word == "effect") else {
        return Ok(arguments);
    };
    let Some(file) = named(&arguments[effect..]) else {
        return Ok(arguments);
    };
    for (name, value) in read(Path::new(&file))? {
        let option = format!("--{}", name.replace('_', "-"));
        let said = arguments
            .iter()
            .filter_map(|word| word.to_str())
            .any(|word| word.split('=').next() == Some(option.as_str()));
        if said {
            continue;
        }
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let value = words(&value).ok_or_else(|| {
                wrong(
                    &file,
                    format!("\"{name}\" must be text, a number, or a list of them"),
                )
            })?;
            arguments.push(format!("{option}={value}").into());
        }
    }
    Ok(arguments)
}

/// The file that `--spec` names.
fn named(arguments: &[OsString]) -> Option<OsString> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--spec" {
            return words.next().cloned();
        }
        if let Some(file) = word.to_str().and_then(|word| word.strip_prefix("--spec=")) {
            return Some(file.into());
        }
    }
    None
}

fn read(file: &Path) -> Result<Table, Refusal> {
    let text = fs::read_to_string(file).map_err(|error| wrong(file.as_os_str(), error))?;
    text.parse()
        .map_err(|error: toml::de::Error| wrong(file.as_os_str(), error))
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Datetime(moment) => Some(moment.to_string()),
        Value::Boolean(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

fn wrong(file: &std::ffi::OsStr, what: impl std::fmt::Display) -> Refusal {
    Refusal::invalid(format!("{}: {what}", Path::new(file).display())).try_next(
        "A spec holds the options of the command, one a line, such as: count = \"contacts\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(text: &str, said: &[&str]) -> Result<Vec<String>, Refusal> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spec.toml");
        fs::write(&file, text).unwrap();
        let spec = format!("--spec={}", file.display());
        let own = ["kith", "effect", "wellbeing", "scores.csv", spec.as_str()];
        let arguments = own.iter().chain(said).map(OsString::from).collect();
        let all = spelt_out(arguments)?;
        Ok(all[own.len()..]
            .iter()
            .map(|word| word.to_str().unwrap().to_owned())
            .collect())
    }

    #[test]
    fn a_line_is_an_option_and_the_command_line_goes_before() {
        let text = "low = -5\nhigh = 35.5\nknown = [\"age\", \"imd\"]\nplan_hash = \"ab\"\n";
        let spelt_out = spelt(text, &["--high", "30"]).unwrap();
        let expected = [
            "--high",
            "30",
            "--known=age",
            "--known=imd",
            "--low=-5",
            "--plan-hash=ab",
        ];
        let mut sorted = spelt_out;
        sorted[2..].sort();
        assert_eq!(sorted, expected);
    }

    #[test]
    fn a_spec_that_is_none_says_what_one_is() {
        for (text, said) in [
            ("low = [", "spec.toml"),
            ("[low]\nx = 1\n", "\"low\" must be text"),
        ] {
            let refusal = spelt(text, &[]).unwrap_err().to_string();
            assert!(refusal.contains(said), "{refusal}");
        }
        let missing = ["kith", "effect", "xmr", "--spec", "nowhere.toml"].map(OsString::from);
        assert!(spelt_out(missing.to_vec()).is_err());
    }
}
