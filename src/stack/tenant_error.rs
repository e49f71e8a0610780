//! Why a stack does not touch a tenant.

/// The tenant must not be touched.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Other people or apps use it.
    #[error(
        "this tenant is in use: it has {found}. A run changes its sign-in experience for everyone until it ends (and \
         then restores it). Use a separate tenant, or pass --allow-shared-tenant"
    )]
    InUse {
        /// What it has, counted.
        found: String,
    },
    /// The tenant has a connector with the id that a scenario gives its own.
    #[error(
        "this tenant has a connector with the id `{id}`, which the scenario gives to its own: use another id, or a \
         tenant without that connector"
    )]
    ConnectorTaken {
        /// The id of the connector.
        id: String,
    },
    /// A generic connector cannot be created beside the tenant's own.
    #[error(
        "this tenant has a Hugging Face connector of its own, and only one connector can have the target \
         `huggingface`: a scenario with `connector.factory: {factory}` needs a tenant without one"
    )]
    TargetTaken {
        /// The factory that the scenario wants.
        factory: &'static str,
    },
    /// A default resource would replace the tenant's own.
    #[error(
        "this tenant has a default API resource of its own, `{indicator}`: a set-up with `is_default: true` needs a \
         tenant without one"
    )]
    DefaultResourceTaken {
        /// The indicator of the tenant's default resource.
        indicator: String,
    },
    /// The set-up names a scope that none of its resources has.
    #[error("the set-up has no API resource `{resource}` with a scope `{scope}`")]
    UnknownScope {
        /// The indicator of the resource.
        resource: String,
        /// The scope.
        scope: String,
    },
    /// The set-up gives an account a role that it does not create.
    #[error("the set-up has no role `{name}`")]
    UnknownRole {
        /// The name of the role.
        name: String,
    },
}
