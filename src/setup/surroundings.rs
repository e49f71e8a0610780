//! Settings of what is around the parties: proxies, clocks, the network.

use jiff::SignedDuration;
use kit::ProxySettings;
use serde::Deserialize;
use url::Url;

use crate::named::named;

/// Reverse proxies. Browsers then know a party only by the proxy's URL: `https://bookstore.example`
/// for the app, `https://logto.bookstore.example` for Logto, whose `ENDPOINT` it becomes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Proxies {
    /// The proxy in front of the app.
    pub app: Option<ProxySettings>,
    /// The proxy in front of Logto.
    pub logto: Option<ProxySettings>,
    /// Whether the app is also reached over plain HTTP, at `[APP_OVER_HTTP]`: one host with one cookie jar. Both
    /// addresses then have a port.
    pub app_over_http: bool,
}

/// Public addresses of the parties, which everyone reaches them by; without them, they are at ports of `localhost`.
/// For the sample app and the embedded Logto, and without proxies of the set-up: `https` needs none here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Addresses {
    /// The origin of the app, e.g. `https://shop.example`: `[APP]`.
    pub app: Option<Origin>,
    /// Further origins at which the same app answers, at most four: `[APP_ALSO_1]` and so on.
    pub app_also: Vec<Origin>,
    /// The origin of Logto, and its `ENDPOINT`: `[LOGTO]`.
    pub logto: Option<Origin>,
}

impl Addresses {
    /// How many further origins of the app can be named.
    const FURTHER: usize = 4;

    /// Whether every party is at a port of `localhost`.
    #[must_use]
    pub(crate) fn are_local(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with them, if anything.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let all = self.app.iter().chain(&self.app_also).chain(&self.logto);
        let all: Vec<url::Origin> = all.map(|origin| origin.0.origin()).collect();
        let twice = all.iter().enumerate().find(|(at, origin)| all[..*at].contains(*origin));
        if let Some((_, origin)) = twice {
            return Err(format!("{} is the address of two parties", origin.ascii_serialization()));
        }
        if self.app_also.len() > Self::FURTHER {
            return Err(format!("the app can have {} further addresses at most", Self::FURTHER));
        }
        if self.app.is_none() && !self.app_also.is_empty() {
            return Err("`app_also` needs `app`".to_owned());
        }
        Ok(())
    }
}

/// Scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct Origin(pub Url);

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| format!("`{text}` is not an origin such as `https://shop.example`"))?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if bare && url.username().is_empty() && url.password().is_none() {
            Ok(Self(url))
        } else {
            Err(format!("`{text}` is more than an origin: leave out what is not scheme, host and port"))
        }
    }
}

/// The offset of a party's clock, e.g. `+90s` or `-5m`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Clocks {
    /// Offset of the sample app's clock.
    pub app: ClockOffset,
    /// Offset of the embedded Logto's clock.
    pub logto: ClockOffset,
    /// Offset of Hugging Face's clock.
    pub huggingface: ClockOffset,
}

/// A duration, ahead or behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub struct ClockOffset(pub SignedDuration);

impl TryFrom<String> for ClockOffset {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        offset(&text).map(Self).ok_or_else(|| format!("`{text}` is not a duration such as `+90s` or `-5m`"))
    }
}

/// Parses `+90s` or `-5m`; `None` if the text is not a duration.
fn offset(text: &str) -> Option<SignedDuration> {
    let (sign, length) = match text.split_at_checked(1)? {
        ("+", length) => (1, length),
        ("-", length) => (-1, length),
        _ => (1, text),
    };
    let span: jiff::Span = length.trim().parse().ok()?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    (!length.is_negative()).then(|| length * sign)
}

named! {
    /// A connection from one party to another, which can be broken.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Way {
        /// From the sample app to Logto.
        AppToLogto => "app_to_logto",
        /// From the browser to Logto.
        BrowserToLogto => "browser_to_logto",
        /// From the browser to the app.
        BrowserToApp => "browser_to_app",
        /// From the embedded Logto to Hugging Face.
        LogtoToHuggingFace => "logto_to_huggingface",
    }
}

/// Which connections between the parties are broken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Every connection that is named, and its fault from now on.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The connection works.
    Works,
    /// No server listens there: the connection is refused.
    Refused,
    /// The name does not resolve.
    NoSuchName,
    /// Packets are lost: there is never an answer.
    Silent,
    /// The caller does not trust the other side's CA (over TLS).
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

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<Origin, String> {
        Origin::try_from(text.to_owned())
    }

    #[test]
    fn an_address_of_a_party_is_an_origin() {
        for good in ["https://shop.example", "http://[::1]:3000/", "https://bücher.example:8443"] {
            assert!(origin(good).is_ok(), "{good}");
        }
        for wrong in
            ["shop.example", "com.shop.app://callback", "https://shop.example/shop", "https://a@shop.example"]
        {
            assert!(origin(wrong).is_err_and(|why| why.contains(wrong)), "{wrong}");
        }
    }

    #[test]
    fn two_parties_are_at_two_addresses() {
        let at = |text: &str| origin(text).unwrap();
        let twice = Addresses {
            app: Some(at("https://shop.example")),
            logto: Some(at("https://SHOP.example:443")),
            ..Addresses::default()
        };
        assert!(twice.check().unwrap_err().contains("https://shop.example is the address of two parties"));
        let alone = Addresses { app_also: vec![at("https://shop.example")], ..Addresses::default() };
        assert!(alone.check().unwrap_err().contains("needs `app`"));
    }

    #[test]
    fn a_clock_is_off_by_a_signed_length_of_time() {
        assert_eq!(offset("+90s"), Some(SignedDuration::from_secs(90)));
        assert_eq!(offset("-5m"), Some(SignedDuration::from_mins(-5)));
        assert_eq!(offset("1h"), Some(SignedDuration::from_hours(1)));
        for wrong in ["", "+", "--5m", "soon", "90"] {
            assert_eq!(offset(wrong), None, "{wrong}");
        }
    }
}
