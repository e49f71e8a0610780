use crate::config::{
    OmittedRedirectUri, OutsideAudience, PkcePlain, PublicAppPkce, ScopeNotEnabled, UnverifiedEmail,
};
use crate::routes::testing::{Answer, CALLBACK, CHALLENGE, CLIENT_ID, SECRET, Site, authorize, shop};
use crate::{App, Config, Membership, Organization, Switches, User};

const STATE: &str = "{\"a b\":\"+&%\"}";

#[track_caller]
fn assert_error(answer: &Answer, code: &str, note: &str) {
    assert!(answer.location().starts_with(CALLBACK), "{answer:?}");
    assert_eq!(answer.param("error").as_deref(), Some(code), "{answer:?}");
    assert_eq!(answer.param("state").as_deref(), Some(STATE), "state comes back unchanged");
    assert_eq!(answer.param("code"), None);
    assert_eq!(answer.notes, [note]);
}

#[track_caller]
fn assert_page(answer: &Answer, status: u16, text: &str, note: &str) {
    assert_eq!((answer.status, answer.header("location")), (status, None), "{answer:?}");
    assert!(answer.body.contains(&format!("<h1>{status}</h1>")), "{}", answer.body);
    assert!(answer.body.contains(text), "{}", answer.body);
    assert_eq!(answer.notes, [note]);
}

#[tokio::test]
async fn sends_visitors_to_the_login_page_and_back() {
    let path = authorize("openid", &[]);
    let answer = Site::new().get(&path).await;
    assert!(answer.location().starts_with("/login?next=%2Foauth%2Fauthorize%3F"), "{answer:?}");
    assert_eq!(answer.param("next").as_deref(), Some(path.as_str()));
}

#[tokio::test]
async fn asks_once_for_each_set_of_scopes() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let path = authorize("openid profile", &[]);
    let page = site.get_as(&path, &ada).await;
    assert_eq!(page.status, 200);
    for part in
        ["<title>Authorize Shop – Hugging Face (mock)</title>", ">Authorize</button>", ">Deny</button>"]
    {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(site.form(&path, "action=authorize", Some(&ada)).await.param("code").is_some());
    assert!(site.get_as(&path, &ada).await.param("code").is_some(), "remembered");
    assert!(
        site.get_as(&authorize("profile openid", &[]), &ada).await.param("code").is_some(),
        "order does not matter"
    );
    assert_eq!(site.get_as(&authorize("openid", &[]), &ada).await.status, 200, "another set");
    let grace = site.mock.sign_in("grace").unwrap();
    assert_eq!(site.get_as(&path, &grace).await.status, 200, "another user");
    let other = site.mock.add_app(App { client_id: "other".into(), ..shop() });
    let path = authorize("openid profile", &[("client_id", &other.client_id)]);
    assert_eq!(site.get_as(&path, &ada).await.status, 200, "another app");
}

#[tokio::test]
async fn an_empty_form_grants_the_permission() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let answer = site.form(&authorize("openid", &[]), "", Some(&ada)).await;
    let location = answer.location();
    assert!(location.starts_with("https://shop.example/callback?keep=%2F%3F&code="), "{location}");
    assert_eq!(answer.param("state").as_deref(), Some(STATE));
    assert_eq!(answer.param("iss"), None);
}

#[tokio::test]
async fn writes_the_address_as_a_whatwg_url() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let path = authorize("openid", &[("redirect_uri", "http://localhost:3000"), ("state", "-")]);
    let answer = site.form(&path, "", Some(&ada)).await;
    assert!(answer.location().starts_with("http://localhost:3000/?code="), "{answer:?}");
    assert_eq!(answer.param("state"), None, "absent in, absent out");
}

#[tokio::test]
async fn accepts_any_port_on_loopback_and_keeps_it() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let path = authorize("openid", &[("redirect_uri", "http://localhost:50123")]);
    assert!(site.form(&path, "", Some(&ada)).await.location().starts_with("http://localhost:50123/?code="));
}

