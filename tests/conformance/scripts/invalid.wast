;; What validation refuses: the rules of the canonical ABI, of names, and of what may be seen from where.

;; `canon lift` and `canon lower`: options that are needed, twice there, or of the wrong type.
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" string) (canon lift (core func $m "f"))))
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $M (memory (export "memory") 1) (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") (memory $m "memory"))))
  "canonical option `realloc` is required")
(assert_invalid
  (component
    (core module $M (memory (export "memory") 1) (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" u32) (canon lift (core func $m "f") (memory $m "memory") (memory $m "memory"))))
  "canonical option `memory` is specified more than once")
(assert_invalid
  (component
    (core module $M (func (export "f") (param i64)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" u32) (canon lift (core func $m "f"))))
  "lowered parameter types `[I32]` do not match parameter types `[I64]`")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i64)))
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  "lowered result types `[I32]` do not match result types `[I64]`")
(assert_invalid
  (component
    (core module $M
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" string)
      (canon lift (core func $m "f") (memory $m "memory") (realloc (core func $m "realloc")))))
  "canonical option `realloc` uses a core function with an incorrect signature")
(assert_invalid
  (component
    (import "f" (func $f (param "x" string)))
    (core func (canon lower (func $f))))
  "canonical option `memory` is required")
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (core func (canon lower (func $f) (post-return (core func $m "f")))))
  "canonical option `post-return` cannot be specified for lowerings")

;; Types.
(assert_invalid (component (type (record))) "record type must have at least one field")
(assert_invalid (component (type (variant))) "variant type must have at least one case")
(assert_invalid (component (type (enum))) "enum type must have at least one variant")
(assert_invalid (component (type (tuple))) "tuple type must have at least one type")
(assert_invalid (component (type (flags))) "flags must have at least one entry")
(assert_invalid (component (type (record (field "a" u8) (field "A" u8)))) "conflicts with previous field name")
(assert_invalid (component (type (variant (case "a") (case "a")))) "conflicts with previous case name")
(assert_invalid (component (type (func (param "x" u8) (param "x" u8)))) "conflicts with previous")
(assert_invalid
  (component
    (type $r (resource (rep i32)))
    (type (func (result (borrow $r)))))
  "function result cannot contain a `borrow` type")

;; Names.
(assert_invalid (component (import "Not_Kebab" (func))) "not in kebab case")
(assert_invalid (component (import "a" (func)) (import "a" (func))) "conflicts with previous name")
(assert_invalid (component (import "a:b/c@1" (instance))) "is not valid")

;; What is made outside of a component cannot be seen by one inside, if it is a thing of run time.
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (component (export "f" (func $f))))
  "outer")

;; Instances.
(assert_invalid
  (component
    (core module $M (import "a" "b" (func)))
    (core instance (instantiate $M)))
  "missing module instantiation argument named `a`")
(assert_invalid
  (component
    (component $C (import "f" (func (param "x" u8))))
    (import "g" (func $g (param "x" u16)))
    (instance (instantiate $C (with "f" (func $g)))))
  "expected primitive `u8` found primitive `u16`")
(assert_invalid
  (component
    (component $C (import "f" (func)))
    (instance (instantiate $C)))
  "missing import named `f`")

;; The body of a core function.
(assert_invalid
  (component (core module (func (result i32) i64.const 0)))
  "type mismatch: expected i32, found i64")
(assert_invalid
  (component (core module (func local.get 0)))
  "unknown local 0")

;; An export's type may only name what is exported or imported too.
(assert_invalid
  (component
    (type $r (record (field "a" u8)))
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" $r) (canon lift (core func $m "f"))))
  "func not valid to be used as export")
