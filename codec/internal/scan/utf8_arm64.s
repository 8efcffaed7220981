//go:build !purego

#include "textflag.h"
#include "kernels_arm64.h"

// func utf8NEON(src *byte, n int) bool
//
// R0 goes through src up to R1. V26 holds the vector before, R8 is not 0 if it has non-ASCII bytes. V30 collects errors.
TEXT ·utf8NEON(SB), NOSPLIT, $0-17
	MOVD  src+0(FP), R0
	MOVD  n+8(FP), R1
	ADD   R0, R1, R1
	MOVD  ZR, R8
	VEOR  V26.B16, V26.B16, V26.B16
	VEOR  V30.B16, V30.B16, V30.B16
	UTF8TABLES

loop:
	SUB   R0, R1, R3
	CMP   $64, R3
	BLT   short
	VLD1  (R0), [V0.B16, V1.B16, V2.B16, V3.B16]
	ADD   $64, R0
	VORR  V0.B16, V1.B16, V8.B16
	VORR  V2.B16, V3.B16, V9.B16
	VORR  V8.B16, V9.B16, V8.B16
	ANY(V8, R4)
	ORR   R8, R4
	AND   $0x8080808080808080, R4
	CBZ   R4, loop
	UTF8X64(V27, V28, V29, V13)
	VORR  V27.B16, V30.B16, V30.B16
	VORR  V28.B16, V29.B16, V28.B16
	VORR  V13.B16, V30.B16, V30.B16
	VORR  V28.B16, V30.B16, V30.B16
	VORR  V3.B16, V3.B16, V26.B16
	VMOV  V3.D[1], R8
	JMP   loop

short:
	CMP   $16, R3
	BLT   tail
	VLD1  (R0), [V0.B16]
	ADD   $16, R0
	SUB   $16, R3
	UTF8(V0, V26, V27)
	VORR  V27.B16, V30.B16, V30.B16
	VORR  V0.B16, V0.B16, V26.B16
	JMP   short

tail:
	// What a character that is cut off is found by are the zeros behind the text.
	SUB   $16, R1, R14
	VEOR  V13.B16, V13.B16, V13.B16
	LOAD($·laneCount(SB), V8)
	RESTOF(0, V0)
	UTF8(V0, V26, V27)
	VORR  V27.B16, V30.B16, V30.B16
	ANY(V30, R4)
	CMP   $0, R4
	CSET  EQ, R4
	MOVB  R4, ret+16(FP)
	RET
