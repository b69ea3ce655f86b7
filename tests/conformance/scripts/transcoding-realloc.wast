;; With what a component's `realloc` is called for a string that another one gives it: the first block by the number of the sender's code
;; units, a larger one when a character does not fit, a smaller one when there is too much.

(component definition $Log
  (core module $Callee
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    ;; Every call is written down, four numbers each, from 0 on; `log` reads and clears it.
    (global $logged (mut i32) (i32.const 0))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (i32.store (global.get $logged) (i32.ne (local.get 0) (i32.const 0)))
      (i32.store offset=4 (global.get $logged) (local.get 1))
      (i32.store offset=8 (global.get $logged) (local.get 2))
      (i32.store offset=12 (global.get $logged) (local.get 3))
      (global.set $logged (i32.add (global.get $logged) (i32.const 16)))
      (local.set $at (global.get $next))
      (global.set $next (i32.and (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 15)) (i32.const -8)))
      (if (local.get 0)
        (then (memory.copy (local.get $at) (local.get 0)
          (select (local.get 1) (local.get 3) (i32.lt_u (local.get 1) (local.get 3))))))
      local.get $at)
    (func (export "take") (param i32 i32))
    (func (export "log") (result i32)
      (i32.store (i32.const 2048) (i32.const 0))
      (i32.store (i32.const 2052) (i32.div_u (global.get $logged) (i32.const 16)))
      (global.set $logged (i32.const 0))
      i32.const 2048))
  (core module $Libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
  (core module $Caller
    (import "" "take" (func $take (param i32 i32)))
    (func (export "take") (param $at i32) (param $bytes i32) (param $units i32)
      (call $take (local.get $at) (local.get $units))))

  (component $Callee
    (core instance $m (instantiate $Callee))
    (alias core export $m "memory" (core memory $mem))
    (alias core export $m "realloc" (core func $realloc))
    (alias core export $m "take" (core func $take))
    (func (export "utf8") (param "x" string) (canon lift (core func $take) (memory $mem) (realloc $realloc)))
    (func (export "utf16") (param "x" string)
      (canon lift (core func $take) (memory $mem) (realloc $realloc) string-encoding=utf16))
    (func (export "latin1") (param "x" string)
      (canon lift (core func $take) (memory $mem) (realloc $realloc) string-encoding=latin1+utf16))
    (func (export "log") (result (list (tuple u32 u32 u32 u32))) (canon lift (core func $m "log") (memory $mem))))
  (instance $callee (instantiate $Callee))
  (component $Caller8
    (import "take" (func $take (param "x" string)))
    (core instance $libc (instantiate $Libc))
    (alias core export $libc "memory" (core memory $mem))
    (core func $take (canon lower (func $take) (memory $mem) string-encoding=utf8))
    (core instance $m (instantiate $Caller (with "" (instance (export "take" (func $take))))))
    (func (export "take") (param "x" (list u8)) (param "units" u32)
      (canon lift (core func $m "take") (memory $mem) (realloc (core func $libc "realloc")))))
  (component $Caller16
    (import "take" (func $take (param "x" string)))
    (core instance $libc (instantiate $Libc))
    (alias core export $libc "memory" (core memory $mem))
    (core func $take (canon lower (func $take) (memory $mem) string-encoding=utf16))
    (core instance $m (instantiate $Caller (with "" (instance (export "take" (func $take))))))
    (func (export "take") (param "x" (list u8)) (param "units" u32)
      (canon lift (core func $m "take") (memory $mem) (realloc (core func $libc "realloc")))))
  (component $Callerl
    (import "take" (func $take (param "x" string)))
    (core instance $libc (instantiate $Libc))
    (alias core export $libc "memory" (core memory $mem))
    (core func $take (canon lower (func $take) (memory $mem) string-encoding=latin1+utf16))
    (core instance $m (instantiate $Caller (with "" (instance (export "take" (func $take))))))
    (func (export "take") (param "x" (list u8)) (param "units" u32)
      (canon lift (core func $m "take") (memory $mem) (realloc (core func $libc "realloc")))))
  (instance $c88 (instantiate $Caller8 (with "take" (func $callee "utf8"))))
  (export "utf8-utf8" (func $c88 "take"))
  (instance $c816 (instantiate $Caller8 (with "take" (func $callee "utf16"))))
  (export "utf8-utf16" (func $c816 "take"))
  (instance $c8l (instantiate $Caller8 (with "take" (func $callee "latin1"))))
  (export "utf8-latin1" (func $c8l "take"))
  (instance $c168 (instantiate $Caller16 (with "take" (func $callee "utf8"))))
  (export "utf16-utf8" (func $c168 "take"))
  (instance $c1616 (instantiate $Caller16 (with "take" (func $callee "utf16"))))
  (export "utf16-utf16" (func $c1616 "take"))
  (instance $c16l (instantiate $Caller16 (with "take" (func $callee "latin1"))))
  (export "utf16-latin1" (func $c16l "take"))
  (instance $cl8 (instantiate $Callerl (with "take" (func $callee "utf8"))))
  (export "latin1-utf8" (func $cl8 "take"))
  (instance $cl16 (instantiate $Callerl (with "take" (func $callee "utf16"))))
  (export "latin1-utf16" (func $cl16 "take"))
  (instance $cll (instantiate $Callerl (with "take" (func $callee "latin1"))))
  (export "latin1-latin1" (func $cll "take"))
  (export "log" (func $callee "log")))

