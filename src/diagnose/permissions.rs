//! What the app may ask Logto for: the permissions of a third-party application, and the tenant's
//! API resources.

use serde_json::{Map, Value, json};
use url::Url;

use super::case::Case;
use crate::placeholder::literal;
use crate::setup::{ApiResource, ConnectorFactory};
use crate::vocabulary::{LOGTO_URN, USER_SCOPES};

/// The e-mail address of the person in the twin.
pub(super) const PERSON_EMAIL: &str = "ada@example.com";
/// The name of the person in the twin.
pub(super) const PERSON_NAME: &str = "Ada Lovelace";
/// The Management API of a self-hosted Logto, which the twin's Logto has as well.
const MANAGEMENT_API: &str = "https://default.logto.app/api";
/// The scopes of the SDK that a third-party application may request without a permission.
const ALWAYS: [&str; 2] = ["openid", "offline_access"];

impl Case {
    /// Whether Logto asks each person to authorize the application.
    pub(super) fn is_third_party(&self) -> bool {
        let record = self.application.as_ref();
        record.and_then(|record| record.get("isThirdParty")?.as_bool()) == Some(true)
    }

    /// The permissions of a third-party application, if they are known.
    fn permissions(&self) -> Option<&Map<String, Value>> {
        let record = self.application.as_ref().filter(|_| self.is_third_party())?;
        record.get("userConsentScopes")?.as_object()
    }

    /// The scopes about people that it may request; `None` if that is not known.
    fn permitted(&self) -> Option<Vec<&str>> {
        let scopes = self.permissions()?.get("userScopes").and_then(Value::as_array);
        Some(scopes.into_iter().flatten().filter_map(Value::as_str).collect())
    }

    /// The API resources of the twin: the tenant's, as far as they are known, and those that are asked for
    /// where they are not.
    fn twin_resources(&self) -> Vec<ApiResource> {
        let mut all: Vec<ApiResource> = self.resources.clone().unwrap_or_default();
        let mut add = |indicator: &str, scopes: Vec<String>| {
            let index = all.iter().position(|known| known.indicator == indicator).unwrap_or_else(|| {
                all.push(ApiResource {
                    indicator: indicator.to_owned(),
                    name: None,
                    scopes: vec![],
                    access_token_ttl: None,
                    is_default: false,
                });
                all.len() - 1
            });
            all[index].scopes.extend(scopes);
        };
        for (indicator, scopes) in self.permitted_resources() {
            add(&indicator, scopes);
        }
        if self.resources.is_none() {
            self.app.resources.iter().for_each(|indicator| add(indicator, vec![]));
        }
        all.retain(|resource| can_be_created(&resource.indicator));
        for resource in &mut all {
            let mut seen = Vec::new();
            resource.scopes.retain(|scope| {
                let good = !scope.is_empty() && !scope.contains(char::is_whitespace) && !seen.contains(scope);
                seen.push(scope.clone());
                good
            });
        }
        all
    }

    /// The scopes of API resources that a third-party application may request.
    fn permitted_resources(&self) -> Vec<(String, Vec<String>)> {
        let lists = self.permissions().and_then(|all| all.get("resourceScopes")?.as_array());
        let read = |one: &Value| {
            let indicator = one.pointer("/resource/indicator")?.as_str()?.to_owned();
            let scopes = one.get("scopes")?.as_array()?.iter();
            Some((
                indicator,
                scopes.filter_map(|scope| Some(scope.get("name")?.as_str()?.to_owned())).collect(),
            ))
        };
        lists.into_iter().flatten().filter_map(read).collect()
    }
}

/// Whether the twin can have an API resource with this indicator, and does not have it anyway.
fn can_be_created(indicator: &str) -> bool {
    let absolute = Url::parse(indicator).is_ok_and(|url| url.fragment().is_none());
    absolute && !indicator.starts_with(LOGTO_URN) && indicator != MANAGEMENT_API
}

/// `given.resources`, and what is assumed about them.
pub(super) fn resources(case: &Case, assumed: &mut Vec<String>) -> Vec<Value> {
    let all = case.twin_resources();
    if case.resources.is_none() {
        let asked = all.iter().filter(|resource| case.app.resources.contains(&resource.indicator));
        assumed.extend(asked.map(|resource| {
            format!(
                "Logto has the API resource {}, which the app asks for (pass --resources to check it).",
                resource.indicator
            )
        }));
    }
    let shown = |resource: &ApiResource| {
        let mut shown = json!({ "indicator": literal(&resource.indicator) });
        if !resource.scopes.is_empty() {
            shown["scopes"] = json!(resource.scopes);
        }
        if resource.is_default {
            shown["is_default"] = json!(true);
        }
        shown
    };
    all.iter().map(shown).collect()
}

