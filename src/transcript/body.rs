//! Shows bodies: JSON with roles for values, forms by their parameters, pages as title,
//! forms and links.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::jwt;
use super::masks::{MASKED, Masks};
use super::policy::{self, At, Row, Then};
use super::roles::Roles;
use super::times;
use super::versions::Terms;
use crate::setup::MaskedPart;
use crate::walker::{Form, Page};

/// JSON that fits into a line of this length is not split.
const WIDTH: usize = 120;

/// If there are more parameters than this, or longer ones, each has its own line.
const INLINE_PARAMETERS: usize = 2;

/// The maximum length of a query or form that is shown in one line.
const INLINE_LENGTH: usize = 100;

/// A body, and its JSON value if it is JSON.
pub(super) struct Body<'a> {
    pub(super) text: &'a str,
    pub(super) json: Option<Value>,
}

impl<'a> Body<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        Self { text, json: serde_json::from_str(text).ok() }
    }
}

/// Shows bodies, with the roles known so far and times relative to the message.
#[derive(Clone, Copy)]
pub(super) struct Bodies<'a> {
    pub(super) roles: &'a Roles,
    pub(super) at: Timestamp,
    /// What is hidden in the app's messages.
    pub(super) masks: Option<&'a Masks>,
    pub(super) terms: &'a Terms,
}