(component instance $l $Log)
(invoke "utf8-utf8" (list.const (u8.const 0x61) (u8.const 0x62)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2))))
(invoke "utf8-utf8" (list.const (u8.const 0x63) (u8.const 0x61) (u8.const 0x66) (u8.const 0xc3) (u8.const 0xa9)) (u32.const 0x5))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 5))))
(invoke "utf8-utf8" (list.const (u8.const 0x61) (u8.const 0xe4) (u8.const 0xbd) (u8.const 0xa0)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 4))))
(invoke "utf8-utf8" (list.const (u8.const 0xf0) (u8.const 0x9f) (u8.const 0xa6) (u8.const 0x80) (u8.const 0x78)) (u32.const 0x5))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 5))))
(invoke "utf8-utf16" (list.const (u8.const 0x61) (u8.const 0x62)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "utf8-utf16" (list.const (u8.const 0x63) (u8.const 0x61) (u8.const 0x66) (u8.const 0xc3) (u8.const 0xa9)) (u32.const 0x5))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 10))
  (tuple.const (u32.const 1) (u32.const 10) (u32.const 2) (u32.const 8))))
(invoke "utf8-utf16" (list.const (u8.const 0x61) (u8.const 0xe4) (u8.const 0xbd) (u8.const 0xa0)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8))
  (tuple.const (u32.const 1) (u32.const 8) (u32.const 2) (u32.const 4))))
(invoke "utf8-utf16" (list.const (u8.const 0xf0) (u8.const 0x9f) (u8.const 0xa6) (u8.const 0x80) (u8.const 0x78)) (u32.const 0x5))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 10))
  (tuple.const (u32.const 1) (u32.const 10) (u32.const 2) (u32.const 6))))
(invoke "utf8-latin1" (list.const (u8.const 0x61) (u8.const 0x62)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2))))
(invoke "utf8-latin1" (list.const (u8.const 0x63) (u8.const 0x61) (u8.const 0x66) (u8.const 0xc3) (u8.const 0xa9)) (u32.const 0x5))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 5))
  (tuple.const (u32.const 1) (u32.const 5) (u32.const 2) (u32.const 4))))
(invoke "utf8-latin1" (list.const (u8.const 0x61) (u8.const 0xe4) (u8.const 0xbd) (u8.const 0xa0)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))
  (tuple.const (u32.const 1) (u32.const 4) (u32.const 2) (u32.const 8))
  (tuple.const (u32.const 1) (u32.const 8) (u32.const 2) (u32.const 4))))
(invoke "utf8-latin1" (list.const (u8.const 0xf0) (u8.const 0x9f) (u8.const 0xa6) (u8.const 0x80) (u8.const 0x78)) (u32.const 0x5))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 5))
  (tuple.const (u32.const 1) (u32.const 5) (u32.const 2) (u32.const 10))
  (tuple.const (u32.const 1) (u32.const 10) (u32.const 2) (u32.const 6))))
(invoke "utf16-utf8" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x62) (u8.const 0x0)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2))))
(invoke "utf16-utf8" (list.const (u8.const 0x63) (u8.const 0x0) (u8.const 0x61) (u8.const 0x0) (u8.const 0x66) (u8.const 0x0) (u8.const 0xe9) (u8.const 0x0)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 4))
  (tuple.const (u32.const 1) (u32.const 4) (u32.const 1) (u32.const 12))
  (tuple.const (u32.const 1) (u32.const 12) (u32.const 1) (u32.const 5))))
(invoke "utf16-utf8" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x60) (u8.const 0x4f)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2))
  (tuple.const (u32.const 1) (u32.const 2) (u32.const 1) (u32.const 6))
  (tuple.const (u32.const 1) (u32.const 6) (u32.const 1) (u32.const 4))))
(invoke "utf16-utf8" (list.const (u8.const 0x3e) (u8.const 0xd8) (u8.const 0x80) (u8.const 0xdd) (u8.const 0x78) (u8.const 0x0)) (u32.const 0x3))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3))
  (tuple.const (u32.const 1) (u32.const 3) (u32.const 1) (u32.const 9))
  (tuple.const (u32.const 1) (u32.const 9) (u32.const 1) (u32.const 5))))
(invoke "utf16-utf16" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x62) (u8.const 0x0)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "utf16-utf16" (list.const (u8.const 0x63) (u8.const 0x0) (u8.const 0x61) (u8.const 0x0) (u8.const 0x66) (u8.const 0x0) (u8.const 0xe9) (u8.const 0x0)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8))))
(invoke "utf16-utf16" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x60) (u8.const 0x4f)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "utf16-utf16" (list.const (u8.const 0x3e) (u8.const 0xd8) (u8.const 0x80) (u8.const 0xdd) (u8.const 0x78) (u8.const 0x0)) (u32.const 0x3))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6))))
(invoke "utf16-latin1" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x62) (u8.const 0x0)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2))))
(invoke "utf16-latin1" (list.const (u8.const 0x63) (u8.const 0x0) (u8.const 0x61) (u8.const 0x0) (u8.const 0x66) (u8.const 0x0) (u8.const 0xe9) (u8.const 0x0)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "utf16-latin1" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x60) (u8.const 0x4f)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2))
  (tuple.const (u32.const 1) (u32.const 2) (u32.const 2) (u32.const 4))))
