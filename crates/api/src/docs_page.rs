//! The API's description for people: the document that programs read, shown by Swagger UI.
//!
//! The page and its files are part of the program and refer to no other host, so that it works without a network; the
//! policy that [`page`] is sent with holds the browser to that. What the page says of problems is in its HTML, at the
//! place that a problem's `type` points to.

use std::fmt::Write as _;

use claimwire_http::problem::kinds;

/// What the page may load, and whom it may call: this server alone. Swagger UI's pictures are `data:` URLs.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file that the page loads from `/docs/`.
#[derive(Debug)]
pub struct File {
    /// In the path.
    pub name: &'static str,
    /// Its type.
    pub content_type: &'static str,
    /// Its bytes, compressed if `gzipped`.
    pub bytes: &'static [u8],
    /// Whether the bytes are gzip's. They are then sent so to everyone; there is no browser that cannot read it.
    pub gzipped: bool,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const fn plain(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> File {
    File {
        name,
        content_type,
        bytes,
        gzipped: false,
    }
}

const fn gzipped(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> File {
    File {
        gzipped: true,
        ..plain(name, content_type, bytes)
    }
}

/// All of them. Swagger UI's come with their licences.
pub static FILES: [File; 7] = [
    plain("docs.js", SCRIPT, include_bytes!("docs_page/docs.js")),
    plain("docs.css", STYLE, include_bytes!("docs_page/docs.css")),
    gzipped(
        "swagger-ui-bundle.js",
        SCRIPT,
        include_bytes!("../swagger-ui/swagger-ui-bundle.js.gz"),
    ),
    gzipped(
        "swagger-ui.css",
        STYLE,
        include_bytes!("../swagger-ui/swagger-ui.css.gz"),
    ),
    plain("LICENSE", TEXT, include_bytes!("../swagger-ui/LICENSE")),
    plain("NOTICE", TEXT, include_bytes!("../swagger-ui/NOTICE")),
    plain(
        "swagger-ui-bundle.js.LICENSE.txt",
        TEXT,
        include_bytes!("../swagger-ui/swagger-ui-bundle.js.LICENSE.txt"),
    ),
];

/// The file of this name.
pub fn file(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

/// The page. Its links are relative, so that it works below a proxy's prefix too.
pub fn page() -> String {
    let mut rows = String::new();
    for kind in kinds::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(
            rows,
            "<tr id=\"problem-{0}\"><td><code>{0}</code><td>{1}<td>{2}.",
            kind.key, kind.status, kind.title,
        );
    }
    include_str!("docs_page/page.html").replace("<!-- problems -->\n", &rows)
}
