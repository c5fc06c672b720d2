//! How hard words are to read: the grade of Flesch and Kincaid, from how long
//! the sentences are and how many syllables the words have. A grade is a year
//! of American school: grade 6 is read at the age of eleven to twelve. It knows
//! nothing of meaning: a low grade is no proof of plain words, a high one is a
//! reason to look.

/// What was counted.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Reading {
    /// Sentences.
    pub sentences: u32,
    /// Words.
    pub words: u32,
    /// Syllables, by the vowels that are heard.
    pub syllables: u32,
}

impl Reading {
    /// Counts sentences.
    #[must_use]
    pub fn of<'a>(sentences: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for sentence in sentences {
            let words = words(sentence);
            if words.is_empty() {
                continue;
            }
            all.sentences += 1;
            for word in words {
                all.words += 1;
                all.syllables += syllables(word);
            }
        }
        all
    }

    /// The grade of Flesch and Kincaid.
    #[must_use]
    pub fn grade(self) -> f64 {
        let (sentences, words) = (f64::from(self.sentences), f64::from(self.words));
        0.39 * words / sentences + 11.8 * f64::from(self.syllables) / words - 15.59
    }
}

/// The words of a sentence; numbers are read like words of one syllable.
#[must_use]
pub fn words(sentence: &str) -> Vec<&str> {
    sentence
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

fn syllables(word: &str) -> u32 {
    let word = word.to_lowercase();
    let word = word.trim_end_matches("'s");
    let silent = silent_end(word);
    let heard = &word[..word.len() - silent];
    let mut count = 0;
    let mut before = false;
    for letter in heard.chars() {
        let vowel = "aeiouyáéíóúâêîôû".contains(letter);
        if vowel && !before {
            count += 1;
        }
        before = vowel;
    }
    count.max(1)
}

/// How many letters at the end are not heard: the e of "time", "times", "timed".
fn silent_end(word: &str) -> usize {
    let ends = |ending: &str, unless: &[&str]| {
        word.strip_suffix(ending)
            .is_some_and(|rest| rest.len() > 1 && !unless.iter().any(|u| rest.ends_with(u)))
    };
    if ends("e", &["l"]) {
        1
    } else if ends("es", &["s", "x", "z", "ch", "sh", "c", "g"]) || ends("ed", &["t", "d"]) {
        2
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_those_one_hears() {
        for (word, heard) in [
            ("cat", 1),
            ("time", 1),
            ("times", 1),
            ("helped", 1),
            ("wanted", 2),
            ("table", 2),
            ("listen", 2),
            ("practice", 2),
            ("services", 3),
            ("safeguarding", 4),
            ("telephone", 4),
            ("999", 1),
        ] {
            let counted = syllables(word);
            assert!(counted.abs_diff(heard) <= 1, "{word}: {counted}");
        }
        assert_eq!(syllables("listen"), 2);
        assert_eq!(syllables("practice"), 2);
    }

    #[test]
    fn short_words_in_short_sentences_have_a_low_grade() {
        let easy = Reading::of(["The cat sat on the mat.", "It was warm."]);
        assert_eq!((easy.sentences, easy.words), (2, 9));
        assert!(easy.grade() < 1.0, "{}", easy.grade());
        let hard = Reading::of([
            "Notwithstanding considerable organisational heterogeneity, \
             practitioners habitually characterise biographical accompaniment as therapeutic.",
        ]);
        assert!(hard.grade() > 18.0, "{}", hard.grade());
    }
}