/// The permissions of a third-party application as `given.application` represents them.
pub(super) fn permissions(case: &Case, unknown: &mut Vec<String>) -> Map<String, Value> {
    let mut application = Map::new();
    if !case.is_third_party() {
        return application;
    }
    application.insert("is_third_party".to_owned(), json!(true));
    let version = case.logto_version.unwrap_or_default();
    let known = |scope: &str| USER_SCOPES.contains(&scope) && version.has_scope(scope);
    match case.permitted() {
        Some(scopes) => {
            let scopes: Vec<&str> = scopes.into_iter().filter(|scope| known(scope)).collect();
            application.insert("user_scopes".to_owned(), json!(scopes));
        }
        None => {
            application.insert(
                "user_scopes".to_owned(),
                json!(USER_SCOPES.iter().filter(|scope| known(scope)).collect::<Vec<_>>()),
            );
            unknown.push(
                "Which scopes the third-party application is permitted (`userConsentScopes`; pass --user-consent-scopes): \
                 the twin permits all. Another one shows as `invalid_scope` when people start the sign-in."
                    .to_owned(),
            );
        }
    }
    let scopes: Map<String, Value> = case
        .permitted_resources()
        .into_iter()
        .filter(|(indicator, _)| can_be_created(indicator))
        .map(|(indicator, scopes)| (literal(&indicator), json!(scopes)))
        .collect();
    if !scopes.is_empty() {
        application.insert("resource_scopes".to_owned(), Value::Object(scopes));
    }
    let of_organizations = ["organizationScopes", "organizationResourceScopes"];
    let lists = case.permissions().into_iter().flat_map(|all| of_organizations.map(|name| all.get(name)));
    if lists.flatten().any(|list| list.as_array().is_some_and(|list| !list.is_empty())) {
        unknown.push(
            "Permissions within organizations (`organizationScopes`): the twin has no organizations."
                .to_owned(),
        );
    }
    application
}

/// What the sample app asks for, as `given.app` represents it.
pub(super) fn requests(case: &Case, unknown: &mut Vec<String>) -> Map<String, Value> {
    let mut app = Map::new();
    let mut scopes = case.app.scopes.clone();
    let has = |scopes: &[String], scope: &str| scopes.iter().any(|one| one == scope);
    // The SDK's own scopes include one that a third-party application may not be permitted. A person who lists
    // `openid`, which every SDK adds, perhaps lists all that the app requests.
    let permitted = case.permitted().is_none_or(|scopes| scopes.contains(&"profile"));
    if !permitted && has(&scopes, "openid") && !has(&scopes, "profile") {
        app.insert("reserved_scopes".to_owned(), json!(false));
        let more: Vec<&str> = ALWAYS.into_iter().filter(|scope| !has(&scopes, scope)).collect();
        scopes.splice(0..0, more.into_iter().map(ToOwned::to_owned));
        unknown.push(
            "Whether the app requests `profile`, which Logto's SDKs always do: the third-party application is not \
             permitted it. Pass --app-scope profile if it does."
                .to_owned(),
        );
    }
    if !scopes.is_empty() {
        app.insert("scopes".to_owned(), json!(scopes));
    }
    if !case.app.resources.is_empty() {
        let resources: Vec<String> = case.app.resources.iter().map(|indicator| literal(indicator)).collect();
        app.insert("resources".to_owned(), json!(resources));
    }
    app
}

/// The claims that the app looks for, as a step expects them: those of the scopes that the person says it requests, and
/// that the connector does not request from Hugging Face. The SDK requests `profile` whether or not the app needs it.
pub(super) fn looked_for(case: &Case) -> Map<String, Value> {
    let usual = if case.connector.factory == ConnectorFactory::HuggingFace { Some("profile") } else { None };
    let given = match case.connector.config.get("scope") {
        Some(given) => given.as_str(),
        None => usual,
    };
    let Some(given) = given else { return Map::new() };
    [("email", "email", PERSON_EMAIL), ("profile", "name", PERSON_NAME)]
        .into_iter()
        .filter(|(scope, ..)| case.app.scopes.iter().any(|asked| asked == scope) && !given.contains(scope))
        .map(|(_, claim, value)| (claim.to_owned(), json!(value)))
        .collect()
}

