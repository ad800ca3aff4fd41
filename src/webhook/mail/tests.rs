use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::event::InboundSource;

fn content(media: &InboundMedia) -> &[u8] {
    match &media.source {
        InboundSource::Content(bytes) => bytes,
        other => panic!("{other:?}"),
    }
}

const MIXED: &str = "\
From: =?utf-8?B?4KSG4KS24KS+?= <asha@example.com>\r
To: Shop <shop@example.net>, \"B, C\" <bc@example.net>\r
Cc: Team: a@example.net, b@example.net;\r
Subject: =?utf-8?Q?Re:_=E0=A4=AC?=\r
 =?utf-8?Q?=E0=A4=BF=E0=A4=B2?=\r
Message-ID: <m2@example.com>\r
In-Reply-To: <m1@example.net>\r
References: <m0@example.net>\r
\t<m1@example.net> <x@example.org>\r
Date: Sat, 14 Mar 2026 20:39:26 +0530\r
Received: from a\r
\tby b\r
Received: from c by d\r
Content-Type: multipart/mixed; boundary=\"out er\"\r
\r
preamble\r
--out er\r
Content-Type: multipart/alternative; boundary=in\r
\r
--in\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
caf=E9 =\r
ok\r
--in\r
Content-Type: multipart/related; boundary=rel\r
\r
--rel\r
Content-Type: text/html; charset=utf-8\r
\r
<img src=\"cid:logo\">\r
--rel\r
Content-Type: image/png; name=logo.png\r
Content-Transfer-Encoding: base64\r
Content-ID: <logo>\r
Content-Disposition: inline; filename=logo.png\r
\r
iVBO\r
Rw==\r
--rel--\r
--in\r
Content-Type: text/calendar\r
\r
BEGIN:VCALENDAR\r
--in--\r
--out er\r
Content-Type: message/rfc822\r
\r
Subject: inner\r
Content-Type: multipart/mixed; boundary=deep\r
\r
--deep\r
\r
hello\r
--deep--\r
--out er\r
Content-Type: text/csv\r
Content-Disposition: attachment;\r
 filename*0*=UTF-8''%E0%A4%AC; filename*1*=.csv\r
\r
a,b\r
--out er--\r
epilogue";

#[test]
fn a_mail_of_many_parts_is_read_in_full() {
    let mail = read(MIXED.as_bytes()).unwrap();
    let email = &mail.email;
    assert_eq!(email.subject.as_deref(), Some("Re: बिल"));
    assert_eq!(email.from.as_deref(), Some("आशा <asha@example.com>"));
    assert_eq!(mail.sender.as_deref(), Some("asha@example.com"));
    assert_eq!(email.to, ["shop@example.net", "bc@example.net"]);
    assert_eq!(email.cc, ["a@example.net", "b@example.net"]);
    assert_eq!(email.message_id.as_deref(), Some("m2@example.com"));
    assert_eq!(email.references, ["m0@example.net", "x@example.org", "m1@example.net"]);
    assert_eq!(email.headers["received"], ["from a by b", "from c by d"]);
    assert_eq!(mail.date, Some("2026-03-14T15:09:26Z".parse().unwrap()));
    assert_eq!(mail.text.as_deref(), Some("café ok"));
    assert_eq!(email.html.as_deref(), Some("<img src=\"cid:logo\">"));

    let [logo, calendar, inner, csv] = &mail.media[..] else { panic!("{:?}", mail.media.len()) };
    assert_eq!(content(logo), b"\x89PNG");
    assert_eq!(logo.content_id.as_deref(), Some("logo"));
    assert_eq!(logo.filename.as_deref(), Some("logo.png"));
    assert_eq!(calendar.content_type.as_deref(), Some("text/calendar"));
    assert_eq!(inner.content_type.as_deref(), Some("message/rfc822"));
    assert!(content(inner).starts_with(b"Subject: inner"));
    assert!(content(inner).ends_with(b"--deep--"));
    assert_eq!(csv.filename.as_deref(), Some("ब.csv"));
    assert_eq!(content(csv), b"a,b");
}

#[test]
fn text_in_any_charset_becomes_unicode() {
    for (charset, bytes, text) in [
        ("ISO-8859-1", &b"caf\xe9"[..], "café"),
        ("windows-1252", b"\x80 5", "€ 5"),
        ("utf-8", "नमस्ते".as_bytes(), "नमस्ते"),
        ("shift_jis", b"\x83n\x83\x8D", "ハロ"),
        ("gb18030", b"\xc4\xe3\xba\xc3", "你好"),
        ("us-ascii", b"ok", "ok"),
        ("utf-16", b"\xfe\xff\x09\x2c\0x", "बx"),
        ("UTF-16LE", b"\x2c\x09x\0", "बx"),
        ("iso-2022-jp", b"\x1b$B%O\x1b(B", "ハ"),
        ("koi8-r", b"\xc4\xc1", "да"),
        ("unknown-8bit", b"ok \xff", "ok \u{fffd}"),
        (&"x".repeat(10_000), b"ok", "ok"),
    ] {
        let head = format!("From: a@example.com\nContent-Type: text/plain; charset={charset}\n\n");
        let mail = read(&[head.as_bytes(), bytes].concat()).unwrap();
        assert_eq!(mail.text.as_deref(), Some(text), "{charset}");
        assert_eq!(decode(bytes, Some(charset)), text);
    }
}

