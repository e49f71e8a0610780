//! Where a sign-in and a sign-out start, and where Logto sends people back to.

use super::links::Link;
use super::properties::Settings;
use super::routes::{Role, Route, of_role};
use super::sdk::{AfterSignOut, Mount, Paths, Sdk};
use super::text::{key, literals, path_in};
use super::tree::{At, Tree};
use super::variables::{Meaning, Variable, meaning};

/// A value with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) value: String,
    pub(super) why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// A line says it.
    Read(At),
    /// The SDK does it so, unless it is configured otherwise.
    Sdk(&'static str),
    /// No file says it.
    Assumed(String),
}

impl Said {
    pub(super) fn read(value: impl Into<String>, at: &At) -> Self {
        Self { value: value.into(), why: Why::Read(at.clone()) }
    }
}

/// A path, and how a person starts there.
#[derive(Debug, Clone)]
pub(super) struct Begin {
    pub(super) path: Said,
    /// The button on the page at the path; of a path that answers to a form only, the one on the home page.
    pub(super) button: Option<String>,
    /// Whether a browser cannot visit it: it answers to a form only.
    pub(super) posts: bool,
}

#[derive(Debug)]
pub(super) struct Ways {
    pub(super) sign_in: Option<Begin>,
    pub(super) sign_out: Option<Begin>,
    pub(super) callback: Said,
    /// Registered post sign-out redirect URIs, after `[APP]`.
    pub(super) after: Vec<Said>,
    /// What the mounted SDK's paths begin with.
    pub(super) mount: String,
}

/// The provider's name in the app.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) why: Why,
}

/// What is read of a project before its paths are decided.
pub(super) struct Evidence<'e> {
    pub(super) tree: &'e Tree,
    pub(super) sdk: &'e Sdk,
    pub(super) routes: &'e [Route],
    pub(super) links: &'e [Link],
    pub(super) settings: &'e Settings,
    pub(super) provider: &'e Provider,
    pub(super) variables: &'e [Variable],
}

pub(super) fn ways(evidence: &Evidence<'_>) -> Ways {
    let Evidence { tree, sdk, settings, provider, .. } = evidence;
    let callback = settings.callback.clone().or_else(|| uri(tree, Meaning::RedirectUri));
    let callback = callback.map(|(path, at)| Said::read(path, &at));
    let after = after(evidence);
    let mount = match &sdk.paths {
        Paths::Mounted { mount, .. } => self::mount(tree, mount, sdk.name),
        Paths::Handlers { .. } | Paths::Browser => None,
    };
    if let (Paths::Mounted { sign_in, callback: default, sign_out, .. }, Some(mount)) = (&sdk.paths, mount) {
        let place = |path: &str| {
            let value = format!("{}{}", mount.value, path.replace("{id}", &provider.id));
            let why = if path.contains("{id}") && !matches!(mount.why, Why::Assumed(_)) {
                provider.why.clone()
            } else {
                mount.why.clone()
            };
            option(tree, path, sdk.name).unwrap_or(Said { value, why })
        };
        let begin = |path: &str, button: Option<&str>| {
            let button = button
                .filter(|button| !button.is_empty())
                .map(|button| button.replace("{name}", &provider.name));
            Begin { path: place(path), posts: button.is_none() && sdk.sign_out_button == Some(""), button }
        };
        let sign_out = begin(sign_out, sdk.sign_out_button);
        return Ways {
            sign_in: Some(Begin { posts: false, ..begin(sign_in, sdk.sign_in_button) }),
            sign_out: Some(sign_out),
            callback: if default.contains("{id}") {
                settings.callback.is_some().then_some(callback).flatten()
            } else {
                None
            }
            .unwrap_or_else(|| place(default)),
            after,
            mount: mount.value,
        };
    }
    let [sign_in, default, sign_out] = match &sdk.paths {
        Paths::Handlers { sign_in, callback, sign_out } => [*sign_in, *callback, *sign_out],
        // Without the file that mounts the SDK, the app has handlers of its own.
        Paths::Mounted { .. } | Paths::Browser => ["/sign-in", "/callback", "/sign-out"],
    };
    let is_mounted = matches!(sdk.paths, Paths::Mounted { .. });
    let sign_in = handler(evidence, Role::SignIn)
        .or_else(|| (!is_mounted).then(|| assumed(sign_in, "starts a sign-in", sdk)));
    Ways {
        sign_in,
        sign_out: handler(evidence, Role::SignOut)
            .or_else(|| (!is_mounted).then(|| assumed(sign_out, "starts a sign-out", sdk))),
        callback: callback
            .or_else(|| handler(evidence, Role::Callback).map(|begin| begin.path))
            .unwrap_or_else(|| assumed(default, "takes people back from Logto", sdk).path),
        after,
        mount: String::new(),
    }
}

