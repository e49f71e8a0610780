//! The client credentials grant (RFC 6749 §4.4), for machine-to-machine
//! applications: always a JWT for an API, with the scopes of their roles.

use oauth::Scopes;
use oauth::params::Params;
use serde_json::{Value, json};
use url::Url;

use super::TokenError;
use crate::shared::Shared;
use crate::store::{Application, Store};
use crate::wire::without_nulls;

/// A token for the requested API, or else for the default one. Scopes that the application does not
/// hold are dropped silently.
pub(super) fn grant(
    shared: &Shared,
    store: &Store,
    application: &Application,
    form: &Params,
) -> Result<Value, TokenError> {
    if let Some(organization) = form.first("organization_id").filter(|id| !id.is_empty()) {
        return Err(TokenError::OrganizationOfApplication(organization.to_owned()));
    }
    let (resource, lifetime) = resource(store, form)?;
    let asked = Scopes::parse(form.first("scope").unwrap_or_default());
    let scopes = store.machine_scopes(&application.id, &resource, &asked);
    let scope = (!scopes.is_empty()).then(|| scopes.to_string());
    let now = shared.now();
    let claims = without_nulls(json!({
        "jti": shared.opaque(),
        "sub": application.id,
        "iat": now,
        "exp": now + lifetime,
        "scope": scope,
        "client_id": application.id,
        "iss": shared.issuer(),
        "aud": resource,
    }));
    let answer = json!({
        "access_token": shared.sign(Some("at+jwt"), &claims.into()),
        "expires_in": lifetime,
        "token_type": "Bearer",
        "scope": scope,
    });
    Ok(without_nulls(answer).into())
}

/// The requested resource, or else the default one, with the lifetime of its tokens. Every resource
/// is checked before their number is (RFC 8707 §2).
fn resource(store: &Store, form: &Params) -> Result<(String, i64), TokenError> {
    let asked = form.all("resource").filter(|resource| !resource.is_empty());
    let mut found = asked.map(|resource| known(store, resource)).collect::<Result<Vec<_>, _>>()?;
    match (found.pop(), found.len()) {
        (None, _) => {
            let default = store.default_resource().ok_or(TokenError::NoTarget)?;
            Ok((default.indicator.clone(), default.access_token_ttl))
        }
        (Some(only), 0) => Ok(only),
        _ => Err(TokenError::SeveralResources),
    }
}

fn known(store: &Store, resource: &str) -> Result<(String, i64), TokenError> {
    let text = || resource.to_owned();
    match Url::parse(resource) {
        Err(_) => Err(TokenError::ResourceNotAbsolute(text())),
        Ok(url) if url.fragment().is_some() => Err(TokenError::ResourceFragment(text())),
        Ok(_) => {
            let lifetime = store.access_token_ttl(resource).ok_or_else(|| TokenError::Resource(text()))?;
            Ok((text(), lifetime))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen on a real Logto 1.42, whose tenant had no organizations.
    #[test]
    fn the_resource_of_organizations_is_known_in_every_tenant() {
        let store = Store::seeded(0, crate::Version::default());
        let asked = |form: &str| resource(&store, &Params::parse(form));
        let organizations = "urn:logto:resource:organizations";
        assert_eq!(asked(&format!("resource={organizations}")), Ok((organizations.to_owned(), 3600)));
        let unknown = "urn:logto:resource:organization";
        assert_eq!(asked(&format!("resource={unknown}")), Err(TokenError::Resource(unknown.to_owned())));
        let both = format!("resource={organizations}&resource=https://default.logto.app/api");
        assert_eq!(asked(&both), Err(TokenError::SeveralResources));
    }
}
