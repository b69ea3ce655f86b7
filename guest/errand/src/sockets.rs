//! Sockets, of which none is granted.

use crate::Outcome;
use crate::bindings::wasi::sockets::network::IpAddressFamily::{Ipv4, Ipv6};
use crate::bindings::wasi::sockets::{
    instance_network, ip_name_lookup, tcp_create_socket, udp_create_socket,
};
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
    for family in [Ipv4, Ipv6] {
        let tcp = tcp_create_socket::create_tcp_socket(family)
            .map_err(|code| code.name())
            .map(drop);
        let udp = udp_create_socket::create_udp_socket(family)
            .map_err(|code| code.name())
            .map(drop);
        println!("sockets of {family:?}: {tcp:?} {udp:?}");
    }
    let network = instance_network::instance_network();
    for name in ["localhost", "127.0.0.1", "no name"] {
        let found = ip_name_lookup::resolve_addresses(&network, name);
        let found = found.map_err(|code| code.name()).map(drop);
        println!("addresses of {name}: {found:?}");
    }
    Ok(())
}
