//! HTML within limits. A browser reads any page, however long it takes. Here, a page that nests
//! without end, or makes the parser repeat one element a thousand times, is truncated at limits
//! that no page for people reaches.

use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::TendrilSink as _;
use scraper::{Html, HtmlTreeSink};

/// Maximum bytes of HTML.
const TEXT_LIMIT: usize = 4 * 1024 * 1024;
/// Maximum depth of nested elements; Chromium has the same limit. For every tag the parser searches
/// all open elements.
const DEPTH_LIMIT: usize = 512;
/// Maximum number of nodes. A few bytes can create many: unclosed formatting is resumed in each
/// paragraph.
const NODE_LIMIT: usize = 400_000;
/// Maximum attributes of one tag. The parser compares each attribute with all previous ones.
const ATTRIBUTE_LIMIT: usize = 1_000;
/// Bytes between two checks of the document's size.
const PIECE: usize = 4 * 1024;

/// Reads a page, or as much of it as is within limits.
pub(super) fn read(html: &str) -> Html {
    let mut parser = driver::parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut rest = &html[..readable(html)];
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(boundary(rest, PIECE));
        parser.process(piece.into());
        rest = after;
        if grown_beyond(&parser.tokenizer.sink.sink.0.borrow()) {
            break;
        }
    }
    parser.finish()
}

/// The last position up to `limit` where a text may be cut.
fn boundary(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn grown_beyond(document: &Html) -> bool {
    let mut nodes = document.tree.nodes();
    nodes.len() > NODE_LIMIT
        || nodes.next_back().is_some_and(|latest| latest.ancestors().nth(DEPTH_LIMIT).is_some())
}

/// How many bytes may be read: up to the limit, or up to a tag with too many attributes.
fn readable(html: &str) -> usize {
    let end = boundary(html, TEXT_LIMIT);
    let mut at = 0;
    while let Some(found) = html[at..end].find('<') {
        let start = at + found;
        let mut tag = Tag::default();
        let mut bytes = html.as_bytes()[start + 1..end].iter();
        while bytes.next().is_some_and(|byte| tag.next(*byte)) {
            if tag.attributes > ATTRIBUTE_LIMIT {
                return start;
            }
        }
        // After the `>`, or at the end.
        at = end - bytes.len();
    }
    end
}

/// A tag that is being read; an approximation that is good enough for counting.
#[derive(Default)]
struct Tag {
    attributes: usize,
    quote: Option<u8>,
    /// After white space, where the next attribute may start.
    between: bool,
}

impl Tag {
    /// Whether the tag continues after this byte.
    fn next(&mut self, byte: u8) -> bool {
        match (self.quote, byte) {
            (Some(quote), _) if byte == quote => self.quote = None,
            (Some(_), _) => {}
            (None, b'>') => return false,
            (None, b'"' | b'\'') => self.quote = Some(byte),
            (None, b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => self.between = true,
            (None, _) if self.between => {
                self.between = false;
                self.attributes += 1;
            }
            (None, _) => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_limits_is_read_as_ever() {
        let page = format!("<p>é{}</p><a href='x>y' title=\"a b\">z</a>", "<b>ö</b>".repeat(2_000));
        assert_eq!(read(&page), Html::parse_document(&page));
    }

    #[test]
    fn what_is_beyond_is_cut() {
        let deep = read(&format!("<form>{}<input name=last>", "<div>".repeat(20_000)));
        let depth = deep.tree.nodes().next_back().map_or(0, |node| node.ancestors().count());
        assert!((DEPTH_LIMIT..DEPTH_LIMIT + PIECE).contains(&depth), "{depth}");
        let many = |count: usize| format!("<p>x</p><i {}>y</i>", "a ".repeat(count));
        assert_eq!(readable(&many(ATTRIBUTE_LIMIT)), many(ATTRIBUTE_LIMIT).len());
        assert_eq!(readable(&many(ATTRIBUTE_LIMIT + 1)), "<p>x</p>".len());
        // A quoted `>` does not end a tag, and a quoted text is one value.
        assert_eq!(readable(&format!("<i {}>", "a=\">\" ".repeat(ATTRIBUTE_LIMIT + 1))), 0);
        let prose = format!("<i title='{}'>", "a ".repeat(10_000));
        assert_eq!(readable(&prose), prose.len());
    }
}
