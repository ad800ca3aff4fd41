//! `multipart/form-data`, out.

use std::fmt::Write as _;

use bytes::Bytes;

/// A form with files. Its boundary is made from its content, so that the same form is the same
/// bytes.
#[derive(Default)]
pub(crate) struct Form {
    parts: Vec<(String, Bytes)>,
}

impl Form {
    /// Adds a field.
    pub(crate) fn text(&mut self, name: &str, value: impl Into<Bytes>) {
        let head = format!("Content-Disposition: form-data; name=\"{}\"\r\n\r\n", quoted(name));
        self.parts.push((head, value.into()));
    }

    /// Adds a file.
    pub(crate) fn file(
        &mut self,
        name: &str,
        filename: &str,
        content_type: &str,
        content: impl Into<Bytes>,
    ) {
        let (name, filename) = (quoted(name), quoted(filename));
        let mut head =
            format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n");
        let content_type = content_type.replace(['\r', '\n'], "");
        let _ = write!(head, "Content-Type: {content_type}\r\n\r\n");
        self.parts.push((head, content.into()));
    }

    /// The `Content-Type` header, and the body.
    pub(crate) fn finish(self) -> (String, Bytes) {
        let boundary = self.boundary();
        let size: usize = self.parts.iter().map(|(head, body)| head.len() + body.len() + 80).sum();
        let mut out = Vec::with_capacity(size + 80);
        for (head, body) in &self.parts {
            out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            out.extend_from_slice(head.as_bytes());
            out.extend_from_slice(body);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), out.into())
    }

    /// A line that no part holds: the first number that none of them says.
    fn boundary(&self) -> String {
        let holds = |boundary: &str| {
            self.parts.iter().any(|(_, body)| {
                body.windows(boundary.len()).any(|window| window == boundary.as_bytes())
            })
        };
        let mut number = self.parts.iter().map(|(_, body)| body.len() as u64).sum::<u64>();
        loop {
            let boundary = format!("dakiya-{number:032x}");
            if !holds(&boundary) {
                return boundary;
            }
            number = number.wrapping_add(1);
        }
    }
}

/// As browsers write a name between quotes.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_written_and_no_name_breaks_out() {
        let mut form = Form::default();
        form.text("to", "a@example.com");
        form.file("file", "a\"\r\nX: y.pdf", "application/pdf", &b"%PDF"[..]);
        let (content_type, body) = form.finish();
        let boundary = content_type.split_once("boundary=").unwrap().1;
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@example.com\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"a%22%0D%0AX: y.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n\
             --{boundary}--\r\n"
        );
        assert_eq!(body, expected);
    }

    #[test]
    fn the_boundary_is_in_no_part() {
        let mut form = Form::default();
        let first = {
            let mut form = Form::default();
            form.text("a", vec![b'x'; 39]);
            form.boundary()
        };
        form.text("a", first.clone());
        assert_eq!(first.len(), 39);
        assert_ne!(form.boundary(), first);
    }
}
