//! One session: connect, greet, encrypt, log in.

use std::{sync::Arc, time::Duration};

use tokio::net::lookup_host;

use super::{
    config::{Settings, Tls},
    error::{Stage, error, from_io, from_read, from_reply, timeout},
    extension::Extensions,
    reply::Reply,
    timer::Timer,
    wire::Wire,
};
use crate::{
    ErrorKind, Fate, Result,
    debug::show,
    time::{SharedClock, Timestamp},
};

/// A session that is ready for messages.
///
/// Whoever drops one closes it. So a send that is dropped half-way takes its connection along.
pub(super) struct Connection {
    pub(super) wire: Wire,
    pub(super) timer: Timer,
    pub(super) settings: Arc<Settings>,
    pub(super) extensions: Extensions,
    /// When it was last used.
    pub(super) used: Timestamp,
    /// Transactions so far.
    pub(super) transactions: usize,
    /// Whether the next transaction begins with `RSET`.
    pub(super) needs_reset: bool,
    /// Whether it is between messages, where another may follow.
    pub(super) is_sound: bool,
}

impl Connection {
    /// Connects and logs in.
    ///
    /// # Errors
    ///
    /// Always `NotSent`.
    pub(super) async fn open(
        settings: &Arc<Settings>,
        clock: &SharedClock,
        deadline: Option<Timestamp>,
    ) -> Result<Self> {
        // Without a runtime tokio's sockets panic.
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(error(ErrorKind::Config, "smtp needs a tokio runtime"));
        }
        let mut timer = Timer::new(Arc::clone(clock), deadline);
        let wire = connect(settings, &mut timer).await?;
        let used = timer.now();
        let mut connection = Self {
            wire,
            timer,
            settings: Arc::clone(settings),
            extensions: Extensions::default(),
            used,
            transactions: 0,
            needs_reset: false,
            is_sound: true,
        };
        connection.greet().await?;
        if let Some(credentials) = &settings.credentials {
            connection.authenticate(credentials).await?;
        }
        Ok(connection)
    }

    /// Whether an idle connection still answers.
    pub(super) async fn answers(&mut self) -> bool {
        self.noop().await.is_ok()
    }

    /// Asks for a sign of life.
    pub(super) async fn noop(&mut self) -> Result<()> {
        let timeout = self.settings.timeouts.reuse;
        let reply = self.command(Stage::Reuse, timeout, b"NOOP\r\n").await?;
        expect(Stage::Reuse, reply).map(drop)
    }

    /// Says goodbye and hangs up, without waiting for the server's own goodbye.
    pub(super) async fn quit(mut self) {
        if self.is_sound {
            self.timer.phase(self.settings.timeouts.reuse);
            // Politeness: nobody can do anything about a failure.
            drop(self.write(Stage::Reuse, b"QUIT\r\n").await);
        }
    }

    async fn greet(&mut self) -> Result<()> {
        let settings = Arc::clone(&self.settings);
        if settings.mode == Tls::Implicit {
            self.encrypt().await?;
        }
        self.timer.phase(settings.timeouts.banner);
        let banner = self.read(Stage::Banner).await?;
        expect(Stage::Banner, banner)?;
        self.hello().await?;
        if settings.mode == Tls::StartTls {
            if !self.extensions.starttls {
                return Err(error(ErrorKind::Config, "the server offers no STARTTLS"));
            }
            let timeout = settings.timeouts.tls;
            let reply = self.command(Stage::Tls, timeout, b"STARTTLS\r\n").await?;
            expect(Stage::Tls, reply)?;
            self.encrypt().await?;
            // What was offered in clear text does not count (RFC 3207, section 4.2).
            self.hello().await?;
        }
        Ok(())
    }

    async fn hello(&mut self) -> Result<()> {
        let line = format!("EHLO {}\r\n", self.settings.hello);
        let timeout = self.settings.timeouts.ehlo;
        let reply = self.command(Stage::Ehlo, timeout, line.as_bytes()).await?;
        self.extensions = Extensions::parse(&expect(Stage::Ehlo, reply)?);
        Ok(())
    }

    async fn encrypt(&mut self) -> Result<()> {
        let Some(tls) = self.settings.tls.clone() else {
            return Err(error(ErrorKind::Config, "TLS is not set up"));
        };
        self.timer.phase(self.settings.timeouts.tls);
        let handshake = self.timer.race(self.wire.upgrade(&tls)).await;
        handshake.map_err(|_| timeout(Stage::Tls))?.map_err(|cause| {
            let message = "the server's TLS or certificate is not acceptable";
            error(ErrorKind::Unavailable, message).with_source(cause)
        })?;
        // Nothing below may run in clear text, whatever was done above.
        if self.wire.is_encrypted() {
            Ok(())
        } else {
            Err(error(ErrorKind::Unavailable, "the connection is not encrypted"))
        }
    }

    /// Sends one line and reads the reply, in one phase.
    pub(super) async fn command(
        &mut self,
        stage: Stage,
        timeout: Duration,
        line: &[u8],
    ) -> Result<Reply> {
        self.timer.phase(timeout);
        self.write(stage, line).await?;
        self.read(stage).await
    }

    pub(super) async fn write(&mut self, stage: Stage, bytes: &[u8]) -> Result<()> {
        let wire = &mut self.wire;
        let written = self.timer.race(async {
            wire.write(bytes).await?;
            wire.flush().await
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(from_io(stage, cause)),
            Err(_) => Err(timeout(stage)),
        }
    }

    pub(super) async fn read(&mut self, stage: Stage) -> Result<Reply> {
        match self.timer.race(self.wire.read_reply()).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(cause)) => Err(from_read(stage, cause)),
            Err(_) => Err(timeout(stage)),
        }
    }
}

show!(Connection { wire, extensions, transactions });

/// Tries every address in turn, each for its share of the time: one that does not answer must not
/// use up all of it.
async fn connect(settings: &Settings, timer: &mut Timer) -> Result<Wire> {
    let unreachable = |cause: std::io::Error| {
        let message = "the server cannot be reached";
        error(ErrorKind::Network, message).with_fate(Fate::NotSent).with_source(cause)
    };
    timer.phase(settings.timeouts.connect);
    let found = timer.race(lookup_host((settings.host.as_str(), settings.port))).await;
    let found = found.map_err(|_| timeout(Stage::Connect))?.map_err(unreachable)?;
    let addresses: Vec<_> = found.collect();
    let mut last = error(ErrorKind::Network, "the host has no address").with_fate(Fate::NotSent);
    let mut left = timer.left();
    for (index, &address) in addresses.iter().enumerate() {
        let remaining = u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        timer.phase(left / remaining);
        let before = timer.left();
        last = match timer.race(Wire::connect(address)).await {
            Ok(Ok(wire)) => return Ok(wire),
            Ok(Err(cause)) => unreachable(cause),
            Err(_) => timeout(Stage::Connect),
        };
        left = left.saturating_sub(before.saturating_sub(timer.left()));
    }
    Err(last)
}

fn expect(stage: Stage, reply: Reply) -> Result<Reply> {
    if reply.is_positive() { Ok(reply) } else { Err(from_reply(stage, reply)) }
}
