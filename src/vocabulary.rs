//! Words that a contract defines: of OAuth and OpenID Connect, of Logto's API, of HTTP. A text that
//! consists only of them reveals nothing about its author; any other text may be a secret.

use mock_huggingface::SCOPES;
use oauth::ErrorCode;
use serde_json::Value;

/// The prefix of Logto's own scopes and of its reserved resources.
pub(crate) const LOGTO_URN: &str = "urn:logto:";

/// The scopes about people in Logto (contract §1.3) that an application may need a permission for.
pub(crate) const USER_SCOPES: [&str; 11] = [
    "profile",
    "email",
    "phone",
    "address",
    "custom_data",
    "identities",
    "roles",
    "urn:logto:scope:organizations",
    "urn:logto:scope:organization_roles",
    "urn:logto:scope:sessions",
    "urn:logto:scope:trusted_devices",
];

/// Whether a scope is one of OpenID Connect or of Logto, which a token for an API resource does not contain.
pub(crate) fn is_user_scope(scope: &str) -> bool {
    matches!(scope, "openid" | "offline_access")
        || scope.starts_with(LOGTO_URN)
        || USER_SCOPES.contains(&scope)
}

/// Words of OAuth 2.0 and OpenID Connect: parameters, their values, claims.
const PROTOCOL: &[&str] = &[
    // Logto's scopes, and those of OpenID Connect Core §5.4 that the provider lacks.
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "offline_access",
    "username",
    "identities",
    "roles",
    "custom_data",
    "sessions",
    "organizations",
    "organization_roles",
    // Grants, responses, modes, prompts (RFC 6749, OpenID Connect Core §3.1.2.1).
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "password",
    "code",
    "token",
    "id_token",
    "none",
    "query",
    "fragment",
    "form_post",
    "login",
    "consent",
    "select_account",
    "create",
    "page",
    "popup",
    "touch",
    "wap",
    "Bearer",
    "bearer",
    "Basic",
    "DPoP",
    "S256",
    "plain",
    // Client authentication and algorithms (OpenID Connect Core §9, RFC 7518 §3).
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "HS256",
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    // Parameters and members.
    "access_token",
    "token_type",
    "expires_in",
    "scope",
    "state",
    "nonce",
    "error",
    "error_description",
    "error_uri",
    "redirect_uri",
    "response_type",
    "client_id",
    "client_secret",
    "grant_type",
    "code_verifier",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
    "id_token_hint",
    "max_age",
    "acr_values",
    "resource",
    // Claims (OpenID Connect Core §2, §5.1), with those of the provider.
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "azp",
    "acr",
    "amr",
    "jti",
    "kid",
    "alg",
    "typ",
    "JWT",
    "at_hash",
    "auth_time",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "picture",
    "website",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "updated_at",
    "isPro",
    "orgs",
    "canPay",
    "fullname",
    "avatar",
    "avatar_url",
    "user_id",
    "uid",
    "id",
    "login",
    "given_name_and_family_name",
    "true",
    "false",
    "null",
    "yes",
    "no",
];

/// Words of Logto's Management API.
const LOGTO: &[&str] = &[
    "huggingface-universal",
    "huggingface",
    "oauth2",
    "oidc",
    "github",
    "google",
    "Social",
    "Traditional",
    "SPA",
    "Native",
    "MachineToMachine",
    "SignIn",
    "Register",
    "SignInAndRegister",
    "Mandatory",
    "Optional",
    "UserControlled",
    "Automatic",
    "Manual",
    "ManualRegistrationOnly",
    "NoPrompt",
    "Totp",
    "WebAuthn",
    "BackupCode",
    "json",
    "query-string",
    "POST",
    "GET",
    "clientId",
    "clientSecret",
    "authorizationEndpoint",
    "tokenEndpoint",
    "userInfoEndpoint",
    "social",
    "direct",
    "sso",
    "register",
    "reset_password",
    "single_sign_on",
    "sign_in",
    "first_screen",
    "direct_sign_in",
];

/// Words of HTTP and its media types.
const HTTP: &[&str] = &[
    "application",
    "text",
    "html",
    "xml",
    "x-www-form-urlencoded",
    "charset",
    "utf-8",
    "UTF-8",
    "no-store",
    "no-cache",
    "max-age",
    "private",
    "public",
    "close",
    "keep-alive",
    "Strict",
    "Lax",
    "None",
    "strict",
    "lax",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "HEAD",
];

/// Whether a text consists of words that a contract defines, of numbers, and of punctuation.
pub(crate) fn is_of_contract(text: &str) -> bool {
    let between = |c: char| c.is_whitespace() || "/;,=:+\"'()".contains(c);
    text.split(between).filter(|word| !word.is_empty()).all(is_word)
}

fn is_word(word: &str) -> bool {
    // A longer number may be a code that was issued to a person.
    let is_number =
        word.len() <= 5 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    is_number
        || [PROTOCOL, LOGTO, HTTP].iter().any(|words| words.contains(&word))
        || SCOPES.iter().any(|(scope, _)| *scope == word)
        || ErrorCode::ALL.iter().any(|code| code.as_str() == word)
        // Reserved names of Logto: `urn:logto:scope:…` splits into words.
        || ["urn", "logto", "scope"].contains(&word)
}

/// Collects the free texts in a value: the hidden parts of URLs, and other texts that no contract
/// defines.
pub(crate) fn free_texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => free_text(text, found),
        Value::Array(items) => items.iter().for_each(|item| free_texts(item, found)),
        Value::Object(members) => members.values().for_each(|value| free_texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

pub(crate) fn free_text(text: &str, found: &mut Vec<String>) {
    if is_of_contract(text) || !crate::placeholder::names(text).is_empty() {
        return;
    }
    if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
        free_texts(&inner, found);
    }
    if is_address(text) {
        found.extend(kit::secret::in_address(text));
    } else {
        // In `Bearer …`, the part after the word is itself a secret.
        let words = text.split_whitespace().filter(|word| *word != text && !is_of_contract(word));
        found.extend(words.map(ToOwned::to_owned));
        found.push(text.to_owned());
    }
}

/// Whether a text is an absolute URL.
pub(crate) fn is_address(text: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    let scheme = text.trim_start().split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.bytes().all(good))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_of_contracts_are_none_of_anybodys() {
        for text in [
            "openid profile email",
            "client_secret_basic",
            "application/json; charset=utf-8",
            "huggingface-universal",
            "invalid_grant",
            "S256",
            "login consent",
            "urn:logto:scope:organizations",
            "",
            "300",
        ] {
            assert!(is_of_contract(text), "{text}");
        }
        for text in ["Bearer LEAK-BEARER-456", "LEAK", "openid ada", "123456", "abc"] {
            assert!(!is_of_contract(text), "{text}");
        }
    }

    #[test]
    fn free_texts_are_found_at_any_depth() {
        let value = json!({
            "scope": "openid", "customConfig": { "apiKey": "k1-secret", "deep": [{ "x": "{\"inner\":\"k2-secret\"}" }] },
            "tokenEndpoint": "https://u:k3-secret@huggingface.co/oauth/token?key=k4-secret#k5-secret", "named": "[APP_SECRET]x",
        });
        let mut found = vec![];
        free_texts(&value, &mut found);
        for secret in ["k1-secret", "k2-secret", "k3-secret", "k4-secret", "k5-secret"] {
            assert!(found.iter().any(|text| text == secret), "{secret}: {found:?}");
        }
        assert!(
            !found.iter().any(|text| text.contains("huggingface.co") || text.contains("APP_SECRET")),
            "{found:?}"
        );
    }
}