#[tokio::test]
async fn a_denial_is_reported_and_not_remembered() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let path = authorize("openid", &[]);
    let answer = site.form(&path, "action=deny", Some(&ada)).await;
    assert_error(&answer, "access_denied", "the user chose Deny");
    let told = "&error=access_denied&error_description=The+user+denied+the+request&state=";
    assert!(answer.location().contains(told), "{answer:?}");
    assert_eq!(site.get_as(&path, &ada).await.status, 200, "asked again");
}

#[tokio::test]
async fn refuses_unknown_clients_with_a_page() {
    let site = Site::new();
    let ask = async |id: &str| site.get(&authorize("openid", &[("client_id", id)])).await;
    let text = "Invalid client_id";
    assert_page(&ask("-").await, 400, text, "client_id is missing");
    assert_page(&ask("").await, 400, text, "client_id `` is not registered: it is empty");
    let swapped = format!("client_id `{SECRET}` is not registered: it is the secret of the app `Shop`");
    assert_page(&ask(SECRET).await, 400, text, &swapped);
    let spaced = format!(
        "client_id `{CLIENT_ID} ` is not registered: it differs from `{CLIENT_ID}` only by leading or trailing whitespace"
    );
    assert_page(&ask(&format!("{CLIENT_ID} ")).await, 400, text, &spaced);
}

#[tokio::test]
async fn refuses_unregistered_addresses_with_a_page_and_notes_the_difference() {
    let site = Site::new();
    let ask = async |uri: &str| site.get(&authorize("openid", &[("redirect_uri", uri)])).await;
    let text = "Error: invalid redirect_uri";
    let start = format!("redirect_uri is not registered: differs from `{CALLBACK}` by ");
    let by = |part: &str| format!("{start}{part}");
    assert_page(&ask("-").await, 400, text, "redirect_uri is missing");
    assert_page(&ask(&format!("{CALLBACK}/")).await, 400, text, &by("a trailing slash"));
    assert_page(&ask(&CALLBACK.replace("https", "http")).await, 400, text, &by("scheme"));
    assert_page(&ask("https://shop.example/callback").await, 400, text, &by("query"));
    let other_host = "redirect_uri is not registered: differs from `http://localhost:3000` by host";
    assert_page(&ask("http://127.0.0.1:3000").await, 400, text, other_host);
}

#[tokio::test]
async fn never_redirects_when_an_address_was_sent_twice() {
    let path = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", authorize("openid", &[]));
    let note = "parameter `redirect_uri` was sent more than once, but only one value is allowed";
    assert_page(&Site::new().get(&path).await, 400, "invalid redirect_uri", note);
}

#[tokio::test]
async fn tells_the_app_what_is_wrong_with_the_rest() {
    let site = Site::new();
    let ask = async |name: &str, value: &str| site.get(&authorize("openid", &[(name, value)])).await;
    let short = "code_challenge has 3 characters, at least 43 are required";
    for (name, value, code, note) in [
        (
            "response_type",
            "token",
            "unsupported_response_type",
            "response_type is `token`; the site supports only code",
        ),
        (
            "response_mode",
            "fragment",
            "invalid_request",
            "response_mode is `fragment`; the site supports only query",
        ),
        ("scope", "openid proflie", "invalid_scope", "scope `proflie` does not exist"),
        ("scope", "openid jobs", "invalid_scope", "scope `jobs` is not enabled on the app `Shop`"),
        (
            "prompt",
            "none login",
            "invalid_request",
            "prompt=none is combined with other values: `none login`",
        ),
        (
            "code_challenge_method",
            "S256",
            "invalid_request",
            "code_challenge_method was sent without code_challenge",
        ),
        ("code_challenge", "abc", "invalid_request", short),
    ] {
        assert_error(&ask(name, value).await, code, note);
    }
    let twice = format!("{}&nonce=1&nonce=2", authorize("openid", &[]));
    assert_error(&site.get(&twice).await, "invalid_request", "parameter `nonce` was sent more than once");
}

