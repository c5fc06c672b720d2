//! The clinical codes the program runs with: a file that the configuration
//! names, or the shipped ones.

use kith_base::Refusal;
use kith_casework::code_map::CodeMap;

use crate::config::Config;

/// The clinical codes practices get: those the configuration names, or the
/// shipped ones.
///
/// # Errors
/// When the file cannot be read, or a code in it is no code.
pub fn read(config: &Config) -> Result<CodeMap, Refusal> {
    let Some(path) = &config.code_map else {
        return CodeMap::shipped().map_err(|wrong| Refusal::invalid(wrong.to_string()));
    };
    let wrong = |why: String| {
        Refusal::invalid(format!("{} holds no codes: {why}", path.display()))
            .try_next("Put it right, or leave code_map empty for the shipped ones")
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    CodeMap::read(&text).map_err(wrong)
}
