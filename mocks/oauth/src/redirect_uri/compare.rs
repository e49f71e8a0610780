//! In which parts two URIs differ.

use percent_encoding::percent_decode_str;
use url::Url;

use super::wildcard::{host_is_like, is_like, is_meant};
use super::written::{
    Written, completed, is_incomplete, is_placeholder_label, is_placeholder_segment, last_of_several,
};
use super::{Kind, Part, Rule};
use crate::look_alike::folded;
use crate::secret::is_white_space;

/// The parts in which two URIs differ, in the order of a URI, and what that amounts to.
pub(super) fn compared(expected: &str, given: &str, rule: Rule) -> (Vec<Part>, Kind) {
    let mut sides = [expected, given].map(|text| match rule {
        Rule::LetterForLetter => text.to_owned(),
        Rule::AsUrls => normalized(text),
    });
    let mut parts = unified(&mut sides);
    let [expected, given] = &sides;
    let (expected, given) = (Written::of(expected), Written::of(given));
    parts.extend(scheme(expected.scheme, given.scheme));
    parts.extend((expected.user != given.user).then_some(Part::UserInfo));
    parts.extend(host(expected.host, given.host, rule));
    parts.extend(port(&expected, &given));
    parts.extend(path(expected.path, given.path, rule));
    parts.extend(query(expected.query, given.query));
    parts.extend((expected.fragment != given.fragment).then_some(Part::Fragment));
    // White space may be what the star was meant to match.
    if parts.contains(&Part::Wildcard) {
        parts.retain(|part| *part != Part::InnerWhiteSpace);
    }
    let mut once = Vec::new();
    for part in parts {
        if !once.contains(&part) {
            once.push(part);
        }
    }
    // Something that a browser does not notice, such as `/./`.
    if once.is_empty() {
        once.push(Part::Spelling);
    }
    let kind = kind(&once, &expected, &given, rule);
    (once, kind)
}

/// The URL as a browser writes it, but with the characters that it escapes.
fn normalized(text: &str) -> String {
    let Ok(url) = Url::parse(text) else { return text.to_owned() };
    let escaped = ["%20", "%22", "%3C", "%3E", "%7B", "%7D", "%60"];
    let mut text = url.to_string();
    for escape in escaped {
        text = text.replace(escape, &decoded(escape));
    }
    decoded_beyond_ascii(&text)
}

/// Decodes sequences of escapes that are not ASCII.
fn decoded_beyond_ascii(text: &str) -> String {
    let (mut read, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('%') {
        let (before, escapes) = rest.split_at(at);
        read.push_str(before);
        let end = escapes.as_bytes().chunks(3).take_while(|escape| is_high_escape(escape)).count() * 3;
        if end == 0 {
            read.push('%');
            rest = &escapes[1..];
        } else {
            read.push_str(&decoded(&escapes[..end]));
            rest = &escapes[end..];
        }
    }
    read + rest
}

fn is_high_escape(escape: &[u8]) -> bool {
    matches!(escape, [b'%', high, low]
        if matches!(high.to_ascii_lowercase(), b'8' | b'9' | b'a'..=b'f') && low.is_ascii_hexdigit())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Removes what makes one of the two another text altogether: white space, escapes of the whole, a
/// second URI in it, a missing scheme.
fn unified(sides: &mut [String; 2]) -> Vec<Part> {
    let mut parts = Vec::new();
    let before = sides.clone();
    let ends = |text: &String| text.trim_matches(is_white_space).to_owned();
    let trimmed = before.each_ref().map(ends);
    if before.iter().zip(&trimmed).any(|(text, trimmed)| text != trimmed) {
        parts.push(Part::WhiteSpace);
    }
    let spaces =
        trimmed.each_ref().map(|text| text.chars().filter(|c| is_white_space(*c)).collect::<String>());
    *sides = if spaces[0] == spaces[1] {
        trimmed
    } else {
        parts.push(Part::InnerWhiteSpace);
        trimmed.each_ref().map(|text| text.chars().filter(|c| !is_white_space(*c)).collect())
    };
    for at in [0, 1] {
        let whole = decoded(&sides[at]);
        if !sides[at].contains("://") && whole.contains("://") {
            sides[at] = whole;
            parts.push(Part::PercentEncoding);
        }
        if let Some(last) = last_of_several(&sides[at]) {
            sides[at] = last.to_owned();
            parts.push(Part::Doubled);
        }
    }
    if let [true, false] | [false, true] = sides.each_ref().map(|text| is_incomplete(text)) {
        let at = usize::from(is_incomplete(&sides[1]));
        sides[at] = completed(&sides[at], &sides[1 - at]);
        parts.push(Part::Incomplete);
    }
    parts
}

/// A part, and the form in which texts are equal that differ in nothing else.
type Form = (Part, fn(&str) -> String);

/// What makes two different texts equal; `None` if nothing does.
fn by_form(left: &str, right: &str, forms: &[Form]) -> Option<Vec<Part>> {
    if let Some((part, _)) = forms.iter().find(|(_, form)| form(left) == form(right)) {
        return Some(vec![*part]);
    }
    let without = |text: &str, left_out: Option<Part>| {
        let used = forms.iter().filter(|(part, _)| Some(*part) != left_out);
        used.fold(text.to_owned(), |text, (_, form)| form(&text))
    };
    let same = |left_out: Option<Part>| without(left, left_out) == without(right, left_out);
    same(None).then(|| forms.iter().map(|(part, _)| *part).filter(|part| !same(Some(*part))).collect())
}

const CASE: Form = (Part::LetterCase, |text| text.to_lowercase());
const SLASH: Form = (Part::TrailingSlash, |text| text.trim_end_matches('/').to_owned());
const ESCAPES: Form = (Part::PercentEncoding, |text| decoded(text));
const LOOKS: Form = (Part::LookAlike, |text| folded(text));
const INTERNATIONAL: Form = (Part::InternationalHost, |text| idna::domain_to_unicode(text).0);
const HOST_LOOKS: Form = (Part::LookAlike, |text| folded(&idna::domain_to_unicode(text).0));
const SPACE: Form = (Part::InnerWhiteSpace, |text| {
    let escapes = ["%20", "%09", "%0A", "%0a", "%0D", "%0d"];
    escapes.iter().fold(text.to_owned(), |text, escape| text.replace(escape, ""))
});

fn scheme(expected: &str, given: &str) -> Vec<Part> {
    if expected == given {
        return vec![];
    }
    by_form(expected, given, &[CASE, LOOKS]).unwrap_or_else(|| vec![Part::Scheme])
}

fn host(expected: &str, given: &str, rule: Rule) -> Vec<Part> {
    let matches = rule == Rule::AsUrls && expected.contains('*') && host_is_like(expected, given);
    if expected == given || matches {
        return vec![];
    }
    if expected.contains('*') && is_meant(&expected.to_lowercase(), &given.to_lowercase()) {
        return vec![Part::Wildcard];
    }
    // `.invalid` (RFC 2606 §2) is for names that stand for others on purpose.
    let unfilled = |host: &&str| !host.ends_with(".invalid") && host.split('.').any(is_placeholder_label);
    if [expected, given].iter().any(unfilled) {
        return vec![Part::Placeholder];
    }
    by_form(expected, given, &[CASE, INTERNATIONAL, HOST_LOOKS]).unwrap_or_else(|| vec![Part::Host])
}

fn port(expected: &Written<'_>, given: &Written<'_>) -> Option<Part> {
    if expected.port.contains('*') {
        return Some(Part::Wildcard);
    }
    if expected.scheme.eq_ignore_ascii_case(given.scheme) {
        let used = |uri: &Written<'_>| match uri.port {
            "" => uri.default_port().to_owned(),
            port => port.to_owned(),
        };
        let same = used(expected) == used(given);
        return (expected.port != given.port).then_some(if same { Part::DefaultPort } else { Part::Port });
    }
    // A different scheme with its own default port is one difference and not two.
    let special = |uri: &Written<'_>| {
        Some(uri.port.to_owned()).filter(|port| !port.is_empty() && port != uri.default_port())
    };
    (special(expected) != special(given)).then_some(Part::Port)
}

