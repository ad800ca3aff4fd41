//! A key by which a second delivery of the same event is known.

/// A key of an event from the `parts` that tell it from others: the same parts always make the
/// same key, and no part can be read from it, so that an address may be among them.
///
/// It is stored, so it must stay the same from release to release: FNV-1a with 128 bits, written as
/// 32 hexadecimal digits, each part after its length, so that `["ab", "c"]` is not `["a", "bc"]`.
/// Who sends events can find two with the same key, but gains by it only that their own second
/// event is taken for the first.
///
/// Source: [The FNV non-cryptographic hash](https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
#[must_use]
pub fn dedup_key(parts: &[&str]) -> String {
    let mut hash = Fnv::new();
    for part in parts {
        hash.write(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.write(part.as_bytes());
    }
    format!("{:032x}", hash.0)
}

struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn write(&mut self, bytes: &[u8]) {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_specification_does() {
        let of = |text: &str| {
            let mut hash = Fnv::new();
            hash.write(text.as_bytes());
            format!("{:032x}", hash.0)
        };
        assert_eq!(of(""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(of("a"), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(of("foobar"), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn tells_apart_what_only_joins_to_the_same_text() {
        assert_ne!(dedup_key(&["ab", "c"]), dedup_key(&["a", "bc"]));
        assert_ne!(dedup_key(&["a"]), dedup_key(&["a", ""]));
        assert_eq!(dedup_key(&["a", "b"]), dedup_key(&["a", "b"]));
    }

    #[test]
    fn shows_no_part_of_what_it_is_made_from() {
        let key = dedup_key(&["asha@example.com"]);
        assert_eq!(key.len(), 32);
        assert!(!key.contains("asha"));
    }
}
