//! What a person, or a browser, sees in a page.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

mod document;

/// A page: title, text, links, forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The page's URL.
    pub url: Url,
    /// The text of `<title>`.
    pub title: String,
    /// The visible text, with white space collapsed.
    pub text: String,
    /// The page's links, in order.
    pub links: Vec<Link>,
    /// The page's forms, in order.
    pub forms: Vec<Form>,
    /// The names of buttons that do nothing without JavaScript: they belong to no form, or do not submit it.
    pub scripted: Vec<String>,
    /// Index of the form that the page submits by itself as soon as it is shown.
    pub self_submitting: Option<usize>,
}

/// A link of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The link's visible text, with the alternative texts of its pictures.
    pub text: String,
    /// What its `aria-label` or `title` says.
    pub label: Option<String>,
    /// The attribute `href`, as written in the page.
    pub href: String,
    /// Whether a person cannot see it.
    pub hidden: bool,
}

/// A form, with every field that a browser would send, including those that are attached to it from
/// outside with `form=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The attribute `id`, if present.
    pub id: Option<String>,
    /// The attribute `method`, in upper case.
    pub method: http::Method,
    /// The attribute `action`, as written in the page; empty means the page's own URL.
    pub action: String,
    /// Successful controls, in order (HTML standard, "constructing the entry list").
    pub fields: Vec<Field>,
    /// Buttons that submit the form.
    pub submits: Vec<Submit>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The attribute `name`.
    pub name: String,
    /// The value that would be sent.
    pub value: String,
    /// The attribute `type` of an `<input>`, otherwise the element's name.
    pub kind: String,
    /// Whether it is outside the form's element.
    pub outside: bool,
}

/// A button that submits a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    /// The button's visible text, with the alternative texts of its pictures.
    pub text: String,
    /// What its `aria-label` or `title` says.
    pub label: Option<String>,
    /// Whether a person cannot see it.
    pub hidden: bool,
    /// Name and value that it adds to the form.
    pub field: Option<(String, String)>,
    /// The attribute `formaction`, which overrides the form's action.
    pub action: Option<String>,
}

/// The selectors of this file, parsed once: parsing a selector costs as much as using it.
struct Selectors {
    title: Selector,
    form: Selector,
    control: Selector,
    button: Selector,
    link: Selector,
    option: Selector,
    onload: Selector,
    script: Selector,
    body: Selector,
}

static SELECTORS: LazyLock<Selectors> = LazyLock::new(|| {
    let selector = |css| Selector::parse(css).expect("a constant selector that a test runs through");
    Selectors {
        title: selector("title"),
        form: selector("form"),
        control: selector("input, textarea, select, button"),
        button: selector("button, input[type=button], [role=button]:not(a[href])"),
        link: selector("a[href]"),
        option: selector("option"),
        onload: selector("body[onload]"),
        script: selector("script:not([src])"),
        body: selector("body"),
    }
});

impl Page {
    /// Parses a page. HTML is never invalid; the result is what a browser would see.
    #[must_use]
    pub fn parse(url: &Url, html: &str) -> Self {
        let document = document::read(html);
        let title =
            document.select(&SELECTORS.title).next().map(|title| folded(title.text())).unwrap_or_default();
        let elements: Vec<ElementRef<'_>> = document.select(&SELECTORS.form).collect();
        let mut forms: Vec<Form> = elements.iter().map(form).collect();
        let owners = Owners::of(&elements);
        for control in document.select(&SELECTORS.control) {
            let Some((owner, outside)) = owners.owner(&control) else { continue };
            add(&mut forms[owner], &control, outside);
        }
        Self {
            url: url.clone(),
            title,
            text: visible_text(&document),
            links: document
                .select(&SELECTORS.link)
                .map(|link| Link {
                    text: text_of(&link),
                    label: label_of(&link),
                    href: attribute(&link, "href").unwrap_or_default(),
                    hidden: is_hidden(&link),
                })
                .collect(),
            scripted: document
                .select(&SELECTORS.button)
                .filter(|button| needs_script(button, &owners))
                .map(|button| label_of(&button).unwrap_or_else(|| text_of(&button)))
                .filter(|name| !name.is_empty())
                .collect(),
            self_submitting: self_submitting(&document, &elements),
            forms,
        }
    }

