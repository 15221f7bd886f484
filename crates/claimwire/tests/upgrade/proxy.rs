//! An HTTP proxy whose tunnels all end at one receiver, wherever they were asked to go. It makes none
//! before it is opened.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

pub struct Proxy {
    pub address: SocketAddr,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Proxy {
    pub fn start(receiver: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Arc::new(Gate::default());
        let shared = gate.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let gate = shared.clone();
                std::thread::spawn(move || tunnel(client, receiver, &gate));
            }
        });
        Self { address, gate }
    }

    pub fn open(&self) {
        *self.gate.open.lock().unwrap() = true;
        self.gate.opened.notify_all();
    }
}

fn tunnel(mut client: TcpStream, receiver: SocketAddr, gate: &Gate) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend(byte);
    }
    assert!(head.starts_with(b"CONNECT 198.51.100.7:80 "));
    drop(
        gate.opened
            .wait_while(gate.open.lock().unwrap(), |open| !*open),
    );
    let mut receiver = TcpStream::connect(receiver)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, receiver.try_clone()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    std::io::copy(&mut receiver, &mut client)?;
    client.shutdown(Shutdown::Write)
}
