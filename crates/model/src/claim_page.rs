//! How a shop's claim page is set up: the page on which its customers file claims themselves.
//!
//! The page is off until the shop switches it on. What may stand here is checked by the actions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of trouble a customer has.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// An item is broken or does not work.
    Defective,
    /// The parcel did not come.
    NotReceived,
    /// The parcel came, an item was not in it.
    MissingProduct,
    /// Another item came.
    WrongProduct,
    /// To be sent back.
    Return,
    /// Not as the customer hoped.
    Dissatisfied,
    /// A question.
    Support,
}

impl Flow {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Defective,
        Self::NotReceived,
        Self::MissingProduct,
        Self::WrongProduct,
        Self::Return,
        Self::Dissatisfied,
        Self::Support,
    ];

    /// The name in JSON; the `type` of its claims.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Defective => "defective",
            Self::NotReceived => "not_received",
            Self::MissingProduct => "missing_product",
            Self::WrongProduct => "wrong_product",
            Self::Return => "return",
            Self::Dissatisfied => "dissatisfied",
            Self::Support => "support",
        }
    }

    /// The `reason` of its claims where the shop offers none of its own.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Defective => "damage",
            Self::NotReceived => "investigation",
            other => other.as_str(),
        }
    }

    /// Whether the customer is asked which items it is about.
    #[must_use]
    pub fn has_items(self) -> bool {
        !matches!(self, Self::NotReceived | Self::Support)
    }

    /// Whether photos can show it.
    #[must_use]
    pub fn has_photos(self) -> bool {
        !matches!(self, Self::NotReceived | Self::Return | Self::Support)
    }

    /// Whether the customer is asked what should be done.
    #[must_use]
    pub fn has_resolution(self) -> bool {
        !matches!(self, Self::Return | Self::Support)
    }

    /// Whether a claim says nothing without a description.
    #[must_use]
    pub fn needs_description(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::Support)
    }

    /// Whether it can only be told within the filing window.
    #[must_use]
    pub fn has_window(self) -> bool {
        self != Self::Support
    }
}

/// A flow as a shop offers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedFlow {
    /// Which.
    pub flow: Flow,
    /// Photos that are needed at least, where the reason does not say: 0 to 8.
    #[serde(default)]
    #[schema(maximum = 8)]
    pub photos: u8,
}

/// A reason of the shop's own within a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnReason {
    /// The `reason` of the claim: `[a-z0-9_-]{1,64}`.
    #[schema(pattern = "^[a-z0-9_-]{1,64}$")]
    pub reason: String,
    /// Within which flow it is offered.
    pub flow: Flow,
    /// What the customer reads, by language.
    pub labels: BTreeMap<String, String>,
    /// Photos that are needed at least: 0 to 8; null: as the flow says.
    #[serde(default)]
    #[schema(maximum = 8)]
    pub photos: Option<u8>,
    /// What the customer can wish for; null: what the page offers.
    #[serde(default)]
    pub resolutions: Option<Vec<String>>,
}

/// A shop's claim page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimPage {
    /// Whether customers can open it.
    pub enabled: bool,
    /// What customers can report, in the order in which it is offered.
    #[schema(min_items = 1, max_items = 7)]
    pub flows: Vec<OfferedFlow>,
    /// The shop's own reasons. A flow that has some asks for one.
    #[schema(max_items = 50)]
    pub reasons: Vec<OwnReason>,
    /// What customers can wish for: `refund`, `reorder`, or the shop's own. Without any they are not asked.
    #[schema(max_items = 10)]
    pub resolutions: Vec<String>,
    /// Days in which a claim can be filed, from the delivery where it is known, else from the order; null: for ever.
    #[schema(minimum = 1, maximum = 3650)]
    pub filing_days: Option<u32>,
    /// From this value of the items on a claim is labelled `high-value`, in the order's currency; null: never.
    #[schema(minimum = 0)]
    pub value_threshold: Option<u64>,
    /// From so many claims of one customer in 90 days on a claim is labelled `repeat-claimant`; null: never.
    #[schema(minimum = 1, maximum = 100)]
    pub repeat_claims: Option<u32>,
    /// Texts in place of the page's own, by language and name. A language that the page does not know is added by them.
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
    /// The language of customers whose browser asks for none that there is.
    #[schema(max_length = 16)]
    pub language: String,
    /// The colour of buttons and of the head: `#2f55d4`.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$")]
    pub color: Option<String>,
    /// The shop's logo: an https URL. Customers' browsers fetch it from there.
    #[schema(max_length = 2048)]
    pub logo_url: Option<String>,
    /// The origins whose pages may hold the claim page in a frame: `https://shop.example`.
    #[schema(max_items = 10)]
    pub frame_ancestors: Vec<String>,
}

