use super::*;
use crate::walker::CookieFate;
use wiremock::matchers::{body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn server() -> (MockServer, Walker, Url) {
    let server = MockServer::start().await;
    let url = Url::parse(&format!("http://localhost:{}/", server.address().port())).unwrap();
    let client = Client::builder().build().unwrap();
    (server, Walker::new(client, Clock::system()), url)
}

fn html(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "text/html; charset=utf-8")
}

#[tokio::test]
async fn follows_nothing_by_itself_and_one_redirect_when_asked() {
    let (server, mut walker, url) = server().await;
    let redirect = ResponseTemplate::new(303)
        .insert_header("location", "/next?a=1")
        .append_header("set-cookie", "s=1; Path=/");
    Mock::given(method("POST")).and(path("/")).respond_with(redirect).expect(1).mount(&server).await;
    Mock::given(method("GET"))
        .and(path("/form"))
        .respond_with(html("<form method=post action=/><input name=x value=y></form>"))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/next"))
        .and(query_param("a", "1"))
        .and(header("cookie", "s=1"))
        .and(body_string(""))
        .respond_with(html("<p>there</p>"))
        .expect(1)
        .mount(&server)
        .await;
    walker.visit(TabId::FIRST, url.join("form").unwrap()).await.unwrap();
    let form = walker.page(TabId::FIRST).unwrap().forms.remove(0);
    let hop = walker.submit(TabId::FIRST, &form, None, WhyHop::Form).await.unwrap();
    assert_eq!((hop.response.status, hop.request.body.as_str()), (303, "x=y"));
    let hop = walker.follow(TabId::FIRST).await.unwrap().unwrap();
    assert_eq!((hop.request.method.as_str(), hop.why), ("GET", WhyHop::Redirect));
    assert!(walker.follow(TabId::FIRST).await.unwrap().is_none());
    assert_eq!(walker.page(TabId::FIRST).unwrap().text, "there");
    assert_eq!(walker.hops().len(), 3);
}

