use std::os::unix::fs::PermissionsExt as _;

use super::common::ADMIN_KEY;
use super::{World, with_profiles};

#[test]
fn a_login_is_kept_for_its_owner_alone_and_used_from_then_on() {
    let world = World::new();
    let dir = world.dir.path().join("config");
    let bare = world.server.url.strip_prefix("http://").unwrap();
    let login = format!("login --server {bare} --key {ADMIN_KEY} --shop acme");
    let done = with_profiles(&dir, &login);
    assert_eq!(done.code, Some(0), "{done:?}");
    let file = dir.join("claimwire/profiles.toml");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(with_profiles(&dir, "orders create 1").code, Some(0));
    let listed = with_profiles(&dir, "profiles list --json");
    assert!(
        listed.out.contains("default") && !listed.out.contains(ADMIN_KEY),
        "{listed:?}"
    );

    let second = with_profiles(&dir, &format!("{login} --profile live"));
    assert_eq!(second.code, Some(0), "{second:?}");
    assert_eq!(with_profiles(&dir, "profiles delete default").code, Some(0));
    assert_eq!(with_profiles(&dir, "orders list").code, Some(3));
    assert_eq!(
        with_profiles(&dir, "orders list --profile live").code,
        Some(0)
    );
    assert_eq!(with_profiles(&dir, "profiles delete default").code, Some(4));
}

#[test]
fn a_key_that_does_not_work_is_not_kept() {
    let world = World::new();
    let dir = world.dir.path().join("config");
    let refused = with_profiles(
        &dir,
        &format!("login --server {} --key wrong", world.server.url),
    );
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let unknown = format!(
        "login --server {} --key {ADMIN_KEY} --shop nobody",
        world.server.url
    );
    assert_eq!(with_profiles(&dir, &unknown).code, Some(4));
    assert!(!dir.exists());
}
