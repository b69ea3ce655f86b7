//! What becomes of memory that is given back.

/// From how many bytes on a piece of memory has pages of its own, which the system gets back at
/// once.
#[cfg(target_env = "gnu")]
const OWN_PAGES: libc::c_int = 256 << 10;

/// Has the allocator give large pieces of memory back to the system when they are freed. That of
/// glibc raises the size from which it does so to that of the largest piece that was ever freed, up
/// to 32 MiB: one large answer, and all that come after it stay.
#[cfg_attr(
    target_env = "gnu",
    expect(unsafe_code, reason = "`mallopt` is a function of the C library")
)]
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: a number is set, which no other thread reads without a lock of the allocator's.
    let is_set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_PAGES) };
    #[cfg(target_env = "gnu")]
    if is_set == 0 {
        tracing::debug!("the allocator keeps large blocks of memory");
    }
}