impl Default for ClaimPage {
    fn default() -> Self {
        Self {
            enabled: false,
            flows: Flow::ALL
                .map(|flow| OfferedFlow {
                    flow,
                    photos: u8::from(matches!(flow, Flow::Defective | Flow::WrongProduct)),
                })
                .to_vec(),
            reasons: Vec::new(),
            resolutions: vec!["refund".to_owned(), "reorder".to_owned()],
            filing_days: None,
            value_threshold: None,
            repeat_claims: Some(3),
            texts: BTreeMap::new(),
            language: "en".to_owned(),
            color: None,
            logo_url: None,
            frame_ancestors: Vec::new(),
        }
    }
}

impl ClaimPage {
    /// The flow as it is offered; none: it is not.
    #[must_use]
    pub fn offered(&self, flow: Flow) -> Option<&OfferedFlow> {
        self.flows.iter().find(|offered| offered.flow == flow)
    }

    /// The shop's own reasons within a flow.
    pub fn reasons_of(&self, flow: Flow) -> impl Iterator<Item = &OwnReason> {
        self.reasons.iter().filter(move |own| own.flow == flow)
    }

    /// The own reason of this name within a flow.
    #[must_use]
    pub fn own_reason(&self, flow: Flow, reason: Option<&str>) -> Option<&OwnReason> {
        let reason = reason?;
        self.reasons_of(flow).find(|own| own.reason == reason)
    }

    /// How many photos a claim needs.
    #[must_use]
    pub fn photos_needed(&self, flow: Flow, reason: Option<&str>) -> usize {
        let own = self.own_reason(flow, reason).and_then(|own| own.photos);
        let offered = self.offered(flow).map_or(0, |offered| offered.photos);
        match flow.has_photos() {
            true => usize::from(own.unwrap_or(offered)),
            false => 0,
        }
    }

    /// What the customer can wish for; nothing: they are not asked.
    #[must_use]
    pub fn resolutions_for(&self, flow: Flow, reason: Option<&str>) -> &[String] {
        if !flow.has_resolution() {
            return &[];
        }
        let own = self.own_reason(flow, reason);
        let own = own.and_then(|own| own.resolutions.as_ref());
        own.unwrap_or(&self.resolutions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_says_nothing_is_off() {
        let page: ClaimPage = serde_json::from_str("{}").unwrap();
        assert_eq!(page, ClaimPage::default());
        assert!(!page.enabled);
    }

    #[test]
    fn a_reason_goes_before_its_flow() {
        let page: ClaimPage = serde_json::from_str(
            r#"{"flows": [{"flow": "defective", "photos": 1}, {"flow": "support", "photos": 3}], "reasons": [
            {"reason": "scratch", "flow": "defective", "labels": {"en": "Scratched"}, "photos": 2, "resolutions": ["refund"]},
            {"reason": "other", "flow": "defective", "labels": {"en": "Other"}}]}"#,
        )
        .unwrap();
        let needed = |reason| page.photos_needed(Flow::Defective, reason);
        assert_eq!(
            (needed(None), needed(Some("scratch")), needed(Some("other"))),
            (1, 2, 1)
        );
        assert_eq!(page.photos_needed(Flow::Support, None), 0);
        let wishes = |reason| page.resolutions_for(Flow::Defective, reason);
        assert_eq!(wishes(Some("scratch")), ["refund"]);
        assert_eq!(wishes(Some("other")), ["refund", "reorder"]);
        assert!(page.resolutions_for(Flow::Support, None).is_empty());
        assert!(page.offered(Flow::Return).is_none());
    }
}
