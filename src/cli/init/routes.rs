//! The paths that an app answers at, as far as its code shows them.

use std::collections::HashMap;

use super::mounts::Mounts;
use super::text::{Literal, literals};
use super::tree::{At, Source, Tree};

/// A path with its handler.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) path: String,
    pub(super) at: At,
    /// Whether it answers GET.
    pub(super) gets: bool,
    /// What templates call it: `url_for('name')`.
    pub(super) name: Option<String>,
    /// The code from the path to the next one, and the handlers named on its line, in lower case.
    body: String,
    /// The last line of the code that follows it.
    end: usize,
}

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    SignIn,
    Callback,
    SignOut,
}

/// A handler has no more lines than this.
const HANDLER_LINES: usize = 40;
/// With the functions that it names, it is looked at up to this size, in bytes.
const BODY_LIMIT: usize = 16 * 1024;

/// The last word before the bracket, in lower case.
const ROUTERS: [&str; 22] = [
    "get",
    "post",
    "all",
    "any",
    "route",
    "handle",
    "handlefunc",
    "path",
    "re_path",
    "getmapping",
    "postmapping",
    "requestmapping",
    "match",
    "api_route",
    "add_url_rule",
    "add_route",
    "add_get",
    "view",
    "on",
    "websiteroute",
    "put",
    "methodfunc",
];

impl Role {
    const ALL: [Self; 3] = [Self::SignIn, Self::Callback, Self::SignOut];

    /// What a handler of this role calls, in lower case and without underscores.
    fn calls(self) -> &'static [&'static str] {
        match self {
            Self::SignIn => &[
                ".signin(",
                "signinwithredirecturi",
                "authorizeredirect",
                "authcodeurl",
                "authorizationurl",
                "authorizeurl",
                "/oidc/auth",
                ".authenticate(",
                "passport.authenticate",
                "createauthorization",
                "generateauthuri",
            ],
            Self::Callback => &[
                "handlesignincallback",
                "authorizeaccesstoken",
                ".exchange(",
                "exchangecode",
                "authorizationcodegrant",
                ".callback(",
                "fetchtoken",
                "requesttoken",
                "authorizationcode",
                "getaccesstokenfrom",
                "handlesignin(",
                "validateauthorizationcode",
            ],
            Self::SignOut => &[
                ".signout(",
                "logout(",
                "endsession",
                "session.destroy(",
                "/session/end",
                "session.clear(",
                "session.flush(",
            ],
        }
    }

    /// The role that a path's name says.
    pub(super) fn named(path: &str) -> Option<Self> {
        let words = path.to_ascii_lowercase().replace(['-', '_'], "");
        let mut segments = words.trim_end_matches('/').rsplit('/');
        let last = segments.next().unwrap_or_default();
        let last = last.split('.').next().unwrap_or(last);
        let is = |names: &[&str]| names.contains(&last);
        if words.contains("callback") || is(&["cb", "oidcredirect", "redirecturi"]) {
            Some(Self::Callback)
        } else if is(&["signout", "logout", "endsession"]) {
            Some(Self::SignOut)
        } else if is(&["signin", "login", "authenticate"]) {
            Some(Self::SignIn)
        } else {
            None
        }
    }
}

