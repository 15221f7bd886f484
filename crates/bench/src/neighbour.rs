//! What a shop can do that costs its neighbours most.

/// What another shop does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbour {
    /// Changes a claim with much around it, many labels at a time.
    LargeContexts,
    /// An array of events for very many webhooks.
    WideFanOut,
    /// Asks for long lists and does not read them.
    UnreadLists,
    /// Asks for deliveries that are not there.
    EmptyFilters,
    /// Posts arrays of events without a pause.
    Arrays,
    /// Uploads photos.
    Uploads,
    /// Sets free what was held, towards a host that refuses.
    Held,
    /// Orders replay upon replay.
    Replays,
}

impl Neighbour {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LargeContexts,
        Self::WideFanOut,
        Self::UnreadLists,
        Self::EmptyFilters,
        Self::Arrays,
        Self::Uploads,
        Self::Held,
        Self::Replays,
    ];

    /// Lower-case name, as on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LargeContexts => "large-contexts",
            Self::WideFanOut => "wide-fan-out",
            Self::UnreadLists => "unread-lists",
            Self::EmptyFilters => "empty-filters",
            Self::Arrays => "arrays",
            Self::Uploads => "uploads",
            Self::Held => "held",
            Self::Replays => "replays",
        }
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::LargeContexts => "changes of 100 labels to a claim with 2.7 MB around it",
            Self::WideFanOut => "array of 1,000 events for 4,000 webhooks",
            Self::UnreadLists => "lists of large claims, unread on 100 connections",
            Self::EmptyFilters => "delivery lists that match nothing, on 32 connections",
            Self::Arrays => "arrays of 1,000 events, four at a time",
            Self::Uploads => "photos of 9 MB, two at a time",
            Self::Held => "held deliveries, set free towards a host that refuses",
            Self::Replays => "replays for 50 webhooks, as many as are taken",
        }
    }
}

impl std::str::FromStr for Neighbour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|neighbour| neighbour.as_str() == text)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|n| n.as_str()).collect();
                format!("`{text}` is no neighbour: use {}", known.join(", "))
            })
    }
}
