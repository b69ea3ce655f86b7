//! The functions of `wasi:http/types` over the table's resources.

mod fields;
mod incoming;
mod outgoing;

use super::RequestOptions;
use super::WasiHttpCtxView;
use super::p2::bindings::http::types::{self, Duration, ErrorCode, HeaderError};
use super::p2::{HeaderError as FieldsError, HttpError};
use crate::io::IoError;
use amphi_web::component::Resource;
use amphi_web::{Result, format_err};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;

impl types::Host for WasiHttpCtxView<'_> {
    fn convert_error_code(&mut self, error: HttpError) -> Result<ErrorCode> {
        error.downcast()
    }

    fn convert_header_error(&mut self, error: FieldsError) -> Result<HeaderError> {
        error.downcast()
    }

    fn http_error_code(&mut self, error: Resource<IoError>) -> Result<Option<ErrorCode>> {
        Ok(self.table.get(&error)?.downcast_ref::<ErrorCode>().cloned())
    }
}

/// The length that a message announces for its body: one, of digits and nothing else.
pub fn content_length(headers: &HeaderMap) -> Result<Option<u64>> {
    let mut values = headers.get_all(CONTENT_LENGTH).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let digits = value.to_str().ok();
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match (digits.and_then(|digits| digits.parse().ok()), values.next()) {
        (Some(length), None) => Ok(Some(length)),
        (None, _) => Err(format_err!(
            "header `content-length`: expected a number, found {value:?}"
        )),
        (Some(_), Some(other)) => Err(format_err!(
            "header `content-length`: expected one number, found {value:?} and {other:?}"
        )),
    }
}

/// A duration of the interface, if the host's fits.
fn nanoseconds(duration: Option<std::time::Duration>) -> Result<Option<Duration>> {
    let nanos = duration.map(|duration| duration.as_nanos().try_into());
    Ok(nanos.transpose()?)
}

impl types::HostRequestOptions for WasiHttpCtxView<'_> {
    fn new(&mut self) -> Result<Resource<RequestOptions>> {
        Ok(self.table.push(RequestOptions::default())?)
    }

    fn connect_timeout(&mut self, this: Resource<RequestOptions>) -> Result<Option<Duration>> {
        nanoseconds(self.table.get(&this)?.connect_timeout)
    }

    fn set_connect_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<Duration>,
    ) -> Result<Result<(), ()>> {
        self.table.get_mut(&this)?.connect_timeout = duration.map(std::time::Duration::from_nanos);
        Ok(Ok(()))
    }

    fn first_byte_timeout(&mut self, this: Resource<RequestOptions>) -> Result<Option<Duration>> {
        nanoseconds(self.table.get(&this)?.first_byte_timeout)
    }

    fn set_first_byte_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<Duration>,
    ) -> Result<Result<(), ()>> {
        self.table.get_mut(&this)?.first_byte_timeout =
            duration.map(std::time::Duration::from_nanos);
        Ok(Ok(()))
    }

    fn between_bytes_timeout(
        &mut self,
        this: Resource<RequestOptions>,
    ) -> Result<Option<Duration>> {
        nanoseconds(self.table.get(&this)?.between_bytes_timeout)
    }

    fn set_between_bytes_timeout(
        &mut self,
        this: Resource<RequestOptions>,
        duration: Option<Duration>,
    ) -> Result<Result<(), ()>> {
        self.table.get_mut(&this)?.between_bytes_timeout =
            duration.map(std::time::Duration::from_nanos);
        Ok(Ok(()))
    }

    fn drop(&mut self, this: Resource<RequestOptions>) -> Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}
