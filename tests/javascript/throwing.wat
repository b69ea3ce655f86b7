;; Throws, and catches or does not; calls a function of the host that throws, and catches everything.
(component
  (import "refuse" (func $refuse))
  (core func $refuse (canon lower (func $refuse)))
  (core module $m
    (import "host" "refuse" (func $refuse))
    (tag $t (param i32))
    (func (export "thrown") (throw $t (i32.const 1)))
    (func (export "caught") (result i32)
      (block $caught (result i32)
        (try_table (catch $t $caught) (throw $t (i32.const 7)))
        unreachable))
    (func (export "refused") (block $all (try_table (catch_all $all) (call $refuse)))))
  (core instance $m (instantiate $m (with "host" (instance (export "refuse" (func $refuse))))))
  (func (export "thrown") (canon lift (core func $m "thrown")))
  (func (export "caught") (result u32) (canon lift (core func $m "caught")))
  (func (export "refused") (canon lift (core func $m "refused"))))