#[tokio::test]
async fn a_307_keeps_method_and_body() {
    let (server, mut walker, url) = server().await;
    Mock::given(method("GET"))
        .respond_with(html("<form method=post action=/a><input name=x value=y></form>"))
        .mount(&server)
        .await;
    Mock::given(path("/a"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", "/b"))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/b"))
        .and(body_string("x=y"))
        .respond_with(html("ok"))
        .expect(1)
        .mount(&server)
        .await;
    walker.visit(TabId::FIRST, url).await.unwrap();
    let form = walker.page(TabId::FIRST).unwrap().forms.remove(0);
    walker.submit(TabId::FIRST, &form, None, WhyHop::Form).await.unwrap();
    walker.follow(TabId::FIRST).await.unwrap();
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "/"))
        .mount(&server)
        .await;
    walker.visit(TabId::FIRST, url).await.unwrap();
    let error = loop {
        match walker.follow(TabId::FIRST).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(error, WalkError::TooManyRedirects { hop: 21, .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_out_of_the_stack_names_the_host() {
    let (server, mut walker, url) = server().await;
    let away = ResponseTemplate::new(302).insert_header("location", "https://example.com/");
    Mock::given(path("/")).respond_with(away).mount(&server).await;
    walker.visit(TabId::FIRST, url).await.unwrap();
    let error = walker.follow(TabId::FIRST).await.unwrap_err().to_string();
    assert!(error.contains("`example.com`, a host outside the stack"), "{error}");
}

#[tokio::test]
async fn tabs_share_cookies_but_not_session_storage() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/")).respond_with(html("x").append_header("set-cookie", "s=1")).mount(&server).await;
    walker.visit(TabId::FIRST, url.clone()).await.unwrap();
    walker.store(TabId::FIRST, &url, "state", "abc");
    let second = walker.open_tab();
    let hop = walker.visit(second, url.clone()).await.unwrap();
    assert_eq!(hop.request.cookies, [("s".to_owned(), "1".to_owned())]);
    assert_eq!(walker.stored(TabId::FIRST, &url, "state"), Some("abc"));
    assert_eq!(walker.stored(second, &url, "state"), None);
}

#[tokio::test]
async fn a_token_in_an_address_breaks_a_rule() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/")).respond_with(html("x")).mount(&server).await;
    let hop = walker.visit(TabId::FIRST, url.join("/?access_token=t").unwrap()).await.unwrap();
    assert_eq!(hop.violations[0].what, "`access_token` appears in a URL (/)");
}

#[tokio::test]
async fn an_invented_state_breaks_a_rule() {
    let (server, mut walker, url) = server().await;
    let answer = |state: &str| {
        ResponseTemplate::new(303)
            .insert_header("location", format!("/callback?code=c&state={state}").as_str())
    };
    Mock::given(path("/good")).respond_with(answer("asked")).mount(&server).await;
    Mock::given(path("/bad")).respond_with(answer("invented")).mount(&server).await;
    let hop = walker.visit(TabId::FIRST, url.join("/good?state=asked").unwrap()).await.unwrap();
    assert_eq!(hop.violations, []);
    let hop = walker.visit(TabId::FIRST, url.join("/bad?state=asked").unwrap()).await.unwrap();
    assert_eq!(hop.violations.len(), 1);
}

#[tokio::test]
async fn a_script_takes_no_cookies_to_another_origin() {
    let (server, mut walker, url) = server().await;
    let (other, _, away) = self::server().await;
    Mock::given(path("/"))
        .respond_with(html("x").append_header("set-cookie", "s=1; Path=/"))
        .mount(&server)
        .await;
    let setting = ResponseTemplate::new(200).append_header("set-cookie", "t=2; Path=/");
    Mock::given(path("/api")).respond_with(setting.clone()).mount(&other).await;
    Mock::given(path("/api")).respond_with(setting).mount(&server).await;
    walker.visit(TabId::FIRST, url.clone()).await.unwrap();
    let hop =
        walker.call(TabId::FIRST, Method::GET, away.join("api").unwrap(), &[], None, None).await.unwrap();
    assert_eq!((hop.request.cookies.len(), hop.request.withheld[0].name.as_str()), (0, "s"));
    assert_eq!(hop.response.cookies[0].fate, CookieFate::Dropped(WhyDropped::ForeignCall));
    let hop =
        walker.call(TabId::FIRST, Method::GET, url.join("api").unwrap(), &[], None, None).await.unwrap();
    assert_eq!((hop.request.cookies.len(), &hop.response.cookies[0].fate), (1, &CookieFate::Stored));
}

#[tokio::test]
async fn a_hop_without_an_answer_is_recorded_with_the_reason() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/")).respond_with(html("x").set_delay(Duration::from_secs(60))).mount(&server).await;
    walker = walker.with_deadline(Duration::from_millis(20));
    let error = walker.visit(TabId::FIRST, url.clone()).await.unwrap_err();
    assert!(matches!(error, WalkError::Deadline(_)), "{error}");
    let outside = walker.visit(TabId::FIRST, "https://example.com/".parse().unwrap()).await.unwrap_err();
    assert!(matches!(outside, WalkError::Send(_)), "{outside}");
    let faults: Vec<String> =
        walker.hops().iter().map(|hop| hop.response.fault.as_ref().unwrap().to_string()).collect();
    assert_eq!(faults[0], format!("waited 20ms for hop 1, GET {url}"));
    assert!(faults[1].contains("a host outside the stack"), "{}", faults[1]);
}

#[tokio::test]
async fn a_fragment_is_inherited_and_never_sent() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/a"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", "b?c"))
        .mount(&server)
        .await;
    Mock::given(path("/b")).respond_with(html("x")).expect(1).mount(&server).await;
    walker.visit(TabId::FIRST, url.join("a#part").unwrap()).await.unwrap();
    let hop = walker.follow(TabId::FIRST).await.unwrap().unwrap();
    assert_eq!(hop.request.url, url.join("b?c#part").unwrap());
    let sent = server.received_requests().await.unwrap();
    assert!(sent.iter().all(|request| request.url.fragment().is_none()));
}

#[tokio::test]
async fn addresses_that_are_not_of_the_web_are_refused() {
    let (server, mut walker, url) = server().await;
    let away = ResponseTemplate::new(302).insert_header("location", "io.logto://callback");
    Mock::given(path("/")).respond_with(away).mount(&server).await;
    walker.visit(TabId::FIRST, url).await.unwrap();
    let error = walker.follow(TabId::FIRST).await.unwrap_err();
    assert!(matches!(&error, WalkError::BadAddress(address) if address == "io.logto://callback"), "{error}");
}

