//! What people write, in the one form in which it is compared.

/// More words than any keyword with its courtesies has.
const MOST_WORDS: usize = 16;

/// The words of a message in one form: lower case, without accents, signs and what cannot be seen.
/// `None` where there are more than any keyword has, or none.
///
/// Letters that are written one by one, `S.T.O.P`, are one word.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(plain).chain([' ']) {
        if is_letter(c) {
            word.push(c);
            // No keyword is longer; the rest of the text need not be looked at.
            if word.len() > 256 {
                return None;
            }
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
            if words.len() > MOST_WORDS {
                return None;
            }
        }
    }
    let letters = words.iter().all(|word| word.chars().nth(1).is_none());
    match words.len() {
        0 => None,
        3.. if letters => Some(vec![words.concat()]),
        _ => Some(words),
    }
}

/// Letters and digits, and the signs that Indian scripts hang on them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric()
        || (matches!(c, '\u{900}'..='\u{dff}') && !matches!(c, '\u{964}' | '\u{965}'))
}

/// A character as it is compared: nothing, one or two.
fn plain(c: char) -> impl Iterator<Item = char> {
    let c = match c {
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c)
        }
        c => c,
    };
    let lower = c.to_lowercase().flat_map(|c| match parts(c) {
        Some(parts) => parts,
        None => [Some(c).filter(|c| !is_unseen(*c)), None],
    });
    lower.flatten()
}

/// What is left out: joiners and marks of direction, accents, nuktas, and the apostrophe, which
/// makes `don't` one word.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\'' | '`'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{ad}'
            | '\u{300}'..='\u{36f}'
            | '\u{93c}'
            | '\u{9bc}'
            | '\u{a3c}'
            | '\u{abc}'
            | '\u{b3c}'
            | '\u{cbc}'
            | '\u{610}'..='\u{61a}'
            | '\u{61c}'
            | '\u{640}'
            | '\u{64b}'..='\u{65f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// Letters that can be written in two ways, in one: without accent, as two signs, in Urdu's letter.
fn parts(c: char) -> Option<[Option<char>; 2]> {
    let one = |c| Some([Some(c), None]);
    let two = |a, b| Some([Some(a), Some(b)]);
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => one('a'),
        'ç' => one('c'),
        'è' | 'é' | 'ê' | 'ë' => one('e'),
        'ì' | 'í' | 'î' | 'ï' => one('i'),
        'ñ' => one('n'),
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => one('o'),
        'ù' | 'ú' | 'û' | 'ü' => one('u'),
        'ß' => two('s', 's'),
        // Letters with a nukta.
        '\u{929}' => one('न'),
        '\u{931}' => one('र'),
        '\u{934}' => one('ळ'),
        '\u{958}' => one('क'),
        '\u{959}' => one('ख'),
        '\u{95a}' => one('ग'),
        '\u{95b}' => one('ज'),
        '\u{95c}' => one('ड'),
        '\u{95d}' => one('ढ'),
        '\u{95e}' => one('फ'),
        '\u{95f}' => one('य'),
        '\u{9dc}' => one('ড'),
        '\u{9dd}' => one('ঢ'),
        '\u{9df}' => one('য'),
        '\u{a33}' => one('ਲ'),
        '\u{a36}' => one('ਸ'),
        '\u{a59}' => one('ਖ'),
        '\u{a5a}' => one('ਗ'),
        '\u{a5b}' => one('ਜ'),
        '\u{a5e}' => one('ਫ'),
        // Vowel signs that stand on both sides.
        '\u{9cb}' => two('\u{9c7}', '\u{9be}'),
        '\u{9cc}' => two('\u{9c7}', '\u{9d7}'),
        '\u{bca}' => two('\u{bc6}', '\u{bbe}'),
        '\u{bcb}' => two('\u{bc7}', '\u{bbe}'),
        '\u{c48}' => two('\u{c46}', '\u{c56}'),
        '\u{cc0}' => two('\u{cbf}', '\u{cd5}'),
        '\u{cc7}' => two('\u{cc6}', '\u{cd5}'),
        '\u{cca}' => two('\u{cc6}', '\u{cc2}'),
        '\u{d4a}' => two('\u{d46}', '\u{d3e}'),
        '\u{d4b}' => two('\u{d47}', '\u{d3e}'),
        // Arabic forms that keyboards give for Urdu.
        '\u{622}' | '\u{623}' | '\u{625}' => one('\u{627}'),
        '\u{64a}' | '\u{649}' => one('\u{6cc}'),
        '\u{643}' => one('\u{6a9}'),
        '\u{647}' => one('\u{6c1}'),
        _ => None,
    }
}