#[tokio::test]
async fn refuses_plain_challenges_unless_switched() {
    let site = Site::new();
    let ask = async |method: &str| {
        let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", method)];
        site.get(&authorize("openid", &pkce)).await
    };
    let note = "code_challenge_method is plain; the site advertises S256 only";
    assert_error(&ask("plain").await, "invalid_request", note);
    let note = "code_challenge_method is plain because it was omitted (RFC 7636 §4.3); the site advertises S256 only";
    assert_error(&ask("-").await, "invalid_request", note);
    let note = "code_challenge_method `S512` is not supported; the site supports S256";
    assert_error(&ask("S512").await, "invalid_request", note);
    site.mock.set_switches(Switches { pkce_plain: PkcePlain::Accepted, ..Switches::default() });
    assert!(ask("plain").await.location().starts_with("/login"));
}

#[tokio::test]
async fn response_type_and_scope_are_optional() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let path = authorize("-", &[("response_type", "-"), ("scope", "-")]);
    let page = site.get_as(&path, &ada).await;
    assert!(page.body.contains("<code>inference-api</code>"), "the app's own scopes");
    assert_eq!(page.notes[0], "response_type is missing: assuming code");
    assert!(page.notes[1].starts_with("scope is missing: using the app's own: openid profile"));
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let site = Site::new();
    let path = authorize("openid", &[("prompt", "none")]);
    let answer = site.get(&path).await;
    assert_error(&answer, "login_required", "prompt=none, but no user is signed in");
    assert_eq!(answer.param("error_description").as_deref(), Some("User must be logged in"));
    let ada = site.mock.sign_in("ada").unwrap();
    let note = "prompt=none, but this set of scopes was not granted yet";
    assert_error(&site.get_as(&path, &ada).await, "consent_required", note);
    site.code("openid", &[]).await;
    assert!(site.get_as(&path, &ada).await.param("code").is_some());
}

#[tokio::test]
async fn prompt_consent_asks_again_and_prompt_login_signs_in_again() {
    let site = Site::new();
    site.code("openid", &[]).await;
    let ada = site.mock.sign_in("ada").unwrap();
    assert!(site.get_as(&authorize("openid", &[]), &ada).await.param("code").is_some());
    assert_eq!(site.get_as(&authorize("openid", &[("prompt", "consent")]), &ada).await.status, 200);
    let answer = site.get_as(&authorize("openid", &[("prompt", "login")]), &ada).await;
    let next = answer.param("next").unwrap();
    assert!(next.starts_with("/oauth/authorize?") && !next.contains("prompt"), "{next}");
    assert!(site.get_as(&next, &ada).await.param("code").is_some(), "once is enough");
    let both = site.get_as(&authorize("openid", &[("prompt", "login consent")]), &ada).await;
    assert!(both.location().starts_with("/login"), "{both:?}");
    let answer = site.get_as(&authorize("openid", &[("prompt", "create")]), &ada).await;
    assert_eq!(answer.notes, ["prompt `create` has no effect"]);
}

#[tokio::test]
async fn switches_change_how_a_scope_is_refused() {
    let site = Site::new();
    site.mock.set_switches(Switches { scope_not_enabled: ScopeNotEnabled::Page, ..Switches::default() });
    let answer = site.get(&authorize("openid jobs", &[])).await;
    assert_page(&answer, 400, "invalid scope", "scope `jobs` is not enabled on the app `Shop`");
}

#[tokio::test]
async fn public_apps_must_send_a_challenge_unless_switched() {
    let site = Site::new();
    site.mock.add_app(App { public: true, secret: None, ..shop() });
    let note = "the app `Shop` has no secret and sent no code_challenge";
    assert_error(&site.get(&authorize("openid", &[])).await, "invalid_request", note);
    site.mock.set_switches(Switches { public_app_pkce: PublicAppPkce::Optional, ..Switches::default() });
    assert!(site.get(&authorize("openid", &[])).await.location().starts_with("/login"));
}

