//! What people hit, and no walk of these parties can show.

/// An entry of the catalogue of real faults that has no scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number in the catalogue.
    pub entry: &'static str,
    /// What people see.
    pub what: &'static str,
    /// Why no scenario shows it.
    pub because: &'static str,
}

/// All of them, in the order of the catalogue.
pub const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        entry: "D35",
        what: "The callback answers 500 in production only: `crypto` or `Buffer` is not defined, or a page was made beforehand.",
        because: "It is the runtime of somebody's SDK (an edge runtime, server-side rendering) that fails, before any of these parties is asked.",
    },
    LeftOut {
        entry: "D36",
        what: "The Go SDK cannot read a key set whose keys have members that are lists (`x5c`, `key_ops`).",
        because: "Logto's own key set has none, so nobody meets it with Logto; the fault is in the SDK's types.",
    },
    LeftOut {
        entry: "D37",
        what: "Nothing: a callback at `/callback-anything` passes for one at `/callback`.",
        because: "Nobody sees anything go wrong; it is a matter of how strict an SDK compares addresses.",
    },
    LeftOut {
        entry: "E13",
        what: "The page that signs out of Logto stays blank: a Content-Security-Policy forbids its form.",
        because: "Only a browser that obeys the policy shows it; the walker sends forms whatever a policy says.",
    },
];
