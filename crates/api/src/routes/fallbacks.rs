//! What is answered where no route is.

use claimwire_http::problem::{Problem, kinds};

/// No route has this path.
pub async fn route_not_found() -> Problem {
    Problem::new(
        &kinds::ROUTE_NOT_FOUND,
        "No route has this path; GET /docs shows those there are.",
    )
}

/// None of this path has this method.
pub async fn method_not_allowed() -> Problem {
    Problem::new(
        &kinds::METHOD_NOT_ALLOWED,
        "The Allow header names the methods that this route has.",
    )
}

/// A node without the API: it comes back when it is asked again, at a node that has the API.
pub async fn no_api() -> Problem {
    Problem::new(
        &kinds::NOT_SERVED_HERE,
        "This node has neither this route nor the API (--roles); ask one that has.",
    )
}
