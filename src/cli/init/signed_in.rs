//! How a page shows that the person is signed in.

use super::links::Link;
use super::routes::{Role, Route, of_role};
use super::text::{is_comment, literals};
use super::tree::{At, Source, Tree};

/// What only a person who is signed in sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    Text(String),
    Status(u16),
    Member(String),
}

#[derive(Debug)]
pub(super) struct Shown {
    pub(super) path: String,
    pub(super) sign: Sign,
    /// Where the code says it; not for the SDK's own pages.
    pub(super) at: Option<At>,
}

/// The first of several signs, the surest first.
pub(super) fn shown(tree: &Tree, routes: &[Route], links: &[Link]) -> Option<Shown> {
    refused(routes)
        .or_else(|| conditional(tree, routes))
        .or_else(|| either_link(tree, routes, links))
        .or_else(|| after_sign_in(tree))
}

/// A path that answers 401 to a stranger, unless it wants a token.
fn refused(routes: &[Route]) -> Option<Shown> {
    let fits = |route: &&Route| {
        route.gets
            && route.is_plain()
            && Role::named(&route.path).is_none()
            && route.says(&["401", "unauthorized"])
            && !route.says(&[
                "bearer",
                "jwt.verify",
                "verifyaccesstoken",
                "handlesignincallback",
                "authorizeaccesstoken",
            ])
    };
    let route = routes.iter().find(fits)?;
    Some(Shown { path: route.path.clone(), sign: Sign::Status(200), at: Some(route.at.clone()) })
}

/// The page of a line, or the home page.
fn page(routes: &[Route], source: &Source, line: usize) -> String {
    let route =
        routes.iter().find(|route| route.gets && route.is_plain() && route.covers(&source.path, line));
    route.map_or_else(|| "/".to_owned(), |route| route.path.clone())
}

/// A text right after the question whether the person is signed in, which stands nowhere else.
fn conditional(tree: &Tree, routes: &[Route]) -> Option<Shown> {
    const ASKS: [&str; 7] = [
        "isauthenticated",
        "is_authenticated",
        "issignedin",
        "is_signed_in",
        "isloggedin",
        "session.user",
        "session?.user",
    ];
    for source in tree.code() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !is_comment(line)) {
            let lower = line.to_ascii_lowercase();
            let asks =
                ASKS.iter().any(|word| lower.contains(word)) && (lower.contains("if") || lower.contains('?'));
            if !asks || is_negated(&lower) || lower.contains("import") {
                continue;
            }
            let inside =
                lines[at + 1..].iter().take(4).take_while(|line| !line.to_ascii_lowercase().contains("else"));
            let here = line.split_once('?').map_or("", |(_, rest)| rest);
            for (further, text) in std::iter::once(here).chain(inside.copied()).enumerate() {
                let only =
                    pieces(text).into_iter().filter(|piece| times(tree, piece) == 1).max_by_key(String::len);
                if let Some(piece) = only {
                    let at_line = at + 1 + further;
                    return Some(Shown {
                        path: page(routes, source, at_line),
                        sign: Sign::Text(piece),
                        at: Some(source.at(at_line)),
                    });
                }
            }
        }
    }
    None
}

fn is_negated(line: &str) -> bool {
    ["!", "not ", "is false", "== false", "=== false", "unless"].iter().any(|word| line.contains(word))
        && !line.contains("!=")
        || line.contains("!= true")
}

/// The words that a page shows of a line: between tags and between values that are filled in.
fn pieces(line: &str) -> Vec<String> {
    let of_html = line.trim_start().starts_with('<');
    let texts: Vec<&str> =
        if of_html { vec![line] } else { literals(line).iter().map(|literal| literal.content).collect() };
    let mut found = Vec::new();
    for text in texts {
        let mut shown = String::new();
        let (mut tag, mut value) = (0_usize, 0_usize);
        for c in text.chars() {
            match c {
                '<' => tag += 1,
                '>' => tag = tag.saturating_sub(1),
                '{' => value += 1,
                '}' => value = value.saturating_sub(1),
                _ if tag + value == 0 => {
                    shown.push(c);
                    continue;
                }
                _ => continue,
            }
            shown.push('\n');
        }
        let words = shown
            .lines()
            .map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, '$' | ',' | '%')));
        // A page that escapes its texts would show others.
        let is_words = |piece: &&str| {
            piece.chars().filter(|c| c.is_alphabetic()).count() > 2
                && piece.chars().all(|c| c.is_alphanumeric() || " .!:()-,".contains(c))
                && (piece.contains(' ') || piece.starts_with(char::is_uppercase))
        };
        found.extend(words.filter(is_words).map(ToOwned::to_owned));
    }
    found
}

fn times(tree: &Tree, piece: &str) -> usize {
    tree.code().map(|source| source.text.matches(piece).count()).sum()
}