fn assumed(path: &str, does: &str, sdk: &Sdk) -> Begin {
    let whose = if sdk.name.is_empty() {
        "the usual one".to_owned()
    } else {
        format!("that of the guide of {}", sdk.name)
    };
    let why = Why::Assumed(format!("the path that {does} is {whose}; it was not found in the code"));
    Begin { path: Said { value: path.to_owned(), why }, button: None, posts: false }
}

/// The app's own path for a role: a link on a page has all of it, a route perhaps without the part of a router.
fn handler(evidence: &Evidence<'_>, role: Role) -> Option<Begin> {
    let route = of_role(evidence.routes, role);
    let mut links = evidence.links.iter().filter(|link| Role::named(&link.path) == Some(role));
    let link = links
        .clone()
        .find(|link| route.is_some_and(|route| link.path.ends_with(route.path.as_str())))
        .or_else(|| links.next());
    let posts = route.is_some_and(|route| {
        let same = evidence.routes.iter().filter(|other| other.path == route.path);
        same.into_iter().all(|other| !other.gets)
    });
    let (path, at) = match (link, route) {
        (Some(link), Some(route)) if !link.path.ends_with(route.path.as_str()) && link.text.is_empty() => {
            (&route.path, &route.at)
        }
        (Some(link), _) => (&link.path, &link.at),
        (None, Some(route)) => (&route.path, &route.at),
        (None, None) => return None,
    };
    let posts = posts || link.is_some_and(|link| link.posts && route.is_none());
    let button = link.map(|link| link.text.clone()).filter(|text| posts && !text.is_empty());
    Some(Begin { path: Said::read(path, at), button, posts })
}

/// The part of the paths before those of the SDK.
fn mount(tree: &Tree, mount: &Mount, sdk: &'static str) -> Option<Said> {
    for source in tree.code() {
        for (line, text) in source.code() {
            for literal in literals(text) {
                let by_option = key(literal.before).is_some_and(|key| mount.options.contains(&key));
                let by_handler = mount.handlers.iter().any(|handler| literal.after.contains(handler));
                if by_option || by_handler {
                    let path =
                        literal.content.split(['*', '{', ':']).next().unwrap_or_default().trim_matches('/');
                    return Some(Said::read(
                        if path.is_empty() { String::new() } else { format!("/{path}") },
                        &source.at(line),
                    ));
                }
            }
        }
        let stem = source.file_name().split_once(']').map_or(source.file_name(), |(stem, _)| stem);
        let names_it =
            |file: &&str| file.trim_end_matches(']') == stem || source.path.contains(&format!("/{file}/"));
        if let Some(file) = mount.files.iter().find(|file| names_it(file)) {
            let before = source.path.split(&format!("/{file}")).next().unwrap_or_default();
            let below = ["src/pages", "src/app", "src/routes", "pages", "app"]
                .iter()
                .find_map(|root| before.strip_prefix(root))?;
            return Some(Said::read(below, &source.at(1)));
        }
    }
    let only_by_file = !mount.files.is_empty() && mount.handlers.is_empty() && mount.options.is_empty();
    (!only_by_file).then(|| Said { value: mount.default.to_owned(), why: Why::Sdk(sdk) })
}

/// A path that an option of the SDK sets: `pathnames: { signIn: '/login' }`.
fn option(tree: &Tree, path: &str, sdk: &str) -> Option<Said> {
    let name = match path {
        "/sign-in" => "signIn",
        "/sign-out" => "signOut",
        "/callback" => "callback",
        _ => return None,
    };
    // Other SDKs have options of these names for other things.
    if !sdk.ends_with("nuxt") {
        return None;
    }
    tree.code().filter(|source| source.text.contains("pathnames")).find_map(|source| {
        source.code().find_map(|(line, text)| {
            let literals = literals(text);
            let literal = literals
                .iter()
                .find(|literal| key(literal.before) == Some(name) && literal.content.starts_with('/'))?;
            Some(Said::read(literal.content, &source.at(line)))
        })
    })
}

