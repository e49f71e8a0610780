//! What becomes of each member of Logto's records: the twin has it, it has nothing to do with a
//! sign-in, or it is not checked, and the report says so.
//!
//! The names are those of Logto's Management API. A member that is missing here is reported as not
//! checked, so a new version of Logto cannot add one that is passed over in silence.

use serde_json::{Map, Value};

/// A record of Logto.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    /// `GET /api/applications/:id`.
    Application,
    /// `GET /api/sign-in-exp`.
    SignInExperience,
    /// `GET /api/connectors/:id`.
    Connector,
}

/// A member of a record.
struct Member {
    /// Its name; a dot leads into an object.
    name: &'static str,
    /// What Logto stores in it.
    holds: Holds,
    /// What becomes of it.
    becomes: Becomes,
}

/// What Logto stores in a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Flag,
    Number,
    List,
    Texts,
    Object,
    OneOf(&'static [&'static str]),
    EachOf(&'static [&'static str]),
    /// The same, or `null`.
    TextOrNull,
    ListOrNull,
    ObjectOrNull,
}

/// What becomes of a member.
#[derive(Debug, Clone, Copy)]
enum Becomes {
    /// The twin has it, or its reader checks it.
    Used,
    /// It has nothing to do with a sign-in: why, for the documentation.
    Irrelevant(
        #[cfg_attr(not(test), expect(dead_code, reason = "a test writes it into the documentation"))]
        &'static str,
    ),
    /// It may matter where the condition holds, and is not checked: what the report says.
    NotChecked(fn(&Value) -> bool, &'static str),
}

use Becomes::{Irrelevant, NotChecked, Used};
use Holds::{EachOf, Flag, List, ListOrNull, Number, Object, ObjectOrNull, OneOf, Text, TextOrNull, Texts};

const LOOKS: Becomes = Irrelevant("it changes how Logto's page looks");
const NAMES: Becomes = Irrelevant("it is for people who read the Logto console");
const OTHER_WAYS: Becomes = Irrelevant("it is about other ways to sign in");
const LIFETIME: Becomes = Irrelevant("it is about what happens after the sign-in");

const fn member(name: &'static str, holds: Holds, becomes: Becomes) -> Member {
    Member { name, holds, becomes }
}

const APPLICATION: &[Member] = &[
    member("tenantId", Text, NAMES),
    member("id", Text, Used),
    member("name", Text, NAMES),
    member("secret", Text, Used),
    member("description", TextOrNull, NAMES),
    member("type", Text, Used),
    member("oidcClientMetadata", Object, Used),
    member("oidcClientMetadata.redirectUris", Texts, Used),
    member("oidcClientMetadata.postLogoutRedirectUris", Texts, Used),
    member("oidcClientMetadata.logoUri", Text, LOOKS),
    member("oidcClientMetadata.backchannelLogoutUri", Text, LIFETIME),
    member("oidcClientMetadata.backchannelLogoutSessionRequired", Flag, LIFETIME),
    member("customClientMetadata", Object, Used),
    member("customClientMetadata.alwaysIssueRefreshToken", Flag, Used),
    member("customClientMetadata.rotateRefreshToken", Flag, Used),
    member("customClientMetadata.refreshTokenTtl", Number, Used),
    member("customClientMetadata.refreshTokenTtlInDays", Number, Used),
    member("customClientMetadata.idTokenTtl", Number, Used),
    member("customClientMetadata.maxAllowedGrants", Number, Used),
    member("customClientMetadata.allowTokenExchange", Flag, Used),
    member("customClientMetadata.tenantId", Text, NAMES),
    member(
        "customClientMetadata.corsAllowedOrigins",
        Texts,
        Irrelevant("Logto also accepts the origins of the redirect URIs"),
    ),
    member("customClientMetadata.isDeviceFlow", Flag, Used),
    member(
        "protectedAppMetadata",
        ObjectOrNull,
        Irrelevant("only protected apps have it, and they are refused"),
    ),
    member("customData", Object, NAMES),
    member("isThirdParty", Flag, Used),
    member(
        "appLevelAccessControlEnabled",
        Flag,
        NotChecked(
            is_set,
            "Which people may use the app (access control, `appLevelAccessControlEnabled`): the twin lets everyone in. \
             Others see `access_denied` when they return to the app.",
        ),
    ),
    member("createdAt", Number, NAMES),
    member("isAdmin", Flag, Irrelevant("it is about roles of machine-to-machine applications")),
    // Members that are added to the record by hand, from other answers of the API.
    member("secrets", ListOrNull, Used),
    member("userConsentScopes", ObjectOrNull, Used),
];

const SIGN_IN_EXPERIENCE: &[Member] = &[
    member("tenantId", Text, NAMES),
    member("id", Text, NAMES),
    member("color", Object, LOOKS),
    member("branding", Object, LOOKS),
    member("hideLogtoBranding", Flag, LOOKS),
    member("languageInfo", Object, LOOKS),
    member("customCss", TextOrNull, LOOKS),
    member("customContent", Object, LOOKS),
    member("customUiCsp", Object, LOOKS),
    member("supportEmail", TextOrNull, LOOKS),
    member("supportWebsiteUrl", TextOrNull, LOOKS),
    member("termsOfUseUrl", TextOrNull, LOOKS),
    member("privacyPolicyUrl", TextOrNull, LOOKS),
    member(
        "customUiAssets",
        ObjectOrNull,
        NotChecked(is_set, "Your own sign-in page (`customUiAssets`): the twin shows Logto's."),
    ),
    member("signUp", Object, Used),
    member("signUp.identifiers", EachOf(&["username", "email", "phone"]), Used),
    member("signUp.password", Flag, Used),
    member("signUp.verify", Flag, Used),
    member("signUp.secondaryIdentifiers", List, Used),
    member("signIn", Object, OTHER_WAYS),
    member("socialSignIn", Object, Used),
    member("socialSignIn.automaticAccountLinking", Flag, Used),
    member("socialSignIn.skipRequiredIdentifiers", Flag, Used),
    member("socialSignInConnectorTargets", Texts, Used),
    member("signInMode", OneOf(&["SignIn", "Register", "SignInAndRegister"]), Used),
    member(
        "agreeToTermsPolicy",
        OneOf(&["Automatic", "ManualRegistrationOnly", "Manual"]),
        NotChecked(
            |policy| policy != "Automatic",
            "Whether people agree to the terms (`agreeToTermsPolicy`): the person in the twin is not asked.",
        ),
    ),
    member(
        "mfa",
        Object,
        NotChecked(
            has_factors,
            "Multi-factor authentication (`mfa`): the twin asks for no second factor. Depending on the policy, Logto asks \
             people to set one up when they register or sign in.",
        ),
    ),
    member(
        "adaptiveMfa",
        Object,
        NotChecked(
            is_enabled,
            "Adaptive multi-factor authentication (`adaptiveMfa`): the twin asks for no second factor.",
        ),
    ),
    member("trustedDevice", Object, Irrelevant("it only spares people a second factor")),
    member(
        "passkeySignIn",
        Object,
        NotChecked(
            is_enabled,
            "Passkeys (`passkeySignIn`): the twin does not offer to set one up after the sign-in.",
        ),
    ),
    member(
        "captchaPolicy",
        Object,
        NotChecked(
            is_enabled,
            "The captcha (`captchaPolicy`): the twin shows none. Logto does not ask people for one who come back from \
             Hugging Face.",
        ),
    ),
    member(
        "singleSignOnEnabled",
        Flag,
        NotChecked(
            is_set,
            "Enterprise single sign-on (`singleSignOnEnabled`): its connectors are not in the input. People whose e-mail \
             domain belongs to one cannot sign in with Hugging Face.",
        ),
    ),
    member("emailBlocklistPolicy", Object, Used),
    member("emailBlocklistPolicy.customBlocklist", Texts, Used),
    member("emailBlocklistPolicy.blockSubaddressing", Flag, Used),
    member(
        "emailBlocklistPolicy.customAllowlist",
        Texts,
        NotChecked(
            is_set,
            "The e-mail allowlist (`emailBlocklistPolicy.customAllowlist`): the address of the person in the twin counts as \
             allowed. People with others are refused.",
        ),
    ),
    member(
        "emailBlocklistPolicy.blockDisposableAddresses",
        Flag,
        NotChecked(
            is_set,
            "Disposable e-mail addresses (`emailBlocklistPolicy.blockDisposableAddresses`): people with one are refused.",
        ),
    ),
    member(
        "signUpProfileFields",
        ListOrNull,
        NotChecked(
            is_set,
            "Profile fields of the sign-up form (`signUpProfileFields`): the twin does not ask new people for them.",
        ),
    ),
    member("passwordPolicy", Object, OTHER_WAYS),
    member("passwordExpiration", Object, OTHER_WAYS),
    member("forgotPasswordMethods", ListOrNull, OTHER_WAYS),
    member("sentinelPolicy", Object, OTHER_WAYS),
    member("verificationCodePolicy", Object, OTHER_WAYS),
    member("usernamePolicy", Object, Irrelevant("it applies to the username that a person types")),
    member("unknownSessionRedirectUrl", TextOrNull, Irrelevant("it applies where no sign-in is under way")),
    // Further members of `GET /api/.well-known/sign-in-exp`.
    member("socialConnectors", List, Irrelevant("the connector is given on its own")),
    member(
        "ssoConnectors",
        List,
        NotChecked(
            is_set,
            "Enterprise connectors (`ssoConnectors`): people whose e-mail domain belongs to one cannot sign in with Hugging \
             Face.",
        ),
    ),
    member(
        "customProfileFields",
        List,
        NotChecked(
            is_set,
            "Custom profile fields (`customProfileFields`): the twin does not ask new people for them.",
        ),
    ),
    member(
        "customProfileFieldCatalog",
        List,
        Irrelevant("it is the catalog that the fields are chosen from"),
    ),
    member("forgotPassword", Object, OTHER_WAYS),
    member("googleOneTap", Object, OTHER_WAYS),
    member("isDevelopmentTenant", Flag, LOOKS),
];

const CONNECTOR: &[Member] = &[
    member("tenantId", Text, NAMES),
    member("id", Text, Used),
    member("connectorId", Text, Used),
    member("target", Text, Used),
    member("metadata", Object, Used),
    member("config", ObjectOrNull, Used),
    member("syncProfile", Flag, Used),
    member(
        "enableTokenStorage",
        Flag,
        NotChecked(
            is_set,
            "Token storage (`enableTokenStorage`): the twin does not keep Hugging Face's tokens.",
        ),
    ),
    member("createdAt", Number, NAMES),
    member("connectorName", Object, NAMES),
    member("name", Object, NAMES),
    member("description", Object, NAMES),
    member("readme", Text, NAMES),
    member("configTemplate", Text, NAMES),
    member("formItems", List, NAMES),
    member("extraInfo", Object, NAMES),
    member("logo", Text, LOOKS),
    member("logoDark", TextOrNull, LOOKS),
    member("platform", TextOrNull, Irrelevant("there is one connector for every platform")),
    member("type", Text, Irrelevant("`connectorId` says it too")),
    member("isStandard", Flag, Irrelevant("`connectorId` says it too")),
    member("isDemo", Flag, Irrelevant("connectors for Hugging Face are not demos")),
    member("isTokenStorageSupported", Flag, Irrelevant("it does not switch token storage on")),
    member("usage", Number, NAMES),
];

impl Record {
    fn members(self) -> &'static [Member] {
        match self {
            Self::Application => APPLICATION,
            Self::SignInExperience => SIGN_IN_EXPERIENCE,
            Self::Connector => CONNECTOR,
        }
    }