#[tokio::test]
async fn a_single_address_may_be_omitted_when_switched() {
    let app = App { redirect_uris: vec![CALLBACK.to_owned()], ..shop() };
    let switches =
        Switches { omitted_redirect_uri: OmittedRedirectUri::SingleRegistered, ..Switches::default() };
    let site = Site::with("http://localhost:4000", Config { apps: vec![app], switches, ..Config::default() });
    let ada = site.mock.sign_in("ada").unwrap();
    let answer = site.form(&authorize("openid", &[("redirect_uri", "-")]), "", Some(&ada)).await;
    assert!(answer.location().starts_with(CALLBACK));
}

#[tokio::test]
async fn an_unverified_address_authorizes_nothing() {
    let site = Site::new();
    let eve = User { username: "eve".into(), email: None, email_verified: false, ..User::default() };
    site.mock.add_user(eve);
    let session = site.mock.sign_in("eve").unwrap();
    let note = "the e-mail address of `eve` is not verified";
    let path = authorize("openid", &[]);
    assert_page(&site.get_as(&path, &session).await, 403, "verify your email", note);
    assert_page(&site.form(&path, "", Some(&session)).await, 403, "verify your email", note);
    let set = |unverified_email| site.mock.set_switches(Switches { unverified_email, ..Switches::default() });
    set(UnverifiedEmail::Redirect);
    assert_error(&site.get_as(&path, &session).await, "access_denied", note);
    set(UnverifiedEmail::Allowed);
    assert_eq!(site.get_as(&path, &session).await.status, 200);
}

#[tokio::test]
async fn refuses_a_permission_form_of_another_site() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let cookie = format!("token={ada}");
    let headers =
        [("cookie", cookie.as_str()), ("origin", "https://evil.example"), ("host", "localhost:4000")];
    let answer = site.send("POST", &authorize("openid", &[]), &headers, "").await;
    let note = "form was submitted by `https://evil.example`, not by this site";
    assert_page(&answer, 403, "not sent by this site", note);
}

#[tokio::test]
async fn refuses_a_form_with_an_unknown_action() {
    let site = Site::new();
    let ada = site.mock.sign_in("ada").unwrap();
    let answer = site.form(&authorize("openid", &[]), "action=allow", Some(&ada)).await;
    assert_page(&answer, 400, "Invalid action", "the form's action is `allow`, neither authorize nor deny");
}

fn with_organizations() -> Site {
    let org = |name: &str| Organization { username: name.to_owned(), ..Organization::default() };
    let member = |name: &str| Membership { org: name.to_owned(), ..Membership::default() };
    let ada =
        User { username: "ada".to_owned(), orgs: vec![member("acme"), member("labs")], ..User::default() };
    let organizations = vec![org("acme"), org("labs"), org("other")];
    let config = Config { users: vec![ada], organizations, apps: vec![shop()], ..Config::default() };
    Site::with("http://localhost:4000", config)
}

#[tokio::test]
async fn org_ids_preselect_and_ask_again() {
    let site = with_organizations();
    let ada = site.mock.sign_in("ada").unwrap();
    let acme = site.mock.organizations()[0].sub.clone();
    let path = authorize("openid", &[("orgIds", &acme)]);
    let page = site.get_as(&path, &ada).await.body;
    assert!(page.contains(&format!("value=\"{acme}\" checked")), "{page}");
    assert_eq!(page.matches("name=\"orgIds\"").count(), 2, "only the user's own");

    site.form(&authorize("openid", &[]), "action=authorize", Some(&ada)).await;
    assert_eq!(site.get_as(&path, &ada).await.status, 200, "acme was not ticked");
    site.form(&path, &format!("action=authorize&orgIds={acme}"), Some(&ada)).await;
    assert!(site.get_as(&path, &ada).await.param("code").is_some(), "now it was");
}

