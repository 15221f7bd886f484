//! `claimwire images`: evidence photos.

use std::path::PathBuf;

use clap::Subcommand;

use super::delete::{Stake, Yes};
use crate::client::{Client, segment};
use crate::output;
use crate::server_args::ServerArgs;

/// What to do with photos.
#[derive(Debug, clap::Args)]
pub struct ImagesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Uploads a photo (JPEG, PNG, WebP; at most 10 MiB); its `url` can stand in a claim's `image_urls`.
    Create {
        /// The photo's file; `-` is standard input.
        file: PathBuf,
    },
    /// Deletes a photo.
    Delete {
        /// Its id.
        id: String,
        /// Whether to ask.
        #[command(flatten)]
        yes: Yes,
    },
}

/// Runs it.
pub fn run(server: &ServerArgs, args: ImagesArgs) -> anyhow::Result<()> {
    let client = Client::new(server)?;
    match args.action {
        Action::Create { file } => {
            let photo = output::read_input(&file)?;
            // The server looks at the bytes.
            let kind = "application/octet-stream";
            let made = client.post_image(&client.in_shop("/images")?, kind, &photo)?;
            output::one(server, &made)
        }
        Action::Delete { id, yes } => {
            yes.to(&format!("the photo {id}"), Stake::One)?;
            client.delete(&client.in_shop(&format!("/images/{}", segment(&id)))?)?;
            output::done(server, &format!("deleted the photo {id}"))
        }
    }
}
