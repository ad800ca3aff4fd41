//! The examples of hosts, as processes: real requests over sockets.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

use super::SECRET;

const HOSTS: [&str; 3] = ["axum_webhooks", "actix_webhooks", "http_webhooks"];
const PUBLIC_URL: &str = "https://erp.example.net";
const KEY: &str = "not-a-real-key-of-anyone";

/// A running example. Ends with the test.
struct Host {
    name: &'static str,
    child: Child,
    port: u16,
    stdout: BufReader<ChildStdout>,
    _stderr: BufReader<ChildStderr>,
}

impl Host {
    fn start(name: &'static str) -> Self {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
        let mut child =
            Command::new(folder.join(name).with_extension(std::env::consts::EXE_EXTENSION))
                .arg("127.0.0.1:0")
                .env("PUBLIC_URL", PUBLIC_URL)
                .env("TWILIO_AUTH_TOKEN", KEY)
                .env("META_APP_SECRET", KEY)
                .env("META_VERIFY_TOKEN", "vt")
                .env("NETCORE_PATH_SECRET", SECRET)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("`cargo test` builds the examples");
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("listening on 127.0.0.1:").and_then(|p| p.parse().ok());
        let port = port.unwrap_or_else(|| panic!("{name} says {line}"));
        Self { name, child, port, stdout, _stderr: stderr }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Writes these bytes as they are, and reads the answer: its status, and the rest.
    fn raw(&self, bytes: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        // A server that refuses early may not read to the end.
        let (mut out, whole) = (stream.try_clone().unwrap(), bytes.to_vec());
        let writer = std::thread::spawn(move || drop(out.write_all(&whole)));
        let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
        while !is_whole(&answer, bytes.starts_with(b"HEAD")) {
            match stream.read(&mut piece) {
                Ok(length) if length > 0 => answer.extend_from_slice(&piece[..length]),
                _ => break,
            }
        }
        drop(stream.shutdown(Shutdown::Both));
        writer.join().unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.get(9..12).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("{} says {answer:?}", self.name)), answer)
    }

    fn call(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> (u16, String) {
        self.raw(&request(method, target, headers, body))
    }

    fn event(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Ends it, and gives the events that nobody has asked for.
    fn end(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        rest.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Whether an answer has come to its end.
fn is_whole(answer: &[u8], head_only: bool) -> bool {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    head_only || length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

fn request(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: proxy.internal\r\nconnection: close\r\n\
         content-length: {length}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn netcore(n: usize) -> Vec<u8> {
    format!(
        r#"[{{"EVENT":"sent","TRANSID":"{n}","EMAIL":"asha@example.com","TIMESTAMP":1726000201}}]"#
    )
    .into_bytes()
}

fn netcore_target() -> String {
    format!("/hooks/netcore/email/{SECRET}")
}

const META: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"919845000000","phone_number_id":"2"},"statuses":[{"id":"wamid.1","status":"delivered","timestamp":"1770019290","recipient_id":"919845000012"}]}}]}]}"#;

fn meta_headers(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    format!("content-type: application/json\r\nx-hub-signature-256: sha256={signature}\r\n")
}