(invoke "utf16-latin1" (list.const (u8.const 0x3e) (u8.const 0xd8) (u8.const 0x80) (u8.const 0xdd) (u8.const 0x78) (u8.const 0x0)) (u32.const 0x3))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 3))
  (tuple.const (u32.const 1) (u32.const 3) (u32.const 2) (u32.const 6))))
(invoke "latin1-utf8" (list.const (u8.const 0x61) (u8.const 0x62)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2))))
(invoke "latin1-utf8" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x62) (u8.const 0x0)) (u32.const 0x80000002))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2))))
(invoke "latin1-utf8" (list.const (u8.const 0x63) (u8.const 0x61) (u8.const 0x66) (u8.const 0xe9)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 4))
  (tuple.const (u32.const 1) (u32.const 4) (u32.const 1) (u32.const 8))
  (tuple.const (u32.const 1) (u32.const 8) (u32.const 1) (u32.const 5))))
(invoke "latin1-utf8" (list.const (u8.const 0x63) (u8.const 0x0) (u8.const 0x61) (u8.const 0x0) (u8.const 0x66) (u8.const 0x0) (u8.const 0xe9) (u8.const 0x0)) (u32.const 0x80000004))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 4))
  (tuple.const (u32.const 1) (u32.const 4) (u32.const 1) (u32.const 12))
  (tuple.const (u32.const 1) (u32.const 12) (u32.const 1) (u32.const 5))))
(invoke "latin1-utf8" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x60) (u8.const 0x4f)) (u32.const 0x80000002))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 2))
  (tuple.const (u32.const 1) (u32.const 2) (u32.const 1) (u32.const 6))
  (tuple.const (u32.const 1) (u32.const 6) (u32.const 1) (u32.const 4))))
(invoke "latin1-utf8" (list.const (u8.const 0x3e) (u8.const 0xd8) (u8.const 0x80) (u8.const 0xdd) (u8.const 0x78) (u8.const 0x0)) (u32.const 0x80000003))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 3))
  (tuple.const (u32.const 1) (u32.const 3) (u32.const 1) (u32.const 9))
  (tuple.const (u32.const 1) (u32.const 9) (u32.const 1) (u32.const 5))))
(invoke "latin1-utf16" (list.const (u8.const 0x61) (u8.const 0x62)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "latin1-utf16" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x62) (u8.const 0x0)) (u32.const 0x80000002))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "latin1-utf16" (list.const (u8.const 0x63) (u8.const 0x61) (u8.const 0x66) (u8.const 0xe9)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8))))
(invoke "latin1-utf16" (list.const (u8.const 0x63) (u8.const 0x0) (u8.const 0x61) (u8.const 0x0) (u8.const 0x66) (u8.const 0x0) (u8.const 0xe9) (u8.const 0x0)) (u32.const 0x80000004))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8))))
(invoke "latin1-utf16" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x60) (u8.const 0x4f)) (u32.const 0x80000002))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "latin1-utf16" (list.const (u8.const 0x3e) (u8.const 0xd8) (u8.const 0x80) (u8.const 0xdd) (u8.const 0x78) (u8.const 0x0)) (u32.const 0x80000003))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6))))
(invoke "latin1-latin1" (list.const (u8.const 0x61) (u8.const 0x62)) (u32.const 0x2))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 2))))
(invoke "latin1-latin1" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x62) (u8.const 0x0)) (u32.const 0x80000002))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))
  (tuple.const (u32.const 1) (u32.const 4) (u32.const 2) (u32.const 2))))
(invoke "latin1-latin1" (list.const (u8.const 0x63) (u8.const 0x61) (u8.const 0x66) (u8.const 0xe9)) (u32.const 0x4))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "latin1-latin1" (list.const (u8.const 0x63) (u8.const 0x0) (u8.const 0x61) (u8.const 0x0) (u8.const 0x66) (u8.const 0x0) (u8.const 0xe9) (u8.const 0x0)) (u32.const 0x80000004))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 8))
  (tuple.const (u32.const 1) (u32.const 8) (u32.const 2) (u32.const 4))))
(invoke "latin1-latin1" (list.const (u8.const 0x61) (u8.const 0x0) (u8.const 0x60) (u8.const 0x4f)) (u32.const 0x80000002))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 4))))
(invoke "latin1-latin1" (list.const (u8.const 0x3e) (u8.const 0xd8) (u8.const 0x80) (u8.const 0xdd) (u8.const 0x78) (u8.const 0x0)) (u32.const 0x80000003))
(assert_return (invoke "log") (list.const
  (tuple.const (u32.const 0) (u32.const 0) (u32.const 2) (u32.const 6))))
