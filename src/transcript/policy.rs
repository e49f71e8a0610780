//! What is compared, what becomes a role, and what is left out, each with its reason: in transcripts,
//! and in recorded stories (`crate::golden`). The code of both looks its rules up here, and
//! `docs/scenarios.md` shows them. The first row that fits a place holds; what no row names is as it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use kit::Party;

use At::*;
use Then::*;

/// A kind of place in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum At {
    /// What a party received or sent, by its journal.
    Journal,
    /// Path of an address.
    Path,
    /// Query of an address.
    Query,
    /// Header of a request.
    RequestHeader,
    /// Form-encoded body of a request.
    Form,
    /// Member of a JSON object in a request, at any depth.
    Asked,
    /// Header of a response.
    Header,
    /// The same, where the audit log is asked for without a filter.
    UnfilteredLogHeader,
    /// `Set-Cookie`.
    Cookie,
    /// Attribute of a cookie.
    Attribute,
    /// Member of a JSON object in a response, at any depth.
    Answered,
    /// Member of header or payload of a JWT.
    Claim,
    /// Any of the three kinds of members.
    Member,
    /// Member of the JSON document at paths that end so, or of the objects that a document has under this name.
    Document(&'static str),
    /// A connector's description, by language.
    Description,
    /// Refusal for a request that asks for another language than English.
    OtherLanguage,
    /// Text in a JSON body.
    Text,
    /// A body as a whole.
    Body,
    /// What a page consists of.
    Page,
    /// Field of a form in a page.
    Field,
}

