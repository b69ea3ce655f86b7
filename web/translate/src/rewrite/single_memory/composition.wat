;; A component that passes strings and lists to another and back, so that the adapters between them use two memories.
(component
  (core module $storage
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "same") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16)))
  (core module $caller
    (import "callee" "text" (func $text (param i32 i32 i32)))
    (import "callee" "rows" (func $rows (param i32 i32 i32)))
    (func (export "text") (param i32 i32) (result i32)
      (call $text (local.get 0) (local.get 1) (i32.const 32))
      (i32.const 32))
    (func (export "rows") (param i32 i32) (result i32)
      (call $rows (local.get 0) (local.get 1) (i32.const 32))
      (i32.const 32)))

  (component $inner
    (alias outer 1 $storage (core module $storage))
    (core instance $i (instantiate $storage))
    (type $row (tuple u8 s16 u64 f32 f64 (option char) (result u32 (error f64)) (list s64)))
    (func (export "text") (param "text" string) (result string)
      (canon lift (core func $i "same") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "rows") (param "rows" (list $row)) (result (list $row))
      (canon lift (core func $i "same") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
  (component $outer
    (alias outer 1 $storage (core module $storage))
    (alias outer 1 $caller (core module $caller))
    (type $row (tuple u8 s16 u64 f32 f64 (option char) (result u32 (error f64)) (list s64)))
    (import "text" (func $text (param "text" string) (result string)))
    (import "rows" (func $rows (param "rows" (list $row)) (result (list $row))))
    (core instance $i (instantiate $storage))
    (core func $text' (canon lower (func $text) (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (core func $rows' (canon lower (func $rows) (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (core instance $c (instantiate $caller
      (with "callee" (instance (export "text" (func $text')) (export "rows" (func $rows'))))))
    (func (export "text") (param "text" string) (result string)
      (canon lift (core func $c "text") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "rows") (param "rows" (list $row)) (result (list $row))
      (canon lift (core func $c "rows") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))

  (instance $inner (instantiate $inner))
  (instance $outer (instantiate $outer
    (with "text" (func $inner "text")) (with "rows" (func $inner "rows"))))
  (export "text" (func $outer "text"))
  (export "rows" (func $outer "rows")))
