//! Clicking by what a person reads.

use super::browser::Walker;
use super::error::WalkError;
use super::hop::{Hop, WhyHop};
use super::page::{Form, Link, Page, Submit};
use super::tab::TabId;

/// Something that a person can click.
#[derive(Clone, Copy)]
enum Target<'p> {
    Link(&'p Link),
    Button(&'p Form, &'p Submit),
}

impl Target<'_> {
    fn is_hidden(self) -> bool {
        match self {
            Self::Link(link) => link.hidden,
            Self::Button(_, button) => button.hidden,
        }
    }

    /// What a click does, for comparison and for people.
    fn does(self) -> String {
        match self {
            Self::Link(link) => format!("a link to {}", link.href),
            Self::Button(form, button) => {
                let action = button.action.as_ref().unwrap_or(&form.action);
                let adds = button.field.as_ref().map(|(name, value)| format!(" with {name}={value}"));
                format!("a button of the form {} {action}{}", form.method, adds.unwrap_or_default())
            }
        }
    }
}

/// The one link or button that a person would take for this text: its visible text, or its label.
fn target<'p>(page: &'p Page, text: &str) -> Result<Target<'p>, WalkError> {
    let named = |shown: &str, label: &Option<String>| shown == text || label.as_deref() == Some(text);
    let links = page.links.iter().filter(|link| named(&link.text, &link.label)).map(Target::Link);
    let buttons = page.forms.iter().flat_map(|form| form.submits.iter().map(move |button| (form, button)));
    let buttons = buttons.filter(|(_, button)| named(&button.text, &button.label));
    let all: Vec<Target<'_>> =
        links.chain(buttons.map(|(form, button)| Target::Button(form, button))).collect();
    let mut seen: Vec<Target<'_>> = all.iter().copied().filter(|target| !target.is_hidden()).collect();
    // The same link above and below a list is one.
    seen.dedup_by_key(|target| target.does());
    let (text, page_url) = (text.to_owned(), page.url.to_string());
    match seen[..] {
        [only] => Ok(only),
        [] if !all.is_empty() => Err(WalkError::Hidden { text, page: page_url }),
        [] if page.scripted.contains(&text) => Err(WalkError::NeedsScript { text, page: page_url }),
        [] => Err(nothing(&text, page)),
        [..] => {
            let there: Vec<String> = seen.iter().map(|target| target.does()).collect();
            Err(WalkError::Ambiguous { text, page: page_url, there: there.join(", ") })
        }
    }
}

impl Walker {
    /// The person clicks the link or the button with this text, or with this text as its label.
    ///
    /// # Errors
    /// [`WalkError::NothingToClick`] lists what could be clicked instead. [`WalkError::Ambiguous`],
    /// [`WalkError::Hidden`] and [`WalkError::NeedsScript`] say why what has this text is not clicked. Any other if no
    /// response arrives.
    pub async fn click(&mut self, tab: TabId, text: &str) -> Result<&Hop, WalkError> {
        let page = self.page(tab)?;
        match target(&page, text)? {
            Target::Link(link) => self.go(tab, &link.href, WhyHop::Link).await,
            Target::Button(form, button) => self.submit(tab, form, Some(button), WhyHop::Form).await,
        }
    }

    /// Where the link with this text leads, as it stands in the page.
    pub(super) fn link(&self, tab: TabId, text: &str) -> Result<String, WalkError> {
        let page = self.page(tab)?;
        match target(&page, text)? {
            Target::Link(link) => Ok(link.href.clone()),
            Target::Button(..) => Err(nothing(text, &page)),
        }
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

    fn clicked(html: &str, text: &str) -> String {
        let page = Page::parse(&"http://localhost:3000/".parse().unwrap(), html);
        match target(&page, text) {
            Ok(target) => target.does(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_person_reads_alternative_texts_and_labels() {
        for html in [
            "<a href=/in><img src=x alt='Sign in'></a>",
            "<a href=/in aria-label='Sign in'><svg></svg></a>",
            "<a href=/in title='Sign in'><i class=icon></i></a>",
            "<a href=/in>Sign <b>in</b></a>",
        ] {
            assert_eq!(clicked(html, "Sign in"), "a link to /in", "{html}");
        }
        for html in [
            "<form action=/in method=post><button aria-label='Sign in'>→</button></form>",
            "<form action=/in method=post><input type=image alt='Sign in'></form>",
            "<form action=/in method=post><input type=submit value='Sign in'></form>",
        ] {
            assert_eq!(clicked(html, "Sign in"), "a button of the form POST /in", "{html}");
        }
    }

    #[test]
    fn what_is_not_unique_or_not_seen_is_not_clicked() {
        let twice = "<a href=/a>Twice</a><a href=/b>Twice</a>";
        assert_eq!(
            clicked(twice, "Twice"),
            "“Twice” is not unique on http://localhost:3000/: a link to /a, a link to /b. Visit the address that is meant instead"
        );
        assert_eq!(clicked("<a href=/a>Twice</a><p><a href=/a>Twice</a>", "Twice"), "a link to /a");
        assert_eq!(clicked("<a href=/a hidden>Twice</a><a href=/b>Twice</a>", "Twice"), "a link to /b");
        for html in [
            "<a href=/a hidden>Sign in</a>",
            "<div style='display: none'><a href=/a>Sign in</a></div>",
            "<form hidden><button>Sign in</button></form>",
        ] {
            assert!(clicked(html, "Sign in").contains("is hidden"), "{html}");
        }
    }

    #[test]
    fn a_button_without_a_form_needs_javascript() {
        for html in [
            "<button onclick='go()'>Sign In</button>",
            "<button>Sign In</button>",
            "<form><button type=button>Sign In</button></form>",
            "<div role=button tabindex=0>Sign In</div>",
            "<button aria-label='Sign In'><svg></svg></button>",
        ] {
            assert!(
                clicked(html, "Sign In").contains("it needs JavaScript"),
                "{html}: {}",
                clicked(html, "Sign In")
            );
        }
        // The form comes from elsewhere in the page.
        assert_eq!(
            clicked("<form id=f action=/in></form><button form=f>Sign In</button>", "Sign In"),
            "a button of the form GET /in"
        );
    }

    #[test]
    fn the_nearest_comes_first() {
        let html = "<a href=/>Home</a><a href=/i>sign  in</a><form><button>Sign in with Hugging Face</button></form>";
        let page = Page::parse(&"http://localhost:3000/".parse().unwrap(), html);
        assert_eq!(
            nothing("Sign In", &page).to_string(),
            "http://localhost:3000/ does not show a link or button “Sign In”; \
             it shows “sign in”, “Sign in with Hugging Face”, “Home”"
        );
    }

    #[test]
    fn a_page_may_have_nothing() {
        let page = Page::parse(&"http://localhost:3000/".parse().unwrap(), "<p>x</p>");
        assert!(nothing("Sign In", &page).to_string().ends_with("; it shows nothing to click"));
    }
}