#[tokio::test]
async fn a_form_of_another_site_posts_without_lax_cookies() {
    let (server, mut walker, url) = server().await;
    let here = url.as_str().replace("localhost", "127.0.0.1");
    let form = format!(
        "<form method=post action={url}in><input name=a value='b c'><button name=go value=1>Go</button></form>"
    );
    Mock::given(path("/set"))
        .respond_with(html("x").append_header("set-cookie", "lax=1; Path=/"))
        .mount(&server)
        .await;
    Mock::given(path("/form")).respond_with(html(&form)).mount(&server).await;
    Mock::given(path("/in"))
        .and(body_string("a=b+c&go=1"))
        .respond_with(html("x"))
        .expect(1)
        .mount(&server)
        .await;
    walker.visit(TabId::FIRST, url.join("set").unwrap()).await.unwrap();
    walker.visit(TabId::FIRST, format!("{here}form").parse().unwrap()).await.unwrap();
    let form = walker.page(TabId::FIRST).unwrap().forms.remove(0);
    let hop = walker.submit(TabId::FIRST, &form, form.submits.first(), WhyHop::Form).await.unwrap();
    assert_eq!(hop.request.cookies, []);
    assert_eq!(hop.request.withheld[0].reason, WhyWithheld::LaxMethod(Method::POST));
}

#[tokio::test]
async fn an_entry_of_the_journal_knows_the_hop_that_was_under_way() {
    let (server, walker, url) = server().await;
    Mock::given(path("/")).respond_with(html("x")).mount(&server).await;
    let (journal, clock) = (Journal::new(), Clock::system());
    let mut walker = walker.watching(journal.clone());
    walker.visit(TabId::FIRST, url.clone()).await.unwrap();
    let request =
        kit::Request { method: "GET".to_owned(), url: String::new(), headers: vec![], body: String::new() };
    let begin = |request| {
        drop(journal.begin(&clock, kit::Party::HUGGINGFACE, kit::Direction::Received, request, None));
    };
    begin(request.clone());
    walker.visit(TabId::FIRST, url).await.unwrap();
    begin(request);
    let entries = walker.asker().unwrap().entries();
    let hops: Vec<_> = entries.iter().map(|entry| entry.whose.hop(walker.asker().unwrap().walk())).collect();
    assert_eq!(hops, [Some(1), Some(2)]);
}

#[tokio::test]
async fn a_form_sent_on_to_another_origin_has_no_origin_any_more() {
    let (server, mut walker, url) = server().await;
    let (other, _, away) = self::server().await;
    let form = "<form method=post action=/on><input name=x value=y></form>";
    Mock::given(path("/")).respond_with(html(form)).mount(&server).await;
    let on = ResponseTemplate::new(308).insert_header("location", away.as_str());
    Mock::given(path("/on")).respond_with(on).mount(&server).await;
    let arrived = Mock::given(method("POST")).and(header("origin", "null")).and(body_string("x=y"));
    arrived.respond_with(html("x")).expect(1).mount(&other).await;
    walker.visit(TabId::FIRST, url.clone()).await.unwrap();
    let form = walker.page(TabId::FIRST).unwrap().forms.remove(0);
    let hop = walker.submit(TabId::FIRST, &form, None, WhyHop::Form).await.unwrap();
    let origin = ("origin".to_owned(), url.origin().ascii_serialization());
    assert!(hop.request.headers.contains(&origin), "{:?}", hop.request.headers);
    walker.follow(TabId::FIRST).await.unwrap();
}

#[tokio::test]
async fn a_click_finds_links_and_buttons_by_their_text() {
    let (server, mut walker, url) = server().await;
    let page =
        "<a href=/in>Sign <b>In</b></a><form action=/out><button name=a value=1>Sign Out</button></form>";
    Mock::given(path("/")).respond_with(html(page)).mount(&server).await;
    Mock::given(path("/in")).respond_with(html("x")).expect(1).mount(&server).await;
    Mock::given(path("/out"))
        .and(query_param("a", "1"))
        .respond_with(html("x"))
        .expect(1)
        .mount(&server)
        .await;
    for text in ["Sign In", "Sign Out"] {
        walker.visit(TabId::FIRST, url.clone()).await.unwrap();
        walker.click(TabId::FIRST, text).await.unwrap();
    }
    walker.visit(TabId::FIRST, url).await.unwrap();
    let error = walker.click(TabId::FIRST, "Sign up").await.unwrap_err();
    assert!(matches!(error, WalkError::NothingToClick { .. }), "{error}");
}

