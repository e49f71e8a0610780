//! Apps in Java and PHP.

use super::kinds::{BOTH, FROM_LOGTO, HOME, Kind, holds, walk};

const SPRING_PORT: [(&str, &str); 2] = [("SERVER_PORT", "[APP_PORT]"), ("SERVER_ADDRESS", "127.0.0.1")];

/// A variable overrides each property (Spring Boot, "Binding From Environment Variables").
#[test]
fn spring_with_maven_and_properties() {
    holds(&Kind {
        project: "spring-properties",
        command: "mvn -B -q -Dmaven.test.skip=true spring-boot:run",
        url: None,
        variables: &[
            ("SPRING_SECURITY_OAUTH2_CLIENT_REGISTRATION_LOGTO_CLIENTID", "[APP_ID]"),
            ("SPRING_SECURITY_OAUTH2_CLIENT_REGISTRATION_LOGTO_CLIENTSECRET", "[APP_SECRET]"),
            ("SPRING_SECURITY_OAUTH2_CLIENT_PROVIDER_LOGTO_ISSUERURI", "[LOGTO]/oidc"),
            SPRING_PORT[0],
            SPRING_PORT[1],
        ],
        callback: "[APP]/login/oauth2/code/logto",
        after: &[],
        signed_in: Some(("/account", "status 200")),
        steps: &[
            "visit: /",
            "visit: /oauth2/authorization/logto",
            "continue_with: huggingface",
            "sign_in_as: ada",
            "visit: /logout",
            "click: Log Out",
        ],
        says: &["SecurityConfig.java:5: Logto signs ID tokens with ES384"],
    });
}

#[test]
fn spring_with_gradle_and_yaml_that_reads_variables() {
    holds(&Kind {
        project: "spring-yaml",
        command: "./gradlew -q bootRun",
        url: None,
        variables: &[
            ("COMPANY_CLIENT_ID", "[APP_ID]"),
            ("COMPANY_CLIENT_SECRET", "[APP_SECRET]"),
            ("COMPANY_ISSUER", "[LOGTO]/oidc"),
            SPRING_PORT[0],
            SPRING_PORT[1],
        ],
        callback: "[APP]/login/oauth2/code/company",
        after: &[],
        signed_in: None,
        steps: &[
            "visit: /",
            "visit: /oauth2/authorization/company",
            "continue_with: huggingface",
            "sign_in_as: ada",
            "visit: /logout",
            "click: Log Out",
        ],
        says: &["[signed_in]: left out"],
    });
}

#[test]
fn laravel_with_a_group_of_routes() {
    holds(&Kind {
        project: "laravel",
        command: "php artisan serve --host=127.0.0.1 --port=[APP_PORT]",
        url: None,
        variables: &[FROM_LOGTO[0], FROM_LOGTO[1], FROM_LOGTO[2], ("APP_URL", "[APP]")],
        callback: "[APP]/account/sign-in-callback",
        after: BOTH,
        signed_in: Some(("/", "text Sign out")),
        steps: walk!("/account/sign-in", "/account/sign-out"),
        says: &[],
    });
}

#[test]
fn symfony_with_attributes() {
    holds(&Kind {
        project: "symfony",
        command: "php -d variables_order=EGPCS -S 127.0.0.1:[APP_PORT] -t public",
        url: None,
        variables: FROM_LOGTO,
        callback: "[APP]/back",
        after: BOTH,
        signed_in: None,
        steps: walk!("/sign-in", "/sign-out"),
        says: &["[signed_in]: left out"],
    });
}

#[test]
fn php_in_one_file() {
    holds(&Kind {
        project: "php",
        command: "php -d variables_order=EGPCS -S 127.0.0.1:[APP_PORT] -t public",
        url: None,
        variables: &[FROM_LOGTO[0], FROM_LOGTO[1], FROM_LOGTO[2], ("APP_URL", "[APP]")],
        callback: "[APP]/sign-in-callback",
        after: HOME,
        signed_in: Some(("/", "text Sign out")),
        steps: walk!("/sign-in", "/sign-out"),
        says: &[],
    });
}
