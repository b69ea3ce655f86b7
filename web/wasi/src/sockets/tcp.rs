//! `wasi:sockets/tcp`: creating a socket is refused, so there is none, and the type says so.

use super::resources::{Network, TcpSocket};
use super::{SocketResult, WasiSocketsCtxView};
use crate::io::{DynInputStream, DynOutputStream, DynPollable};
use crate::p2::bindings::sync::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use crate::p2::bindings::sync::sockets::tcp::{self, Duration, ShutdownType};
use crate::p2::bindings::sync::sockets::tcp_create_socket;
use amphi_web::Result;
use amphi_web::component::Resource;

impl tcp_create_socket::Host for WasiSocketsCtxView<'_> {
    fn create_tcp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        Err(ErrorCode::AccessDenied.into())
    }
}

impl tcp::Host for WasiSocketsCtxView<'_> {}

impl tcp::HostTcpSocket for WasiSocketsCtxView<'_> {
    fn start_bind(
        &mut self,
        this: Resource<TcpSocket>,
        _: Resource<Network>,
        _: IpSocketAddress,
    ) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn finish_bind(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn start_connect(
        &mut self,
        this: Resource<TcpSocket>,
        _: Resource<Network>,
        _: IpSocketAddress,
    ) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn finish_connect(
        &mut self,
        this: Resource<TcpSocket>,
    ) -> SocketResult<(Resource<DynInputStream>, Resource<DynOutputStream>)> {
        match *self.table.get(&this)? {}
    }

    fn start_listen(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn finish_listen(&mut self, this: Resource<TcpSocket>) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn accept(
        &mut self,
        this: Resource<TcpSocket>,
    ) -> SocketResult<(
        Resource<TcpSocket>,
        Resource<DynInputStream>,
        Resource<DynOutputStream>,
    )> {
        match *self.table.get(&this)? {}
    }

    fn local_address(&mut self, this: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        match *self.table.get(&this)? {}
    }

    fn remote_address(&mut self, this: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        match *self.table.get(&this)? {}
    }

    fn is_listening(&mut self, this: Resource<TcpSocket>) -> Result<bool> {
        match *self.table.get(&this)? {}
    }

    fn address_family(&mut self, this: Resource<TcpSocket>) -> Result<IpAddressFamily> {
        match *self.table.get(&this)? {}
    }

    fn set_listen_backlog_size(&mut self, this: Resource<TcpSocket>, _: u64) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn keep_alive_enabled(&mut self, this: Resource<TcpSocket>) -> SocketResult<bool> {
        match *self.table.get(&this)? {}
    }

    fn set_keep_alive_enabled(&mut self, this: Resource<TcpSocket>, _: bool) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn keep_alive_idle_time(&mut self, this: Resource<TcpSocket>) -> SocketResult<Duration> {
        match *self.table.get(&this)? {}
    }

    fn set_keep_alive_idle_time(
        &mut self,
        this: Resource<TcpSocket>,
        _: Duration,
    ) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn keep_alive_interval(&mut self, this: Resource<TcpSocket>) -> SocketResult<Duration> {
        match *self.table.get(&this)? {}
    }

    fn set_keep_alive_interval(
        &mut self,
        this: Resource<TcpSocket>,
        _: Duration,
    ) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn keep_alive_count(&mut self, this: Resource<TcpSocket>) -> SocketResult<u32> {
        match *self.table.get(&this)? {}
    }

    fn set_keep_alive_count(&mut self, this: Resource<TcpSocket>, _: u32) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn hop_limit(&mut self, this: Resource<TcpSocket>) -> SocketResult<u8> {
        match *self.table.get(&this)? {}
    }

    fn set_hop_limit(&mut self, this: Resource<TcpSocket>, _: u8) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn receive_buffer_size(&mut self, this: Resource<TcpSocket>) -> SocketResult<u64> {
        match *self.table.get(&this)? {}
    }

    fn set_receive_buffer_size(&mut self, this: Resource<TcpSocket>, _: u64) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn send_buffer_size(&mut self, this: Resource<TcpSocket>) -> SocketResult<u64> {
        match *self.table.get(&this)? {}
    }

    fn set_send_buffer_size(&mut self, this: Resource<TcpSocket>, _: u64) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn subscribe(&mut self, this: Resource<TcpSocket>) -> Result<Resource<DynPollable>> {
        match *self.table.get(&this)? {}
    }

    fn shutdown(&mut self, this: Resource<TcpSocket>, _: ShutdownType) -> SocketResult<()> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<TcpSocket>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}