    /// The names of the record's own members, or of those of an object in it.
    pub(super) fn names(self, object: Option<&str>) -> Vec<&'static str> {
        let within = |name: &'static str| match object {
            None => Some(name).filter(|name| !name.contains('.')),
            Some(object) => name.strip_prefix(object)?.strip_prefix('.'),
        };
        self.members().iter().filter_map(|member| within(member.name)).collect()
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::SignInExperience => "sign-in experience",
            Self::Connector => "connector",
        }
    }

    /// What a record contains that is not checked, in sentences for the report.
    pub(super) fn not_checked(self, record: &Map<String, Value>) -> Vec<String> {
        let known = self.members().iter().filter_map(|member| match member.becomes {
            NotChecked(matters, says) => {
                at(record, member.name).filter(|value| matters(value)).map(|_| says.to_owned())
            }
            Used | Irrelevant(_) => None,
        });
        let strangers: Vec<String> =
            self.strangers(record).into_iter().map(|name| format!("`{name}`")).collect();
        let strangers = (!strangers.is_empty()).then(|| {
            format!("What {} in the record of the {} means: not checked.", strangers.join(", "), self.noun())
        });
        known.chain(strangers).collect()
    }

    /// Whether a record has a member that only this kind of record has.
    pub(super) fn knows_any(self, record: &Map<String, Value>) -> bool {
        let mut own = self.members().iter().filter(|member| !matches!(member.becomes, Irrelevant(_)));
        own.any(|member| record.contains_key(member.name))
    }

    /// Members that this list does not have, by their path. `null` says nothing.
    pub(super) fn strangers(self, record: &Map<String, Value>) -> Vec<String> {
        let listed = |path: &str| self.members().iter().any(|member| member.name == path);
        // An object whose members are listed one by one.
        let opened = |path: &str| {
            self.members()
                .iter()
                .any(|member| member.name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
        };
        let mut found = Vec::new();
        for (name, value) in record.iter().filter(|(_, value)| !value.is_null()) {
            if !listed(name) {
                found.push(name.clone());
            } else if let (true, Value::Object(inner)) = (opened(name), value) {
                let paths = inner
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(inner, _)| format!("{name}.{inner}"));
                found.extend(paths.filter(|path| !listed(path)));
            }
        }
        found
    }

    /// The first member that matters and whose value Logto never stores.
    pub(super) fn misfit(self, record: &Map<String, Value>) -> Option<Misfit> {
        let mut matter = self.members().iter().filter(|member| !matches!(member.becomes, Irrelevant(_)));
        matter.find_map(|member| {
            let value = at(record, member.name)?;
            let should = member.holds.differs(value)?;
            Some(Misfit { path: member.name, value: value.clone(), should })
        })
    }
}

