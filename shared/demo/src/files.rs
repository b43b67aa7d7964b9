//! The company as the CSV files a CRM would export, with a few planted oddities of the kind real exports have.

use crate::draws::Draws;
use crate::law::STAGES;
use crate::world::{Deal, World};
use jiff::ToSpan;
use jiff::civil::DateTime;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An oddity put into a file on purpose: an import ought to notice it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// Name of the file.
    pub file: &'static str,
    /// Physical line, the header being 1.
    pub line: usize,
    /// What is odd there.
    pub what: &'static str,
}

/// Probability a CRM shows for each stage, in percent.
const SHOWN: [u8; 8] = [5, 15, 30, 45, 60, 80, 100, 0];

impl World {
    /// Six CSV files by name: deals, stage history, activities, contacts, accounts and team.
    ///
    /// UTF-8, comma, `\n`; times are UTC. [`World::planted`] lists the rows that are odd on purpose.
    pub fn files(&self) -> Vec<(String, String)> {
        self.write().0
    }

    /// The odd rows of [`World::files`], in the order of the files.
    pub fn planted(&self) -> Vec<Planted> {
        self.write().1
    }

    fn write(&self) -> (Vec<(String, String)>, Vec<Planted>) {
        let mut planted = Vec::new();
        let files = [
            self.deals_csv(&mut planted),
            self.stage_history_csv(&mut planted),
            self.activities_csv(&mut planted),
            self.contacts_csv(&mut planted),
            self.accounts_csv(),
            self.team_csv(),
        ];
        (
            files
                .into_iter()
                .map(|sheet| (sheet.file.to_owned(), sheet.text))
                .collect(),
            planted,
        )
    }

    /// The first deal of a kind, counted from a place that depends on the seed.
    fn some_deal(&self, tag: &str, of_kind: impl Fn(&Deal) -> bool) -> Option<usize> {
        let start = Draws::of(self.seed, tag, 0).below(self.deals.len());
        (start..self.deals.len())
            .chain(0..start)
            .find(|&n| of_kind(&self.deals[n]))
    }

    fn deals_csv(&self, planted: &mut Vec<Planted>) -> Sheet {
        let mut sheet = Sheet::new(
            "deals.csv",
            "deal_id,name,company,amount,currency,pipeline,stage,probability,expected_close,owner,created_at,updated_at,closed_at,lost_reason,lead_source",
        );
        let negative = self.some_deal("negative", |deal| deal.stage() == "Closed Lost");
        let spelled = self.some_deal("spelled", |deal| {
            deal.stage() == "Closed Won" && deal.amount % 1_000 == 0
        });
        let repeated = self.some_deal("repeated", |deal| deal.is_open() && deal.visits.len() > 1);
        let missing = self.some_deal("missing", Deal::is_open);
        for (n, deal) in self.deals.iter().enumerate() {
            let mut amount = deal.amount.to_string();
            let line = sheet.next_line();
            let mut plant = |what| {
                let file = "deals.csv";
                planted.push(Planted { file, line, what });
            };
            let forgotten = missing == Some(n) || Draws::of(self.seed, "no amount", n).chance(0.03);
            if deal.is_open() && forgotten {
                amount.clear();
                plant("open deal without an amount");
            } else if negative == Some(n) {
                amount.insert(0, '-');
                plant("negative amount");
            } else if spelled == Some(n) {
                amount = format!("${}k", deal.amount / 1_000);
                plant("amount written with a sign and a k");
            }
            if deal.is_open() && !self.owners[deal.owner].employed {
                plant("open deal of an owner who is not in team.csv");
            }
            if deal.is_open() && deal.expected_close < self.as_of.date() {
                plant("open deal whose expected close has passed");
            }
            self.deal_row(&mut sheet, deal, &amount, deal.stage(), deal.updated);
        }
        if let Some(n) = repeated {
            let deal = &self.deals[n];
            let line = sheet.next_line();
            planted.push(Planted {
                file: "deals.csv",
                line,
                what: "older copy of a deal already listed",
            });
            let before = &deal.visits[deal.visits.len() - 2];
            self.deal_row(
                &mut sheet,
                deal,
                &deal.amount.to_string(),
                before.stage,
                before.entered,
            );
        }
        sheet
    }

    fn deal_row(
        &self,
        sheet: &mut Sheet,
        deal: &Deal,
        amount: &str,
        stage: &str,
        updated: DateTime,
    ) {
        let shown = STAGES
            .iter()
            .position(|label| *label == stage)
            .map_or(0, |at| SHOWN[at]);
        sheet.row(&[
            &deal.id,
            &deal.name,
            &self.accounts[deal.account].name,
            amount,
            "USD",
            deal.pipeline,
            stage,
            &format!("{shown}%"),
            &deal.expected_close.to_string(),
            &self.owners[deal.owner].email,
            &utc(deal.created),
            &utc(updated),
            &deal.closed().map_or_else(String::new, utc),
            deal.lost_reason.unwrap_or_default(),
            deal.lead_source,
        ]);
    }

