//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernels_amd64.h"

// The indices of the bytes of a block.
DATA count<>+0x00(SB)/8, $0x0706050403020100
DATA count<>+0x08(SB)/8, $0x0f0e0d0c0b0a0908
DATA count<>+0x10(SB)/8, $0x1716151413121110
DATA count<>+0x18(SB)/8, $0x1f1e1d1c1b1a1918
DATA count<>+0x20(SB)/8, $0x2726252423222120
DATA count<>+0x28(SB)/8, $0x2f2e2d2c2b2a2928
DATA count<>+0x30(SB)/8, $0x3736353433323130
DATA count<>+0x38(SB)/8, $0x3f3e3d3c3b3a3938
GLOBL count<>(SB), RODATA|NOPTR, $64

// func tokensAVX512(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool)
//
// SI goes through src up to CX, DI through first. DX is c.
TEXT ·tokensAVX512(SB), NOSPLIT, $0-57
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ first+16(FP), DI
	MOVQ c+32(FP), DX
	ADDQ SI, CX
	MOVQ $const_Window, R10 // line
	MOVQ $0x22, AX
	VPBROADCASTB AX, Z1
	MOVQ $0x5c, AX
	VPBROADCASTB AX, Z2
	MOVQ $0x20, AX
	VPBROADCASTB AX, Z3
	VBROADCASTI32X4 ·punctuation(SB), Z4
	VMOVDQU64 count<>(SB), Z5
	VPTERNLOGD $0xff, Z7, Z7, Z7

loop:
	MOVQ CX, AX
	SUBQ SI, AX
	JZ   done
	CMPQ AX, $64
	JLT  last
	VMOVDQU64 (SI), Z0

block:
	VPMOVB2M Z0, K6
	KMOVQ    K6, R11
	MOVQ     R11, AX
	ORQ      carryOver_high(DX), AX
	JNZ      utf8

checked:
	VPCMPEQB Z0, Z1, K1
	VPCMPEQB Z0, Z2, K2
	VPCMPUB  $1, Z3, Z0, K3 // control characters
	VPCMPUB  $2, Z3, Z0, K4 // and spaces
	VPORQ    Z0, Z3, Z8
	VPSHUFB  Z0, Z4, Z9
	VPCMPEQB Z8, Z9, K5 // punctuation
	KMOVQ    K1, R8
	KMOVQ    K2, R12
	MOVQ     carryOver_escaped(DX), R9
	MOVQ     R9, AX
	ORQ      R12, AX
	ORQ      carryOver_hex(DX), AX
	JNZ      escapes

strings:
	// R8 has the quotes that begin and end strings, R13 will have the strings, their first quotes included.
	VMOVQ      R8, X8
	VPCLMULQDQ $0, X7, X8, X8
	VMOVQ      X8, R13
	XORQ       carryOver_inString(DX), R13
	MOVQ       R13, AX
	SARQ       $63, AX
	MOVQ       AX, carryOver_inString(DX)
	KORTESTQ   K3, K3
	JNZ        controls

marks:
	KMOVQ K5, R11
	KMOVQ K4, AX
	ORQ   R11, AX
	NOTQ  AX           // bytes of scalars, quotes included
	ANDNQ AX, R8, BX   // and without them
	LEAQ  (BX)(BX*1), R12
	ORQ   carryOver_scalar(DX), R12
	SHRQ  $63, BX
	MOVQ  BX, carryOver_scalar(DX)
	ANDNQ AX, R12, AX // where scalars begin
	ORQ   R11, AX
	XORQ  R8, R13
	ANDNQ AX, R13, AX // but not in strings, nor at their ends
	KMOVQ AX, K1
	VPCOMPRESSB Z5, K1, Z8
	VPCOMPRESSB Z0, K1, Z9
	MOVQ  at+24(FP), BX
	SUBQ  first+16(FP), BX
	VMOVDQU64 Z8, (DI)(BX*1)
	VMOVDQU64 Z9, (DI)
	POPCNTQ AX, AX
	ADDQ  AX, DI
	MOVQ  $64, AX
	VPBROADCASTB AX, Z8
	VPADDB Z8, Z5, Z5
	ADDQ  $64, SI
	CMPQ  SI, CX
	JCS   loop

