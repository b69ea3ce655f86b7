//! `wasi:sockets/udp`: creating a socket is refused, so there is none, and no stream of one; the
//! types say so.

use super::resources::{IncomingDatagramStream, Network, OutgoingDatagramStream, UdpSocket};
use super::{SocketResult, WasiSocketsCtxView};
use crate::io::DynPollable;
use crate::p2::bindings::sync::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use crate::p2::bindings::sync::sockets::udp::{self, IncomingDatagram, OutgoingDatagram};
use crate::p2::bindings::sync::sockets::udp_create_socket;
use amphi_web::Result;
use amphi_web::component::Resource;

impl udp_create_socket::Host for WasiSocketsCtxView<'_> {
    fn create_udp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
        Err(ErrorCode::AccessDenied.into())
    }
}

impl udp::Host for WasiSocketsCtxView<'_> {}

impl udp::HostUdpSocket for WasiSocketsCtxView<'_> {
    fn start_bind(
        &mut self,
        this: Resource<UdpSocket>,
        _: Resource<Network>,
        _: IpSocketAddress,
    ) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn finish_bind(&mut self, this: Resource<UdpSocket>) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn stream(
        &mut self,
        this: Resource<UdpSocket>,
        _: Option<IpSocketAddress>,
    ) -> SocketResult<(
        Resource<IncomingDatagramStream>,
        Resource<OutgoingDatagramStream>,
    )> {
        match *self.table.get(&this)? {}
    }

    fn local_address(&mut self, this: Resource<UdpSocket>) -> SocketResult<IpSocketAddress> {
        match *self.table.get(&this)? {}
    }

    fn remote_address(&mut self, this: Resource<UdpSocket>) -> SocketResult<IpSocketAddress> {
        match *self.table.get(&this)? {}
    }

    fn address_family(&mut self, this: Resource<UdpSocket>) -> Result<IpAddressFamily> {
        match *self.table.get(&this)? {}
    }

    fn unicast_hop_limit(&mut self, this: Resource<UdpSocket>) -> SocketResult<u8> {
        match *self.table.get(&this)? {}
    }

    fn set_unicast_hop_limit(&mut self, this: Resource<UdpSocket>, _: u8) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn receive_buffer_size(&mut self, this: Resource<UdpSocket>) -> SocketResult<u64> {
        match *self.table.get(&this)? {}
    }

    fn set_receive_buffer_size(&mut self, this: Resource<UdpSocket>, _: u64) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn send_buffer_size(&mut self, this: Resource<UdpSocket>) -> SocketResult<u64> {
        match *self.table.get(&this)? {}
    }

    fn set_send_buffer_size(&mut self, this: Resource<UdpSocket>, _: u64) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn subscribe(&mut self, this: Resource<UdpSocket>) -> Result<Resource<DynPollable>> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<UdpSocket>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}

impl udp::HostIncomingDatagramStream for WasiSocketsCtxView<'_> {
    fn receive(
        &mut self,
        this: Resource<IncomingDatagramStream>,
        _: u64,
    ) -> SocketResult<Vec<IncomingDatagram>> {
        match *self.table.get(&this)? {}
    }

    fn subscribe(
        &mut self,
        this: Resource<IncomingDatagramStream>,
    ) -> Result<Resource<DynPollable>> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<IncomingDatagramStream>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}

impl udp::HostOutgoingDatagramStream for WasiSocketsCtxView<'_> {
    fn check_send(&mut self, this: Resource<OutgoingDatagramStream>) -> SocketResult<u64> {
        match *self.table.get(&this)? {}
    }

    fn send(
        &mut self,
        this: Resource<OutgoingDatagramStream>,
        _: Vec<OutgoingDatagram>,
    ) -> SocketResult<u64> {
        match *self.table.get(&this)? {}
    }

    fn subscribe(
        &mut self,
        this: Resource<OutgoingDatagramStream>,
    ) -> Result<Resource<DynPollable>> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<OutgoingDatagramStream>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}
