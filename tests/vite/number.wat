;; Gives what its import makes of a number, which a test puts in place of NUMBER. A core module of it has two memories.
(component
  (import "next" (func $next (param "number" u32) (result u32)))
  (core func $next (canon lower (func $next)))
  (core module $memory (memory (export "m") 1))
  (core instance $one (instantiate $memory))
  (core instance $two (instantiate $memory))
  (core module $m
    (import "" "next" (func $next (param i32) (result i32)))
    (import "one" "m" (memory 1))
    (import "two" "m" (memory 1))
    (func (export "number") (result i32)
      (i32.store 1 (i32.const 0) (i32.const NUMBER))
      (call $next (i32.load 1 (i32.const 0)))))
  (core instance $i (instantiate $m
    (with "" (instance (export "next" (func $next))))
    (with "one" (instance $one))
    (with "two" (instance $two))))
  (func (export "number") (result u32) (canon lift (core func $i "number"))))
