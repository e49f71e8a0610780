use super::*;

const REGISTERED: &str = "https://app.example/callback/hf";

fn against_one(given: &str) -> String {
    let text = Differences::of(&[REGISTERED.to_owned()], given).to_string();
    let start = format!("differs from `{REGISTERED}` by ");
    text.strip_prefix(&start).expect("names the nearest address").to_owned()
}

#[test]
fn names_the_differing_part() {
    for (given, part) in [
        ("https://app.example/callback/hf/", "a trailing slash"),
        ("https://app.example/Callback/hf", "letter case"),
        ("https://app.example/callback/hf ", "white space around it"),
        ("http://app.example/callback/hf", "scheme"),
        ("https://app.example:8443/callback/hf", "port"),
        ("https://www.app.example/callback/hf", "host"),
        ("https://app.example/callback", "path"),
        ("https://app.example/callback/hf?a=1", "query"),
        ("https://app.example/callback/hf#x", "fragment"),
        ("https://me@app.example/callback/hf", "user information"),
        ("http://localhost:3001/callback/hf", "scheme, host and port"),
        ("http://app.example/callback/hf/?a=1", "scheme, a trailing slash and query"),
        ("https://app.example:443/callback/hf", "an explicit default port"),
        ("http://app.example/Callback/hf", "scheme and letter case"),
        ("http://app.example:443/callback/hf", "scheme and port"),
        (" http://app.example/callback/hf", "white space around it and scheme"),
        ("https://app.example/callback/hf//", "a trailing slash"),
    ] {
        assert_eq!(against_one(given), part, "{given}");
    }
}

#[test]
fn a_slash_counts_on_either_side_and_wherever_the_address_ends() {
    let by = |registered: &str, given: &str| {
        let text = Difference::between(registered, given).to_string();
        text.rsplit(" by ").next().unwrap_or_default().to_owned()
    };
    for (with, without) in [
        ("https://app.example/callback/", "https://app.example/callback"),
        ("https://app.example/?next=/", "https://app.example/?next="),
        // Without a scheme it is not a URL at all, and yet only the slash differs.
        ("app.example/callback/", "app.example/callback"),
    ] {
        assert_eq!(by(with, without), "a trailing slash", "{with}");
        assert_eq!(by(without, with), "a trailing slash", "{without}");
    }
    let (with, without) = ("https://app.example/callback/", "http://app.example/callback");
    assert_eq!(by(with, without), "scheme and a trailing slash");
    assert_eq!(by(without, with), "scheme and a trailing slash");
}

#[test]
fn compares_with_the_most_similar_one() {
    let registered = ["http://other.example/".to_owned(), "http://localhost:3001/callback/abc".to_owned()];
    assert_eq!(
        Differences::of(&registered, "http://localhost:3001/callback/abd").to_string(),
        "differs from `http://localhost:3001/callback/abc` by path"
    );
}

/// Another host is another place, which three lesser differences together are not.
#[test]
fn the_most_similar_one_is_at_the_same_host() {
    let registered = ["https://other.example/callback", "https://app.example:8443/callback?tenant=a"];
    let differences = Differences::of(&registered.map(ToOwned::to_owned), "https://app.example/callback#top");
    assert_eq!(
        differences.to_string(),
        "differs from `https://app.example:8443/callback?tenant=a` by port, query and fragment"
    );
}

#[test]
fn says_when_nothing_is_registered() {
    assert_eq!(Differences::of(&[], "https://app.example/").to_string(), "none is");
}

fn kind(registered: &str, given: &str) -> Kind {
    Difference::between(registered, given).kind
}

