//! Round trips: what was written reads back as the same value, whatever it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::byte_serialize;
use http::Method;
use kit::Clock;
use logto_testkit::Scenario;
use logto_testkit::scenario::Verb;
use logto_testkit::walker::{CookieFate, CookieRequest, Jar, Page, Site};
use oauth::{Params, Scopes, basic, redirect_uri};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

/// HTML of a text, in the spelling that needs no knowledge of characters.
fn html(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("&#{};", c as u32) })
        .collect()
}

proptest! {
    #[test]
    fn credentials_are_read_as_they_were_sent(id in "[^:]{0,40}", secret in ".{0,80}") {
        let header = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        let read = basic::parse(&header).unwrap();
        prop_assert_eq!((&read.id, &read.secret), (&id, &secret));

        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let header = format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(&id), encode(&secret))));
        let read = basic::form_decoded(&basic::parse(&header).unwrap());
        prop_assert_eq!((read.id, read.secret), (id, secret));
    }

    #[test]
    fn parameters_are_read_as_they_were_sent(pairs in vec(("[a-c]|.{0,8}", ".{0,20}"), 0..12)) {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let read = Params::parse(&text);
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), pairs.iter().map(|(n, v)| (&**n, &**v)).collect::<Vec<_>>());
        for (name, _) in &pairs {
            let values: Vec<&str> = pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| &**value).collect();
            prop_assert_eq!(read.all(name).collect::<Vec<_>>(), &*values);
            prop_assert_eq!(read.first(name), Some(values[0]));
            prop_assert_eq!(read.one(name).is_ok(), values.len() == 1);
            prop_assert_eq!(read.repeated().iter().filter(|told| *told == name).count(), usize::from(values.len() > 1));
        }
    }

    #[test]
    fn a_list_of_scopes_has_each_once_and_is_divided_without_rest(
        asked in vec("[a-e!~]{1,2}", 0..12),
        allowed in vec("[a-e!~]{1,2}", 0..12),
        space in "[\t\n]? [ \t\n]?",
    ) {
        let (list, others) = (Scopes::parse(&asked.join(&space)), allowed.iter().collect::<Scopes>());
        let mut once: Vec<&str> = vec![];
        for scope in &asked {
            if !once.contains(&&**scope) {
                once.push(scope);
            }
        }
        prop_assert_eq!(list.iter().collect::<Vec<_>>(), once);
        let (both, ours) = (list.intersect(&others), list.minus(&others));
        prop_assert!(both.is_subset(&others) && ours.iter().all(|scope| !others.contains(scope)));
        prop_assert!(both.iter().chain(ours.iter()).collect::<Scopes>().same_set(&list));
        prop_assert_eq!(list.is_subset(&others), ours.is_empty());
    }

    #[test]
    fn an_address_that_differs_in_one_part_is_said_to_differ_in_that_part(
        host in "[a-z]{1,8}\\.example", port in 1024_u16..60_000, path in "(/[a-zA-Z0-9_~-][a-zA-Z0-9._~-]{0,5}){1,3}", query in "[a-z]=[a-z]{1,4}",
    ) {
        let registered = format!("https://{host}:{port}{path}?{query}");
        for (given, part) in [
            (format!("http://{host}:{port}{path}?{query}"), "scheme"),
            (format!("https://x{host}:{port}{path}?{query}"), "host"),
            (format!("https://{host}:{}{path}?{query}", port + 1), "port"),
            (format!("https://{host}:{port}{path}/x?{query}"), "path"),
            (format!("https://{host}:{port}{path}/?{query}"), "a trailing slash"),
            (format!("https://{host}:{port}{path}?{query}2"), "query"),
            (format!("https://{host}:{port}{path}?{query}#"), "fragment"),
            (format!(" {registered}"), "white space around it"),
        ] {
            let told = redirect_uri::Difference::between(&registered, &given).to_string();
            prop_assert!(told.ends_with(&format!(" by {part}")), "{}: {}", given, told);
        }
    }

    #[test]
    fn a_cookie_comes_back_as_it_was_set(
        name in "[a-zA-Z0-9_.-]{1,12}", value in "[!#-+./0-9:<-~-]{0,60}", path in "(/[a-z]{1,5}){0,3}",
    ) {
        prop_assume!(!name.to_lowercase().starts_with("__"));
        let url: Url = format!("http://localhost:3001{path}/here").parse().unwrap();
        let chain = [Site::of(&url)];
        let request = CookieRequest { url: &url, method: &Method::GET, chain: &chain, navigation: true };
        let mut jar = Jar::new(Clock::frozen("2026-11-23T12:00:00Z".parse().unwrap()));
        let set = |line: &str, jar: &mut Jar| jar.set(line, request).fate;
        let path = if path.is_empty() { "/".to_owned() } else { path };
        prop_assert_eq!(set(&format!("{name}={value}; path={path}; httponly"), &mut jar), CookieFate::Stored);
        prop_assert_eq!(jar.cookies_for(request).0, [(name.clone(), value)]);
        prop_assert!(jar.visible_to_script(&url).is_empty());
        let epoch = "expires=Thu, 01 Jan 1970 00:00:00 GMT";
        prop_assert_eq!(set(&format!("{name}=; path={path}; {epoch}"), &mut jar), CookieFate::Deleted);
        prop_assert_eq!(set(&format!("{name}=; path={path}; {epoch}"), &mut jar), CookieFate::NothingToDelete);
        prop_assert!(jar.cookies_for(request).0.is_empty());
    }

    #[test]
    fn a_form_sends_what_was_put_into_it(
        fields in vec(("\\PC{1,12}", "\\PC{0,20}", any::<bool>()), 0..8), action in "\\PC{0,20}",
    ) {
        let inputs: String = fields.iter().map(|(name, value, outside)| {
            let input = format!("<input type=hidden form=f name='{}' value='{}'>", html(name), html(value));
            // Some are outside, after the end of the form.
            if *outside { format!("</form>{input}") } else { input }
        }).collect();
        let page = format!("<form id=f method=POST action='{}'>{inputs}", html(&action));
        let page = Page::parse(&"http://localhost:3000/".parse().unwrap(), &page);
        let read: Vec<(&str, &str)> = page.forms[0].fields.iter().map(|field| (&*field.name, &*field.value)).collect();
        prop_assert_eq!(read, fields.iter().map(|(name, value, _)| (&**name, &**value)).collect::<Vec<_>>());
        prop_assert_eq!(&page.forms[0].action, &action);
    }

    #[test]
    fn text_of_a_scenario_file_is_taken_as_it_stands(description in "\\PC{0,60}", text in "\\PC{0,40}") {
        prop_assume!(!description.replace('[', "").trim().is_empty());
        // Brackets and braces have a meaning; the reference says how to escape them.
        let plain = |text: &str| text.replace('[', "").replace("${", "$${");
        // Every JSON text is YAML, with the same meaning.
        let steps = json!([{ "visit": "/" }, { "click": plain(&text) }]);
        let file = json!({ "description": plain(&description), "steps": steps }).to_string();
        let scenario = Scenario::parse(&file, "a.yaml".as_ref()).unwrap();
        prop_assert_eq!(scenario.description, description.replace('[', ""));
        prop_assert_eq!(&scenario.steps[1].verb, &Verb::Click(text.replace('[', "")));
    }
}