    /// What can be clicked, in words: for the error message if the requested element does not
    /// exist.
    #[must_use]
    pub fn clickable(&self) -> Vec<&str> {
        fn name<'p>(text: &'p str, label: &'p Option<String>) -> &'p str {
            if text.is_empty() { label.as_deref().unwrap_or_default() } else { text }
        }
        let links = self.links.iter().filter(|link| !link.hidden).map(|link| name(&link.text, &link.label));
        let submits = self.forms.iter().flat_map(|form| &form.submits).filter(|submit| !submit.hidden);
        let submits = submits.map(|submit| name(&submit.text, &submit.label));
        links.chain(submits).filter(|text| !text.is_empty()).collect()
    }
}

fn form(element: &ElementRef<'_>) -> Form {
    let method = match attribute(element, "method") {
        Some(method) if method.eq_ignore_ascii_case("post") => http::Method::POST,
        _ => http::Method::GET,
    };
    Form {
        id: attribute(element, "id"),
        method,
        action: attribute(element, "action").unwrap_or_default(),
        fields: vec![],
        submits: vec![],
    }
}

/// Determines which form a control belongs to.
struct Owners<'p> {
    elements: HashMap<NodeId, usize>,
    ids: HashMap<&'p str, usize>,
}

impl<'p> Owners<'p> {
    fn of(forms: &[ElementRef<'p>]) -> Self {
        let elements = forms.iter().enumerate().map(|(at, form)| (form.id(), at)).collect();
        let mut ids = HashMap::new();
        for (at, form) in forms.iter().enumerate() {
            if let Some(id) = form.value().attr("id") {
                // If several have the same ID, the first one counts.
                ids.entry(id).or_insert(at);
            }
        }
        Self { elements, ids }
    }

    /// The form that its `form` attribute names, or else the one around it; and whether the control
    /// is outside of that form.
    fn owner(&self, control: &ElementRef<'_>) -> Option<(usize, bool)> {
        let around = control.ancestors().find_map(|ancestor| self.elements.get(&ancestor.id()).copied());
        match control.value().attr("form") {
            Some(id) => {
                let named = *self.ids.get(id)?;
                Some((named, around != Some(named)))
            }
            None => around.map(|form| (form, false)),
        }
    }
}

fn add(form: &mut Form, control: &ElementRef<'_>, outside: bool) {
    if control.value().attr("disabled").is_some() {
        return;
    }
    let name = attribute(control, "name");
    let element = control.value().name();
    let kind = match element {
        "input" => attribute(control, "type").unwrap_or_else(|| "text".to_owned()).to_ascii_lowercase(),
        "button" => attribute(control, "type").unwrap_or_else(|| "submit".to_owned()).to_ascii_lowercase(),
        other => other.to_owned(),
    };
    let value = attribute(control, "value");
    match (element, kind.as_str()) {
        (_, "submit" | "image") => {
            let text = match (element, kind.as_str()) {
                ("button", _) => text_of(control),
                (_, "image") => attribute(control, "alt").unwrap_or_default(),
                _ => value.clone().unwrap_or_else(|| "Submit".to_owned()),
            };
            let (label, hidden) = (label_of(control), is_hidden(control));
            let field = name.map(|name| (name, value.unwrap_or_default()));
            form.submits.push(Submit {
                text,
                label,
                hidden,
                field,
                action: attribute(control, "formaction"),
            });
            return;
        }
        (_, "button" | "reset") => return,
        (_, "checkbox" | "radio") if control.value().attr("checked").is_none() => return,
        _ => {}
    }
    let Some(name) = name.filter(|name| !name.is_empty()) else { return };
    let value = match kind.as_str() {
        "checkbox" | "radio" => value.unwrap_or_else(|| "on".to_owned()),
        "textarea" => control.text().collect(),
        "select" => selected(control),
        _ => value.unwrap_or_default(),
    };
    form.fields.push(Field { name, value, kind, outside });
}

/// The text of an element as a person reads it, including alternative texts of pictures (HTML standard, `alt`).
fn text_of(element: &ElementRef<'_>) -> String {
    let piece = |node: NodeRef<'_, Node>| match node.value() {
        Node::Text(text) => Some(text.to_string()),
        Node::Element(element) if element.name() == "img" => element.attr("alt").map(ToOwned::to_owned),
        _ => None,
    };
    let pieces: Vec<String> = element.descendants().filter_map(piece).collect();
    folded(pieces.iter().map(String::as_str))
}

