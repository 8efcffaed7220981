//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernels_arm64.h"

// func textNEON(src *byte, n int, over bool) (read int, sure bool)
//
// R0 goes through src up to R1. R9 is 1 if the byte at R0 is escaped by a backslash before it, R8 is not 0 if the block before
// has non-ASCII bytes, V26 holds its last vector. R7 collects where it is not UTF-8. V31 has the classes to stop at: a backslash only if R2, which
// is over, is 0.
TEXT ·textNEON(SB), NOSPLIT, $0-33
	MOVD  src+0(FP), R0
	MOVD  n+8(FP), R1
	MOVBU over+16(FP), R2
	ADD   R0, R1, R1
	MOVD  ZR, R7
	MOVD  ZR, R8
	MOVD  ZR, R9
	VEOR  V26.B16, V26.B16, V26.B16
	MOVD  $7, R4
	SUB   R2<<2, R4
	VDUP  R4, V31.B16
	CLASSTABLES(·classTables)

clean:
	// No escape and no character goes on at R0. Most texts are plain ASCII to their ends.
	SUB    R0, R1, R3
	CMP    $64, R3
	BLT    short
	VLD1   (R0), [V0.B16, V1.B16, V2.B16, V3.B16]
	CLASSES64(R10)
	CBNZ   R10, block
	ADD    $64, R0
	JMP    clean

short:
	CMP    $16, R3
	BLT    tail
	VLD1   (R0), [V0.B16]
	CLASSES(V0, V4)
	ANY(V4, R10)
	CBNZ   R10, hit
	ADD    $16, R0
	SUB    $16, R3
	JMP    short

tail:
	// A vector that overlaps with the one before does it, if there is nothing in it.
	CBZ    R3, store
	SUB    $16, R1, R5
	VLD1   (R5), [V0.B16]
	CLASSES(V0, V4)
	ANY(V4, R10)
	CBNZ   R10, loop
	MOVD   R1, R0
	JMP    store

hit:
	VCMTST V4.B16, V4.B16, V8.B16
	VAND   V24.B16, V8.B16, V8.B16
	VADDP  V8.B16, V8.B16, V8.B16
	VADDP  V8.B16, V8.B16, V8.B16
	VADDP  V8.B16, V8.B16, V8.B16
	VMOV   V8.H[0], R11
	RBIT   R11, R11
	CLZ    R11, R11
	MOVBU  (R0)(R11), R4
	CMP    $0x80, R4
	BHS    loop
	CMP    $0x5c, R4
	CSET   EQ, R4
	TST    R4, R2
	BNE    loop
	ADD    R11, R0
	JMP    store

loop:
	// Block by block, with all that can be in them.
	SUB    R0, R1, R3
	CMP    $64, R3
	BLT    last
	VLD1   (R0), [V0.B16, V1.B16, V2.B16, V3.B16]

classes:
	CLASSES64(R10)

block:
	// R10 has the classes that occur. R4 will be where the block is not UTF-8.
	MOVD   ZR, R4
	AND    $0x0808080808080808, R10, R11
	ORR    R8, R11, R5
	CBNZ   R5, utf8

checked:
	VORR   V3.B16, V3.B16, V26.B16
	AND    $0x0707070707070707, R10, R10
	ORR    R9, R10
	CBNZ   R10, special

next:
	ORR    R4, R7
	ADD    $64, R0
	ORR    R8, R9, R5
	CBZ    R5, clean
	JMP    loop

utf8:
	CBNZ   R8, again
	UTF8TABLES

again:
	MOVD   R11, R8
	UTF8X64(V27, V28, V29, V30)
	VORR   V27.B16, V28.B16, V8.B16
	VORR   V29.B16, V30.B16, V9.B16
	VORR   V8.B16, V9.B16, V8.B16
	ANY(V8, R4)
	CBZ    R4, checked
	VCMTST V27.B16, V27.B16, V27.B16
	VCMTST V28.B16, V28.B16, V28.B16
	VCMTST V29.B16, V29.B16, V29.B16
	VCMTST V30.B16, V30.B16, V30.B16
	MASK(V27, V28, V29, V30, R4)
	JMP    checked

special:
	MASKOF(V31, R11)
	MOVD   ZR, R13
	CBZ    R2, stop
	VMOVI  $const_classBackslash, V12.B16
	MASKOF(V12, R12)
	ESCAPES
	BIC    R14, R11, R11 // an escaped quote is fine, and an escaped control character is found below
	LETTERS(R12)
	BIC    R12, R14, R13 // escapes that stand for nothing
	ORR    R13, R11

stop:
	// R11 marks where to stop, R13 those of them where it is the backslash before that counts.
	CBZ    R11, next
	SUB    $1, R11, R5
	EOR    R11, R5, R5
	BIC    R13, R5, R5 // not what follows that backslash
	AND    R5, R4, R4
	ORR    R4, R7
	RBIT   R11, R11
	CLZ    R11, R11
	ADD    R11, R0
	LSR    R11, R13, R13
	AND    $1, R13, R13
	SUB    R13, R0

store:
	MOVD  src+0(FP), R3
	SUB   R3, R0
	MOVD  R0, read+24(FP)
	CMP   $0, R7
	CSET  EQ, R7
	MOVB  R7, sure+32(FP)
	RET

last:
	// Less than a block is left. The zeros behind the text are what the loop stops at, and what a character that is cut off is found by.
	ORR   R8, R9, R5
	ORR   R3, R5
	CBZ   R5, store
	VEOR  V13.B16, V13.B16, V13.B16
	REST
	JMP   classes
