use super::*;

struct Bench {
    jar: Jar,
    clock: Clock,
}

fn bench() -> Bench {
    let clock = Clock::frozen("2026-11-23T12:00:00Z".parse().unwrap());
    Bench { jar: Jar::new(clock.clone()), clock }
}

impl Bench {
    fn set(&mut self, url: &str, line: &str) -> CookieFate {
        self.set_from(url, url, true, line)
    }

    fn set_from(&mut self, url: &str, from: &str, navigation: bool, line: &str) -> CookieFate {
        let url: Url = url.parse().unwrap();
        let chain = [Site::of(&from.parse().unwrap())];
        let request = CookieRequest { url: &url, method: &http::Method::GET, chain: &chain, navigation };
        self.jar.set(line, request).fate
    }

    fn ask(
        &mut self,
        url: &str,
        from: &str,
        method: http::Method,
        navigation: bool,
    ) -> (String, Vec<String>) {
        let url: Url = url.parse().unwrap();
        let chain = [Site::of(&from.parse().unwrap())];
        let (sent, withheld) =
            self.jar.cookies_for(CookieRequest { url: &url, method: &method, chain: &chain, navigation });
        let sent: Vec<String> = sent.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        (sent.join("; "), withheld.into_iter().map(|cookie| cookie.reason.to_string()).collect())
    }

    fn sent(&mut self, url: &str) -> String {
        self.ask(url, url, http::Method::GET, true).0
    }
}

const APP: &str = "http://localhost:3000/";
const HF: &str = "https://huggingface.co/";

#[test]
fn longer_paths_go_first_then_older_cookies() {
    let mut bench = bench();
    for line in ["b=1; Path=/", "a=2; Path=/", "deep=3; Path=/oidc/auth"] {
        assert_eq!(bench.set(APP, line), CookieFate::Stored);
    }
    // A cookie that is set again keeps its place.
    bench.set(APP, "b=4; Path=/");
    assert_eq!(bench.sent("http://localhost:3000/oidc/auth/x"), "deep=3; b=4; a=2");
    assert_eq!(bench.sent("http://localhost:3000/oidc/authors"), "b=4; a=2");
}

/// RFC 6265bis §5.8.3: among equal paths, earlier creation times go first. There are enough of them
/// that the order cannot be a coincidence.
#[test]
fn cookies_of_one_path_go_in_the_order_of_their_creation() {
    let mut bench = bench();
    let names: Vec<String> = (0..20).map(|number| format!("n{}", number * 7 % 20)).collect();
    for name in &names {
        bench.set(APP, &format!("{name}=1; Path=/"));
    }
    let expected: Vec<String> = names.iter().map(|name| format!("{name}=1")).collect();
    assert_eq!(bench.sent(APP), expected.join("; "));
}

#[test]
fn four_kilobytes_of_name_and_value_are_the_limit() {
    let mut bench = bench();
    let fits = format!("n={}; Path=/", "x".repeat(4095));
    assert_eq!(bench.set(APP, &fits), CookieFate::Stored);
    let dropped = bench.set(APP, &format!("n={}; Path=/", "x".repeat(4096)));
    assert_eq!(dropped, CookieFate::Dropped(WhyDropped::TooLarge { limit: 4096 }));
}

#[test]
fn prefixes_demand_their_attributes() {
    let mut bench = bench();
    assert!(matches!(bench.set(HF, "__Secure-a=1"), CookieFate::Dropped(_)));
    assert_eq!(bench.set(HF, "__Secure-a=1; Secure"), CookieFate::Stored);
    assert!(matches!(bench.set(HF, "__Host-a=1; Path=/"), CookieFate::Dropped(_)));
    assert!(matches!(bench.set(HF, "__Host-a=1; Secure; Path=/x"), CookieFate::Dropped(_)));
    assert!(matches!(
        bench.set(HF, "__Host-a=1; Secure; Path=/; Domain=huggingface.co"),
        CookieFate::Dropped(_)
    ));
    assert_eq!(bench.set(HF, "__Host-a=1; Secure; Path=/"), CookieFate::Stored);
}

#[test]
fn same_site_is_judged_by_every_site_of_the_chain() {
    let mut bench = bench();
    bench.set(APP, "strict=1; SameSite=Strict");
    bench.set(APP, "lax=1; SameSite=Lax");
    bench.set(APP, "default=1");
    bench.set(APP, "none=1; SameSite=None; Secure");
    let (sent, withheld) = bench.ask(APP, HF, http::Method::GET, true);
    assert_eq!(sent, "lax=1; default=1; none=1");
    assert_eq!(withheld, ["SameSite=Strict, and the request comes from another site"]);
    let (sent, withheld) = bench.ask(APP, HF, http::Method::POST, true);
    assert_eq!((sent.as_str(), withheld.len()), ("none=1", 3));
    let (sent, _) = bench.ask(APP, HF, http::Method::GET, false);
    assert_eq!(sent, "none=1");
    let (sent, _) = bench.ask(APP, "http://localhost:3001/", http::Method::POST, true);
    assert_eq!(sent, "strict=1; lax=1; default=1; none=1", "ports are one site");
    let (sent, _) = bench.ask(APP, "http://127.0.0.1:3000/", http::Method::POST, true);
    assert_eq!(sent, "none=1", "127.0.0.1 is another site than localhost");
}