#[test]
fn what_a_list_adds_below_is_part_of_the_text() {
    let raw = "From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n\
               --b\n\nhello\n--b\nContent-Type: text/plain\n\nfooter\n--b--\n";
    assert_eq!(read(raw.as_bytes()).unwrap().text.as_deref(), Some("hello\nfooter"));
}

#[test]
fn broken_mails_lose_as_little_as_can_be() {
    assert!(read(b"").is_none());
    assert!(read(b"\r\n\r\nbody").is_none());
    let cut = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello";
    assert_eq!(read(cut.as_bytes()).unwrap().text.as_deref(), Some("hello"));
    let lost = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\nhello";
    assert_eq!(read(lost.as_bytes()).unwrap().text.as_deref(), Some("hello"));
    let unended = read(b"Message-ID: <a@b>").unwrap();
    assert_eq!(unended.email.message_id.as_deref(), Some("a@b"));
    let broken = b"Subject: x\nContent-Transfer-Encoding: base64\n\n!!!";
    assert_eq!(read(broken).unwrap().text.as_deref(), Some("!!!"));
}

#[test]
fn mails_within_mails_and_words_without_end_cost_no_more_than_their_length() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert_eq!(read(nested.as_bytes()).unwrap().media.len(), 1);

    let mut deep = String::from("Subject: x\n");
    for level in 0..5_000 {
        writeln!(deep, "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}").unwrap();
    }
    assert!(read(deep.as_bytes()).is_some());

    let words = format!("Subject: {}\n\n", "=?ab?q?x".repeat(100_000));
    assert!(read(words.as_bytes()).unwrap().email.subject.is_some());
}

#[test]
fn the_name_of_a_file_is_read_as_every_mailer_writes_it() {
    for (written, name) in [
        ("filename=\"=?utf-8?B?4KSsLmNzdg==?=\"", "ब.csv"),
        ("filename*=iso-8859-1'en'caf%E9.txt", "café.txt"),
        ("filename*0=\"a \"; filename*1=\"b.txt\"", "a b.txt"),
        // A character that two parts share is lost to the reader of headers.
        ("filename*0*=UTF-8''%E0%A4%AC; filename*1*=.csv", "ब.csv"),
    ] {
        let raw = format!(
            "Subject: x\nContent-Type: text/csv\nContent-Disposition: attachment; {written}\n\na"
        );
        let mail = read(raw.as_bytes()).unwrap();
        assert_eq!(mail.media[0].filename.as_deref(), Some(name), "{written}");
    }
}

#[test]
fn ten_thousand_parts_are_ten_thousand_files() {
    let part = "--b\nContent-Type: image/png; name=x.png\n\nPNG\n";
    let raw =
        format!("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n{}", part.repeat(10_000));
    let mail = read(raw.as_bytes()).unwrap();
    assert_eq!(mail.media.len(), 10_000);
    assert_eq!(mail.media[9_999].filename.as_deref(), Some("x.png"));
}

#[test]
fn headers_without_end_cost_no_more_than_what_is_read_of_them() {
    let many = format!("From: a@example.com\n{}\nbody", "X-A: b\n".repeat(1_000_000));
    assert!(read(many.as_bytes()).unwrap().email.headers["x-a"].len() < 1_000_000);
    let long = format!("From: a@example.com\nX-A: {}\n\nbody", "b ".repeat(5_000_000));
    assert_eq!(read(long.as_bytes()).unwrap().text.as_deref(), Some("body"));
    let groups = format!("To: {}\n\n", "g:".repeat(100_000));
    assert!(read(groups.as_bytes()).is_some());
    let comments = format!("To: {}\n\n", "(".repeat(200_000));
    assert!(read(comments.as_bytes()).is_some());
    let attributes = format!("Content-Type: a/b{}\n\n", "; a*0*=x".repeat(20_000));
    assert!(read(attributes.as_bytes()).is_some());
    #[cfg(any(feature = "mailgun", feature = "sendgrid"))]
    assert!(mailboxes(&"अ@example.com, ".repeat(200_000)).len() > 1000);
}

proptest! {
    #[test]
    fn no_bytes_panic(raw in proptest::collection::vec(any::<u8>(), 0..512)) {
        drop(read(&raw));
    }

    #[test]
    fn no_change_of_a_mail_panics(at in 0..MIXED.len(), with in proptest::collection::vec(any::<u8>(), 0..24)) {
        let mut raw = MIXED.as_bytes().to_vec();
        let end = (at + with.len() / 2).min(raw.len());
        raw.splice(at..end, with);
        drop(read(&raw));
    }
}
