//! Where paths lead.

use super::check;

#[test]
fn dots_and_slashes_lead_where_they_say() {
    check(
        "mkdir a
         mkdir a/b
         put a/b/f text
         cat ./a/./b/f => `text`
         cat a//b///f => `text`
         cat a/b/../b/f => `text`
         cat a/b/../../a/b/f => `text`
         lstat . => directory
         lstat ./ => directory
         lstat a/. => directory
         lstat a/b/.. => directory
         lstat a/ => directory
         lstat a/b/f => file 4 linked 1
         lstat a/b/f/. => not-directory
         stat a/b/f/ => not-directory
         stat a/b/f/. => not-directory
         stat a/b/f/.. => not-directory
         cat a/b/f/ => not-directory
         cat a/b/f/g => not-directory
         cat none/../a/b/f => no-entry
         lstat _ => no-entry
         mkdir _ => no-entry
         put _ text => no-entry",
    );
}

#[test]
fn no_path_leads_out_of_the_directory() {
    check(
        "mkdir a
         put f text
         cat /f => not-permitted
         cat //f => not-permitted
         cat .. => not-permitted
         cat ../f => not-permitted
         cat a/../../f => not-permitted
         cat a/.. => bad-descriptor
         lstat a/.. => directory
         mkdir ../b => not-permitted
         rename f ../f => not-permitted
         rename ../f f => not-permitted
         symlink /f absolute => not-permitted
         symlink ../f outside
         cat outside => not-permitted
         lstat outside => link 4 linked 1
         symlink ../f a/inside
         cat a/inside => `text`
         symlink a/../../f around
         cat around => not-permitted
         open a fr as inner => directory read
         inner: cat inside => not-permitted
         inner: cat ../f => not-permitted
         list => directory a, file f, link around, link outside",
    );
}

#[test]
fn a_directory_that_moves_keeps_its_guest_inside() {
    check(
        "mkdir a
         mkdir a/b
         put secret text
         open a/b fr as inner => directory read
         rename a/b b
         inner: cat ../secret => not-permitted
         inner: put f mine
         cat b/f => `mine`",
    );
}

#[test]
fn links_are_followed_so_far_and_not_in_circles() {
    let mut chain = String::from("put f text\nsymlink f l1\n");
    for at in 2..=41 {
        chain.push_str(&format!("symlink l{} l{at}\n", at - 1));
    }
    check(&(chain + "cat l40 => `text`\ncat l41 => loop\nlstat l41 => link 3 linked 1"));
    check(
        "symlink loop loop
         cat loop => loop
         stat loop => loop
         lstat loop => link 4 linked 1
         lstat loop/ => link 4 linked 1
         stat loop/ => loop
         symlink b a
         symlink a b
         cat a => loop
         put a text => loop
         mkdir a => exist
         unlink a
         cat b => no-entry
         put b text
         cat a => `text`",
    );
}

#[test]
fn a_link_is_followed_at_the_end_if_it_is_asked_for() {
    check(
        "mkdir d
         put d/f text
         symlink d/f file
         symlink d dir
         symlink none dangling
         stat file => file 4 linked 1
         lstat file => link 3 linked 1
         open file r => loop
         open file fr => file read
         open dir rd => loop
         open dir frd => directory read
         open dir/ rd => directory read
         cat dir/f => `text`
         lstat dir => link 1 linked 1
         lstat dir/ => link 1 linked 1
         stat dir/ => directory
         stat dangling => no-entry
         put dangling made
         cat none => `made`
         open dangling cxfw => exist
         readlink dir => d
         readlink dir/ => invalid
         readlink d => invalid
         readlink d/f => invalid
         readlink none2 => no-entry
         unlink dir/ => is-directory
         rmdir dir => not-directory
         unlink dir
         cat d/f => `text`",
    );
}

#[test]
fn names_and_paths_have_a_longest() {
    check(
        "mkdir {255}
         put {255}/{255} text
         cat {255}/{255} => `text`
         mkdir {256} => name-too-long
         put {256} text => name-too-long
         cat {256} => name-too-long
         lstat {256} => name-too-long
         cat {256}/f => name-too-long
         rename {255} {256} => name-too-long
         symlink {4095} long
         symlink {4096} longer => name-too-long
         cat long => name-too-long
         lstat {4096} => name-too-long",
    );
}

#[test]
fn nothing_is_made_under_a_name_with_a_slash_but_a_directory() {
    check(
        "mkdir a/
         list => directory a
         put b/ text => is-directory
         put a/ text => is-directory
         open a/ rd => directory read
         symlink target l/ => no-entry
         put f text
         link f g/ => no-entry
         link f/ g => not-directory
         rename f g/ => not-directory
         rename f/ g => not-directory
         unlink f/ => not-directory
         rmdir a/ => invalid
         rmdir a",
    );
}
