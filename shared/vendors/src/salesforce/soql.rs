//! The part of SOQL that readers of an org use, read as strictly as the vendor reads it.
//!
//! Keywords and names may be written in any case; `AND` and `OR` do not mix without parentheses; an instant needs its
//! time zone; text stands in single quotes and nothing else does. What this does not know (aliases, sub-selects,
//! groups) is refused as malformed, so that nobody comes to rely on an invention.

use super::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// The longest statement the vendor reads.
const LONGEST: usize = 100_000;
/// The longest `WHERE`.
const LONGEST_WHERE: usize = 4_000;
/// How far `OFFSET` may skip.
const LARGEST_OFFSET: u64 = 2_000;

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query {
    /// The text it was read from, which messages point into.
    pub(super) text: String,
    pub(super) select: Select,
    pub(super) from: Path,
    pub(super) filter: Option<Filter>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Select {
    /// `COUNT()`: only the number of rows.
    Count,
    Fields(Vec<Path>),
}

/// A field with the relationships that lead to it, and where it stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) parts: Vec<String>,
    pub(super) at: usize,
}

impl Path {
    pub(super) fn dotted(&self) -> String {
        self.parts.join(".")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Test {
        path: Path,
        op: Op,
        operand: Operand,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Like,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    One(Literal),
    Many(Vec<Literal>),
    /// A semi-join: `IN (SELECT AccountId FROM Opportunity)`.
    Select(Box<Query>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Text(String),
    Number(Decimal),
    Date(Date),
    Time(Timestamp),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) path: Path,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}

/// Reads one statement, the whole text of it.
pub(super) fn parse(text: &str) -> Result<Query, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::malformed(format!(
            "SOQL statements cannot be longer than {LONGEST} characters."
        )));
    }
    let tokens = Lexer { text, at: 0 }.tokens()?;
    let mut parser = Parser {
        text,
        tokens: &tokens,
        next: 0,
    };
    let query = parser.query()?;
    match parser.peek() {
        None => Ok(query),
        Some(_) => Err(parser.unexpected()),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Literal(Literal),
    Sign(&'static str),
}

#[derive(Clone, Debug)]
struct Placed {
    token: Token,
    from: usize,
    to: usize,
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn tokens(mut self) -> Result<Vec<Placed>, Refusal> {
        let mut tokens = Vec::new();
        loop {
            self.take_while(char::is_whitespace);
            let from = self.at;
            let Some(first) = self.rest().chars().next() else {
                return Ok(tokens);
            };
            let token = match first {
                '\'' => Token::Text(self.quoted()?),
                c if c.is_ascii_alphabetic() => {
                    let word = self.take_while(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
                    Token::Word(word.to_owned())
                }
                c if c.is_ascii_digit() || c == '-' => Token::Literal(self.figure()?),
                _ => Token::Sign(self.sign()?),
            };
            tokens.push(Placed {
                token,
                from,
                to: self.at,
            });
        }
    }

    fn sign(&mut self) -> Result<&'static str, Refusal> {
        const SIGNS: [&str; 9] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","];
        let found = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        let sign = found.ok_or_else(|| {
            let sign = self.rest().chars().next().unwrap_or_default();
            let what = format!("unexpected character: '{sign}'");
            Refusal::malformed(pointing(self.text, self.at, &what))
        })?;
        self.at += sign.len();
        Ok(sign)
    }

    /// Text in single quotes, with the vendor's eight escapes.
    fn quoted(&mut self) -> Result<String, Refusal> {
        let from = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((place, c)) = chars.next() {
            match c {
                '\'' => {
                    self.at = from + place + 1;
                    return Ok(text);
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some('b') => text.push('\u{8}'),
                    Some('f') => text.push('\u{c}'),
                    Some(c @ ('\'' | '"' | '\\' | '_' | '%')) => text.push(c),
                    _ => {
                        return Err(Refusal::malformed(pointing(
                            self.text,
                            from + place,
                            "Invalid string literal: illegal character sequence",
                        )));
                    }
                },
                c => text.push(c),
            }
        }
        Err(Refusal::malformed(pointing(
            self.text,
            from,
            "unexpected token: '<EOF>' in a string literal",
        )))
    }

    /// A number, a date or an instant: all begin with a digit.
    fn figure(&mut self) -> Result<Literal, Refusal> {
        let from = self.at;
        let text = self.take_while(|c| c.is_ascii_alphanumeric() || "-+:.".contains(c));
        instant(text)
            .map(Literal::Time)
            .or_else(|| day(text).map(Literal::Date))
            .or_else(|| text.parse().ok().map(Literal::Number))
            .ok_or_else(|| {
                Refusal::malformed(pointing(
                    self.text,
                    from,
                    &format!("unexpected token: '{text}'"),
                ))
            })
    }
}

