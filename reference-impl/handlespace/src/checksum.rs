//! The PE checksum (RFC 5353 §3.6.2): per PE the pool handle, zero-padded to four octets, and the PE
//! identifier, summed up in 16-bit words in one's complement.

/// Checksum to which PEs are added and from which they are removed.
///
/// The sum is exact and folded only when it is read. Folding at every step would give 0xffff instead of 0 for
/// a set that has become empty, and so another checksum than a new computation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeChecksum {
    sum: u64,
}

impl PeChecksum {
    /// Adds one PE.
    pub fn add(&mut self, handle: &[u8], pe_identifier: u32) {
        self.sum += words(handle, pe_identifier);
    }

    /// Removes one PE that was added before.
    pub fn remove(&mut self, handle: &[u8], pe_identifier: u32) {
        self.sum -= words(handle, pe_identifier);
    }

    /// Returns the 16 bits of the PE Checksum parameter.
    ///
    /// # Panics
    /// If folding leaves more than 16 bits, which is a defect here.
    pub fn value(self) -> u16 {
        let mut folded = self.sum;
        while folded > 0xffff {
            folded = (folded & 0xffff) + (folded >> 16);
        }
        !u16::try_from(folded).expect("folding leaves 16 bits")
    }
}

fn words(handle: &[u8], pe_identifier: u32) -> u64 {
    let handle: u64 = handle
        .chunks(2)
        .map(|pair| {
            let low = pair.get(1).copied().unwrap_or(0);
            u64::from(u16::from_be_bytes([pair[0], low]))
        })
        .sum();
    handle + u64::from(pe_identifier >> 16) + u64::from(pe_identifier & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::PeChecksum;

    const ECHO: (&[u8], u32) = (b"EchoPool", 0x1122_3344);
    const WEB: (&[u8], u32) = (b"Web", 0x0000_0001);
    const CALC: (&[u8], u32) = (b"Calc5", 0xfedc_ba98);

    fn checksum(pes: &[(&[u8], u32)]) -> u16 {
        let mut sum = PeChecksum::default();
        for &(handle, id) in pes {
            sum.add(handle, id);
        }
        sum.value()
    }

    #[test]
    fn known_values() {
        assert_eq!(checksum(&[]), 0xffff);
        assert_eq!(checksum(&[ECHO]), 0x4deb);
        assert_eq!(checksum(&[WEB]), 0x4699);
        assert_eq!(checksum(&[CALC]), 0x61c5);
        assert_eq!(checksum(&[ECHO, WEB, CALC]), 0xf649);
        assert_eq!(checksum(&[CALC, ECHO, WEB]), 0xf649);
        assert_eq!(checksum(&[(&[0xff, 0xfe], 1)]), 0x0000);
    }

    #[test]
    fn removal_equals_a_new_computation() {
        let mut sum = PeChecksum::default();
        for (handle, id) in [ECHO, WEB, CALC] {
            sum.add(handle, id);
        }
        sum.remove(ECHO.0, ECHO.1);
        assert_eq!(sum.value(), 0xa85e);
        sum.remove(WEB.0, WEB.1);
        sum.remove(CALC.0, CALC.1);
        assert_eq!(sum.value(), 0xffff);
    }
}
