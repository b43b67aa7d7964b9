//! What several sources mean in the same way.

use connector::value::{Fields, ODD_RECORD, UNKNOWN_WORD};
use connector::{Context, Value};
use model::{ActivityKind, CanonicalStage, Layer, Stage, StageVisit, StakeholderRole, Timestamp};

/// The longest summary of an activity, in characters.
const SUMMARY: usize = 500;

/// The part a label or title names, if it names one. Sources let people write their own labels, so
/// the words are looked for inside; a label nobody knows is no part, and not a guess.
pub(crate) fn role(label: &str) -> Option<StakeholderRole> {
    use StakeholderRole::{
        Blocker, Champion, EconomicBuyer, EndUser, Influencer, Legal, Procurement, TechnicalBuyer,
    };
    const WORDS: &[(&str, StakeholderRole)] = &[
        ("champion", Champion),
        ("executive sponsor", Champion),
        ("blocker", Blocker),
        ("detractor", Blocker),
        ("decision maker", EconomicBuyer),
        ("economic", EconomicBuyer),
        ("budget", EconomicBuyer),
        ("technical", TechnicalBuyer),
        ("evaluator", TechnicalBuyer),
        ("influencer", Influencer),
        ("end user", EndUser),
        ("business user", EndUser),
        ("legal", Legal),
        ("procure", Procurement),
        ("purchas", Procurement),
    ];
    let label = label.to_lowercase().replace(['_', '-'], " ");
    let found = WORDS.iter().find(|(word, _)| label.contains(word));
    found.map(|(_, role)| *role)
}

/// The stages a deal entered, oldest first, without those in which nothing moved. What entered at
/// one instant keeps the order it is given in.
pub(crate) fn visits(mut moves: Vec<(Timestamp, String)>) -> Vec<StageVisit> {
    moves.sort_by_key(|(at, _)| *at);
    moves.dedup_by(|later, earlier| later.1 == earlier.1);
    let visit = |(at, stage): (Timestamp, String)| StageVisit {
        stage,
        at_us: at.as_microsecond(),
    };
    moves.into_iter().map(visit).collect()
}

/// The stages a deal entered, up to the one it is in. Where they end in another one, the deal is
/// taken to be in its own since then, and what is odd about the field is told with its remedy.
pub(crate) fn visits_to(
    now: Option<&str>,
    since: Option<Timestamp>,
    mut moves: Vec<(Timestamp, String)>,
    (field, odd): (&str, Option<(&str, &str)>),
    fields: &mut Fields,
) -> Vec<StageVisit> {
    moves.sort_by_key(|(at, _)| *at);
    let (last_at, last) = moves.last().cloned().unzip();
    if let Some(now) = now.filter(|now| last.as_deref() != Some(now)) {
        if let (Some((what, remedy)), Some(_)) = (odd, &last) {
            fields.odd(ODD_RECORD, field, what, remedy, now);
        }
        // A stage is never entered before the one that came before it.
        moves.extend(since.max(last_at).map(|at| (at, now.to_owned())));
    }
    visits(moves)
}

/// When the last stage was entered.
pub(crate) fn last_move(visits: &[StageVisit]) -> Option<Timestamp> {
    Timestamp::from_microsecond(visits.last()?.at_us).ok()
}

/// What a source says of the end of deals that are in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    Unsaid,
    Open,
    Won,
    Lost,
}

/// What a stage means that has these labels: the tenant's word, what the source says of its end, a
/// word everybody uses. A stage that ends nothing is not won by its name.
pub(crate) fn stage<'a>(
    labels: impl IntoIterator<Item = &'a str>,
    ends: Ends,
    cx: &Context,
) -> Option<(CanonicalStage, Layer)> {
    let labels = labels.into_iter();
    let said: Vec<_> = labels.filter_map(|label| cx.stages.get(label)).collect();
    let mut said = said.into_iter();
    let own = said.clone().find(|(_, layer)| *layer == Layer::Tenant);
    own.or_else(|| match ends {
        Ends::Won => Some((CanonicalStage::ClosedWon, Layer::Discovered)),
        Ends::Lost => Some((CanonicalStage::ClosedLost, Layer::Discovered)),
        Ends::Open => said.find(|(meaning, _)| meaning.outcome().is_none()),
        Ends::Unsaid => said.next(),
    })
}

