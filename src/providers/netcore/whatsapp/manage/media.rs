//! Files to send by id, and files that people sent.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, header};

use super::super::{Account, LABEL, error::from_response, wire::accepted};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    http::{Truncated, connection::segment, multipart::Form},
};

/// The most bytes of a file, by the beginning of its type.
///
/// Source: [WhatsApp's supported
/// media](https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media).
const SIZES: [(&str, usize); 4] = [
    ("image/webp", 500 << 10), // a sticker; one that does not move has 100 KB
    ("image/", 5 << 20),
    ("audio/", 16 << 20),
    ("video/", 16 << 20),
];

/// The most bytes of any other: a document.
const DOCUMENT: usize = 100 << 20;

/// Files to send by id, and files that people sent. By
/// [`Account::media`](super::super::Account::media).
///
/// Files can be deleted in the dashboard; the call for it is not public.
#[derive(Clone, Copy, Debug)]
pub struct MediaFiles<'a> {
    account: &'a Account,
}

/// A file that was fetched.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct DownloadedMedia {
    /// Its type, such as `image/jpeg`, where the answer names it.
    pub content_type: Option<String>,
    /// What it holds.
    pub content: Bytes,
}

impl<'a> MediaFiles<'a> {
    pub(in super::super) fn new(account: &'a Account) -> Self {
        Self { account }
    }

    /// Uploads a file and gives its id, for [`Media::uploaded`](crate::Media::uploaded). Netcore
    /// advises links for videos and stickers.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) for a file over WhatsApp's limits;
    /// else as for a send.
    pub async fn upload(
        &self,
        filename: &str,
        content_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<String> {
        let named = |error: Error| error.with_provider(LABEL);
        let content = content.into();
        check(filename, content_type, &content).map_err(named)?;
        let mut form = Form::default();
        form.file("file", filename, content_type, content);
        let (content_type, body) = form.finish();
        let legacy = &self.account.legacy;
        let mut request = legacy.request(Method::POST, "media/upload/", body).map_err(named)?;
        let value = HeaderValue::try_from(content_type);
        let value = value.map_err(|_| named(Error::config("the form has no type")))?;
        request.headers_mut().insert(header::CONTENT_TYPE, value);
        let response = self.account.call_legacy(request).await?;
        let body = accepted(self.account, &response).map_err(named)?;
        let id = body.get("data").and_then(|data| data.get("mediaId"));
        id.and_then(super::super::super::answer::text).ok_or_else(|| {
            named(Error::new(ErrorKind::Response, "uploaded, but the answer names no id"))
        })
    }

    /// Fetches a file by its id, one of a message that came in too. Do so promptly: how long they
    /// are kept is not documented.
    ///
    /// # Errors
    ///
    /// [`Response`](crate::ErrorKind::Response) for a file that is longer than the transport
    /// reads; else as for a send.
    pub async fn download(&self, id: &str) -> Result<DownloadedMedia> {
        let named = |error: Error| error.with_provider(LABEL);
        if id.trim().is_empty() {
            let fault = Fault::new("id", "is empty", "write the file's id");
            return Err(named(Error::invalid(vec![fault])));
        }
        let path = format!("media/{}", segment(id));
        let request = self.account.legacy.request(Method::GET, &path, Bytes::new());
        let response = self.account.call_legacy(request.map_err(named)?).await?;
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        // A file has no wrapper, and so JSON around none is a refusal.
        let json = content_type.as_deref().is_some_and(|name| name.starts_with("application/json"));
        if !response.status().is_success() || json && !is_file(response.body()) {
            return Err(named(from_response(&response, self.account.now())));
        }
        if Truncated::of(&response) {
            let message = "the file is longer than the transport reads";
            return Err(named(Error::new(ErrorKind::Response, message)));
        }
        Ok(DownloadedMedia { content_type, content: response.into_body() })
    }
}

/// Whether a JSON body is what somebody sent, and no word of the provider's.
fn is_file(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .map_or(true, |body| body.get("status").is_none() && body.get("error").is_none())
}

fn check(filename: &str, content_type: &str, content: &Bytes) -> Result<()> {
    let mut faults = Vec::new();
    if filename.trim().is_empty() {
        faults.push(Fault::new("filename", "is empty", "write one, with its ending"));
    }
    if !content_type.contains('/') {
        let remedy = "write one, such as image/jpeg";
        faults.push(Fault::new("content_type", "is no media type", remedy));
    }
    let sort = SIZES.iter().find(|(name, _)| content_type.starts_with(name));
    let limit = sort.map_or(DOCUMENT, |(_, limit)| *limit);
    if content.is_empty() || content.len() > limit {
        let problem = format!("has {} bytes, WhatsApp takes 1 to {limit}", content.len());
        faults.push(Fault::new("content", problem, "send a smaller file"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

impl fmt::Debug for DownloadedMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadedMedia")
            .field("content_type", &self.content_type)
            .field("bytes", &self.content.len())
            .finish()
    }
}
