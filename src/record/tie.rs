//! What ties an entry of a journal to a walk.

/// How an entry is tied to a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    /// It is the browser's own request: it came over the connection that brought the hop's answer.
    Own,
    /// It carries cookies, and all of them belong to the walk's browsers.
    Cookie,
    /// It carries a `state` that the walk has sent or received before.
    State,
    /// It carries a code that the walk has sent or received before.
    Code,
    /// It carries a token that the walk has sent or received before.
    Token,
    /// It carries no cookies, and no other walk was running.
    OnlyWalk,
}