/// The name that an attribute gives an element (Accessible Name and Description Computation §4.3.2).
fn label_of(element: &ElementRef<'_>) -> Option<String> {
    let label = attribute(element, "aria-label").filter(|label| !label.trim().is_empty());
    label.or_else(|| attribute(element, "title")).map(|label| folded(std::iter::once(label.as_str())))
}

/// Whether the element, or one around it, is hidden by an attribute.
fn is_hidden(element: &ElementRef<'_>) -> bool {
    let hides = |element: ElementRef<'_>| {
        let style = element.value().attr("style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
        element.value().attr("hidden").is_some()
            || style.contains("display:none")
            || style.contains("visibility:hidden")
    };
    hides(*element) || element.ancestors().filter_map(ElementRef::wrap).any(hides)
}

/// Whether a button only does something with JavaScript.
fn needs_script(button: &ElementRef<'_>, owners: &Owners<'_>) -> bool {
    let submits = button.value().name() == "button"
        && attribute(button, "type").is_none_or(|kind| kind.eq_ignore_ascii_case("submit"));
    !is_hidden(button) && (!submits || owners.owner(button).is_none())
}

fn selected(select: &ElementRef<'_>) -> String {
    let options: Vec<ElementRef<'_>> = select.select(&SELECTORS.option).collect();
    let chosen = options.iter().find(|option| option.value().attr("selected").is_some()).or(options.first());
    chosen
        .map(|option| attribute(option, "value").unwrap_or_else(|| folded(option.text())))
        .unwrap_or_default()
}

/// A page that submits a form as soon as it is shown: by `onload`, or by a script that waits for
/// the document.
fn self_submitting(document: &Html, forms: &[ElementRef<'_>]) -> Option<usize> {
    let onload = document
        .select(&SELECTORS.onload)
        .next()
        .and_then(|body| attribute(&body, "onload"))
        .filter(|script| script.contains(".submit()"));
    let script = onload.or_else(|| {
        document
            .select(&SELECTORS.script)
            .map(|script| script.text().collect::<String>())
            // A script that waits for a click leaves it to the person.
            .find(|script| script.contains(".submit()") && !script.contains("click"))
    })?;
    let quoted: HashSet<&str> = quoted(&script).collect();
    let named = forms.iter().position(|form| form.value().attr("id").is_some_and(|id| quoted.contains(id)));
    named.or_else(|| (script.contains("forms[0]") && !forms.is_empty()).then_some(0))
}

/// The texts between quotes in a script; also what is only between the end of one string and the
/// start of the next.
fn quoted(script: &str) -> impl Iterator<Item = &str> {
    ['\'', '"'].into_iter().flat_map(move |quote| script.split(quote).skip(1))
}

fn visible_text(document: &Html) -> String {
    let Some(body) = document.select(&SELECTORS.body).next() else { return String::new() };
    let hides = |node: NodeRef<'_, Node>| {
        ElementRef::wrap(node).is_some_and(|element| {
            matches!(element.value().name(), "script" | "style" | "template" | "noscript")
                || element.value().attr("hidden").is_some()
        })
    };
    // Number of elements around a text that hide it.
    let mut hidden = body.ancestors().filter(|node| hides(*node)).count();
    let mut pieces: Vec<&str> = Vec::new();
    for edge in body.traverse() {
        match edge {
            Edge::Open(node) if hides(node) => hidden += 1,
            Edge::Close(node) if hides(node) => hidden -= 1,
            Edge::Open(node) if hidden == 0 => pieces.extend(node.value().as_text().map(|text| &**text)),
            Edge::Open(_) | Edge::Close(_) => {}
        }
    }
    folded(pieces.into_iter())
}

