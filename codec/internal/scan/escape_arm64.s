//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernels_arm64.h"

// OPEN stores half of v, which zip chooses, with a backslash before the bytes that the byte of R11 at bit shift marks. R6 has how many there
// are, in the same byte. The backslash that the lookup takes is put beside that half.
#define OPEN(zip, shift, v) \
	UBFX    $shift, R11, $8, R5              \
	ADD     R5<<4, R15, R5                   \
	FMOVQ   (R5), F8                         \
	zip     V29.D2, v.D2, V9.D2              \
	VTBL    V8.B16, [V9.B16], V9.B16         \
	UBFX    $shift, R6, $8, R5               \
	FMOVQ.P F9, 8(R2)                        \
	ADD     R5, R2

// OPEN16 does that for both halves of v.
#define OPEN16(shift, v) \
	OPEN(VZIP1, shift, v)     \
	OPEN(VZIP2, shift+8, v)

// SHORT puts the letters of short escapes into y, and sets the bytes of c, which has the classes of y, that are control characters without one.
#define SHORT(y, c) \
	VTBL  y.B16, [V25.B16], V8.B16    \
	VCMEQ V28.B16, V8.B16, V9.B16     \
	VAND  V9.B16, c.B16, c.B16        \
	VAND  V31.B16, c.B16, c.B16       \
	VADD  V8.B16, y.B16, y.B16

// func escapeNEON(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)
//
// R0 and R2 go through src and dst up to R1 and R4. R7 collects the bytes that were passed.
TEXT ·escapeNEON(SB), NOSPLIT, $0-49
	MOVD  dst+0(FP), R2
	MOVD  room+8(FP), R4
	MOVD  src+16(FP), R0
	MOVD  n+24(FP), R1
	ADD   R2, R4, R4
	SUB   $128, R4
	ADD   R0, R1, R1
	MOVD  ZR, R7
	MOVD  $·open8(SB), R15
	CLASSTABLES(·classTables)
	LOAD($·shortEscapes(SB), V25)
	VMOVI $const_classControl, V31.B16
	VMOVI $0x5c, V29.B16
	VEOR  V28.B16, V28.B16, V28.B16

loop:
	CMP   R4, R2
	BHI   store
	SUB   R0, R1, R3
	CMP   $64, R3
	BLT   last

load:
	VLD1  (R0), [V0.B16, V1.B16, V2.B16, V3.B16]

block:
	CLASSES64(R10)
	AND   $0x0707070707070707, R10, R11
	CBNZ  R11, special
	VST1.P [V0.B16, V1.B16, V2.B16, V3.B16], 64(R2)
	ORR   R10, R7
	ADD   $64, R0
	JMP   loop

special:
	VMOVI $(const_classQuote|const_classControl|const_classBackslash), V12.B16
	MASKOF(V12, R11) // all that need an escape
	AND   $const_classHigh*0x0101010101010101, R10, R12
	CBZ   R12, ascii
	VMOVI $const_classHigh, V12.B16
	MASKOF(V12, R12)

ascii:
	SHORT(V0, V4)
	SHORT(V1, V5)
	SHORT(V2, V6)
	SHORT(V3, V7)
	VORR  V4.B16, V5.B16, V8.B16
	VORR  V6.B16, V7.B16, V9.B16
	VORR  V8.B16, V9.B16, V8.B16
	ANY(V8, R13)
	CBNZ  R13, stop
	ORR   R10, R7
	ADD   $64, R0
	COUNT8(R11, R6)
	OPEN16(0, V0)
	OPEN16(16, V1)
	OPEN16(32, V2)
	OPEN16(48, V3)
	JMP   loop

stop:
	// V4 to V7 mark what has no short escape: R13 bytes come before the first of those, and what they become ends at R14.
	MASKOF(V31, R13)
	SUB   $1, R13, R5
	BIC   R13, R5, R5
	AND   R5, R11
	AND   R5, R12
	RBIT  R13, R13
	CLZ   R13, R13
	ADD   R13, R0
	COUNT8(R11, R6)
	MOVD  $0x0101010101010101, R5
	MUL   R5, R6, R14
	LSR   $56, R14
	ADD   R13, R14
	ADD   R2, R14
	OPEN16(0, V0)
	CMP   $16, R13
	BLS   opened
	OPEN16(16, V1)
	CMP   $32, R13
	BLS   opened
	OPEN16(32, V2)
	OPEN16(48, V3)

opened:
	MOVD  R14, R2
	JMP   end

last:
	// Less than a block is left. If nothing was escaped so far, a block that overlaps with the one before does it. Else the zeros behind
	// the text are what the loop stops at.
	CBZ   R3, store
	MOVD  src+16(FP), R5
	SUBS  R5, R0, R5
	BEQ   rest
	MOVD  dst+0(FP), R6
	SUB   R6, R2, R6
	CMP   R5, R6
	BNE   rest
	SUB   $64, R3
	ADD   R3, R0
	ADD   R3, R2
	JMP   load

rest:
	VEOR  V13.B16, V13.B16, V13.B16
	REST
	JMP   block

store:
	MOVD  ZR, R12

end:
	// R12 is not 0 if there are non-ASCII bytes in the last block.
	AND   $const_classHigh*0x0101010101010101, R7
	ORR   R12, R7
	CMP   $0, R7
	CSET  NE, R7
	MOVD  src+16(FP), R5
	SUB   R5, R0
	MOVD  dst+0(FP), R5
	SUB   R5, R2
	MOVD  R2, wrote+32(FP)
	MOVD  R0, read+40(FP)
	MOVB  R7, high+48(FP)
	RET
