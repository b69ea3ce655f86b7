//! Sockets, of which none is granted.

use crate::Outcome;
use crate::files::show;
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _, UdpSocket};

/// Asks for sockets and names in every way of the standard library.
pub fn run() -> Outcome {
    show("connect", TcpStream::connect("127.0.0.1:9").map(drop));
    show("connect by IPv6", TcpStream::connect("[::1]:9").map(drop));
    show("listen", TcpListener::bind("127.0.0.1:0").map(drop));
    show("datagrams", UdpSocket::bind("127.0.0.1:0").map(drop));
    let found = "localhost:80".to_socket_addrs();
    println!("a name is found: {}", found.is_ok());
    let found = "127.0.0.1:80".to_socket_addrs();
    show("an address", found.map(Iterator::collect::<Vec<_>>));
    Ok(())
}
