//! Servers that take everything, as fast as they can, in a process of their own: its CPU time is
//! not the client's.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use tokio::net::{TcpListener, TcpStream};

mod http;
mod smtp;

/// The argument that makes this program the server.
pub(crate) const ARGUMENT: &str = "sink";

/// The servers' process; it ends when this is dropped.
pub(crate) struct Sink {
    process: Child,
    pub(crate) http: u16,
    pub(crate) smtp: u16,
}

impl Sink {
    pub(crate) fn start() -> Self {
        let program = env::current_exe().unwrap();
        let mut process =
            Command::new(program).arg(ARGUMENT).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut port = || lines.next().unwrap().unwrap().parse().unwrap();
        Self { http: port(), smtp: port(), process }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Prints the ports of both servers, then serves until the process ends.
pub(crate) async fn run() {
    let http = listen().await;
    let smtp = listen().await;
    tokio::join!(accept(http, http::serve), accept(smtp, smtp::serve));
}

async fn listen() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    listener
}

async fn accept<F>(listener: TcpListener, serve: fn(TcpStream) -> F)
where
    F: Future<Output = Option<()>> + Send + 'static,
{
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(serve(stream));
    }
}
