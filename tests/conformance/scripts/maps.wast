;; Maps, and lists of a fixed length: lists of pairs in memory, and values in a row. Scripts write both as lists.

(component
  (core module $M
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $next))
      (global.set $next (i32.and (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 7)) (i32.const -8)))
      local.get $at)
    (func (export "same") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0))
      (i32.store (i32.const 4) (local.get 1))
      i32.const 0))
  (core instance $m (instantiate $M))
  (alias core export $m "memory" (core memory $mem))
  (alias core export $m "realloc" (core func $realloc))
  (func (export "map") (param "x" (map string u16)) (result (map string u16))
    (canon lift (core func $m "same") (memory $mem) (realloc $realloc)))
  (func (export "numbers") (param "x" (map u8 (list u32))) (result (map u8 (list u32)))
    (canon lift (core func $m "same") (memory $mem) (realloc $realloc)))
  ;; A map is a list of pairs.
  (func (export "pairs-of-map") (param "x" (map u32 bool)) (result (list (tuple u32 bool)))
    (canon lift (core func $m "same") (memory $mem) (realloc $realloc)))
  (func (export "map-of-pairs") (param "x" (list (tuple u32 bool))) (result (map u32 bool))
    (canon lift (core func $m "same") (memory $mem) (realloc $realloc))))

(assert_return (invoke "map" (list.const)) (list.const))
(assert_return
  (invoke "map" (list.const (tuple.const (str.const "one") (u16.const 1)) (tuple.const (str.const "two") (u16.const 2))))
  (list.const (tuple.const (str.const "one") (u16.const 1)) (tuple.const (str.const "two") (u16.const 2))))
(assert_return
  (invoke "numbers" (list.const (tuple.const (u8.const 9) (list.const (u32.const 1) (u32.const 2)))))
  (list.const (tuple.const (u8.const 9) (list.const (u32.const 1) (u32.const 2)))))
(assert_return
  (invoke "pairs-of-map" (list.const (tuple.const (u32.const 3) (bool.const true))))
  (list.const (tuple.const (u32.const 3) (bool.const true))))
(assert_return
  (invoke "map-of-pairs" (list.const (tuple.const (u32.const 3) (bool.const true)) (tuple.const (u32.const 4) (bool.const false))))
  (list.const (tuple.const (u32.const 3) (bool.const true)) (tuple.const (u32.const 4) (bool.const false))))

;; Flat while they are short, in memory where they are not.
(component
  (core module $M
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "three") (param i32 i32 i32) (result i32)
      (i32.store8 (i32.const 0) (local.get 2))
      (i32.store8 (i32.const 1) (local.get 1))
      (i32.store8 (i32.const 2) (local.get 0))
      i32.const 0)
    (func (export "same") (param i32) (result i32) local.get 0))
  (core instance $m (instantiate $M))
  (func (export "reversed") (param "x" (list u8 3)) (result (list u8 3))
    (canon lift (core func $m "three") (memory $m "memory")))
  (func (export "one") (param "x" (list u32 1)) (result (list u32 1)) (canon lift (core func $m "same")))
  (func (export "long") (param "x" (list u16 17)) (result (list u16 17))
    (canon lift (core func $m "same") (memory $m "memory") (realloc (core func $m "realloc")))))
(assert_return (invoke "reversed" (list.const (u8.const 1) (u8.const 2) (u8.const 3))) (list.const (u8.const 3) (u8.const 2) (u8.const 1)))
(assert_return (invoke "one" (list.const (u32.const 7))) (list.const (u32.const 7)))
(assert_return
  (invoke "long" (list.const
    (u16.const 1) (u16.const 2) (u16.const 3) (u16.const 4) (u16.const 5) (u16.const 6) (u16.const 7) (u16.const 8) (u16.const 9)
    (u16.const 10) (u16.const 11) (u16.const 12) (u16.const 13) (u16.const 14) (u16.const 15) (u16.const 16) (u16.const 17)))
  (list.const
    (u16.const 1) (u16.const 2) (u16.const 3) (u16.const 4) (u16.const 5) (u16.const 6) (u16.const 7) (u16.const 8) (u16.const 9)
    (u16.const 10) (u16.const 11) (u16.const 12) (u16.const 13) (u16.const 14) (u16.const 15) (u16.const 16) (u16.const 17)))

;; A length is not 0.
(assert_invalid (component (type (list u8 0))) "Fixed-length lists must have more than zero elements")
