//! The exchanges of our walk, compared with those of a scripted browser and a
//! real Logto (golden `social/first-sign-in`): the same steps in the same
//! order, with the same answers.

use logto_testkit::{stack_for, walk};
use serde_json::Value;

use crate::support::{first_visit, root};

/// What both sides have to agree on.
#[derive(Debug, PartialEq)]
struct Step {
    request: String,
    status: u64,
    location: Option<String>,
    content_type: Option<String>,
    cache_control: Option<String>,
    cookies: Vec<String>,
}

/// An address without random values: path, ids as `*`, names of parameters.
fn shape(address: &str) -> String {
    let path =
        address.split_once("://").map_or(address, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let path =
        ["[LOGTO]", "[APP]", "[HF]"].iter().fold(path, |path, role| path.strip_prefix(role).unwrap_or(path));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let segments: Vec<&str> = path.split('/').collect();
    let segments: Vec<&str> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            let before = if at == 0 { "" } else { segments[at - 1] };
            let made_up = ["auth", "social", "callback"].contains(&before);
            if made_up { "*" } else { segment }
        })
        .collect();
    let names: Vec<&str> = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0)).collect();
    format!("{} {}", segments.join("/"), names.join(","))
}

/// Name and attributes, without values.
fn cookie(name: &str, attributes: &str) -> String {
    let names = attributes.split(';').map(|part| part.trim().split('=').next().unwrap_or_default());
    format!("{name}: {}", names.collect::<Vec<_>>().join(" "))
}

fn recorded() -> Vec<Step> {
    let text = std::fs::read_to_string(root().join("tests/golden/social/first-sign-in.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let wanted = |exchange: &&Value| {
        // The recording continues after the sign-out; our walk ends there.
        exchange["from"] == "browser" && exchange["to"] == "logto" && exchange["n"].as_u64() < Some(21)
    };
    golden["exchanges"].as_array().unwrap().iter().filter(wanted).map(step_of_recording).collect()
}

fn step_of_recording(exchange: &Value) -> Step {
    let (request, response) = (&exchange["request"], &exchange["response"]);
    let headers: Vec<(String, &str)> = response["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap().to_lowercase(), pair[1].as_str().unwrap()))
        .collect();
    let header =
        |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| (*value).to_owned());
    let cookies = headers.iter().filter(|(name, _)| name == "set-cookie").filter_map(|(_, line)| {
        let (pair, attributes) = line.split_once(';')?;
        let name = pair.split_once('=')?.0;
        // The transcript folds a signature into its cookie.
        (!name.ends_with(".sig")).then(|| cookie(name, attributes))
    });
    Step {
        request: format!(
            "{} {}",
            request["method"].as_str().unwrap(),
            shape(request["url"].as_str().unwrap())
        ),
        status: response["status"].as_u64().unwrap(),
        location: header("location").map(|location| shape(&location)),
        content_type: header("content-type"),
        cache_control: header("cache-control"),
        cookies: cookies.collect(),
    }
}

async fn walked() -> Vec<Step> {
    let stack = stack_for(&first_visit()).start().await.unwrap();
    let report = walk(&stack, &first_visit()).await;
    stack.stop().await.unwrap();
    assert!(report.passed(), "{:?}", report.failures);
    let transcript = serde_json::to_value(&report.transcript).unwrap();
    let text = |hop: &Value, name: &str| hop.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let hops = transcript["hops"].as_array().unwrap().iter().filter(|hop| {
        let url = hop["url"].as_str().unwrap();
        // A browser gets the page's settings with the page itself.
        url.starts_with("[LOGTO]") && !url.contains("/.well-known/")
    });
    hops.map(|hop| Step {
        request: format!("{} {}", hop["method"].as_str().unwrap(), shape(hop["url"].as_str().unwrap())),
        status: hop["status"].as_u64().unwrap(),
        location: text(hop, "location").map(|location| shape(&location)),
        content_type: text(hop, "content_type"),
        cache_control: text(hop, "cache_control"),
        cookies: hop["set_cookies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|set| {
                let attributes: Vec<&str> =
                    set["attributes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
                cookie(set["name"].as_str().unwrap(), &attributes.join(";"))
            })
            .collect(),
    })
    .collect()
}

#[tokio::test]
async fn the_walk_is_the_recorded_sign_in() {
    let (mut recorded, mut walked) = (recorded(), walked().await);
    assert_eq!(recorded.len(), walked.len(), "{recorded:#?}\n{walked:#?}");
    // The two apps ask for different things: other parameters at the start and
    // at sign-out, and no `state` back at the end.
    for steps in [&mut recorded, &mut walked] {
        for step in steps.iter_mut() {
            for path in ["/oidc/auth ", "/oidc/session/end "] {
                if let Some(at) = step.request.find(path) {
                    step.request.truncate(at + path.len());
                }
            }
        }
        let last = steps.last_mut().unwrap();
        last.location = last.location.take().map(|_| "the app".to_owned());
    }
    for (recorded, walked) in recorded.iter().zip(&walked) {
        assert_eq!(recorded, walked);
    }
}
