//! Aligned columns for a terminal: numbers to the right, long text cut to the room there is.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

/// The narrowest a text column is cut to.
const NARROWEST: usize = 10;
const GAP: &str = "  ";

/// What a cell's colour says. Colour never carries a meaning that the text does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Strong,
    Dim,
    Good,
    Warn,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good => colour(AnsiColor::Green),
            Self::Warn => colour(AnsiColor::Yellow),
            Self::Bad => colour(AnsiColor::Red),
        }
    }

    /// The text in this tone; the terminal layer takes the colour out where none is wanted.
    pub(crate) fn paint(self, text: &str) -> String {
        if self == Self::Plain {
            return text.to_owned();
        }
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

/// A column's heading and how its cells stand.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    heading: String,
    align: Align,
}

/// A text column, cut when the table is too wide.
pub(crate) fn text(heading: impl Into<String>) -> Column {
    Column {
        heading: heading.into(),
        align: Align::Left,
    }
}

/// A number column: right-aligned and never cut.
pub(crate) fn number(heading: impl Into<String>) -> Column {
    Column {
        heading: heading.into(),
        align: Align::Right,
    }
}

/// One cell: what it says and in which tone.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: one_line(&text.into()),
            tone: Tone::Plain,
        }
    }
}

impl Cell {
    pub(crate) fn tone(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            tone,
            ..Self::from(text)
        }
    }
}

/// A table that is filled row by row and printed once.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; missing cells are empty, cells beyond the last column are left out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells: Vec<Cell> = cells.into_iter().collect();
        cells.resize_with(self.columns.len(), || Cell::from(""));
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text, at most `room` columns wide where that can be had by cutting text.
    pub(crate) fn render(&self, room: Option<usize>) -> String {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cells = self
                    .rows
                    .iter()
                    .filter_map(|row| row.get(i))
                    .map(|cell| cell.text.width());
                cells.fold(column.heading.width(), usize::max)
            })
            .collect();
        if let Some(room) = room {
            self.fit(&mut widths, room);
        }
        let mut out = String::new();
        let headings: Vec<Cell> = self
            .columns
            .iter()
            .map(|column| Cell::tone(column.heading.clone(), Tone::Dim))
            .collect();
        self.line(&mut out, &headings, &widths);
        for row in &self.rows {
            self.line(&mut out, row, &widths);
        }
        out
    }

    /// Takes room from the widest text column until the table fits or nothing is left to take.
    fn fit(&self, widths: &mut [usize], room: usize) {
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(room);
        while excess > 0 {
            let widest = self
                .columns
                .iter()
                .zip(widths.iter_mut())
                .filter(|(column, width)| column.align == Align::Left && **width > NARROWEST)
                .max_by_key(|(_, width)| **width);
            let Some((_, width)) = widest else { break };
            *width -= 1;
            excess -= 1;
        }
    }

    fn line(&self, out: &mut String, cells: &[Cell], widths: &[usize]) {
        let mut line = String::new();
        for (i, ((cell, column), &width)) in cells.iter().zip(&self.columns).zip(widths).enumerate()
        {
            if i > 0 {
                line.push_str(GAP);
            }
            let shown = cut(&cell.text, width);
            let pad = " ".repeat(width.saturating_sub(shown.width()));
            let painted = cell.tone.paint(&shown);
            let _ = match column.align {
                Align::Left => write!(line, "{painted}{pad}"),
                Align::Right => write!(line, "{pad}{painted}"),
            };
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// The text in at most `width` columns, with `…` where something was taken away.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        shown.push(c);
        used += wide;
    }
    shown.push('…');
    shown
}

/// Text from a file may carry line breaks and terminal escapes; neither belongs on a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deals() -> Table {
        let mut table = Table::new([text("Deal"), text("Stage"), number("Amount")]);
        table.row([
            "Harbor rollout for the northern terminals".into(),
            "Proposal".into(),
            "84,000".into(),
        ]);
        table.row(["Orchard".into(), Cell::tone("Demo", Tone::Warn), "9".into()]);
        table
    }

    #[test]
    fn numbers_stand_to_the_right_and_text_to_the_left() {
        let shown = anstream::adapter::strip_str(&deals().render(None)).to_string();
        assert_eq!(
            shown,
            "Deal                                       Stage     Amount\n\
             Harbor rollout for the northern terminals  Proposal  84,000\n\
             Orchard                                    Demo           9\n"
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_text_but_never_numbers() {
        let shown = anstream::adapter::strip_str(&deals().render(Some(34))).to_string();
        for line in shown.lines() {
            assert!(line.width() <= 34, "{line}");
        }
        assert!(
            shown.contains("Harbor roll") && shown.contains('…') && shown.contains("84,000"),
            "{shown}"
        );
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(cut("東京都港区", 5), "東京…");
        assert_eq!(cut("plain", 5), "plain");
    }

    #[test]
    fn terminal_escapes_in_data_are_not_obeyed() {
        assert_eq!(one_line("a\u{1b}[2Jb\nc"), "a [2Jb c");
    }
}
