//! Logs every exchange in one line, with the reasons, while a command runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};

use crate::output::{self, Form};
use crate::{Clock, Direction, Entry, Journal, Outcome};

/// Prints what each request added to the journal: the request and, indented, what the party sent
/// because of it. Secrets and codes are in bodies and queries, so only the path is shown.
/// Disturbances of this clock by the machine are printed too, unless the log that the command
/// writes already contains them.
pub fn logged(router: Router, journal: Journal, clock: Clock) -> Router {
    let (printed, disturbances) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    router.layer(from_fn(move |request: Request, next: Next| {
        let (journal, printed) = (journal.clone(), printed.clone());
        let (clock, disturbances) = (clock.clone(), disturbances.clone());
        async move {
            let response = next.run(request).await;
            let before = disturbances.swap(clock.disturbance_count(), Ordering::SeqCst);
            if !tracing::enabled!(tracing::Level::WARN) {
                for disturbance in clock.disturbances(before) {
                    output::complain(&format!("      {disturbance}"));
                }
            }
            let newest = journal.last_number();
            let before = printed.fetch_max(newest, Ordering::SeqCst);
            for entry in journal.since(before).iter().filter(|entry| entry.number <= newest) {
                output::complain(&line(entry));
            }
            response
        }
    }))
}

fn line(entry: &Entry) -> String {
    let url = &entry.request.url;
    let path = url::Url::parse(url).map_or_else(|_| url.clone(), |url| url.path().to_owned());
    let indent = if entry.direction == Direction::Sent { "  → " } else { "" };
    let outcome = match &entry.outcome {
        Outcome::Response(response) => response.status.to_string(),
        Outcome::Fault(fault) => fault.to_string(),
        Outcome::Pending => "…".to_owned(),
    };
    let reasons: String = entry.notes.iter().map(|note| format!(" · {note}")).collect();
    let line = format!("{:>4}  {indent}{} {path}  {outcome}{reasons}", entry.number, entry.request.method);
    // Reasons quote what people sent.
    output::escaped(&line, Form::Line).into_owned()
}