/// A stage of a pipeline by its label; it is told of one that nobody knows the meaning of.
pub(crate) fn known(
    label: &str,
    meaning: Option<(CanonicalStage, Layer)>,
    (field, remedy): (&str, &str),
    fields: &mut Fields,
) -> Stage {
    if meaning.is_none() {
        let what = "nobody said what this stage means";
        fields.odd(UNKNOWN_WORD, field, what, remedy, label);
    }
    let (canonical, layer) = meaning.unzip();
    Stage {
        label: label.to_owned(),
        canonical,
        layer,
        order: 0,
        probability: None,
    }
}

/// The kind of a meeting by its title: demos and contract talks are told apart from the others.
pub(crate) fn meeting(title: &str) -> ActivityKind {
    let title = title.to_lowercase();
    if title.contains("demo") {
        ActivityKind::Demo
    } else {
        ActivityKind::Meeting
    }
}

/// The plain text of a piece of HTML: tags gone, the common entities read, spaces joined.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut is_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                text.push(' ');
            }
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was said of several things in one text; nothing where nothing was said.
pub(crate) fn joined(
    parts: impl IntoIterator<Item = Option<String>>,
    between: &str,
) -> Option<String> {
    let said = parts.into_iter().flatten().filter(|part| !part.is_empty());
    let said = said.collect::<Vec<_>>().join(between);
    (!said.is_empty()).then_some(said)
}

/// The beginning of a text, for a summary.
pub(crate) fn summary(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match text.char_indices().nth(SUMMARY) {
        Some((end, _)) => text.get(..end).map(|start| format!("{start}…")),
        None => Some(text.to_owned()),
    }
}

/// The domain of a web or e-mail address, in lower case and without `www.`; nothing where it is
/// none.
pub(crate) fn domain(address: &str) -> Option<String> {
    let address = address.trim().to_lowercase();
    let host = address.rsplit('@').next().unwrap_or_default();
    let host = host.split_once("://").map_or(host, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    (host.contains('.') && host.chars().all(fits)).then(|| host.to_owned())
}

/// Where everybody may have an address, which says nothing of their company.
pub(crate) const FREE_MAIL: &str = "aol.com gmail.com gmx.de gmx.net googlemail.com hotmail.com icloud.com \
    live.com mail.ru me.com msn.com outlook.com proton.me protonmail.com qq.com web.de yahoo.com";

/// The domain of a company, from an address of somebody who works there.
pub(crate) fn company_domain(email: &str) -> Option<String> {
    domain(email).filter(|domain| FREE_MAIL.split(' ').all(|free| free != domain))
}

/// A custom field's value as text: lists joined, objects as JSON; nothing where it is empty.
pub(crate) fn custom(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        Value::Array(all) => all.iter().filter_map(custom).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_part_only_when_it_says_so() {
        let cases = [
            (
                "Economic Decision Maker",
                Some(StakeholderRole::EconomicBuyer),
            ),
            ("CHAMPION", Some(StakeholderRole::Champion)),
            ("END_USER", Some(StakeholderRole::EndUser)),
            ("Head of purchasing", Some(StakeholderRole::Procurement)),
            ("Other", None),
            ("", None),
        ];
        for (label, expected) in cases {
            assert_eq!(role(label), expected, "{label}");
        }
    }

    #[test]
    fn addresses_have_domains() {
        let cases = [
            ("https://www.Harbor.example/about?x", Some("harbor.example")),
            ("ana@harbor.example", Some("harbor.example")),
            ("harbor.example:8080", Some("harbor.example")),
            ("N/A", None),
            ("harbor", None),
            ("http://ha rbor.example", None),
        ];
        for (address, expected) in cases {
            assert_eq!(domain(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn html_becomes_text() {
        assert_eq!(
            plain("<p>We &amp; they <b>agree</b></p><br>5 &lt; 6"),
            "We & they agree 5 < 6"
        );
        assert_eq!(plain("a < b"), "a");
    }
}