#[test]
fn secure_works_on_http_localhost_and_nowhere_else_in_plain_http() {
    let mut bench = bench();
    assert_eq!(bench.set(APP, "s=1; Secure"), CookieFate::Stored);
    assert_eq!(bench.sent(APP), "s=1");
    assert!(matches!(bench.set("http://app.test/", "s=1; Secure"), CookieFate::Dropped(_)));
    bench.set("https://app.test/", "s=1; Secure");
    let (sent, withheld) = bench.ask("http://app.test/", "http://app.test/", http::Method::GET, true);
    assert_eq!((sent.as_str(), withheld.len()), ("", 1));
    assert!(matches!(bench.set(APP, "n=1; SameSite=None"), CookieFate::Dropped(_)));
    for loopback in ["http://127.0.0.1:3000/", "http://[::1]:3000/", "http://app.localhost/"] {
        assert_eq!(bench.set(loopback, "s=1; Secure"), CookieFate::Stored, "{loopback}");
        assert_eq!(bench.sent(loopback), "s=1");
    }
}

/// RFC 6265bis §5.7 step 8: only Secure cookies need a secure connection.
#[test]
fn a_cookie_that_is_not_secure_travels_over_plain_http() {
    let mut bench = bench();
    assert_eq!(bench.set("http://app.test/", "plain=1"), CookieFate::Stored);
    assert_eq!(bench.sent("http://app.test/"), "plain=1");
    for foreign in ["http://notlocalhost/", "http://192.0.2.1/", "http://[2001:db8::1]/"] {
        assert!(matches!(bench.set(foreign, "s=1; Secure"), CookieFate::Dropped(_)), "{foreign}");
    }
}

/// RFC 6265bis §5.7 step 17: a response to a cross-site call sets no `SameSite` cookie; a navigation does.
#[test]
fn a_cross_site_call_of_a_script_sets_only_cookies_of_same_site_none() {
    let mut bench = bench();
    for line in ["a=1; SameSite=Strict", "a=1; SameSite=Lax", "a=1"] {
        let dropped = WhyDropped::CrossSiteCall;
        assert_eq!(bench.set_from(APP, HF, false, line), CookieFate::Dropped(dropped), "{line}");
        assert_eq!(bench.set_from(APP, HF, true, line), CookieFate::Stored, "a navigation: {line}");
        assert_eq!(bench.set_from(APP, APP, false, line), CookieFate::Stored, "of its own site: {line}");
    }
    assert_eq!(bench.set_from(APP, HF, false, "a=1; SameSite=None; Secure"), CookieFate::Stored);
}

