//! Files: those of messages to be sent, and those that came in.
//!
//! Source: [Media](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media).

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde::Deserialize;

use super::{Meta, Scheme, checked_id, labelled};
use crate::{
    debug::show,
    error::{Error, ErrorKind, Fault, Result},
    http::{Truncated, answer::number, connection::read, multipart::Form},
    message::MediaKind,
};

/// The host that files are fetched from; the token goes to no other but the endpoint's.
const HOST: &str = "lookaside.fbsbx.com";

/// The largest file of each kind, in bytes. Whether Meta counts in 1000 or 1024 is not documented:
/// the larger is taken.
const MB: usize = 1024 * 1024;
const LARGEST: usize = 100 * MB;

const AUDIO: &[&str] = &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"];
const IMAGE: &[&str] = &["image/jpeg", "image/png"];
const VIDEO: &[&str] = &["video/mp4", "video/3gp"];

/// Files: [`Meta::media`].
#[derive(Clone, Copy, Debug)]
pub struct MediaFiles<'a> {
    pub(super) account: &'a Meta,
}

/// A file to upload.
#[non_exhaustive]
#[derive(Clone)]
pub struct MediaFile {
    /// What it is to be sent as.
    pub kind: MediaKind,
    /// Its name.
    pub filename: String,
    /// Its media type, such as `application/pdf`.
    pub content_type: String,
    /// Its bytes: up to 16 MB of sound or video, 5 MB of a picture, 500 KB of a sticker, 100 MB of
    /// a document.
    pub content: Bytes,
    /// For how many minutes Meta keeps it. Default: 30 days.
    pub ttl_minutes: Option<u32>,
}

impl MediaFile {
    /// A file that is kept for 30 days.
    #[must_use]
    pub fn new(
        kind: MediaKind,
        filename: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        Self {
            kind,
            filename: filename.into(),
            content_type: content_type.into(),
            content: content.into(),
            ttl_minutes: None,
        }
    }

    /// Sets for how many minutes Meta keeps it.
    #[must_use]
    pub fn ttl_minutes(mut self, minutes: u32) -> Self {
        self.ttl_minutes = Some(minutes);
        self
    }

    fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let (types, most): (&[&str], usize) = match self.kind {
            MediaKind::Audio => (AUDIO, 16 * MB),
            MediaKind::Voice => (&["audio/ogg"], 16 * MB),
            // Others than those on the page are taken without a promise.
            MediaKind::Document => (&[], LARGEST),
            MediaKind::Image => (IMAGE, 5 * MB),
            MediaKind::Sticker => (&["image/webp"], 500 * 1024),
            MediaKind::Video => (VIDEO, 16 * MB),
        };
        let bare = self.content_type.split(';').next().unwrap_or_default().trim();
        let named =
            bare.split_once('/').is_some_and(|(kind, sub)| !kind.is_empty() && !sub.is_empty());
        if !named || self.content_type.contains(['\r', '\n']) {
            let remedy = "write one such as application/pdf";
            faults.push(Fault::new("content_type", "is no media type", remedy));
        } else if !types.is_empty() && !types.iter().any(|one| one.eq_ignore_ascii_case(bare)) {
            let remedy = format!("take {}", types.join(", "));
            faults.push(Fault::new("content_type", "is not taken for this kind", remedy));
        }
        if self.content.is_empty() {
            faults.push(Fault::new("content", "is empty", "hand in the file's bytes"));
        }
        if self.content.len() > most {
            let problem = format!("has {} bytes, the limit is {most}", self.content.len());
            faults.push(Fault::new("content", problem, "make it smaller"));
        }
        if self.filename.trim().is_empty() {
            faults.push(Fault::new("filename", "is empty", "name the file"));
        }
        super::invalid(faults)
    }
}

impl fmt::Debug for MediaFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaFile")
            .field("kind", &self.kind)
            .field("content_type", &self.content_type)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// What Meta knows of a file.
#[non_exhaustive]
#[derive(Clone, Deserialize)]
pub struct MediaInfo {
    /// Its id.
    pub id: String,
    /// Where it is fetched, for 5 minutes: [`MediaFiles::download`].
    pub url: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// Its SHA-256; in hexadecimal here, in base64 in webhooks.
    pub sha256: Option<String>,
    /// How many bytes it has.
    #[serde(default, deserialize_with = "number")] // some of Meta's samples write it as text
    pub file_size: Option<u64>,
}

show!(MediaInfo { id, mime_type, file_size });

/// A file that was fetched.
#[non_exhaustive]
#[derive(Clone)]
pub struct DownloadedMedia {
    /// Its bytes.
    pub content: Bytes,
    /// Its media type, where the server names one.
    pub content_type: Option<String>,
}

