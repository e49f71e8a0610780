//! What is compared, what becomes a role, and what is left out, each with its reason: in transcripts,
//! and in recorded stories (`crate::golden`). The code of both looks its rules up here, and
//! `docs/scenarios.md` shows them. The first row that matches a place applies; what no row names is as it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use At::*;
use Then::*;
use kit::Party;

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
    /// Cookie in a `Set-Cookie` header.
    Cookie,
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
    /// A body as a whole.
    Body,
    /// A part of a page.
    Page,
    /// Field of a form in a page.
    Field,
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
    /// Percent-encoded JSON, whose values have this role.
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

/// Whose messages the row is about (`None`: everyone's), the place in them, the name there (with one `*`, all
/// names with that beginning and end), and what happens to the value.
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

/// Shorter strings are not generated.
pub(crate) const SHORTEST_ID: usize = 9;
/// Shorter strings do not belong to a key.
pub(crate) const SHORTEST_KEY: usize = 21;

/// Rows, and the reason for them.
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
        "the sample app reports its own calls; an app of your own does not, and stories have none",
    ),
    (
        &[row(ALL, Journal, "*", LeftOut, Absent)],
        "a real Logto has no journal, and what an app received is the hop itself",
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
    (&[row(APP, Query, "code", Role("CODE"), Learnt)], "generated by Logto"),
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
        "newly generated by the app or Logto; in a story the replay sends them, and its apps' `state` is a fixed text",
    ),
    (
        &[
            row(LOGTO, Query, "code", Role("HF_CODE"), Absent),
            row(LOGTO, Asked, "code", Role("HF_CODE"), Absent),
            row(LOGTO, Asked, "state", Role("STATE"), Absent),
            row(LOGTO, Asked, "verificationId", Role("VERIFICATION"), Absent),
        ],
        "sent to Logto's callback and in its page's calls; in a story the replay sends them",
    ),
    (&[row(HF, Query, "nonce", Role("NONCE"), Learnt)], "an OpenID connector generates one for each request"),
    (
        &[
            row(HF, Query, "state", Role("STATE"), AsItIs),
            row(HF, Query, "code_challenge", Role("CODE_CHALLENGE"), AsItIs),
            row(HF, Form, "code", Role("HF_CODE"), AsItIs),
            row(HF, Form, "code_verifier", Role("CODE_VERIFIER"), AsItIs),
            row(HF, Form, "refresh_token", Role("HF_REFRESH_TOKEN"), AsItIs),
        ],
        "newly generated in a walk; a story fixes them, so Logto has to send exactly the same",
    ),
    (
        &[row(HF, Form, "client_assertion", Role("CLIENT_ASSERTION"), Parts)],
        "newly signed for each call; a story compares its claims and its lifetime",
    ),
    (
        &[row(ALL, RequestHeader, "authorization", Decoded, AsItIs)],
        "shown decoded, so that a mix-up of id and secret is visible",
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
         transcript is valid for each",
    ),
    (&[row(ALL, RequestHeader, "*", LeftOut, LeftOut)], "says nothing about a sign-in"),
    (
        &[
            row(ALL, Header, "location", AsItIs, AsItIs),
            row(ALL, Header, "content-type", AsItIs, AsItIs),
            row(ALL, Header, "cache-control", AsItIs, AsItIs),
            row(ALL, Header, "www-authenticate", AsItIs, AsItIs),
        ],
        "says where a sign-in continues, what was returned, or why it was refused",
    ),
    (&[row(ALL, Header, "set-cookie", Parts, Parts)], "a sign-in depends on its cookies"),
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
        "a digest of generated content: only its presence is compared, and a later request may repeat it",
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
        "says nothing that its cookie does not; a transcript merges it into its cookie if both have the same lifetime",
    ),
    (
        &[row(APP, Cookie, "*", Role("APP_SESSION"), Absent)],
        "generated by the app, which stories do not have",
    ),
    (
        &[row(LOGTO, Cookie, "_interaction", RolesWithin("INTERACTION"), RolesWithin("INTERACTION"))],
        "names the interaction of each application (contract §8)",
    ),
    (
        &[row(LOGTO, Cookie, "_logto", AsItIs, AsItIs)],
        "says how the sign-in page was requested; nothing in it is generated",
    ),
    (
        &[
            row(LOGTO, Cookie, "_session", Role("SESSION"), Learnt),
            row(LOGTO, Cookie, "_interaction_resume", Role("INTERACTION"), Learnt),
            row(LOGTO, Cookie, "*", AsItIs, Learnt),
        ],
        "generated by Logto; a cookie that no walk has had yet is shown as it is, so that it is noticed",
    ),
    (
        &[row(HF, Cookie, "token", Role("HF_SESSION"), Absent)],
        "generated by the mock, which stories do not check",
    ),
    (
        &[row(ALL, Attribute, "expires", HttpTime, HttpTime)],
        "relative to the time of the response: to the minute in a transcript, to tens of minutes in a story, which \
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
        "newly generated; the same value has to appear wherever it is repeated",
    ),
    (
        &[
            row(LOGTO, Inside("application"), "name", Role("APP_NAME"), AsItIs),
            row(LOGTO, Inside("user"), "id", Role("USER"), Learnt),
            row(LOGTO, Inside("resource"), "id", Role("RESOURCE"), Learnt),
            row(LOGTO, Inside("scopes"), "id", Role("SCOPE"), Learnt),
            row(LOGTO, Inside("organizations"), "id", Role("ORGANIZATION"), Learnt),
        ],
        "what the page that asks to authorize a third-party application learns (contract §1.5)",
    ),
    (
        &[row(LOGTO, Answered, "id_token", Role("ID_TOKEN"), Parts)],
        "its claims are listed where it first appears; a story compares them, with `exp` relative to `iat`",
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
        "newly generated; stories do not check the answers of the mock and the app",
    ),
    (
        &[row(LOGTO, Field, "xsrf", Role("XSRF"), Absent)],
        "generated for each page; a story treats it as a `value` (below)",
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
        "generated by Logto, if both have the same length of nine characters or more; those that a walk meets are known \
         to the stack beforehand, by role",
    ),
    (
        &[row(ALL, Member, "authorizationUri", Parts, Parts)],
        "a URL; its query is examined (in a transcript, that of every URL)",
    ),
    (
        &[
            row(ALL, Member, "iat", Seconds, Seconds),
            row(ALL, Member, "exp", Seconds, Seconds),
            row(ALL, Member, "nbf", Seconds, Seconds),
            row(ALL, Member, "auth_time", Seconds, Seconds),
        ],
        "times (RFC 7519 §4.1, OpenID Connect Core §2): a transcript shows the distance from now; a story was recorded \
         at another time, and accepts any",
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
        "the key itself (RFC 7518 §6), generated at every start: in a transcript in objects with `kty`, in a story from \
         21 characters on",
    ),
    (
        &[row(ALL, Member, "jti", AsItIs, Masked("<key>"))],
        "generated for each JWT; a transcript examines only ID tokens, which have none",
    ),
    (
        &[
            row(ALL, Member, "readme", AsItIs, Presence("<text>")),
            row(ALL, Member, "logo", AsItIs, Presence("<text>")),
            row(ALL, Member, "logoDark", AsItIs, Presence("<text>")),
        ],
        "long texts and pictures that the recording left out, and that do not belong to the protocol",
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
        "what a sign-in with a social connector depends on; the other settings do not affect it",
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
        "what the app uses of it",
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
        "characters of an error page (status 400 and above); other texts are the app's own",
    ),
    (
        &[row(ALL, Body, "text", UpTo(12), AsItIs)],
        "lines of a body that is neither JSON nor a page: enough to recognize it",
    ),
    (
        &[row(ALL, Body, "repeated", UpTo(3), AsItIs)],
        "lines of a document that the same path returns again: a longer one is shown only once",
    ),
];

