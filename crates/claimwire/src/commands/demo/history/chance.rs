//! Chance that falls the same every time (SplitMix64).

pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `most`, which is not 0.
    pub fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }

    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f64 {
        let bits = u32::try_from(self.next() >> 32).unwrap_or_default();
        f64::from(bits) / f64::from(u32::MAX)
    }

    /// Whether something happens that does so in `percent` of 100 cases.
    pub fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these; the default of an empty list.
    pub fn one<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let length = u64::try_from(of.len()).unwrap_or(1);
        let at = usize::try_from(self.below(length)).unwrap_or_default();
        of.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_has_the_same_fate() {
        let fate = |seed| {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(fate(1), fate(1));
        assert_ne!(fate(1), fate(2));
        assert!(fate(1).iter().all(|value| *value < 1_000));
    }
}
