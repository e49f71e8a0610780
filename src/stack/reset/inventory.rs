//! Everything in a tenant that the Management API returns.

use futures_util::future::{try_join, try_join_all};
use http::Method;
use serde_json::{Map, Value};

use super::super::management::{Management, ManagementError};

/// Items read per page of a list: the most that Logto returns.
const PAGE: usize = 100;

/// A list of things of one kind, each with a unique name.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct List {
    /// Where they are listed, below `/api`.
    pub(in super::super) path: &'static str,
    /// The member that identifies an item.
    key: &'static str,
    /// Whether Logto returns the list in pages.
    pub(in super::super) paged: bool,
}

/// One set of settings that every tenant has.
#[derive(Debug, Clone)]
pub(in super::super) struct Settings {
    /// Where they are, below `/api`.
    pub(in super::super) path: &'static str,
    /// How they are restored: `PATCH` with what differs, `PUT` as a whole, or
    /// `DELETE` if a fresh tenant has none.
    pub(super) back: Method,
}

const fn list(path: &'static str, key: &'static str, paged: bool) -> List {
    List { path, key, paged }
}

const fn settings(path: &'static str, back: Method) -> Settings {
    Settings { path, back }
}

/// In the order of deletion: a thing that refers to another comes first.
pub(in super::super) static LISTS: [List; 16] = [
    list("one-time-tokens", "id", true),
    list("users", "id", true),
    list("organizations", "id", true),
    list("organization-roles", "id", true),
    list("organization-scopes", "id", true),
    list("applications", "id", true),
    list("roles", "id", true),
    list("resources", "id", true),
    list("connectors", "id", false),
    list("sso-connectors", "id", true),
    list("hooks", "id", true),
    list("email-templates", "id", false),
    list("custom-phrases", "languageTag", false),
    list("custom-profile-fields", "name", false),
    list("configs/jwt-customizer", "key", false),
    list("configs/actions", "key", false),
];

/// The captcha first: the sign-in experience cannot require one without a provider.
pub(in super::super) static SETTINGS: [Settings; 7] = [
    settings("captcha-provider", Method::DELETE),
    settings("sign-in-exp", Method::PATCH),
    settings("account-center", Method::PATCH),
    settings("configs/oidc/session", Method::PATCH),
    settings("configs/id-token", Method::PUT),
    settings("configs/cimd", Method::PATCH),
    settings("configs/admin-console", Method::PATCH),
];

impl List {
    /// The first page, which is all that a fresh tenant has; `None` if this version of
    /// Logto has no such list.
    pub(super) async fn read(&self, management: &Management) -> Result<Option<Vec<Value>>, ManagementError> {
        let pages = if self.paged { format!("?page=1&page_size={PAGE}") } else { String::new() };
        let Some(found) = read(management, &format!("{}{pages}", self.path)).await? else { return Ok(None) };
        Ok(found.as_array().cloned())
    }

    /// The name of an item.
    pub(super) fn name<'a>(&self, one: &'a Value) -> &'a str {
        one.get(self.key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The path of an item, below `/api`.
    pub(in super::super) fn place(&self, one: &Value) -> String {
        let name = self.name(one);
        match (self.path, name) {
            // SAML applications have their own part of the API, and can be deleted only there.
            ("applications", _) if one.get("type").is_some_and(|kind| kind == "SAML") => {
                format!("saml-applications/{name}")
            }
            ("configs/jwt-customizer", "jwt.accessToken") => "configs/jwt-customizer/access-token".to_owned(),
            ("configs/jwt-customizer", "jwt.clientCredentials") => {
                "configs/jwt-customizer/client-credentials".to_owned()
            }
            (path, name) => format!("{path}/{name}"),
        }
    }
}

impl Settings {
    /// `None` if the tenant has none, or this version of Logto does not support them.
    pub(super) async fn read(&self, management: &Management) -> Result<Option<Value>, ManagementError> {
        read(management, self.path).await
    }
}