fn attribute(element: &ElementRef<'_>, name: &str) -> Option<String> {
    element.value().attr(name).map(ToOwned::to_owned)
}

/// Joins the pieces, with white space collapsed as in a browser.
fn folded<'a>(pieces: impl Iterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for piece in pieces {
        joined.push_str(piece);
        joined.push(' ');
    }
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        Page::parse(&"http://localhost:3001/x".parse().unwrap(), html)
    }

    #[test]
    fn finds_the_field_that_logto_attaches_from_outside() {
        let page = page(
            r#"<body onload="document.getElementById('op.logoutForm').submit();">
               <form id="op.logoutForm" method="post" action="http://localhost:4001/oidc/session/end/confirm">
               <input type="hidden" name="xsrf" value="39fc"/></form>
               <input type="hidden" form="op.logoutForm" value="yes" name="logout" /></body>"#,
        );
        assert_eq!(page.self_submitting, Some(0));
        let fields: Vec<_> =
            page.forms[0].fields.iter().map(|field| (&*field.name, &*field.value, field.outside)).collect();
        assert_eq!(fields, [("xsrf", "39fc", false), ("logout", "yes", true)]);
        assert_eq!(page.forms[0].method, http::Method::POST);
    }

    #[test]
    fn a_script_that_waits_for_the_document_sends_the_first_form() {
        let page = page(
            "<form method=post action=/confirm><input type=hidden name=xsrf value=1></form>
             <script>document.addEventListener('DOMContentLoaded', function () { document.forms[0].submit() });</script>",
        );
        assert_eq!(page.self_submitting, Some(0));
    }

    #[test]
    fn a_script_that_waits_for_a_click_sends_nothing() {
        let page = page(
            "<form id=f action=/x></form>
             <script>b.onclick = () => document.getElementById('f').submit()</script>",
        );
        assert_eq!(page.self_submitting, None);
    }

    #[test]
    fn collects_what_a_browser_would_send() {
        let page = page(
            r#"<title> Log  in </title><form action="/login"><input name=username value=ada><input type=checkbox name=a checked>
               <input type=checkbox name=b><input name=gone disabled value=1><textarea name=t>x y</textarea>
               <select name=s><option value=1>one<option value=2 selected>two</select>
               <button name=action value=allow>Allow <b>it</b></button><button type=button>No</button></form>"#,
        );
        assert_eq!(page.title, "Log in");
        let form = &page.forms[0];
        let fields: Vec<_> = form.fields.iter().map(|field| (&*field.name, &*field.value)).collect();
        assert_eq!(fields, [("username", "ada"), ("a", "on"), ("t", "x y"), ("s", "2")]);
        assert_eq!(form.submits.len(), 1);
        assert_eq!((&*form.submits[0].text, form.method.as_str()), ("Allow it", "GET"));
        assert_eq!(page.self_submitting, None);
    }

    #[test]
    fn text_is_what_a_person_sees() {
        let page =
            page("<style>p{}</style><p>You are <b>not</b>\n logged in</p><script>x</script><p hidden>no</p>");
        assert_eq!(page.text, "You are not logged in");
    }
}