fn path(expected: &str, given: &str, rule: Rule) -> Vec<Part> {
    let matches = rule == Rule::AsUrls && expected.contains('*') && is_like(expected, given, |_| true, 0);
    if expected == given || matches {
        return vec![];
    }
    // Where stars count, this one is for other paths.
    if expected.contains('*') && (rule == Rule::AsUrls || is_meant(expected, given)) {
        return vec![Part::Wildcard];
    }
    let placeholder = |path: &str, other: &str| {
        let others: Vec<&str> = other.split('/').collect();
        path.split('/').any(|segment| is_placeholder_segment(segment) && !others.contains(&segment))
    };
    if placeholder(expected, given) || placeholder(given, expected) {
        return vec![Part::Placeholder];
    }
    by_form(expected, given, &[SLASH, CASE, ESCAPES, SPACE, LOOKS]).unwrap_or_else(|| vec![Part::Path])
}

fn query(expected: Option<&str>, given: Option<&str>) -> Vec<Part> {
    if expected == given {
        return vec![];
    }
    let forms = [SLASH, CASE, ESCAPES, SPACE, LOOKS];
    let (Some(expected), Some(given)) = (expected, given) else { return vec![Part::Query] };
    if expected.contains('*') && is_meant(expected, given) {
        return vec![Part::Wildcard];
    }
    by_form(expected, given, &forms).unwrap_or_else(|| vec![Part::Query])
}

fn kind(parts: &[Part], expected: &Written<'_>, given: &Written<'_>, rule: Rule) -> Kind {
    let has = |part: Part| parts.contains(&part);
    // These are wrong in themselves, whatever else differs.
    let wrong = [
        (Part::Doubled, Kind::Doubled),
        (Part::Placeholder, Kind::Placeholder),
        (Part::Incomplete, Kind::Incomplete),
    ];
    if let Some((_, kind)) = wrong.into_iter().find(|(part, _)| has(*part)) {
        return kind;
    }
    if has(Part::Wildcard) && rule == Rule::LetterForLetter {
        return Kind::Wildcard;
    }
    let one_loopback = expected.is_loopback() && expected.host == given.host;
    let any_port = expected.scheme == "http" && rule == Rule::LetterForLetter;
    let ignored = one_loopback && (has(Part::Scheme) || any_port);
    let counted: Vec<Part> = parts.iter().copied().filter(|part| *part != Part::Port || !ignored).collect();
    let elsewhere = |part: &Part| matches!(part, Part::Scheme | Part::Host | Part::Port);
    match counted.as_slice() {
        [] => Kind::Host,
        [one] => one.kind(),
        [Part::WhiteSpace, Part::InnerWhiteSpace] => Kind::WhiteSpace,
        several if has(Part::Host) && several.iter().all(elsewhere) => Kind::Host,
        _ => Kind::Several,
    }
}
