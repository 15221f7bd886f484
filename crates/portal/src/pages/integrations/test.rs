//! Whether the vendor lets a connector in, with every call that was made.

use askama::Template;
use axum::extract::Path;
use claimwire_actions::connectors::{self, ConnectorTestResult, ConnectorView};
use claimwire_actions::{Editor, Once};

use super::name_of;
use crate::access::{Posted, Scope, Seen};
use crate::failure::{Failure, Reply, page, refused, to};
use crate::form::Errors;
use crate::frame::{Frame, Section};
use crate::pages::targets::id;
use crate::state::Portal;

#[derive(Template)]
#[template(path = "pages/integrations/test.html")]
struct TestPage {
    frame: Frame,
    name: String,
    connector: ConnectorView,
    errors: Errors,
    result: Option<ConnectorTestResult>,
}

async fn test_page(
    portal: &Portal,
    scope: &Scope<Editor>,
    connector: &str,
    errors: Errors,
    result: Option<ConnectorTestResult>,
) -> Result<TestPage, Failure> {
    let connector = connectors::get(&scope.on(portal).viewer(), id(connector)?).await?;
    Ok(TestPage {
        frame: scope.frame(portal, Section::Integrations),
        name: name_of(portal, &connector.kind),
        connector,
        errors,
        result,
    })
}

/// Asks first.
pub(crate) async fn ask(
    portal: Portal,
    Seen(scope): Seen<Editor>,
    Path((_, connector)): Path<(String, String)>,
) -> Reply {
    page(&test_page(&portal, &scope, &connector, Errors::default(), None).await?)
}

/// Makes the calls and shows what came back.
pub(crate) async fn send(
    portal: Portal,
    Path((_, connector)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let scope = posted.scope;
    match connectors::test(&scope.on(&portal), id(&connector)?, None).await {
        Ok(Once::Now(result)) => {
            let none = Errors::default();
            page(&test_page(&portal, &scope, &connector, none, Some(result)).await?)
        }
        Ok(Once::Before(_)) => Ok(to(&scope.path("/integrations"))),
        Err(refusal) => {
            let errors = Errors::of(refusal, &[], |_| None)?;
            refused(&test_page(&portal, &scope, &connector, errors, None).await?)
        }
    }
}
