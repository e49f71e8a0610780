//! Apps in Python.

use super::kinds::{BOTH, FROM_LOGTO, HOME, Kind, SECRET, holds, walk};

#[test]
fn flask_with_paths_and_variables_of_its_own() {
    holds(&Kind {
        project: "flask",
        command: "python3 -m flask --app web.app run --host 127.0.0.1 --port [APP_PORT]",
        url: None,
        variables: &[
            FROM_LOGTO[0],
            FROM_LOGTO[1],
            FROM_LOGTO[2],
            ("SESSION_SECRET", SECRET),
            ("BASE_URL", "[APP]"),
        ],
        callback: "[APP]/account/back",
        after: HOME,
        signed_in: Some(("/", "text Sign out")),
        steps: walk!("/account/enter/sign-in", "/account/sign-out"),
        says: &["a folder .venv or venv was not found"],
    });
}

/// The variables are read by a library, and known from `.env.example` only.
#[test]
fn fastapi_with_authlib_a_mounted_router_and_uv() {
    holds(&Kind {
        project: "fastapi-authlib",
        command: "uv run python -m uvicorn shop.main:api --host 127.0.0.1 --port [APP_PORT]",
        url: None,
        variables: &[FROM_LOGTO[0], FROM_LOGTO[1], FROM_LOGTO[2], ("SESSION_SECRET", SECRET)],
        callback: "[APP]/auth/complete",
        after: BOTH,
        signed_in: Some(("/me", "status 200")),
        steps: walk!("/auth/login", "/auth/logout"),
        says: &[],
    });
}

#[test]
fn django_with_authlib_and_included_urls() {
    holds(&Kind {
        project: "django-authlib",
        command: "python3 manage.py runserver 127.0.0.1:[APP_PORT] --noreload",
        url: None,
        variables: &[
            ("DJANGO_SECRET_KEY", SECRET),
            ("OIDC_CLIENT_ID", "[APP_ID]"),
            ("OIDC_CLIENT_SECRET", "[APP_SECRET]"),
            ("OIDC_DISCOVERY_URL", "[LOGTO]/oidc/.well-known/openid-configuration"),
        ],
        callback: "[APP]/accounts/authorized/",
        after: BOTH,
        signed_in: Some(("/", "text Log out")),
        // The sign-out answers to a form; templates name their paths.
        steps: &[
            "visit: /",
            "visit: /accounts/enter/",
            "continue_with: huggingface",
            "sign_in_as: ada",
            "visit: /",
            "click: Log out",
        ],
        says: &["run `python3 manage.py migrate` once", "DJANGO_SETTINGS_MODULE (manage.py:5)"],
    });
}
