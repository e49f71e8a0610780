//! The links, forms and scripts of pages that lead to paths of the app.

use super::routes::Route;
use super::text::literals;
use super::tree::{At, Tree};

/// A link, form or script that leads to a path of the app.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) path: String,
    /// What a person reads on it; empty if it is not on the same line.
    pub(super) text: String,
    pub(super) at: At,
    /// Whether it is a form that posts.
    pub(super) posts: bool,
}

/// The links on all pages.
pub(super) fn links(tree: &Tree, routes: &[Route]) -> Vec<Link> {
    const LEADS: [&str; 8] = [
        "href=",
        "action=",
        "to=",
        "location.assign(",
        "location.href =",
        "location =",
        ":href=",
        "location.href=",
    ];
    let mut found = Vec::new();
    for source in tree.code() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !super::text::is_comment(line)) {
            for lead in LEADS {
                for (start, _) in line.match_indices(lead) {
                    let rest = line[start + lead.len()..].trim_start_matches([' ', '\\', '"', '\'', '`']);
                    let Some((path, rest)) = target(rest, routes) else { continue };
                    let posts = lead == "action=" && line.to_ascii_lowercase().contains("post");
                    let text = shown(rest, &lines[at + 1..]);
                    found.push(Link { path, text, at: source.at(at + 1), posts });
                }
            }
        }
    }
    found
}

/// The path that a link leads to, as it is written or by the name of its route, and the rest of the line.
fn target<'t>(rest: &'t str, routes: &[Route]) -> Option<(String, &'t str)> {
    // `{% url 'name' %}`, `{{ url_for('name') }}`, `{{ route('name') }}`
    if let Some(call) = rest.strip_prefix("{%").or_else(|| rest.strip_prefix("{{")) {
        let (call, after) = call.split_once('}')?;
        let literal = *literals(call).first()?;
        let name = literal.content.rsplit(['.', ':']).next()?;
        let route = routes.iter().find(|route| route.name.as_deref() == Some(name))?;
        return Some((route.path.clone(), after));
    }
    let rest = rest.trim_start_matches(['{', '@', '"', '\'', '`']);
    let end = rest.find(['"', '\'', '`', '}', '\\', '>', ' ', '?']).unwrap_or(rest.len());
    let path = &rest[..end];
    (path.starts_with('/') && !path.starts_with("//")).then(|| (path.to_owned(), &rest[end..]))
}

/// The text of a link or of a form's button, on its own line or on the next ones.
fn shown(rest: &str, next: &[&str]) -> String {
    let near = next.iter().take(3).map(|line| line.trim());
    let text: String = std::iter::once(rest.trim()).chain(near).collect::<Vec<_>>().join("\n");
    let end = ["</a>", "</button>", "</form>", "</Link>", "<form", "<a "]
        .iter()
        .filter_map(|tag| text.find(tag))
        .min()
        .unwrap_or(text.len());
    let text = &text[..end];
    // Not the value of a hidden field, such as a token against forged requests.
    let submits = text.split("<input").skip(1).filter_map(|tag| tag.split('>').next());
    let value = submits
        .filter(|tag| tag.contains("type=\"submit\""))
        .find_map(|tag| tag.split_once("value=\"")?.1.split('"').next());
    let text = value.unwrap_or_else(|| text.rsplit('>').next().unwrap_or_default()).trim();
    let is_text = text.chars().all(|c| c.is_alphanumeric() || " -'!?.".contains(c))
        && text.chars().any(char::is_alphabetic);
    if is_text { text.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Source;
    use super::*;

    #[test]
    fn links_have_a_path_and_a_text() {
        let page = "<a href=\"/auth/login\">Log in</a> <a\n href='/x'>\n<form action=\"/logout\" method=\"post\"><button>Bye</button></form>\n<form action=\"/leave\" method=\"post\">\n  <input type=\"hidden\" name=\"csrf\" value=\"{{ csrf_token() }}\">\n  <button>Sign out</button>\n</form>\n<form action=\"/end\" method=\"post\"><input type=\"hidden\" value=\"x\"><input type=\"submit\" value=\"End\"></form>";
        let urls = Source::of("urls.py", "path(\"enter/\", go, name=\"door\")\n");
        let named = "<a href=\"{% url 'door' %}\">In</a> <a href=\"{{ url_for('shop.door') }}\">In</a>";
        let sources = vec![urls, Source::of("a.html", page), Source::of("b.html", named)];
        let tree = Tree { sources, ..Tree::default() };
        let found = links(&tree, &super::super::routes::routes(&tree));
        let shown: Vec<_> =
            found.iter().map(|link| (link.path.as_str(), link.text.as_str(), link.posts)).collect();
        let expected = [
            ("/auth/login", "Log in", false),
            ("/x", "", false),
            ("/logout", "Bye", true),
            ("/leave", "Sign out", true),
            ("/end", "End", true),
            ("/enter/", "In", false),
            ("/enter/", "In", false),
        ];
        assert_eq!(shown, expected);
    }
}
