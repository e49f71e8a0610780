//! Empties a tenant down to what Logto itself seeded.

use serde_json::Value;

use super::super::management::{Management, ManagementError};

/// Whether an item of a list is Logto's own.
type Seeded = fn(&Value) -> bool;

/// The lists in which recorded stories create things, below `/api`, and how to recognize an
/// item that Logto itself seeded.
const COLLECTIONS: [(&str, Seeded); 5] = [
    ("users", |_| false),
    ("applications", |_| false),
    ("connectors", |_| false),
    // The Management API is a resource of every tenant, and its role is seeded.
    ("resources", |item| {
        item["indicator"].as_str().is_some_and(|text| text.starts_with("https://default.logto.app/"))
    }),
    ("roles", |item| item["name"].as_str().is_some_and(|name| name.starts_with("Logto "))),
];

/// Ids of the items that are not seeded, by list; lists without any are left out.
///
/// # Errors
/// [`ManagementError`] when Logto refuses.
pub(crate) async fn not_seeded(
    management: &Management,
) -> Result<Vec<(&'static str, Vec<String>)>, ManagementError> {
    let mut found = Vec::new();
    for (collection, seeded) in COLLECTIONS {
        let ids = of_others(management, collection, seeded).await?;
        if !ids.is_empty() {
            found.push((collection, ids));
        }
    }
    Ok(found)
}

/// Deletes every item that is not seeded.
///
/// # Errors
/// [`ManagementError`] when Logto refuses.
pub(crate) async fn empty(management: &Management) -> Result<(), ManagementError> {
    for (collection, ids) in not_seeded(management).await? {
        for id in ids {
            management.delete(&format!("{collection}/{id}")).await?;
        }
    }
    Ok(())
}

async fn of_others(
    management: &Management,
    collection: &str,
    seeded: Seeded,
) -> Result<Vec<String>, ManagementError> {
    // Connectors come in one piece; the other lists in pages.
    let pages = if collection == "connectors" { "" } else { "?page=1&page_size=100" };
    let list = match management.get(&format!("{collection}{pages}")).await {
        // A Logto without such a list has no items to delete.
        Err(ManagementError::Refused { status: 404 | 501, .. }) => return Ok(vec![]),
        list => list?,
    };
    let ids = list.list()?.iter().filter(|item| !seeded(item));
    Ok(ids.filter_map(|item| item["id"].as_str()).map(percent_encoded).collect())
}

fn percent_encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}
