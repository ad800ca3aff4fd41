//! What a host answers with.

use super::*;

#[test]
fn replies_are_xml_that_holds_every_character_it_can() {
    let reply = sms::reply("<a href=\"x\"> & 'नमस्ते'\n\0\u{b}").unwrap();
    assert_eq!(
        std::str::from_utf8(&reply.body).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>&lt;a href=&quot;x&quot;&gt; \
         &amp; &apos;नमस्ते&apos;&#10;</Message></Response>"
    );
    assert_eq!(
        (reply.status, &reply.headers["content-type"]),
        (200, &HeaderValue::from_static("text/xml"))
    );
    let files =
        sms::reply_with_media("", ["https://x.example/1", "https://x.example/2?a&b"]).unwrap();
    assert!(files.body.ends_with(
        b"<Message><Media>https://x.example/1</Media><Media>https://x.example/2?a&amp;b</Media>\
          </Message></Response>"
    ));
    for nothing in [sms::reply("\0"), whatsapp::reply(""), rcs::reply_with_media("", [""])] {
        assert!(nothing.unwrap().body.ends_with(b"?><Response></Response>"));
    }
    let longest = "\u{1f600}".repeat(1600);
    assert!(sms::reply(&longest).is_ok());
    assert_eq!(sms::reply(longest + "x").unwrap_err().kind(), ErrorKind::InvalidMessage);
    assert!(sms::reply_with_media("x", ["https://x.example/1"; 10]).is_ok());
    assert!(sms::reply_with_media("x", ["https://x.example/1"; 11]).is_err());
    let spoken = voice::answer(&[dakiya::Step::say("hi"), dakiya::Step::HangUp]).unwrap();
    assert!(spoken.body.ends_with(b"<Response><Say>hi</Say><Hangup/></Response>"));
    assert!(voice::answer(&[dakiya::Step::say("\0")]).is_err());
}
