//! Runs each fuzz target briefly, on its seeds and on random mutations of them.
//! The random numbers are the same in every run; `fuzz/README.md` says how to
//! run for longer, and how to fuzz for real.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use kit::{Random, Stopwatch};

use super::targets;
use crate::support::root;

/// How long each target runs by default, without `LOGTO_TESTKIT_FUZZ_SECONDS`.
const A_MOMENT: Duration = Duration::from_millis(200);
/// An input of a few hundred bytes that takes longer than this is reported.
const SLOW: Duration = Duration::from_secs(5);

/// Text that tends to break parsers.
const WORDS: [&str; 28] = [
    "\0",
    "%",
    "%00",
    "%zz",
    "+",
    "&",
    "=",
    ";",
    ",",
    "\"",
    "'",
    "<",
    ">",
    "</",
    "[",
    "{",
    "${",
    "$${",
    "*a",
    "&a ",
    "- ",
    ": ",
    "\r\n",
    "\u{e9}",
    "\u{1f600}",
    "99999999999999999999",
    "-1",
    "1970",
];

struct Chance(Random);

impl Chance {
    fn below(&self, limit: usize) -> usize {
        usize::try_from(u64::from_le_bytes(self.0.bytes()) % limit.max(1) as u64).unwrap()
    }

    /// A random slice of a text, of that length.
    fn stretch(&self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(64) + 1)
    }

    fn changed(&self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(6) {
            let at = self.stretch(bytes.len());
            let piece: Vec<u8> = match self.below(6) {
                0 => vec![],
                1 => self.0.bytes::<1>().to_vec(),
                2 => bytes[at.clone()].repeat(2 + self.below(40)),
                3 => {
                    let other = &seeds[self.below(seeds.len())];
                    other[self.stretch(other.len())].to_vec()
                }
                _ => WORDS[self.below(WORDS.len())].as_bytes().repeat(1 + self.below(3)),
            };
            bytes.splice(at, piece);
        }
        bytes
    }
}

fn seeds(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn tried(name: &str, target: fn(&[u8])) {
    let seconds = std::env::var("LOGTO_TESTKIT_FUZZ_SECONDS").ok();
    let limit = seconds.map_or(A_MOMENT, |text| Duration::from_secs(text.parse().unwrap()));
    let seeds = seeds(&root().join("fuzz/seeds").join(name));
    assert!(!seeds.is_empty(), "{name} has seeds");
    let chance = Chance(Random::seeded(1));
    let start = Stopwatch::start();
    let mut inputs = seeds.clone();
    let mut count = 0;
    while let Some(input) = inputs.pop() {
        let began = Stopwatch::start();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        let slow = began.elapsed() > SLOW;
        if outcome.is_err() || slow {
            let file = std::env::temp_dir().join(format!("logto-testkit-fuzz-{name}"));
            std::fs::write(&file, &input).unwrap();
            let what = if slow { "takes long over" } else { "fails on" };
            panic!("{name} {what} {} ({} bytes): {}", file.display(), input.len(), input.escape_ascii());
        }
        count += 1;
        if inputs.is_empty() && start.elapsed() < limit {
            inputs.push(chance.changed(&seeds));
        }
    }
    println!("{name}: {count} inputs");
}

#[test]
fn no_door_falls_to_what_chance_sends_through_it() {
    for (name, target) in targets::ALL {
        tried(name, target);
    }
}
