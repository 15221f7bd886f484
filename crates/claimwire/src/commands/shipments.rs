//! `claimwire shipments`.

use claimwire_model::Timestamp;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::fields::Fields;
use super::noun::{self, Noun, Search, Things};
use crate::client::Client;
use crate::output::{self, Column};
use crate::server_args::ServerArgs;
use crate::when;

/// What to do with a shop's shipments.
pub type ShipmentsArgs = Noun<Action, Search>;

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Lists the shop's shipments, newest first.
    List(Search),
    /// Shows one shipment with its events.
    #[command(alias = "show")]
    Get {
        /// Its id.
        id: String,
    },
    /// Writes a new shipment.
    Create {
        /// Its id, your own.
        id: String,
        /// What it is to be.
        #[command(flatten)]
        settings: Settings,
    },
    /// Changes a shipment: what is given, nothing else.
    Update {
        /// Its id.
        id: String,
        /// What is to change.
        #[command(flatten)]
        settings: Settings,
    },
    /// Adds what the carrier says of it.
    AddEvent {
        /// The shipment's id.
        id: String,
        /// The event's name, such as OUT_FOR_DELIVERY.
        #[arg(value_name = "NAME")]
        name: String,
        /// The carrier's id of the event: the same again is no second event. Made of name and time when not given.
        #[arg(long, value_name = "ID")]
        external_id: Option<String>,
        /// When it happened; now when not given.
        #[arg(long, value_name = "TIME", value_parser = when::parse)]
        time: Option<Timestamp>,
        /// The phase of the parcel's way, such as in_delivery; from the name when not given.
        #[arg(long)]
        phase: Option<String>,
        /// Where.
        #[arg(long)]
        location: Option<String>,
    },
}

/// What a shipment is to be.
#[derive(Debug, Args)]
pub struct Settings {
    /// The order that is in it.
    #[arg(long, value_name = "NUMBER")]
    order_number: Option<String>,
    /// The carrier, such as dhl.
    #[arg(long)]
    carrier: Option<String>,
    /// The carrier's number.
    #[arg(long, value_name = "NUMBER")]
    tracking_number: Option<String>,
    /// To the customer, or back.
    #[arg(long, value_parser = ["merchant_customer", "customer_merchant"])]
    direction: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

impl Settings {
    fn into_json(self) -> anyhow::Result<Value> {
        self.fields.with([
            ("order_number", self.order_number.map(Value::from)),
            ("carrier_reference", self.carrier.map(Value::from)),
            ("tracking_number", self.tracking_number.map(Value::from)),
            ("direction", self.direction.map(Value::from)),
        ])
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("ID", "id"),
    Column::long("ORDER", "order_number"),
    Column::status("PHASE", "phase"),
    Column::long("STATE", "state"),
    Column::whole("CARRIER", "carrier_reference"),
    Column::long("TRACKING NUMBER", "tracking_number"),
];

/// Runs it.
pub fn run(server: &ServerArgs, args: ShipmentsArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    let shipments = Things::of_shop(server, &client, "/shipments", "shipment")?;
    match args.action(Action::List) {
        Action::List(search) => {
            output::listing(server, COLUMNS, search.of(&client, &shipments.all)?)
        }
        Action::Get { id } => shipments.get(&id),
        Action::Create { id, settings } => {
            let fields = settings.into_json()?;
            let made = noun::put_new(&client, &shipments.path(&id), &fields, "shipments", &id)?;
            output::one(server, &made)
        }
        Action::Update { id, settings } => {
            let changed = noun::put_there(&client, &shipments.path(&id), &settings.into_json()?)?;
            output::one(server, &changed)
        }
        Action::AddEvent {
            id,
            name,
            external_id,
            time,
            phase,
            location,
        } => {
            let time = time.unwrap_or_else(when::now);
            let external_id = external_id.unwrap_or_else(|| format!("{name}-{time}"));
            let mut event =
                json!({"event_name": name, "event_time": time, "external_id": external_id});
            for (field, value) in [("phase", phase), ("location", location)] {
                if let (Some(value), Some(event)) = (value, event.as_object_mut()) {
                    event.insert(field.to_owned(), value.into());
                }
            }
            let said = client.post(&format!("{}/events", shipments.path(&id)), &event)?;
            output::one(server, &said)
        }
    }
}
