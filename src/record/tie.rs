//! What ties an entry of a journal to a walk.

/// By what an entry belongs to a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    /// It is the browser's own request: it came over the connection that brought the hop's answer.
    Own,
    /// It carries cookies, and all of them are of the walk's browsers.
    Cookie,
    /// It carries a `state` that the walk has carried or been given before.
    State,
    /// The same of a code.
    Code,
    /// The same of a token.
    Token,
    /// It carries nothing of a walk, and no other was under way.
    OnlyWalk,
}