#[tokio::test]
async fn back_loads_the_page_before_again_and_a_redirect_is_no_page() {
    let (server, mut walker, url) = server().await;
    for page in ["/a", "/c"] {
        Mock::given(path(page)).respond_with(html(page)).mount(&server).await;
    }
    let redirect = ResponseTemplate::new(303).insert_header("location", "/c");
    Mock::given(path("/b")).respond_with(redirect).mount(&server).await;
    walker.visit(TabId::FIRST, url.join("a").unwrap()).await.unwrap();
    assert!(matches!(walker.back(TabId::FIRST).await, Err(WalkError::NoHistory(_))));
    walker.go(TabId::FIRST, "/b", WhyHop::Link).await.unwrap();
    walker.follow(TabId::FIRST).await.unwrap();
    walker.reload(TabId::FIRST).await.unwrap();
    let hop = walker.back(TabId::FIRST).await.unwrap();
    assert_eq!((hop.request.url.path(), hop.why), ("/a", WhyHop::Back));
    walker.replace(TabId::FIRST, "/c").await.unwrap();
    assert!(walker.back(TabId::FIRST).await.is_err(), "going back skips a replaced page");
}

#[tokio::test]
async fn what_is_prefetched_takes_cookies_along_and_shows_nowhere() {
    let (server, mut walker, url) = server().await;
    let page = html("<a href=/out>Sign Out</a>").insert_header("set-cookie", "s=1");
    Mock::given(path("/")).respond_with(page).mount(&server).await;
    let redirect =
        ResponseTemplate::new(303).insert_header("location", "/bye").append_header("set-cookie", "s=2");
    Mock::given(path("/out"))
        .and(header("cookie", "s=1"))
        .respond_with(redirect)
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/bye"))
        .and(header("cookie", "s=2"))
        .respond_with(html("bye"))
        .expect(1)
        .mount(&server)
        .await;
    walker.visit(TabId::FIRST, url.clone()).await.unwrap();
    walker.prefetch(TabId::FIRST, "Sign Out").await.unwrap();
    assert_eq!(walker.page(TabId::FIRST).unwrap().links.len(), 1);
    assert!(walker.hops()[1..].iter().all(|hop| hop.why == WhyHop::Prefetch));
    let error = walker.prefetch(TabId::FIRST, "Sign In").await.unwrap_err();
    assert!(matches!(error, WalkError::NothingToClick { .. }), "{error}");
}

#[tokio::test]
async fn browsers_share_neither_cookies_nor_storage() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/")).respond_with(html("x").insert_header("set-cookie", "s=1")).mount(&server).await;
    walker.visit(TabId::FIRST, url.clone()).await.unwrap();
    walker.store_locally(TabId::FIRST, &url, "kept", "1");
    let other = walker.open_browser();
    let beside = walker.open_tab();
    assert_eq!((other.browser(), other.number(), beside.browser(), beside.number()), (2, 1, 1, 2));
    walker.visit(other, url.clone()).await.unwrap();
    assert!(walker.hops()[1].request.cookies.is_empty());
    walker.visit(beside, url.clone()).await.unwrap();
    assert_eq!(walker.hops()[2].request.cookies.len(), 1);
    assert_eq!(
        (walker.stored_locally(other, &url, "kept"), walker.stored_locally(beside, &url, "kept")),
        (None, Some("1"))
    );
    walker.lose_storage(beside, true);
    assert_eq!(walker.stored_locally(TabId::FIRST, &url, "kept"), None);
}

#[tokio::test]
async fn a_browser_that_takes_no_cookies_says_so() {
    let (server, mut walker, url) = server().await;
    Mock::given(path("/")).respond_with(html("x").insert_header("set-cookie", "s=1")).mount(&server).await;
    walker.refuse_cookies();
    let hop = walker.visit(TabId::FIRST, url).await.unwrap();
    assert_eq!(hop.response.cookies[0].fate, CookieFate::Dropped(WhyDropped::Refused));
}
