//! The addresses of a twin's parties, and what a scenario says of them.

use serde_json::{Map, Value, json};
use url::Url;

use super::addresses::{Addresses, CALLBACK_PATH, UNKNOWN_LOGTO};
use super::app::Story;
use super::relocated::Relocated;
use crate::placeholder::literal;

/// Where the parties are.
pub(super) enum Places {
    /// At the person's own addresses.
    Own(Addresses),
    /// On this machine, because the app runs here.
    Here(Relocated),
}

impl Places {
    pub(super) fn knows_logto(&self) -> bool {
        match self {
            Self::Own(addresses) => addresses.knows_logto,
            Self::Here(relocated) => relocated.logto.is_some(),
        }
    }

    /// The origin of Logto, for people.
    pub(super) fn shown_logto(&self) -> String {
        let logto = match self {
            Self::Own(addresses) => Some(&addresses.logto).filter(|_| addresses.knows_logto),
            Self::Here(relocated) => relocated.logto.as_ref(),
        };
        logto.map_or_else(
            || format!("https://{}", UNKNOWN_LOGTO.shown),
            |logto| logto.origin().ascii_serialization(),
        )
    }

    /// A URI of the app's record.
    pub(super) fn in_logto(&mut self, uri: &str) -> String {
        match self {
            Self::Own(addresses) => literal(&addresses.apart(uri)),
            Self::Here(relocated) => relocated.in_logto(uri),
        }
    }

    /// A redirect URI of the OAuth app.
    pub(super) fn at_huggingface(&mut self, uri: &str) -> String {
        match self {
            Self::Own(_) => literal(uri),
            Self::Here(relocated) => relocated.at_huggingface(uri),
        }
    }

    /// The redirect URI that a browser does not open.
    pub(super) fn own_scheme(&self) -> Option<String> {
        match self {
            Self::Own(addresses) => addresses.own_scheme().map(ToOwned::to_owned),
            Self::Here(_) => None,
        }
    }

    /// What a person sees after the sample app's sign-out.
    pub(super) fn signed_out(&self) -> Value {
        let Self::Own(addresses) = self else { return Value::Null };
        let after = addresses.after_sign_out.as_deref();
        match after.and_then(|uri| Url::parse(uri).ok()) {
            Some(mut url) if matches!(url.scheme(), "http" | "https") => {
                url.set_query(None);
                let visited = [literal(url.as_str())];
                if addresses.is_at_app(&url) {
                    json!({ "visited": visited, "session": "none" })
                } else {
                    // A page of another party may be the end.
                    json!({ "visited": visited, "status": 200, "session": "none" })
                }
            }
            Some(url) => json!({ "hands_over": literal(url.as_str()), "session": "none" }),
            None => json!({ "status": 200, "session": "none" }),
        }
    }

    /// The app's paths at which a sign-in and a sign-out begin. The sample app has others for those at which the person's
    /// app is after a sign-out.
    pub(super) fn paths(&self, story: Story<'_>) -> (String, String) {
        let after = match self {
            Self::Own(addresses) => addresses.after_sign_out.as_deref().and_then(|uri| Url::parse(uri).ok()),
            Self::Here(_) => None,
        };
        let free = |path: &str| match &after {
            Some(after) if after.path() == path => format!("/to{path}"),
            _ => path.to_owned(),
        };
        (free(story.sign_in), free(story.sign_out))
    }

    /// Where the twin's parties are.
    pub(super) fn addresses(&self) -> Map<String, Value> {
        let Self::Own(addresses) = self else { return Map::new() };
        let text = |url: &Url| literal(&url.origin().ascii_serialization());
        let mut members = Map::new();
        members.insert("app".to_owned(), json!(text(&addresses.app)));
        if !addresses.app_also.is_empty() {
            let also: Vec<String> = addresses.app_also.iter().map(text).collect();
            members.insert("app_also".to_owned(), json!(also));
        }
        members.insert("logto".to_owned(), json!(text(&addresses.logto)));
        members
    }

    /// A record that agrees with what the app sends.
    pub(super) fn assumed_application(&self) -> Map<String, Value> {
        let Self::Own(addresses) = self else { return Map::new() };
        let mut application = Map::new();
        if !addresses.is_usual(&addresses.redirect_uri, CALLBACK_PATH) {
            application.insert("redirect_uris".to_owned(), json!([literal(&addresses.redirect_uri)]));
        }
        if let Some(uri) = addresses.after_sign_out.as_deref().filter(|uri| !addresses.is_usual(uri, "/")) {
            application.insert("post_logout_redirect_uris".to_owned(), json!([literal(uri)]));
        }
        application
    }

    /// Lets the sample app send its URIs, unless it would do so anyway.
    pub(super) fn send(&self, app: &mut Map<String, Value>) {
        let Self::Own(addresses) = self else { return };
        if !addresses.is_usual(&addresses.redirect_uri, CALLBACK_PATH) {
            app.insert("redirect_uri".to_owned(), json!(literal(&addresses.redirect_uri)));
        }
        let after = addresses.after_sign_out.as_deref().unwrap_or_default();
        if !addresses.is_usual(after, "/") {
            app.insert("post_sign_out_uri".to_owned(), json!(literal(after)));
        }
        if let Some(path) = &addresses.endpoint_path {
            app.insert("logto_endpoint".to_owned(), json!(format!("[LOGTO]{}", literal(path))));
            app.insert("variants".to_owned(), json!(["keeps_endpoint_path"]));
        }
    }
}
