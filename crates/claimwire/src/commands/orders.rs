//! `claimwire orders`.

use clap::Subcommand;

use super::fields::Fields;
use super::noun::{self, Noun, Search, Things};
use crate::client::Client;
use crate::output::{self, Column};
use crate::server_args::ServerArgs;

/// What to do with a shop's orders.
pub type OrdersArgs = Noun<Action, Search>;

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's orders, newest first.
    List(Search),
    /// Shows one order.
    #[command(alias = "show")]
    Get {
        /// Its number.
        number: String,
    },
    /// Writes a new order.
    Create {
        /// Its number.
        number: String,
        /// What it is to be.
        #[command(flatten)]
        fields: Fields,
    },
    /// Changes an order: what is given, nothing else.
    Update {
        /// Its number.
        number: String,
        /// What is to change.
        #[command(flatten)]
        fields: Fields,
    },
}

const COLUMNS: &[Column] = &[
    Column::whole("NUMBER", "order_number"),
    Column::long("NAME", "order_name"),
    Column::time("PLACED", "order_placed_at"),
    Column::whole("TOTAL", "total_order_price"),
    Column::whole("CURRENCY", "currency"),
    Column::long("CUSTOMER", "customer.email"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: OrdersArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let orders = Things::of_shop(server, &client, "/orders", "order")?;
    match args.action(Action::List) {
        Action::List(search) => output::listing(server, COLUMNS, search.of(&client, &orders.all)?),
        Action::Get { number } => orders.get(&number),
        Action::Create { number, fields } => {
            let made = noun::put_new(
                &client,
                &orders.path(&number),
                &fields.with([])?,
                "orders",
                &number,
            )?;
            output::one(server, &made)
        }
        Action::Update { number, fields } => {
            let changed = noun::put_there(&client, &orders.path(&number), &fields.with([])?)?;
            output::one(server, &changed)
        }
    }
}
