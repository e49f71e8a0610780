//! The OAuth app of a Space, which is declared in the front matter of its `README.md`
//! (<https://huggingface.co/docs/hub/spaces-oauth>).

use serde_json::Value;

use super::{kind, minutes, one_or_more, scopes, shape};
use crate::diagnose::error::InputError;
use crate::setup::OAuth2App;

/// Scopes that every Space's app has.
const ALWAYS: [&str; 2] = ["openid", "profile"];
/// Default lifetime of its tokens, in minutes.
const MINUTES: u32 = 480;

/// The front matter in a text, if it belongs to a Space with an OAuth app.
pub(super) fn front_matter(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty()).peekable();
    let fenced = lines.next_if(|line| line.trim_end() == "---").is_some();
    let matter: Vec<&str> = lines.take_while(|line| !fenced || line.trim_end() != "---").collect();
    matter.iter().any(|line| line.starts_with("hf_oauth")).then(|| matter.join("\n"))
}

pub(super) fn oauth_app(value: &Value, file: &str) -> Result<OAuth2App, InputError> {
    let Value::Object(members) = value else {
        return shape(file, format!("found {}", kind(value)), "it should be the front matter of a Space");
    };
    if members.get("hf_oauth") != Some(&Value::Bool(true)) {
        let what = "`hf_oauth` is not true, so the Space has no OAuth app";
        return shape(file, what, "set `hf_oauth: true` in its README.md");
    }
    let more = scopes(members, "hf_oauth_scopes", file)?.unwrap_or_default();
    let always = ALWAYS.into_iter().filter(|scope| !more.iter().any(|other| other == scope));
    Ok(OAuth2App {
        scopes: Some(always.map(ToOwned::to_owned).chain(more.iter().cloned()).collect()),
        token_duration_minutes: Some(
            minutes(members, "hf_oauth_expiration_minutes", file)?.unwrap_or(MINUTES),
        ),
        authorized_orgs: one_or_more(members, "hf_oauth_authorized_org", file)?,
        ..OAuth2App::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnose::Case;

    fn read(text: &str) -> Result<Case, String> {
        let mut case = Case::default();
        case.read_oauth_app(text, "README.md").map_err(|error| error.to_string())?;
        Ok(case)
    }

    #[test]
    fn the_readme_of_a_space_is_taken_for_its_app() {
        let matter = "title: Books\nsdk: gradio\nhf_oauth: true\nhf_oauth_scopes:\n  - email\n\
                      hf_oauth_expiration_minutes: 60\nhf_oauth_authorized_org: [acme, books]\n";
        for text in [matter.to_owned(), format!("---\n{matter}---\n\n# Books\n\nAll: of them\n")] {
            let app = read(&text).unwrap().oauth_app.unwrap();
            assert_eq!(app.scopes.unwrap(), ["openid", "profile", "email"]);
            assert_eq!(app.token_duration_minutes, Some(60));
            assert_eq!(app.authorized_orgs.unwrap(), ["acme", "books"]);
            assert_eq!((app.client_id, app.redirect_uris), (None, None));
        }
        let least = read("hf_oauth: true\nhf_oauth_authorized_org: acme\n").unwrap().oauth_app.unwrap();
        assert_eq!(
            (least.token_duration_minutes, least.authorized_orgs),
            (Some(480), Some(vec!["acme".to_owned()]))
        );
    }

    #[test]
    fn a_space_without_an_app_and_a_wrong_member_are_told() {
        let told = |text: &str| read(text).unwrap_err();
        assert_eq!(
            told("title: x\nhf_oauth: false\n"),
            "README.md: `hf_oauth` is not true, so the Space has no OAuth app; set `hf_oauth: true` in its README.md"
        );
        let scope = told("hf_oauth: true\nhf_oauth_scopes: [emial]\n");
        assert!(scope.ends_with("Hugging Face has no scope `emial`; did you mean `email`?"), "{scope}");
        let minutes = told("hf_oauth: true\nhf_oauth_expiration_minutes: long\n");
        assert!(minutes.contains("`hf_oauth_expiration_minutes` is not a number of minutes"), "{minutes}");
    }

    #[test]
    fn an_app_can_be_for_members_of_organizations() {
        let app = read("client_id: x\nauthorized_orgs: [acme]\n").unwrap().oauth_app.unwrap();
        assert_eq!(app.authorized_orgs, Some(vec!["acme".to_owned()]));
    }
}
