//! The words of the interface for what a tree has and does.

use super::descriptor::{Descriptor, Open, Stat};
use super::errno::Errno;
use super::node::Kind;
use crate::p2::bindings::datetime;
use crate::p2::bindings::errors::FsError;
use crate::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags, PathFlags,
};

impl From<Errno> for ErrorCode {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::BadDescriptor => Self::BadDescriptor,
            Errno::Busy => Self::Busy,
            Errno::CrossDevice => Self::CrossDevice,
            Errno::Exist => Self::Exist,
            Errno::FileTooLarge => Self::FileTooLarge,
            Errno::InsufficientMemory => Self::InsufficientMemory,
            Errno::InsufficientSpace => Self::InsufficientSpace,
            Errno::Invalid => Self::Invalid,
            Errno::IsDirectory => Self::IsDirectory,
            Errno::Loop => Self::Loop,
            Errno::NameTooLong => Self::NameTooLong,
            Errno::NoEntry => Self::NoEntry,
            Errno::NotDirectory => Self::NotDirectory,
            Errno::NotEmpty => Self::NotEmpty,
            Errno::NotPermitted => Self::NotPermitted,
            Errno::Unsupported => Self::Unsupported,
        }
    }
}

impl From<Errno> for FsError {
    fn from(errno: Errno) -> Self {
        ErrorCode::from(errno).into()
    }
}

impl From<Kind> for DescriptorType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::File => Self::RegularFile,
            Kind::Directory => Self::Directory,
            Kind::Link => Self::SymbolicLink,
        }
    }
}

impl From<Stat> for DescriptorStat {
    fn from(stat: Stat) -> Self {
        Self {
            type_: stat.kind.into(),
            link_count: stat.links,
            size: stat.size,
            data_access_timestamp: Some(datetime(stat.accessed)),
            data_modification_timestamp: Some(datetime(stat.modified)),
            status_change_timestamp: Some(datetime(stat.created)),
        }
    }
}

/// What a descriptor says of itself.
pub fn flags(descriptor: &Descriptor) -> DescriptorFlags {
    let (readable, writable, mutable) = match descriptor {
        Descriptor::File(file) => (file.readable, file.writable, false),
        Descriptor::Dir(dir) => (true, false, dir.mutable),
    };
    let says = [
        (readable, DescriptorFlags::READ),
        (writable, DescriptorFlags::WRITE),
        (mutable, DescriptorFlags::MUTATE_DIRECTORY),
    ];
    says.into_iter()
        .filter_map(|(says, flag)| says.then_some(flag))
        .fold(DescriptorFlags::empty(), |flags, flag| flags | flag)
}

/// Whether a symbolic link at the end of a path is followed.
pub fn follows(flags: PathFlags) -> bool {
    flags.contains(PathFlags::SYMLINK_FOLLOW)
}

/// How something is opened.
pub fn open(path: PathFlags, open: OpenFlags, flags: DescriptorFlags) -> Open {
    let synchronous = DescriptorFlags::FILE_INTEGRITY_SYNC
        | DescriptorFlags::DATA_INTEGRITY_SYNC
        | DescriptorFlags::REQUESTED_WRITE_SYNC;
    Open {
        follow: follows(path),
        create: open.contains(OpenFlags::CREATE),
        exclusive: open.contains(OpenFlags::EXCLUSIVE),
        truncate: open.contains(OpenFlags::TRUNCATE),
        directory: open.contains(OpenFlags::DIRECTORY),
        read: flags.contains(DescriptorFlags::READ),
        write: flags.contains(DescriptorFlags::WRITE),
        synchronous: flags.intersects(synchronous),
    }
}