/// All routes of an app.
pub(super) fn routes(tree: &Tree) -> Vec<Route> {
    let (mounts, functions) = (Mounts::of(tree), Functions::of(tree));
    let mut found = Vec::new();
    for source in tree.code() {
        let lines: Vec<&str> = source.text.lines().collect();
        let declared: Vec<(usize, String, bool, &str)> =
            source.code().flat_map(|(line, text)| declared(source, line, text)).collect();
        for (index, (line, path, gets, after)) in declared.iter().enumerate() {
            let next = declared[index + 1..].iter().map(|(next, ..)| *next).find(|next| next > line);
            let end = next.map_or(lines.len(), |next| next - 1).min(line + HANDLER_LINES);
            let end = line + own_lines(&lines[*line..end], source.extension());
            let mut body = lines[line - 1..end].join("\n");
            for handler in identifiers(after) {
                if body.len() < BODY_LIMIT {
                    body.extend(functions.body(handler));
                }
            }
            let whole = (0..=BODY_LIMIT).rev().find(|at| body.is_char_boundary(*at));
            body.truncate(whole.unwrap_or_default());
            let path = format!("{}{path}", mounts.prefix(source, *line));
            let (body, name) = (plain(&body), name_of(after, &lines[*line..end]));
            let gets =
                *gets && !body.contains("@requirepost") && !body.contains("requirehttpmethods([\"post\"])");
            found.push(Route { path, at: source.at(*line), gets, name, body, end });
        }
        if let Some(path) = path_of_file(&source.path) {
            let gets = !source.path.contains(".post.");
            found.push(Route {
                path,
                at: source.at(1),
                gets,
                name: None,
                body: plain(&source.text),
                end: lines.len(),
            });
        }
    }
    found
}

/// How many of the lines after a path belong to its handler: up to the next function, or in Python up to the one after
/// the decorated one.
fn own_lines(lines: &[&str], extension: &str) -> usize {
    const HEADS: [&str; 8] =
        ["def ", "async def ", "fn ", "async fn ", "pub fn ", "pub async fn ", "func ", "class "];
    let own = usize::from(extension == "py");
    let heads = lines.iter().enumerate().filter(|(_, line)| HEADS.iter().any(|head| line.starts_with(head)));
    heads.map(|(at, _)| at).nth(own).unwrap_or(lines.len())
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('_', "")
}

/// The paths that a line declares: its number, the path, whether GET is answered, and the rest of the line.
fn declared<'t>(source: &Source, line: usize, text: &'t str) -> Vec<(usize, String, bool, &'t str)> {
    let all = literals(text);
    let routes = all.iter().filter_map(|literal| {
        let (method, path) = match literal.content.split_once(" /") {
            Some((method @ ("GET" | "POST"), _)) => (method, &literal.content[method.len() + 1..]),
            _ => ("", literal.content),
        };
        let router = router(literal, source.extension())?;
        // Paths of Django begin without a slash.
        let relative = matches!(router, "path" | "re_path") && source.extension() == "py";
        let path = if relative {
            format!("/{}", path.trim_start_matches(['^', '/']).trim_end_matches('$'))
        } else {
            path.to_owned()
        };
        let ordinary = |c: char| c.is_ascii_alphanumeric() || "/-_.:{}<>*()[]".contains(c);
        let is_path = path.starts_with('/') && !path.starts_with("//") && path.chars().all(ordinary);
        let lower = text.to_ascii_lowercase();
        let posts = method == "POST"
            || router.starts_with("post")
            || lower.contains("methods=[\"post\"]")
            || lower.contains("methods=['post']");
        let posts = posts || (text.contains("post(") && !text.contains("get(") && source.extension() == "rs");
        // `include` mounts other paths.
        (is_path && !literal.after.contains("include(")).then_some((line, path, !posts, literal.after))
    });
    routes.collect()
}

/// The word that makes a literal a path, in lower case.
fn router<'t>(literal: &Literal<'t>, extension: &str) -> Option<&'static str> {
    let before = literal.before.trim_end();
    let before = before.strip_suffix("value =").or_else(|| before.strip_suffix("path =")).unwrap_or(before);
    let before = before.trim_end_matches(['r', '{', ' ']);
    let compares = ["case", "===", "==", "=>"].iter().any(|word| before.ends_with(word))
        || literal.after.trim_start().starts_with("=>");
    if compares && literal.content.starts_with('/') {
        return Some("match");
    }
    if before.ends_with("url:") || before.ends_with("path:") && matches!(extension, "js" | "ts" | "mjs") {
        return Some("route");
    }
    let call = before.strip_suffix('(')?;
    let word = call.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next()?.to_ascii_lowercase();
    ROUTERS.iter().find(|router| **router == word).copied()
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| {
        word.len() > 2
            && !["get", "post", "name", "async", "func", "function", "methods", "GET", "POST", "views"]
                .contains(word)
    })
}

