//! The running Logto that the environment names, for tests that also run on a real one.

use std::path::Path;
use std::sync::Arc;

use logto_testkit::stack::{Credentials, External, Logto, StackBuilder};

/// The stack on the Logto at `url`, with the other settings for it from the environment.
pub(crate) fn external(
    builder: StackBuilder,
    url: &str,
) -> Result<StackBuilder, Box<dyn std::error::Error + Send + Sync>> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("LOGTO_TESTKIT_LOGTO needs {name}"));
    let m2m = variable("LOGTO_TESTKIT_M2M")?;
    let (id, secret) = m2m.split_once(':').ok_or("LOGTO_TESTKIT_M2M is not ID:SECRET")?;
    let ca = kit::Ca::load(Path::new(&variable("LOGTO_TESTKIT_CA")?))?;
    // The address at which that Logto finds huggingface.co.
    let listen = std::env::var("LOGTO_TESTKIT_HUGGINGFACE_LISTEN").unwrap_or("127.0.0.1:443".to_owned());
    let external = External {
        endpoint: url.parse()?,
        admin_endpoint: variable("LOGTO_TESTKIT_LOGTO_ADMIN")?.parse()?,
        credentials: Credentials { id: id.to_owned(), secret: secret.to_owned() },
        allow_shared_tenant: false,
        state_file: std::env::temp_dir().join("logto-testkit-restore.json"),
    };
    Ok(builder
        .logto(Logto::External(Box::new(external)))
        .huggingface_listen(listen.parse()?)
        .ca(Arc::new(ca)))
}
