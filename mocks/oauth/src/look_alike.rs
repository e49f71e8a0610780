//! Characters that look like an ASCII one, and are another.
//!
//! They come from other keyboards, from word processors, and from attackers. The list has the
//! Cyrillic and Greek letters, the dashes and the full-width forms that fonts draw as their Latin
//! counterparts (Unicode TR 39, `confusables.txt`, of those scripts only).

/// The ASCII characters, each with those that look the same.
const ALIKE: &[(char, &str)] = &[
    ('a', "аα"),
    ('b', "Ь"),
    ('c', "сϲ"),
    ('d', "ԁ"),
    ('e', "е"),
    ('g', "ɡ"),
    ('h', "һ"),
    ('i', "іιı"),
    ('j', "јϳ"),
    ('l', "ӏⅼ"),
    ('m', "ⅿ"),
    ('n', "ո"),
    ('o', "оοσ"),
    ('p', "рρ"),
    ('q', "ԛ"),
    ('s', "ѕ"),
    ('u', "υս"),
    ('v', "ѵν"),
    ('w', "ԝ"),
    ('x', "хχ"),
    ('y', "уγ"),
    ('A', "АΑ"),
    ('B', "ВΒ"),
    ('C', "СϹ"),
    ('E', "ЕΕ"),
    ('F', "Ϝ"),
    ('H', "НΗ"),
    ('I', "ІΙӀ"),
    ('J', "ЈͿ"),
    ('K', "КΚ\u{212a}"),
    ('M', "МΜ"),
    ('N', "Ν"),
    ('O', "ОΟ"),
    ('P', "РΡ"),
    ('S', "Ѕ"),
    ('T', "ТΤ"),
    ('V', "Ѵ"),
    ('W', "Ԝ"),
    ('X', "ХΧ"),
    ('Y', "УҮΥ"),
    ('Z', "Ζ"),
    ('-', "‐‑‒–—―−﹣"),
    ('/', "⁄∕"),
    (':', "։∶"),
    ('.', "․"),
    ('_', "＿"),
];

/// The ASCII character that this one looks like.
fn ascii(c: char) -> Option<char> {
    // Full-width forms are a copy of ASCII at another place.
    if matches!(c, '\u{ff01}'..='\u{ff5e}') {
        return char::from_u32(u32::from(c) - 0xfee0);
    }
    ALIKE.iter().find(|(_, others)| others.contains(c)).map(|(ascii, _)| *ascii)
}

/// The text with each look-alike replaced by the ASCII character that it looks like.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars().map(|c| ascii(c).unwrap_or(c)).collect()
}

/// The look-alikes in a text, in order.
pub fn look_alikes(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| ascii(*c).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_alike_is_listed_once_and_none_is_ascii() {
        let mut all: Vec<char> = ALIKE.iter().flat_map(|(_, others)| others.chars()).collect();
        assert!(all.iter().all(|c| !c.is_ascii()));
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
    }

    #[test]
    fn folds_what_looks_the_same_and_nothing_else() {
        assert_eq!(folded("аuth–х１"), "auth-x1");
        assert_eq!(folded("münchen.example"), "münchen.example");
        assert_eq!(look_alikes("аuth–1").collect::<String>(), "а–");
    }
}