#[test]
fn says_what_the_difference_amounts_to() {
    const SENT: &str = "https://auth.shop.example/callback/k3f8";
    for (registered, expected) in [
        ("https://auth.shop.example/callback/k3f8/", Kind::TrailingSlash),
        ("https://Auth.Shop.example/callback/k3f8", Kind::LetterCase),
        ("HTTPS://auth.shop.example/callback/K3F8", Kind::LetterCase),
        ("https://auth.shop.example:443/callback/k3f8", Kind::DefaultPort),
        ("https://auth.shop.example:8443/callback/k3f8", Kind::Host),
        ("http://localhost:3001/callback/k3f8", Kind::Host),
        ("http://auth.shop.example/callback/k3f8", Kind::Scheme),
        ("http://auth.shop.example:3001/callback/k3f8", Kind::Several),
        ("https://auth.shop.example/callback/k3f%38", Kind::PercentEncoding),
        ("https%3A%2F%2Fauth.shop.example%2Fcallback%2Fk3f8", Kind::PercentEncoding),
        ("https://auth.shop.example/callback/k3f8\u{200b}", Kind::WhiteSpace),
        ("https://auth.shop.example/call\nback/k3f8 ", Kind::WhiteSpace),
        ("https://auth.shop.example/callback/k3f8%20", Kind::WhiteSpace),
        ("auth.shop.example/callback/k3f8", Kind::Incomplete),
        ("//auth.shop.example/callback/k3f8", Kind::Incomplete),
        ("/callback/k3f8", Kind::Incomplete),
        ("https:/auth.shop.example/callback/k3f8", Kind::Incomplete),
        ("localhost:3001/callback/k3f8", Kind::Incomplete),
        ("", Kind::Incomplete),
        ("https://*.shop.example/callback/k3f8", Kind::Wildcard),
        ("https://auth.shop.example/*", Kind::Wildcard),
        ("https://auth.shop.example/callback/<connector-id>", Kind::Placeholder),
        ("https://auth.shop.example/callback/${connectorId}", Kind::Placeholder),
        ("https://your-domain.example/callback/k3f8", Kind::Placeholder),
        ("https://<your-logto>/callback/k3f8", Kind::Placeholder),
        ("https://auth.shop.example/https://auth.shop.example/callback/k3f8", Kind::Doubled),
        ("https://https://auth.shop.example/callback/k3f8", Kind::Doubled),
        ("https://auth.shop.examplehttps://auth.shop.example/callback/k3f8", Kind::Doubled),
        ("https://аuth.shop.example/callback/k3f8", Kind::LookAlike),
        ("https://xn--uth-5cd.shop.example/callback/k3f8", Kind::LookAlike),
        ("https://auth.shop.example/callback/k3f8?next=home", Kind::Query),
        ("https://auth.shop.example/callback/k3f8#top", Kind::Several),
        ("https://auth.shop.example/callback", Kind::Path),
        ("https://auth.shop.example", Kind::Path),
        ("https://auth.shop.example/callback/social/k3f8", Kind::Path),
        ("https://other.example/callback", Kind::Several),
    ] {
        assert_eq!(kind(registered, SENT), expected, "{registered}");
    }
    // A query may have an address of its own.
    assert_eq!(kind("https://a.example/cb?next=https://b.example/", "https://a.example/cb"), Kind::Query);
    assert_eq!(
        kind("https://bücher.example/cb", "https://xn--bcher-kva.example/cb"),
        Kind::InternationalHost
    );
    assert_eq!(kind("https://localhost/cb", "http://localhost:3001/cb"), Kind::Scheme);
    assert_eq!(kind("http://localhost:3000/cb", "http://localhost:3001/callback"), Kind::Path);
}

#[test]
fn what_does_not_count_as_a_url_is_no_difference() {
    let by = |registered: &str, given: &str| Difference::by(Rule::AsUrls, registered, given);
    for (registered, given, expected) in [
        ("https://Shop.example:443/callback", "https://shop.example/callback/", Kind::TrailingSlash),
        ("https://bücher.example/callback", "http://xn--bcher-kva.example/callback", Kind::Scheme),
        ("https://*.shop.example/callback", "https://a.shop.example/auth", Kind::Path),
        ("https://*.shop.example/callback", "https://a.b.shop.example/callback", Kind::Wildcard),
        ("https://*.shop.example/callback", "https://shop.example/callback", Kind::Wildcard),
        ("https://*.example/callback", "https://shop.example/callback", Kind::Wildcard),
        ("https://*.other.example/callback", "https://a.shop.example/callback", Kind::Host),
        ("https://shop.example/cb/*", "https://shop.example/cb", Kind::Wildcard),
        ("https://shop.example/auth/*", "https://shop.example/my%20app/callback", Kind::Wildcard),
        ("https://shop.example/call%62ack", "https://shop.example/callback", Kind::PercentEncoding),
        ("https://shop.example/callback\u{200b}", "https://shop.example/callback", Kind::WhiteSpace),
        ("https://shop.example/callback%20", "https://shop.example/callback", Kind::WhiteSpace),
        ("https://shоp.example/callback", "https://shop.example/callback", Kind::LookAlike),
        ("https://shop.example/сallback", "https://shop.example/callback", Kind::LookAlike),
        ("https://shop.example/<path>", "https://shop.example/callback", Kind::Placeholder),
        ("http://localhost:3000/callback", "http://localhost:1/callback", Kind::Host),
    ] {
        let difference = by(registered, given);
        assert_eq!(difference.kind, expected, "{registered}: {difference}");
    }
}
