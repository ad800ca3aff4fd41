//! What each provider answers to a message that it takes.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How a request begins, and the answer to it.
const ANSWERS: [(&str, &str); 6] = [
    (
        "POST /v6/mail/send ",
        "HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\n\r\n\
         {\"status\":\"success\",\"message\":\"OK\",\"data\":{\"message_id\":\"0193a3c6f1f27f0d\"}}",
    ),
    (
        "POST /BulkSms/",
        "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n\r\n\
         <?xml version='1.0' encoding='ISO-8859-1'?><!DOCTYPE RESULT SYSTEM \
         'https://bulkpush.mytoday.com/BulkSms/BulkSmsRespV1.01.dtd'>\
         <RESULT REQID ='1546384740'>\n\
         <MID SUBMITDATE='2026-02-01 18:09:36' ID='1' TID = '137764215'>\n</MID>\n</RESULT>",
    ),
    (
        "POST /v3/mail/send ",
        "HTTP/1.1 202 Accepted\r\nx-message-id: 14c5d75ce93.dfd.64b469\r\n\r\n",
    ),
    (
        "POST /v2/email/outbound-emails ",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
         x-amzn-requestid: 3b8c1d5e-7a60-4b1f-9f0a-2d6a0f4c9e11\r\n\r\n\
         {\"MessageId\":\"010001890f0e4c5a-4f2c9c0e-5b7a-4d2f-9c3e-3f1c9c0e5b7a-000000\"}",
    ),
    (
        "POST /2010-04-01/",
        "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n\r\n\
         {\"account_sid\":\"AC0123456789abcdef0123456789abcdef\",\"api_version\":\"2010-04-01\",\
         \"body\":\"Dear Asha, your order 4711 of Rs. 1,249.00 is on its way.\",\
         \"date_created\":\"Sun, 01 Feb 2026 12:39:36 +0000\",\"date_sent\":null,\
         \"date_updated\":\"Sun, 01 Feb 2026 12:39:36 +0000\",\"direction\":\"outbound-api\",\
         \"error_code\":null,\"error_message\":null,\"from\":\"+14155550100\",\
         \"messaging_service_sid\":null,\"num_media\":\"0\",\"num_segments\":\"1\",\
         \"price\":null,\"price_unit\":\"USD\",\"sid\":\"SM0123456789abcdef0123456789abcdef\",\
         \"status\":\"queued\",\"subresource_uris\":{\"media\":\"/2010-04-01/Accounts/\
         AC0123456789abcdef0123456789abcdef/Messages/SM0123456789abcdef0123456789abcdef/\
         Media.json\"},\"to\":\"+919845000012\",\"uri\":\"/2010-04-01/Accounts/\
         AC0123456789abcdef0123456789abcdef/Messages/SM0123456789abcdef0123456789abcdef.json\"}",
    ),
    (
        "POST /v25.0/",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n\
         {\"messaging_product\":\"whatsapp\",\"contacts\":[{\"input\":\"+919845000012\",\
         \"wa_id\":\"919845000012\"}],\"messages\":[{\"id\":\
         \"wamid.HBgMOTE5ODQ1MDAwMDEyFQIAERgSQzRFMkY1QjA3QTM4N0E5RTdDAA==\"}]}",
    ),
];

/// Serves one connection, request after request, until it closes.
pub(super) async fn serve(mut stream: TcpStream) -> Option<()> {
    let answers = ANSWERS.map(|(begin, answer)| {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let length = body.len();
        (begin, format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}"))
    });
    let mut request = Vec::with_capacity(16 * 1024);
    loop {
        let length = loop {
            match length(&request) {
                Some(length) if length <= request.len() => break length,
                _ if stream.read_buf(&mut request).await.ok()? == 0 => return None,
                _ => {}
            }
        };
        let asked = |(begin, _): &&(&str, String)| request.starts_with(begin.as_bytes());
        let (_, answer) = answers.iter().find(asked).unwrap();
        request.drain(..length);
        stream.write_all(answer.as_bytes()).await.ok()?;
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
