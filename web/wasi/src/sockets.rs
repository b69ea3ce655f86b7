//! `wasi:sockets`: everything links, nothing is allowed. A page has no sockets.
//!
//! Refusals carry the codes that `wasmtime-wasi` gives a guest to which no network was granted.

pub(crate) mod resources;
mod tcp;
mod udp;

pub use crate::p2::bindings::errors::SocketError;
pub use resources::{
    IncomingDatagramStream, Network, OutgoingDatagramStream, ResolveAddressStream, TcpSocket,
    UdpSocket,
};

use crate::io::DynPollable;
use crate::p2::bindings::sync::sockets::network::{ErrorCode, IpAddress};
use crate::p2::bindings::sync::sockets::{instance_network, ip_name_lookup, network};
use amphi_web::Result;
use amphi_web::component::{HasData, Resource, ResourceTable};

/// What the functions of sockets return.
pub type SocketResult<T> = Result<T, SocketError>;

/// Ties the interfaces of `wasi:sockets` to [`WasiSocketsCtxView`].
pub struct WasiSockets;

impl HasData for WasiSockets {
    type Data<'a> = WasiSocketsCtxView<'a>;
}

/// Implemented by a store's data, so that the functions of `wasi:sockets` find their state in it;
/// whatever has a [`WasiView`](crate::WasiView) has this.
pub trait WasiSocketsView: Send {
    /// The parts of `self` that the functions need.
    fn sockets(&mut self) -> WasiSocketsCtxView<'_>;
}

/// The store's data, as the functions of `wasi:sockets` need it.
pub struct WasiSocketsCtxView<'a> {
    /// What the guest is granted.
    pub ctx: &'a mut WasiSocketsCtx,
    /// The resources that the guest holds.
    pub table: &'a mut ResourceTable,
}

/// What a guest is granted of sockets: nothing, since a page has none.
#[derive(Clone, Default)]
pub struct WasiSocketsCtx {}

impl network::Host for WasiSocketsCtxView<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> Result<ErrorCode> {
        error.downcast()
    }
}

impl network::HostNetwork for WasiSocketsCtxView<'_> {
    fn drop(&mut self, this: Resource<Network>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl instance_network::Host for WasiSocketsCtxView<'_> {
    fn instance_network(&mut self) -> Result<Resource<Network>> {
        Ok(self.table.push(Network)?)
    }
}

impl ip_name_lookup::Host for WasiSocketsCtxView<'_> {
    fn resolve_addresses(
        &mut self,
        network: Resource<Network>,
        _name: String,
    ) -> SocketResult<Resource<ResolveAddressStream>> {
        self.table.get(&network)?;
        Err(ErrorCode::PermanentResolverFailure.into())
    }
}

impl ip_name_lookup::HostResolveAddressStream for WasiSocketsCtxView<'_> {
    fn resolve_next_address(
        &mut self,
        this: Resource<ResolveAddressStream>,
    ) -> SocketResult<Option<IpAddress>> {
        match *self.table.get(&this)? {}
    }

    fn subscribe(&mut self, this: Resource<ResolveAddressStream>) -> Result<Resource<DynPollable>> {
        match *self.table.get(&this)? {}
    }

    fn drop(&mut self, this: Resource<ResolveAddressStream>) -> Result<()> {
        match self.table.delete(this)? {}
    }
}