impl Bodies<'_> {
    /// The body of a request: JSON, or a form in its original encoding.
    pub(super) fn request(self, body: &Body<'_>, path: &str) -> Vec<String> {
        if body.text.is_empty() {
            return vec![];
        }
        self.json(body, path).unwrap_or_else(|| {
            let form = self.masks.map_or(Cow::Borrowed(body.text), |masks| masks.form(body.text));
            parameters(&self.roles.replace(&form))
        })
    }

    /// The body of a response that is not a page.
    pub(super) fn response(self, body: &Body<'_>, path: &str) -> Vec<String> {
        self.json(body, path).unwrap_or_else(|| {
            let limit = policy::limit(At::Body, "text");
            let mut lines: Vec<String> = body.text.lines().take(limit).map(|line| self.text(line)).collect();
            let more = body.text.lines().count().saturating_sub(limit);
            if more > 0 {
                lines.push(format!("… and {more} more lines"));
            }
            lines
        })
    }

    /// Header and claims of an ID token in a response, and what is wrong with it.
    pub(super) fn id_token(self, body: &Body<'_>) -> Option<(String, Vec<String>)> {
        let token = body.json.as_ref()?.get("id_token")?.as_str()?;
        let label = self.roles.label(token).unwrap_or("id_token");
        let mut lines = Vec::new();
        if let Some(defect) = jwt::defect(token) {
            lines.push(format!("{label} {defect}"));
        }
        for (part, value) in [("header", jwt::header(token)), ("claims", jwt::claims(token))] {
            let Some(value) = value else { continue };
            let mut value = self.by_role("", &value);
            if part == "header" && is_logtos(label) {
                value = self.terms.header(value);
            }
            let mut shown = layout(&value);
            if let Some(first) = shown.first_mut() {
                *first = format!("{label} {part} {first}");
            }
            lines.extend(shown);
        }
        Some((token.to_owned(), lines))
    }

    /// A page: its parts that a person could use.
    pub(super) fn page(self, page: &Page, status: u16) -> Vec<String> {
        let mut lines = vec![format!("title “{}”", self.text(&page.title))];
        if status >= 400 {
            let text = self.masks.map_or(Cow::Borrowed(&*page.text), |masks| masks.text(&page.text));
            let text: String = text.chars().take(policy::limit(At::Page, "text")).collect();
            lines.push(format!("text “{}”", self.roles.replace(&text)));
        }
        for (at, form) in page.forms.iter().enumerate() {
            lines.extend(self.form(form, page.self_submitting == Some(at)));
        }
        for link in &page.links {
            lines.push(format!("link “{}” {}", self.text(&link.text), self.address(&link.href)));
        }
        lines
    }

    fn text(self, text: &str) -> String {
        self.roles.replace(&self.masks.map_or(Cow::Borrowed(text), |masks| masks.text(text)))
    }

    fn address(self, address: &str) -> String {
        self.roles.replace(&self.masks.map_or(Cow::Borrowed(address), |masks| masks.address(address)))
    }

    /// The value at a named part of a message.
    fn value(self, part: MaskedPart, name: &str, value: &str) -> String {
        match self.masks.is_some_and(|masks| masks.cover(part, name)) {
            true => MASKED.to_owned(),
            false => self.roles.replace(value),
        }
    }

    /// A form in one line if it fits, otherwise with one control per line.
    fn form(self, form: &Form, by_itself: bool) -> Vec<String> {
        let fields = form.fields.iter().map(|field| {
            let place = if field.outside { " (outside the form)" } else { "" };
            format!("{}={}{place}", field.name, self.value(MaskedPart::Field, &field.name, &field.value))
        });
        let buttons = form.submits.iter().map(|button| {
            let adds = button.field.as_ref();
            let adds =
                adds.map(|(name, value)| format!(" {name}={}", self.value(MaskedPart::Field, name, value)));
            format!("[{}{}]", self.text(&button.text), adds.unwrap_or_default())
        });
        let controls: Vec<String> = fields.chain(buttons).collect();
        let by_itself = if by_itself { ", sends itself" } else { "" };
        let headline = format!("form {} {}{by_itself}:", form.method, self.address(&form.action));
        let line = format!("{headline} {}", controls.join(", "));
        if line.chars().count() <= WIDTH {
            return vec![line];
        }
        std::iter::once(headline).chain(controls.iter().map(|control| format!("  {control}"))).collect()
    }

    fn json(self, body: &Body<'_>, path: &str) -> Option<Vec<String>> {
        let value = body.json.as_ref()?;
        Some(layout(&self.by_role("", &view(value, path))))
    }

    fn by_role(self, name: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let is_key = members.contains_key("kty");
                let shown = members
                    .iter()
                    .map(|(name, value)| {
                        let value = match policy::transcript(None, At::Member, name) {
                            Then::Masked(mask) if is_key => json!(mask),
                            _ if self.masks.is_some_and(|masks| masks.cover(MaskedPart::Member, name)) => {
                                json!(MASKED)
                            }
                            _ => self.by_role(name, value),
                        };
                        (self.roles.replace(name), value)
                    })
                    .collect();
                self.terms.claims(shown).into()
            }
            Value::Array(items) => items.iter().map(|item| self.by_role(name, item)).collect(),
            Value::String(text) => match self.masks.and_then(|_| times::text(text, self.at)) {
                Some(time) => Value::String(time),
                None => Value::String(self.roles.replace(text)),
            },
            Value::Number(number) => match times::member(name, number, self.at) {
                Some(time) => Value::String(time),
                None => value.clone(),
            },
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }
}

/// Whether the role of an ID token is that of Logto's.
fn is_logtos(label: &str) -> bool {
    label.starts_with("[ID_TOKEN")
}

/// Whether a query or a form is shown in one line.
pub(super) fn is_short(encoded: &str) -> bool {
    encoded.split('&').count() <= INLINE_PARAMETERS && encoded.chars().count() <= INLINE_LENGTH
}

/// Parameters of a query or a form: in one line if they are few and short.
pub(super) fn parameters(encoded: &str) -> Vec<String> {
    if is_short(encoded) {
        return vec![encoded.to_owned()];
    }
    let line = |(at, pair): (usize, &str)| if at == 0 { pair.to_owned() } else { format!("&{pair}") };
    encoded.split('&').enumerate().map(line).collect()
}

