//! The layout that all pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Everything is inline: a page loads no external resources.
const STYLE: &str = "
:root{color-scheme:light dark;--line:#8886;--accent:#b45309}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText}
.mock{background:#fef3c7;color:#713f12;padding:.5rem 1rem;text-align:center;font-size:.875rem}
main{max-width:34rem;margin:2.5rem auto;padding:2rem;border:1px solid var(--line);border-radius:1rem}
main.wide{max-width:50rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.1rem;margin:1.75rem 0 .5rem}
ul.plain{list-style:none;padding:0}
li{margin:.35rem 0}
label{display:block;margin:.9rem 0 .25rem;font-weight:600}
label.check{font-weight:400;margin:.35rem 0}
input:not([type=checkbox]),textarea{width:100%;font:inherit;padding:.5rem .65rem;border:1px solid var(--line);border-radius:.5rem}
textarea{min-height:5rem}
button,.button{font:inherit;font-weight:600;display:inline-block;padding:.5rem 1.1rem;margin:.75rem .5rem 0 0;border:1px solid var(--line);border-radius:.5rem;background:ButtonFace;color:ButtonText;cursor:pointer;text-decoration:none}
button.primary{background:#111827;color:#fff;border-color:#111827}
button.user{display:block;width:100%;text-align:left;margin:.5rem 0}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.5rem;border-bottom:1px solid var(--line);vertical-align:top}
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
.alert{border-left:4px solid #dc2626;padding:.5rem .75rem;margin:0 0 1rem}
.hint{font-size:.875rem;opacity:.8;margin:.25rem 0}
.logo{width:3.5rem;height:3.5rem;border-radius:.75rem}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0}
";

/// A whole page around its content.
pub(super) fn page(title: &str, content: &Markup) -> Markup {
    framed(title, "", content)
}

/// A page with room for a table.
pub(super) fn wide_page(title: &str, content: &Markup) -> Markup {
    framed(title, "wide", content)
}

fn framed(title: &str, class: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " – Hugging Face (mock)" }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                p class="mock" style="margin:0" role="note" {
                    "This is a mock of Hugging Face for tests. Never enter a real password here."
                }
                main class=[(!class.is_empty()).then_some(class)] { (content) }
            }
        }
    }
}
