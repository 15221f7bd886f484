use super::{World, common, ran};

#[test]
fn every_class_of_failure_has_its_exit_code_and_says_what_to_do() {
    let world = World::new();
    let viewer = world.json("keys create desk --role viewer");
    let viewer = viewer["key"].as_str().unwrap();
    for (line, code, class, said) in [
        ("webhooks get".to_owned(), 2, "usage", "<UUID>"),
        (
            "webhooks --status active list".to_owned(),
            2,
            "usage",
            "write it behind",
        ),
        (
            "events list --since yesterday".to_owned(),
            2,
            "usage",
            "yesterday",
        ),
        ("events list --format data".to_owned(), 2, "usage", "path"),
        (
            "claims create --set nothing".to_owned(),
            2,
            "usage",
            "NAME=TEXT",
        ),
        ("shops delete acme".to_owned(), 2, "usage", "--yes"),
        (
            "trigger claims/nothing".to_owned(),
            2,
            "usage",
            "events types",
        ),
        (
            "shops list --profile nobody".to_owned(),
            2,
            "usage",
            "login",
        ),
        (
            "webhooks list --key wrong".to_owned(),
            3,
            "auth",
            "does not know the key",
        ),
        (
            format!("webhooks create --url https://a.example --key {viewer}"),
            3,
            "auth",
            "role",
        ),
        (
            "webhooks get 00000000-0000-4000-8000-000000000000".to_owned(),
            4,
            "not_found",
            "webhooks list",
        ),
        (
            "claims list --shop nobody".to_owned(),
            4,
            "not_found",
            "shops list",
        ),
        ("keys get nobody".to_owned(), 4, "not_found", "keys list"),
        (
            "connectors kinds nothing".to_owned(),
            4,
            "not_found",
            "connectors kinds",
        ),
        ("shops create acme".to_owned(), 5, "refused", "slug exists"),
        (
            "webhooks create --url ftp://a.example".to_owned(),
            5,
            "refused",
            "/url",
        ),
        (
            "shops list --server 127.0.0.1:9".to_owned(),
            6,
            "unreachable",
            "127.0.0.1:9",
        ),
    ] {
        let (got, error) = world.fails(&line);
        assert_eq!(
            (got, error["class"].as_str().unwrap()),
            (code, class),
            "{line}: {error}"
        );
        assert!(error.to_string().contains(said), "{line}: {error}");
        assert!(
            !error["hint"].as_str().unwrap().is_empty(),
            "{line}: {error}"
        );
    }
    let (_, refused) = world.fails("webhooks create --url ftp://a.example");
    assert_eq!(refused["problem"]["status"], 422, "{refused}");
}

#[test]
fn people_read_two_lines() {
    let world = World::new();
    for (line, what, hint) in [
        (
            "webhooks create --url ftp://a.example",
            "POST http://127.0.0.1:",
            "mend",
        ),
        (
            "orders create --set a=b",
            "the following required arguments were not provided: <NUMBER>",
            "`claimwire orders create --help`",
        ),
        ("claims lst", "unrecognized subcommand", "'list'"),
        (
            "claims list --since yesterday",
            "invalid value 'yesterday'",
            "--help",
        ),
    ] {
        let ran = world.run(line);
        let lines: Vec<&str> = ran.err.lines().collect();
        let [error, next] = lines.as_slice() else {
            panic!("{ran:?}");
        };
        assert!(error.starts_with(&format!("error: {what}")), "{ran:?}");
        assert!(next.starts_with("hint: ") && next.contains(hint), "{ran:?}");
    }
}

#[test]
fn what_is_missing_is_named_before_anything_is_asked() {
    let no_key = ran(common::claimwire().args(["shops", "list", "--server", "127.0.0.1:9"]));
    assert_eq!(no_key.code, Some(3), "{no_key:?}");
    assert!(no_key.err.contains("CLAIMWIRE_KEY"), "{no_key:?}");
    let no_shop = ran(common::claimwire().args(["claims", "list", "--key", "k"]));
    assert_eq!(no_shop.code, Some(2), "{no_shop:?}");
    assert!(no_shop.err.contains("--shop"), "{no_shop:?}");
    let address = ["shops", "--server", "ftp://x", "--key", "k"];
    assert_eq!(ran(common::claimwire().args(address)).code, Some(2));
}
