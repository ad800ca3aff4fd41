//! What a server answers: parsing without trust, enhanced codes, queue ids.

use std::fmt;

/// More than any honest reply; an EHLO of a hundred extensions has 4 KiB.
pub(super) const MAX_REPLY: usize = 64 * 1024;

/// A server's reply: the code and the text of all its lines.
///
/// Servers echo addresses, so neither `Debug` nor `Display` shows the text: `550 5.1.1`.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    text: String,
}

/// Not an SMTP reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Reply {
    /// Parses one reply at the beginning of `input`; says how many bytes it took, `None` while the
    /// last line is not there yet.
    ///
    /// Lines may end in a bare LF, be of any length, and hold bytes that are not UTF-8.
    pub(super) fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, Malformed> {
        let mut reply: Option<Self> = None;
        let mut taken = 0;
        for line in input.split_inclusive(|&byte| byte == b'\n') {
            let Some(bare) = line.strip_suffix(b"\n") else { break };
            taken += line.len();
            let (code, last, text) = split(bare.strip_suffix(b"\r").unwrap_or(bare))?;
            let text = String::from_utf8_lossy(text);
            match &mut reply {
                None => reply = Some(Self { code, text: text.into_owned() }),
                Some(reply) if reply.code == code => {
                    reply.text.push('\n');
                    reply.text.push_str(&text);
                }
                Some(_) => return Err(Malformed),
            }
            if last {
                return Ok(reply.map(|reply| (reply, taken)));
            }
        }
        if input.len() > MAX_REPLY { Err(Malformed) } else { Ok(None) }
    }

    /// The basic code: 200 to 599.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The text of all lines, joined by line feeds, as the server wrote it.
    ///
    /// It often holds the recipient's address: not for logs.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The enhanced status code that the text begins with: `5.1.1` of `550 5.1.1 unknown`.
    ///
    /// Source: [RFC 2034](https://www.rfc-editor.org/rfc/rfc2034).
    #[must_use]
    pub fn enhanced(&self) -> Option<Enhanced> {
        Enhanced::parse(self.text.split_ascii_whitespace().next()?)
    }

    /// The server's own id of a message that it took, where the reply has a well-known form.
    ///
    /// `queued as 4X1` (Postfix), `Ok 0102018f…-000000` (Amazon SES), `OK id=1qX-2b`
    /// (Exim), `5AQ1 Message accepted for delivery` (Sendmail). What Gmail writes is not an id.
    #[must_use]
    pub fn queue_id(&self) -> Option<&str> {
        let words = || self.text.split_ascii_whitespace();
        let follows = |name: &str| {
            words()
                .zip(words().skip(1))
                .find_map(|(word, next)| word.eq_ignore_ascii_case(name).then_some(next))
        };
        let queued = || {
            let mut words = words().skip_while(|word| !word.eq_ignore_ascii_case("queued"));
            let (_, word) = (words.next()?, words.next()?);
            if word.eq_ignore_ascii_case("as") { words.next() } else { None }
        };
        let exim = || follows("OK")?.strip_prefix("id=");
        let ses = || follows("Ok").filter(|id| is_ses_id(id));
        let sendmail = || {
            let (id, rest) = self.text.split_once(" Message accepted for delivery")?;
            rest.is_empty().then(|| id.rsplit(' ').next())?
        };
        let id = queued().or_else(exim).or_else(ses).or_else(sendmail)?;
        let id = id.trim_matches(['<', '>', '.', ',', ';', ')', '(']);
        (!id.is_empty() && Enhanced::parse(id).is_none()).then_some(id)
    }

    pub(super) fn is_positive(&self) -> bool {
        self.code < 300
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.enhanced().map_or(Ok(()), |enhanced| write!(f, " {enhanced}"))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

/// An enhanced status code: class, subject and detail.
///
/// Source: [RFC 3463](https://www.rfc-editor.org/rfc/rfc3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Enhanced {
    /// 2, 4 or 5. May contradict the basic code, which then decides.
    pub class: u8,
    /// What it is about: 1 addressing, 2 mailbox, …
    pub subject: u16,
    /// Which case of the subject.
    pub detail: u16,
}