fn after(evidence: &Evidence<'_>) -> Vec<Said> {
    let Evidence { tree, sdk, variables, .. } = evidence;
    let told =
        variables.iter().find(|variable| variable.in_code && variable.meaning == Some(Meaning::AfterSignOut));
    match sdk.after_sign_out {
        AfterSignOut::Never => Vec::new(),
        AfterSignOut::Origin => vec![Said { value: String::new(), why: Why::Sdk(sdk.name) }],
        // The run decides it.
        AfterSignOut::App if told.is_some() => {
            told.map(|variable| Said::read("/", &variable.at)).into_iter().collect()
        }
        AfterSignOut::App => match uri(tree, Meaning::AfterSignOut) {
            Some((path, at)) => vec![Said::read(path, &at)],
            None => {
                let why = "the code does not show where people go after a sign-out, so the home page is registered with and without its slash";
                ["/", ""]
                    .map(|value| Said { value: value.to_owned(), why: Why::Assumed(why.to_owned()) })
                    .to_vec()
            }
        },
    }
}

/// The path of a redirect URI that the code composes or has as a whole.
fn uri(tree: &Tree, wanted: Meaning) -> Option<(String, At)> {
    tree.code().find_map(|source| {
        source.code().find_map(|(line, text)| {
            literals(text).iter().find_map(|literal| {
                let local = literal.content.starts_with("http://localhost")
                    || literal.content.starts_with("http://127.");
                let path = path_in(literal.content).or(local.then_some(""))?;
                let before = literal.before.trim_end();
                let composed = before.ends_with(['+', '.']) || !literal.content.starts_with('/');
                let word = |c: char| !(c.is_alphanumeric() || c == '_');
                let is_meant = before.rsplit(word).filter(|word| word.len() > 2).any(|name| {
                    let call = name.to_ascii_lowercase().replace('_', "");
                    let by_call = match wanted {
                        Meaning::RedirectUri => call.starts_with("signin") || call == "handlesignin",
                        _ => call.starts_with("signout"),
                    };
                    meaning(name) == Some(wanted) || by_call && composed && before.contains('(')
                });
                // A parameter of a route is not a path.
                (is_meant && !path.contains(['{', ':', '$', '['])).then(|| (path.to_owned(), source.at(line)))
            })
        })
    })
}

/// The provider's id and name, for SDKs with several providers.
pub(super) fn provider(tree: &Tree, settings: &Settings, sdk: &'static str) -> Provider {
    if let Some((id, at)) = &settings.registration {
        return Provider { id: id.clone(), name: id.clone(), why: Why::Read(at.clone()) };
    }
    let mut found: Vec<(String, At, bool)> = Vec::new();
    for source in tree.code().filter(|source| source.text.contains("roviders")) {
        for (line, text) in source.code() {
            for literal in literals(text) {
                let imported = literal.content.split_once("providers/").map(|(_, name)| name.to_owned());
                let built_in = imported.is_some();
                let own = (key(literal.before) == Some("id")).then(|| literal.content.to_owned());
                found.extend(imported.or(own).map(|id| (id, source.at(line), built_in)));
            }
        }
    }
    let chosen = found.iter().find(|(id, ..)| id == "logto").or_else(|| found.first());
    let Some((id, at, built_in)) = chosen else {
        return Provider { id: "logto".to_owned(), name: "Logto".to_owned(), why: Why::Sdk(sdk) };
    };
    let mut name: String =
        id.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect();
    if !built_in && let Some(source) = tree.source(&at.path) {
        let named = source.code().find_map(|(_, text)| {
            let literals = literals(text);
            literals
                .iter()
                .find(|literal| key(literal.before) == Some("name"))
                .map(|literal| literal.content.to_owned())
        });
        name = named.unwrap_or(name);
    }
    Provider { id: id.clone(), name, why: Why::Read(at.clone()) }
}
