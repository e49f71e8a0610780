//! Rules between API resources, roles, accounts and the application of a set-up: what one names,
//! another must have.

use std::collections::BTreeSet;

use url::Url;

use super::error::ScenarioError;
use super::model::{BackendKind, Needs};
use crate::document::node::{Kind, Node};
use crate::document::typed::known;
use crate::placeholder;
use crate::setup::{ApiResource, ScopesByResource, Setup};
use crate::vocabulary::LOGTO_URN;

/// Checks the rules; `node` is the value of `given`.
pub(super) fn check(given: &Setup, node: &Node, needs: Option<&Needs>) -> Result<(), ScenarioError> {
    let at = |name: &str| Site(node).below(name);
    for (number, resource) in given.resources.iter().enumerate() {
        let site = at("resources").item(number);
        check_resource(resource, &site)?;
        let earlier = &given.resources[..number];
        if earlier.iter().any(|other| other.indicator == resource.indicator) {
            let message = format!("there are two resources with the indicator `{}`", resource.indicator);
            return Err(site.below("indicator").error(message, None));
        }
        if resource.is_default && earlier.iter().any(|other| other.is_default) {
            let message = "only one resource can be the default".to_owned();
            return Err(site.below("is_default").error(message, None));
        }
    }
    for (number, role) in given.roles.iter().enumerate() {
        let site = at("roles").item(number);
        if given.roles[..number].iter().any(|other| other.name == role.name) {
            let message = format!("there are two roles with the name `{}`", role.name);
            return Err(site.below("name").error(message, None));
        }
        check_scopes(&role.scopes, given, &site.below("scopes"))?;
    }
    let names: Vec<&str> = given.roles.iter().map(|role| role.name.as_str()).collect();
    for (number, user) in given.users.iter().enumerate() {
        let site = at("users").item(number).below("roles");
        for (number, role) in user.roles.iter().enumerate() {
            if !names.contains(&role.as_str()) {
                let hint = known(role, &names).or_else(|| Some("describe it under `given.roles`".to_owned()));
                return Err(site.item(number).error(format!("`given.roles` has no role `{role}`"), hint));
            }
        }
    }
    check_application(given, &at("application"))?;
    let embedded = needs.is_none_or(|needs| needs.backends.contains(&BackendKind::Embedded));
    if embedded && !given.application.organization_scopes.is_empty() {
        let message = "the embedded Logto has no organizations".to_owned();
        let hint = "add `needs: { backends: [container, external], because: … }`".to_owned();
        return Err(at("application").below("organization_scopes").error(message, Some(hint)));
    }
    Ok(())
}

fn check_resource(resource: &ApiResource, site: &Site<'_>) -> Result<(), ScenarioError> {
    let (indicator, at) = (&resource.indicator, site.below("indicator"));
    if indicator.starts_with(LOGTO_URN) {
        let message = format!("`{indicator}` is a name that Logto reserves for itself");
        let hint = "leave it out: Logto knows `urn:logto:resource:organizations` in every tenant";
        return Err(at.error(message, Some(hint.to_owned())));
    }
    // A name such as [APP] gets its value when the stack starts.
    let named = !placeholder::names(indicator).is_empty();
    match Url::parse(indicator) {
        _ if named => {}
        Ok(url) if url.fragment().is_none() => {}
        Ok(_) => return Err(at.error(format!("`{indicator}` has a fragment (RFC 8707 §2)"), None)),
        Err(_) => {
            let hint = "write an absolute URI such as `https://api.example.com/`".to_owned();
            return Err(at.error(format!("`{indicator}` is not an absolute URI (RFC 8707 §2)"), Some(hint)));
        }
    }
    let mut seen = BTreeSet::new();
    for (number, scope) in resource.scopes.iter().enumerate() {
        let at = site.below("scopes").item(number);
        if scope.is_empty() || scope.contains(char::is_whitespace) {
            return Err(at.error(format!("`{scope}` is not a scope: it is empty or has a space"), None));
        }
        if !seen.insert(scope) {
            return Err(at.error(format!("the resource has the scope `{scope}` twice"), None));
        }
    }
    Ok(())
}

/// Checks that every scope is one of a resource of the set-up.
fn check_scopes(scopes: &ScopesByResource, given: &Setup, site: &Site<'_>) -> Result<(), ScenarioError> {
    let indicators: Vec<&str> = given.resources.iter().map(|resource| resource.indicator.as_str()).collect();
    for (indicator, scopes) in scopes {
        let at = site.below(indicator);
        let Some(resource) = given.resources.iter().find(|resource| resource.indicator == *indicator) else {
            let hint = known(indicator, &indicators)
                .or_else(|| Some("describe it under `given.resources`".to_owned()));
            return Err(at.error(format!("`given.resources` has no resource `{indicator}`"), hint));
        };
        for (number, scope) in scopes.iter().enumerate() {
            if !resource.scopes.contains(scope) {
                let names: Vec<&str> = resource.scopes.iter().map(String::as_str).collect();
                let message = format!("the resource `{indicator}` has no scope `{scope}`");
                return Err(at.item(number).error(message, known(scope, &names)));
            }
        }
    }
    Ok(())
}

fn check_application(given: &Setup, site: &Site<'_>) -> Result<(), ScenarioError> {
    let application = &given.application;
    let listed = [
        ("user_scopes", !application.user_scopes.is_empty()),
        ("resource_scopes", !application.resource_scopes.is_empty()),
        ("organization_scopes", !application.organization_scopes.is_empty()),
    ];
    if let Some((member, _)) = listed.iter().find(|(_, given)| *given && !application.is_third_party) {
        let message = format!("`{member}` is for third-party applications: others may request every scope");
        let hint = Some("add `is_third_party: true`, or leave it out".to_owned());
        return Err(site.below(member).error(message, hint));
    }
    check_scopes(&application.resource_scopes, given, &site.below("resource_scopes"))
}

/// A value of the file, or the innermost one around it that is there.
struct Site<'n>(&'n Node);

impl Site<'_> {
    /// A member of a map.
    fn below(&self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(self.0))
    }

    /// An item of a list.
    fn item(&self, number: usize) -> Self {
        match &self.0.kind {
            Kind::List(items) => Self(items.get(number).unwrap_or(self.0)),
            _ => Self(self.0),
        }
    }

    fn error(&self, message: String, hint: Option<String>) -> ScenarioError {
        ScenarioError::at(&self.0.at, message, hint)
    }
}
