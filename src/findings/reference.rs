//! Generates `docs/findings.md` from the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cause::Cause;
use super::left_out::LEFT_OUT;

/// The reference page of all causes. `shown_by` maps the ID of a cause to the names of the
/// scenarios whose first finding it is.
#[must_use]
pub fn reference(shown_by: &BTreeMap<String, Vec<String>>) -> String {
    let mut page = String::from(
        "# Findings\n\n\
         What `logto-testkit run` and `logto-testkit diagnose` can name. Generated from `src/findings/`: do not edit \
         (`UPDATE_DOCS=1 cargo test --test suite findings` regenerates it).\n\n\
         A finding is proven by evidence: hops, journals, Logto's audit log, settings. If nothing proves a cause, \
         the finding is `unknown/first-bad-hop`, and says where to start reading. Names under `person/` are \
         choices of the person, not faults. Names under `warning/` are values that cannot be right, or rarely are: \
         `diagnose` sees them in the settings, and no walk proves them.\n",
    );
    let mut area = "";
    for cause in Cause::all() {
        let text = cause.text();
        let (of, _) = text.id.split_once('/').unwrap_or((text.id, ""));
        if of != area {
            // Writing to a `String` cannot fail.
            let _ = write!(page, "\n## {of}\n");
            area = of;
        }
        let _ = write!(
            page,
            "\n### `{}`\n\n{}\n\n**Fix** ({}): {} ([more]({}))\n",
            text.id, text.cause, text.place, text.fix, text.see
        );
        if let Some(scenarios) = shown_by.get(text.id).filter(|scenarios| !scenarios.is_empty()) {
            let list: Vec<String> = scenarios.iter().map(|name| format!("`{name}`")).collect();
            let _ = write!(page, "\nShown by {}.\n", list.join(", "));
        }
    }
    page.push_str(
        "\n## What no scenario shows\n\n| entry | what people see | why it is left out |\n|---|---|---|\n",
    );
    for left_out in LEFT_OUT {
        let _ = writeln!(page, "| {} | {} | {} |", left_out.entry, left_out.what, left_out.because);
    }
    page
}