/// The text of the link that signs out, if the page has either it or the one that signs in.
fn either_link(tree: &Tree, routes: &[Route], links: &[Link]) -> Option<Shown> {
    let of = |role: Role| {
        let path = of_role(routes, role).map(|route| route.path.as_str());
        links
            .iter()
            .filter(move |link| Role::named(&link.path) == Some(role) || Some(link.path.as_str()) == path)
    };
    for out in of(Role::SignOut).filter(|link| !link.text.is_empty()) {
        let pair = of(Role::SignIn).find(|link| {
            link.at.path == out.at.path && link.text != out.text && link.at.line.abs_diff(out.at.line) <= 40
        });
        let Some(pair) = pair else { continue };
        let source = tree.source(&out.at.path)?;
        let (first, last) = (pair.at.line.min(out.at.line), pair.at.line.max(out.at.line));
        let between: Vec<&str> = source.text.lines().skip(first - 1).take(last - first + 1).collect();
        let one_page = page(routes, source, pair.at.line) == page(routes, source, out.at.line);
        if one_page && branches(&between) {
            return Some(Shown {
                path: page(routes, source, out.at.line),
                sign: Sign::Text(out.text.clone()),
                at: Some(out.at.clone()),
            });
        }
    }
    None
}

/// Whether lines belong to two branches.
fn branches(lines: &[&str]) -> bool {
    if let [line] = lines {
        return line.contains('?') && line.contains(" : ") || line.contains("else");
    }
    lines.iter().skip(1).any(|line| {
        let line = line.trim();
        line.contains("else")
            || line.starts_with("elif ")
            || line.contains("=> ")
            || ["return", "break", "exit"].iter().any(|word| line.starts_with(word))
            || line.starts_with(": ")
            || line.starts_with(") : ")
            || line == ":"
            || line.contains("{{^")
    })
}

/// The page to which the app sends a person who has just signed in, if only such a person sees it.
fn after_sign_in(tree: &Tree) -> Option<Shown> {
    const LEADS: [&str; 2] = ["sendredirect(", "defaultsuccessurl("];
    tree.code()
        .filter(|source| {
            source.text.contains("onAuthenticationSuccess") || source.text.contains("defaultSuccessUrl")
        })
        .find_map(|source| {
            source.code().find_map(|(line, text)| {
                let literals = literals(text);
                let lead = literals.iter().find(|literal| {
                    LEADS.iter().any(|lead| literal.before.to_ascii_lowercase().trim_end().ends_with(lead))
                })?;
                let path = lead.content;
                (path.starts_with('/') && path.len() > 1).then(|| Shown {
                    path: path.to_owned(),
                    sign: Sign::Status(200),
                    at: Some(source.at(line)),
                })
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Option<(String, Sign)> {
        let tree = Tree { sources: vec![Source::of(name.to_owned(), text.to_owned())], ..Tree::default() };
        let routes = super::super::routes::routes(&tree);
        let links = super::super::links::links(&tree, &routes);
        shown(&tree, &routes, &links).map(|shown| (shown.path, shown.sign))
    }

    #[test]
    fn a_text_counts_if_only_one_branch_has_it() {
        let text = |text: &str| Some(("/".to_owned(), Sign::Text(text.to_owned())));
        let go = "state := \"You are not logged in\"\nif c.IsAuthenticated() {\n  state = \"You are logged in!\"\n}\n<a href=\"/sign-in\">Sign In</a>\n<a href=\"/sign-out\">Sign Out</a>\n";
        assert_eq!(found("a.go", go), text("You are logged in!"));
        let express = "if (req.user.isAuthenticated) {\n  res.end(`Hello ${x}, <a href=\"/logout\">Sign Out</a>`);\n} else {\n  res.end('<a href=\"/login\">Sign In</a>');\n}\n";
        assert_eq!(found("a.js", express), text("Sign Out"));
        let template = "{% if user %}\n<a href=\"/logout\">Bye</a>\n{% else %}\n<a href=\"/login\">Hi</a>\n{% endif %}\n";
        assert_eq!(found("a.html", template), text("Bye"));
        let both = "<a href=\"/login\">Hi</a>\n<a href=\"/logout\">Bye</a>\n";
        assert_eq!(found("a.html", both), None);
        let line = "res.send(u ? '<a href=\"/logout\">Bye</a>' : '<a href=\"/login\">Hi</a>')\n";
        assert_eq!(found("a.js", line), text("Bye"));
    }

    #[test]
    fn a_path_that_refuses_strangers_counts_unless_it_wants_a_token() {
        let me = "app.get('/me', (q, s) => q.session.user ? s.json(1) : s.status(401).end())\n";
        assert_eq!(found("a.js", me), Some(("/me".to_owned(), Sign::Status(200))));
        let api = "app.get('/me', (q, s) => { if (!q.headers.authorization.startsWith('Bearer')) s.status(401).end() })\n";
        assert_eq!(found("a.js", api), None);
    }
}
