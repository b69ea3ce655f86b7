//! What files have, and what may be done with them.

use super::{check, check_with};
use crate::FsPerms;

#[test]
fn a_file_is_read_to_its_end_and_not_beyond() {
    check(
        "put f text
         open f fr as file => file read
         read file 0 4 => `text`
         read file 2 9 => `xt`
         read file 4 1 => `` end
         read file 99 1 => `` end
         read file 0 0 => `` end
         read file 9223372036854775806 1 => `` end
         read file 9223372036854775807 1 => invalid
         read file 9223372036854775808 1 => invalid
         write file 0 more => bad-descriptor",
    );
}

#[test]
fn a_gap_is_full_of_zeroes() {
    check(
        "open f cfrw as file => file read write
         write file 4 text
         fstat file => file 8 linked 1
         read file 0 9 => `....text`
         size file 6
         read file 0 9 => `....te`
         size file 9
         read file 0 9 => `....te...`
         write file 9223372036854775808 x => invalid
         size file 9223372036854775808 => invalid
         write file 12 _
         fstat file => file 9 linked 1",
    );
}

#[test]
fn files_are_opened_as_it_is_asked_for() {
    check(
        "open f r => no-entry
         open f cr => file read write
         open f cxr => exist
         put f text
         open f t => file read write
         cat f => ``
         open f d => not-directory
         open f w => file write
         open f rw => file read write
         open f rws => unsupported
         mkdir a
         open a r => directory read
         open a rd => directory read
         open a w => is-directory
         open a c => is-directory
         open a cx => exist
         open a dc => invalid
         open a t => is-directory
         open f xr => file read
         open none/f c => no-entry
         open f/g c => not-directory",
    );
}

#[test]
fn nothing_is_changed_by_who_may_only_read() {
    check_with(
        FsPerms::ReadOnly,
        "mkdir a
         put a/f text
         symlink f a/l
         ---
         cat a/l => `text`
         list => directory a
         open a/f r as file => file read
         read file 0 9 => `text`
         write file 0 more => not-permitted
         size file 0 => not-permitted
         output file 0 as out => not-permitted
         append file as out => not-permitted
         open a/f w => not-permitted
         open a/f t => not-permitted
         open a/f c => not-permitted
         open a/g cw => not-permitted
         mkdir b => not-permitted
         mkdir a => not-permitted
         rmdir a => not-permitted
         unlink a/f => not-permitted
         unlink none => not-permitted
         rename a b => not-permitted
         link a/f g => not-permitted
         symlink a/f g => not-permitted
         readlink a/l => f
         open a rd as dir => directory read
         dir: put g text => not-permitted
         cat a/f => `text`",
    );
}
