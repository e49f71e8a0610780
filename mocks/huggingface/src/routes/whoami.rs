//! `GET /api/whoami-v2`
//!
//! The names differ from userinfo's: here `name` is the username, and `fullname` the display name.
//! Granted scopes are not included.

use axum::extract::State;
use axum::response::{Response, Result};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use super::resource::{Refusal, bearer};
use crate::claims::{VisibleOrg, picture, visible_orgs};
use crate::config::{BillingMode, Plan, ResourceGroup, Role, SecurityRestriction};
use crate::{HuggingFace, answer};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Whoami {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    fullname: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_pay: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_mode: Option<BillingMode>,
    is_pro: bool,
    avatar_url: String,
    orgs: Vec<Org>,
    auth: Auth,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Org {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    fullname: String,
    avatar_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_pay: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_mode: Option<BillingMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Plan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_in_org: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_restrictions: Option<Vec<SecurityRestriction>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_groups: Option<Vec<Group>>,
}

#[derive(Debug, Serialize)]
struct Group {
    id: String,
    name: String,
    role: Role,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Auth {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

pub(super) fn get(State(mock): State<HuggingFace>, headers: HeaderMap) -> Result<Response> {
    let body = whoami(&mock, &headers).map_err(|refusal| refusal.answer(&mock))?;
    Ok(answer::json(StatusCode::OK, &body))
}

fn whoami(mock: &HuggingFace, headers: &HeaderMap) -> Result<Whoami, Refusal> {
    let (now, store) = (mock.clock().seconds(), mock.store());
    let token = bearer(&store, headers, now)?;
    let user = store.user(&token.authorization.sub).ok_or(Refusal::NoUser)?;
    let granted = |scope| token.authorization.scopes.contains(scope);
    let address = user.email.as_ref().filter(|_| granted("email"));
    let orgs = visible_orgs(&store, user, &token.authorization).unwrap_or_default();
    Ok(Whoami {
        kind: "user",
        id: user.sub.clone(),
        name: user.username.clone(),
        fullname: user.fullname.clone(),
        email: address.cloned(),
        email_verified: address.map(|_| user.email_verified),
        can_pay: granted("read-billing").then_some(user.can_pay),
        billing_mode: user.billing_mode.filter(|_| granted("read-billing")),
        is_pro: user.is_pro,
        avatar_url: picture(mock.origin(), &user.username, user.picture.as_deref()),
        orgs: orgs.iter().map(|org| Org::new(org, mock.origin())).collect(),
        auth: Auth { kind: "oauth", expires_at: token.expires_at.and_then(iso) },
    })
}

impl Org {
    fn new(visible: &VisibleOrg<'_>, origin: &str) -> Org {
        let organization = visible.organization;
        let shown = |group: &ResourceGroup| Group {
            id: group.sub.clone(),
            name: group.name.clone(),
            role: group.role,
        };
        Org {
            kind: "org",
            id: organization.sub.clone(),
            name: organization.username.clone(),
            fullname: organization.fullname.clone(),
            avatar_url: picture(origin, &organization.username, organization.picture.as_deref()),
            can_pay: visible.can_pay,
            billing_mode: visible.billing_mode,
            plan: organization.plan,
            role_in_org: visible.role,
            security_restrictions: visible.restrictions(),
            resource_groups: visible.groups().map(|groups| groups.iter().map(shown).collect()),
        }
    }
}

/// In the format of JavaScript's `toISOString`.
fn iso(seconds: i64) -> Option<String> {
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use crate::routes::testing::Site;

    #[tokio::test]
    async fn distinguishes_username_and_display_name() {
        let site = Site::new();
        let token = site.access_token("openid profile email").await;
        let body = site.with_bearer("/api/whoami-v2", &token).await.json();
        assert_eq!((body["type"].as_str(), body["name"].as_str()), (Some("user"), Some("ada")));
        assert_eq!(body["fullname"], "Ada Lovelace");
        assert_eq!(body["email"], "ada@example.com");
        assert_eq!(body["auth"]["type"], "oauth");
        // The site's clock is fixed at 2026-11-23T12:00:00Z; tokens are valid for 8 hours.
        assert_eq!(body["auth"]["expiresAt"], "2026-11-23T20:00:00.000Z");
        assert_eq!(body["orgs"], serde_json::json!([]));
    }

    #[tokio::test]
    async fn hides_the_address_without_its_scope() {
        let site = Site::new();
        let token = site.access_token("profile").await;
        let body = site.with_bearer("/api/whoami-v2", &token).await.json();
        assert!(body.get("email").is_none() && body.get("emailVerified").is_none());
    }

    #[tokio::test]
    async fn refuses_personal_tokens() {
        let site = Site::new();
        let answer = site.with_bearer("/api/whoami-v2", "hf_abcdef").await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.notes, ["the bearer token is a personal token, not an access token"]);
    }
}