done:
	MOVB  $1, ok+56(FP)

store:
	VZEROUPPER
	SUBQ  first+16(FP), DI
	MOVQ  DI, found+40(FP)
	MOVQ  R10, line+48(FP)
	RET

last:
	MOVQ  $-1, BX
	BZHIQ AX, BX, BX
	KMOVQ BX, K1
	VMOVDQA64 Z3, Z0
	VMOVDQU8 (SI), K1, Z0 // and spaces
	JMP   block

utf8:
	VPXORQ  Z6, Z6, Z6
	CMPQ    carryOver_high(DX), $0
	JEQ     first
	VMOVDQU64 -64(SI), Z6

first:
	MOVQ     R11, carryOver_high(DX)
	UTF8ZTABLES
	UTF8Z(K5)
	KORTESTQ K5, K5
	JNZ      wrong
	JMP      checked

escapes:
	ESCAPES
	MOVQ     R9, carryOver_escaped(DX)
	ANDNQ    R8, BX, R8
	MOVQ     $0x0f, AX
	VPBROADCASTB AX, Z10
	VBROADCASTI32X4 ·hashedLetters(SB), Z11
	VPSRLW   $2, Z0, Z8
	VPSRLW   $3, Z0, Z9
	VPADDB   Z8, Z9, Z8
	VPANDQ   Z10, Z8, Z8
	VPSHUFB  Z8, Z11, Z8
	VPCMPEQB Z8, Z0, K1
	KMOVQ    K1, R12
	ANDNQ    BX, R12, R12 // escapes of other letters
	MOVQ     $0x75, AX
	VPBROADCASTB AX, Z8
	VPCMPEQB Z8, Z0, K1
	KMOVQ    K1, R13
	ANDQ     BX, R13 // \u
	CMPQ     R12, R13
	JNE      wrong
	MOVQ     R13, AX
	ORQ      carryOver_hex(DX), AX
	JZ       strings
	HEXDUE
	// Digits, then letters.
	MOVQ     $0x30, BX
	VPBROADCASTB BX, Z8
	VPSUBB   Z8, Z0, Z8
	MOVQ     $10, BX
	VPBROADCASTB BX, Z9
	VPCMPUB  $1, Z9, Z8, K1
	MOVQ     $0x61, BX
	VPBROADCASTB BX, Z9
	VPORQ    Z3, Z0, Z8
	VPSUBB   Z9, Z8, Z8
	MOVQ     $6, BX
	VPBROADCASTB BX, Z9
	VPCMPUB  $1, Z9, Z8, K2
	KORQ     K1, K2, K1
	KMOVQ    K1, BX
	ANDNQ    AX, BX, AX
	JZ       strings

wrong:
	MOVB $0, ok+56(FP)
	JMP  store

controls:
	KMOVQ    K3, R11
	TESTQ    R11, R13
	JNZ      wrong
	MOVQ     $9, AX
	VPBROADCASTB AX, Z8
	VPCMPEQB Z8, Z0, K1
	MOVQ     $10, AX
	VPBROADCASTB AX, Z8
	VPCMPEQB Z8, Z0, K2
	MOVQ     $13, AX
	VPBROADCASTB AX, Z8
	VPCMPEQB Z8, Z0, K3
	KORQ     K2, K3, K2
	KORQ     K1, K2, K1
	KMOVQ    K1, AX
	CMPQ     AX, R11
	JNE      wrong
	KMOVQ    K2, AX
	TESTQ    AX, AX
	JZ       marks
	CMPQ     R10, $const_Window
	JNE      marks
	TZCNTQ   AX, R10
	MOVQ     SI, AX
	SUBQ     src+0(FP), AX
	ADDQ     AX, R10
	JMP      marks
