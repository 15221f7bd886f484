//! `/docs`, the description for people: whole, and without any other host.

use http::StatusCode;

use crate::common::World;

/// What a tag of the page loads: the values of `src` and of a stylesheet's `href`.
fn loaded(html: &str) -> Vec<&str> {
    html.split('<')
        .filter(|tag| tag.starts_with("script") || tag.starts_with("link"))
        .filter_map(|tag| {
            let at = tag.split_once("src=\"").or(tag.split_once("href=\""))?;
            at.1.split('"').next()
        })
        .filter(|link| !link.starts_with("data:"))
        .collect()
}

#[tokio::test]
async fn the_page_explains_every_problem_where_its_type_points_to() {
    let world = World::new().await;
    let page = world.get("/docs").send().await;
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let html = page.text();
    for kind in claimwire_http::problem::kinds::ALL {
        let row = format!(
            "<tr id=\"problem-{0}\"><td><code>{0}</code><td>{1}<td>{2}.",
            kind.key, kind.status, kind.title
        );
        assert!(html.contains(&row), "{row}");
        assert!(!kind.title.contains(['<', '&']), "{}", kind.title);
    }
}

#[tokio::test]
async fn everything_the_page_loads_is_served_and_nothing_is_another_hosts() {
    let world = World::new().await;
    let page = world.get("/docs").send().await;
    let html = page.text();
    assert!(!html.contains("//"), "{html}");
    let files = loaded(html);
    assert_eq!(files.len(), 4, "{files:?}");
    for name in files {
        let file = world.get(&format!("/{name}")).send().await;
        assert_eq!(file.status, 200, "{name}");
        let wanted = match name.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            _ => "text/css; charset=utf-8",
        };
        assert_eq!(file.header("content-type"), Some(wanted), "{name}");
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        let gzip = file.body.starts_with(&[0x1f, 0x8b]);
        let said = file.header("content-encoding") == Some("gzip");
        assert_eq!(gzip, said, "{name}");
        if !gzip {
            assert!(!file.text().contains("://"), "{name} names another host");
        }
    }
    let missing = world.get("/docs/nothing.js").send().await;
    missing.problem(404, "file_not_found");
}

/// Swagger UI knows hosts of its makers; the browser is told to ask none of them.
#[tokio::test]
async fn the_pages_policy_lets_it_reach_this_server_alone() {
    let world = World::new().await;
    let page = world.get("/docs").send().await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for part in policy.split("; ") {
        let (_, allowed) = part.split_once(' ').unwrap();
        for source in allowed.split(' ') {
            let known = ["'none'", "'self'"].contains(&source);
            assert!(known || part == "img-src 'self' data:", "{part}");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let world = World::new().await;
    let first = world.get("/docs/swagger-ui.css").send().await;
    let tag = first.header("etag").unwrap();
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    let same = world
        .get("/docs/swagger-ui.css")
        .header("If-None-Match", tag);
    let same = same.send().await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED.as_u16());
    assert!(same.body.is_empty());
    let other = world.get("/docs/docs.css").header("If-None-Match", tag);
    assert_eq!(other.send().await.status, 200);
}
