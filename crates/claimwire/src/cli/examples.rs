//! The examples at the end of every command's help. A test parses each of them.

/// By command, what can be typed. In the order of the help.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "demo",
        &[
            "claimwire demo",
            "claimwire demo --stay",
            "claimwire demo --stay --with-history",
        ],
    ),
    (
        "serve",
        &[
            "claimwire serve",
            "claimwire serve --listen :8480 --public-url https://claims.example.net --data-dir /var/lib/claimwire",
        ],
    ),
    (
        "listen",
        &[
            "claimwire listen --forward-to 3000",
            "claimwire listen --forward-to http://127.0.0.1:3000/hooks --dialect karla --filter claims --replay-since 1h",
            "claimwire listen --print --filter claims,shipments/delivered",
        ],
    ),
    (
        "trigger",
        &[
            "claimwire trigger claims/created",
            "claimwire trigger shipments/in_delivery/OUT_FOR_DELIVERY",
        ],
    ),
    (
        "verify",
        &[
            "claimwire verify --dialect karla --secret \"$SECRET\" --headers headers.txt --body body.json",
        ],
    ),
    (
        "shops",
        &[
            "claimwire shops list",
            "claimwire shops create acme --name \"Acme Shop\"",
        ],
    ),
    (
        "shops list",
        &[
            "claimwire shops list",
            "claimwire shops list --format '.data[].slug'",
        ],
    ),
    ("shops get", &["claimwire shops get acme"]),
    (
        "shops create",
        &["claimwire shops create acme --name \"Acme Shop\" --email ops@acme.example"],
    ),
    (
        "shops update",
        &[
            "claimwire shops update acme --name \"Acme GmbH\"",
            "claimwire shops update acme --set api_dialect=karla",
        ],
    ),
    (
        "shops claim-page",
        &[
            "claimwire shops claim-page acme",
            "claimwire shops claim-page acme page.json",
        ],
    ),
    ("shops delete", &["claimwire shops delete acme --yes"]),
    (
        "keys",
        &[
            "claimwire keys list",
            "claimwire keys create helpdesk --role viewer",
        ],
    ),
    ("keys list", &["claimwire keys list --shop acme"]),
    (
        "keys get",
        &["claimwire keys get 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "keys create",
        &["claimwire keys create helpdesk --role editor --format .key"],
    ),
    (
        "keys delete",
        &["claimwire keys delete 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "keys reset-admin",
        &["claimwire keys reset-admin --data-dir /var/lib/claimwire"],
    ),
    (
        "webhooks",
        &[
            "claimwire webhooks list",
            "claimwire webhooks create --url https://hooks.example.com/claims",
        ],
    ),
    (
        "webhooks list",
        &[
            "claimwire webhooks list --status disabled",
            "claimwire webhooks list --format '.data[].uuid'",
        ],
    ),
    (
        "webhooks get",
        &["claimwire webhooks get 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "webhooks create",
        &[
            "claimwire webhooks create --url https://hooks.example.com/claims --events claims,shipments/delivered",
            "claimwire webhooks create --url https://hooks.example.com/claims --dialect standard --set timeout_seconds:=5",
        ],
    ),
    (
        "webhooks update",
        &[
            "claimwire webhooks update 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --status active",
            "claimwire webhooks update 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --set 'retry.delays:=[1, 60, 3600]'",
        ],
    ),
    (
        "webhooks delete",
        &["claimwire webhooks delete 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "webhooks test",
        &["claimwire webhooks test 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --event claims/created"],
    ),
    (
        "webhooks secret",
        &["claimwire webhooks secret 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --format .secret"],
    ),
    (
        "webhooks rotate",
        &["claimwire webhooks rotate 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --overlap 86400"],
    ),
    (
        "webhooks stats",
        &["claimwire webhooks stats 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --window 7d"],
    ),
    (
        "connectors",
        &[
            "claimwire connectors list",
            "claimwire connectors kinds zendesk",
        ],
    ),
    ("connectors list", &["claimwire connectors list"]),
    (
        "connectors kinds",
        &[
            "claimwire connectors kinds",
            "claimwire connectors kinds zendesk",
        ],
    ),
    (
        "connectors get",
        &["claimwire connectors get 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "connectors create",
        &[
            "claimwire connectors create zendesk --setting endpoint=https://acme.zendesk.com \
             --setting email=agent@acme.example --credentials credentials.json",
        ],
    ),
    (
        "connectors update",
        &["claimwire connectors update 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --status inactive"],
    ),
    (
        "connectors delete",
        &["claimwire connectors delete 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "connectors test",
        &["claimwire connectors test 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "connectors preview",
        &[
            "claimwire connectors preview 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0",
        ],
    ),
    (
        "claims",
        &[
            "claimwire claims list --status pending",
            "claimwire claims create --order-number 1001 --reason damage",
        ],
    ),
    (
        "claims list",
        &[
            "claimwire claims list --status pending --since 7d",
            "claimwire claims list -q 'berg mug'",
        ],
    ),
    (
        "claims get",
        &["claimwire claims get 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0"],
    ),
    (
        "claims create",
        &[
            "claimwire claims create --order-number 1001 --reason damage --set customer.email=mia@example.net",
            "claimwire claims create --file claim.json",
        ],
    ),
    (
        "claims update",
        &[
            "claimwire claims update 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0 --status accepted",
            "claimwire claims update 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0 --set 'labels:=[\"urgent\"]'",
        ],
    ),
    (
        "claims delete",
        &["claimwire claims delete 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0"],
    ),
    (
        "orders",
        &[
            "claimwire orders list -q berg",
            "claimwire orders create 1001 --file order.json",
        ],
    ),
    ("orders list", &["claimwire orders list -q berg"]),
    ("orders get", &["claimwire orders get 1001"]),
    (
        "orders create",
        &[
            "claimwire orders create 1001 --set currency=EUR --set total_order_price:=43.90",
            "claimwire orders create 1001 --file order.json",
        ],
    ),
    (
        "orders update",
        &["claimwire orders update 1001 --set address.city=Berlin"],
    ),
    (
        "shipments",
        &[
            "claimwire shipments list",
            "claimwire shipments add-event parcel-1 OUT_FOR_DELIVERY",
        ],
    ),
    ("shipments list", &["claimwire shipments list -q 1001"]),
    ("shipments get", &["claimwire shipments get parcel-1"]),
    (
        "shipments create",
        &[
            "claimwire shipments create parcel-1 --order-number 1001 --carrier dhl --tracking-number 00340434161094022115",
        ],
    ),
    (
        "shipments update",
        &["claimwire shipments update parcel-1 --set estimated_arrival=2026-02-12T10:00:00Z"],
    ),
    (
        "shipments add-event",
        &["claimwire shipments add-event parcel-1 OUT_FOR_DELIVERY --phase in_delivery"],
    ),
    (
        "contacts",
        &[
            "claimwire contacts list -q berg",
            "claimwire contacts create --email mia@example.net",
        ],
    ),
    ("contacts list", &["claimwire contacts list -q berg"]),
    (
        "contacts get",
        &["claimwire contacts get 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0"],
    ),
    (
        "contacts create",
        &["claimwire contacts create --first-name Mia --last-name Berg --email mia@example.net"],
    ),
    (
        "contacts update",
        &[
            "claimwire contacts update 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0 --set mobile_phone=+4930123456",
        ],
    ),
    (
        "contacts delete",
        &["claimwire contacts delete 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0"],
    ),
    (
        "messages",
        &["claimwire messages list 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0"],
    ),
    (
        "messages list",
        &["claimwire messages list 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0"],
    ),
    (
        "messages create",
        &[
            "claimwire messages create 0d0f6a52-8a1b-4c55-8f39-7b1de1a2c9e0 'A new mug is on its way.' --author Ana",
        ],
    ),
    ("images", &["claimwire images create mug.jpg"]),
    (
        "images create",
        &["claimwire images create mug.jpg --format .url"],
    ),
    (
        "images delete",
        &["claimwire images delete 5Yx0v0o3Vt1mWb2k"],
    ),
    (
        "events",
        &[
            "claimwire events list --ref claims --since 1h",
            "claimwire events types",
        ],
    ),
    (
        "events list",
        &[
            "claimwire events list --ref claims --since 1h",
            "claimwire events list --subject orders/1001",
        ],
    ),
    (
        "events get",
        &["claimwire events get evt_0s9yt7f6400080000000000001 --dialect karla"],
    ),
    (
        "events create",
        &[
            "claimwire events create event.json",
            "echo '{…}' | claimwire events create -",
        ],
    ),
    (
        "events types",
        &[
            "claimwire events types",
            "claimwire events types --format '.[].ref'",
        ],
    ),
    (
        "deliveries",
        &[
            "claimwire deliveries list --status failed --since 1h",
            "claimwire deliveries get dlv_0s9yt7f6400080000000000001",
        ],
    ),
    (
        "deliveries list",
        &[
            "claimwire deliveries list --status failed --since 1h",
            "claimwire deliveries list --webhook 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --limit 100",
        ],
    ),
    (
        "deliveries get",
        &[
            "claimwire deliveries get dlv_0s9yt7f6400080000000000001",
            "claimwire deliveries get dlv_0s9yt7f6400080000000000001 --format '.attempts[-1].response_body'",
        ],
    ),
    (
        "deliveries retry",
        &["claimwire deliveries retry dlv_0s9yt7f6400080000000000001"],
    ),
    (
        "tail",
        &[
            "claimwire tail",
            "claimwire tail --status failed --format .id",
        ],
    ),
    (
        "tail",
        &[
            "claimwire tail",
            "claimwire tail --status failed --format .id",
        ],
    ),
    (
        "replay",
        &[
            "claimwire replay 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --since 1d",
            "claimwire replay 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40 --since 2026-01-29 --status missing --events claims",
        ],
    ),
    (
        "replays",
        &["claimwire replays get 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "replays get",
        &["claimwire replays get 6f0a3c1e-5b7d-4f0e-9a51-0c2d8f1e7b40"],
    ),
    (
        "login",
        &[
            "claimwire login",
            "claimwire login --profile live --server claims.example.net --shop acme",
        ],
    ),
    ("profiles", &["claimwire profiles list"]),
    ("profiles list", &["claimwire profiles list"]),
    ("profiles delete", &["claimwire profiles delete live"]),
    (
        "doctor",
        &[
            "claimwire doctor --config /etc/claimwire.toml",
            "claimwire doctor --reach https://hooks.example.com/",
        ],
    ),
    ("dialects", &["claimwire dialects examples/dialects"]),
    (
        "backup",
        &["claimwire backup /var/backups/claimwire-monday --data-dir /var/lib/claimwire"],
    ),
    (
        "restore",
        &["claimwire restore /var/backups/claimwire-monday --data-dir /var/lib/claimwire"],
    ),
    (
        "migrate",
        &[
            "claimwire migrate --to postgres://claimwire:sesame@db.internal/claimwire --data-dir /var/lib/claimwire",
            "claimwire migrate --from postgres://claimwire:sesame@db.internal/claimwire --data-dir /var/lib/claimwire-new",
        ],
    ),
    ("bench", &["claimwire bench --work closed"]),
    ("completions", &["claimwire completions bash"]),
    (
        "man",
        &["claimwire man", "claimwire man /usr/local/share/man/man1"],
    ),
];

/// Puts them where they belong.
pub fn add(root: clap::Command) -> clap::Command {
    EXAMPLES.iter().fold(root, |root, (path, lines)| {
        let text = format!("Examples:\n  {}", lines.join("\n  "));
        let names: Vec<&str> = path.split(' ').collect();
        below(root, &names, text)
    })
}

fn below(command: clap::Command, names: &[&str], text: String) -> clap::Command {
    let Some((name, rest)) = names.split_first() else {
        return command.after_help(text);
    };
    // Some commands are not in every build.
    if command.find_subcommand(name).is_none() {
        return command;
    }
    command.mut_subcommand(*name, |sub| below(sub, rest, text))
}

#[cfg(test)]
mod tests {
    use crate::cli;

    /// A command line in words, as a shell takes it apart: quotes, and what is behind the last pipe.
    fn words(line: &str) -> Vec<String> {
        let line = line.rsplit(" | ").next().unwrap();
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for c in line.chars() {
            match (quote, c) {
                (Some(open), c) if open == c => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None, ' ') => words.push(std::mem::take(&mut word)),
                (_, c) => word.push(c),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        words
    }

    fn visible(command: &clap::Command, path: &str, all: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            if sub.is_hide_set() || sub.get_name() == "help" {
                continue;
            }
            let path = format!("{path} {}", sub.get_name()).trim().to_owned();
            visible(sub, &path, all);
            all.push(path);
        }
    }

    #[test]
    fn every_command_has_examples_and_they_can_be_typed() {
        let mut all = Vec::new();
        visible(&cli::command(), "", &mut all);
        for path in &all {
            let found = super::EXAMPLES.iter().find(|(name, _)| name == path);
            let (_, lines) = found.unwrap_or_else(|| panic!("`{path}` has no example"));
            for line in *lines {
                let typed = words(line);
                assert!(
                    typed.join(" ").starts_with(&format!("claimwire {path}")),
                    "{line}"
                );
                if let Err(error) = cli::command().try_get_matches_from(&typed) {
                    panic!("{line}: {error}");
                }
            }
        }
        for (path, _) in super::EXAMPLES.iter().filter(|(path, _)| *path != "bench") {
            assert!(
                all.iter().any(|known| known == path),
                "there is no `{path}`"
            );
        }
    }
}
