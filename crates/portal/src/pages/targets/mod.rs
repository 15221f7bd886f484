//! What webhooks and connectors share of their pages: how a target is doing, what fails, switching it, deleting it,
//! replaying to it. A kind says with [`Kind`] how it is found and changed; its own pages do the rest.

pub(crate) mod chart;
pub(crate) mod delete;
pub(crate) mod events;
pub(crate) mod failures;
pub(crate) mod replay;
pub(crate) mod retries;
pub(crate) mod switch;

use std::future::Future;

use claimwire_actions::connectors::{self, ConnectorFields};
use claimwire_actions::webhooks::{self, HealthView, ReplayRequest, ReplayView, WebhookFields};
use claimwire_actions::{As, Editor, Once, Patch, Refusal, Viewer};
use claimwire_model::target::TargetStatus;
use serde_json::json;
use uuid::Uuid;

use crate::failure::Failure;
use crate::frame::Section;

/// Lower-case name.
pub(crate) fn status_name(status: &TargetStatus) -> &'static str {
    match status {
        TargetStatus::Active => "active",
        TargetStatus::Inactive => "paused",
        TargetStatus::Unverified => "unverified",
        TargetStatus::Disabled => "disabled",
    }
}

/// What is shown of how it is: one that is on and fails is not well.
pub(crate) fn state_name(status: &TargetStatus, health: &HealthView) -> &'static str {
    match status {
        TargetStatus::Active if health.consecutive_failures > 0 => "failing",
        status => status_name(status),
    }
}

/// A target's id from the path: what can be none is not there.
pub(crate) fn id(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| Failure::NoSuchPage)
}

/// What the shared pages tell of a target.
#[derive(Debug)]
pub(crate) struct Facts {
    pub id: Uuid,
    /// What people know it by.
    pub label: String,
    pub health: HealthView,
}

/// Webhooks or connectors, as the shared pages need them.
pub(crate) trait Kind: Send + Sync + 'static {
    const SECTION: Section;
    /// Path of their list, below the shop's.
    const PATH: &'static str;
    /// What one is called.
    const ONE: &'static str;
    /// What is lost with one, beside what waits for it.
    const LOST: &'static [&'static str];

    fn facts(
        viewer: &As<'_, Viewer>,
        id: Uuid,
    ) -> impl Future<Output = Result<Facts, Refusal>> + Send;
    fn switch(
        editor: &As<'_, Editor>,
        id: Uuid,
        status: &str,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;
    fn delete(
        editor: &As<'_, Editor>,
        id: Uuid,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;
    fn replay(
        editor: &As<'_, Editor>,
        id: Uuid,
        request: ReplayRequest,
    ) -> impl Future<Output = Result<Once<ReplayView>, Refusal>> + Send;
}

/// Webhooks.
pub(crate) enum Webhooks {}
/// Connectors.
pub(crate) enum Connectors {}

impl Kind for Webhooks {
    const SECTION: Section = Section::Webhooks;
    const PATH: &'static str = "/webhooks";
    const ONE: &'static str = "webhook";
    const LOST: &'static [&'static str] = &[
        "Its secret is gone: a new webhook for the same URL has another.",
        "What was delivered stays in the log until the retention is over, and cannot be sent to it again.",
    ];

    async fn facts(viewer: &As<'_, Viewer>, id: Uuid) -> Result<Facts, Refusal> {
        let webhook = webhooks::get(viewer, id).await?;
        Ok(Facts {
            id,
            label: webhook.url,
            health: webhook.health,
        })
    }

    async fn switch(editor: &As<'_, Editor>, id: Uuid, status: &str) -> Result<(), Refusal> {
        let patch = Patch::<WebhookFields>::of(&json!({ "status": status }))?;
        webhooks::update(editor, id, &patch).await.map(drop)
    }

    async fn delete(editor: &As<'_, Editor>, id: Uuid) -> Result<(), Refusal> {
        webhooks::delete(editor, id).await
    }

    async fn replay(
        editor: &As<'_, Editor>,
        id: Uuid,
        request: ReplayRequest,
    ) -> Result<Once<ReplayView>, Refusal> {
        webhooks::replay(editor, id, request, None).await
    }
}

impl Kind for Connectors {
    const SECTION: Section = Section::Integrations;
    const PATH: &'static str = "/integrations";
    const ONE: &'static str = "connector";
    const LOST: &'static [&'static str] = &[
        "Its credentials are gone, and it no longer knows which claim has which ticket.",
        "What it made at the vendor stays there, as it is.",
    ];

    async fn facts(viewer: &As<'_, Viewer>, id: Uuid) -> Result<Facts, Refusal> {
        let connector = connectors::get(viewer, id).await?;
        let label = match connector.description {
            Some(description) => format!("{}: {description}", connector.kind),
            None => connector.kind,
        };
        Ok(Facts {
            id,
            label,
            health: connector.health,
        })
    }

    async fn switch(editor: &As<'_, Editor>, id: Uuid, status: &str) -> Result<(), Refusal> {
        let patch = Patch::<ConnectorFields>::of(&json!({ "status": status }))?;
        connectors::update(editor, id, &patch).await.map(drop)
    }

    async fn delete(editor: &As<'_, Editor>, id: Uuid) -> Result<(), Refusal> {
        connectors::delete(editor, id).await
    }

    async fn replay(
        editor: &As<'_, Editor>,
        id: Uuid,
        request: ReplayRequest,
    ) -> Result<Once<ReplayView>, Refusal> {
        connectors::replay(editor, id, request, None).await
    }
}