    fn stage_history_csv(&self, planted: &mut Vec<Planted>) -> Sheet {
        let unknown = self.some_deal("verbal", |deal| {
            deal.stage() == "Closed Won" && deal.visits.len() > 2
        });
        let reopened = self.some_deal("reopened", |deal| {
            deal.closed().is_some_and(|at| {
                deal.stage() == "Closed Lost" && at.saturating_add(60.days()) < self.as_of
            })
        });
        let silent = self.some_deal("silent", |deal| {
            deal.stage() == "Closed Lost" && deal.visits.len() == 2
        });
        let mut moves: Vec<(DateTime, usize, &str, &str, Option<&'static str>)> = Vec::new();
        for (n, deal) in self.deals.iter().enumerate() {
            if silent == Some(n) {
                continue;
            }
            let mut from = "";
            for visit in &deal.visits {
                if unknown == Some(n) && visit.stage == "Closed Won" {
                    let said = visit.entered.saturating_sub(50.minutes());
                    moves.push((
                        said,
                        n,
                        from,
                        "Verbal Yes",
                        Some("stage nobody has declared"),
                    ));
                    from = "Verbal Yes";
                }
                moves.push((visit.entered, n, from, visit.stage, None));
                from = visit.stage;
            }
            if reopened == Some(n)
                && let Some(closed) = deal.closed()
            {
                moves.push((
                    closed.saturating_add(21.days()),
                    n,
                    "Closed Lost",
                    "Proposal",
                    Some("reopened after it was closed"),
                ));
                moves.push((
                    closed.saturating_add(43.days()),
                    n,
                    "Proposal",
                    "Closed Lost",
                    None,
                ));
            }
        }
        moves.sort_by_key(|(at, n, ..)| (*at, *n));
        let mut sheet = Sheet::new(
            "stage_history.csv",
            "deal_id,from_stage,to_stage,changed_at",
        );
        for (at, n, from, to, odd) in moves {
            if let Some(what) = odd {
                planted.push(Planted {
                    file: "stage_history.csv",
                    line: sheet.next_line(),
                    what,
                });
            }
            sheet.row(&[&self.deals[n].id, from, to, &utc(at)]);
        }
        if let Some(n) = silent {
            let deal = &self.deals[n];
            planted.push(Planted {
                file: "stage_history.csv",
                line: sheet.next_line(),
                what: "change without a time",
            });
            sheet.row(&[&deal.id, deal.visits[0].stage, deal.stage(), ""]);
        }
        sheet
    }

    fn activities_csv(&self, planted: &mut Vec<Planted>) -> Sheet {
        let mut rows: Vec<_> = self
            .deals
            .iter()
            .flat_map(|deal| deal.activities.iter().map(move |activity| (deal, activity)))
            .collect();
        rows.sort_by_key(|(deal, activity)| (activity.at, deal.id.as_str()));
        let mut sheet = Sheet::new(
            "activities.csv",
            "activity_id,deal_id,type,timestamp,participants,outcome,summary,next_steps,objections",
        );
        let odd = Draws::of(self.seed, "stray", 0).below(rows.len());
        for (n, (deal, activity)) in rows.into_iter().enumerate() {
            let mut deal_id = deal.id.as_str();
            let mut summary = activity.summary.clone();
            let line = sheet.next_line();
            if n == odd {
                deal_id = "OP-99999";
                planted.push(Planted {
                    file: "activities.csv",
                    line,
                    what: "activity of a deal that is not in deals.csv",
                });
            }
            if n == odd + 1 {
                summary.push_str("\nSent from the road, \"please excuse\" typos");
                planted.push(Planted {
                    file: "activities.csv",
                    line,
                    what: "line break and quotes inside a cell",
                });
            }
            // Plain text is an objection that stands; a settled one needs the longer form.
            let objection = match activity.objection {
                Some(what) if activity.resolved => {
                    format!("[{{\"objection\":\"{what}\",\"resolved\":true}}]")
                }
                what => what.unwrap_or_default().to_owned(),
            };
            sheet.row(&[
                &format!("AC-{:06}", n + 1),
                deal_id,
                activity.kind,
                &utc(activity.at),
                &activity.participants.join(";"),
                activity.outcome,
                &summary,
                activity.next_steps.unwrap_or_default(),
                &objection,
            ]);
        }
        sheet
    }

    fn contacts_csv(&self, planted: &mut Vec<Planted>) -> Sheet {
        let mut sheet = Sheet::new(
            "contacts.csv",
            "deal_id,name,title,email,company,role,sentiment,engagement,last_contact,added_at",
        );
        let unknown = self.some_deal("gatekeeper", |deal| deal.contacts.len() > 1);
        for (n, deal) in self.deals.iter().enumerate() {
            for (place, contact) in deal.contacts.iter().enumerate() {
                let odd = unknown == Some(n) && place == 0;
                if odd {
                    planted.push(Planted {
                        file: "contacts.csv",
                        line: sheet.next_line(),
                        what: "role nobody knows",
                    });
                }
                sheet.row(&[
                    &deal.id,
                    &contact.name,
                    contact.title,
                    &contact.email,
                    &self.accounts[deal.account].name,
                    if odd { "gatekeeper" } else { contact.role },
                    &format!("{:.2}", contact.sentiment),
                    &format!("{:.2}", contact.engagement),
                    &contact.last_contact.map_or_else(String::new, utc),
                    &utc(contact.added),
                ]);
            }
        }
        sheet
    }

    fn accounts_csv(&self) -> Sheet {
        let mut sheet = Sheet::new(
            "accounts.csv",
            "company,domain,industry,employees,annual_revenue,currency",
        );
        for account in &self.accounts {
            sheet.row(&[
                &account.name,
                &account.domain,
                account.industry,
                &account.employees.to_string(),
                &account.annual_revenue.to_string(),
                "USD",
            ]);
        }
        sheet
    }

    fn team_csv(&self) -> Sheet {
        let names: BTreeMap<&str, &str> = self
            .owners
            .iter()
            .map(|owner| (owner.email.as_str(), owner.name.as_str()))
            .collect();
        let mut sheet = Sheet::new("team.csv", "name,email,team,manager,role");
        for owner in self.owners.iter().filter(|owner| owner.employed) {
            let manager = owner
                .manager
                .as_deref()
                .and_then(|email| names.get(email))
                .copied();
            sheet.row(&[
                &owner.name,
                &owner.email,
                &owner.team,
                manager.unwrap_or_default(),
                owner.role,
            ]);
        }
        sheet
    }
}

fn utc(at: DateTime) -> String {
    format!("{at}Z")
}

/// A CSV file being written.
struct Sheet {
    file: &'static str,
    text: String,
    lines: usize,
}

impl Sheet {
    fn new(file: &'static str, header: &str) -> Sheet {
        Sheet {
            file,
            text: format!("{header}\n"),
            lines: 1,
        }
    }

