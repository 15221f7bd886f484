//! A claim's damages as lines of text, `kind: what is damaged`, there and back.

use claimwire_model::claim::Damage;
use serde_json::{Value, json};

use crate::form::lines;

/// One line of each.
pub(super) fn text(damages: &[Damage]) -> String {
    let lines: Vec<_> = damages.iter().map(line).collect();
    lines.join("\n")
}

fn line(damage: &Damage) -> String {
    match &damage.description {
        Some(description) => {
            let words: Vec<_> = description.split_whitespace().collect();
            format!("{}: {}", damage.damage_type, words.join(" "))
        }
        None => damage.damage_type.clone(),
    }
}

/// The damages that the lines tell of. A line that stands as it was is the damage that it was, its id and its words too.
pub(super) fn read(typed: &str, before: &[Damage]) -> Value {
    let damages = lines(typed).into_iter().map(|typed| {
        if let Some(same) = before.iter().find(|damage| line(damage) == typed) {
            return json!(same);
        }
        match typed.split_once(':') {
            Some((kind, words)) if !words.trim().is_empty() => {
                json!({"damage_type": kind.trim(), "description": words.trim()})
            }
            _ => json!({"damage_type": typed.trim_end_matches(':').trim()}),
        }
    });
    damages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_keeps_its_id_and_its_words() {
        let crack = Damage {
            id: "d1".to_owned(),
            damage_type: "crack".to_owned(),
            description: Some("at the\nhandle".to_owned()),
        };
        let dent = Damage {
            id: "d2".to_owned(),
            damage_type: "dent".to_owned(),
            description: None,
        };
        let before = [crack.clone(), dent];
        assert_eq!(text(&before), "crack: at the handle\ndent");
        let after = read("crack: at the handle\r\nscratch: on top\nhole:", &before);
        let expected = json!([
            crack,
            {"damage_type": "scratch", "description": "on top"},
            {"damage_type": "hole"},
        ]);
        assert_eq!(after, expected);
    }
}