/// A value that Logto never stores in a member.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Misfit {
    pub(super) path: &'static str,
    pub(super) value: Value,
    /// What Logto stores there, in words.
    pub(super) should: String,
}

impl Holds {
    /// What Logto stores instead of this value, in words; `None` if it could store it.
    fn differs(self, value: &Value) -> Option<String> {
        let (fits, should) = match self {
            Text => (value.is_string(), "text"),
            Flag => (value.is_boolean(), "true or false"),
            Number => (value.is_number(), "a number"),
            List => (value.is_array(), "a list"),
            Texts => (
                value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
                "a list of strings",
            ),
            Object => (value.is_object(), "an object"),
            OneOf(words) => {
                let fits = value.as_str().is_some_and(|word| words.contains(&word));
                return (!fits).then(|| format!("one of {}", words.join(", ")));
            }
            EachOf(words) => {
                let fits = |item: &Value| item.as_str().is_some_and(|word| words.contains(&word));
                let fits = value.as_array().is_some_and(|items| items.iter().all(fits));
                return (!fits).then(|| format!("a list, each of {}", words.join(", ")));
            }
            TextOrNull => (value.is_string() || value.is_null(), "text, or null"),
            ListOrNull => (value.is_array() || value.is_null(), "a list, or null"),
            ObjectOrNull => (value.is_object() || value.is_null(), "an object, or null"),
        };
        (!fits).then(|| should.to_owned())
    }
}

fn at<'r>(record: &'r Map<String, Value>, path: &str) -> Option<&'r Value> {
    match path.split_once('.') {
        None => record.get(path),
        Some((outer, inner)) => record.get(outer)?.get(inner),
    }
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(set) => *set,
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

fn is_enabled(policy: &Value) -> bool {
    policy.get("enabled") == Some(&Value::Bool(true))
}

fn has_factors(mfa: &Value) -> bool {
    mfa.get("factors").is_some_and(is_set)
}

#[cfg(test)]
mod tests;
