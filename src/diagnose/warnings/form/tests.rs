use super::*;

fn of_secret(text: &str) -> Option<Warning> {
    secret(text).map(|(warning, _)| warning)
}

#[test]
fn texts_that_are_not_secrets() {
    for (text, expected) in [
        ("<client-secret>", Warning::Placeholder),
        ("<your client secret>", Warning::Placeholder),
        ("your-client-secret", Warning::Placeholder),
        ("YOUR_CLIENT_SECRET", Warning::Placeholder),
        ("{client_secret}", Warning::Placeholder),
        ("changeme", Warning::Placeholder),
        ("Change-Me", Warning::Placeholder),
        ("xxxxxxxx", Warning::Placeholder),
        ("xxxx-xxxx", Warning::Placeholder),
        ("TODO", Warning::Placeholder),
        ("replace-with-your-client-secret", Warning::Placeholder),
        ("${HF_CLIENT_SECRET}", Warning::VariableNotExpanded),
        ("${secret}", Warning::VariableNotExpanded),
        ("${HF_CLIENT_SECRET:-}", Warning::VariableNotExpanded),
        ("oauth_app_secret_${HF_SECRET}", Warning::VariableNotExpanded),
        ("$HF_CLIENT_SECRET", Warning::VariableNotExpanded),
        ("%HF_CLIENT_SECRET%", Warning::VariableNotExpanded),
        ("{{hf_client_secret}}", Warning::VariableNotExpanded),
        ("{{ .Values.hf.secret }}", Warning::VariableNotExpanded),
        ("${{ secrets.HF_CLIENT_SECRET }}", Warning::VariableNotExpanded),
        ("process.env.HF_CLIENT_SECRET", Warning::VariableNotExpanded),
        ("$(HF_CLIENT_SECRET)", Warning::VariableNotExpanded),
        ("__HF_CLIENT_SECRET__", Warning::VariableNotExpanded),
        ("••••••••••••", Warning::MaskedValue),
        ("****", Warning::MaskedValue),
        ("............", Warning::MaskedValue),
        ("…o7B", Warning::MaskedValue),
        ("oauth_app_secret_••••••", Warning::MaskedValue),
        ("oauth_****7B", Warning::MaskedValue),
        ("[REDACTED]", Warning::MaskedValue),
        ("hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh", Warning::AccessTokenAsSecret),
        ("eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiIxIn0.abc", Warning::AccessTokenAsSecret),
        ("Bearer oauth_app_secret_AbCdEfGhIjKlMnOpQrStUvWx", Warning::SecretHasPrefix),
        ("basic dXNlcjpwYXNz", Warning::SecretHasPrefix),
        ("client_secret=oauth_app_secret_AbCdEfGhIjKlMnOp", Warning::SecretHasPrefix),
        ("oauth_app_secret_", Warning::SecretIncomplete),
        ("oauth_app_sec", Warning::SecretIncomplete),
        ("oauth_app_secret_AbC", Warning::SecretIncomplete),
        ("oauth_app_secret_AbCdEfGhIjKl...", Warning::SecretIncomplete),
        ("oauth_app_secret_AbCd\nEfGhIjKl\nMnOp", Warning::InnerWhitespace),
        ("oauth_app_secret_AbCdEf\u{200b}GhIjKlMn", Warning::InnerWhitespace),
        ("oauth_app_secret_AbCdEf GhIjKlMn", Warning::InnerWhitespace),
        ("oauth_app_secret_АbCdEfGhIjKl", Warning::LookAlikeCharacter),
        ("oauth_app_secret_AbCd–EfGhIjKl", Warning::LookAlikeCharacter),
        ("“oauth_app_secret_AbCdEfGhIjKl”", Warning::LookAlikeCharacter),
    ] {
        assert_eq!(of_secret(text), Some(expected), "{text}");
    }
}

#[test]
fn any_character_may_be_in_a_real_secret() {
    for text in [
        "oauth_app_secret_kT4vZq8LwX2mNb6RcJ1yHs9PdGfAeU3o7B",
        "oauth_app_secret_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "oauth_app_secret_AbCdEfGh",
        "a+b%c!d?e:f&g=h#i~j",
        "p$ss${w0rd}x",
        "$2b$10$N9qo8uLOickgx2ZMRZoMye",
        "%41%42%43",
        "A$B{C}<D>[E]",
        "100%sure%",
        "{k9}",
        "<9>",
        "Zr7pQw2nXv5kLm8tYb1cJd4fGh6sAa9e",
        "your-dog-is-a-good-dog-42",
        "mysecretary",
        "theta-clientele",
        "hf_short",
        "a**b**c",
        "a..b..c",
        "Basically",
        "bearers-of-arms",
        "пароль-и-ключ",
        "geheimnis-ü-ß-é",
        "密码很长很长",
        "xoxb-1234-xxx",
        "_",
        "x",
        "12345678",
    ] {
        assert_eq!(of_secret(text), None, "{text}");
    }
}

#[test]
fn ids_may_be_anything_that_is_not_something_else() {
    let of_id = |text: &str| id(text).map(|(warning, _)| warning);
    for text in [
        "5fbf7d1c-0f4e-4b5e-8a0e-9c6f3b0d2a1e",
        "dummy-app",
        "k9x2m4c7v1b5n8z3q6w0e",
        "my-shop",
        "demo_client",
        "a/b",
        "urn:example:client",
        "xyz",
    ] {
        assert_eq!(of_id(text), None, "{text}");
    }
    for (text, expected) in [
        ("https://huggingface.co/settings/applications/0a7b6c5d", Warning::ClientIdNotAnId),
        ("hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh", Warning::ClientIdNotAnId),
        ("ada@example.com", Warning::ClientIdNotAnId),
        ("<your-client-id>", Warning::Placeholder),
        ("${HF_CLIENT_ID}", Warning::VariableNotExpanded),
        ("5fbf7d1c–0f4e-4b5e-8a0e-9c6f3b0d2a1e", Warning::LookAlikeCharacter),
        ("5fbf7d1c-0f4e\u{200b}-4b5e-8a0e-9c6f3b0d2a1e", Warning::InnerWhitespace),
    ] {
        assert_eq!(of_id(text), Some(expected), "{text}");
    }
}

#[test]
fn addresses_of_templates() {
    for text in [
        "https://<your-logto>/callback/x",
        "https://your-tenant.logto.app/x",
        "https://{tenant}.logto.app/x",
        "${APP_URL}/callback",
    ] {
        assert!(unfilled_address(text).is_some(), "{text}");
    }
    for text in [
        "https://*.shop.example/callback",
        "https://shop.example/callback?x={y}",
        "https://shop.example.com/callback/**",
        "com.shop.app://callback",
        "http://[::1]:3000/callback",
        "https://bücher.example/callback",
        "https://yours.example/callback",
        "https://shop.example/%7Buser%7D",
    ] {
        assert_eq!(unfilled_address(text), None, "{text}");
    }
}
