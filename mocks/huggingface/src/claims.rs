//! The claims about a user, by granted scope. Members are in the order of the real site's schema.

use std::collections::BTreeMap;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::config::{
    BillingMode, HardwareItem, Membership, Organization, OrganizationsWithoutScope, Plan, ResourceGroup,
    Role, SecurityRestriction, User, avatar_path,
};
use crate::store::{Authorization, Store};

/// Claims, changed as [`ClaimChanges`](crate::config::ClaimChanges) asks to imitate another
/// provider.
#[derive(Debug)]
pub(crate) struct Changed<'a, T> {
    pub(crate) claims: &'a T,
    pub(crate) changes: &'a BTreeMap<String, Value>,
}

impl<T: Serialize> Serialize for Changed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.changes.is_empty() {
            return self.claims.serialize(serializer);
        }
        let mut claims = serde_json::to_value(self.claims).map_err(S::Error::custom)?;
        for (claim, value) in self.changes {
            if let (true, Some(members)) = (value.is_null(), claims.as_object_mut()) {
                members.shift_remove(claim);
            } else {
                claims[claim] = value.clone();
            }
        }
        claims.serialize(serializer)
    }
}

/// Body of `/oauth/userinfo`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserInfo {
    sub: String,
    #[serde(flatten)]
    person: Person,
    #[serde(skip_serializing_if = "Option::is_none")]
    hardware_items: Option<Vec<HardwareItem>>,
    is_pro: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_pay: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_mode: Option<BillingMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    orgs: Option<Vec<OrgInfo>>,
}

/// The claims that userinfo and id_token share.
#[derive(Debug, Serialize)]
pub(crate) struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

/// An entry of `orgs` at userinfo.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OrgInfo {
    sub: String,
    name: String,
    picture: String,
    #[serde(rename = "preferred_username")]
    preferred_username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Plan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_pay: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_mode: Option<BillingMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_in_org: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_restrictions: Option<Vec<SecurityRestriction>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_groups: Option<Vec<ResourceGroup>>,
}

/// An organization as the holder of a token sees it.
pub(crate) struct VisibleOrg<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) membership: &'a Membership,
    /// Whether the user selected it on the permission page.
    pub(crate) granted: bool,
    pub(crate) role: Option<Role>,
    pub(crate) can_pay: Option<bool>,
    pub(crate) billing_mode: Option<BillingMode>,
}

impl VisibleOrg<'_> {
    /// Why the organization rejects the user's token.
    pub(crate) fn restrictions(&self) -> Option<Vec<SecurityRestriction>> {
        self.granted.then(|| self.membership.security_restrictions.clone())
    }

    /// The resource groups in which the user has a role, if there are any.
    pub(crate) fn groups(&self) -> Option<&[ResourceGroup]> {
        Some(self.membership.resource_groups.as_slice()).filter(|groups| self.granted && !groups.is_empty())
    }
}

/// The organizations that a token shows; `None` if `orgs` is omitted.
pub(crate) fn visible_orgs<'a>(
    store: &'a Store,
    user: &'a User,
    authorization: &Authorization,
) -> Option<Vec<VisibleOrg<'a>>> {
    let memberships = authorization.scopes.contains("read-memberships");
    let billing = authorization.scopes.contains("read-billing");
    let without_scope = store.switches.organizations_without_scope;
    let all = user.orgs.iter().filter_map(|membership| {
        let organization = store.organization_named(&membership.org)?;
        let granted = authorization.orgs.contains(&organization.sub);
        let shown = granted || memberships || without_scope == OrganizationsWithoutScope::Listed;
        shown.then(|| VisibleOrg {
            organization,
            membership,
            granted,
            role: (granted || memberships).then_some(membership.role),
            can_pay: (granted && billing).then_some(organization.can_pay),
            billing_mode: organization.billing_mode.filter(|_| granted && billing),
        })
    });
    let orgs: Vec<_> = all.collect();
    let nothing_granted = !memberships && authorization.orgs.is_empty();
    if nothing_granted && without_scope == OrganizationsWithoutScope::Missing {
        return None;
    }
    Some(orgs)
}

/// Absolute URL of an avatar.
pub(crate) fn picture(origin: &str, username: &str, own: Option<&str>) -> String {
    own.map_or_else(|| format!("{origin}{}", avatar_path(username)), ToOwned::to_owned)
}

impl Person {
    /// The claims of the scopes `profile` and `email`, as far as they were granted.
    pub(crate) fn new(user: &User, origin: &str, profile: bool, email: bool) -> Person {
        let address = user.email.as_ref().filter(|_| email);
        Person {
            name: profile.then(|| user.fullname.clone()),
            preferred_username: profile.then(|| user.username.clone()),
            profile: profile.then(|| format!("{origin}/{}", user.username)),
            picture: profile.then(|| picture(origin, &user.username, user.picture.as_deref())),
            website: user.website.clone().filter(|_| profile),
            email: address.cloned(),
            email_verified: address.map(|_| user.email_verified),
        }
    }
}

impl UserInfo {
    /// The userinfo of a user for the holder of a token.
    pub(crate) fn new(store: &Store, user: &User, authorization: &Authorization, origin: &str) -> UserInfo {
        let granted = |scope| authorization.scopes.contains(scope);
        let (profile, billing) = (granted("profile"), granted("read-billing"));
        let orgs = visible_orgs(store, user, authorization);
        UserInfo {
            sub: user.sub.clone(),
            person: Person::new(user, origin, profile, granted("email")),
            hardware_items: (profile && !user.hardware.is_empty()).then(|| user.hardware.clone()),
            is_pro: user.is_pro,
            can_pay: billing.then_some(user.can_pay),
            billing_mode: user.billing_mode.filter(|_| billing),
            orgs: orgs.map(|orgs| orgs.iter().map(|org| OrgInfo::new(org, origin)).collect()),
        }
    }
}

impl OrgInfo {
    fn new(visible: &VisibleOrg<'_>, origin: &str) -> OrgInfo {
        let organization = visible.organization;
        OrgInfo {
            sub: organization.sub.clone(),
            name: organization.fullname.clone(),
            picture: picture(origin, &organization.username, organization.picture.as_deref()),
            preferred_username: organization.username.clone(),
            plan: organization.plan,
            can_pay: visible.can_pay,
            billing_mode: visible.billing_mode,
            role_in_org: visible.role,
            security_restrictions: visible.restrictions(),
            resource_groups: visible.groups().map(ToOwned::to_owned),
        }
    }
}
