//! Alphabets for generated identifiers.

/// `a-z0-9`: the alphabet of Logto's IDs.
pub const LOWER_ALNUM: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// `A-Za-z0-9`: the alphabet of generated secrets.
pub const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// `A-Za-z0-9_-`: codes and opaque tokens (the base64url alphabet, RFC 4648 §5).
pub const URL_SAFE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
