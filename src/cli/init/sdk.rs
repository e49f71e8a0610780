//! What is known of each SDK: one row, and no code of its own.

use super::manifest::{Language, Manifest};

/// An SDK for signing in: how it is recognized, and what its own guide says about it.
#[derive(Debug)]
pub(super) struct Sdk {
    /// How the output calls it.
    pub(super) name: &'static str,
    pub(super) language: Language,
    /// Dependencies that give it away; one that ends with `/` stands for all that begin so.
    pub(super) packages: &'static [&'static str],
    pub(super) paths: Paths,
    /// Variables that the SDK reads by itself. `{ID}` is the provider's name in capitals.
    pub(super) variables: &'static [(&'static str, &'static str)],
    /// The path of its own, and the member of the JSON there, that show that the person is signed in.
    pub(super) signed_in: Option<(&'static str, &'static str)>,
    /// The button on the SDK's own page that starts a sign-in. `{name}` is the provider's.
    pub(super) sign_in_button: Option<&'static str>,
    pub(super) sign_out_button: Option<&'static str>,
    pub(super) after_sign_out: AfterSignOut,
    pub(super) advice: &'static [Advice],
}

/// Who answers when a person signs in and out.
#[derive(Debug)]
pub(super) enum Paths {
    /// The SDK, at these paths below the one where it is mounted.
    Mounted { mount: Mount, sign_in: &'static str, callback: &'static str, sign_out: &'static str },
    /// The app's own handlers. The paths are those of the SDK's guide.
    Handlers { sign_in: &'static str, callback: &'static str, sign_out: &'static str },
    /// The browser: the scripted one runs no JavaScript.
    Browser,
}

/// Where an SDK is mounted, if the code says it.
#[derive(Debug)]
pub(super) struct Mount {
    pub(super) default: &'static str,
    /// Options of the SDK that change it.
    pub(super) options: &'static [&'static str],
    /// A call on the same line as the path.
    pub(super) handlers: &'static [&'static str],
    /// The name of the file whose folder is the path, where paths are folders.
    pub(super) files: &'static [&'static str],
}

/// Where Logto sends people after a sign-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterSignOut {
    /// The app says it.
    App,
    /// The app's address without a slash.
    Origin,
    /// The SDK does not sign out at Logto.
    Never,
}

/// What has to be in the code for a sign-in on this machine.
#[derive(Debug)]
pub(super) struct Advice {
    /// Since this major version.
    pub(super) since: u32,
    /// The line that it is about contains this.
    pub(super) about: &'static str,
    /// All is well if the code contains this.
    pub(super) unless: &'static str,
    pub(super) text: &'static str,
}

const GUIDE: Paths = Paths::Handlers { sign_in: "/sign-in", callback: "/callback", sign_out: "/sign-out" };
const USUAL: Paths = Paths::Handlers { sign_in: "/login", callback: "/callback", sign_out: "/logout" };
const UNDER_AUTH: Paths = mounted(
    "/auth",
    &["basePath"],
    &["ExpressAuth("],
    &["[...auth]"],
    ["/signin", "/callback/{id}", "/signout"],
);

const fn mounted(
    default: &'static str,
    options: &'static [&'static str],
    handlers: &'static [&'static str],
    files: &'static [&'static str],
    [sign_in, callback, sign_out]: [&'static str; 3],
) -> Paths {
    Paths::Mounted { mount: Mount { default, options, handlers, files }, sign_in, callback, sign_out }
}

const LOGTOS_ROUTES: [&str; 3] = ["/sign-in", "/sign-in-callback", "/sign-out"];

