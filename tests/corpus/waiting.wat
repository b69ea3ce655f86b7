;; A guest that waits for its host: what it imports may take the host any time.
(component
  (import "demo:waiting/clock" (instance $clock
    (export "wait" (func (param "turns" u32) (result u32)))
    (export "answer" (func (param "question" string) (result string)))
    (export "fail" (func (param "turns" u32)))))
  (core module $memory
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
      (global.set $top
        (i32.and
          (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
          (i32.sub (i32.const 0) (local.get $align))))
      (global.get $top)
      (global.set $top (i32.add (global.get $top) (local.get $size)))))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $wait (canon lower (func $clock "wait")))
  (core func $answer (canon lower (func $clock "answer") (memory $mem) (realloc (core func $realloc))))
  (core func $fail (canon lower (func $clock "fail")))
  (core module $m
    (import "clock" "wait" (func $wait (param i32) (result i32)))
    (import "clock" "answer" (func $answer (param i32 i32 i32)))
    (import "clock" "fail" (func $fail (param i32)))
    (import "memory" "memory" (memory 1))
    (global $calls (mut i32) (i32.const 0))
    ;; The sum of what `wait(1)`, `wait(2)`, ..., `wait(rounds)` return.
    (func (export "sum") (param $rounds i32) (result i32)
      (local $round i32) (local $sum i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (block $done
        (loop $next
          (br_if $done (i32.ge_u (local.get $round) (local.get $rounds)))
          (local.set $round (i32.add (local.get $round) (i32.const 1)))
          (local.set $sum (i32.add (local.get $sum) (call $wait (local.get $round))))
          (br $next)))
      (local.get $sum))
    (func (export "calls") (result i32) (global.get $calls))
    (func (export "ask") (param i32 i32) (result i32)
      (call $answer (local.get 0) (local.get 1) (i32.const 64))
      (i32.const 64))
    (func (export "fall") (param i32)
      (drop (call $wait (local.get 0)))
      unreachable)
    (func (export "fail") (param i32) (call $fail (local.get 0))))
  (core instance $m (instantiate $m
    (with "clock" (instance (export "wait" (func $wait)) (export "answer" (func $answer)) (export "fail" (func $fail))))
    (with "memory" (instance $memory))))
  (func $sum (param "rounds" u32) (result u32) (canon lift (core func $m "sum")))
  (func $calls (result u32) (canon lift (core func $m "calls")))
  (func $ask (param "question" string) (result string)
    (canon lift (core func $m "ask") (memory $mem) (realloc (core func $realloc))))
  (func $fall (param "turns" u32) (canon lift (core func $m "fall")))
  (func $fail (param "turns" u32) (canon lift (core func $m "fail")))
  (instance $waiter
    (export "sum" (func $sum))
    (export "calls" (func $calls))
    (export "ask" (func $ask))
    (export "fall" (func $fall))
    (export "fail" (func $fail)))
  (export "demo:waiting/waiter" (instance $waiter)))
