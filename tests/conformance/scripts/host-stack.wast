;; A guest that runs out of stack with the host at each level: it runs out in its own code, and the page goes on.
(component definition $C
  (import "host" (instance $host
    (export "echo-string" (func (param "x" string) (result string)))))
  (core module $Libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $libc (instantiate $Libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $echo (canon lower (func $host "echo-string") (memory $memory) (realloc $realloc)))
  (core module $M
    (import "" "echo" (func $echo (param i32 i32 i32)))
    (func $run (export "run") (param i32) (result i32)
      (call $echo (i32.const 16) (i32.const 8) (i32.const 0))
      (i32.add (i32.const 1) (call $run (i32.add (local.get 0) (i32.const 1))))))
  (core instance $m (instantiate $M (with "" (instance (export "echo" (func $echo))))))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $m "run"))))
(component instance $c $C)
(assert_trap (invoke "run" (u32.const 0)) "call stack exhausted")
(component
  (core module $M (func (export "f") (result i32) i32.const 7))
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f"))))
(assert_return (invoke "f") (u32.const 7))

;; What is built in reaches the host too.
(component definition $Built
  (type $r (resource (rep i32)))
  (core func $new (canon resource.new $r))
  (core func $rep (canon resource.rep $r))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (func $run (param i32) (result i32)
      (i32.add (call $rep (local.get 0)) (call $run (local.get 0))))
    (func (export "run") (result i32) (call $run (call $new (i32.const 7)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep))))))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))
(component instance $b $Built)
(assert_trap (invoke "run") "call stack exhausted")

;; So it is with adapters between guests, which lend a handle at each level.
(component definition $Behind
  (component $Defining
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "see") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "see") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "see"))))
  (instance $defining (instantiate $Defining))
  (component $Using
    (import "defining" (instance $defining
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "see" (func (param "r" (borrow $r)) (result u32)))))
    (core func $make (canon lower (func $defining "make")))
    (core func $see (canon lower (func $defining "see")))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "see" (func $see (param i32) (result i32)))
      (func $run (param i32) (result i32)
        (i32.add (call $see (local.get 0)) (call $run (local.get 0))))
      (func (export "run") (result i32) (call $run (call $make))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make)) (export "see" (func $see))))))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))
  (instance $using (instantiate $Using (with "defining" (instance $defining))))
  (export "run" (func $using "run")))
(component instance $d $Behind)
(assert_trap (invoke "run") "call stack exhausted")
(component instance $b $Built)
(assert_trap (invoke "run") "call stack exhausted")
