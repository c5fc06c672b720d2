//! From the fields of a row to the number of its cell, quickly: a field of up to seven
//! bytes is its own code, a longer one is kept once and numbered; the codes of the key
//! columns find the cell in an open-addressed table.
//! Two spellings of one value ("1" and "01") make two cells, which changes no result.

use std::collections::HashMap;

/// A field as one word: its bytes and its length, or the number of a long field.
type Code = u64;

/// Marks the number of a long field in the byte that otherwise holds the length.
const LONG: u64 = 0xff << 56;

/// Cells by their key.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Columns of a key.
    width: usize,
    /// The keys of the cells, one after another.
    keys: Vec<Code>,
    /// Cell + 1 by hash, or 0; the length is a power of two.
    places: Vec<u32>,
    long: HashMap<Vec<u8>, u64>,
    long_texts: Vec<Vec<u8>>,
}

impl Table {
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            keys: Vec::new(),
            places: vec![0; 1 << 12],
            long: HashMap::new(),
            long_texts: Vec::new(),
        }
    }

    /// Cells so far.
    pub(super) fn len(&self) -> usize {
        self.keys.len().checked_div(self.width).unwrap_or(0)
    }

    /// The code of a field, kept if it is long and new.
    pub(super) fn code(&mut self, field: &[u8]) -> Code {
        short(field).unwrap_or_else(|| {
            let next = self.long_texts.len() as u64;
            let number = *self.long.entry(field.to_vec()).or_insert_with(|| {
                self.long_texts.push(field.to_vec());
                next
            });
            LONG | number
        })
    }

    /// The code of a field that is already known.
    pub(super) fn known_code(&self, field: &[u8]) -> Option<Code> {
        short(field).or_else(|| self.long.get(field).map(|number| LONG | number))
    }

    /// The cell with this key, made if it is new.
    pub(super) fn cell(&mut self, key: &[Code]) -> usize {
        match self.probe(key) {
            Ok(cell) => cell,
            Err(place) => {
                let cell = self.len();
                self.keys.extend_from_slice(key);
                self.places[place] = cell as u32 + 1;
                if (cell + 1) * 2 > self.places.len() {
                    self.grow();
                }
                cell
            }
        }
    }

    /// The cell with this key, if there is one.
    pub(super) fn find(&self, key: &[Code]) -> Option<usize> {
        self.probe(key).ok()
    }

    /// The text of a key column in a cell.
    pub(super) fn text(&self, cell: usize, column: usize) -> Vec<u8> {
        let code = self.keys[cell * self.width + column];
        if code & LONG == LONG {
            return self.long_texts[(code & !LONG) as usize].clone();
        }
        code.to_le_bytes()[..(code >> 56) as usize].to_vec()
    }

    /// The cell, or the free place where it would be.
    fn probe(&self, key: &[Code]) -> Result<usize, usize> {
        let mask = self.places.len() - 1;
        let mut place = hash(key) as usize & mask;
        loop {
            match self.places[place] {
                0 => return Err(place),
                cell => {
                    let cell = cell as usize - 1;
                    if self.keys[cell * self.width..][..self.width] == *key {
                        return Ok(cell);
                    }
                }
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mask = self.places.len() * 2 - 1;
        self.places = vec![0; mask + 1];
        for (cell, key) in self.keys.chunks_exact(self.width).enumerate() {
            let mut place = hash(key) as usize & mask;
            while self.places[place] != 0 {
                place = (place + 1) & mask;
            }
            self.places[place] = cell as u32 + 1;
        }
    }
}

/// A field of at most seven bytes as one word.
fn short(field: &[u8]) -> Option<Code> {
    if field.len() > 7 {
        return None;
    }
    let bytes = field
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte));
    Some(bytes | (field.len() as u64) << 56)
}

/// Multiply and fold: the keys come from a file its owner wrote, so no defence against
/// made-up collisions is needed.
fn hash(key: &[Code]) -> u64 {
    let mixed = key.iter().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, &code| {
        let product = u128::from(hash ^ code) * 0xa076_1d64_78bd_642f;
        (product >> 64) as u64 ^ product as u64
    });
    mixed ^ mixed >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_keeps_its_text_and_a_key_its_cell() {
        let mut table = Table::new(2);
        let fields: Vec<Vec<u8>> = (0..3_000)
            .map(|i| {
                format!("{}{i}", if i % 3 == 0 { "a long practice " } else { "p" }).into_bytes()
            })
            .collect();
        let cells: Vec<usize> = fields
            .iter()
            .map(|field| {
                let key = [table.code(field), table.code(b"")];
                table.cell(&key)
            })
            .collect();
        assert_eq!(table.len(), 3_000);
        for (field, &cell) in fields.iter().zip(&cells) {
            assert_eq!(
                (table.text(cell, 0), table.text(cell, 1)),
                (field.clone(), Vec::new())
            );
            let key = [
                table.known_code(field).expect("kept"),
                table.known_code(b"").expect("short"),
            ];
            assert_eq!(table.find(&key), Some(cell));
        }
        assert_eq!(table.known_code(b"never seen before"), None);
    }

    #[test]
    fn a_zero_byte_and_nothing_are_two_fields() {
        assert_ne!(short(b"1\0"), short(b"1"));
        assert_ne!(short(b"\0"), short(b""));
    }
}
