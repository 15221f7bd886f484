//! What can be measured.

/// The measurements, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// The machine's own: a bare client, bare commits, bare appends.
    Limits,
    /// One webhook, a fixed number of requests in flight.
    Closed,
    /// The same in arrays of events.
    Batches,
    /// One shop with several webhooks that all get every event.
    FanOut,
    /// At fixed rates, whatever the server does.
    Open,
    /// Ten shops, with and without one that never answers.
    Isolation,
    /// A hundred shops, with and without fifty that never answer.
    IsolationWide,
    /// A shop's deliveries, alone and beside people who look at the portal.
    Portal,
    /// A server with nothing to do, fresh and after load.
    Idle,
    /// Latency over rate.
    Rates,
    /// Throughput over requests in flight.
    Connections,
    /// Deliveries that wait for a dead webhook: memory, neighbours, start-up, drain.
    Backlog,
    /// Cost of a delivery over stored events.
    Growth,
    /// Cost of a delivery with many webhooks in a shop, and with many shops.
    Many,
    /// Finding claims, events and deliveries, with few and with many in a shop.
    Lists,
    /// Several nodes on one database, beside one.
    Nodes,
    /// What a shop sees of another that does what costs most.
    Neighbours,
    /// Claims that become tickets, and claims that wait for a helpdesk.
    Tickets,
    /// What one delivery costs in instructions, system calls, allocations, rows and bytes.
    Cost,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Limits,
        Self::Closed,
        Self::Batches,
        Self::FanOut,
        Self::Open,
        Self::Isolation,
        Self::IsolationWide,
        Self::Portal,
        Self::Idle,
        Self::Rates,
        Self::Connections,
        Self::Backlog,
        Self::Growth,
        Self::Many,
        Self::Lists,
        Self::Nodes,
        Self::Neighbours,
        Self::Tickets,
        Self::Cost,
    ];

    /// Lower-case name, as on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limits => "limits",
            Self::Closed => "closed",
            Self::Batches => "batches",
            Self::FanOut => "fan-out",
            Self::Open => "open",
            Self::Isolation => "isolation",
            Self::IsolationWide => "isolation-wide",
            Self::Portal => "portal",
            Self::Idle => "idle",
            Self::Rates => "rates",
            Self::Connections => "connections",
            Self::Backlog => "backlog",
            Self::Growth => "growth",
            Self::Many => "many",
            Self::Lists => "lists",
            Self::Nodes => "nodes",
            Self::Neighbours => "neighbours",
            Self::Tickets => "tickets",
            Self::Cost => "cost",
        }
    }

    /// Whether it can be measured on a database that nodes share alone.
    #[must_use]
    pub fn needs_database(self) -> bool {
        self == Self::Nodes
    }

    /// Short works run [`crate::Options::runs`] times, in turn with each other, so that a drift of the machine
    /// meets all of them. Long ones run once; they compare within themselves.
    #[must_use]
    pub fn is_repeated(self) -> bool {
        !matches!(
            self,
            Self::Rates
                | Self::Connections
                | Self::Backlog
                | Self::Growth
                | Self::Many
                | Self::Lists
                | Self::Nodes
                | Self::Neighbours
                | Self::Tickets
                | Self::Cost
        )
    }
}

impl std::str::FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|work| work.as_str() == text)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|work| work.as_str()).collect();
                format!("`{text}` is not measured: use {}", known.join(", "))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_work_is_found_by_its_name_and_others_are_told_the_names() {
        for work in Work::ALL {
            assert_eq!(work.as_str().parse(), Ok(work));
        }
        let refused = "speed".parse::<Work>().unwrap_err();
        assert!(refused.contains("`speed`") && refused.contains("fan-out, open"));
    }
}
