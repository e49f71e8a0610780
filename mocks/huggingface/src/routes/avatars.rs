//! `GET /avatars/{file}`: a picture for every user without one.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::answer;

pub(super) fn get(Path(file): Path<String>) -> Response {
    // The first digits of the name select the color, so that users differ.
    let hue = file.get(..2).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0) * 360 / 256;
    let svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="hsl({hue} 60% 75%)"/><circle cx="32" cy="25" r="11" fill="#fff"/><path d="M12 58a20 17 0 0 1 40 0z" fill="#fff"/></svg>"##
    );
    answer::with_type(StatusCode::OK, "image/svg+xml", svg)
}
