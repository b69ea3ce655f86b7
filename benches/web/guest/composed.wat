;; Two components in one: `$caller` calls `$callee` in a loop, so that what is measured is the crossing between guests.
(component
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      ;; Every allocation is at the same place: one is needed at a time.
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
      (func (export "add") (param i32 i32) (result i32)
        local.get 0
        local.get 1
        i32.add)
      ;; Returns the text that it was given.
      (func (export "echo") (param i32 i32) (result i32)
        i32.const 16
        local.get 0
        i32.store
        i32.const 16
        local.get 1
        i32.store offset=4
        i32.const 16))
    (core instance $i (instantiate $m))
    (alias core export $i "memory" (core memory $memory))
    (alias core export $i "realloc" (core func $realloc))
    (func (export "add") (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $i "add")))
    (func (export "echo") (param "text" string) (result string)
      (canon lift (core func $i "echo") (memory $memory) (realloc $realloc))))

  (component $caller
    (import "add" (func $add (param "a" s32) (param "b" s32) (result s32)))
    (import "echo" (func $echo (param "text" string) (result string)))
    ;; What both sides of the lowered functions need before the module that calls them is there.
    (core module $allocator
      (memory (export "memory") 1)
      (data (i32.const 64) "sixteen letters!")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024))
    (core instance $a (instantiate $allocator))
    (alias core export $a "memory" (core memory $memory))
    (alias core export $a "realloc" (core func $realloc))
    (core func $add (canon lower (func $add)))
    (core func $echo (canon lower (func $echo) (memory $memory) (realloc $realloc)))
    (core module $m
      (import "callee" "add" (func $add (param i32 i32) (result i32)))
      (import "callee" "echo" (func $echo (param i32 i32 i32)))
      (import "memory" "memory" (memory 1))
      ;; The sum of 0, 1 and so on below `times`, each addition a call.
      (func (export "sum") (param $times i32) (result i32) (local $sum i32) (local $round i32)
        (block $done
          (loop $next
            (br_if $done (i32.ge_u (local.get $round) (local.get $times)))
            (local.set $sum (call $add (local.get $sum) (local.get $round)))
            (local.set $round (i32.add (local.get $round) (i32.const 1)))
            (br $next)))
        local.get $sum)
      ;; Has sixteen bytes echoed so many times, and returns how many bytes came back.
      (func (export "echo") (param $times i32) (result i32) (local $bytes i32)
        (block $done
          (loop $next
            (br_if $done (i32.eqz (local.get $times)))
            (call $echo (i32.const 64) (i32.const 16) (i32.const 16))
            (local.set $bytes (i32.add (local.get $bytes) (i32.load offset=4 (i32.const 16))))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $next)))
        local.get $bytes))
    (core instance $i (instantiate $m
      (with "callee" (instance (export "add" (func $add)) (export "echo" (func $echo))))
      (with "memory" (instance $a))))
    (func (export "sum") (param "times" u32) (result s32) (canon lift (core func $i "sum")))
    (func (export "echo") (param "times" u32) (result u32) (canon lift (core func $i "echo"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller
    (with "add" (func $callee "add"))
    (with "echo" (func $callee "echo"))))
  (export "sum" (func $caller "sum"))
  (export "echo" (func $caller "echo")))