/// The functions of an app by name, for handlers that are defined elsewhere than their routes.
struct Functions<'t>(HashMap<&'t str, (&'t Source, usize)>);

impl<'t> Functions<'t> {
    fn of(tree: &'t Tree) -> Self {
        const HEADS: [&str; 5] = ["def ", "fn ", "func ", "function ", "const "];
        let mut found = HashMap::new();
        for source in tree.code() {
            for (line, text) in source.code() {
                let named = HEADS.iter().filter_map(|head| {
                    let rest = &text[text.find(head)? + head.len()..];
                    // The receiver of a method in Go.
                    let rest = rest
                        .strip_prefix('(')
                        .and_then(|rest| rest.split_once(") "))
                        .map_or(rest, |(_, rest)| rest);
                    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
                    (rest[end..].starts_with('(') || head.starts_with("const")).then(|| &rest[..end])
                });
                for name in named {
                    found.entry(name).or_insert((source, line));
                }
            }
        }
        Self(found)
    }

    /// The code of a function with what decorates it.
    fn body(&self, name: &str) -> Option<String> {
        let (source, line) = self.0.get(name)?;
        let lines: Vec<&str> = source.text.lines().collect();
        let decorated =
            lines[..line - 1].iter().rev().take_while(|line| line.trim_start().starts_with('@')).count();
        let of_next = |line: &&str| line.starts_with(|c: char| c.is_alphabetic() || c == '@' || c == '#');
        let length = lines[*line..].iter().position(of_next).unwrap_or(lines.len() - line).min(HANDLER_LINES);
        Some(lines[line - 1 - decorated..line + length].join("\n"))
    }
}

/// What templates call a route: the argument `name`, or in Python the decorated function.
fn name_of(after: &str, next: &[&str]) -> Option<String> {
    let given = literals(after)
        .iter()
        .find(|literal| {
            let before = literal.before.trim_end();
            ["name=", "name:", "name("].iter().any(|word| before.ends_with(word))
        })
        .map(|literal| literal.content.to_owned());
    let function = || {
        let head = next
            .iter()
            .take(4)
            .find_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("def "))?;
        head.split('(').next().map(ToOwned::to_owned)
    };
    given.or_else(function)
}

/// The path of a file in a framework whose folders are paths.
fn path_of_file(file: &str) -> Option<String> {
    let file = file.strip_prefix("src/").unwrap_or(file);
    let (stem, extension) = file.rsplit_once('.')?;
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let script = matches!(extension, "ts" | "js" | "tsx" | "jsx" | "mjs");
    let path = match name {
        "route" if script => folder.strip_prefix("app")?.to_owned(),
        "+server" | "+page.server" if script => folder.strip_prefix("routes")?.to_owned(),
        _ if script && stem.starts_with("pages/") => {
            stem.strip_prefix("pages")?.trim_end_matches("/index").to_owned()
        }
        _ if script && stem.starts_with("server/api/") => stem.strip_prefix("server")?.to_owned(),
        _ if script && stem.starts_with("server/routes/") => stem.strip_prefix("server/routes")?.to_owned(),
        _ if script && stem.starts_with("app/routes/") => {
            format!("/{}", stem.strip_prefix("app/routes/")?.replace('.', "/"))
        }
        _ if extension == "php" => {
            let below =
                ["public/", "web/", "www/"].iter().find_map(|root| file.strip_prefix(root)).unwrap_or(file);
            (!below.contains('/')).then(|| format!("/{below}"))?
        }
        _ => return None,
    };
    let segments = path
        .split('/')
        .filter(|segment| !(segment.is_empty() || segment.starts_with('(') && segment.ends_with(')')));
    let segments: Vec<&str> =
        segments.map(|segment| segment.trim_end_matches(".get").trim_end_matches(".post")).collect();
    Some(format!("/{}", segments.join("/")))
}

impl Route {
    /// Whether the path has no parameters.
    pub(super) fn is_plain(&self) -> bool {
        !self.path.contains([':', '{', '<', '*', '(', '['])
    }