/// A row of which most is as usual.
const fn row(name: &'static str, language: Language, packages: &'static [&'static str], paths: Paths) -> Sdk {
    Sdk {
        name,
        language,
        packages,
        paths,
        variables: &[],
        signed_in: None,
        sign_in_button: None,
        sign_out_button: None,
        after_sign_out: AfterSignOut::App,
        advice: &[],
    }
}

const AUTH_JS: Sdk = Sdk {
    variables: &[
        ("AUTH_SECRET", "{local secret}"),
        ("AUTH_TRUST_HOST", "true"),
        ("AUTH_{ID}_ID", "[APP_ID]"),
        ("AUTH_{ID}_SECRET", "[APP_SECRET]"),
        ("AUTH_{ID}_ISSUER", "[LOGTO]/oidc"),
    ],
    signed_in: Some(("/session", "user")),
    sign_in_button: Some("Sign in with {name}"),
    sign_out_button: Some("Sign out"),
    after_sign_out: AfterSignOut::Never,
    ..row("Auth.js", Language::JavaScript, &["@auth/"], UNDER_AUTH)
};

/// The first row that fits counts: SDKs of a framework are before those that they are built on.
pub(super) static SDKS: &[Sdk] = &[
    Sdk {
        signed_in: Some(("/user", "isAuthenticated")),
        after_sign_out: AfterSignOut::Origin,
        ..row(
            "@logto/next",
            Language::JavaScript,
            &["@logto/next"],
            mounted("/api/logto", &[], &[], &["[action]", "[...action]"], LOGTOS_ROUTES),
        )
    },
    Sdk {
        after_sign_out: AfterSignOut::Origin,
        ..row(
            "@logto/express",
            Language::JavaScript,
            &["@logto/express"],
            mounted("/logto", &["authRoutesPrefix"], &[], &[], LOGTOS_ROUTES),
        )
    },
    Sdk {
        variables: &[
            ("NUXT_LOGTO_ENDPOINT", "[LOGTO]"),
            ("NUXT_LOGTO_APP_ID", "[APP_ID]"),
            ("NUXT_LOGTO_APP_SECRET", "[APP_SECRET]"),
            ("NUXT_LOGTO_COOKIE_ENCRYPTION_KEY", "{local secret}"),
        ],
        ..row(
            "@logto/nuxt",
            Language::JavaScript,
            &["@logto/nuxt"],
            mounted("", &[], &[], &[], ["/sign-in", "/callback", "/sign-out"]),
        )
    },
    row("@logto/sveltekit", Language::JavaScript, &["@logto/sveltekit"], GUIDE),
    row(
        "@logto/remix",
        Language::JavaScript,
        &["@logto/remix"],
        Paths::Handlers {
            sign_in: "/api/logto/sign-in",
            callback: "/api/logto/callback",
            sign_out: "/api/logto/sign-out",
        },
    ),
    Sdk {
        name: "next-auth",
        packages: &["next-auth"],
        paths: mounted(
            "/api/auth",
            &["basePath"],
            &[],
            &["[...nextauth]"],
            ["/signin", "/callback/{id}", "/signout"],
        ),
        variables: &[
            ("AUTH_SECRET", "{local secret}"),
            ("NEXTAUTH_SECRET", "{local secret}"),
            ("NEXTAUTH_URL", "[APP]"),
            ("AUTH_TRUST_HOST", "true"),
            ("AUTH_{ID}_ID", "[APP_ID]"),
            ("AUTH_{ID}_SECRET", "[APP_SECRET]"),
            ("AUTH_{ID}_ISSUER", "[LOGTO]/oidc"),
        ],
        ..AUTH_JS
    },
    AUTH_JS,
    Sdk {
        variables: &[
            ("ISSUER_BASE_URL", "[LOGTO]/oidc"),
            ("CLIENT_ID", "[APP_ID]"),
            ("CLIENT_SECRET", "[APP_SECRET]"),
            ("BASE_URL", "[APP]"),
            ("SECRET", "{local secret}"),
        ],
        ..row(
            "express-openid-connect",
            Language::JavaScript,
            &["express-openid-connect"],
            mounted("", &[], &[], &[], ["/login", "/callback", "/logout"]),
        )
    },
    row("@logto/node", Language::JavaScript, &["@logto/node"], GUIDE),
    Sdk {
        advice: &[Advice {
            since: 6,
            about: "discovery(",
            unless: "allowInsecureRequests",
            text: "openid-client refuses an issuer over plain HTTP, as the run has it: pass `undefined, { execute: [client.allowInsecureRequests] }` after the secret where the issuer is not HTTPS",
        }],
        ..row("openid-client", Language::JavaScript, &["openid-client"], USUAL)
    },
    row("passport-openidconnect", Language::JavaScript, &["passport-openidconnect"], USUAL),
    row(
        "an OAuth client",
        Language::JavaScript,
        &["@fastify/oauth2", "oauth4webapi", "arctic", "simple-oauth2", "passport-oauth2", "grant"],
        USUAL,
    ),
    row(
        "an SDK for browsers",
        Language::JavaScript,
        &[
            "@logto/react",
            "@logto/vue",
            "@logto/browser",
            "@logto/chrome-extension",
            "oidc-client-ts",
            "react-oidc-context",
            "angular-auth-oidc-client",
            "angular-oauth2-oidc",
        ],
        Paths::Browser,
    ),
    Sdk {
        advice: &[Advice {
            since: 2,
            about: ".SignIn(",
            unless: "SignInOptions",
            text: "since v2, `SignIn` takes options, and this line does not compile: write `SignInWithRedirectUri` in place of `SignIn`",
        }],
        ..row(
            "github.com/logto-io/go",
            Language::Go,
            &["github.com/logto-io/go", "github.com/logto-io/go/"],
            GUIDE,
        )
    },
    row(
        "an OpenID Connect client",
        Language::Go,
        &[
            "github.com/coreos/go-oidc",
            "github.com/coreos/go-oidc/",
            "github.com/zitadel/oidc/",
            "github.com/markbates/goth",
            "golang.org/x/oauth2",
        ],
        USUAL,
    ),
    row("logto", Language::Python, &["logto"], GUIDE),
    Sdk {
        sign_out_button: Some(""),
        ..row(
            "mozilla-django-oidc",
            Language::Python,
            &["mozilla-django-oidc"],
            Paths::Mounted {
                mount: Mount {
                    default: "/oidc",
                    options: &[],
                    handlers: &["mozilla_django_oidc.urls"],
                    files: &[],
                },
                sign_in: "/authenticate/",
                callback: "/callback/",
                sign_out: "/logout/",
            },
        )
    },
    row("Authlib", Language::Python, &["authlib"], USUAL),
    row(
        "an OAuth client",
        Language::Python,
        &["flask-oidc", "oauthlib", "requests-oauthlib", "oic", "django-allauth", "social-auth-app-django"],
        USUAL,
    ),
    Sdk {
        sign_out_button: Some("Log Out"),
        after_sign_out: AfterSignOut::Never,
        advice: &[Advice {
            since: 0,
            about: "oauth2Login",
            unless: "ES384",
            text: "Logto signs ID tokens with ES384, and Spring Security accepts RS256 only: add a bean `JwtDecoderFactory<ClientRegistration>` that resolves to `SignatureAlgorithm.ES384`",
        }],
        ..row(
            "Spring Security's OAuth2 client",
            Language::Java,
            &[
                "spring-boot-starter-oauth2-client",
                "spring-boot-starter-security-oauth2-client",
                "spring-security-oauth2-client",
            ],
            Paths::Mounted {
                mount: Mount { default: "", options: &[], handlers: &[], files: &[] },
                sign_in: "/oauth2/authorization/{id}",
                callback: "/login/oauth2/code/{id}",
                sign_out: "/logout",
            },
        )
    },
    Sdk {
        variables: &[
            ("QUARKUS_OIDC_AUTH_SERVER_URL", "[LOGTO]/oidc"),
            ("QUARKUS_OIDC_CLIENT_ID", "[APP_ID]"),
            ("QUARKUS_OIDC_CREDENTIALS_SECRET", "[APP_SECRET]"),
            ("QUARKUS_HTTP_PORT", "[APP_PORT]"),
        ],
        ..row("quarkus-oidc", Language::Java, &["quarkus-oidc"], USUAL)
    },
    row("logto/sdk", Language::Php, &["logto/sdk"], GUIDE),
    row(
        "an OpenID Connect client",
        Language::Php,
        &["jumbojett/openid-connect-php", "league/oauth2-client", "laravel/socialite", "socialiteproviders/"],
        USUAL,
    ),
    row("logto", Language::Rust, &["logto"], GUIDE),
    row("an OpenID Connect client", Language::Rust, &["openidconnect", "axum-oidc", "oauth2"], USUAL),
];

/// What is assumed of an app without a known SDK.
pub(super) fn unknown(language: Language) -> Sdk {
    row("", language, &[], GUIDE)
}

/// The SDK of an app, and the dependency that gave it away.
pub(super) fn recognized(manifest: &Manifest) -> Option<(&'static Sdk, &str)> {
    SDKS.iter().filter(|sdk| sdk.language == manifest.language).find_map(|sdk| {
        let fits = |name: &str| {
            sdk.packages
                .iter()
                .any(|package| name == *package || package.ends_with('/') && name.starts_with(package))
        };
        manifest.dependencies.keys().find(|name| fits(name)).map(|name| (sdk, name.as_str()))
    })
}
