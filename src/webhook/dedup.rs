//! A key by which a second delivery of the same event is known.

use std::mem::take;

/// A key of an event from the `parts` that tell it from others: the same parts always make the
/// same key, and no part can be read from it, so that an address may be among them.
///
/// It is stored, so it must stay the same from release to release: `MurmurHash3_x64_128` of seed 0,
/// written as 32 hexadecimal digits, over each part after its length (8 bytes, the least first), so
/// that `["ab", "c"]` is not `["a", "bc"]`. Who sends events can find two with the same key, but
/// gains by it only that their own second event is taken for the first.
///
/// Source: [MurmurHash3](https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp).
#[must_use]
pub fn dedup_key(parts: &[&str]) -> String {
    let length: usize = parts.iter().map(|part| size_of::<u64>() + part.len()).sum();
    // Most keys are made of little.
    let (mut short, mut long) = ([0; 512], Vec::new());
    let bytes = match short.get_mut(..length) {
        Some(short) => short,
        None => {
            long.resize(length, 0);
            long.as_mut_slice()
        }
    };
    let mut rest = &mut *bytes;
    for part in parts {
        let size = u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes();
        for piece in [size.as_slice(), part.as_bytes()] {
            // There is room for all of it.
            if let Some((to, after)) = take(&mut rest).split_at_mut_checked(piece.len()) {
                to.copy_from_slice(piece);
                rest = after;
            }
        }
    }
    hex(murmur(bytes))
}

/// `MurmurHash3_x64_128` of seed 0; its first half is the higher one here.
fn murmur(bytes: &[u8]) -> u128 {
    const MIX: [u64; 2] = [0x87c3_7b91_1142_53d5, 0x4cf5_ad43_2745_937f];
    let scrambled = |block: [u8; 16]| {
        let [low, high] = halves(u128::from_le_bytes(block));
        [
            low.wrapping_mul(MIX[0]).rotate_left(31).wrapping_mul(MIX[1]),
            high.wrapping_mul(MIX[1]).rotate_left(33).wrapping_mul(MIX[0]),
        ]
    };
    let (blocks, rest) = bytes.as_chunks();
    let [mut a, mut b] = [0_u64; 2];
    for block in blocks {
        let [low, high] = scrambled(*block);
        a = (a ^ low).rotate_left(27).wrapping_add(b).wrapping_mul(5).wrapping_add(0x52dc_e729);
        b = (b ^ high).rotate_left(31).wrapping_add(a).wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let mut last = [0; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let [low, high] = scrambled(last);
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let [a, b] = sums(a ^ low ^ length, b ^ high ^ length);
    let [a, b] = sums(avalanche(a), avalanche(b));
    u128::from(a) << 64 | u128::from(b)
}

fn halves(block: u128) -> [u64; 2] {
    [0, 64].map(|shift| u64::try_from(block >> shift & u128::from(u64::MAX)).unwrap_or_default())
}

fn sums(a: u64, b: u64) -> [u64; 2] {
    let a = a.wrapping_add(b);
    [a, b.wrapping_add(a)]
}

fn avalanche(half: u64) -> u64 {
    let half = (half ^ half >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let half = (half ^ half >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    half ^ half >> 33
}

/// 32 digits.
fn hex(number: u128) -> String {
    let mut digits = [0; 32];
    let halves = number.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    for (to, digit) in digits.iter_mut().zip(halves) {
        *to = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
    }
    String::from_utf8_lossy(&digits).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_specification_does() {
        for (text, hash) in [
            ("", "00000000000000000000000000000000"),
            ("hello", "cbd8a7b341bd9b025b1e906a48ae1d19"),
            ("hello, world", "342fac623a5ebc8e4cdcbc079642414d"),
            ("19 Jan 2038 at 3:14:07 AM", "b89e5988b737affc664fc2950231b2cb"),
            ("The quick brown fox jumps over the lazy dog.", "cd99481f9ee902c9695da1a38987b6e7"),
        ] {
            assert_eq!(hex(murmur(text.as_bytes())), hash, "{text}");
        }
    }

    #[test]
    fn a_key_stays_the_same_from_release_to_release() {
        assert_eq!(dedup_key(&["twilio", "", "SM1"]), "56dc1417663d7456a073d1f7be749e8d");
    }

    #[test]
    fn long_parts_are_hashed_like_short_ones() {
        for length in [495, 496, 497, 503, 504, 505, 5000] {
            let text = "x".repeat(length);
            let mut bytes = u64::try_from(length).unwrap().to_le_bytes().to_vec();
            bytes.extend_from_slice(text.as_bytes());
            assert_eq!(dedup_key(&[&text]), hex(murmur(&bytes)), "{length}");
        }
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