    pub(super) fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.body.contains(word))
    }

    /// Whether a line of a file belongs to the handler.
    pub(super) fn covers(&self, path: &str, line: usize) -> bool {
        self.at.path == path && (self.at.line..=self.end).contains(&line)
    }

    /// How well it fits a role: by its name, by what its handler calls, or by both.
    fn fit(&self, role: Role) -> u8 {
        let by_name = Role::named(&self.path);
        let calls = u8::from(self.says(role.calls()));
        match by_name {
            Some(named) if named == role => 3 + 2 * calls,
            Some(_) => 0,
            // A page of an app may do all of it; its name then says nothing.
            None => {
                let others = Role::ALL.iter().any(|other| *other != role && self.says(other.calls()));
                if others { 0 } else { 2 * calls }
            }
        }
    }
}

/// The route that fits a role best, the first of several.
pub(super) fn of_role(routes: &[Route], role: Role) -> Option<&Route> {
    let fits = routes.iter().filter(|route| route.is_plain() && route.path != "/" && route.fit(role) > 0);
    fits.max_by_key(|route| (route.fit(role), std::cmp::Reverse(route.path.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(name: &str, text: &str) -> Tree {
        Tree { sources: vec![Source::of(name.to_owned(), text.to_owned())], ..Tree::default() }
    }

    fn role(name: &str, text: &str, role: Role) -> Option<String> {
        of_role(&routes(&tree(name, text)), role).map(|route| route.path.clone())
    }

    #[test]
    fn a_route_is_known_by_its_name_or_by_what_it_calls() {
        let app = "app.get('/', home)\napp.get('/enter', (q, s) => s.redirect(oidc.authorizationUrl()))\napp.get('/back', q => oidc.callback(q))\napp.get('/bye', q => q.session.destroy())\n";
        assert_eq!(role("a.js", app, Role::SignIn).as_deref(), Some("/enter"));
        assert_eq!(role("a.js", app, Role::Callback).as_deref(), Some("/back"));
        assert_eq!(role("a.js", app, Role::SignOut).as_deref(), Some("/bye"));
        assert_eq!(role("a.js", "app.get('/books', x)\nfetch('/login')\n", Role::SignIn), None);
    }

    #[test]
    fn every_language_declares_routes_in_its_way() {
        for (name, text) in [
            ("a.py", "@app.route(\"/login\")\ndef x(): pass"),
            ("a.py", "urlpatterns = [path(\"login\", views.enter)]"),
            ("a.go", "r.GET(\"/login\", enter)"),
            ("a.go", "mux.HandleFunc(\"GET /login\", enter)"),
            ("a.rs", ".route(\"/login\", get(enter))"),
            ("a.rs", "#[get(\"/login\")]"),
            ("A.java", "@GetMapping(\"/login\")"),
            ("a.php", "Route::get('/login', [A::class, 'b']);"),
            ("a.php", "#[Route('/login', name: 'x')]"),
            ("a.php", "if ($path === '/login') {"),
            ("a.php", "    case '/login':"),
            ("a.ts", "fastify.route({ method: 'GET', url: '/login', handler })"),
            ("app/login/route.ts", "export const GET = x"),
            ("server/routes/login.get.ts", "export default x"),
            ("src/routes/login/+server.ts", "export const GET = x"),
        ] {
            assert_eq!(role(name, text, Role::SignIn).as_deref(), Some("/login"), "{name}: {text}");
        }
        assert_eq!(role("public/login.php", "<?php", Role::SignIn).as_deref(), Some("/login.php"));
    }

    #[test]
    fn a_handler_elsewhere_says_what_its_route_is_for() {
        let app = "let r = Router::new()\n  .route(\"/a\", get(start))\n  .route(\"/b\", get(finish));\nasync fn start() {\n  client.authorize_url()\n}\nasync fn finish() {\n  client.exchange_code(c)\n}\n";
        assert_eq!(role("a.rs", app, Role::SignIn).as_deref(), Some("/a"));
        assert_eq!(role("a.rs", app, Role::Callback).as_deref(), Some("/b"));
    }
}
