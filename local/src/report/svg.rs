//! Marks on an SVG canvas. Colours are CSS classes, so one drawing serves light and dark.

use std::fmt::Write;

/// A drawing of fixed size that the page scales down, never up.
#[derive(Debug)]
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    body: String,
}

/// Where a text hangs on its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    /// A rectangle; `tip` is what a pointer resting on it says.
    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str, tip: &str) {
        let (width, height) = (width.max(0.0), height.max(0.0));
        let _ = write!(
            self.body,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}">{}</rect>"#,
            tip_of(tip)
        );
    }

    pub(super) fn line(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, class: &str) {
        let _ = write!(
            self.body,
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" class="{class}"/>"#
        );
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, radius: f64, class: &str, tip: &str) {
        let _ = write!(
            self.body,
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" class="{class}">{}</circle>"#,
            tip_of(tip)
        );
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = write!(
            self.body,
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}">{}</text>"#,
            escape(text)
        );
    }

    /// A line through the points, or the area they enclose when the class fills it.
    pub(super) fn path(&mut self, points: impl IntoIterator<Item = (f64, f64)>, class: &str) {
        let mut d = String::new();
        for (i, (x, y)) in points.into_iter().enumerate() {
            let _ = write!(d, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
        let _ = write!(self.body, r#"<path d="{d}" class="{class}"/>"#);
    }

    /// The finished drawing. `id` must be unique on the page; `title` and `desc` are for those who
    /// do not see it.
    pub(super) fn finish(self, id: &str, class: &str, title: &str, desc: &str) -> String {
        let Self {
            width,
            height,
            body,
        } = self;
        format!(
            r#"<svg class="{class}" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{body}</svg>"#,
            escape(title),
            escape(desc)
        )
    }
}

fn tip_of(tip: &str) -> String {
    if tip.is_empty() {
        String::new()
    } else {
        format!("<title>{}</title>", escape(tip))
    }
}

/// Text made safe inside HTML and SVG, between tags and within quoted attributes alike.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_files_cannot_become_markup() {
        let mut canvas = Canvas::new(100.0, 20.0);
        canvas.text(
            1.0,
            2.0,
            Anchor::Start,
            "label",
            "<script>alert('x')</script>",
        );
        canvas.rect(0.0, 0.0, -4.0, 5.0, "bar", "a \"quoted\" & <tip>\u{0}");
        let svg = canvas.finish("c1", "chart", "R&D", "5 > 4");
        assert!(
            !svg.contains("<script") && !svg.contains("\"quoted\"") && !svg.contains('\u{0}'),
            "{svg}"
        );
        assert!(
            svg.contains("R&amp;D") && svg.contains(r#"width="0.0""#),
            "{svg}"
        );
    }
}
