//! To whom deliveries go, by name.

use std::collections::BTreeMap;

use claimwire_actions::deliveries::DeliveryView;
use claimwire_actions::{As, Refusal, Viewer, webhooks};
use uuid::Uuid;

/// What people know the targets of some deliveries by.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<Uuid, String>);

impl Names {
    /// Of these deliveries' targets, each looked up once.
    pub async fn look_up(
        viewer: &As<'_, Viewer>,
        deliveries: &[DeliveryView],
    ) -> Result<Self, Refusal> {
        let mut names = BTreeMap::new();
        for delivery in deliveries {
            let Some(uuid) = delivery.target() else {
                continue;
            };
            if let std::collections::btree_map::Entry::Vacant(place) = names.entry(uuid) {
                let label = webhooks::label(viewer, uuid).await?;
                place.insert(label.unwrap_or_else(|| "deleted".to_owned()));
            }
        }
        Ok(Self(names))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// To whom one of them goes.
    pub fn of(&self, delivery: &DeliveryView) -> &str {
        let name = delivery.target().and_then(|uuid| self.0.get(&uuid));
        name.map_or("", String::as_str)
    }
}
