//! Files: up, looked at, down, deleted; and resumable uploads.

use dakiya::{
    ErrorKind, MediaKind, http::Truncated, meta::manage::MediaFile, testing::MockTransport,
};
use serde_json::json;

use super::{APP, NUMBER, TOKEN, account, answered, asked, refused};

const URL: &str = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=77&hash=AbC";

#[tokio::test]
async fn a_file_is_uploaded_in_parts() {
    let (account, mock) = answered(&json!({"id": "7788"}));
    let file = MediaFile::new(MediaKind::Image, "a.png", "image/png", &b"png!"[..]).ttl_minutes(60);
    assert_eq!(account.media().upload(&file).await.unwrap(), "7788");
    let (method, path, _) = asked(&mock);
    assert_eq!((&*method, path), ("POST", format!("/v26.0/{NUMBER}/media")));
    let request = &mock.requests()[0];
    let content_type = request.headers()["content-type"].to_str().unwrap().to_owned();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let part = |name: &str, value: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
    };
    let expected = format!(
        "{}{}{}--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; \
         filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npng!\r\n--{boundary}--\r\n",
        part("messaging_product", "whatsapp"),
        part("type", "image/png"),
        part("ttl_minutes", "60"),
    );
    assert_eq!(request.body(), expected.as_bytes());
    assert!(!format!("{file:?}").contains("a.png"));
}

