//! Words people use for roles, outcomes and kinds of activity.

use model::{ActivityKind, ActivityOutcome, StakeholderRole};

fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What kind of activity a word names.
pub(super) fn activity_kind(text: &str) -> Option<ActivityKind> {
    // Longer texts are no words, and this is asked of every cell of the first rows.
    if text.len() > 24 {
        return None;
    }
    Some(match fold(text).as_str() {
        "email" | "mail" | "incomingemail" | "forwardedemail" | "emailsent" | "emailreceived"
        | "message" => ActivityKind::Email,
        "call" | "phone" | "phonecall" | "outboundcall" | "inboundcall" => ActivityKind::Call,
        "meeting" | "lunch" | "onsite" | "visit" | "appointment" | "event" => ActivityKind::Meeting,
        "demo" | "demonstration" | "productdemo" => ActivityKind::Demo,
        "proposal" | "quote" | "proposalsent" | "quotesent" => ActivityKind::Proposal,
        "contract" | "contractsent" => ActivityKind::Contract,
        "objection" => ActivityKind::Objection,
        "followup" | "task" | "todo" | "deadline" => ActivityKind::FollowUp,
        "internal" | "note" | "internalnote" => ActivityKind::Internal,
        _ => return None,
    })
}

/// How an activity went.
pub(super) fn outcome(text: &str) -> Option<ActivityOutcome> {
    Some(match fold(text).as_str() {
        "positive" | "good" | "success" | "successful" | "interested" | "connected"
        | "completed" => ActivityOutcome::Positive,
        "neutral" | "ok" | "leftvoicemail" => ActivityOutcome::Neutral,
        "negative" | "bad" | "notinterested" | "rejected" | "noshow" => ActivityOutcome::Negative,
        "unknown" | "" => ActivityOutcome::Unknown,
        _ => return None,
    })
}

/// The part a person plays in a deal.
pub(super) fn role(text: &str) -> Option<StakeholderRole> {
    Some(match fold(text).as_str() {
        "champion" | "sponsor" | "advocate" | "executivesponsor" => StakeholderRole::Champion,
        "blocker" | "detractor" => StakeholderRole::Blocker,
        "economicbuyer" | "decisionmaker" | "economicdecisionmaker" | "budgetholder" | "eb" => {
            StakeholderRole::EconomicBuyer
        }
        "technicalbuyer" | "technicalevaluator" | "evaluator" => StakeholderRole::TechnicalBuyer,
        "influencer" => StakeholderRole::Influencer,
        "enduser" | "user" | "businessuser" => StakeholderRole::EndUser,
        "legal" | "counsel" => StakeholderRole::Legal,
        "procurement" | "purchasing" => StakeholderRole::Procurement,
        _ => return None,
    })
}
