//! Files as streams.

use super::check;

#[test]
fn a_file_is_read_as_a_stream_until_it_ends() {
    check(
        "put f abcdefgh
         open f fr as file => file read
         input file 2 as in
         blocking-read in 3 => `cde`
         blocking-skip in 1 => 1
         blocking-read in 9 => `gh`
         blocking-read in 9 => closed
         blocking-read in 9 => closed
         input file 2 as asked
         blocking-read asked 0 => closed
         blocking-read asked 9 => closed
         input file 99 as late
         blocking-read late 1 => closed
         open f fw as written => file write
         input written 0 as none
         blocking-read none 1 => bad-descriptor
         blocking-read none 1 => closed
         mkdir a
         open a fr as dir => directory read
         input dir 0 as in => is-directory
         output dir 0 as out => bad-descriptor",
    );
}

#[test]
fn a_file_is_written_as_a_stream_where_it_is_said() {
    check(
        "open f cfrw as file => file read write
         output file 3 as out
         check-write out => 65536
         blocking-write out abc
         blocking-write out def
         append file as end
         blocking-write end !
         blocking-write out g
         cat f => `...abcdefg`
         blocking-write end ?
         cat f => `...abcdefg?`
         size file 1
         blocking-write end x
         cat f => `.x`
         open f fr as reader => file read
         output reader 0 as never
         check-write never => 65536
         blocking-write never abc => bad-descriptor
         blocking-write never abc => closed
         check-write never => closed",
    );
}
