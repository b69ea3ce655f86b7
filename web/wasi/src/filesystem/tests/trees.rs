//! What a directory has, and how that changes.

use super::check;

#[test]
fn things_are_made_and_removed_once() {
    check(
        "mkdir a
         mkdir a => exist
         mkdir a/b/c => no-entry
         mkdir a/b
         put a/f text
         mkdir a/f => exist
         mkdir a/f/g => not-directory
         rmdir a => not-empty
         unlink a => is-directory
         rmdir a/f => not-directory
         rmdir none => no-entry
         unlink none => no-entry
         rmdir a/b
         rmdir a/b => no-entry
         unlink a/f
         list => directory a
         rmdir a
         list => _",
    );
}

#[test]
fn a_rename_takes_the_place_of_what_is_alike() {
    check(
        "put f one
         put g two
         rename f g
         cat g => `one`
         cat f => no-entry
         rename g g
         cat g => `one`
         mkdir a
         mkdir b
         put b/f text
         rename a g => not-directory
         rename g a => is-directory
         rename a b => not-empty
         rename b a
         cat a/f => `text`
         list => directory a, file g
         rename none a => no-entry
         rename g none/g => no-entry
         symlink g l
         rename l k
         readlink k => g
         put h three
         rename h k
         lstat k => file 5 linked 1
         cat g => `one`",
    );
}

#[test]
fn a_directory_is_not_moved_into_itself() {
    check(
        "mkdir a
         mkdir a/b
         mkdir a/b/c
         rename a a/b => invalid
         rename a a/b/c/d => invalid
         rename a a/a => invalid
         rename a a
         rename a a/ => ok
         rename . b => busy
         rename a . => busy
         rename a/b/c c
         list => directory a, directory c
         rename a/b/.. d => busy",
    );
}

#[test]
fn two_names_of_one_file_are_one_file() {
    check(
        "put f text
         link f g
         lstat f => file 4 linked 2
         put g other
         cat f => `other`
         rename f g
         list => file f, file g
         unlink f
         lstat g => file 5 linked 1
         link g g => exist
         link none h => no-entry
         mkdir a
         link a b => not-permitted
         symlink g l
         link l m
         lstat m => link 1 linked 2
         open g fr as one => file read
         open l fr as two => file read
         open m fr as three => file read
         same one two => true
         same two three => true",
    );
}

#[test]
fn what_is_removed_stays_for_who_has_it_open() {
    check(
        "put f text
         open f frw as file => file read write
         unlink f
         cat f => no-entry
         read file 0 9 => `text`
         write file 4 more
         read file 0 9 => `textmore`
         fstat file => file 8 linked 0
         put f new
         read file 0 9 => `textmore`
         cat f => `new`
         close file
         cat f => `new`
         put g old
         open g fr as gone => file read
         rename f g
         read gone 0 9 => `old`
         cat g => `new`",
    );
    check(
        "mkdir a
         open a fr as dir => directory read
         rmdir a
         dir: list => _
         dir: put f text => no-entry
         dir: mkdir b => no-entry
         dir: lstat . => directory
         dir: cat f => no-entry
         mkdir a
         dir: mkdir b => no-entry",
    );
}

#[test]
fn something_moves_between_directories_that_are_open() {
    check(
        "mkdir a
         mkdir b
         put a/f text
         open a fr as one => directory read
         open b fr as two => directory read
         one: rename f into two g
         cat b/g => `text`
         one: list => _
         one: rename ../b/g into two h => not-permitted
         two: rename g into one ../g => not-permitted",
    );
}
