//! Random picks with equal chances.

/// A dense list of slots. Adding, removing and picking cost O(1).
#[derive(Debug)]
pub(crate) struct Uniform {
    members: Vec<u32>,
    /// Index in `members` by slot, or [`ABSENT`].
    places: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

/// Limit on picks up to which a new one is compared with those before it.
const FEW: usize = 8;

impl Uniform {
    pub(crate) fn new() -> Self {
        Self {
            members: Vec::new(),
            places: Vec::new(),
        }
    }

    pub(crate) fn insert(&mut self, slot: u32) {
        let index = slot as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, ABSENT);
        }
        if self.places[index] == ABSENT {
            self.members.push(slot);
            self.note(self.members.len() - 1);
        }
    }

    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(place) = self.places.get_mut(slot as usize) else {
            return;
        };
        let place = std::mem::replace(place, ABSENT) as usize;
        if place < self.members.len() {
            self.members.swap_remove(place);
            if place < self.members.len() {
                self.note(place);
            }
        }
    }

    /// Releases the memory of removed slots; those that are left are all below `slots`.
    pub(crate) fn give_back(&mut self, slots: usize) {
        self.members.shrink_to_fit();
        self.places.truncate(slots);
        self.places.shrink_to_fit();
    }

    /// Draws up to `count` different slots in random order.
    pub(crate) fn sample(&mut self, count: usize, rng: &mut fastrand::Rng, out: &mut Vec<u32>) {
        let n = self.members.len();
        if count > FEW || count * 2 >= n {
            self.shuffle(count, rng, out);
            return;
        }
        // At most half of the pool is requested, so at least every second draw is a new slot.
        let start = out.len();
        while out.len() - start < count {
            let slot = self.members[rng.usize(0..n)];
            if !out[start..].contains(&slot) {
                out.push(slot);
            }
        }
    }

    /// Moves a random member to each of the first `count` places and lists them.
    fn shuffle(&mut self, count: usize, rng: &mut fastrand::Rng, out: &mut Vec<u32>) {
        let n = self.members.len();
        for place in 0..count.min(n) {
            let other = rng.usize(place..n);
            self.members.swap(place, other);
            self.note(place);
            self.note(other);
            out.push(self.members[place]);
        }
    }

    /// Records the place of the member at `place`.
    fn note(&mut self, place: usize) {
        let slot = self.members[place];
        self.places[slot as usize] = u32::try_from(place).expect("slots are 32 bits wide");
    }
}
