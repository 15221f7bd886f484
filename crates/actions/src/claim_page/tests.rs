//! Links, drafts and filings, over the memory store.