/// All rows, in order.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    POLICY.iter().flat_map(|(rows, _)| *rows)
}

/// The rows by place, in order: rules are looked up for every name in every message.
static BY_PLACE: LazyLock<HashMap<At, Vec<&'static Row>>> = LazyLock::new(|| {
    let mut by_place: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows() {
        let places = if row.at == Member { vec![Member, Asked, Answered, Claim] } else { vec![row.at] };
        places.into_iter().for_each(|place| by_place.entry(place).or_default().push(row));
    }
    by_place
});

/// The rule for a place in the messages of a party, or of any.
pub(crate) fn rule(whose: Option<Party>, at: At, name: &str) -> Option<&'static Row> {
    let within = |(start, end): (&str, &str)| name.starts_with(start) && name.ends_with(end);
    let named = |pattern: &str| pattern == name || pattern.split_once('*').is_some_and(within);
    let fits = |row: &&&Row| (row.whose.is_none() || row.whose == whose) && named(row.name);
    BY_PLACE.get(&at)?.iter().find(fits).copied()
}

/// What happens to this in a transcript.
pub(crate) fn transcript(whose: Option<Party>, at: At, name: &str) -> Then {
    rule(whose, at, name).map_or(AsItIs, |row| row.transcript)
}

/// What happens to this in a story, in an answer from Logto.
pub(crate) fn story(at: At, name: &str) -> Then {
    rule(LOGTO, at, name).map_or(AsItIs, |row| row.story)
}

/// How much of it a transcript shows.
pub(crate) fn limit(at: At, name: &str) -> usize {
    if let UpTo(limit) = transcript(ALL, at, name) { limit } else { usize::MAX }
}

#[cfg(test)]
mod tests;
