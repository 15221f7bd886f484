//! Event → body and headers.

use claimwire_model::dialect::Own;
use claimwire_model::{Event, Shop};

use super::form;
use crate::encoded::{Encoded, Unencodable};

pub(crate) fn encode(own: &Own, event: &Event, shop: &Shop) -> Result<Encoded, Unencodable> {
    let (Some(form), Some(name)) = (form(own), own.name_of(&event.fact.r#ref)) else {
        return Err(Unencodable::NoName);
    };
    let rendered = form.render(name, event, shop);
    let (body, values) = rendered.map_err(Unencodable::Fails)?;
    let mut headers = vec![("Content-Type", form.content_type.clone())];
    let names = form.headers.iter().map(|(name, _)| &**name);
    headers.extend(names.zip(values));
    Ok(Encoded {
        body,
        event_id: event.id(),
        headers,
    })
}
