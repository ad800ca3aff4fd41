//! SMTP beside lettre's pool, and beside the least that a pipelined client could do.

use std::{cell::RefCell, time::Duration};

use dakiya::{
    Channel as _, Email, Envelope, Mailbox,
    smtp::{Limits, Smtp, Tls},
};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox as LettreMailbox, MultiPart},
    transport::smtp::PoolConfig,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{address, mail};
use crate::measure::{Load, Table, pair};

pub(crate) async fn by_hand(table: &mut Table, port: u16, load: Load) {
    let envelope = mail();
    let ours = ours(port, load.in_flight);
    let free = RefCell::new(Vec::new());
    let peer = async || {
        let connection = free.borrow_mut().pop();
        let mut connection = match connection {
            Some(connection) => connection,
            None => ByHand::connect(port).await,
        };
        connection.send(&envelope).await;
        free.borrow_mut().push(connection);
    };
    let costs = pair(load, async || send(&ours, &envelope).await, peer).await;
    let peer = "lettre's MIME, pipelined by hand";
    table.rate("smtp: mails", peer, costs);
    table.costs("smtp", peer, costs);
}

pub(crate) async fn lettre_pooled(table: &mut Table, port: u16, load: Load) {
    let envelope = mail();
    let ours = ours(port, load.in_flight);
    let size = u32::try_from(load.in_flight).unwrap();
    let pool = PoolConfig::new().max_size(size).min_idle(size);
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(port)
        .timeout(Some(Duration::from_mins(1)))
        .pool_config(pool)
        .build();
    let peer = async || drop(transport.send(message(&envelope)).await.unwrap());
    let costs = pair(load, async || send(&ours, &envelope).await, peer).await;
    let peer = "lettre pooled";
    table.rate("smtp: mails", peer, costs);
    table.costs("smtp", peer, costs);
}

fn ours(port: u16, in_flight: usize) -> Smtp {
    let mut limits = Limits::default();
    limits.connections = in_flight;
    limits.messages = usize::MAX;
    Smtp::builder("127.0.0.1").port(port).tls(Tls::None).limits(limits).build().unwrap()
}

async fn send(smtp: &Smtp, envelope: &Envelope<Email>) {
    let receipt = smtp.send(envelope).await.unwrap();
    assert!(receipt.provider_message_id.is_some());
}

/// What lettre makes of the same mail.
fn message(envelope: &Envelope<Email>) -> Message {
    let mail = &envelope.message;
    let (text, html) = (mail.text.clone().unwrap(), mail.html.clone().unwrap());
    Message::builder()
        .from(mailbox(mail.from.as_ref().unwrap()))
        .to(mailbox(&mail.to[0]))
        .message_id(Some(format!("<{}@example.org>", envelope.id)))
        .subject(mail.subject.clone())
        .multipart(MultiPart::alternative_plain_html(text, html))
        .unwrap()
}

fn mailbox(mailbox: &Mailbox) -> LettreMailbox {
    let address: Address = address(&mailbox.email).parse().unwrap();
    LettreMailbox::new(mailbox.name.clone(), address)
}

/// A connection that expects no trouble.
struct ByHand {
    stream: TcpStream,
    buffer: [u8; 4096],
}

impl ByHand {
    async fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut by_hand = Self { stream, buffer: [0; 4096] };
        by_hand.lines(1).await;
        by_hand.stream.write_all(b"EHLO x\r\n").await.unwrap();
        by_hand.lines(4).await;
        by_hand
    }

    async fn lines(&mut self, mut count: usize) {
        while count > 0 {
            let read = self.stream.read(&mut self.buffer).await.unwrap();
            assert_ne!(read, 0);
            count -= self.buffer[..read].iter().filter(|&&byte| byte == b'\n').count();
        }
    }

    async fn send(&mut self, envelope: &Envelope<Email>) {
        let message = message(envelope);
        let mut content = message.formatted();
        content.extend_from_slice(b".\r\n");
        let (from, to) = (message.envelope().from().unwrap(), &message.envelope().to()[0]);
        let commands = format!("MAIL FROM:<{from}>\r\nRCPT TO:<{to}>\r\nDATA\r\n");
        self.stream.write_all(commands.as_bytes()).await.unwrap();
        self.lines(3).await;
        self.stream.write_all(&content).await.unwrap();
        self.lines(1).await;
    }
}
