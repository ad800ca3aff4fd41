//! A key by which a second delivery of the same event is known.

use twox_hash::XxHash3_128;

/// A key of an event from the `parts` that tell it from others: the same parts always make the
/// same key, and no part can be read from it, so that an address may be among them.
///
/// It is stored, so it must stay the same from release to release: XXH3 with 128 bits and seed 0,
/// written as 32 hexadecimal digits, over each part after its length (8 bytes, the least first), so
/// that `["ab", "c"]` is not `["a", "bc"]`. Who sends events can find two with the same key, but
/// gains by it only that their own second event is taken for the first.
///
/// Source: [xxHash](https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).
#[must_use]
pub fn dedup_key(parts: &[&str]) -> String {
    let length = parts.iter().map(|part| size_of::<u64>() + part.len()).sum();
    let mut bytes = Vec::with_capacity(length);
    for part in parts {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    format!("{:032x}", XxHash3_128::oneshot(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_specification_does() {
        assert_eq!(dedup_key(&[]), "99aa06d3014798d86001c324468d497f");
    }

    #[test]
    fn a_key_stays_the_same_from_release_to_release() {
        assert_eq!(dedup_key(&["twilio", "", "SM1"]), "d33356b45063601386dd47a88f6466b0");
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
