//! When a failed delivery is tried again, and what switches a target off, in words.

use claimwire_actions::webhooks::RetryFields;

/// `after 5 min, 30 min, 2 h`.
pub(crate) fn tried_again(retry: &RetryFields) -> String {
    let delays: Vec<_> = retry.delays.iter().map(|delay| span(delay.0)).collect();
    match delays.is_empty() {
        true => "never".to_owned(),
        false => format!("after {}; then it is given up", delays.join(", ")),
    }
}

/// `after 5 failures of one delivery`.
pub(crate) fn switched_off(retry: &RetryFields) -> String {
    let failures = retry.disable_after.map(|failures| match failures {
        1 => "1 failure of a delivery".to_owned(),
        failures => format!("{failures} failures of one delivery"),
    });
    let hours = retry.disable_after_hours.map(|hours| {
        let time = span(hours.0 * 3_600.0);
        format!("{time} without any success while attempts fail")
    });
    match (failures, hours) {
        (None, None) => "never by failures, but by an answer 410".to_owned(),
        (Some(one), None) | (None, Some(one)) => format!("after {one}"),
        (Some(failures), Some(hours)) => format!("after {failures}, or {hours}"),
    }
}

/// In the largest unit that it is a whole number of.
fn span(seconds: f64) -> String {
    let units = [(3_600.0, "h"), (60.0, "min")];
    let whole = units
        .into_iter()
        .find(|(unit, _)| seconds >= *unit && (seconds / unit).fract() == 0.0);
    let (unit, name) = whole.unwrap_or((1.0, "s"));
    format!("{} {name}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_table_is_told_in_words() {
        let retry = |json: &str| serde_json::from_str::<RetryFields>(json).unwrap();
        let table = retry(r#"{"delays": [0.5, 90, 300, 7200, 86400], "disable_after": 5}"#);
        assert_eq!(
            tried_again(&table),
            "after 0.5 s, 90 s, 5 min, 2 h, 24 h; then it is given up"
        );
        assert_eq!(switched_off(&table), "after 5 failures of one delivery");
        let table = retry(r#"{"delays": [], "disable_after_hours": 72}"#);
        assert_eq!(tried_again(&table), "never");
        assert_eq!(
            switched_off(&table),
            "after 72 h without any success while attempts fail"
        );
        let table = retry(r#"{"delays": [], "disable_after": 1, "disable_after_hours": 0.5}"#);
        assert_eq!(
            switched_off(&table),
            "after 1 failure of a delivery, or 30 min without any success while attempts fail"
        );
        let table = retry(r#"{"delays": []}"#);
        assert_eq!(
            switched_off(&table),
            "never by failures, but by an answer 410"
        );
    }
}