/// What becomes of what stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Shown, or compared, as it is.
    AsItIs,
    /// Neither shown nor compared.
    LeftOut,
    /// There is none, or it is no response of the Logto that a story judges.
    Absent,
    /// Shown as this role from then on, wherever it stands.
    Role(&'static str),
    /// Percent-encoded JSON, whose values have this role.
    RolesWithin(&'static str),
    /// The value of this run stands for the recorded one from then on.
    Learnt,
    /// Shown by what is in it.
    Parts,
    /// This text stands for the value.
    Masked(&'static str),
    /// The same; whether there is a value counts.
    Presence(&'static str),
    /// Its length stands for the value.
    Length,
    /// A time in seconds.
    Seconds,
    /// A time in milliseconds where Logto made it, and in seconds elsewhere.
    Milliseconds,
    /// A time of HTTP.
    HttpTime,
    /// Basic credentials are decoded.
    Decoded,
    /// Compared as if it were this text.
    Reads(&'static str),
    /// This much of it is shown.
    UpTo(usize),
}

/// Whose messages it is about (of everyone: `None`), where in them, under which name (with one `*`, all
/// that begin and end so), and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) whose: Option<Party>,
    pub(crate) at: At,
    pub(crate) name: &'static str,
    pub(crate) transcript: Then,
    pub(crate) story: Then,
}

const ALL: Option<Party> = None;
const APP: Option<Party> = Some(Party::APP);
const LOGTO: Option<Party> = Some(Party::LOGTO);
const HF: Option<Party> = Some(Party::HUGGINGFACE);

const SIGN_IN: At = Document("/.well-known/sign-in-exp");
const DISCOVERY: At = Document("/.well-known/openid-configuration");

/// Shorter strings are never made up.
pub(crate) const SHORTEST_ID: usize = 9;
/// Shorter strings are no part of a key.
pub(crate) const SHORTEST_KEY: usize = 21;

/// Rows, and why they are so.
type Group = (&'static [Row], &'static str);

const fn row(whose: Option<Party>, at: At, name: &'static str, transcript: Then, story: Then) -> Row {
    Row { whose, at, name, transcript, story }
}

pub(crate) const POLICY: &[Group] = &[
    (
        &[row(HF, Journal, "received", AsItIs, AsItIs)],
        "every Logto calls the mock, so its calls are seen on every backend",
    ),
    (
        &[row(APP, Journal, "sent", AsItIs, Absent)],
        "the sample app tells of its own calls; an app of one's own does not, and stories have none",
    ),
    (
        &[row(ALL, Journal, "*", LeftOut, Absent)],
        "a running Logto tells nothing of itself, and what an app received is the hop itself",
    ),
    (
        &[row(LOGTO, Path, "/oidc/auth/*", Role("INTERACTION"), Absent)],
        "the resume address names the interaction (contract §1.4)",
    ),
    (
        &[
            row(LOGTO, Path, "/oidc/*", AsItIs, AsItIs),
            row(LOGTO, Path, "/api/*", AsItIs, AsItIs),
            row(LOGTO, Path, "/assets/*", AsItIs, AsItIs),
        ],
        "what Logto itself answers there is the protocol",
    ),
    (
        &[row(LOGTO, Path, "*", LeftOut, LeftOut)],
        "Logto answers unknown paths with its sign-in application (contract §2.3); the text of that page is not part of the contract",
    ),
    (&[row(APP, Query, "code", Role("CODE"), Learnt)], "Logto makes it up"),
    (
        &[
            row(APP, Query, "state", Role("STATE"), AsItIs),
            row(LOGTO, Query, "state", Role("STATE"), Absent),
            row(LOGTO, Query, "nonce", Role("NONCE"), Absent),
            row(LOGTO, Query, "code_challenge", Role("CODE_CHALLENGE"), Absent),
            row(LOGTO, Query, "id_token_hint", Role("ID_TOKEN"), Absent),
            row(LOGTO, Form, "code", Role("CODE"), Absent),
            row(LOGTO, Form, "code_verifier", Role("CODE_VERIFIER"), Absent),
            row(LOGTO, Form, "refresh_token", Role("REFRESH_TOKEN"), Absent),
            row(LOGTO, Form, "xsrf", Role("XSRF"), Absent),
        ],
        "made up anew by app or Logto; in a story the replay sends them, and its apps' `state` is a fixed text",
    ),
    (
        &[
            row(LOGTO, Query, "code", Role("HF_CODE"), Absent),
            row(LOGTO, Asked, "code", Role("HF_CODE"), Absent),
            row(LOGTO, Asked, "state", Role("STATE"), Absent),
            row(LOGTO, Asked, "verificationId", Role("VERIFICATION"), Absent),
        ],
        "what Logto's callback and its page's calls bring along; in a story the replay sends them",
    ),
    (&[row(HF, Query, "nonce", Role("NONCE"), Learnt)], "an OpenID connector makes one up for each request"),
    (
        &[
            row(HF, Query, "state", Role("STATE"), AsItIs),
            row(HF, Query, "code_challenge", Role("CODE_CHALLENGE"), AsItIs),
            row(HF, Form, "code", Role("HF_CODE"), AsItIs),
            row(HF, Form, "code_verifier", Role("CODE_VERIFIER"), AsItIs),
            row(HF, Form, "refresh_token", Role("HF_REFRESH_TOKEN"), AsItIs),
        ],
        "made up anew in a walk; a story fixes them, so Logto has to send the very same",
    ),
    (
        &[row(HF, Form, "client_assertion", Role("CLIENT_ASSERTION"), Parts)],
        "signed anew for each call; a story compares its claims and its lifetime",
    ),
    (
        &[row(ALL, RequestHeader, "authorization", Decoded, AsItIs)],
        "shown decoded, a mix-up of id and secret is seen",
    ),
    (
        &[row(ALL, RequestHeader, "logto-app-id", AsItIs, Absent)],
        "tells interactions apart; in a story the replay sends it",
    ),
    (
        &[
            row(ALL, RequestHeader, "content-type", LeftOut, AsItIs),
            row(ALL, RequestHeader, "accept", LeftOut, AsItIs),
            row(ALL, RequestHeader, "accept-language", LeftOut, AsItIs),
            row(ALL, RequestHeader, "user-agent", LeftOut, AsItIs),
        ],
        "a provider may act on them, so Logto's have to be the recorded ones; clients choose their own, and a \
         transcript holds for each",
    ),
    (&[row(ALL, RequestHeader, "*", LeftOut, LeftOut)], "says nothing about a sign-in"),
    (
        &[
            row(ALL, Header, "location", AsItIs, AsItIs),
            row(ALL, Header, "content-type", AsItIs, AsItIs),
            row(ALL, Header, "cache-control", AsItIs, AsItIs),
            row(ALL, Header, "www-authenticate", AsItIs, AsItIs),
        ],
        "says where a sign-in goes on, what came, and why not",
    ),
    (&[row(ALL, Header, "set-cookie", Parts, Parts)], "a sign-in lives in its cookies"),
    (
        &[
            row(ALL, Header, "content-language", LeftOut, AsItIs),
            row(ALL, Header, "pragma", LeftOut, AsItIs),
            row(ALL, Header, "retry-after", LeftOut, AsItIs),
            row(ALL, Header, "allow", LeftOut, AsItIs),
            row(ALL, Header, "access-control-allow-origin", LeftOut, AsItIs),
            row(ALL, Header, "access-control-allow-methods", LeftOut, AsItIs),
            row(ALL, Header, "access-control-allow-headers", LeftOut, AsItIs),
            row(ALL, Header, "access-control-allow-credentials", LeftOut, AsItIs),
            row(ALL, Header, "access-control-max-age", LeftOut, AsItIs),
            row(ALL, Header, "access-control-expose-headers", LeftOut, AsItIs),
            row(ALL, Header, "vary", LeftOut, AsItIs),
            row(ALL, Header, "x-frame-options", LeftOut, AsItIs),
            row(ALL, Header, "total-number", LeftOut, AsItIs),
            row(ALL, Header, "link", LeftOut, AsItIs),
        ],
        "clients may act on them, so the double has to send what Logto does; in a transcript they would hide \
         the sign-in",
    ),
    (
        &[row(ALL, Header, "etag", LeftOut, Presence("<etag>"))],
        "a digest of what is made up: whether there is one counts, and a later request may repeat it",
    ),
    (
        &[row(ALL, Header, "*", LeftOut, LeftOut)],
        "`Date`, lengths, request ids and security headers differ in every run, or say nothing about a sign-in",
    ),
    (
        &[
            row(ALL, UnfilteredLogHeader, "total-number", LeftOut, LeftOut),
            row(ALL, UnfilteredLogHeader, "link", LeftOut, LeftOut),
        ],
        "counts every entry that the instance ever wrote",
    ),
    (
        &[row(ALL, Cookie, "*.sig", Masked("[SIGNATURE]"), Length)],
        "says nothing that its cookie does not; a transcript folds it into its cookie where both live alike",
    ),
    (&[row(APP, Cookie, "*", Role("APP_SESSION"), Absent)], "made up by the app, of which a story has none"),
    (
        &[row(LOGTO, Cookie, "_interaction", RolesWithin("INTERACTION"), RolesWithin("INTERACTION"))],
        "names the interaction of each application (contract §8)",
    ),
    (
        &[row(LOGTO, Cookie, "_logto", AsItIs, AsItIs)],
        "says how the sign-in page was asked for; nothing in it is made up",
    ),
    (
        &[
            row(LOGTO, Cookie, "_session", Role("SESSION"), Learnt),
            row(LOGTO, Cookie, "_interaction_resume", Role("INTERACTION"), Learnt),
            row(LOGTO, Cookie, "*", AsItIs, Learnt),
        ],
        "made up by Logto; a cookie that no walk has had yet is shown as it is, to be noticed",
    ),
    (&[row(HF, Cookie, "token", Role("HF_SESSION"), Absent)], "made up by the mock, which no story judges"),
    (
        &[row(ALL, Attribute, "expires", HttpTime, HttpTime)],
        "told from the time of the response: by minutes in a transcript, by tens of minutes in a story, which \
         was recorded with pauses",
    ),
    (
        &[
            row(LOGTO, Answered, "access_token", Role("ACCESS_TOKEN"), Learnt),
            row(LOGTO, Answered, "refresh_token", Role("REFRESH_TOKEN"), Learnt),
            row(LOGTO, Answered, "sub", Role("USER"), Learnt),
            row(LOGTO, Claim, "sub", Role("USER"), Learnt),
            row(LOGTO, Claim, "nonce", Role("NONCE"), Learnt),
            row(LOGTO, Answered, "verificationId", Role("VERIFICATION"), Learnt),
        ],
        "made up anew; the same value has to come again wherever it is repeated",
    ),
    (
        &[row(LOGTO, Answered, "id_token", Role("ID_TOKEN"), Parts)],
        "its claims are listed where it first shows; a story compares them, with `exp` told from `iat`",
    ),
    (
        &[
            row(LOGTO, Answered, "kid", Role("KID"), Masked("<key>")),
            row(LOGTO, Claim, "kid", Role("KID"), Masked("<key>")),
        ],
        "a transcript shows whether token and key set name the same key",
    ),
    (
        &[
            row(HF, Answered, "access_token", Role("HF_ACCESS_TOKEN"), Absent),
            row(HF, Answered, "refresh_token", Role("HF_REFRESH_TOKEN"), Absent),
            row(HF, Answered, "id_token", Role("HF_ID_TOKEN"), Absent),
            row(HF, Answered, "kid", Role("HF_KID"), Absent),
            row(HF, Claim, "kid", Role("HF_KID"), Absent),
            row(HF, Field, "code", Role("HF_CODE"), Absent),
            row(APP, Answered, "sub", Role("USER"), Absent),
        ],
        "made up anew; what mock and app answer, no story judges",
    ),
    (
        &[row(LOGTO, Field, "xsrf", Role("XSRF"), Absent)],
        "made up for each page; a story takes it for a `value` (below)",
    ),
    (
        &[
            row(ALL, Member, "id", AsItIs, Learnt),
            row(ALL, Member, "userId", AsItIs, Learnt),
            row(ALL, Member, "value", AsItIs, Learnt),
            row(ALL, Member, "request_uri", AsItIs, Learnt),
            row(ALL, Member, "resourceId", AsItIs, Learnt),
            row(ALL, Member, "scopeId", AsItIs, Learnt),
            row(ALL, Member, "applicationId", AsItIs, Learnt),
            row(ALL, Member, "sessionId", AsItIs, Learnt),
            row(ALL, Member, "interactionId", AsItIs, Learnt),
            row(ALL, Member, "grantId", AsItIs, Learnt),
            row(ALL, Member, "device_code", AsItIs, Learnt),
            row(ALL, Member, "user_code", AsItIs, Learnt),
        ],
        "made up by Logto, if both have one length of nine characters or more; what a walk meets of these the stack \
         knows beforehand, by role",
    ),
    (
        &[row(ALL, Member, "authorizationUri", Parts, Parts)],
        "an address; its query is looked into (a transcript does so with every address)",
    ),
    (
        &[
            row(ALL, Member, "iat", Seconds, Seconds),
            row(ALL, Member, "exp", Seconds, Seconds),
            row(ALL, Member, "nbf", Seconds, Seconds),
            row(ALL, Member, "auth_time", Seconds, Seconds),
        ],
        "times (RFC 7519 §4.1, OpenID Connect Core §2): a transcript tells the distance from now; a story was recorded \
         at another time, and takes any",
    ),
    (
        &[
            row(ALL, Member, "created_at", Milliseconds, Milliseconds),
            row(ALL, Member, "updated_at", Milliseconds, Milliseconds),
            row(ALL, Member, "createdAt", Milliseconds, Milliseconds),
            row(ALL, Member, "updatedAt", Milliseconds, Milliseconds),
            row(ALL, Member, "lastSignInAt", Milliseconds, Milliseconds),
            row(ALL, Member, "expiresAt", Milliseconds, Milliseconds),
        ],
        "as above; Logto's API has milliseconds, and the same names elsewhere seconds",
    ),
    (
        &[
            row(ALL, Member, "x", Masked("[X]"), Masked("<key>")),
            row(ALL, Member, "y", Masked("[Y]"), Masked("<key>")),
            row(ALL, Member, "n", Masked("[N]"), Masked("<key>")),
        ],
        "the key itself (RFC 7518 §6), made up in every start: in a transcript in objects with `kty`, in a story from \
         21 characters",
    ),
    (
        &[row(ALL, Member, "jti", AsItIs, Masked("<key>"))],
        "made up for each JWT; a transcript looks into ID tokens only, which have none",
    ),
    (
        &[
            row(ALL, Member, "readme", AsItIs, Presence("<text>")),
            row(ALL, Member, "logo", AsItIs, Presence("<text>")),
            row(ALL, Member, "logoDark", AsItIs, Presence("<text>")),
        ],
        "long texts and pictures that the recording left out, and that say nothing of the protocol",
    ),
    (
        &[row(ALL, Description, "en", AsItIs, AsItIs), row(ALL, Description, "*", AsItIs, LeftOut)],
        "translations of a connector's description are not carried over to the double",
    ),
    (
        &[row(ALL, OtherLanguage, "message", AsItIs, LeftOut)],
        "a double need not speak other languages (contract §10); codes do not depend on them",
    ),
    (
        &[row(
            ALL,
            Text,
            "interaction session id cookie not found",
            AsItIs,
            Reads("interaction session not found"),
        )],
        "the recorded build says the first where Logto itself says the second (README of the goldens, known deviations)",
    ),
    (
        &[
            row(ALL, SIGN_IN, "signInMode", AsItIs, AsItIs),
            row(ALL, SIGN_IN, "socialConnectors", Parts, AsItIs),
            row(ALL, SIGN_IN, "…", Masked("more settings"), AsItIs),
            row(ALL, Document("socialConnectors"), "id", AsItIs, AsItIs),
            row(ALL, Document("socialConnectors"), "target", AsItIs, AsItIs),
        ],
        "what a sign-in with a social connector depends on; the rest are settings of no concern to it",
    ),
    (
        &[
            row(ALL, DISCOVERY, "issuer", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "authorization_endpoint", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "token_endpoint", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "userinfo_endpoint", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "jwks_uri", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "revocation_endpoint", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "end_session_endpoint", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "id_token_signing_alg_values_supported", AsItIs, AsItIs),
            row(ALL, DISCOVERY, "…", Masked("more metadata"), AsItIs),
        ],
        "what the app takes from it",
    ),
    (
        &[
            row(ALL, Page, "title", AsItIs, AsItIs),
            row(ALL, Page, "forms", AsItIs, AsItIs),
            row(ALL, Page, "fields_outside_forms", AsItIs, AsItIs),
            row(ALL, Page, "submits_itself", AsItIs, AsItIs),
        ],
        "what a client can use of a page",
    ),
    (&[row(ALL, Page, "links", AsItIs, LeftOut)], "what a person can use of it; the recording left them out"),
    (
        &[row(ALL, Page, "text", UpTo(160), LeftOut)],
        "characters of a page that tells of an error (400 and more); other texts are the app's own",
    ),
    (
        &[row(ALL, Body, "text", UpTo(12), AsItIs)],
        "lines of what is neither JSON nor a page: enough to know it",
    ),
    (
        &[row(ALL, Body, "repeated", UpTo(3), AsItIs)],
        "lines of a document that comes again from the same path: a longer one is shown once",
    ),
];

/// All rows in order.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    POLICY.iter().flat_map(|(rows, _)| *rows)
}

/// A row, and what is before and after the `*` in its name.
type Pattern = (&'static Row, Option<(&'static str, &'static str)>);

/// The rows by place, in order: rules are looked up for every name in every message.
static BY_PLACE: LazyLock<HashMap<At, Vec<Pattern>>> = LazyLock::new(|| {
    let mut by_place: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows() {
        let places = if row.at == Member { vec![Member, Asked, Answered, Claim] } else { vec![row.at] };
        for place in places {
            by_place.entry(place).or_default().push((row, row.name.split_once('*')));
        }
    }
    by_place
});

/// The rule of a place in the messages of a party, or of any.
pub(crate) fn rule(whose: Option<Party>, at: At, name: &str) -> Option<&'static Row> {
    let fits = |(row, within): &&Pattern| {
        (row.whose.is_none() || row.whose == whose)
            && within.map_or(row.name == name, |(start, end)| name.starts_with(start) && name.ends_with(end))
    };
    BY_PLACE.get(&at)?.iter().find(fits).map(|(row, _)| *row)
}

/// What becomes of this in a transcript.
pub(crate) fn transcript(whose: Option<Party>, at: At, name: &str) -> Then {
    rule(whose, at, name).map_or(AsItIs, |row| row.transcript)
}

/// What becomes of this in a story, in an answer of Logto.
pub(crate) fn story(at: At, name: &str) -> Then {
    rule(LOGTO, at, name).map_or(AsItIs, |row| row.story)
}

/// How much of it a transcript shows.
pub(crate) fn limit(at: At, name: &str) -> usize {
    if let UpTo(limit) = transcript(ALL, at, name) { limit } else { usize::MAX }
}

#[cfg(test)]
mod tests;
