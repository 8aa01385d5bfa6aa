//! Hashing of keys that peers choose: pool handles and PE identifiers.
//!
//! A peer that does not know the seed cannot choose keys that collide. No output depends on the seed: tables
//! hashed this way are only searched, or sorted first.

use std::hash::{BuildHasher, Hasher};

/// Builder of the hashers of one handlespace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeded {
    start: u64,
    factor: u64,
}

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        // An even factor would lose bits.
        let (start, factor) = (rng.u64(..), rng.u64(..) | 1);
        Self { start, factor }
    }
}

impl BuildHasher for Seeded {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding {
            state: self.start,
            factor: self.factor,
        }
    }
}

/// Hasher that multiplies and folds the two halves of the product, eight octets at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folding {
    state: u64,
    factor: u64,
}

impl Hasher for Folding {
    fn write(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks::<8>();
        for &word in words {
            self.write_u64(u64::from_le_bytes(word));
        }
        // The length, hashed with every slice, distinguishes a shorter slice from one that ends in zeros.
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.write_u64(u64::from_le_bytes(last));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.state ^ number) * u128::from(self.factor);
        let [low, high] = [product as u64, (product >> 64) as u64];
        self.state = low ^ high;
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        let mut last = *self;
        last.write_u64(self.factor);
        last.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distributes 64 000 numbers with a step between them to 1024 buckets, by either end of the hash.
    #[test]
    fn numbers_in_a_row_spread_over_all_buckets() {
        for (seed, step) in (0..20).flat_map(|seed| [(seed, 1), (seed, 1 << 10), (seed, 1 << 16)]) {
            let hash = Seeded::new(seed);
            let mut buckets = [[0u32; 1024]; 2];
            for number in 0..64_000u32 {
                let hash = hash.hash_one(number.wrapping_mul(step));
                buckets[0][(hash & 1023) as usize] += 1;
                buckets[1][(hash >> 54) as usize] += 1;
            }
            let most = buckets.iter().flatten().max().expect("there are buckets");
            // 62.5 on average.
            assert!(*most < 124, "seed {seed}, step {step}: {most}");
        }
    }

    #[test]
    fn slices_of_other_length_or_content_differ() {
        let hash = Seeded::new(1);
        let slices: [&[u8]; 6] = [b"", b"\0", b"\0\0", b"abcdefgh", b"abcdefgh\0", b"abcdefgi"];
        let mut hashes: Vec<u64> = slices.iter().map(|slice| hash.hash_one(slice)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), slices.len());
        assert_ne!(hash.hash_one(1u32), Seeded::new(2).hash_one(1u32));
    }
}
