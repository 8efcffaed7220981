//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernels_arm64.h"

// FOUND stores those of the lower eight bytes of v that the byte of R14 at bit shift marks, and their indices, which begin at V27. R6 has how
// many there are, in the same byte. R3 is how far apart the two places are.
#define FOUND(shift, v) \
	UBFX  $shift, R14, $8, R5            \
	FMOVD (R15)(R5<<3), F8               \
	UBFX  $shift, R6, $8, R5             \
	VADD  V27.B8, V8.B8, V9.B8           \
	VTBL  V8.B8, [v.B16], V10.B8         \
	VADD  V28.B8, V27.B8, V27.B8         \
	FMOVD F9, (R2)(R3)                   \
	FMOVD F10, (R2)                      \
	ADD   R5, R2

// FOUND16 does that for both halves of v.
#define FOUND16(shift, v) \
	FOUND(shift, v)              \
	VMOV v.D[1], v.D[0]          \
	FOUND(shift+8, v)

// EQUAL sets the bytes of d at which y is equal to a or b.
#define EQUAL(a, b, y, d) \
	VCMEQ a.B16, y.B16, V12.B16   \
	VCMEQ b.B16, y.B16, d.B16     \
	VORR  V12.B16, d.B16, d.B16

// EQUAL64 puts a bit for each byte of V0 to V3 that is equal to a or b into r.
#define EQUAL64(a, b, r) \
	EQUAL(a, b, V0, V8)        \
	EQUAL(a, b, V1, V9)        \
	EQUAL(a, b, V2, V10)       \
	EQUAL(a, b, V3, V11)       \
	MASK(V8, V9, V10, V11, r)

// func tokensNEON(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool)
//
// R0 goes through src up to R1, R2 through first. R7 is line. R8, R9, R19, R20 and R21 are what c holds, V26 is the vector before.
TEXT ·tokensNEON(SB), NOSPLIT, $0-57
	MOVD src+0(FP), R0
	MOVD n+8(FP), R1
	MOVD first+16(FP), R2
	MOVD at+24(FP), R3
	MOVD c+32(FP), R4
	ADD  R0, R1, R1
	SUB  R2, R3, R3
	MOVD $const_Window, R7
	MOVD $·keep8(SB), R15
	MOVD carryOver_escaped(R4), R9
	MOVD carryOver_inString(R4), R19
	MOVD carryOver_scalar(R4), R20
	MOVD carryOver_hex(R4), R21
	MOVD carryOver_high(R4), R8
	CLASSTABLES(·tokenTables)
	VMOVI $8, V28.B16
	VEOR V26.B16, V26.B16, V26.B16
	CBZ  R8, loop
	SUB  $16, R0, R5
	VLD1 (R5), [V26.B16]
	UTF8TABLES

loop:
	SUB  R0, R1, R5
	CMP  $64, R5
	BLT  last
	VLD1 (R0), [V0.B16, V1.B16, V2.B16, V3.B16]

block:
	CLASSES64(R10)
	AND  $const_classHigh*0x0101010101010101, R10, R11
	ORR  R8, R11, R5
	CBNZ R5, utf8

checked:
	VORR  V3.B16, V3.B16, V26.B16
	VMOVI $const_classQuote, V12.B16
	MASKOF(V12, R11)
	AND   $const_classBackslash*0x0101010101010101, R10, R5
	ORR   R9, R5
	ORR   R21, R5
	CBNZ  R5, escapes

strings:
	// R11 has the quotes that begin and end strings, R13 will have the strings, their first quotes included.
	EOR R11<<1, R11, R13
	EOR R13<<2, R13, R13
	EOR R13<<4, R13, R13
	EOR R13<<8, R13, R13
	EOR R13<<16, R13, R13
	EOR R13<<32, R13, R13
	EOR R19, R13
	ASR $63, R13, R19
	AND $const_classControl*0x0101010101010101, R10, R5
	CBNZ R5, controls

