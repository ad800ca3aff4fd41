//! Netcore's answers to a mail and to a text message.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const MAIL: &str =
    r#"{"status":"success","message":"OK","data":{"message_id":"0193a3c6f1f27f0d"}}"#;
const SMS: &str = "<?xml version='1.0' encoding='ISO-8859-1'?><!DOCTYPE RESULT SYSTEM \
                   'https://bulkpush.mytoday.com/BulkSms/BulkSmsRespV1.01.dtd'>\
                   <RESULT REQID ='1546384740'>\n\
                   <MID SUBMITDATE='2026-02-01 18:09:36' ID='1' TID = '137764215'>\n</MID>\n</RESULT>";

/// Serves one connection, request after request, until it closes.
pub(super) async fn serve(mut stream: TcpStream) -> Option<()> {
    let answer = |status: &str, kind: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    let mail = answer("202 Accepted", "application/json", MAIL);
    let sms = answer("200 OK", "text/xml", SMS);
    let mut request = Vec::with_capacity(16 * 1024);
    loop {
        let length = loop {
            match length(&request) {
                Some(length) if length <= request.len() => break length,
                _ if stream.read_buf(&mut request).await.ok()? == 0 => return None,
                _ => {}
            }
        };
        let is_mail = request.starts_with(b"POST /v6/mail/send ");
        request.drain(..length);
        stream.write_all(if is_mail { &mail } else { &sms }.as_bytes()).await.ok()?;
    }
}

/// How long the request is, once its head is there.
fn length(request: &[u8]) -> Option<usize> {
    let head = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head_text = std::str::from_utf8(&request[..head]).unwrap();
    let body = head_text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    Some(head + body.unwrap_or_default())
}
