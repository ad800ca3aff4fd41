//! Forms that carry mails: `multipart/form-data` and `application/x-www-form-urlencoded`.

use std::convert::Infallible;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt as _, stream};
use multer::{Field, Multipart};
use percent_encoding::percent_decode_str;

use super::{Request, WebhookError, mail};
use crate::http::form;

/// A field of a form.
#[derive(Clone)]
pub(crate) struct Part {
    /// Its name.
    pub(crate) name: String,
    /// The file's name, where it is a file.
    pub(crate) filename: Option<String>,
    /// Its media type, where it is told.
    pub(crate) content_type: Option<String>,
    /// Its bytes.
    pub(crate) body: Bytes,
}

#[cfg(feature = "mailgun")]
impl Part {
    /// All that it says.
    pub(crate) fn facts(&self) -> [&[u8]; 4] {
        let [filename, content_type] = [&self.filename, &self.content_type]
            .map(|text| text.as_deref().unwrap_or_default().as_bytes());
        [self.name.as_bytes(), filename, content_type, &self.body]
    }
}

/// Whether the body begins with the boundary that its `Content-Type` names. No signature covers
/// that header: whoever changes it could have what a person wrote read as another form.
#[cfg(feature = "sendgrid")]
pub(crate) fn is_framed(request: &Request) -> bool {
    let boundary = multer::parse_boundary(request.header("content-type").unwrap_or_default());
    boundary.is_ok_and(|boundary| {
        let rest = request.body.strip_prefix(b"--");
        let rest = rest.and_then(|rest| rest.strip_prefix(boundary.as_bytes()));
        rest.is_some_and(|rest| rest.starts_with(b"\r\n"))
    })
}

/// Reads the fields of a form, in order, repeated ones too.
pub(crate) fn read(request: &Request) -> Result<Vec<Part>, WebhookError> {
    let content_type = request.header("content-type").unwrap_or_default();
    if is(content_type, "application/x-www-form-urlencoded") {
        return Ok(pairs(&request.body));
    }
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| WebhookError::payload("the body is no form, or its boundary is missing"))?;
    // All of it is here, so that nothing is waited for.
    let whole = stream::iter([Ok::<_, Infallible>(request.body.clone())]);
    let parts = parts(Multipart::new(whole, boundary)).now_or_never();
    parts.and_then(Result::ok).ok_or_else(|| {
        WebhookError::payload("the form is broken or cut short: hand over the raw bytes")
    })
}

/// The pairs of a form, their values byte for byte: a raw mail need not be UTF-8.
fn pairs(body: &[u8]) -> Vec<Part> {
    let pairs = form::decode_bytes(body).map(|(name, value)| Part {
        name: String::from_utf8_lossy(&name).into_owned(),
        filename: None,
        content_type: None,
        body: value.into_owned().into(),
    });
    pairs.collect()
}

/// Whether a content type is `name`, whatever its parameters.
pub(crate) fn is(content_type: &str, name: &str) -> bool {
    content_type.split(';').next().is_some_and(|main| main.trim().eq_ignore_ascii_case(name))
}

async fn parts(mut form: Multipart<'_>) -> multer::Result<Vec<Part>> {
    let mut parts = Vec::new();
    while let Some(mut field) = form.next_field().await? {
        let mut body = field.chunk().await?.unwrap_or_default();
        while let Some(more) = field.chunk().await? {
            let mut whole = BytesMut::from(body);
            whole.extend_from_slice(&more);
            body = whole.freeze();
        }
        let header = |name| field.headers().get(name).and_then(|value| value.to_str().ok());
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            filename: filename(&field, header("content-disposition")),
            content_type: header("content-type").map(str::to_owned),
            body,
        });
    }
    Ok(parts)
}

