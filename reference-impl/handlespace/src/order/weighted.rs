//! Random picks in proportion to weights.

/// Tickets in groups by the length of their weight in bits. `set` and `pick` cost O(1): a group is drawn by
/// its sum, then one of its tickets, which is accepted in proportion to its weight and else drawn again. The
/// weight is at least half of the largest of the group, so at least every second draw is accepted. A sum tree
/// would read memory at each of its levels; this does so at one.
///
/// Sums are 64 bits wide: 2³² slots of the largest 32-bit weight stay below 2⁶⁴.
#[derive(Debug)]
pub(crate) struct Weighted {
    /// Groups that have a ticket, longest weights first, because those hold most of the total.
    groups: Vec<Group>,
    /// Place of each slot.
    places: Vec<Place>,
    total: u64,
}

#[derive(Debug)]
struct Group {
    /// Length of the weights, 1 to 32.
    bits: u8,
    sum: u64,
    tickets: Vec<Ticket>,
}

#[derive(Clone, Copy, Debug)]
struct Ticket {
    slot: u32,
    weight: u32,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// Length that names the group; 0 if the slot has no ticket.
    bits: u8,
    index: u32,
}

impl Place {
    const NONE: Self = Self { bits: 0, index: 0 };
}

/// Limit on picks that are compared with a new one; beyond it, they are removed from the draw instead.
const FEW: usize = 8;

impl Weighted {
    pub(crate) fn new() -> Self {
        Self {
            groups: Vec::new(),
            places: Vec::new(),
            total: 0,
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Sets the weight of a slot. A weight of 0 removes the slot.
    pub(crate) fn set(&mut self, slot: u32, weight: u32) {
        self.take_out(slot);
        if weight > 0 {
            self.enter(Ticket { slot, weight });
        }
    }

    /// Releases the memory of removed slots; those that are left are all below `slots`.
    pub(crate) fn give_back(&mut self, slots: usize) {
        for group in &mut self.groups {
            group.tickets.shrink_to_fit();
        }
        self.places.truncate(slots);
        self.places.shrink_to_fit();
    }

    /// Draws up to `count` different slots, one after the other without replacement.
    pub(crate) fn sample(&mut self, count: usize, rng: &mut fastrand::Rng, out: &mut Vec<u32>) {
        let end = out.len() + count;
        let mut taken_out = Vec::new();
        // Slots drawn since `first` are still in the draw. Drawing one again is ignored, which leaves the others
        // the chances that they have without it.
        let mut first = out.len();
        while out.len() < end && self.total > 0 {
            let slot = self.pick(rng);
            let is_new = !out[first..].contains(&slot);
            if is_new {
                out.push(slot);
            }
            if !is_new || out.len() - first > FEW {
                // Such draws may be many: at the last slots of a pool, or beside very large weights.
                let drawn = out[first..].iter();
                taken_out.extend(drawn.filter_map(|&slot| self.take_out(slot)));
                first = out.len();
            }
        }
        for ticket in taken_out {
            self.enter(ticket);
        }
    }

    fn pick(&self, rng: &mut fastrand::Rng) -> u32 {
        let mut point = rng.u64(0..self.total);
        let holds_point = |group: &&Group| {
            let holds = point < group.sum;
            if !holds {
                point -= group.sum;
            }
            holds
        };
        let group = self.groups.iter().find(holds_point);
        let group = group.expect("a point lies inside the total of the sums");
        loop {
            let ticket = group.tickets[rng.usize(0..group.tickets.len())];
            if rng.u32(..) >> (32 - group.bits) < ticket.weight {
                return ticket.slot;
            }
        }
    }

    fn enter(&mut self, ticket: Ticket) {
        let bits = length(ticket.weight);
        let at = self.groups.partition_point(|group| group.bits > bits);
        if self.groups.get(at).is_none_or(|group| group.bits != bits) {
            let tickets = Vec::new();
            self.groups.insert(
                at,
                Group {
                    bits,
                    sum: 0,
                    tickets,
                },
            );
        }
        let group = &mut self.groups[at];
        let index = u32::try_from(group.tickets.len()).expect("slots are 32 bits wide");
        group.tickets.push(ticket);
        group.sum += u64::from(ticket.weight);
        self.total += u64::from(ticket.weight);
        let slot = ticket.slot as usize;
        if self.places.len() <= slot {
            self.places.resize(slot + 1, Place::NONE);
        }
        self.places[slot] = Place { bits, index };
    }

    fn take_out(&mut self, slot: u32) -> Option<Ticket> {
        let place = std::mem::replace(self.places.get_mut(slot as usize)?, Place::NONE);
        let at = self
            .groups
            .iter()
            .position(|group| group.bits == place.bits)?;
        let group = &mut self.groups[at];
        let ticket = group.tickets.swap_remove(place.index as usize);
        if let Some(moved) = group.tickets.get(place.index as usize) {
            self.places[moved.slot as usize] = place;
        }
        group.sum -= u64::from(ticket.weight);
        self.total -= u64::from(ticket.weight);
        if group.tickets.is_empty() {
            self.groups.remove(at);
        }
        Some(ticket)
    }
}

/// Returns the length of a weight in bits: 1 for 1, 2 for 2 and 3, 32 for 2³¹ and above.
fn length(weight: u32) -> u8 {
    u8::try_from(u32::BITS - weight.leading_zeros()).expect("it is 32 at most")
}