/// `None` if it does not exist: an older Logto answers 404, the double 501 to what it does not play.
async fn read(management: &Management, path: &str) -> Result<Option<Value>, ManagementError> {
    match management.get(path).await {
        Ok(answer) => Ok(Some(answer.body)),
        Err(ManagementError::Refused { status: 404 | 501, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a tenant holds, by path; `null` at a path that was read and holds nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Inventory(Map<String, Value>);

impl Inventory {
    /// Reads everything, concurrently: each answer takes only milliseconds.
    pub(super) async fn take(management: &Management) -> Result<Self, ManagementError> {
        Self::take_where(management, |_| true).await
    }

    /// Reads only some of it.
    pub(super) async fn take_where(
        management: &Management,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, ManagementError> {
        let lists: Vec<&List> = LISTS.iter().filter(|list| wanted(list.path)).collect();
        let settings: Vec<&Settings> = SETTINGS.iter().filter(|settings| wanted(settings.path)).collect();
        let (in_lists, in_settings) = try_join(
            try_join_all(lists.iter().map(|list| list.read(management))),
            try_join_all(settings.iter().map(|settings| settings.read(management))),
        )
        .await?;
        let lists =
            lists.iter().map(|list| list.path).zip(in_lists.into_iter().map(|list| list.map(Value::from)));
        let settings = settings.iter().map(|settings| settings.path).zip(in_settings);
        let all = lists.chain(settings).map(|(path, found)| (path.to_owned(), found.unwrap_or_default()));
        Ok(Self(all.collect()))
    }

    /// Fills in from `other` what this one did not read.
    pub(super) fn or(mut self, other: &Self) -> Self {
        for (path, found) in &other.0 {
            self.0.entry(path).or_insert_with(|| found.clone());
        }
        self
    }

    /// Reads what [`Inventory::written`] returned.
    pub(super) fn read(written: &Value) -> Self {
        Self(written.as_object().cloned().unwrap_or_default())
    }

    /// As one document.
    pub(super) fn written(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// All of one kind.
    pub(super) fn list(&self, list: &List) -> &[Value] {
        self.0.get(list.path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// One set of settings.
    pub(super) fn settings(&self, settings: &Settings) -> Option<&Value> {
        self.at(settings.path)
    }

    /// Whatever is in one place.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        self.0.get(path).filter(|found| !found.is_null())
    }

    /// What differs in another inventory, in words.
    pub(super) fn differences(&self, found: &Self) -> Vec<String> {
        let mut told = Vec::new();
        for list in &LISTS {
            let (own, found) = (self.list(list), found.list(list));
            let named = |all: &'_ [Value], name: &str| all.iter().find(|one| list.name(one) == name).cloned();
            let more = found.iter().filter(|one| named(own, list.name(one)).is_none()).count();
            if more > 0 {
                told.push(format!("{more} {}", list.path));
            }
            for one in own {
                let name = list.name(one);
                match named(found, name) {
                    None => told.push(format!("{}/{name} is gone", list.path)),
                    Some(found) => told.extend(
                        differing(one, &found).map(|member| format!("{}/{name}.{member}", list.path)),
                    ),
                }
            }
        }
        for settings in &SETTINGS {
            match (self.settings(settings), found.settings(settings)) {
                (Some(own), Some(found)) => {
                    told.extend(differing(own, found).map(|member| format!("{}.{member}", settings.path)));
                }
                (None, Some(_)) => told.push(settings.path.to_owned()),
                (Some(_), None) => told.push(format!("{} is gone", settings.path)),
                (None, None) => {}
            }
        }
        told
    }
}

/// Members of one object whose value differs in another.
pub(in super::super) fn differing<'a>(own: &'a Value, found: &'a Value) -> impl Iterator<Item = &'a str> {
    let members = own.as_object().into_iter().flat_map(Map::keys);
    members.filter(|member| own.get(*member) != found.get(*member)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inventory(written: Value) -> Inventory {
        Inventory::read(&written)
    }

    #[test]
    fn what_differs_is_told_by_place() {
        let untouched = inventory(json!({
            "users": [],
            "resources": [{ "id": "management-api", "accessTokenTtl": 3600 }],
            "roles": [{ "id": "seeded" }],
            "sign-in-exp": { "signInMode": "SignInAndRegister", "mfa": {} },
            "account-center": { "enabled": false },
        }));
        assert_eq!(untouched.differences(&untouched), Vec::<String>::new());
        let found = inventory(json!({
            "users": [{ "id": "a" }, { "id": "b" }],
            "resources": [{ "id": "management-api", "accessTokenTtl": 60 }],
            "roles": [],
            "sign-in-exp": { "signInMode": "Register", "mfa": {} },
            "captcha-provider": {},
        }));
        assert_eq!(
            untouched.differences(&found),
            [
                "2 users",
                "roles/seeded is gone",
                "resources/management-api.accessTokenTtl",
                "captcha-provider",
                "sign-in-exp.signInMode",
                "account-center is gone",
            ]
        );
    }

    #[test]
    fn each_is_deleted_in_its_own_place() {
        let place = |path: &str, one: Value| {
            LISTS.iter().find(|list| list.path == path).map(|list| list.place(&one)).unwrap()
        };
        assert_eq!(place("users", json!({ "id": "u" })), "users/u");
        assert_eq!(place("applications", json!({ "id": "a", "type": "SPA" })), "applications/a");
        assert_eq!(place("applications", json!({ "id": "a", "type": "SAML" })), "saml-applications/a");
        assert_eq!(place("custom-phrases", json!({ "languageTag": "de" })), "custom-phrases/de");
        let customizer = json!({ "key": "jwt.clientCredentials", "value": {} });
        assert_eq!(place("configs/jwt-customizer", customizer), "configs/jwt-customizer/client-credentials");
    }
}