/// The URL as written, and each parameter with its value, sorted by name.
fn twilio_headers(target: &str, parameters: &[(&str, &str)]) -> String {
    let mut parameters = parameters.to_vec();
    parameters.sort_unstable();
    let joined: String = parameters.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(format!("{PUBLIC_URL}{target}{joined}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    format!(
        "content-type: application/x-www-form-urlencoded\r\nx-twilio-signature: {signature}\r\n"
    )
}

#[test]
fn a_proven_request_is_an_event_and_a_tampered_one_is_none() {
    for name in HOSTS {
        let mut host = Host::start(name);
        let (status, _) = host.call("POST", &netcore_target(), "", &netcore(7));
        assert_eq!(status, 200, "{name}");
        assert_eq!(host.event()["provider_message_id"], "7", "{name}");
        let wrong = netcore_target().replace('8', "9");
        assert_eq!(host.call("POST", &wrong, "", &netcore(8)).0, 401, "{name}");

        let headers = meta_headers(META);
        let (status, _) = host.call("POST", "/hooks/meta", &headers, META.as_bytes());
        assert_eq!(status, 200, "{name}");
        let event = host.event();
        assert_eq!(event["status"], "delivered", "{name}");
        assert_eq!(event["provider_message_id"], "wamid.1", "{name}");
        assert_eq!(event["proof"], "signature", "{name}");
        let tampered = META.replace("delivered", "read");
        let (status, _) = host.call("POST", "/hooks/meta", &headers, tampered.as_bytes());
        assert_eq!(status, 401, "{name}");
        assert_eq!(host.call("POST", "/hooks/meta", "", META.as_bytes()).0, 401, "{name}");

        let target = "/hooks/twilio?q=%20+%2f";
        let form = b"MessageStatus=delivered&MessageSid=SM0123456789abcdef0123456789abcdef";
        let sid = "SM0123456789abcdef0123456789abcdef";
        let parameters = [("MessageStatus", "delivered"), ("MessageSid", sid)];
        let headers = twilio_headers(target, &parameters);
        assert!(host.call("POST", target, &headers, form).0 < 300, "{name}");
        let event = host.event();
        assert_eq!(event["provider_message_id"], sid, "{name}");
        assert_eq!(event["proof"], "signature", "{name}");
        // The same to a human eye, not to a signature.
        for other in ["/hooks/twilio?q=%20+%2F", "/hooks/twilio?q=++%2f", "/hooks/twilio"] {
            assert_eq!(host.call("POST", other, &headers, form).0, 401, "{name} {other}");
        }
        assert_eq!(host.end(), [] as [Value; 0], "{name}");
    }
}

#[test]
fn handshakes_are_answered() {
    for name in HOSTS {
        let host = Host::start(name);
        let hub = |token| {
            format!("/hooks/meta?hub.mode=subscribe&hub.challenge=1158&hub.verify_token={token}")
        };
        let (status, answer) = host.call("GET", &hub("vt"), "", b"");
        assert_eq!(status, 200, "{name}");
        assert!(answer.ends_with("\r\n\r\n1158"), "{name}: {answer}");
        let (status, answer) = host.call("GET", &hub("other"), "", b"");
        assert_eq!(status, 403, "{name}");
        assert!(!answer.contains("1158"), "{name}");
        assert_eq!(host.call("HEAD", &netcore_target(), "", b"").0, 200, "{name}");
        assert_eq!(host.call("POST", &netcore_target(), "", b"[]").0, 200, "{name}");
        assert_eq!(host.end(), [] as [Value; 0], "{name}");
    }
}

#[test]
fn what_is_too_long_unknown_or_no_webhook_is_refused() {
    const LIMIT: usize = 4 << 20;
    for name in HOSTS {
        let host = Host::start(name);
        let mut body = netcore(1);
        body.resize(LIMIT, b' ');
        assert_eq!(host.call("POST", &netcore_target(), "", &body).0, 200, "{name}");
        body.push(b' ');
        assert_eq!(host.call("POST", &netcore_target(), "", &body).0, 413, "{name}");
        // In chunks, of which nobody said how long they are.
        let target = netcore_target();
        let mut chunked = format!(
            "POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             transfer-encoding: chunked\r\n\r\n"
        )
        .into_bytes();
        for _ in 0..=LIMIT / 65_536 {
            chunked.extend_from_slice(b"10000\r\n");
            chunked.extend_from_slice(" ".repeat(65_536).as_bytes());
            chunked.extend_from_slice(b"\r\n");
        }
        assert_eq!(host.raw(&chunked).0, 413, "{name}");
        for target in ["/hooks/nobody", "/hooks/metal", "/other", "/", "/hooks%2Fmeta"] {
            assert_eq!(host.call("POST", target, "", b"[]").0, 404, "{name} {target}");
        }
        let (status, answer) = host.call("PUT", &netcore_target(), "", b"[]");
        assert_eq!(status, 405, "{name}");
        assert!(answer.to_ascii_lowercase().contains("allow: get, head, post"), "{name}");
        assert_eq!(host.end().len(), 1, "{name}");
    }
}

#[test]
fn a_caller_who_sends_half_a_request_keeps_nobody_waiting() {
    for name in HOSTS {
        let mut host = Host::start(name);
        let whole = request("POST", &netcore_target(), "", &netcore(1));
        let halves: Vec<_> = (1..whole.len())
            .step_by(whole.len() / 16)
            .map(|length| {
                let mut stream = host.connect();
                stream.write_all(&whole[..length]).unwrap();
                stream
            })
            .collect();
        for n in 2..10 {
            let (status, _) = host.call("POST", &netcore_target(), "", &netcore(n));
            assert_eq!(status, 200, "{name}");
            assert_eq!(host.event()["provider_message_id"], n.to_string(), "{name}");
        }
        // Those who go on are served still; those who go away leave nothing.
        let mut halves = halves.into_iter().rev();
        let mut stream = halves.next().unwrap();
        drop(halves);
        let written = (1..whole.len()).step_by(whole.len() / 16).next_back().unwrap();
        stream.write_all(&whole[written..]).unwrap();
        assert_eq!(host.event()["provider_message_id"], "1", "{name}");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
        assert_eq!(host.end(), [] as [Value; 0], "{name}");
    }
}