/// A value in one line if it fits, otherwise its members in as few lines as possible.
fn layout(value: &Value) -> Vec<String> {
    let compact = value.to_string();
    if compact.chars().count() <= WIDTH {
        return vec![compact];
    }
    let (open, close, entries): (_, _, Vec<(String, &Value)>) = match value {
        Value::Object(members) => {
            let named = members.iter().map(|(name, value)| (format!("{}:", json!(name)), value));
            ("{", "}", named.collect())
        }
        Value::Array(items) => ("[", "]", items.iter().map(|item| (String::new(), item)).collect()),
        _ => return vec![compact],
    };
    let last = entries.len().saturating_sub(1);
    let mut lines = vec![open.to_owned()];
    // Whether another member fits into the last line.
    let mut open_end = false;
    for (at, (name, value)) in entries.into_iter().enumerate() {
        let mut inner = layout(value);
        inner[0] = format!("{name}{}", inner[0]);
        if at < last
            && let Some(end) = inner.last_mut()
        {
            end.push(',');
        }
        let whole = inner.len() == 1;
        match lines.last_mut() {
            Some(line) if open_end && whole && line.chars().count() + inner[0].chars().count() <= WIDTH => {
                line.push_str(&inner[0]);
            }
            _ => lines.extend(inner.into_iter().map(|line| format!("  {line}"))),
        }
        open_end = whole;
    }
    lines.push(close.to_owned());
    lines
}

/// The part that is shown of documents that mostly hold unrelated settings.
fn view<'v>(value: &'v Value, document: &str) -> Cow<'v, Value> {
    let is_it = |row: &&Row| matches!(row.at, At::Document(end) if document.ends_with(end));
    let rows: Vec<&Row> = policy::rows().filter(is_it).collect();
    // An error in its place is another document.
    if !rows.iter().any(|row| value.get(row.name).is_some()) {
        return Cow::Borrowed(value);
    }
    let member = |row: &&Row| {
        let shown = match row.transcript {
            Then::Masked(rest) => json!(rest),
            Then::Parts => {
                let items = value.get(row.name).and_then(Value::as_array).into_iter().flatten();
                items.map(|item| view(item, row.name).into_owned()).collect()
            }
            _ => value.get(row.name)?.clone(),
        };
        Some((row.name.to_owned(), shown))
    };
    Cow::Owned(rows.iter().filter_map(member).collect::<Map<_, _>>().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str, roles: &Roles) -> Vec<String> {
        Bodies {
            roles,
            at: Timestamp::from_second(1_795_421_828).unwrap(),
            masks: None,
            terms: &Terms::default(),
        }
        .response(&Body::read(body), "/")
    }

    #[test]
    fn times_and_keys_are_masked_and_the_order_stays() {
        let body =
            r#"{"sub":"u","exp":1795425428,"keys":[{"kty":"EC","x":"abc","crv":"P-384"}],"name":null}"#;
        assert_eq!(
            shown(body, &Roles::new()),
            [r#"{"sub":"u","exp":"[NOW+1h]","keys":[{"kty":"EC","x":"[X]","crv":"P-384"}],"name":null}"#]
        );
    }

    #[test]
    fn values_with_quotes_are_known_in_json_too() {
        let mut roles = Roles::new();
        roles.know("SECRET", r#"a"b\c d"#);
        assert_eq!(shown(r#"{"client_secret":"a\"b\\c d"}"#, &roles), [r#"{"client_secret":"[SECRET]"}"#]);
    }

    #[test]
    fn long_json_is_broken_between_members() {
        let (x, y) = ("x".repeat(80), "y".repeat(80));
        let body = json!({ "a": x, "b": [y], "c": {}, "d": 1 }).to_string();
        let expected = [
            "{".to_owned(),
            format!(r#"  "a":"{x}","#),
            format!(r#"  "b":["{y}"],"c":{{}},"d":1"#),
            "}".to_owned(),
        ];
        assert_eq!(shown(&body, &Roles::new()), expected);
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let lines = shown(&"line\n".repeat(20), &Roles::new());
        assert_eq!((lines.len(), lines[12].as_str()), (13, "… and 8 more lines"));
    }
}
