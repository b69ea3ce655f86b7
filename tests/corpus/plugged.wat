;; What `wac plug socket.wasm --plug plug.wasm` (wac 0.12.0) made of two components, as text. The plug exports `demo:plug/words@1.0.0`,
;; which the socket imports: `shout` appends "!" to a text, `add` adds.
(component
  (component (;0;)
    (core module $m (;0;)
      (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
      (type (;1;) (func (param i32 i32) (result i32)))
      (memory (;0;) 1)
      (global $top (;0;) (mut i32) i32.const 4096)
      (export "memory" (memory 0))
      (export "realloc" (func 0))
      (export "shout" (func 1))
      (export "add" (func 2))
      (func (;0;) (type 0) (param i32 i32 i32) (param $size i32) (result i32)
        global.get $top
        global.get $top
        local.get $size
        i32.add
        global.set $top
      )
      (func (;1;) (type 1) (param $at i32) (param $len i32) (result i32)
        i32.const 2048
        local.get $at
        local.get $len
        memory.copy
        i32.const 2048
        local.get $len
        i32.add
        i32.const 33
        i32.store8
        i32.const 1024
        i32.const 2048
        i32.store
        i32.const 1028
        local.get $len
        i32.const 1
        i32.add
        i32.store
        i32.const 1024
      )
      (func (;2;) (type 1) (param i32 i32) (result i32)
        local.get 0
        local.get 1
        i32.add
      )
    )
    (core instance $m (;0;) (instantiate $m))
    (alias core export $m "memory" (core memory $memory (;0;)))
    (alias core export $m "realloc" (core func $realloc (;0;)))
    (type (;0;) (func (param "text" string) (result string)))
    (alias core export $m "shout" (core func (;1;)))
    (func $shout (;0;) (type 0) (canon lift (core func 1) (memory $memory) (realloc $realloc)))
    (type (;1;) (func (param "a" s32) (param "b" s32) (result s32)))
    (alias core export $m "add" (core func (;2;)))
    (func $add (;1;) (type 1) (canon lift (core func 2)))
    (instance $words (;0;)
      (export "shout" (func $shout))
      (export "add" (func $add))
    )
    (export (;1;) "demo:plug/words@1.0.0" (instance $words))
  )
  (instance (;0;) (instantiate 0))
  (alias export 0 "demo:plug/words@1.0.0" (instance (;1;)))
  (component (;1;)
    (type (;0;)
      (instance
        (type (;0;) (func (param "text" string) (result string)))
        (export (;0;) "shout" (func (type 0)))
        (type (;1;) (func (param "a" s32) (param "b" s32) (result s32)))
        (export (;1;) "add" (func (type 1)))
      )
    )
    (import "demo:plug/words@1.0.0" (instance $words (;0;) (type 0)))
    (core module $memory (;0;)
      (type (;0;) (func (param i32 i32 i32 i32) (result i32)))
      (memory (;0;) 1)
      (global $top (;0;) (mut i32) i32.const 4096)
      (export "memory" (memory 0))
      (export "realloc" (func 0))
      (func (;0;) (type 0) (param i32 i32 i32) (param $size i32) (result i32)
        global.get $top
        global.get $top
        local.get $size
        i32.add
        global.set $top
      )
    )
    (core instance $memory (;0;) (instantiate $memory))
    (alias core export $memory "memory" (core memory $mem (;0;)))
    (alias core export $memory "realloc" (core func $realloc (;0;)))
    (alias export $words "shout" (func (;0;)))
    (core func $shout (;1;) (canon lower (func 0) (memory $mem) (realloc $realloc)))
    (alias export $words "add" (func (;1;)))
    (core func $add (;2;) (canon lower (func 1)))
    (core module $m (;1;)
      (type (;0;) (func (param i32 i32 i32)))
      (type (;1;) (func (param i32 i32) (result i32)))
      (import "words" "shout" (func $shout (;0;) (type 0)))
      (import "words" "add" (func $add (;1;) (type 1)))
      (import "memory" "memory" (memory (;0;) 1))
      (export "shout-twice" (func 2))
      (export "add-thrice" (func 3))
      (func (;2;) (type 1) (param i32 i32) (result i32)
        local.get 0
        local.get 1
        i32.const 64
        call $shout
        i32.const 64
        i32.load
        i32.const 68
        i32.load
        i32.const 64
        call $shout
        i32.const 64
      )
      (func (;3;) (type 1) (param i32 i32) (result i32)
        local.get 0
        local.get 1
        call $add
        local.get 1
        call $add
        local.get 1
        call $add
      )
    )
    (core instance (;1;)
      (export "shout" (func $shout))
      (export "add" (func $add))
    )
    (core instance $m (;2;) (instantiate $m
        (with "words" (instance 1))
        (with "memory" (instance $memory))
      )
    )
    (type (;1;) (func (param "text" string) (result string)))
    (alias core export $m "shout-twice" (core func (;3;)))
    (func (;2;) (type 1) (canon lift (core func 3) (memory $mem) (realloc $realloc)))
    (type (;2;) (func (param "a" s32) (param "b" s32) (result s32)))
    (alias core export $m "add-thrice" (core func (;4;)))
    (func (;3;) (type 2) (canon lift (core func 4)))
    (export (;4;) "shout-twice" (func 2))
    (export (;5;) "add-thrice" (func 3))
  )
  (instance (;2;) (instantiate 1
      (with "demo:plug/words@1.0.0" (instance 1))
    )
  )
  (alias export 2 "shout-twice" (func (;0;)))
  (alias export 2 "add-thrice" (func (;1;)))
  (export (;2;) "shout-twice" (func 0))
  (export (;3;) "add-thrice" (func 1))
)
