//! HTTP/1.1 as far as a POST needs it: [`connection`] moves bytes, [`parse`] and [`chunked`] read them. Written
//! for peers that mean harm: everything that is read has a bound, and nothing is kept that the answer does not
//! need.

mod chunked;
mod connection;
mod head;
mod odd;
pub(crate) mod parse;
mod said;

pub(crate) use connection::Connection;
pub use said::answer_of;
