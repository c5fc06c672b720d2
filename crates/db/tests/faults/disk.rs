//! What a disk may hold after a power cut. Sure is what was written to a file
//! before its last sync began that ended; a name is sure when the folder was
//! synced since. Of everything later the disk may have kept anything: each
//! page as it was at any moment since, half of a page, another length, a file
//! without its name.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::{Call, Event, Record};

/// What the system writes at once, and what the disk does.
const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// Chance that is the same each time (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    /// One of 0, 1 … `many` - 1.
    pub fn of(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(many).expect("a number")).expect("smaller")
    }
}

/// How a disk deals with what it was not told to keep.
#[derive(Clone, Copy, Debug)]
pub enum Temper {
    LosesAll,
    KeepsAll,
    /// All but the changes of one page.
    LosesOne,
    KeepsOne,
    /// Every page, name and length by itself.
    Shuffles,
    /// The same, and pages are torn.
    Tears,
}

pub const TEMPERS: [Temper; 6] = [
    Temper::LosesAll,
    Temper::KeepsAll,
    Temper::LosesOne,
    Temper::KeepsOne,
    Temper::Shuffles,
    Temper::Tears,
];

/// Which call, and the event at which it ended.
struct Since<T> {
    call: usize,
    ended: Option<usize>,
    change: T,
}

enum Change {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

#[derive(Default)]
struct File {
    sure: Vec<u8>,
    since: Vec<Since<Change>>,
}

/// The disk under one folder, at a moment of a record.
#[derive(Default)]
pub struct Disk {
    files: Vec<File>,
    /// Which file a name means now.
    now: BTreeMap<String, usize>,
    sure: BTreeMap<String, usize>,
    since: Vec<Since<(String, Option<usize>)>>,
    /// When the syncs under way began.
    syncs: BTreeMap<usize, usize>,
}

/// The files of a folder, by their names.
pub type Image = BTreeMap<String, Vec<u8>>;

impl Disk {
    /// The next event of the record happens.
    pub fn follow(&mut self, record: &Record, at: usize) {
        let Event { number, ended } = record.events[at];
        let call = &record.calls[number];
        match (call, ended) {
            (Call::Say(_), _) => {}
            (Call::Sync(_), None) => {
                self.syncs.insert(number, at);
            }
            (Call::Sync(file), Some(well)) => {
                let began = self.syncs.remove(&number).expect("it began");
                if well {
                    self.synced(file, began);
                }
            }
            (_, None) => self.begins(number, call),
            (_, Some(well)) => {
                assert!(well || matches!(call, Call::Open(_)), "{call:?} failed");
                self.ends(number, at);
            }
        }
    }

    fn begins(&mut self, number: usize, call: &Call) {
        let (file, change) = match call {
            Call::Open(name) => {
                if !name.is_empty() && !self.now.contains_key(name) {
                    let file = self.files.len();
                    self.files.push(File::default());
                    self.name(number, name, Some(file));
                }
                return;
            }
            Call::Remove(name) => return self.name(number, name, None),
            Call::Write { file, at, bytes } => (file, Change::Bytes(*at, bytes.clone())),
            Call::Cut { file, length } => (file, Change::Length(*length)),
            Call::Sync(_) | Call::Say(_) => return,
        };
        // A file without a name is of no use to anybody after a crash.
        if let Some(file) = self.now.get(file) {
            self.files[*file].since.push(Since {
                call: number,
                ended: None,
                change,
            });
        }
    }

    fn name(&mut self, call: usize, name: &str, file: Option<usize>) {
        match file {
            Some(file) => self.now.insert(name.to_owned(), file),
            None => self.now.remove(name),
        };
        self.since.push(Since {
            call,
            ended: None,
            change: (name.to_owned(), file),
        });
    }

    fn ends(&mut self, call: usize, at: usize) {
        let changes = self.files.iter_mut().flat_map(|file| &mut file.since);
        for since in changes.filter(|since| since.call == call) {
            since.ended = Some(at);
        }
        for since in self.since.iter_mut().filter(|since| since.call == call) {
            since.ended = Some(at);
        }
    }

    /// What had ended before the sync began is safe.
    fn synced(&mut self, name: &str, began: usize) {
        if name.is_empty() {
            for (name, file) in safe(&mut self.since, began) {
                match file {
                    Some(file) => self.sure.insert(name, file),
                    None => self.sure.remove(&name),
                };
            }
        } else if let Some(file) = self.now.get(name) {
            let file = &mut self.files[*file];
            for change in safe(&mut file.since, began) {
                change.happen_to(&mut file.sure);
            }
        }
    }