#[test]
fn expiry_follows_the_stacks_clock_and_max_age_wins() {
    let mut bench = bench();
    bench.set(APP, "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    bench.set(APP, "b=1; Expires=Mon, 23 Nov 2026 12:02:00 GMT");
    assert_eq!(bench.sent(APP), "a=1; b=1");
    bench.clock.advance(Duration::from_secs(61));
    let (sent, withheld) = bench.ask(APP, APP, http::Method::GET, true);
    assert_eq!((sent.as_str(), withheld.as_slice()), ("b=1", ["expired".to_owned()].as_slice()));
    assert_eq!(bench.set(APP, "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), CookieFate::Deleted);
    assert_eq!(bench.set(APP, "b=; Max-Age=0"), CookieFate::NothingToDelete);
    assert_eq!(bench.sent(APP), "");
}

/// The last second of 9999, which some apps take for "never", is past what `jiff` knows.
#[test]
fn a_cookie_that_lasts_forever_is_sent() {
    let mut bench = bench();
    assert_eq!(bench.set(APP, "a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT"), CookieFate::Stored);
    assert_eq!(bench.sent(APP), "a=1");
}

/// RFC 6265bis §5.6.2: an age of zero or less is the past.
#[test]
fn a_negative_age_deletes() {
    let mut bench = bench();
    bench.set(APP, "a=1");
    assert_eq!(bench.set(APP, "a=1; Max-Age=-1"), CookieFate::Deleted);
    assert_eq!(bench.sent(APP), "");
}

#[test]
fn a_browser_that_refuses_cookies_keeps_none_and_says_so() {
    let mut bench = bench();
    bench.set(APP, "before=1");
    bench.jar.refuse();
    assert_eq!(bench.set(APP, "a=1"), CookieFate::Dropped(WhyDropped::Refused));
    assert_eq!(bench.set(APP, "=;;"), CookieFate::Dropped(WhyDropped::NotACookie));
    assert_eq!(bench.sent(APP), "before=1");
}

#[test]
fn values_travel_verbatim() {
    let mut bench = bench();
    bench.set(APP, r#"_logto={"appId":"a,b"}; path=/; samesite=lax"#);
    bench.set(APP, "_interaction=%7B%22a%22%3A%22b%22%7D; path=/");
    bench.set(APP, "quoted=\"x y\"; path=/");
    assert_eq!(
        bench.sent(APP),
        r#"_logto={"appId":"a,b"}; _interaction=%7B%22a%22%3A%22b%22%7D; quoted="x y""#
    );
}

#[test]
fn a_foreign_domain_is_refused_and_hosts_are_kept_apart() {
    let mut bench = bench();
    assert!(matches!(bench.set(APP, "a=1; Domain=huggingface.co"), CookieFate::Dropped(_)));
    bench.set(APP, "a=1");
    assert_eq!(bench.sent("http://127.0.0.1:3000/"), "");
    assert_eq!(bench.sent("http://localhost:3001/"), "a=1", "cookies do not know ports");
}

#[test]
fn the_default_path_is_the_folder_of_the_page() {
    let mut bench = bench();
    bench.set("http://localhost:3000/oidc/auth", "a=1");
    assert_eq!(bench.sent("http://localhost:3000/oidc/token"), "a=1");
    assert_eq!(bench.sent("http://localhost:3000/"), "");
}

#[test]
fn scripts_do_not_see_http_only_cookies() {
    let mut bench = bench();
    bench.set(APP, "seen=1");
    bench.set(APP, "hidden=1; HttpOnly");
    let visible = bench.jar.visible_to_script(&APP.parse().unwrap());
    assert_eq!(visible, [("seen".to_owned(), "1".to_owned())]);
}

#[test]
fn a_script_sees_the_open_one_of_two_cookies_of_one_name() {
    let mut bench = bench();
    bench.set(APP, "a=hidden; HttpOnly; Path=/");
    bench.set(APP, "a=seen; Path=/x");
    let visible = bench.jar.visible_to_script(&"http://localhost:3000/x".parse().unwrap());
    assert_eq!(visible, [("a".to_owned(), "seen".to_owned())]);
}

#[test]
fn a_lost_cookie_is_gone_on_every_path() {
    let mut bench = bench();
    for line in ["a=1; Path=/", "a=2; Path=/x", "b=3; Path=/"] {
        bench.set(APP, line);
    }
    assert_eq!(bench.jar.lose("a"), 2);
    assert_eq!(bench.sent("http://localhost:3000/x"), "b=3");
    bench.jar.clear();
    assert_eq!(bench.sent(APP), "");
}

#[test]
fn a_redirect_through_another_site_holds_strict_cookies_back() {
    let mut bench = bench();
    bench.set(APP, "strict=1; SameSite=Strict");
    bench.set(APP, "lax=1");
    let url: Url = APP.parse().unwrap();
    let chain = [Site::of(&url), Site::of(&HF.parse().unwrap())];
    let request = CookieRequest { url: &url, method: &http::Method::GET, chain: &chain, navigation: true };
    let (sent, withheld) = bench.jar.cookies_for(request);
    assert_eq!((sent.len(), sent[0].0.as_str()), (1, "lax"));
    assert_eq!(withheld[0].name, "strict");
}

/// RFC 6265bis §5.7 step 16, "leave secure cookies alone".
#[test]
fn a_line_over_plain_http_leaves_secure_cookies_alone() {
    let (https, http) = ("https://shop.example/", "http://shop.example/");
    let mut bench = bench();
    assert_eq!(bench.set(https, "a=secure; Secure; Path=/account"), CookieFate::Stored);
    let refused = CookieFate::Dropped(WhyDropped::SecureThere);
    for line in [
        "a=1; Path=/account",
        "a=1; Path=/account/orders",
        "a=; Path=/account; Max-Age=0",
        "a=1; Path=/account; Domain=shop.example",
    ] {
        assert_eq!(bench.set(http, line), refused, "{line}");
    }
    // Another name, a path that does not lie below, and a line over https.
    for (url, line) in [(http, "b=1; Path=/account"), (http, "a=1; Path=/"), (https, "a=2; Path=/account")] {
        assert_eq!(bench.set(url, line), CookieFate::Stored, "{line}");
    }
    // Browsers treat localhost as https here, too.
    assert_eq!(bench.set(APP, "c=1; Secure"), CookieFate::Stored);
    assert_eq!(bench.set(APP, "c=2"), CookieFate::Stored);
}