/// The case with the API resources that the app was seen to ask for and that nothing in the input
/// says anything about; `None` if there are none.
pub(super) fn with_asked(case: &Case, asked: &[String]) -> Option<Case> {
    let new = |indicator: &&String| can_be_created(indicator) && !case.app.resources.contains(indicator);
    let new: Vec<String> = asked.iter().filter(new).cloned().collect();
    if case.resources.is_some() || new.is_empty() {
        return None;
    }
    let mut case = case.clone();
    case.app.resources.extend(new);
    Some(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn third_party(scopes: Value) -> Case {
        let record = json!({ "type": "Traditional", "isThirdParty": true, "userConsentScopes": scopes });
        Case { application: record.as_object().cloned(), ..Case::default() }
    }

    fn asks(mut case: Case, scopes: &[&str]) -> Case {
        case.app.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        case
    }

    #[test]
    fn a_claim_is_looked_for_only_where_the_person_says_that_the_app_asks_for_it() {
        let connector = |scope: &str| {
            let mut case = Case::default();
            case.connector.config.insert("scope".to_owned(), json!(scope));
            case
        };
        let found = |case: Case| Value::Object(looked_for(&case));
        assert_eq!(found(connector("openid")), json!({}));
        assert_eq!(found(asks(connector("openid profile"), &["profile"])), json!({}));
        let email = json!({ "email": "ada@example.com" });
        assert_eq!(found(asks(connector("openid profile"), &["email"])), email);
        assert_eq!(found(asks(Case::default(), &["email", "profile"])), email);
        let name = json!({ "name": "Ada Lovelace" });
        assert_eq!(found(asks(connector("openid email"), &["email", "profile"])), name);
    }

    #[test]
    fn permissions_are_just_those_that_are_known() {
        let case = third_party(json!({
            "userScopes": ["email"],
            "resourceScopes": [{
                "resource": { "id": "r", "name": "API", "indicator": "https://api.shop.example" },
                "scopes": [{ "id": "s", "name": "read:books", "description": null }],
            }],
        }));
        let application = permissions(&case, &mut vec![]);
        assert_eq!(application["user_scopes"], json!(["email"]));
        assert_eq!(application["resource_scopes"], json!({ "https://api.shop.example": ["read:books"] }));
        let resources = resources(&case, &mut vec![]);
        assert_eq!(resources, [json!({ "indicator": "https://api.shop.example", "scopes": ["read:books"] })]);
        let mut unknown = vec![];
        assert!(requests(&case, &mut unknown).is_empty(), "as the SDK does");
        let case = asks(case, &["openid"]);
        let asked = requests(&case, &mut unknown);
        assert_eq!(asked["scopes"], json!(["offline_access", "openid"]));
        assert_eq!(asked["reserved_scopes"], false);
        assert!(unknown[0].contains("`profile`"), "{unknown:?}");
    }

    #[test]
    fn unknown_permissions_are_all_given() {
        let all: Result<Vec<crate::setup::UserScope>, _> = serde_json::from_value(json!(USER_SCOPES));
        assert!(all.is_ok(), "{all:?}");
        let mut unknown = vec![];
        let application = permissions(&third_party(Value::Null), &mut unknown);
        // The newest release does not have the last one.
        assert_eq!(application["user_scopes"].as_array().map(Vec::len), Some(USER_SCOPES.len() - 1));
        assert_eq!(unknown.len(), 1);
    }

    #[test]
    fn resources_that_are_asked_for_are_assumed_unless_the_tenants_are_known() {
        let asked = ["https://api.shop.example".to_owned(), "urn:logto:resource:organizations".to_owned()];
        let case = with_asked(&Case::default(), &asked).expect("a new resource");
        let mut assumed = vec![];
        assert_eq!(resources(&case, &mut assumed), [json!({ "indicator": "https://api.shop.example" })]);
        assert_eq!(assumed.len(), 1);
        let known = Case { resources: Some(vec![]), ..Case::default() };
        assert!(with_asked(&known, &asked).is_none());
    }
}
