//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernels_arm64.h"

// TRANSLATE replaces those bytes of y whose bits are set in V13 by what they stand for after a backslash, and sets the bytes of valid at
// which y stands for something. spread says which byte of V13 has the bit of each byte of y.
#define TRANSLATE(y, spread, valid) \
	HASH(y, V14)                              \
	VTBL   V14.B16, [V31.B16], valid.B16      \
	VTBL   V14.B16, [V25.B16], V14.B16        \
	VTBL   spread.B16, [V13.B16], V12.B16     \
	VCMTST V24.B16, V12.B16, V12.B16          \
	VCMEQ  y.B16, valid.B16, valid.B16        \
	VBIT   V12.B16, V14.B16, y.B16

// KEEP stores those of the lower eight bytes of v that the byte of R13 at bit shift marks. R6 has how many there are, in the same byte.
#define KEEP(shift, v) \
	UBFX  $shift, R13, $8, R5        \
	FMOVD (R15)(R5<<3), F8           \
	UBFX  $shift, R6, $8, R5         \
	VTBL  V8.B8, [v.B16], V8.B8      \
	FMOVD F8, (R2)                   \
	ADD   R5, R2

// KEEP16 does that for both halves of v.
#define KEEP16(shift, v) \
	KEEP(shift, v)           \
	VMOV v.D[1], v.D[0]      \
	KEEP(shift+8, v)

// func unescapeNEON(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)
//
// R0 and R2 go through src and dst up to R1 and R4. R9 is 1 if the byte at R0 is escaped by a backslash before it. R7
// collects the classes of the bytes that were passed.
TEXT ·unescapeNEON(SB), NOSPLIT, $0-49
	MOVD dst+0(FP), R2
	MOVD room+8(FP), R4
	MOVD src+16(FP), R0
	MOVD n+24(FP), R1
	ADD  R2, R4, R4
	SUB  $64, R4
	ADD  R0, R1, R1
	MOVD ZR, R7
	MOVD ZR, R9
	MOVD $·keep8(SB), R15
	CLASSTABLES(·classTables)
	LOAD($·hashedLetters(SB), V31)
	LOAD($·hashedValues(SB), V25)
	MOVD $·laneBytes(SB), R5
	VLD1 (R5), [V16.B16, V17.B16, V18.B16, V19.B16]

loop:
	CMP  R4, R2
	BHI  done
	SUB  R0, R1, R3
	CMP  $64, R3
	BLT  last
	VLD1 (R0), [V0.B16, V1.B16, V2.B16, V3.B16]

block:
	CLASSES64(R10)
	AND  $0x0707070707070707, R10, R11
	ORR  R9, R11
	CBNZ R11, special
	VST1.P [V0.B16, V1.B16, V2.B16, V3.B16], 64(R2)
	ORR  R10, R7
	ADD  $64, R0
	JMP  loop

special:
	VMOVI $(const_classQuote|const_classControl), V12.B16
	MASKOF(V12, R11)
	VMOVI $const_classBackslash, V12.B16
	MASKOF(V12, R12)
	ESCAPES
	BIC  R14, R11 // an escaped quote is fine, and an escaped control character is found below
	VMOV R14, V13.D[0]
	TRANSLATE(V0, V16, V8)
	TRANSLATE(V1, V17, V9)
	TRANSLATE(V2, V18, V10)
	TRANSLATE(V3, V19, V11)
	MASK(V8, V9, V10, V11, R12)
	BIC  R12, R14 // escapes that stand for nothing
	ORR  R14, R11
	MVN  R13, R13
	CBNZ R11, stop
	COUNT8(R13, R6)
	KEEP16(0, V0)
	KEEP16(16, V1)
	KEEP16(32, V2)
	KEEP16(48, V3)
	ORR  R10, R7
	ADD  $64, R0
	JMP  loop

stop:
	// R11 marks where to stop, R14 those of them where it is the backslash before that counts. R12 will have the non-ASCII bytes before.
	VMOVI $const_classHigh, V12.B16
	MASKOF(V12, R12)
	SUB  $1, R11, R5
	BIC  R11, R5, R5
	AND  R5, R12
	AND  R5, R13
	RBIT R11, R11
	CLZ  R11, R11
	ADD  R11, R0
	LSR  R11, R14, R14
	AND  $1, R14, R9
	COUNT8(R13, R6)
	KEEP16(0, V0)
	CMP  $16, R11
	BLS  end
	KEEP16(16, V1)
	CMP  $32, R11
	BLS  end
	KEEP16(32, V2)
	KEEP16(48, V3)
	JMP  end

last:
	// The zeros behind the text are what the loop stops at.
	CBZ  R3, done
	VEOR V13.B16, V13.B16, V13.B16
	REST
	JMP  block

done:
	MOVD ZR, R12

end:
	SUB  R9, R0 // a backslash whose letter is not read is not read either
	AND  $const_classHigh*0x0101010101010101, R7
	ORR  R12, R7
	CMP  $0, R7
	CSET NE, R7
	MOVD src+16(FP), R5
	SUB  R5, R0
	MOVD dst+0(FP), R5
	SUB  R5, R2
	MOVD R2, wrote+32(FP)
	MOVD R0, read+40(FP)
	MOVB R7, high+48(FP)
	RET