#[tokio::test]
async fn types_and_sizes_are_checked_before_the_upload() {
    let bytes = |count: usize| vec![b'x'; count];
    let mb = 1024 * 1024;
    let (account, mock) = answered(&json!({"id": "1"}));
    for (kind, content_type, size, field) in [
        (MediaKind::Image, "image/gif", 1, "content_type"),
        (MediaKind::Image, "image/png", 5 * mb + 1, "content"),
        (MediaKind::Audio, "audio/wav", 1, "content_type"),
        (MediaKind::Audio, "audio/mpeg", 16 * mb + 1, "content"),
        (MediaKind::Voice, "audio/mpeg", 1, "content_type"),
        (MediaKind::Video, "video/webm", 1, "content_type"),
        (MediaKind::Video, "video/mp4", 16 * mb + 1, "content"),
        (MediaKind::Sticker, "image/png", 1, "content_type"),
        (MediaKind::Sticker, "image/webp", 500 * 1024 + 1, "content"),
        (MediaKind::Document, "application/pdf", 100 * mb + 1, "content"),
        (MediaKind::Document, "pdf", 1, "content_type"),
        (MediaKind::Document, "application/pdf\r\nX: y", 1, "content_type"),
        (MediaKind::Image, "image/png", 0, "content"),
    ] {
        let file = MediaFile::new(kind, "a", content_type, bytes(size));
        refused(account.media().upload(&file).await, &mock, field);
    }
    for (kind, content_type) in [
        (MediaKind::Voice, "audio/ogg; codecs=opus"),
        (MediaKind::Document, "application/vnd.ms-excel"),
        (MediaKind::Document, "application/zip"),
        (MediaKind::Video, "video/3gp"),
        (MediaKind::Image, "IMAGE/JPEG"),
    ] {
        account.media().upload(&MediaFile::new(kind, "a", content_type, bytes(1))).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_is_looked_at_and_deleted_by_its_id() {
    let answer = json!({"messaging_product": "whatsapp", "url": URL, "mime_type": "image/jpeg",
        "sha256": "ab", "file_size": 3037, "id": "77", "more": 1});
    let (account, mock) = answered(&answer);
    let info = account.media().get("77").await.unwrap();
    assert_eq!((&*info.id, &*info.url, info.file_size), ("77", URL, Some(3037)));
    assert!(!format!("{info:?}").contains("hash="));
    let (written, _) = answered(&json!({"url": URL, "file_size": "3037", "id": "77"}));
    assert_eq!(written.media().get("77").await.unwrap().file_size, Some(3037));
    let (method, path, _) = asked(&mock);
    assert_eq!((&*method, path), ("GET", format!("/v26.0/77?phone_number_id={NUMBER}")));

    let (account, mock) = answered(&json!({"success": true}));
    account.media().delete("77").await.unwrap();
    let (method, path, _) = asked(&mock);
    assert_eq!((&*method, path), ("DELETE", format!("/v26.0/77?phone_number_id={NUMBER}")));

    let mock = MockTransport::new();
    refused(super::account(&mock).media().get("../me").await, &mock, "media_id");
}

#[tokio::test]
async fn a_file_is_fetched_from_metas_host_with_the_token() {
    let mut response = dakiya::http::Response::new((&b"jpeg"[..]).into());
    response.headers_mut().insert("content-type", "image/jpeg".parse().unwrap());
    let mock = MockTransport::new().then_response(response);
    let file = account(&mock).media().download(URL).await.unwrap();
    assert_eq!(&file.content[..], b"jpeg");
    assert_eq!(file.content_type.as_deref(), Some("image/jpeg"));
    let request = &mock.requests()[0];
    assert_eq!(request.uri(), URL);
    assert_eq!(request.headers()["authorization"], format!("Bearer {TOKEN}"));
    assert!(request.headers().contains_key("user-agent"));
}

#[tokio::test]
async fn a_file_that_looks_like_an_error_is_a_file() {
    let text = r#"{"error":{"code":131030}}"#;
    let mock = MockTransport::answering(200, text);
    assert_eq!(account(&mock).media().download(URL).await.unwrap().content, text);
}

#[tokio::test]
async fn the_token_goes_to_no_other_host() {
    let mock = MockTransport::answering(200, "x");
    for url in [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://u:p@lookaside.fbsbx.com/x",
        "https://evil.example@lookaside.fbsbx.com/x",
        "https://evil.example/lookaside.fbsbx.com",
        "https://fbsbx.com/x",
        "file:///etc/passwd",
        "x",
        "",
    ] {
        refused(account(&mock).media().download(url).await, &mock, "url");
    }
}

#[tokio::test]
async fn an_expired_url_and_a_file_that_was_cut_are_told() {
    for status in [401, 404] {
        let mock = MockTransport::answering(status, "");
        let error = account(&mock).media().download(URL).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Expired, "{status}");
    }
    let expired = r#"{"error":{"code":190,"error_subcode":463}}"#;
    let mock = MockTransport::answering(401, expired);
    let error = account(&mock).media().download(URL).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let mut response = dakiya::http::Response::new((&b"half"[..]).into());
    response.extensions_mut().insert(Truncated::mark());
    let mock = MockTransport::new().then_response(response);
    let error = account(&mock).media().download(URL).await.unwrap_err();
    assert!(error.to_string().contains("reads more"), "{error}");
}

#[tokio::test]
async fn a_resumable_upload_is_opened_and_then_filled() {
    let mock = MockTransport::new()
        .then(200, r#"{"id":"upload:MTphdHRhY2g=?sig=ARZqkGCA"}"#)
        .then(200, r#"{"h":"4:cGljdHVyZQ==:aW1hZ2U="}"#);
    let upload = account(&mock);
    let handle = upload.uploads().upload("a b.png", "image/png", &b"png!"[..]).await.unwrap();
    assert_eq!(handle, "4:cGljdHVyZQ==:aW1hZ2U=");
    let [open, fill] = &mock.requests()[..] else { panic!("two requests") };
    let path = |request: &dakiya::http::Request<_>| request.uri().to_string();
    assert_eq!(
        path(&open.clone().map(|_| ())),
        format!(
            "https://graph.facebook.com/v26.0/{APP}/uploads?file_name=a%20b.png&file_length=4\
             &file_type=image%2Fpng"
        )
    );
    assert_eq!(open.headers()["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(fill.uri(), "https://graph.facebook.com/v26.0/upload:MTphdHRhY2g=?sig=ARZqkGCA");
    assert_eq!(fill.headers()["authorization"], format!("OAuth {TOKEN}"));
    assert!(fill.headers()["authorization"].is_sensitive());
    assert_eq!(fill.headers()["file_offset"], "0");
    assert_eq!(fill.body(), "png!");
}

#[tokio::test]
async fn a_resumable_upload_needs_an_app_and_a_session() {
    let mock = MockTransport::answering(200, r#"{"id":"../me/accounts"}"#);
    let error = account(&mock).uploads().upload("a", "image/png", &b"x"[..]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Response);
    assert_eq!(mock.requests().len(), 1);
    let mock = MockTransport::new();
    let bare = dakiya::meta::Meta::builder(TOKEN, NUMBER).transport(mock.shared()).build().unwrap();
    refused(bare.uploads().upload("a", "image/png", &b"x"[..]).await, &mock, "app");
    refused(account(&mock).uploads().upload("", "png", &b""[..]).await, &mock, "content");
}
