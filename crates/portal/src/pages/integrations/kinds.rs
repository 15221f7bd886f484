//! Which kind of connector to add.

use askama::Template;
use claimwire_actions::Editor;
use claimwire_actions::connectors::{self, KindView};

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/integrations/kinds.html")]
struct KindsPage {
    frame: Frame,
    kinds: Vec<KindView>,
}

/// The choice.
pub(crate) async fn show(portal: Portal, Seen(scope): Seen<Editor>) -> Reply {
    page(&KindsPage {
        frame: scope.frame(&portal, Section::Integrations),
        kinds: connectors::kinds(&claimwire_actions::Caller::Operator, &portal.ports),
    })
}
