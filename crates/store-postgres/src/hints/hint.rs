//! One hint, and its form in a notification.

use std::fmt::Write as _;

use claimwire_model::{DeliveryId, EventNo, TargetNo};

/// One hint, as its payload has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// Something waits for these targets.
    Waiting(Vec<TargetNo>),
    /// These are new, and may be fetched by name.
    Offered(Vec<DeliveryId>),
    /// A shop or a key has changed.
    Directory,
    /// A node tries whether it hears itself.
    Echo(u64),
}

impl Hint {
    /// Words and numbers alone: it may stand in a statement as it is.
    pub(super) fn payload(&self) -> String {
        match self {
            Self::Waiting(targets) => targets.iter().fold("waiting".to_owned(), |mut all, no| {
                // Writing to a string does not fail.
                let _ = write!(all, " {}", no.0);
                all
            }),
            Self::Offered(ids) => {
                let of_targets = ids.chunk_by(|one, next| one.target == next.target);
                of_targets.fold("offered".to_owned(), |mut all, ids| {
                    for (place, id) in ids.iter().enumerate() {
                        let _ = match place {
                            0 => write!(all, " {}:{}", id.target.0, id.event.0),
                            _ => write!(all, ",{}", id.event.0),
                        };
                    }
                    all
                })
            }
            Self::Directory => "directory".to_owned(),
            Self::Echo(node) => format!("echo {node}"),
        }
    }

    /// None: a newer program's, or a stranger's.
    pub(super) fn read(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        match words.next()? {
            "waiting" => {
                let targets = words.map(|word| word.parse().map(TargetNo));
                targets.collect::<Result<_, _>>().ok().map(Self::Waiting)
            }
            "offered" => {
                let mut ids = Vec::new();
                for word in words {
                    let (target, events) = word.split_once(':')?;
                    let target = TargetNo(target.parse().ok()?);
                    for event in events.split(',') {
                        let event = EventNo(event.parse().ok()?);
                        ids.push(DeliveryId { event, target });
                    }
                }
                Some(Self::Offered(ids))
            }
            "directory" => Some(Self::Directory),
            "echo" => words.next()?.parse().ok().map(Self::Echo),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_read_as_it_was_written() {
        let waiting = Hint::Waiting(vec![TargetNo(3), TargetNo(i64::MAX)]);
        let id = |event, target| DeliveryId {
            event: EventNo(event),
            target: TargetNo(target),
        };
        let offered = Hint::Offered(vec![id(1, 3), id(i64::MAX, 3), id(2, 4)]);
        assert_eq!(offered.payload(), format!("offered 3:1,{} 4:2", i64::MAX));
        for hint in [waiting, offered, Hint::Directory, Hint::Echo(7)] {
            assert_eq!(Hint::read(&hint.payload()), Some(hint));
        }
        for strange in [
            "",
            "waiting x",
            "offered 1",
            "offered 1:x",
            "offered 1:2,",
            "look",
            "echo",
        ] {
            assert_eq!(Hint::read(strange), None, "{strange}");
        }
    }
}
