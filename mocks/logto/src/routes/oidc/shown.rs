//! What Logto's pages are shown for, as their address and a cookie state it.

use oauth::params::Params;
use serde_json::{Map, json};

/// What a page is shown for, and in which language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(super) app_id: Option<String>,
    pub(super) organization_id: Option<String>,
    pub(super) ui_locales: Option<String>,
}

impl Shown {
    pub(super) fn of(params: &Params) -> Self {
        let text = |name: &str| params.first(name).filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        Self {
            app_id: text("app_id"),
            organization_id: text("organization_id"),
            ui_locales: text("ui_locales"),
        }
    }

    /// These values, with missing ones taken from the request.
    pub(super) fn or(self, request: Self) -> Self {
        Self {
            app_id: self.app_id.or(request.app_id),
            organization_id: self.organization_id.or(request.organization_id),
            ui_locales: self.ui_locales.or(request.ui_locales),
        }
    }

    /// Name in an address, name in the cookie, and value.
    pub(super) fn pairs(&self) -> [(&'static str, &'static str, Option<&str>); 3] {
        [
            ("app_id", "appId", self.app_id.as_deref()),
            ("organization_id", "organizationId", self.organization_id.as_deref()),
            ("ui_locales", "uiLocales", self.ui_locales.as_deref()),
        ]
    }

    /// The value of `_logto`.
    pub(super) fn cookie(&self) -> String {
        let pairs = self.pairs();
        let members =
            pairs.iter().filter_map(|(_, name, value)| Some(((*name).to_owned(), json!((*value)?))));
        json!(members.collect::<Map<_, _>>()).to_string()
    }
}
