//! The stories, by what they are about.

mod errors;
mod forms;
mod languages;
mod pages;
mod questions;
mod social;
mod terms;

use super::story::Story;

pub(super) fn all() -> impl Iterator<Item = &'static Story> {
    [
        social::STORIES,
        errors::STORIES,
        terms::STORIES,
        questions::STORIES,
        forms::STORIES,
        pages::STORIES,
        languages::STORIES,
    ]
    .into_iter()
    .flatten()
}

/// The calls of the button.
const BEGIN: &[&str] =
    &["PUT /api/experience 204", "POST /api/experience/verification/social/hf/authorization-uri 200"];

/// The first call after the return.
const VERIFY: &str = "POST /api/experience/verification/social/hf/verify 200";
