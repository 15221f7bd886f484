//! Root certificates from files.

use std::path::Path;

use anyhow::Context as _;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// The certificates of a PEM file that a setting names.
pub fn read(path: &Path, setting: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .with_context(|| {
            format!(
                "cannot read certificates in PEM form from {setting} {}",
                path.display()
            )
        })
}
