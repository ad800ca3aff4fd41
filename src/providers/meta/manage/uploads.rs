//! Resumable uploads: examples in templates, and the profile's picture.
//!
//! Source: [Resumable Upload API](https://developers.facebook.com/docs/graph-api/guides/upload).

use bytes::Bytes;
use http::{HeaderValue, Method};
use serde::Deserialize;

use super::{Meta, Scheme, labelled, lacks, media::handle, with_query};
use crate::error::{Error, ErrorKind, Fault, Result};

/// Resumable uploads: [`Meta::uploads`].
#[derive(Clone, Copy, Debug)]
pub struct Uploads<'a> {
    pub(super) account: &'a Meta,
}

#[derive(Deserialize)]
struct Session {
    id: String,
}

impl Uploads<'_> {
    /// Uploads a file and gives the handle that a template's header example
    /// ([`HeaderExample`](super::HeaderExample)) or the profile's picture takes. Two requests: one
    /// opens the upload, one brings the bytes.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) without [`app`](crate::meta::MetaBuilder::app).
    pub async fn upload(
        &self,
        filename: &str,
        content_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<String> {
        let app = self.account.app.as_ref().ok_or_else(|| lacks("app", "the app"))?;
        let content = content.into();
        let mut faults = Vec::new();
        for (field, missing) in [
            ("filename", filename.trim().is_empty()),
            ("content_type", !content_type.contains('/')),
            ("content", content.is_empty()),
        ] {
            if missing {
                faults.push(Fault::new(field, "is missing", "hand it in"));
            }
        }
        super::invalid(faults)?;
        let length = content.len().to_string();
        let path = with_query(
            &format!("{app}/uploads"),
            [
                ("file_name", Some(filename)),
                ("file_length", Some(&*length)),
                ("file_type", Some(content_type)),
            ],
        );
        let open = self.account.request(Method::POST, &path)?;
        let session: Session = self.account.answer(open).await?;
        if !is_session(&session.id) {
            let message = "the upload was opened under an id that is none";
            return Err(labelled(Error::new(ErrorKind::Response, message)));
        }
        let mut send = self.account.request(Method::POST, &session.id)?;
        *send.body_mut() = content;
        send.headers_mut().insert("file_offset", HeaderValue::from_static("0"));
        handle(&self.account.call(send, Scheme::OAuth).await?)
    }
}

/// `upload:…`, which may hold a query of its own, and leads nowhere else.
fn is_session(id: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_~:?=&%+.,".contains(c);
    id.strip_prefix("upload:").is_some_and(|rest| !rest.is_empty() && rest.chars().all(fits))
}