    /// The physical line the next row will start on.
    fn next_line(&self) -> usize {
        self.lines + 1
    }

    fn row(&mut self, cells: &[&str]) {
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                self.text.push(',');
            }
            if cell.contains([',', '"', '\n']) {
                let _ = write!(self.text, "\"{}\"", cell.replace('"', "\"\""));
                self.lines += cell.matches('\n').count();
            } else {
                self.text.push_str(cell);
            }
        }
        self.text.push('\n');
        self.lines += 1;
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::{Size, company};

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut sheet = Sheet::new("x.csv", "a,b");
        sheet.row(&["plain", "with, comma"]);
        sheet.row(&["two\nlines", "say \"hi\""]);
        assert_eq!(
            sheet.text,
            "a,b\nplain,\"with, comma\"\n\"two\nlines\",\"say \"\"hi\"\"\"\n"
        );
        assert_eq!(sheet.next_line(), 5);
    }

    #[test]
    fn every_kind_of_oddity_is_planted_on_the_line_it_says() {
        for seed in 1..6 {
            let world = company(seed, Size::Small);
            let files: BTreeMap<String, String> = world.files().into_iter().collect();
            let planted = world.planted();
            let mut kinds: Vec<&str> = planted.iter().map(|odd| odd.what).collect();
            kinds.sort_unstable();
            kinds.dedup();
            assert_eq!(kinds.len(), 12, "seed {seed}: {kinds:?}");
            let line = |what: &str| {
                let odd = planted.iter().find(|odd| odd.what == what).unwrap();
                files[odd.file]
                    .lines()
                    .nth(odd.line - 1)
                    .unwrap()
                    .to_owned()
            };
            assert!(line("negative amount").contains(",-"));
            assert!(line("stage nobody has declared").contains("Verbal Yes"));
            assert!(line("activity of a deal that is not in deals.csv").contains("OP-99999"));
            assert!(line("role nobody knows").contains("gatekeeper"));
            assert!(line("change without a time").ends_with(','));
        }
    }

    #[test]
    fn one_seed_gives_one_text() {
        // A change of this figure means every demo changes: say so in a changelog fragment.
        let digest = |seed| {
            let mut hash = 0xcbf2_9ce4_8422_2325_u64;
            for byte in company(seed, Size::Small)
                .files()
                .iter()
                .flat_map(|(_, text)| text.bytes())
            {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            hash
        };
        assert_eq!(format!("{:016x}", digest(7)), "c3298d55a8b579e2");
        assert_ne!(digest(7), digest(8));
    }
}
