//! What is around the parties: proxies, clocks, the network, the environment in
//! which Logto was started.

use jiff::SignedDuration;
use kit::ProxySettings;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::stack::Way;

/// Reverse proxies. Browsers then know a party by the proxy's address only:
/// `https://bookstore.example` for the app, `https://logto.bookstore.example`
/// for Logto, whose `ENDPOINT` that is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenProxies {
    /// In front of the app.
    pub app: Option<ProxySettings>,
    /// In front of Logto.
    pub logto: Option<ProxySettings>,
}

/// By how much the clock of a party is off, e.g. `+90s` or `-5m`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenClocks {
    /// The sample app's.
    pub app: Option<String>,
    /// The embedded Logto's.
    pub logto: Option<String>,
    /// Hugging Face's.
    pub huggingface: Option<String>,
}

impl GivenClocks {
    /// Every clock that is set, by party.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let all = [("app", &self.app), ("logto", &self.logto), ("huggingface", &self.huggingface)];
        all.into_iter().filter_map(|(party, text)| Some((party, text.as_ref()?)))
    }
}

/// `+90s`, `-5m`; `None` for what is no length of time.
#[must_use]
pub(crate) fn clock_offset(text: &str) -> Option<SignedDuration> {
    let (sign, length) = match text.split_at_checked(1)? {
        ("+", length) => (1, length),
        ("-", length) => (-1, length),
        _ => (1, text),
    };
    let span: jiff::Span = length.trim().parse().ok()?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    (!length.is_negative()).then(|| length * sign)
}

/// What is broken on the ways between the parties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkChange {
    /// From the sample app to Logto.
    pub app_to_logto: Option<Reach>,
    /// From the browser to Logto.
    pub browser_to_logto: Option<Reach>,
    /// From the browser to the app.
    pub browser_to_app: Option<Reach>,
    /// From the embedded Logto to Hugging Face.
    pub logto_to_huggingface: Option<Reach>,
}

impl NetworkChange {
    /// Every way that is named, and what is wrong with it from now on.
    pub fn ways(&self) -> impl Iterator<Item = (Way, Option<kit::Fault>)> {
        let all = [
            (Way::AppToLogto, self.app_to_logto),
            (Way::BrowserToLogto, self.browser_to_logto),
            (Way::BrowserToApp, self.browser_to_app),
            (Way::LogtoToHuggingFace, self.logto_to_huggingface),
        ];
        all.into_iter().filter_map(|(way, reach)| Some((way, reach?.fault())))
    }
}

impl std::fmt::Display for NetworkChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let changed: Vec<String> = self
            .ways()
            .map(|(way, fault)| format!("{way} {}", if fault.is_some() { "breaks" } else { "works" }))
            .collect();
        f.write_str(&changed.join(", "))
    }
}

/// How one party reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// As it should.
    Works,
    /// Nobody listens there: the connection is refused.
    Refused,
    /// The name leads nowhere.
    NoSuchName,
    /// Packets disappear: there is never an answer.
    Silent,
    /// The caller does not trust the CA of the other side (over TLS).
    UntrustedCertificate,
}

impl Reach {
    fn fault(self) -> Option<kit::Fault> {
        match self {
            Self::Works => None,
            Self::Refused => Some(kit::Fault::Refused),
            Self::NoSuchName => Some(kit::Fault::NoSuchName),
            Self::Silent => Some(kit::Fault::Silent),
            Self::UntrustedCertificate => Some(kit::Fault::UntrustedCertificate),
        }
    }
}

/// The environment of the embedded Logto.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GivenLogto {
    /// `ENDPOINT`; the address at which it is reached, unless said.
    pub endpoint: Option<String>,
    /// `TRUST_PROXY_HEADER`; set unless said.
    pub trust_proxy_header: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_by_a_signed_length_of_time() {
        assert_eq!(clock_offset("+90s"), Some(SignedDuration::from_secs(90)));
        assert_eq!(clock_offset("-5m"), Some(SignedDuration::from_mins(-5)));
        assert_eq!(clock_offset("1h"), Some(SignedDuration::from_hours(1)));
        for wrong in ["", "+", "--5m", "soon", "90"] {
            assert_eq!(clock_offset(wrong), None, "{wrong}");
        }
    }
}
