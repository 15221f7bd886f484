//! The events: compact JSON claims of about 1.5 KB, each different, each with a mark that travels to the
//! receiver.

/// What a receiver reads back from a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Tells one measurement's events from another's.
    pub(crate) run: u32,
    /// 0, 1, … within the run.
    pub(crate) seq: u32,
    /// When it was made, or due, in [`crate::clock`]'s nanoseconds.
    pub(crate) at: u64,
}

const KEY: &[u8] = b"\"cwbench\":\"";

impl Mark {
    /// The mark in a delivered body.
    pub(crate) fn find(body: &[u8]) -> Option<Self> {
        let start = body.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
        let text = std::str::from_utf8(body.get(start..start + 34)?).ok()?;
        let (run, rest) = text.split_once('.')?;
        let (seq, at) = rest.split_once('.')?;
        Some(Self {
            run: u32::from_str_radix(run, 16).ok()?,
            seq: u32::from_str_radix(seq, 16).ok()?,
            at: u64::from_str_radix(at, 16).ok()?,
        })
    }
}

/// Uniform numbers from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The body of a `POST …/events` with this mark.
pub(crate) fn event(seed: u64, mark: Mark) -> String {
    let Mark { run, seq, at } = mark;
    let mut dice = Dice(seed ^ (u64::from(run) << 32) ^ u64::from(seq));
    let (order, customer, sku, image) = (
        dice.roll() % 1_000_000,
        dice.roll() % 100_000,
        dice.roll(),
        dice.roll(),
    );
    let (price, quantity) = (dice.roll() % 100_000, dice.roll() % 5 + 1);
    let (euros, cents) = (price / 100, price % 100);
    let (high, low) = (dice.roll() >> 32, dice.roll() & 0xffff_ffff_ffff);
    format!(
        r##"{{"ref":"claims/updated","event_data":{{"cwbench":"{run:08x}.{seq:08x}.{at:016x}","claim_id":"{high:08x}-0000-4000-8000-{low:012x}","event_name":"updated","event_group":"claim_updated","created_at":"2026-01-29T14:48:47+00:00","updated_at":"2026-01-30T09:12:03+00:00","reason":"damage","resolution_preference":"refund","status":"pending","description":"The parcel arrived crushed on one side, and two of the glasses inside are broken.","customer_signature_image_url":null,"selected_items":[{{"sku":"SKU-{sku:016x}","title":"Wine glass, set of six","quantity":{quantity},"net_price":{euros}.{cents:02},"image_urls":["https://images.example.com/claims/{image:016x}.jpg"]}}],"image_urls":["https://images.example.com/claims/{image:016x}-1.jpg","https://images.example.com/claims/{image:016x}-2.jpg"],"optional_image_urls":[]}},"context":{{"order":{{"order_number":"#{order}","external_id":"{order}","order_name":"#{order}","order_placed_at":"2026-01-20T08:00:00Z","total_order_price":{euros}.{cents:02},"currency":"EUR","address":{{"street":"Example Street {customer}","city":"Hamburg","zip_code":"20095","country_code":"DE"}},"products":[{{"sku":"SKU-{sku:016x}","title":"Wine glass, set of six","quantity":{quantity}}}],"segments":["returning"]}},"customer":{{"external_id":"C-{customer}","email":"customer{customer}@example.com","first_name":"Ada","last_name":"Example{customer}"}},"shipments":[{{"id":"S-{order}","carrier_reference":"dhl","tracking_number":"00340434{order:012}","phase":"delivered"}}],"claims":[]}}}}"##
    )
}

/// A small one, to fill a store with many.
pub(crate) fn small(_seed: u64, mark: Mark) -> String {
    let Mark { run, seq, at } = mark;
    format!(
        r#"{{"ref":"claims/updated","event_data":{{"cwbench":"{run:08x}.{seq:08x}.{at:016x}","claim_id":"{run:08x}-0000-4000-8000-{seq:012x}"}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_json_of_the_stated_size_and_its_mark_comes_back() {
        for seq in [0, 1, 19_999] {
            let mark = Mark {
                run: 7,
                seq,
                at: 123_456_789_012,
            };
            let body = event(1, mark);
            assert_eq!(Mark::find(body.as_bytes()), Some(mark));
            assert!((1_400..1_600).contains(&body.len()), "{}", body.len());
            let parsed: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(serde_json::to_string(&parsed).unwrap(), body, "compact");
        }
    }

    #[test]
    fn events_differ_and_can_be_repeated() {
        let (a, b) = (
            Mark {
                run: 1,
                seq: 1,
                at: 0,
            },
            Mark {
                run: 1,
                seq: 2,
                at: 0,
            },
        );
        assert_ne!(event(1, a), event(1, b));
        assert_ne!(event(1, a), event(2, a));
        assert_eq!(event(1, a), event(1, a));
    }

    #[test]
    fn a_small_event_has_its_mark_too() {
        let mark = Mark {
            run: 7,
            seq: 3,
            at: 5,
        };
        let body = small(1, mark);
        assert_eq!(Mark::find(body.as_bytes()), Some(mark));
        assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok() && body.len() < 200);
    }

    #[test]
    fn a_body_without_a_mark_has_none() {
        for body in [
            "",
            "{}",
            r#"{"cwbench":"short"}"#,
            r#"{"cwbench":"zzzzzzzz.00000001.0000000000000001"}"#,
        ] {
            assert_eq!(Mark::find(body.as_bytes()), None, "{body}");
        }
    }
}
