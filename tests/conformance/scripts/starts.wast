;; Core modules that run as they are instantiated: start functions and segments, in the order of the instances, imports at hand.

(component
  (import "host" (instance $host
    (export "item" (type $item (sub resource)))
    (export "[constructor]item" (func (param "rep" u32) (result (own $item))))
    (export "[method]item.rep" (func (param "self" (borrow $item)) (result u32)))))
  (alias export $host "item" (type $item))
  (core func $new (canon lower (func $host "[constructor]item")))
  (core func $rep (canon lower (func $host "[method]item.rep")))
  (core func $drop (canon resource.drop $item))
  (core module $First
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\05")
    (func $start
      (local $item i32)
      (local.set $item (call $new (i32.const 37)))
      (i32.store (i32.const 4) (call $rep (local.get $item)))
      (call $drop (local.get $item)))
    (start $start))
  (core instance $first (instantiate $First (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
  (core module $Second
    (import "first" "memory" (memory 1))
    (global $sum (mut i32) (i32.const 0))
    (func $start (global.set $sum (i32.add (i32.load8_u (i32.const 0)) (i32.load (i32.const 4)))))
    (start $start)
    (func (export "sum") (result i32) global.get $sum))
  (core instance $second (instantiate $Second (with "first" (instance $first))))
  (func (export "sum") (result u32) (canon lift (core func $second "sum"))))
(assert_return (invoke "sum") (u32.const 42))

;; The host's error in a start function.
(assert_trap
  (component
    (import "host" (instance $host (export "fail" (func))))
    (core func $fail (canon lower (func $host "fail")))
    (core module $M (import "" "fail" (func $fail)) (start $fail))
    (core instance (instantiate $M (with "" (instance (export "fail" (func $fail)))))))
  "the host refuses")
;; A start function calls into another component.
(component
  (component $A
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func (export "add") (param i32) (global.set $n (i32.add (global.get $n) (local.get 0))))
      (func (export "get") (result i32) global.get $n))
    (core instance $m (instantiate $M))
    (func (export "add") (param "x" u32) (canon lift (core func $m "add")))
    (func (export "get") (result u32) (canon lift (core func $m "get"))))
  (component $B
    (import "add" (func $add (param "x" u32)))
    (core func $add (canon lower (func $add)))
    (core module $M
      (import "" "add" (func $add (param i32)))
      (func $start (call $add (i32.const 3)))
      (start $start))
    (core instance (instantiate $M (with "" (instance (export "add" (func $add)))))))
  (instance $a (instantiate $A))
  (instance (instantiate $B (with "add" (func $a "add"))))
  (instance (instantiate $B (with "add" (func $a "add"))))
  (export "get" (func $a "get")))
(assert_return (invoke "get") (u32.const 6))
