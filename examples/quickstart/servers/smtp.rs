//! A mail relay like Netcore's: one that demands a login, takes pipelined commands, knows which
//! domains exist, and reports by webhook under the reference in `X-APIHEADER`.

use std::{io, net::SocketAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{
    account, chance,
    courier::{Courier, Mail},
    hash,
};

/// A domain that is no longer there.
const GONE: &str = "blr.example.org";

/// Serves a relay on a free port of the loopback interface.
pub(crate) async fn serve(courier: Courier) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Short replies that each wait for an answer must not wait for company.
            stream.set_nodelay(true).ok();
            let session = Session::new(stream, courier.clone());
            // A client that hangs up has nothing to be told.
            tokio::spawn(async move { session.run().await.ok() });
        }
    });
    Ok(address)
}

struct Session {
    stream: BufReader<TcpStream>,
    courier: Courier,
    authenticated: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl Session {
    fn new(stream: TcpStream, courier: Courier) -> Self {
        let stream = BufReader::new(stream);
        Self { stream, courier, authenticated: false, from: None, to: Vec::new() }
    }

    async fn run(mut self) -> io::Result<()> {
        self.reply("220 relay.example.net ESMTP").await?;
        while let Some(line) = self.line().await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let extensions = "250-relay.example.net\r\n250-PIPELINING\r\n250-8BITMIME\r\n\
                        250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-SIZE 20971520\r\n\
                        250 AUTH PLAIN LOGIN";
                    self.reply(extensions).await?;
                }
                "HELO" => self.reply("250 relay.example.net").await?,
                "AUTH" => self.authenticate(rest).await?,
                "MAIL" if !self.authenticated => {
                    self.reply("530 5.7.0 Authentication required").await?;
                }
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.recipient(rest).await?,
                "DATA" if self.to.is_empty() => self.reply("554 5.5.1 No valid recipients").await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.reset();
                    self.reply("250 2.0.0 Ok").await?;
                }
                "NOOP" => self.reply("250 2.0.0 Ok").await?,
                "QUIT" => return self.reply("221 2.0.0 Bye").await,
                _ => self.reply("502 5.5.2 Command not recognized").await?,
            }
        }
        Ok(())
    }

    async fn authenticate(&mut self, rest: &str) -> io::Result<()> {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let (user, password) = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let token = self.answer(initial, "334 ").await?;
                let mut parts = token.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => (
                self.answer(initial, "334 VXNlcm5hbWU6").await?,
                self.answer("", "334 UGFzc3dvcmQ6").await?,
            ),
            _ => return self.reply("504 5.5.4 Unrecognized authentication type").await,
        };
        self.authenticated = user == account::USER && password == account::PASSWORD;
        self.reply(if self.authenticated {
            "235 2.7.0 Authentication successful"
        } else {
            "535 5.7.8 Authentication credentials invalid"
        })
        .await
    }

    /// What the client says to `prompt`, unless it has said it already.
    async fn answer(&mut self, initial: &str, prompt: &str) -> io::Result<String> {
        let token = if initial.is_empty() {
            self.reply(prompt).await?;
            self.line().await?.unwrap_or_default()
        } else {
            initial.to_owned()
        };
        let token = STANDARD.decode(token).unwrap_or_default();
        Ok(String::from_utf8_lossy(&token).into_owned())
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        self.reset();
        match path(rest).filter(|from| Mail::is_from_us(from)) {
            Some(from) => {
                self.from = Some(from);
                self.reply("250 2.1.0 Ok").await
            }
            None => self.reply("553 5.7.1 Sender address rejected: not owned by user").await,
        }
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<()> {
        let to = path(rest).unwrap_or_default();
        match to.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase()) {
            _ if self.from.is_none() => self.reply("503 5.5.1 Need MAIL before RCPT").await,
            None => self.reply("501 5.1.3 Bad recipient address syntax").await,
            Some(domain) if domain == GONE => {
                // Servers like to quote the address; it must not reach a log that way.
                self.reply(&format!("550 5.1.1 <{to}>: Recipient address rejected: no such domain"))
                    .await
            }
            // What makes a route try another provider.
            Some(_) if chance("greylist", &to, 5) => {
                self.reply("450 4.2.0 Recipient is greylisted, try again later").await
            }
            Some(_) => {
                self.to.push(to);
                self.reply("250 2.1.5 Ok").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<()> {
        self.reply("354 End data with <CR><LF>.<CR><LF>").await?;
        let (mut reference, mut size, mut in_headers) = (String::new(), 0, true);
        while let Some(line) = self.line().await?.filter(|line| line != ".") {
            size += line.len() + 2;
            in_headers &= !line.is_empty();
            if let Some((name, value)) = line.split_once(':').filter(|_| in_headers)
                && name.eq_ignore_ascii_case("X-APIHEADER")
            {
                value.trim().clone_into(&mut reference);
            }
        }
        let from = self.from.take().unwrap_or_default();
        let transaction = (hash(&reference) >> 10).to_string();
        for to in self.to.drain(..) {
            let (from, reference) = (from.clone(), reference.clone());
            let mail = Mail { transaction: transaction.clone(), from, to, size, reference };
            mail.deliver(&self.courier);
        }
        self.reply(&format!("250 2.0.0 Ok: queued as {transaction}")).await
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// The next line without its end, `None` when the client has hung up.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await?;
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        Ok((read > 0).then_some(text))
    }

    async fn reply(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await
    }
}

/// The address in `FROM:<a@b> SIZE=1`.
fn path(argument: &str) -> Option<String> {
    let (_, rest) = argument.split_once('<')?;
    rest.split_once('>').map(|(path, _)| path.to_owned())
}