impl Enhanced {
    fn parse(word: &str) -> Option<Self> {
        let mut parts = word.split('.');
        let class = match parts.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let mut number = || {
            let digits = parts.next().filter(|part| (1..=3).contains(&part.len()))?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let (subject, detail) = (number()?, number()?);
        parts.next().is_none().then_some(Self { class, subject, detail })
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Code, whether it is the last line, and text of `250-text` or `250 text`.
fn split(line: &[u8]) -> Result<(u16, bool, &[u8]), Malformed> {
    let (&[a @ b'2'..=b'5', b, c], rest) = line.split_first_chunk::<3>().ok_or(Malformed)? else {
        return Err(Malformed);
    };
    if !(b.is_ascii_digit() && c.is_ascii_digit()) {
        return Err(Malformed);
    }
    let code = [a, b, c].iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Ok((code, true, rest)),
        Some((b' ', text)) => Ok((code, true, text)),
        Some((b'-', text)) => Ok((code, false, text)),
        Some(_) => Err(Malformed),
    }
}

/// `0102018f…-4c7b…-000000`: hexadecimal groups, far longer than a word of prose.
fn is_ses_id(word: &str) -> bool {
    word.len() >= 30
        && word.contains('-')
        && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(line: &str) -> Reply {
        Reply::parse(format!("{line}\r\n").as_bytes()).unwrap().unwrap().0
    }

    #[test]
    fn a_reply_ends_with_its_last_line() {
        let (reply, taken) = Reply::parse(b"250-a\r\n250-b\n250 c\r\n354 go\r\n").unwrap().unwrap();
        assert_eq!((reply.code(), reply.text(), taken), (250, "a\nb\nc", 20));
        for part in ["", "2", "250 ok", "250-ok\r\n", "250-ok\r\n250 x\r"] {
            assert_eq!(Reply::parse(part.as_bytes()), Ok(None), "{part}");
        }
        assert_eq!(Reply::parse(b"250\r\n").unwrap().unwrap().0.text(), "");
    }

    #[test]
    fn long_and_foreign_lines_are_read_and_endless_ones_are_not() {
        let mut long = b"250 ".to_vec();
        long.extend([b'x'; 5000]);
        long.extend(b"\xff\xfe\r\n");
        assert_eq!(Reply::parse(&long).unwrap().unwrap().1, long.len());
        assert_eq!(Reply::parse(&vec![b'2'; MAX_REPLY + 1]), Err(Malformed));
        let endless = b"250-x\r\n".repeat(MAX_REPLY / 7 + 1);
        assert_eq!(Reply::parse(&endless), Err(Malformed));
    }

    #[test]
    fn what_is_not_a_reply_is_malformed() {
        let lines =
            ["", "25", "abc ok", "150 x", "650 x", "2x0 x", "250_x", "+OK", "250-a\r\n251 b"];
        for line in lines {
            let input = format!("{line}\r\n");
            assert_eq!(Reply::parse(input.as_bytes()), Err(Malformed), "{line}");
        }
    }

    #[test]
    fn no_input_panics() {
        // Every string of up to five symbols of those that the parser looks at.
        let symbols = *b"25-. \r\n\xffx0";
        let mut inputs = vec![Vec::new()];
        for length in 0..5 {
            let longer: Vec<Vec<u8>> = inputs
                .iter()
                .filter(|input| input.len() == length)
                .flat_map(|input| symbols.map(|byte| [&input[..], &[byte]].concat()))
                .collect();
            inputs.extend(longer);
        }
        for input in inputs {
            if let Ok(Some((reply, taken))) = Reply::parse(&input) {
                assert!(taken <= input.len());
                assert!(reply.queue_id().is_none_or(|id| reply.text().contains(id)));
            }
        }
    }

    #[test]
    fn enhanced_codes_are_read_strictly() {
        assert_eq!(reply("550 5.7.515 bulk").to_string(), "550 5.7.515");
        for text in ["5.1", "5.1.1.1", "3.1.1", "5.1.x", "5..1", "5.1.1234", "55.1.1", "", "+5.1.1"]
        {
            assert_eq!(Enhanced::parse(text), None, "{text}");
        }
    }

    #[test]
    fn queue_ids_of_known_forms() {
        let ses = "0102018f3b2a4c7d-1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809-000000";
        let ses_line = format!("250 Ok {ses}");
        for (line, id) in [
            ("250 2.0.0 Ok: queued as 4XyZ9k1", Some("4XyZ9k1")),
            ("250 Ok: queued as ismtpd0001p1.", Some("ismtpd0001p1")),
            (ses_line.as_str(), Some(ses)),
            ("250 OK id=1qXyZ0-0003Ab-1C", Some("1qXyZ0-0003Ab-1C")),
            ("250 2.0.0 5AQ1b2c3 Message accepted for delivery", Some("5AQ1b2c3")),
            ("250 2.0.0 Message accepted for delivery", None),
            ("250 2.0.0 OK  1711111111 d2e1a72fcca58-6e6aa.12 - gsmtp", None),
            ("250 2.0.0 Ok", None),
            ("250 queued", None),
        ] {
            assert_eq!(reply(line).queue_id(), id, "{line}");
        }
    }

    #[test]
    fn the_text_stays_out_of_debug_and_display() {
        let reply = reply("550 5.1.1 <someone@example.com> unknown");
        assert_eq!(format!("{reply} {reply:?}"), "550 5.1.1 Reply(550 5.1.1)");
        assert_eq!(reply.text(), "5.1.1 <someone@example.com> unknown");
    }
}
