//! A scripted SMTP server: answers as a friendly one would, unless the script says otherwise.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// What to do instead of the friendly answer.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The friendly answer.
    Default,
    /// Hang up.
    Cut,
    /// Answer this, without the line end.
    Reply(String),
    /// Answer this, then hang up.
    ReplyAndCut(String),
    /// Never answer.
    Stall,
}

pub(crate) fn reply(text: &str) -> Action {
    Action::Reply(text.to_owned())
}

/// What the client just said. `verb` is `CONNECT` for the connection, `DOT` for the end of the
/// content, `TEXT` for a line inside `AUTH`, and `CONTENT` when the first line of it has come.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    /// From 1.
    pub(crate) connection: usize,
    pub(crate) verb: &'a str,
    pub(crate) line: &'a str,
}

type Script = dyn Fn(&Said<'_>) -> Action + Send + Sync;

#[derive(Clone, Default)]
pub(crate) struct Options {
    /// Lines of EHLO, beside the greeting and AUTH.
    pub(crate) extensions: Vec<&'static str>,
    /// Lines of EHLO under TLS, if other.
    pub(crate) extensions_tls: Option<Vec<&'static str>>,
    pub(crate) implicit_tls: bool,
}

impl Options {
    pub(crate) fn of(extensions: &[&'static str]) -> Self {
        Self { extensions: extensions.to_vec(), ..Self::default() }
    }
}

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) connections: AtomicUsize,
    /// Every line outside content, `connection: line`, `TLS` where the handshake was.
    pub(crate) lines: Mutex<Vec<String>>,
    pub(crate) messages: Mutex<Vec<String>>,
    pub(crate) live: AtomicUsize,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) root: String,
    pub(crate) log: Arc<Log>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(
        options: Options,
        script: impl Fn(&Said<'_>) -> Action + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (root, tls) = certificate();
        let log = Arc::new(Log::default());
        let shared = Arc::new((options, Box::new(script) as Box<Script>, tls, Arc::clone(&log)));
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let (options, script, tls, log) = &*shared;
                    let connection = log.connections.fetch_add(1, Ordering::SeqCst) + 1;
                    log.live.fetch_add(1, Ordering::SeqCst);
                    let session = Session { connection, options, script, log };
                    session.run(stream, tls).await;
                    log.live.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, root, log, task }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.lines.lock().unwrap().clone()
    }

    pub(crate) fn verbs(&self) -> Vec<String> {
        let verb = |line: &String| {
            let line = line.split_once(": ").map_or("", |(_, line)| line);
            line.split([' ', ':']).next().unwrap_or_default().to_owned()
        };
        self.lines().iter().map(verb).collect()
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.log.messages.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }
}

struct Session<'a> {
    connection: usize,
    options: &'a Options,
    script: &'a Script,
    log: &'a Log,
}

enum End {
    Hangup,
    Upgrade,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Session<'_> {
    async fn run(&self, stream: TcpStream, tls: &TlsAcceptor) {
        stream.set_nodelay(true).unwrap();
        if self.options.implicit_tls {
            let Ok(stream) = tls.accept(stream).await else { return };
            self.talk(&mut BufReader::new(stream), true, true).await;
            return;
        }
        let mut stream = BufReader::new(stream);
        if matches!(self.talk(&mut stream, false, true).await, End::Upgrade)
            && let Ok(stream) = tls.accept(stream.into_inner()).await
        {
            self.note("TLS");
            self.talk(&mut BufReader::new(stream), true, false).await;
        }
    }

    fn note(&self, line: &str) {
        self.log.lines.lock().unwrap().push(format!("{}: {line}", self.connection));
    }

    /// `None` hangs up.
    async fn act(
        &self,
        stream: &mut BufReader<impl Stream>,
        verb: &str,
        line: &str,
        friendly: &str,
    ) -> Option<String> {
        let said = Said { connection: self.connection, verb, line };
        let (text, cut) = match (self.script)(&said) {
            Action::Default => (friendly.to_owned(), false),
            Action::Cut => return None,
            Action::Reply(text) => (text, false),
            Action::ReplyAndCut(text) => (text, true),
            Action::Stall => std::future::pending().await,
        };
        if !text.is_empty() {
            stream.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
        }
        (!cut).then_some(text)
    }

    async fn talk(&self, stream: &mut BufReader<impl Stream>, tls: bool, greet: bool) -> End {
        self.listen(stream, tls, greet).await.unwrap_or(End::Hangup)
    }

    async fn listen(
        &self,
        stream: &mut BufReader<impl Stream>,
        tls: bool,
        greet: bool,
    ) -> Option<End> {
        if greet {
            self.act(stream, "CONNECT", "", "220 test ESMTP").await?;
        }
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let said = line.trim_end_matches(['\r', '\n']);
            self.note(said);
            let verb = said.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let friendly = match verb.as_str() {
                "EHLO" => self.hello(tls),
                "MAIL" | "RCPT" | "NOOP" | "RSET" => "250 2.0.0 Ok".to_owned(),
                "STARTTLS" => "220 go".to_owned(),
                "AUTH" => "235 2.7.0 welcome".to_owned(),
                "DATA" => "354 go".to_owned(),
                "QUIT" => "221 bye".to_owned(),
                _ => "500 5.5.2 what".to_owned(),
            };
            let known = friendly != "500 5.5.2 what";
            let verb = if known { verb.as_str() } else { "TEXT" };
            let text = self.act(stream, verb, said, &friendly).await?;
            match verb {
                "STARTTLS" if text.starts_with("220") => return Some(End::Upgrade),
                "DATA" if text.starts_with("354") => self.content(stream).await?,
                "QUIT" => return None,
                _ => {}
            }
        }
    }

    async fn content(&self, stream: &mut BufReader<impl Stream>) -> Option<()> {
        let mut message = String::new();
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            if line == ".\r\n" {
                break;
            }
            if message.is_empty() {
                self.act(stream, "CONTENT", "", "").await?;
            }
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        self.log.messages.lock().unwrap().push(message);
        self.act(stream, "DOT", "", "250 2.0.0 Ok: queued as Q1").await.map(drop)
    }

    fn hello(&self, tls: bool) -> String {
        let under_tls = self.options.extensions_tls.as_ref().filter(|_| tls);
        let lines = under_tls.unwrap_or(&self.options.extensions);
        let lines = lines.iter().fold(String::new(), |all, line| all + "250-" + line + "\r\n");
        format!("250-test\r\n{lines}250 HELP")
    }
}

/// A self-signed certificate for 127.0.0.1, in PEM, and a server that has it.
fn certificate() -> (String, TlsAcceptor) {
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let chain: Vec<CertificateDer<'static>> = vec![made.cert.der().clone()];
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}
