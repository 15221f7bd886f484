//! Which photos of ours a claim names, and what a change of the claim is to them.
//!
//! A photo is known by its name at the end of a URL, whatever stands before it: `--public-url` may change.

use std::collections::BTreeSet;

use claimwire_model::claim::Claim;
use claimwire_store::images::{ImageUse, UseChange};

use super::known;

/// Names of photos, each once.
pub(crate) type Names<'a> = BTreeSet<&'a str>;

/// The photos that a claim names.
pub(crate) fn names_of(claim: &Claim) -> Names<'_> {
    let of_items = claim
        .selected_items
        .iter()
        .flat_map(|item| &item.image_urls);
    let urls = claim.image_urls.iter();
    urls.chain(&claim.optional_image_urls)
        .chain(&claim.customer_signature_image_url)
        .chain(of_items)
        .filter_map(|url| name(url))
        .collect()
}

/// The name of one of our photos, if the URL's path ends like that of one.
fn name(url: &str) -> Option<&str> {
    let (before, name) = url.rsplit_once('/')?;
    (before.ends_with("/images") && known(name).is_some()).then_some(name)
}

/// What a claim takes and gives up when the photos that it names change.
pub(crate) fn changes(before: &Names<'_>, after: &Names<'_>) -> Vec<ImageUse> {
    let taken = after.difference(before);
    let given_up = before.difference(after);
    taken
        .map(|name| change(name, UseChange::Taken))
        .chain(given_up.map(|name| change(name, UseChange::GivenUp)))
        .collect()
}

/// What becomes of the photos that a claim names when it is deleted.
pub(crate) fn ended(names: &Names<'_>) -> Vec<ImageUse> {
    let ended = names.iter().map(|name| change(name, UseChange::Ended));
    ended.collect()
}

fn change(name: &str, change: UseChange) -> ImageUse {
    ImageUse {
        name: name.to_owned(),
        change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_known_by_the_end_of_its_url() {
        let ours = format!("{}.webp", "a".repeat(32));
        for base in [
            "http://127.0.0.1:8480",
            "https://old.example/below",
            "https://new.example",
        ] {
            assert_eq!(name(&format!("{base}/images/{ours}")), Some(&*ours));
        }
        for other in [
            format!("https://cdn.example/photos/{ours}"),
            format!("https://cdn.example/images/{ours}?w=10"),
            "https://cdn.example/images/1.jpg".to_owned(),
            ours.clone(),
            String::new(),
        ] {
            assert_eq!(name(&other), None, "{other}");
        }
    }

    #[test]
    fn only_what_differs_is_taken_and_given_up() {
        let before = Names::from(["a", "b"]);
        let after = Names::from(["b", "c"]);
        let changes = changes(&before, &after);
        assert_eq!(
            changes,
            [
                change("c", UseChange::Taken),
                change("a", UseChange::GivenUp)
            ]
        );
    }
}
