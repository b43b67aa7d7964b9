//! A page that needs nothing but itself: styles inside, drawings inside, no scripts, no requests.

use std::fmt::Write;

use super::chart::{Chart, NARROW, WIDE};
use super::svg::escape;

const STYLE: &str = include_str!("style.css");

/// A page under construction, section by section.
#[derive(Debug, Default)]
pub(super) struct Page {
    body: String,
    contents: Vec<(&'static str, String)>,
    drawings: usize,
}

/// A headline number with what it is and how sure it is.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) detail: String,
}

/// A table of the page. Cells are escaped, except drawings.
#[derive(Debug)]
pub(super) struct Grid {
    heads: Vec<(String, bool)>,
    rows: String,
    count: usize,
}

/// One cell of a [`Grid`].
#[derive(Debug)]
pub(super) enum Cell {
    Text(String),
    /// A text and a smaller line below it.
    Two(String, String),
    /// A drawing made by this crate.
    Drawing(String),
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Grid {
    /// Headings; one that starts with `#` is a column of numbers.
    pub(super) fn new(heads: &[&str]) -> Self {
        let heads = heads.iter().map(|head| {
            head.strip_prefix('#').map_or_else(
                || ((*head).to_owned(), false),
                |number| (number.to_owned(), true),
            )
        });
        Self {
            heads: heads.collect(),
            rows: String::new(),
            count: 0,
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.count += 1;
        self.rows.push_str("<tr>");
        for (cell, (head, number)) in cells.into_iter().zip(&self.heads) {
            let class = if *number { " class=\"n\"" } else { "" };
            // On a narrow page a row becomes a card, and each cell says what it is.
            let _ = write!(
                self.rows,
                "<td{class} data-head=\"{}\"><span>",
                escape(head)
            );
            match cell {
                Cell::Text(text) => self.rows.push_str(&escape(&text)),
                Cell::Two(text, small) => {
                    let _ = write!(
                        self.rows,
                        "{}<small>{}</small>",
                        escape(&text),
                        escape(&small)
                    );
                }
                Cell::Drawing(svg) => self.rows.push_str(&svg),
            }
            self.rows.push_str("</span></td>");
        }
        self.rows.push_str("</tr>");
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn html(&self, class: &str) -> String {
        let mut heads = String::new();
        for (head, number) in &self.heads {
            let class = if *number { " class=\"n\"" } else { "" };
            let _ = write!(heads, "<th scope=\"col\"{class}>{}</th>", escape(head));
        }
        // A table that scrolls must be reachable by keyboard.
        format!(
            "<div class=\"scroll\" tabindex=\"0\"><table class=\"{class}\"><thead><tr>{heads}</tr></thead><tbody>{}</tbody></table></div>",
            self.rows
        )
    }
}

impl Page {
    /// Opens a section with its place in the contents and a sentence on what it shows.
    pub(super) fn section(&mut self, id: &'static str, title: &str, lead: &str) {
        if !self.contents.is_empty() {
            self.body.push_str("</section>");
        }
        self.contents.push((id, title.to_owned()));
        let _ = write!(
            self.body,
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\"><h2 id=\"{id}-h\">{}</h2>",
            escape(title)
        );
        if !lead.is_empty() {
            let _ = write!(self.body, "<p class=\"soft\">{}</p>", escape(lead));
        }
    }

    pub(super) fn subheading(&mut self, text: &str) {
        let _ = write!(self.body, "<h3>{}</h3>", escape(text));
    }

    pub(super) fn text(&mut self, text: &str) {
        let _ = write!(self.body, "<p>{}</p>", escape(text));
    }

    pub(super) fn faint(&mut self, text: &str) {
        let _ = write!(self.body, "<p class=\"faint\">{}</p>", escape(text));
    }

    /// Something the reader must not miss.
    pub(super) fn notice(&mut self, text: &str) {
        let _ = write!(self.body, "<p class=\"notice\">{}</p>", escape(text));
    }

    pub(super) fn list<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        self.body.push_str("<ul>");
        for item in items {
            let _ = write!(self.body, "<li>{}</li>", escape(item.as_ref()));
        }
        self.body.push_str("</ul>");
    }

    pub(super) fn tiles(&mut self, tiles: &[Tile]) {
        self.body.push_str("<div class=\"tiles\">");
        for Tile {
            name,
            value,
            detail,
        } in tiles
        {
            let _ = write!(
                self.body,
                "<div class=\"tile\"><span class=\"name\">{}</span><b>{}</b><span class=\"detail\">{}</span></div>",
                escape(name),
                escape(value),
                escape(detail)
            );
        }
        self.body.push_str("</div>");
    }

    pub(super) fn grid(&mut self, grid: &Grid) {
        if !grid.is_empty() {
            self.body.push_str(&grid.html("cards"));
        }
    }

    /// A chart in both widths, with the same figures as a table beside it.
    pub(super) fn figure(&mut self, title: &str, caption: &str, chart: &dyn Chart, grid: &Grid) {
        let _ = write!(
            self.body,
            "<figure><figcaption><b>{}</b> {}</figcaption>",
            escape(title),
            escape(caption)
        );
        for (width, class) in [(WIDE, "chart wide"), (NARROW, "chart narrow")] {
            let id = self.drawing_id();
            self.body
                .push_str(&chart.draw(width).finish(&id, class, title, &chart.desc()));
        }
        if !grid.is_empty() {
            let _ = write!(
                self.body,
                "<details><summary>The same as a table</summary>{}</details>",
                grid.html("dense")
            );
        }
        self.body.push_str("</figure>");
    }

    /// A drawing made elsewhere in this workspace, such as the process map.
    pub(super) fn drawing(&mut self, title: &str, caption: &str, svg: &str, grid: &Grid) {
        let _ = write!(
            self.body,
            "<figure><figcaption><b>{}</b> {}</figcaption><div class=\"map\" tabindex=\"0\">{svg}</div>",
            escape(title),
            escape(caption)
        );
        if !grid.is_empty() {
            let _ = write!(
                self.body,
                "<details><summary>The same as a table</summary>{}</details>",
                grid.html("dense")
            );
        }
        self.body.push_str("</figure>");
    }

    /// An id for a drawing, unique on this page.
    pub(super) fn drawing_id(&mut self) -> String {
        self.drawings += 1;
        format!("g{}", self.drawings)
    }

    /// The whole page.
    pub(super) fn finish(self, title: &str, subtitle: &str, footer: &str) -> String {
        let Self {
            mut body, contents, ..
        } = self;
        if !contents.is_empty() {
            body.push_str("</section>");
        }
        let mut nav = String::new();
        for (id, title) in &contents {
            let _ = write!(nav, "<a href=\"#{id}\">{}</a>", escape(title));
        }
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <title>{title}</title><style>{STYLE}</style></head><body><div class=\"wrap\">\
             <header><h1>{title}</h1><p class=\"soft\">{subtitle}</p></header>\
             <nav aria-label=\"Sections\">{nav}</nav><main>{body}</main><footer><p>{footer}</p></footer></div></body></html>\n",
            title = escape(title),
            subtitle = escape(subtitle),
            footer = escape(footer),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_the_network_for_nothing() {
        let mut page = Page::default();
        page.section("a", "A <b>", "lead");
        let mut grid = Grid::new(&["Deal", "#Amount"]);
        grid.row(["<img src=x onerror=alert(1)>".into(), "1".into()]);
        page.grid(&grid);
        let html = page.finish("T", "S", "F");
        for forbidden in [
            "<script", "<img", "<link", "http://", "https://", "url(", "@import", "src=",
        ] {
            assert!(
                !html.replace("src=x", "").contains(forbidden),
                "{forbidden}"
            );
        }
        assert_eq!(
            html.matches("<section").count(),
            html.matches("</section>").count()
        );
    }
}
