//! Apps in JavaScript and TypeScript.

use super::kinds::{BOTH, FROM_LOGTO, Kind, SECRET, holds, walk};

#[test]
fn express_in_typescript_with_pnpm_and_a_prefix() {
    holds(&Kind {
        project: "express-typescript",
        command: "pnpm run dev",
        url: None,
        variables: &[
            FROM_LOGTO[0],
            FROM_LOGTO[1],
            FROM_LOGTO[2],
            ("PORT", "[APP_PORT]"),
            ("APP_URL", "[APP]"),
        ],
        callback: "[APP]/account/sign-in-callback",
        after: &["[APP]"],
        signed_in: Some(("/", "text Leave")),
        steps: walk!("/account/sign-in", "/account/sign-out"),
        says: &[
            "command: dist/app.js does not exist",
            "src/app.ts:20 shows it only to a person who is signed in",
            "pnpm install",
        ],
    });
}

#[test]
fn express_the_guide_with_values_in_the_code() {
    holds(&Kind {
        project: "express-guide",
        command: "node index.js",
        url: Some("http://localhost:3000"),
        variables: FROM_LOGTO,
        callback: "[APP]/logto/sign-in-callback",
        after: &["[APP]"],
        signed_in: Some(("/", "text Sign Out")),
        steps: walk!("/logto/sign-in", "/logto/sign-out"),
        says: &[
            "index.js:5: endpoint: \"<your-logto-endpoint>\"  ->  process.env.LOGTO_ENDPOINT",
            "index.js:7: appSecret: \"…\"  ->  ",
        ],
    });
}

#[test]
fn next_pages_in_src_with_yarn_and_a_port_in_the_script() {
    holds(&Kind {
        project: "next-pages",
        command: "yarn run dev",
        url: Some("http://localhost:4000"),
        variables: &[
            FROM_LOGTO[0],
            FROM_LOGTO[1],
            FROM_LOGTO[2],
            ("NEXT_PUBLIC_BASE_URL", "[APP]"),
            ("LOGTO_COOKIE_SECRET", SECRET),
        ],
        callback: "[APP]/api/session/sign-in-callback",
        after: &["[APP]"],
        signed_in: Some(("/api/session/user", "member isAuthenticated")),
        steps: walk!("/api/session/sign-in", "/api/session/sign-out"),
        says: &[".next/BUILD_ID does not exist, so the app is started in development mode"],
    });
}

/// A sign-in that no address starts is not claimed to be walked.
#[test]
fn next_server_actions_and_apps_in_a_browser_need_javascript() {
    holds(&Kind {
        project: "next-app-router",
        command: "npm run dev",
        url: None,
        variables: &[FROM_LOGTO[0], FROM_LOGTO[1], FROM_LOGTO[2], ("BASE_URL", "[APP]")],
        callback: "[APP]/callback",
        after: &["[APP]"],
        signed_in: None,
        steps: &["visit: /"],
        says: &["app/page.tsx:8: no address of the app starts a sign-in: a server action needs JavaScript"],
    });
    holds(&Kind {
        project: "react",
        command: "npm run dev",
        url: Some("http://localhost:5173"),
        variables: &[("VITE_LOGTO_ENDPOINT", "[LOGTO]"), ("VITE_LOGTO_APP_ID", "[APP_ID]")],
        callback: "[APP]/callback",
        after: BOTH,
        signed_in: None,
        steps: &["visit: /"],
        says: &["A sign-in with this SDK needs JavaScript"],
    });
}

