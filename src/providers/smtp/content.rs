//! A message as `DATA` carries it.

/// Content with CRLF line ends, dot-stuffed, with the final dot.
pub(super) struct Content {
    bytes: Vec<u8>,
    size: usize,
    eight_bit: bool,
    utf8_headers: bool,
}

impl Content {
    /// A bare CR or LF becomes CRLF: to some servers it ends a line, and a dot after it would end
    /// the message and begin a smuggled one.
    pub(super) fn new(message: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(message.len() + message.len() / 64 + 8);
        let mut dots = 0;
        let mut rest = message;
        while let Some(first) = rest.first() {
            if *first == b'.' {
                bytes.push(b'.');
                dots += 1;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (line, tail) =
                rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            bytes.extend_from_slice(line);
            bytes.extend_from_slice(b"\r\n");
            rest = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
        }
        let size = bytes.len() - dots;
        bytes.extend_from_slice(b".\r\n");
        let eight_bit = !message.is_ascii();
        Self { bytes, size, eight_bit, utf8_headers: eight_bit && has_utf8_headers(message) }
    }

    /// All of it, for the wire.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What `SIZE=` counts: CRLF line ends, neither stuffing nor the final dot.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether it needs `8BITMIME`.
    pub(super) fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Whether it needs `SMTPUTF8`.
    pub(super) fn has_utf8_headers(&self) -> bool {
        self.utf8_headers
    }
}

fn has_utf8_headers(message: &[u8]) -> bool {
    let headers =
        message.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty() && *line != b"\r");
    headers.into_iter().any(|line| !line.is_ascii())
}

#[cfg(test)]
mod tests {
    use std::str;

    use super::*;

    fn wire(message: &str) -> String {
        str::from_utf8(Content::new(message.as_bytes()).as_bytes()).unwrap().to_owned()
    }

    #[test]
    fn dots_are_stuffed_and_ends_of_lines_are_crlf() {
        for (message, expected) in [
            ("", ".\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            ("a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n.\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\r.\rb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\r\n\r\n\r\nb", "a\r\n\r\n\r\nb\r\n.\r\n"),
            ("a\n\rb", "a\r\n\r\nb\r\n.\r\n"),
        ] {
            assert_eq!(wire(message), expected, "{message:?}");
        }
    }

    #[test]
    fn the_size_counts_neither_stuffing_nor_the_final_dot() {
        assert_eq!(Content::new(b"a\n.b\r\n").size(), "a\r\n.b\r\n".len());
    }

    #[test]
    fn utf8_in_headers_differs_from_utf8_in_the_body() {
        let body = Content::new("Subject: a\r\n\r\né\r\n".as_bytes());
        let header = Content::new("Subject: é\r\n\r\na\r\n".as_bytes());
        assert!(body.is_eight_bit() && !body.has_utf8_headers());
        assert!(header.is_eight_bit() && header.has_utf8_headers());
    }
}