impl fmt::Debug for DownloadedMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DownloadedMedia({} bytes, {:?})", self.content.len(), self.content_type)
    }
}

#[derive(Deserialize)]
struct Uploaded {
    id: String,
}

impl MediaFiles<'_> {
    /// Uploads a file for messages of this number, and gives its id, which
    /// [`Media::uploaded`](crate::Media::uploaded) takes.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](ErrorKind::InvalidMessage), unsent, for a type or size that the kind
    /// cannot have.
    pub async fn upload(&self, file: &MediaFile) -> Result<String> {
        file.validate()?;
        let mut form = Form::default();
        form.text("messaging_product", "whatsapp");
        form.text("type", file.content_type.clone());
        if let Some(minutes) = file.ttl_minutes {
            form.text("ttl_minutes", minutes.to_string());
        }
        form.file("file", &file.filename, &file.content_type, file.content.clone());
        let (content_type, body) = form.finish();
        let mut request = self.account.request(Method::POST, &self.account.number_path("media"))?;
        *request.body_mut() = body;
        let content_type = HeaderValue::from_str(&content_type);
        let content_type = content_type.map_err(|_| labelled(Error::config("no boundary")))?;
        request.headers_mut().insert(header::CONTENT_TYPE, content_type);
        Ok(self.account.answer::<Uploaded>(request).await?.id)
    }

    /// What Meta knows of a file of this number, with the URL that it is fetched from.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for an id that is unknown or expired: those of own uploads
    /// live 30 days, those that came in 7 days.
    pub async fn get(&self, media_id: &str) -> Result<MediaInfo> {
        let number = Some(&*self.account.phone_number_id);
        let id = checked_id("media_id", media_id)?;
        self.account.get(&id, &[("phone_number_id", number)]).await
    }

    /// Fetches the file behind the URL of [`get`](Self::get) or of a webhook. The token goes along,
    /// so the URL must be of Meta's host `lookaside.fbsbx.com`, or of the account's endpoint.
    ///
    /// The default transport reads 1 MiB; files are up to 100 MB: see
    /// `ReqwestTransport::with_limit`.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](ErrorKind::InvalidMessage), unsent, for a URL of another host;
    /// [`Expired`](ErrorKind::Expired) after its 5 minutes: get a new one.
    pub async fn download(&self, url: &str) -> Result<DownloadedMedia> {
        let request = self.download_request(url)?;
        let answer = self.account.fetch(request, Scheme::Bearer).await;
        let response = answer.map_err(|error| match error.status() {
            Some(status @ (401 | 404)) if error.code().is_none() => {
                let message = "the URL of the file has expired; get a new one";
                labelled(Error::new(ErrorKind::Expired, message).with_status(status))
            }
            _ => error,
        })?;
        if Truncated::of(&response) {
            let message =
                "the file is larger than the transport reads; hand in one that reads more";
            return Err(labelled(Error::config(message)));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(Into::into);
        Ok(DownloadedMedia { content: response.into_body(), content_type })
    }

    fn download_request(self, url: &str) -> Result<Request<Bytes>> {
        let parsed = url::Url::parse(url).ok().filter(|url| {
            let metas = url.scheme() == "https"
                && url.host_str() == Some(HOST)
                && url.port_or_known_default() == Some(443);
            let bare = url.username().is_empty() && url.password().is_none();
            bare && (metas || url.origin() == self.account.connection.endpoint().origin())
        });
        let Some(parsed) = parsed else {
            let remedy = format!("take the URL of `get` or of a webhook, at {HOST}");
            let fault = Fault::new("url", "is not of Meta's host", remedy);
            return Err(labelled(Error::invalid(vec![fault])));
        };
        Request::get(parsed.as_str())
            // Without one the host is said to refuse.
            .header(header::USER_AGENT, concat!("dakiya/", env!("CARGO_PKG_VERSION")))
            .body(Bytes::new())
            .map_err(|_| labelled(Error::config("the file's URL is none")))
    }

    /// Deletes a file of this number.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub async fn delete(&self, media_id: &str) -> Result<()> {
        let number = Some(&*self.account.phone_number_id);
        let id = checked_id("media_id", media_id)?;
        self.account.delete(&id, &[("phone_number_id", number)]).await
    }
}

#[derive(Deserialize)]
pub(super) struct Handle {
    pub(super) h: String,
}

pub(super) fn handle(response: &http::Response<Bytes>) -> Result<String> {
    Ok(read::<Handle>(response).map_err(labelled)?.h)
}
