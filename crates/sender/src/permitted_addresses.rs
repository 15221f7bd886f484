//! Which addresses a place that a user named may be connected to (contract section 6, promise 7), in one place.
//! Deliveries ask at every new connection, straight or through a proxy; so does whatever else
//! is to be fetched from or sent to such a place.

use std::net::SocketAddr;
use std::sync::Arc;

use claimwire_model::ShopNo;
use claimwire_wire::send::{SendError, SendErrorKind};
use tokio::time::Instant;

use crate::error::{error, within};
use crate::policy::Policy;
use crate::resolve::Resolve;
use crate::target::{Origin, Place, Target, address_refused};

/// Resolves and refuses. What it hands out is to be connected to as it is: a name that is resolved again can
/// lead elsewhere.
pub struct PermittedAddresses {
    pub(crate) policy: Policy,
    pub(crate) resolver: Arc<dyn Resolve>,
}

impl PermittedAddresses {
    /// The addresses of the URL's host that may be connected to, in the order in which to try them; at least one.
    /// `shop` is whose URL it is.
    ///
    /// # Errors
    /// `url`, `dns`, `address_refused`, `timeout` when the deadline passes first, or one of ours.
    pub async fn of_url(
        &self,
        url: &str,
        shop: ShopNo,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, SendError> {
        let target = Target::parse(url, &self.policy)?;
        self.of_origin(&target.origin, shop, deadline).await
    }

    /// The same for a URL that has been taken apart.
    pub(crate) async fn of_origin(
        &self,
        origin: &Origin,
        shop: ShopNo,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, SendError> {
        let found = resolve(&*self.resolver, &origin.place, shop, deadline).await?;
        let mut permitted = Vec::new();
        let mut refused = None;
        for address in found {
            match self.policy.permit(address) {
                Ok(()) => permitted.push(SocketAddr::new(address, origin.port)),
                Err(why) => refused = Some(why),
            }
        }
        match refused {
            _ if !permitted.is_empty() => Ok(permitted),
            Some(why) => Err(address_refused(&format!("{origin} leads to {why}"))),
            None => Err(error(
                SendErrorKind::Dns,
                format!("{origin} has no address"),
            )),
        }
    }
}

/// All addresses of a place, unchecked.
pub(crate) async fn resolve(
    resolver: &dyn Resolve,
    place: &Place,
    shop: ShopNo,
    deadline: Instant,
) -> Result<Vec<std::net::IpAddr>, SendError> {
    let name = match place {
        Place::Address(address) => return Ok(vec![*address]),
        Place::Name(name) => name,
    };
    let lookup = resolver.resolve(name, shop);
    match within(deadline, || format!("resolving {name}"), lookup).await {
        Ok(found) => found,
        Err(late) if resolver.is_down() => Err(error(SendErrorKind::LocalResolver, late.detail)),
        Err(late) => Err(late),
    }
}
