//! Apps in Go and Rust.

use super::kinds::{BOTH, FROM_LOGTO, Kind, holds, walk};

#[test]
fn go_the_guide_with_values_in_the_code() {
    holds(&Kind {
        project: "go-guide",
        command: "go run .",
        url: Some("http://localhost:3000"),
        variables: FROM_LOGTO,
        callback: "[APP]/callback",
        after: &["[APP]"],
        signed_in: Some(("/", "text You are logged in to this website! :)")),
        steps: walk!("/sign-in", "/sign-out"),
        says: &[
            "main.go:13: Endpoint: \"https://shop.logto.app/\"  ->  os.Getenv(\"LOGTO_ENDPOINT\") (and add `import \"os\"`)",
            "main.go:14: AppId: \"…\"  ->  os.Getenv(\"LOGTO_APP_ID\")",
            "main.go:15: AppSecret: \"…\"  ->  os.Getenv(\"LOGTO_APP_SECRET\")",
            "main.go:29: since v2, `SignIn` takes options",
        ],
    });
}

#[test]
fn go_oidc_with_a_group_of_routes_and_a_package_of_its_own() {
    holds(&Kind {
        project: "go-oidc-chi",
        command: "go run ./cmd/server",
        url: None,
        variables: &[
            ("LISTEN_ADDR", "127.0.0.1:[APP_PORT]"),
            ("OIDC_ISSUER", "[LOGTO]/oidc"),
            ("OIDC_CLIENT_ID", "[APP_ID]"),
            ("OIDC_CLIENT_SECRET", "[APP_SECRET]"),
            ("PUBLIC_URL", "[APP]"),
        ],
        callback: "[APP]/auth/done",
        after: BOTH,
        signed_in: Some(("/profile", "status 200")),
        // The sign-out answers to a form, whose page is not in the project.
        steps: &["visit: /", "visit: /auth/start", "continue_with: huggingface", "sign_in_as: ada"],
        says: &["post_logout_redirect_uris: the code does not show where people go after a sign-out"],
    });
}

#[test]
fn axum_with_some_values_in_the_code() {
    holds(&Kind {
        project: "axum-openidconnect",
        command: "cargo run",
        url: Some("http://localhost:3030"),
        variables: &[("OIDC_ISSUER", "[LOGTO]/oidc"), FROM_LOGTO[1], FROM_LOGTO[2]],
        callback: "[APP]/auth/callback",
        after: BOTH,
        signed_in: Some(("/", "text Log out")),
        steps: walk!("/auth/login", "/auth/logout"),
        says: &[
            "src/main.rs:18: ClientId::new(\"…\")  ->  ClientId::new(std::env::var(\"LOGTO_APP_ID\").unwrap())",
        ],
    });
}
