//! The terms of a tenant.

use super::{BEGIN, VERIFY};
use crate::sign_in_page::story::Step::{AsAda, At, Calls, Click, Fill, Picture, See, SignIn};
use crate::sign_in_page::story::Story;

pub(super) const STORIES: &[Story] = &[
    Story {
        about: "terms `Manual`: the question before any call, its refusal, its confirmation",
        given: "sign_in_experience: { members: { termsOfUseUrl: \"https://shop.example/terms\", agreeToTermsPolicy: Manual } }",
        steps: &[
            SignIn,
            See("I have read and agree to the Terms of Use"),
            Picture("terms-box"),
            Click("Continue with Hugging Face"),
            See("To proceed, please agree to the Terms of Use."),
            Picture("terms-question"),
            Click("Cancel"),
            Calls(&[]),
            Click("Continue with Hugging Face"),
            Click("Agree"),
            Calls(BEGIN),
            AsAda,
            At("[APP]/"),
        ],
    },
    Story {
        about: "terms `Manual`: a box that is ticked",
        given: "sign_in_experience: { members: { termsOfUseUrl: \"https://shop.example/terms\", agreeToTermsPolicy: Manual } }",
        steps: &[
            SignIn,
            Click("termsAgreement"),
            Click("Continue with Hugging Face"),
            See("Ada Lovelace (ada)"),
        ],
    },
    Story {
        about: "terms `Manual`, direct sign-in",
        given: "app: { direct_sign_in: social:huggingface }\nsign_in_experience: { members: { privacyPolicyUrl: \"https://shop.example/privacy\", agreeToTermsPolicy: Manual } }",
        steps: &[
            SignIn,
            See("To proceed, please agree to the Privacy Policy."),
            Calls(&[]),
            Click("Agree"),
            See("Ada Lovelace (ada)"),
        ],
    },
    Story {
        about: "terms `ManualRegistrationOnly`: the question before the account, and its refusal without a word",
        given: "sign_in_experience: { members: { termsOfUseUrl: \"https://shop.example/terms\", agreeToTermsPolicy: ManualRegistrationOnly } }",
        steps: &[
            SignIn,
            See("By continuing, you agree to the Terms of Use."),
            Click("Continue with Hugging Face"),
            Calls(BEGIN),
            AsAda,
            See("To proceed, please agree to the Terms of Use."),
            Calls(&[VERIFY, "POST /api/experience/identification 404"]),
            Click("Cancel"),
            At("[LOGTO]/sign-in?app_id=[APP_ID]"),
            Calls(&[]),
            Click("Continue with Hugging Face"),
            Click("Agree"),
            At("[APP]/"),
        ],
    },
    Story {
        about: "terms before a registration with a password",
        given: "sign_in_experience: { sign_up: { identifiers: [username], password: true }, members: { termsOfUseUrl: \"https://shop.example/terms\", agreeToTermsPolicy: ManualRegistrationOnly } }",
        steps: &[
            SignIn,
            Click("Create account"),
            At("[LOGTO]/register?app_id=[APP_ID]"),
            Fill("identifier", "alan"),
            Click("Create account"),
            See("To proceed, please agree to the Terms of Use."),
            Calls(&[]),
            Click("Agree"),
            At("[LOGTO]/register/password?app_id=[APP_ID]"),
            Calls(&["PUT /api/experience 204", "POST /api/experience/profile 204"]),
        ],
    },
];
