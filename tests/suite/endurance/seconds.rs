//! No comparison depends on two readings of a server's clock falling into one second.
//!
//! A real Logto reads its clock for a cookie and again for the cookie's signature, so
//! that now and then their `expires` are a second apart. Here they always are.

use axum::Router;
use axum::middleware;
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use logto_testkit::{Scenario, SnapshotResult, compare_snapshot, walk};

use crate::support::{Elsewhere, Surroundings, root};

/// Where the second turns.
#[derive(Debug, Clone, Copy)]
enum Turns {
    /// Between a cookie and its signature; the value is the difference.
    Signatures(i64),
    /// Before every second line of an answer.
    Lines,
}

impl Turns {
    fn between_lines_of(self, router: Router) -> Router {
        router.layer(middleware::map_response(move |mut response: Response| async move {
            let headers = response.headers_mut();
            let lines: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
            headers.remove(SET_COOKIE);
            for (at, line) in lines.iter().enumerate() {
                let text = line.to_str().unwrap();
                let is_signature = text.split('=').next().unwrap().ends_with(".sig");
                let by = match self {
                    Self::Signatures(by) if is_signature => by,
                    Self::Lines if at % 2 == 1 => 1,
                    Self::Signatures(_) | Self::Lines => 0,
                };
                headers.append(SET_COOKIE, later(text, by).parse().unwrap());
            }
            response
        }))
    }
}

/// The line with another `expires`; a deletion is of 1970 whatever the clock says.
fn later(line: &str, by: i64) -> String {
    let attribute = |part: &str| {
        let time = part.strip_prefix("expires=").map(|time| rfc2822::parse(time).unwrap().timestamp());
        match time.filter(|time| *time != Timestamp::UNIX_EPOCH) {
            Some(time) => {
                let time = time + SignedDuration::from_secs(by);
                format!("expires={}", time.strftime("%a, %d %b %Y %H:%M:%S GMT"))
            }
            None => part.to_owned(),
        }
    };
    line.split("; ").map(attribute).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
#[ignore = "slow: docs/reliability.md says how to run it"]
async fn a_cookie_and_its_signature_may_expire_a_second_apart() {
    for turns in [Turns::Signatures(1), Turns::Signatures(-1), Turns::Lines] {
        let elsewhere =
            Elsewhere::start_behind(Surroundings::Right, |router| turns.between_lines_of(router)).await;
        for name in ["first-visit", "returning-visitor", "direct-sign-in"] {
            let scenario = Scenario::load(&root().join(format!("scenarios/sign-in/{name}.yaml"))).unwrap();
            let stack = elsewhere.stack_for(&scenario, false).start().await.unwrap();
            let report = walk(&stack, &scenario).await;
            stack.stop().await.unwrap();
            assert!(report.passed(), "{turns:?} {name}: {:?}", report.failures);
            let compared = compare_snapshot(&scenario, &report.transcript.to_string()).unwrap();
            assert_eq!(compared, SnapshotResult::Same, "{turns:?} {name}");
        }
    }
}