#[test]
fn next_auth_with_a_provider_of_its_own() {
    holds(&Kind {
        project: "next-auth",
        command: "bun run dev",
        url: None,
        variables: &[
            ("AUTH_COMPANY_ISSUER", "[LOGTO]/oidc"),
            ("AUTH_COMPANY_ID", "[APP_ID]"),
            ("AUTH_COMPANY_SECRET", "[APP_SECRET]"),
            ("AUTH_SECRET", SECRET),
            ("NEXTAUTH_SECRET", SECRET),
            ("NEXTAUTH_URL", "[APP]"),
            ("AUTH_TRUST_HOST", "true"),
        ],
        callback: "[APP]/api/auth/callback/company",
        after: &[],
        signed_in: Some(("/api/auth/session", "member user")),
        steps: &[
            "visit: /",
            "visit: /api/auth/signin",
            "click: Sign in with Company Login",
            "continue_with: huggingface",
            "sign_in_as: ada",
            "visit: /api/auth/signout",
            "click: Sign out",
        ],
        says: &[],
    });
}

#[test]
fn auth_js_mounted_elsewhere() {
    holds(&Kind {
        project: "auth-express",
        command: "npm run start",
        url: None,
        variables: &[
            ("PORT", "[APP_PORT]"),
            ("AUTH_SECRET", SECRET),
            ("AUTH_TRUST_HOST", "true"),
            ("AUTH_LOGTO_ID", "[APP_ID]"),
            ("AUTH_LOGTO_SECRET", "[APP_SECRET]"),
            ("AUTH_LOGTO_ISSUER", "[LOGTO]/oidc"),
        ],
        callback: "[APP]/session/callback/logto",
        after: &[],
        signed_in: Some(("/session/session", "member user")),
        steps: &[
            "visit: /",
            "visit: /session/signin",
            "click: Sign in with Logto",
            "continue_with: huggingface",
            "sign_in_as: ada",
            "visit: /session/signout",
            "click: Sign out",
        ],
        says: &[],
    });
}

#[test]
fn fastify_with_openid_client_in_a_plugin_with_a_prefix() {
    holds(&Kind {
        project: "fastify-openid-client",
        command: "npm run start",
        url: Some("http://localhost:8080"),
        variables: &[
            ("OIDC_ISSUER", "[LOGTO]/oidc"),
            ("OIDC_CLIENT_ID", "[APP_ID]"),
            ("OIDC_CLIENT_SECRET", "[APP_SECRET]"),
        ],
        callback: "[APP]/auth/cb",
        after: &["[APP]/bye"],
        signed_in: Some(("/api/me", "status 200")),
        steps: walk!("/auth/enter", "/auth/leave"),
        says: &["src/auth.js:3: openid-client refuses an issuer over plain HTTP"],
    });
}

#[test]
fn koa_with_passport_and_a_form_that_signs_out() {
    holds(&Kind {
        project: "koa-passport",
        command: "node server.js",
        url: None,
        variables: &[
            ("APP_PORT", "[APP_PORT]"),
            // The code adds `/oidc` itself.
            ("LOGTO_URL", "[LOGTO]"),
            ("LOGTO_CLIENT_ID", "[APP_ID]"),
            ("LOGTO_CLIENT_SECRET", "[APP_SECRET]"),
        ],
        callback: "[APP]/auth/return/callback",
        after: BOTH,
        signed_in: Some(("/", "text Sign me out")),
        steps: &[
            "visit: /",
            "visit: /auth/login",
            "continue_with: huggingface",
            "sign_in_as: ada",
            "visit: /",
            "click: Sign me out",
        ],
        says: &[],
    });
}

#[test]
fn nuxt_with_paths_of_its_own() {
    holds(&Kind {
        project: "nuxt",
        command: "npm run dev",
        url: None,
        variables: &[
            ("NUXT_LOGTO_ENDPOINT", "[LOGTO]"),
            ("NUXT_LOGTO_APP_ID", "[APP_ID]"),
            ("NUXT_LOGTO_APP_SECRET", "[APP_SECRET]"),
            ("NUXT_LOGTO_COOKIE_ENCRYPTION_KEY", SECRET),
        ],
        callback: "[APP]/auth/callback",
        after: BOTH,
        signed_in: Some(("/", "text Sign out")),
        steps: walk!("/login", "/logout"),
        says: &[],
    });
}
