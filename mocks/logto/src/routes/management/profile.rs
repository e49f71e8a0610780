//! The member `profile` of users in request bodies (`userProfileGuard` of Logto's sources).

use crate::wire::Guard;
use crate::wire::Guard::{Object, Optional, Text};

static TEXT: Guard = Text(&[]);

pub(super) static GUARD: Guard = NEEDED;

const NEEDED: Guard = Object(&[
    ("familyName", Optional(&TEXT)),
    ("givenName", Optional(&TEXT)),
    ("middleName", Optional(&TEXT)),
    ("nickname", Optional(&TEXT)),
    ("preferredUsername", Optional(&TEXT)),
    ("profile", Optional(&TEXT)),
    ("website", Optional(&TEXT)),
    ("gender", Optional(&TEXT)),
    ("birthdate", Optional(&TEXT)),
    ("zoneinfo", Optional(&TEXT)),
    ("locale", Optional(&TEXT)),
    ("address", Optional(&ADDRESS)),
]);

static ADDRESS: Guard = Object(&[
    ("formatted", Optional(&TEXT)),
    ("streetAddress", Optional(&TEXT)),
    ("locality", Optional(&TEXT)),
    ("region", Optional(&TEXT)),
    ("postalCode", Optional(&TEXT)),
    ("country", Optional(&TEXT)),
]);

/// The body of `PATCH /users/:id/profile`.
pub(super) static BODY: Guard = Object(&[("profile", NEEDED)]);
