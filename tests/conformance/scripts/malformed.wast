;; What is no binary of a component at all.

(component binary "\00asm" "\0d\00\01\00")
;; Some custom section.
(component binary "\00asm" "\0d\00\01\00" "\00\02\01a")
(assert_malformed (component binary "") "unexpected end")
(assert_malformed (component binary "\00as") "unexpected end")
(assert_malformed (component binary "\00bsm" "\0d\00\01\00") "magic header not detected")
(assert_malformed (component binary "\00asm" "\0e\00\01\00") "unknown binary version")
(assert_malformed (component binary "\00asm" "\0d\00\02\00") "unknown binary version")
;; A section longer than the file; one that ends inside; one that is not known.
(assert_malformed (component binary "\00asm" "\0d\00\01\00" "\07\05\00") "unexpected end")
(assert_malformed (component binary "\00asm" "\0d\00\01\00" "\07\01\01") "unexpected end")
(assert_malformed (component binary "\00asm" "\0d\00\01\00" "\7f\00") "malformed section id")
;; A core module with a wrong header inside.
(assert_malformed (component binary "\00asm" "\0d\00\01\00" "\01\08" "\00asm\0d\00\01\00") "")
;; A name that is no UTF-8.
(assert_malformed
  (component binary "\00asm" "\0d\00\01\00"
    "\07\05\01\40\00\01\00"
    "\0a\06\01\00\01\ff\01\00")
  "malformed UTF-8 encoding")
;; Text that is none.
(assert_malformed (component quote "(import)") "expected")
(assert_malformed (component quote "(func (export \"f\"") "expected")