#[tokio::test]
async fn org_ids_must_be_ids() {
    let site = with_organizations();
    let answer = site.get(&authorize("openid", &[("orgIds", "acme,0123")])).await;
    assert_eq!(
        answer.notes,
        [
            "orgIds has an unknown organization id `acme`: it is a name; send the id instead",
            "orgIds has an unknown organization id `0123`",
        ]
    );
}

#[tokio::test]
async fn an_organization_of_others_does_not_ask_forever() {
    let site = with_organizations();
    let ada = site.mock.sign_in("ada").unwrap();
    let other = site.mock.organizations()[2].sub.clone();
    let path = authorize("openid", &[("orgIds", &other)]);
    site.form(&path, "", Some(&ada)).await.location();
    let answer = site.get_as(&path, &ada).await;
    assert!(answer.param("code").is_some(), "{answer:?}");
    assert_eq!(answer.notes, [format!("orgIds names `{other}`, an organization that `ada` is not in")]);
}

#[tokio::test]
async fn a_refusal_keeps_earlier_notes() {
    let answer = Site::new().get(&authorize("openid jobs", &[("response_type", "-")])).await;
    let notes = ["response_type is missing: assuming code", "scope `jobs` is not enabled on the app `Shop`"];
    assert_eq!(answer.notes, notes);
}

#[tokio::test]
async fn grants_only_organizations_the_user_is_in() {
    let site = with_organizations();
    let ada = site.mock.sign_in("ada").unwrap();
    let [acme, _, other] = &site.mock.organizations()[..] else { panic!("three") };
    let form = format!("action=authorize&orgIds={}&orgIds={}", acme.sub, other.sub);
    site.form(&authorize("openid", &[]), &form, Some(&ada)).await;
    assert_eq!(site.mock.store().grants[0].orgs, std::slice::from_ref(&acme.sub));
}

#[tokio::test]
async fn an_app_for_an_organization_lets_only_its_members_in() {
    let labs = Organization { username: "labs".into(), ..Organization::default() };
    let user = |username: &str, orgs| User { username: username.into(), orgs, ..User::default() };
    let member = vec![Membership { org: "labs".into(), ..Membership::default() }];
    let app = App { authorized_orgs: vec!["labs".into()], ..shop() };
    let users = vec![user("ada", member), user("grace", vec![])];
    let site = Site::with(
        "http://localhost:4000",
        Config { users, organizations: vec![labs], apps: vec![app], ..Config::default() },
    );
    let path = authorize("openid", &[]);
    let (ada, grace) = (site.mock.sign_in("ada").unwrap(), site.mock.sign_in("grace").unwrap());
    assert_eq!(site.get_as(&path, &ada).await.status, 200);
    let note = "`grace` is not a member of any organization that the app is restricted to: labs";
    assert_page(&site.get_as(&path, &grace).await, 403, "not a member of an authorized", note);
    assert_page(&site.form(&path, "action=authorize", Some(&grace)).await, 403, "not a member", note);
    site.mock.set_switches(Switches { outside_audience: OutsideAudience::Redirect, ..Switches::default() });
    assert_error(&site.get_as(&path, &grace).await, "access_denied", note);
}

#[tokio::test]
async fn withheld_scopes_are_not_in_the_token() {
    let site = Site::new();
    site.mock.set_switches(Switches { withheld_scopes: vec!["email".into()], ..Switches::default() });
    let ada = site.mock.sign_in("ada").unwrap();
    let answer = site.form(&authorize("openid email profile", &[]), "", Some(&ada)).await;
    assert_eq!(answer.notes, ["scope `email` is not granted"]);
    let token = site.access_token("profile email").await;
    let info = site.with_bearer("/oauth/userinfo", &token).await.json();
    assert_eq!((info.get("email"), info["name"].as_str()), (None, Some("Ada Lovelace")));
}