/// The name as RFC 5987 writes it, which has every letter, else the plain one.
fn filename(field: &Field<'_>, disposition: Option<&str>) -> Option<String> {
    let extended = disposition.and_then(|text| {
        let value = text.split(';').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("filename*").then_some(value)
        })?;
        let (charset, value) = value.trim().split_once('\'')?;
        let (_language, name) = value.split_once('\'')?;
        let name: Vec<u8> = percent_decode_str(name.trim()).collect();
        Some(mail::decode(&name, Some(charset)))
    });
    extended.or_else(|| field.file_name().map(str::to_owned)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn parse(content_type: &str, body: &str) -> Result<Vec<Part>, WebhookError> {
        let mut request = Request::post("https://erp.example.net/", body.to_owned());
        request.headers.insert("content-type", HeaderValue::from_str(content_type).unwrap());
        read(&request)
    }

    #[test]
    fn fields_and_files_come_out_in_order_byte_for_byte() {
        let body = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nगुड़\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"attachment-1\"; filename=\"a.txt\"; filename*=UTF-8''%E0%A4%97.txt\r\n\
                    Content-Type: text/plain\r\n\r\nline\r\n--no\r\n\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--b--\r\n";
        let parts = parse("multipart/form-data; boundary=\"b\"", body).unwrap();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0].name, "subject");
        assert_eq!(parts[0].body, "गुड़".as_bytes());
        assert_eq!(parts[1].filename.as_deref(), Some("ग.txt"));
        assert_eq!(parts[1].content_type.as_deref(), Some("text/plain"));
        assert_eq!(parts[1].body, "line\r\n--no\r\n".as_bytes());
        assert_eq!(parts[2].body, "");
    }

    #[test]
    fn pairs_are_fields_too() {
        let parts =
            parse("application/x-www-form-urlencoded; charset=utf-8", "a=1&b=x+y%21&a=2").unwrap();
        let pairs: Vec<_> = parts.iter().map(|part| (&part.name[..], &part.body[..])).collect();
        assert_eq!(pairs, [("a", &b"1"[..]), ("b", b"x y!"), ("a", b"2")]);
    }

    #[test]
    fn pairs_come_out_byte_for_byte() {
        let parts = parse(
            "application/x-www-form-urlencoded",
            "body-mime=caf%E9+%2B%00%zz%4&%E9=x&&empty&=y&a==b=",
        )
        .unwrap();
        let pairs: Vec<_> = parts.iter().map(|part| (&part.name[..], &part.body[..])).collect();
        assert_eq!(
            pairs,
            [
                ("body-mime", &b"caf\xe9 +\0%zz%4"[..]),
                ("\u{fffd}", b"x"),
                ("empty", b""),
                ("", b"y"),
                ("a", b"=b=")
            ]
        );
    }

    #[test]
    fn the_name_of_a_file_is_read_in_its_charset() {
        for (written, name) in [
            ("filename*=UTF-8''%E0%A4%97.txt", Some("ग.txt")),
            ("filename=\"x.txt\"; filename*=iso-8859-1'en'caf%E9.txt", Some("café.txt")),
            ("filename*=Shift_JIS''%83n.txt", Some("ハ.txt")),
            ("filename=\"x.txt\"; filename*=broken", Some("x.txt")),
            ("filename=\"\"", None),
        ] {
            let body = format!(
                "--b\r\nContent-Disposition: form-data; name=\"a\"; {written}\r\n\r\n\r\n--b--\r\n"
            );
            let parts = parse("multipart/form-data; boundary=b", &body).unwrap();
            assert_eq!(parts[0].filename.as_deref(), name, "{written}");
        }
    }

    #[test]
    #[cfg(feature = "sendgrid")]
    fn a_body_is_framed_by_the_boundary_that_it_begins_with() {
        let framed = |content_type: &str, body: &str| {
            let mut request = Request::post("https://erp.example.net/", body.to_owned());
            request.headers.insert("content-type", HeaderValue::from_str(content_type).unwrap());
            is_framed(&request)
        };
        assert!(framed("multipart/form-data; boundary=b", "--b\r\nx"));
        for (content_type, body) in [
            ("multipart/form-data; boundary=c", "--b\r\nx\r\n--c\r\ny"),
            ("multipart/form-data; boundary=b", "x\r\n--b\r\n"),
            ("multipart/form-data; boundary=b", "--bc\r\n"),
            ("multipart/form-data", "--b\r\n"),
            ("application/x-www-form-urlencoded", "--b\r\n"),
        ] {
            assert!(!framed(content_type, body), "{content_type} {body}");
        }
    }

    #[test]
    fn what_is_no_form_or_cut_short_is_refused() {
        for (content_type, body) in [
            ("application/json", "{}"),
            ("multipart/form-data", ""),
            ("multipart/form-data; boundary=b", ""),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"a\"",
            ),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
            ),
        ] {
            assert!(parse(content_type, body).is_err(), "{content_type} {body}");
        }
    }
}
