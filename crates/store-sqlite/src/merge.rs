//! Several lists, each newest first, read as one: what each has next is looked up when its last was taken, so
//! that a page costs a look for each list and each row, however long the lists are.

use std::collections::BinaryHeap;

use crate::error::Result;

/// Where something stands in a list; the greater is the newer.
pub(crate) type Place = (i64, i64);

/// The lists. `next` answers the newest of a list that is older than a place.
pub(crate) struct Merge<F> {
    heads: BinaryHeap<(Place, usize)>,
    next: F,
    last: Option<Place>,
}

impl<F: FnMut(usize, Place) -> Result<Option<Place>>> Merge<F> {
    /// So many lists, from what is older than `below`.
    pub(crate) fn new(lists: usize, below: Place, mut next: F) -> Result<Self> {
        let mut heads = BinaryHeap::with_capacity(lists);
        for list in 0..lists {
            heads.extend(next(list, below)?.map(|place| (place, list)));
        }
        Ok(Self {
            heads,
            next,
            last: None,
        })
    }

    /// The newest that was not answered yet; what is in several lists once.
    pub(crate) fn next(&mut self) -> Result<Option<Place>> {
        while let Some((place, list)) = self.heads.pop() {
            let after = (self.next)(list, place)?;
            self.heads.extend(after.map(|place| (place, list)));
            if self.last.replace(place) != Some(place) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_one_from_a_place_on() {
        let lists = [vec![9, 5, 1], vec![8, 5], vec![], vec![7, 6]];
        let next = |list: usize, below: Place| {
            let found = lists[list].iter().find(|no| (**no, 0) < below);
            Ok(found.map(|no| (*no, 0)))
        };
        let mut merge = Merge::new(lists.len(), (8, 0), next).unwrap();
        let mut read = Vec::new();
        while let Some((no, _)) = merge.next().unwrap() {
            read.push(no);
        }
        assert_eq!(read, [7, 6, 5, 1]);
    }
}
