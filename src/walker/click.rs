//! Clicking by what a person reads.

use super::browser::{WalkError, Walker};
use super::hop::{Hop, WhyHop};
use super::page::Page;
use super::tab::TabId;

impl Walker {
    /// The person clicks the link or the button with this text.
    ///
    /// # Errors
    /// [`WalkError::NothingToClick`] lists what could be clicked instead;
    /// otherwise when there is no response.
    pub async fn click(&mut self, tab: TabId, text: &str) -> Result<&Hop, WalkError> {
        let page = self.page(tab)?;
        if let Some(link) = page.links.iter().find(|link| link.text == text) {
            return self.go(tab, &link.href, WhyHop::Link).await;
        }
        let pressed = page.forms.iter().find_map(|form| {
            let button = form.submits.iter().find(|button| button.text == text)?;
            Some((form, button))
        });
        match pressed {
            Some((form, button)) => self.submit(tab, form, Some(button), WhyHop::Form).await,
            None => Err(nothing(text, &page)),
        }
    }

    /// Where the link with this text leads, as it stands in the page.
    pub(super) fn link(&self, tab: TabId, text: &str) -> Result<String, WalkError> {
        let page = self.page(tab)?;
        let link = page.links.iter().find(|link| link.text == text);
        link.map(|link| link.href.clone()).ok_or_else(|| nothing(text, &page))
    }
}

/// What is nearest to what was asked for comes first: the same but for case or
/// white space, then what holds it or is held by it, then the rest.
fn nothing(text: &str, page: &Page) -> WalkError {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let wanted = plain(text);
    let mut there = page.clickable();
    there.sort_by_key(|there| {
        let there = plain(there);
        match () {
            () if there == wanted => 0,
            () if there.contains(&wanted) || wanted.contains(&there) => 1,
            () => 2,
        }
    });
    let there: Vec<String> = there.iter().map(|text| format!("“{text}”")).collect();
    WalkError::NothingToClick {
        text: text.to_owned(),
        page: page.url.to_string(),
        there: if there.is_empty() { "nothing to click".to_owned() } else { there.join(", ") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first() {
        let html = "<a href=/>Home</a><a href=/i>sign  in</a><form><button>Sign in with Hugging Face</button></form>";
        let page = Page::parse(&"http://localhost:3000/".parse().unwrap(), html);
        assert_eq!(
            nothing("Sign In", &page).to_string(),
            "there is no link or button “Sign In” on http://localhost:3000/; \
             there is “sign in”, “Sign in with Hugging Face”, “Home”"
        );
    }

    #[test]
    fn a_page_may_have_nothing() {
        let page = Page::parse(&"http://localhost:3000/".parse().unwrap(), "<p>x</p>");
        assert!(nothing("Sign In", &page).to_string().ends_with("; there is nothing to click"));
    }
}
