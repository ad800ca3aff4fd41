//! How SendGrid writes a body: one event per line, and what is left of that after a framework has
//! read it and written it again.

/// How SendGrid ends a line.
pub(super) const CRLF: &[u8] = b"\r\n";

/// `body` with SendGrid's line ends: `,` CRLF between events and CRLF at the end. With `compact`
/// the spaces and line ends inside the events go too. None where it is no array.
pub(super) fn restore(body: &[u8], compact: bool) -> Option<Vec<u8>> {
    let body = body.trim_ascii();
    if !body.starts_with(b"[") || !body.ends_with(b"]") {
        return None;
    }
    let mut restored = Vec::with_capacity(body.len() + body.len() / 64 + CRLF.len());
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for &byte in body {
        if quoted {
            restored.push(byte);
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        if byte.is_ascii_whitespace() && (compact || depth <= 1) {
            continue;
        }
        restored.push(byte);
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => restored.extend_from_slice(CRLF),
            _ => {}
        }
    }
    restored.extend_from_slice(CRLF);
    Some(restored)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: &str = "[{\"a\":\"x, \\\\\\\" y\",\"b\":[1,2]},\r\n{\"a\":{\"c\":1}}]\r\n";

    #[test]
    fn writes_the_line_ends_that_were_lost() {
        let restored = |body: &str, compact| {
            restore(body.as_bytes(), compact).map(|body| String::from_utf8(body).unwrap())
        };
        assert_eq!(restored(WIRE, false).unwrap(), WIRE);
        assert_eq!(restored(&WIRE.replace("\r\n", ""), false).unwrap(), WIRE);
        assert_eq!(restored(&WIRE.replace("\r\n", "\n"), false).unwrap(), WIRE);
        let value: serde_json::Value = serde_json::from_str(WIRE).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(restored(&pretty, true).unwrap(), WIRE);
        assert_ne!(restored(&pretty, false).unwrap(), WIRE);
    }

    #[test]
    fn leaves_alone_what_is_no_array() {
        for body in ["", "[", "]", "{}", "a=b", "\"[]\"", "[}"] {
            assert_eq!(restore(body.as_bytes(), true), None, "{body}");
        }
        assert!(restore(b"]][[\"\\", false).is_none());
        assert_eq!(restore(b"[]", false).unwrap(), b"[]\r\n");
    }
}