    /// One way in which the power may be lost now.
    pub fn after_a_cut(&self, temper: Temper, chance: &mut Chance) -> Image {
        let mut names = self.sure.clone();
        let all: BTreeSet<&String> = self.since.iter().map(|since| &since.change.0).collect();
        for name in all {
            let changes = self.since.iter().filter(|since| since.change.0 == *name);
            let kept = kept(changes.clone().count(), temper, chance);
            for since in changes.take(kept) {
                match since.change.1 {
                    Some(file) => names.insert(name.clone(), file),
                    None => names.remove(name),
                };
            }
        }
        names
            .into_iter()
            .map(|(name, file)| {
                let bytes = if name.ends_with("-shm") {
                    // Written through memory, which nobody saw: anything.
                    (0..8 * PAGE)
                        .map(|_| u8::try_from(chance.of(256)).expect("a byte"))
                        .collect()
                } else {
                    self.files[file].after_a_cut(temper, chance)
                };
                (name, bytes)
            })
            .collect()
    }
}

/// Takes out what had ended before a sync began, in its order.
fn safe<T>(all: &mut Vec<Since<T>>, began: usize) -> impl Iterator<Item = T> {
    let (safe, left) = std::mem::take(all)
        .into_iter()
        .partition::<Vec<_>, _>(|since| since.ended.is_some_and(|ended| ended < began));
    *all = left;
    safe.into_iter().map(|since| since.change)
}

/// How many of the changes of one thing are kept, the first ones.
fn kept(changes: usize, temper: Temper, chance: &mut Chance) -> usize {
    match temper {
        Temper::LosesAll | Temper::KeepsOne => 0,
        Temper::KeepsAll | Temper::LosesOne => changes,
        Temper::Shuffles | Temper::Tears => chance.of(changes + 1),
    }
}

impl Change {
    fn happen_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Bytes(at, new) => {
                let end = at + new.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(new);
            }
        }
    }

    /// The pages that are written.
    fn pages(&self) -> std::ops::Range<usize> {
        match self {
            Self::Length(_) => 0..0,
            Self::Bytes(at, new) => at / PAGE..(at + new.len()).div_ceil(PAGE),
        }
    }
}

impl File {
    fn after_a_cut(&self, temper: Temper, chance: &mut Chance) -> Vec<u8> {
        let changes = self.since.len();
        let written: Vec<usize> = self
            .since
            .iter()
            .flat_map(|since| since.change.pages())
            .collect();
        let end = written.iter().map(|page| page + 1).max().unwrap_or(0);
        let pages = end.max(self.sure.len().div_ceil(PAGE));
        // After how many changes each sector was last written out.
        let mut sectors = Vec::with_capacity(pages * PAGE / SECTOR);
        for _ in 0..pages {
            let one = kept(changes, temper, chance);
            let other = match temper {
                Temper::Tears => kept(changes, temper, chance),
                _ => one,
            };
            sectors.extend((0..PAGE / SECTOR).map(|_| [one, other][chance.of(2)]));
        }
        if let (Temper::LosesOne | Temper::KeepsOne, false) = (temper, written.is_empty()) {
            let page = written[chance.of(written.len())] * PAGE / SECTOR;
            for sector in &mut sectors[page..page + PAGE / SECTOR] {
                *sector = changes - *sector;
            }
        }
        self.written_out(&sectors, kept(changes, temper, chance))
    }

    /// Each sector as it was after so many changes, and the length likewise.
    fn written_out(&self, sectors: &[usize], length: usize) -> Vec<u8> {
        let mut bytes = vec![0; sectors.len() * SECTOR];
        let mut now = self.sure.clone();
        let mut end = now.len();
        for done in 0..=self.since.len() {
            if let Some(since) = done.checked_sub(1).map(|last| &self.since[last]) {
                since.change.happen_to(&mut now);
            }
            if done == length {
                end = now.len();
            }
            for (place, _) in sectors.iter().enumerate().filter(|(_, at)| **at == done) {
                let from = (place * SECTOR).min(now.len());
                let to = (from + SECTOR).min(now.len());
                bytes[from..to].copy_from_slice(&now[from..to]);
            }
        }
        bytes.resize(end, 0);
        bytes
    }
}
