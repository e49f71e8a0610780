//! The kinds of places in a message, and what can happen to a value there.

/// A kind of place in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum At {
    /// What a party received or sent, according to its journal.
    Journal,
    /// Path of a URL.
    Path,
    /// Query of a URL.
    Query,
    /// Header of a request.
    RequestHeader,
    /// Form-encoded body of a request.
    Form,
    /// Member of a JSON object in a request, at any depth.
    Asked,
    /// Header of a response.
    Header,
    /// Header of a response to a request for the audit log without a filter.
    UnfilteredLogHeader,
    /// What an app asks whose process serves several walks: the path.
    SharedCall,
    /// Cookie in a `Set-Cookie` header.
    Cookie,
    /// Name of a cookie, wherever it occurs.
    CookieName,
    /// Size of a cookie: of name and value together.
    CookieSize,
    /// Attribute of a cookie.
    Attribute,
    /// Member of a JSON object in a response, at any depth.
    Answered,
    /// Member of a JWT's header or payload.
    Claim,
    /// Any of the three kinds of members.
    Member,
    /// Member of the JSON document at paths with this ending, or of a document's objects with this name.
    Document(&'static str),
    /// Member of the JSON objects with this name in a response, or of those in a list with this name.
    Inside(&'static str),
    /// A connector's description, by language.
    Description,
    /// Refusal of a request for a language other than English.
    OtherLanguage,
    /// String in a JSON body.
    Text,
    /// String in a JSON body that is a date and time.
    TimeText,
    /// A body as a whole.
    Body,
    /// A part of a page.
    Page,
    /// Field of a form in a page.
    Field,
    /// Hidden field of a form in a page.
    HiddenField,
}

/// What happens to the value at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Shown, or compared, as it is.
    AsItIs,
    /// Neither shown nor compared.
    LeftOut,
    /// Does not occur, or is not part of a response from the Logto that a story checks.
    Absent,
    /// Shown as this role from then on, wherever it occurs.
    Role(&'static str),
    /// Its part that looks generated is shown as this role from then on, wherever it occurs.
    Generated(&'static str),
    /// Shown, and not compared.
    NotCompared,
    /// Shown from this number of bytes on, in halves of a kB.
    Past(usize),
    /// JSON, percent-encoded or not, whose values have this role.
    RolesWithin(&'static str),
    /// The value of this run replaces the recorded one from then on.
    Learnt,
    /// Shown by its parts.
    Parts,
    /// Replaced by this text.
    Masked(&'static str),
    /// Replaced by this text; only whether there is a value is compared.
    Presence(&'static str),
    /// Replaced by its length.
    Length,
    /// A time in seconds.
    Seconds,
    /// A time, in milliseconds from Logto and in seconds from others.
    Milliseconds,
    /// A time in HTTP's date format.
    HttpTime,
    /// Basic credentials, shown decoded.
    Decoded,
    /// Compared as if it were this text.
    Reads(&'static str),
    /// Shown up to this limit.
    UpTo(usize),
}
