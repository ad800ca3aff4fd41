//! How a text is cut into short messages: the one counter for plans, limits and bills.

use serde::{Deserialize, Serialize};

/// The alphabet that a text needs.
#[expect(clippy::exhaustive_enums, reason = "GSM 03.38 has these two for text")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// The GSM 7-bit default alphabet and its extension table.
    Gsm7,
    /// UTF-16 code units.
    Ucs2,
}

/// What a text costs on the air.
///
/// One segment holds 160 septets or 70 code units; each of several holds 153 or 67, since it
/// carries a header. An escape pair or a surrogate pair is never split.
///
/// ```
/// use dakiya::{Encoding, Segments};
///
/// let euro = Segments::of("€5");
/// assert_eq!((euro.encoding, euro.units, euro.segments), (Encoding::Gsm7, 3, 1));
/// ```
///
/// Source: [3GPP TS 23.038](https://www.3gpp.org/dynareport/23038.htm),
/// [TS 23.040](https://www.3gpp.org/dynareport/23040.htm).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segments {
    /// The alphabet.
    pub encoding: Encoding,
    /// Septets or code units, without headers.
    pub units: u32,
    /// Short messages.
    pub segments: u32,
}

impl Segments {
    /// Counts `text`. An empty text is one empty segment.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.chars().all(|c| septets(c).is_some()) {
            Self::cut(Encoding::Gsm7, 160, 153, text.chars().filter_map(septets))
        } else {
            let units = text.chars().map(|c| if c.len_utf16() == 1 { 1 } else { 2 });
            Self::cut(Encoding::Ucs2, 70, 67, units)
        }
    }

    fn cut(
        encoding: Encoding,
        single: u32,
        part: u32,
        widths: impl Iterator<Item = u32> + Clone,
    ) -> Self {
        let units = widths.clone().fold(0_u32, u32::saturating_add);
        if units <= single {
            return Self { encoding, units, segments: 1 };
        }
        let (mut segments, mut filled) = (1_u32, 0);
        for width in widths {
            if filled + width > part {
                segments = segments.saturating_add(1);
                filled = 0;
            }
            filled += width;
        }
        Self { encoding, units, segments }
    }
}

/// The septets of a character, `None` outside the alphabet.
fn septets(c: char) -> Option<u32> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                         ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    match c {
        ' '..='Z' | 'a'..='z' if c != '`' => Some(1),
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => Some(2),
        _ if BASIC.contains(c) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_128_places() {
        let all = (0..=0x10_FFFF_u32).filter_map(char::from_u32);
        let (mut single, mut double) = (0, 0);
        for c in all {
            match septets(c) {
                Some(1) => single += 1,
                Some(_) => double += 1,
                None => {}
            }
        }
        // 128 places less the escape; nine visible extension characters and the form feed.
        assert_eq!((single, double), (127, 10));
    }

    #[test]
    fn no_pair_is_split_at_any_border() {
        for (filler, pair, single, part) in [('a', '€', 160, 153), ('क', '😀', 70, 67)] {
            for before in 0..=2 * part {
                let text = format!("{}{pair}", filler.to_string().repeat(before));
                let units = before + 2;
                // A pair that would begin at the last place of a part moves to the next.
                let lost = usize::from(before % part == part - 1);
                let segments = if units <= single { 1 } else { (units + lost).div_ceil(part) };
                let counted = Segments::of(&text);
                let counted = (counted.units as usize, counted.segments as usize);
                assert_eq!(counted, (units, segments), "{before} of {filler}");
            }
        }
    }

    #[test]
    fn agrees_with_the_reference_cases() {
        let cases = include_str!("../../tests/fixtures/sms-segments/cases.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(cases).unwrap();
        assert_eq!(cases.len(), 22);
        for case in cases {
            let counted = Segments::of(case["text"].as_str().unwrap());
            let counted = serde_json::to_value(counted).unwrap();
            for field in ["encoding", "units", "segments"] {
                assert_eq!(counted[field], case[field], "{field} of {}", case["id"]);
            }
        }
    }
}