marks:
	VMOVI $(const_classComma|const_classColon|const_classBracket), V12.B16
	MASKOF(V12, R12)
	VMOVI $(const_classControl|const_classSpace), V12.B16
	MASKOF(V12, R14)
	ORR  R12, R14
	MVN  R14, R14           // bytes of scalars, quotes included
	BIC  R11, R14, R5       // and without them
	ORR  R5<<1, R20, R6
	LSR  $63, R5, R20
	BIC  R6, R14            // where scalars begin
	ORR  R12, R14
	EOR  R11, R13
	BIC  R13, R14           // but not in strings, nor at their ends
	CBZ  R14, next

	MOVD src+0(FP), R5
	SUB  R5, R0, R5
	VDUP R5, V27.B16
	COUNT8(R14, R6)
	FOUND16(0, V0)
	FOUND16(16, V1)
	FOUND16(32, V2)
	FOUND16(48, V3)

next:
	ADD  $64, R0
	CMP  R1, R0
	BLO  loop
	MOVD $1, R5

store:
	MOVB R5, ok+56(FP)
	MOVD R9, carryOver_escaped(R4)
	MOVD R19, carryOver_inString(R4)
	MOVD R20, carryOver_scalar(R4)
	MOVD R21, carryOver_hex(R4)
	MOVD R8, carryOver_high(R4)
	MOVD first+16(FP), R5
	SUB  R5, R2
	MOVD R2, found+40(FP)
	MOVD R7, line+48(FP)
	RET

utf8:
	CBNZ R8, again
	UTF8TABLES

again:
	MOVD R11, R8
	UTF8X64(V27, V13, V29, V30)
	VORR V27.B16, V13.B16, V8.B16
	VORR V29.B16, V30.B16, V9.B16
	VORR V8.B16, V9.B16, V8.B16
	ANY(V8, R6)
	CBZ  R6, checked

wrong:
	MOVD ZR, R5
	JMP  store

escapes:
	VMOVI $const_classBackslash, V12.B16
	MASKOF(V12, R12)
	ESCAPES
	BIC  R14, R11
	LETTERS(R12)
	BIC  R12, R14, R12 // escapes of other letters
	VMOVI $0x75, V25.B16
	EQUAL64(V25, V25, R13)
	AND  R14, R13 // \u
	CMP  R12, R13
	BNE  wrong
	ORR  R21, R13, R5
	CBZ  R5, strings

	// Hexadecimal digits are due in the four bytes after each u, and where the block before said so.
	LSL  $1, R13, R5
	ORR  R13<<2, R5
	ORR  R5<<2, R5
	ORR  R21, R5, R14
	LSR  $60, R13, R5
	ORR  R5>>1, R5
	ORR  R5>>2, R5, R21
	MOVD $·hexTables(SB), R5
	VLD1 (R5), [V14.B16, V15.B16]
	CLASSESBY(V14, V15, V0, V27)
	CLASSESBY(V14, V15, V1, V13)
	CLASSESBY(V14, V15, V2, V29)
	CLASSESBY(V14, V15, V3, V30)
	VCMTST V27.B16, V27.B16, V27.B16
	VCMTST V13.B16, V13.B16, V13.B16
	VCMTST V29.B16, V29.B16, V29.B16
	VCMTST V30.B16, V30.B16, V30.B16
	MASK(V27, V13, V29, V30, R12)
	BIC  R12, R14
	CBZ  R14, strings
	JMP  wrong

controls:
	// No others than tab, line feed and carriage return, and none in strings.
	VMOVI $const_classControl, V12.B16
	MASKOF(V12, R12)
	TST  R12, R13
	BNE  wrong
	VMOVI $0x0a, V31.B16
	VMOVI $0x0d, V25.B16
	EQUAL64(V31, V25, R14) // line breaks
	VMOVI $0x09, V31.B16
	EQUAL64(V31, V31, R5)
	ORR  R14, R5
	CMP  R12, R5
	BNE  wrong
	CBZ  R14, marks
	CMP  $const_Window, R7
	BNE  marks
	MOVD src+0(FP), R5
	SUB  R5, R0, R5
	RBIT R14, R14
	CLZ  R14, R14
	ADD  R5, R14, R7
	JMP  marks

last:
	// Behind the text are spaces.
	VMOVI $0x20, V13.B16
	REST
	JMP  block
