//! Tickets: what helpdesks get of claims, and the steps by which they get it (contract section 7). A
//! helpdesk is a [`desk::Helpdesk`]; as [`Connector`] it is a vendor.

pub(crate) mod call;
mod clean;
mod compose;
mod connector;
pub(crate) mod desk;
mod flow;
mod judge;
mod note;
mod occasion;
mod state;
mod templates;
mod text;

pub(crate) use clean::{escape, is_email};
pub(crate) use compose::{Requester, Shape, Ticket, compose};
pub(crate) use connector::Connector;
pub(crate) use note::note;
pub(crate) use occasion::{Matter, Nothing, Occasion};
pub(crate) use state::{read, saved};
pub(crate) use templates::check as templates_check;
pub(crate) use text::Form;
