//! Recovery codes: ten words on paper for the day the telephone is lost. Each
//! stands in for the second factor once; only their hashes are stored, and
//! they are shown once, when they are made.

use crate::secret::{Hash, sha256};

/// How many codes somebody is given.
const COUNT: usize = 10;
/// Letters and digits that cannot be mistaken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// New codes, as they are shown: `abcd-efgh-jkmn-pqrs`, 80 random bits each.
pub(crate) fn new_codes() -> Vec<String> {
    (0..COUNT).map(|_| new_code()).collect()
}

fn new_code() -> String {
    let bytes: [u8; 16] = rand::random();
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|four| four.iter().collect())
        .collect();
    groups.join("-")
}

/// What is stored of a code, however it was typed.
pub(crate) fn hash(code: &str) -> Hash {
    let plain: String = code
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    sha256(plain.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_may_be_typed_with_spaces() {
        let codes = new_codes();
        let different: std::collections::BTreeSet<&String> = codes.iter().collect();
        assert_eq!(different.len(), COUNT);
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(hash(&typed), hash(&codes[0]));
        assert_ne!(hash(&codes[0]), hash(&codes[1]));
    }
}
