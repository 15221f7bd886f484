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

    /// How a step of it is asked where the shop does not say.
    #[must_use]
    pub fn asks(self, step: Step) -> Asks {
        let shown = !matches!(self, Self::NotReceived | Self::Support);
        match (step, self) {
            (Step::Items, _) if shown => Asks::Required,
            (Step::Photos, Self::Return) => Asks::No,
            (Step::Photos, _) if shown => Asks::Optional,
            (Step::Description, Self::Dissatisfied | Self::Support) => Asks::Required,
            (Step::Description, _) => Asks::Optional,
            (Step::Resolution, Self::Return | Self::Support) => Asks::No,
            (Step::Resolution, _) => Asks::Required,
            (Step::Items | Step::Photos, _) => Asks::No,
        }
    }

    /// Whether it can only be told within the filing window.
    #[must_use]
    pub fn has_window(self) -> bool {
        self != Self::Support
    }
}

/// What is asked on the way to a claim, beside which trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Which items it is about, and how many.
    Items,
    /// Photos of it.
    Photos,
    /// What happened, in the customer's words.
    Description,
    /// What should be done.
    Resolution,
}

impl Step {
    /// All, in the order in which they are asked.
    pub const ALL: [Self; 4] = [
        Self::Items,
        Self::Photos,
        Self::Description,
        Self::Resolution,
    ];

    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Photos => "photos",
            Self::Description => "description",
            Self::Resolution => "resolution",
        }
    }
}

/// Whether a step is there, and whether it can be passed without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// It is not asked.
    No,
    /// It can be passed.
    Optional,
    /// It needs an answer.
    Required,
}

/// How the steps of a flow are asked; what is left out is as the flow has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Steps {
    /// Which items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Asks>,
    /// Photos. `required` is one at least; with `photos` above 0 they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photos: Option<Asks>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Asks>,
    /// What should be done, where the page offers something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Asks>,
}

impl Steps {
    /// How a step is asked; none: as the flow has it.
    #[must_use]
    pub fn of(&self, step: Step) -> Option<Asks> {
        match step {
            Step::Items => self.items,
            Step::Photos => self.photos,
            Step::Description => self.description,
            Step::Resolution => self.resolution,
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
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
    /// How its steps are asked.
    #[serde(default, skip_serializing_if = "Steps::is_empty")]
    pub steps: Steps,
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
                    steps: Steps::default(),
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

    /// How a step is asked. Photos that a reason needs are asked for in each flow; what should be done is asked where
    /// there is something to choose from.
    #[must_use]
    pub fn asks(&self, step: Step, flow: Flow, reason: Option<&str>) -> Asks {
        let offered = self.offered(flow);
        let set = offered.and_then(|offered| offered.steps.of(step));
        let asks = set.unwrap_or_else(|| flow.asks(step));
        let own = self.own_reason(flow, reason);
        match step {
            Step::Photos => {
                let photos = own.and_then(|own| own.photos);
                match (photos, offered.map_or(0, |offered| offered.photos)) {
                    (Some(1..), _) | (None, 1..) => Asks::Required,
                    (Some(0), _) if asks == Asks::Required => Asks::Optional,
                    _ => asks,
                }
            }
            Step::Resolution => {
                let own = own.and_then(|own| own.resolutions.as_ref());
                match own.unwrap_or(&self.resolutions).is_empty() {
                    true => Asks::No,
                    false => asks,
                }
            }
            Step::Items | Step::Description => asks,
        }
    }

    /// How many photos a claim needs.
    #[must_use]
    pub fn photos_needed(&self, flow: Flow, reason: Option<&str>) -> usize {
        if self.asks(Step::Photos, flow, reason) != Asks::Required {
            return 0;
        }
        let own = self.own_reason(flow, reason).and_then(|own| own.photos);
        let offered = self.offered(flow).map_or(0, |offered| offered.photos);
        usize::from(own.unwrap_or(offered)).max(1)
    }

    /// What the customer can wish for; nothing: they are not asked.
    #[must_use]
    pub fn resolutions_for(&self, flow: Flow, reason: Option<&str>) -> &[String] {
        if self.asks(Step::Resolution, flow, reason) == Asks::No {
            return &[];
        }
        let own = self.own_reason(flow, reason);
        let own = own.and_then(|own| own.resolutions.as_ref());
        own.unwrap_or(&self.resolutions)
    }
}

#[cfg(test)]
mod tests {
    use super::Asks::{No, Optional, Required};
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
        assert_eq!(page.photos_needed(Flow::Support, None), 3);
        let wishes = |reason| page.resolutions_for(Flow::Defective, reason);
        assert_eq!(wishes(Some("scratch")), ["refund"]);
        assert_eq!(wishes(Some("other")), ["refund", "reorder"]);
        assert!(page.resolutions_for(Flow::Support, None).is_empty());
        assert!(page.offered(Flow::Return).is_none());
    }

    #[test]
    fn a_flow_asks_what_the_shop_wants() {
        let page: ClaimPage = serde_json::from_str(
            r#"{"flows": [{"flow": "not_received"},
                {"flow": "defective", "photos": 2, "steps": {"items": "optional", "description": "no", "resolution": "no"}},
                {"flow": "return", "steps": {"photos": "required", "resolution": "optional"}},
                {"flow": "wrong_product", "steps": {"photos": "no"}}],
                "reasons": [{"reason": "seal", "flow": "wrong_product", "labels": {"en": "Seal"}, "photos": 1},
                    {"reason": "size", "flow": "return", "labels": {"en": "Size"}, "photos": 0, "resolutions": []}]}"#,
        )
        .unwrap();
        let asks = |flow, reason| Step::ALL.map(|step| page.asks(step, flow, reason));
        assert_eq!(asks(Flow::NotReceived, None), [No, No, Optional, Required]);
        assert_eq!(asks(Flow::Defective, None), [Optional, Required, No, No]);
        assert_eq!(
            asks(Flow::Return, None),
            [Required, Required, Optional, Optional]
        );
        assert_eq!(page.photos_needed(Flow::Return, None), 1);
        let size = Some("size");
        assert_eq!(asks(Flow::Return, size), [Required, Optional, Optional, No]);
        assert_eq!(page.photos_needed(Flow::Return, size), 0);
        assert_eq!(
            asks(Flow::WrongProduct, None),
            [Required, No, Optional, Required]
        );
        assert_eq!(asks(Flow::WrongProduct, Some("seal"))[1], Required);
        let json = serde_json::to_value(&page.flows).unwrap();
        assert_eq!(
            json[0],
            serde_json::json!({"flow": "not_received", "photos": 0})
        );
        assert_eq!(
            json[2]["steps"],
            serde_json::json!({"photos": "required", "resolution": "optional"})
        );
        assert!(serde_json::from_str::<Steps>(r#"{"photo": "no"}"#).is_err());
    }
}
