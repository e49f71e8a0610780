//! Why a tenant is left alone.

/// The tenant must not be touched.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Others work in it.
    #[error(
        "this tenant is in use: it has {found}; a run changes its sign-in experience for everybody while it lasts \
         (and puts it back). Take a tenant of its own, or say --allow-shared-tenant"
    )]
    InUse {
        /// What it has.
        found: String,
    },
    /// The tenant has a connector with the id that a scenario gives its own.
    #[error(
        "this tenant has a connector with the id `{id}`, which the scenario gives to its own: take another id, or a \
         tenant without that connector"
    )]
    ConnectorTaken {
        /// The id.
        id: String,
    },
    /// A generic connector cannot be made beside the tenant's own.
    #[error(
        "this tenant has a Hugging Face connector of its own, and only one connector can have the target \
         `huggingface`: a scenario with `connector.factory: {factory}` needs a tenant without one"
    )]
    TargetTaken {
        /// The factory that was asked for.
        factory: &'static str,
    },
}
