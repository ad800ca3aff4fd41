//! `AUTH`: PLAIN, LOGIN, XOAUTH2. The only file that exposes a secret.
//!
//! lettre's own exchange goes by the words of LOGIN prompts, and leaves an XOAUTH2 refusal
//! half-read. Source: RFC 4954, RFC 4616, draft-murchison-sasl-login, and Google's
//! [XOAUTH2](https://developers.google.com/gmail/imap/xoauth2-protocol).

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::{
    connection::Connection,
    error::{Stage, error, from_reply, timeout},
    reply::Reply,
};
use crate::{ErrorKind, Result, future::BoxFuture};

/// Who we are to the server. Shows nothing of itself in `Debug`.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) proof: Proof,
}

#[derive(Clone)]
pub(super) enum Proof {
    Password(SecretString),
    Token(Arc<dyn TokenSource>),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// Where OAuth access tokens come from. A [`SecretString`] is one that never changes.
pub trait TokenSource: Send + Sync {
    /// A token; a new one when `rejected`, since the server did not take the last.
    fn token(&self, rejected: bool) -> BoxFuture<'_, Result<SecretString>>;
}

impl TokenSource for SecretString {
    fn token(&self, rejected: bool) -> BoxFuture<'_, Result<SecretString>> {
        let token = if rejected {
            Err(error(ErrorKind::Unauthorized, "the access token was refused"))
        } else {
            Ok(self.clone())
        };
        Box::pin(async move { token })
    }
}

impl Connection {
    /// Logs in by the best mechanism that both sides know.
    pub(super) async fn authenticate(&mut self, credentials: &Credentials) -> Result<()> {
        let user = &credentials.user;
        let offered = &self.extensions;
        let reply = match &credentials.proof {
            Proof::Password(password) if offered.plain => self.plain(user, password).await?,
            Proof::Password(password) if offered.login => self.login(user, password).await?,
            Proof::Token(tokens) if offered.xoauth2 => self.xoauth2(user, &**tokens).await?,
            Proof::Password(_) | Proof::Token(_) => {
                let message = "the server offers no way to log in with these credentials";
                return Err(error(ErrorKind::Config, message));
            }
        };
        accept(reply)
    }

    async fn plain(&mut self, user: &str, password: &SecretString) -> Result<Reply> {
        let response = encode(&["\0", user, "\0", password.expose_secret()]);
        self.secret(&["AUTH PLAIN ", &response]).await
    }

    /// Goes by the order of the prompts: their words vary.
    async fn login(&mut self, user: &str, password: &SecretString) -> Result<Reply> {
        let mut reply = self.secret(&["AUTH LOGIN"]).await?;
        for answer in [user, password.expose_secret()] {
            if reply.code() != CONTINUE {
                break;
            }
            reply = self.secret(&[&encode(&[answer])]).await?;
        }
        Ok(reply)
    }

    async fn xoauth2(&mut self, user: &str, tokens: &dyn TokenSource) -> Result<Reply> {
        let reply = self.bearer(user, tokens, false).await?;
        // The token may have run out since it was made; a second refusal is for good.
        if reply.code() == 535 { self.bearer(user, tokens, true).await } else { Ok(reply) }
    }

    async fn bearer(
        &mut self,
        user: &str,
        tokens: &dyn TokenSource,
        rejected: bool,
    ) -> Result<Reply> {
        self.timer.phase(self.settings.timeouts.auth);
        let token = self.timer.race(tokens.token(rejected)).await;
        let token = token.map_err(|_| timeout(Stage::Auth))??;
        let fields = ["user=", user, "\x01auth=Bearer ", token.expose_secret(), "\x01\x01"];
        let reply = self.secret(&["AUTH XOAUTH2 ", &encode(&fields)]).await?;
        // A 334 holds the reason of a refusal; the refusal itself follows an empty line.
        if reply.code() == CONTINUE { self.secret(&[]).await } else { Ok(reply) }
    }

    async fn secret(&mut self, line: &[&str]) -> Result<Reply> {
        let line = Zeroizing::new([line, &["\r\n"]].concat().concat());
        self.command(Stage::Auth, self.settings.timeouts.auth, line.as_bytes()).await
    }
}

fn accept(reply: Reply) -> Result<()> {
    match reply.code() {
        // A further question after all was answered: the mechanism is not what we think it is.
        CONTINUE => Err(error(ErrorKind::Config, "the server asks for more than credentials")),
        _ if reply.is_positive() => Ok(()),
        _ => Err(from_reply(Stage::Auth, reply)),
    }
}

fn encode(parts: &[&str]) -> Zeroizing<String> {
    let plain = Zeroizing::new(parts.concat());
    Zeroizing::new(STANDARD.encode(plain.as_bytes()))
}

const CONTINUE: u16 = 334;