fn day(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// `2026-05-01T07:25:37Z`, with or without fractions, `Z`, `+02:00` or `+0200`; without a zone it is none.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let (_, time) = text.split_once('T')?;
    // The civil part is at least `00:00:00`, which the vendor asks for in full.
    if time.len() < 9 || !time.contains(['Z', '+', '-']) {
        return None;
    }
    text.parse().ok()
}

struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Placed],
    next: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    fn position(&self) -> usize {
        self.tokens
            .get(self.next)
            .map_or(self.text.len(), |placed| placed.from)
    }

    /// The refusal of what stands here.
    fn unexpected(&self) -> Refusal {
        let found = self.tokens.get(self.next).map_or("<EOF>", |placed| {
            self.text.get(placed.from..placed.to).unwrap_or_default()
        });
        Refusal::malformed(pointing(
            self.text,
            self.position(),
            &format!("unexpected token: '{found}'"),
        ))
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn ate_word(&mut self, word: &str) -> bool {
        let here = self.is_word(word);
        self.next += usize::from(here);
        here
    }

    fn ate_sign(&mut self, sign: &str) -> bool {
        let here = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(here);
        here
    }

    fn word(&mut self, word: &str) -> Result<(), Refusal> {
        if self.ate_word(word) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn sign(&mut self, sign: &str) -> Result<(), Refusal> {
        if self.ate_sign(sign) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn query(&mut self) -> Result<Query, Refusal> {
        self.word("SELECT")?;
        let select = self.select()?;
        self.word("FROM")?;
        let from = self.path()?;
        let filter = if self.is_word("WHERE") {
            let begins = self.position();
            self.next += 1;
            let filter = self.filter()?;
            if self.position().saturating_sub(begins) > LONGEST_WHERE {
                return Err(Refusal::malformed(format!(
                    "The WHERE clause cannot be longer than {LONGEST_WHERE} characters."
                )));
            }
            Some(filter)
        } else {
            None
        };
        let order = if self.ate_word("ORDER") {
            self.word("BY")?;
            self.order()?
        } else {
            Vec::new()
        };
        let limit = if self.ate_word("LIMIT") {
            Some(self.whole()?)
        } else {
            None
        };
        let offset = if self.ate_word("OFFSET") {
            Some(self.whole()?)
        } else {
            None
        };
        if offset.is_some_and(|offset| offset > LARGEST_OFFSET) {
            return Err(Refusal::bad_request(
                "NUMBER_OUTSIDE_VALID_RANGE",
                format!("Maximum SOQL offset allowed is {LARGEST_OFFSET}"),
            ));
        }
        Ok(Query {
            text: self.text.to_owned(),
            select,
            from,
            filter,
            order,
            limit,
            offset,
        })
    }

    fn select(&mut self) -> Result<Select, Refusal> {
        let counts = self.is_word("COUNT")
            && matches!(
                self.tokens.get(self.next + 1).map(|placed| &placed.token),
                Some(Token::Sign("("))
            );
        if counts {
            self.next += 2;
            self.sign(")")?;
            return Ok(Select::Count);
        }
        let mut fields: Vec<Path> = Vec::new();
        loop {
            let path = self.path()?;
            if fields
                .iter()
                .any(|known| known.dotted().eq_ignore_ascii_case(&path.dotted()))
            {
                return Err(Refusal::malformed(pointing(
                    self.text,
                    path.at,
                    &format!("duplicate field selected: {}", path.dotted()),
                )));
            }
            fields.push(path);
            if !self.ate_sign(",") {
                return Ok(Select::Fields(fields));
            }
        }
    }

    fn path(&mut self) -> Result<Path, Refusal> {
        const RESERVED: [&str; 13] = [
            "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "BY", "LIMIT",
            "OFFSET", "NULLS",
        ];
        let at = self.position();
        let Some(Token::Word(word)) = self.peek() else {
            return Err(self.unexpected());
        };
        let parts: Vec<String> = word.split('.').map(str::to_owned).collect();
        let reserved = RESERVED.iter().any(|name| name.eq_ignore_ascii_case(word));
        if reserved || parts.iter().any(String::is_empty) {
            return Err(self.unexpected());
        }
        self.next += 1;
        Ok(Path { parts, at })
    }

    fn whole(&mut self) -> Result<u64, Refusal> {
        let number = match self.peek() {
            Some(Token::Literal(Literal::Number(number))) => u64::try_from(*number).ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.unexpected())?;
        self.next += 1;
        Ok(number)
    }

    fn order(&mut self) -> Result<Vec<Order>, Refusal> {
        let mut order = Vec::new();
        loop {
            let path = self.path()?;
            let descending = self.ate_word("DESC");
            if !descending {
                self.ate_word("ASC");
            }
            let mut nulls_last = false;
            if self.ate_word("NULLS") {
                nulls_last = self.ate_word("LAST");
                if !nulls_last {
                    self.word("FIRST")?;
                }
            }
            order.push(Order {
                path,
                descending,
                nulls_last,
            });
            if !self.ate_sign(",") {
                return Ok(order);
            }
        }
    }

    /// Terms joined by one connective: the vendor reads no precedence into a mixture, it refuses it.
    fn filter(&mut self) -> Result<Filter, Refusal> {
        let first = self.term()?;
        let word = if self.is_word("AND") {
            "AND"
        } else if self.is_word("OR") {
            "OR"
        } else {
            return Ok(first);
        };
        let mut terms = vec![first];
        while self.ate_word(word) {
            terms.push(self.term()?);
        }
        if self.is_word("AND") || self.is_word("OR") {
            return Err(self.unexpected());
        }
        Ok(if word == "AND" {
            Filter::All(terms)
        } else {
            Filter::Any(terms)
        })
    }

    fn term(&mut self) -> Result<Filter, Refusal> {
        if self.ate_word("NOT") {
            return Ok(Filter::Not(Box::new(self.term()?)));
        }
        if self.ate_sign("(") {
            let inner = self.filter()?;
            self.sign(")")?;
            return Ok(inner);
        }
        let path = self.path()?;
        let op = self.op()?;
        let operand = if matches!(op, Op::In | Op::NotIn) {
            self.set()?
        } else {
            Operand::One(self.literal()?)
        };
        Ok(Filter::Test { path, op, operand })
    }

    fn op(&mut self) -> Result<Op, Refusal> {
        const SIGNS: [(&str, Op); 6] = [
            ("=", Op::Eq),
            ("!=", Op::Ne),
            ("<", Op::Lt),
            ("<=", Op::Le),
            (">", Op::Gt),
            (">=", Op::Ge),
        ];
        if let Some((_, op)) = SIGNS.iter().find(|(sign, _)| self.ate_sign(sign)) {
            return Ok(*op);
        }
        if self.ate_word("LIKE") {
            return Ok(Op::Like);
        }
        if self.ate_word("IN") {
            return Ok(Op::In);
        }
        if self.ate_word("NOT") {
            self.word("IN")?;
            return Ok(Op::NotIn);
        }
        Err(self.unexpected())
    }

    fn set(&mut self) -> Result<Operand, Refusal> {
        self.sign("(")?;
        let operand = if self.is_word("SELECT") {
            Operand::Select(Box::new(self.query()?))
        } else {
            let mut literals = vec![self.literal()?];
            while self.ate_sign(",") {
                literals.push(self.literal()?);
            }
            Operand::Many(literals)
        };
        self.sign(")")?;
        Ok(operand)
    }

    fn literal(&mut self) -> Result<Literal, Refusal> {
        let literal = match self.peek() {
            Some(Token::Literal(literal)) => literal.clone(),
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("null") => Literal::Null,
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Literal::Bool(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Literal::Bool(false),
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(literal)
    }
}

/// The vendor's way to show a place: the line, a caret under it, row and column, and what is wrong.
pub(super) fn pointing(text: &str, at: usize, what: &str) -> String {
    let before = text.get(..at).unwrap_or(text);
    let row = before.matches('\n').count() + 1;
    let begins = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(begins..).unwrap_or_default().chars().count();
    let line = text
        .get(begins..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    // A long line is shown around the place only.
    let skipped = column.saturating_sub(40);
    let shown: String = line.chars().skip(skipped).take(80).collect();
    let caret = " ".repeat(column - skipped);
    let column = column + 1;
    format!("\n{shown}\n{caret}^\nERROR at Row:{row}:Column:{column}\n{what}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn refused(text: &str) -> (&'static str, String) {
        let refusal = parse(text).unwrap_err();
        (refusal.code, refusal.message)
    }

    #[test]
    fn a_statement_is_read_whole() {
        let query = parse(
            "select Id, Account.Owner.Name from Opportunity where (Amount >= 10.5 or Amount = null) \
             and StageName not in ('Closed \\'Won\\'', 'x') and not IsDeleted = true \
             and SystemModstamp < 2026-05-01T07:25:37+02:00 and CloseDate > 2026-05-01 \
             order by CloseDate desc nulls last, Id limit 5 offset 2",
        )
        .unwrap();
        assert_eq!(query.from.dotted(), "Opportunity");
        let Select::Fields(fields) = &query.select else {
            unreachable!("fields were asked for")
        };
        assert_eq!(fields.last().unwrap().parts, ["Account", "Owner", "Name"]);
        let Some(Filter::All(terms)) = &query.filter else {
            unreachable!("five terms are joined by AND")
        };
        assert_eq!(terms.len(), 5);
        let time = Literal::Time("2026-05-01T05:25:37Z".parse().unwrap());
        assert!(
            matches!(terms.get(3), Some(Filter::Test { operand: Operand::One(found), .. }) if *found == time)
        );
        assert!(query.order.first().unwrap().nulls_last);
        assert_eq!((query.limit, query.offset), (Some(5), Some(2)));
    }

    #[test]
    fn every_spelling_of_a_zone_is_read_and_none_is_not() {
        for zone in ["Z", ".000Z", "+00:00", "+0000", "-00:00"] {
            let text = format!("2026-05-01T07:25:37{zone}");
            assert_eq!(instant(&text).unwrap().as_second(), 1_777_620_337, "{text}");
        }
        for text in ["2026-05-01T07:25:37", "2026-05-01T07:25Z", "2026-05-01"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_vendor_calls_malformed_is() {
        for text in [
            "",
            "SELECT",
            "SELECT FROM Account",
            "SELECT Id",
            "SELECT Id FROM",
            "SELECT Id, FROM Account",
            "SELECT Id FROM Account WHERE",
            "SELECT Id FROM Account WHERE Id",
            "SELECT Id FROM Account WHERE Id =",
            "SELECT Id FROM Account WHERE Id == '1'",
            "SELECT Id FROM Account WHERE Name = \"x\"",
            "SELECT Id FROM Account WHERE Name = 'x",
            "SELECT Id FROM Account WHERE Name = '\\q'",
            "SELECT Id FROM Account WHERE Id IN ()",
            "SELECT Id FROM Account WHERE Id IN '1'",
            "SELECT Id FROM Account WHERE A = 1 AND B = 2 OR C = 3",
            "SELECT Id FROM Account WHERE SystemModstamp > 2026-05-01T07:25:37",
            "SELECT Id FROM Account WHERE SystemModstamp > 2026-05-01 07:25:37Z",
            "SELECT Id FROM Account WHERE (A = 1",
            "SELECT Id FROM Account LIMIT -1",
            "SELECT Id FROM Account LIMIT x",
            "SELECT Id FROM Account ORDER Id",
            "SELECT Id FROM Account LIMIT 1 ORDER BY Id",
            "SELECT Id FROM Account ALL ROWS",
            "SELECT Id FROM Account;",
            "SELECT * FROM Account",
            "SELECT Id, id FROM Account",
            "SELECT Account. FROM Contact",
            "SELECT COUNT(), Id FROM Account",
        ] {
            assert_eq!(refused(text).0, "MALFORMED_QUERY", "{text}");
        }
    }

    #[test]
    fn a_refusal_points_at_its_place() {
        let (_, message) = refused("SELECT Id FROM Account WHERE A = 1 AND B = 2 OR C = 3");
        assert!(
            message.ends_with("ERROR at Row:1:Column:46\nunexpected token: 'OR'"),
            "{message}"
        );
        let (_, message) = refused("SELECT Id\nFROM Account\nLIMIT x");
        assert_eq!(
            message,
            "\nLIMIT x\n      ^\nERROR at Row:3:Column:7\nunexpected token: 'x'"
        );
    }

    #[test]
    fn a_statement_has_a_length() {
        let ids = |n: usize| {
            format!(
                "SELECT Id FROM A WHERE Id IN ({})",
                vec!["'x'"; n].join(",")
            )
        };
        assert!(parse(&ids(990)).is_ok());
        assert!(refused(&ids(1_001)).1.contains("4000"));
        assert!(refused(&"x".repeat(LONGEST + 1)).1.contains("100000"));
        assert_eq!(
            refused("SELECT Id FROM A OFFSET 2001").0,
            "NUMBER_OUTSIDE_VALID_RANGE"
        );
    }
}
