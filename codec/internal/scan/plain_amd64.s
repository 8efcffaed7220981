//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

DATA ·plainStops+0x00(SB)/8, $0x2222222222222222
DATA ·plainStops+0x08(SB)/8, $0x5c5c5c5c5c5c5c5c
DATA ·plainStops+0x10(SB)/8, $0x2020202020202020
GLOBL ·plainStops(SB), RODATA|NOPTR, $24

// func plainAVX2(src *byte, n int) int
//
// A signed comparison with a space finds control characters and what is not ASCII.
TEXT ·plainAVX2(SB), NOSPLIT, $0-24
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ SI, DX
	ADDQ SI, CX
	VPBROADCASTQ ·plainStops+0(SB), Y1
	VPBROADCASTQ ·plainStops+8(SB), Y2
	VPBROADCASTQ ·plainStops+16(SB), Y3

loop:
	VMOVDQU   (SI), Y0
	VPCMPEQB  Y0, Y1, Y4
	VPCMPEQB  Y0, Y2, Y5
	VPCMPGTB  Y0, Y3, Y6
	VPOR      Y4, Y5, Y4
	VPOR      Y6, Y4, Y4
	VPMOVMSKB Y4, AX
	TESTL     AX, AX
	JNZ       found
	ADDQ      $32, SI
	CMPQ      SI, CX
	JCS       loop
	JMP       store

found:
	TZCNTL AX, AX
	ADDQ   AX, SI

store:
	VZEROUPPER
	SUBQ DX, SI
	MOVQ SI, ret+16(FP)
	RET

// func plainAVX512(src *byte, n int) int
//
// As plainAVX2. The zeros behind the text are what the loop stops at in the last block. Registers from Z16 on need no VZEROUPPER.
TEXT ·plainAVX512(SB), NOSPLIT, $0-24
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ SI, DX
	VPBROADCASTQ ·plainStops+0(SB), Z17
	VPBROADCASTQ ·plainStops+8(SB), Z18
	VPBROADCASTQ ·plainStops+16(SB), Z19
	MOVQ $-1, AX

loop:
	CMPQ CX, $64
	JLT  last

block:
	KMOVQ      AX, K1
	VMOVDQU8.Z (SI), K1, Z16
	VPCMPEQB   Z16, Z17, K1
	VPCMPEQB   Z16, Z18, K2
	VPCMPB     $1, Z19, Z16, K3
	KORQ       K1, K2, K1
	KORQ       K1, K3, K1
	KMOVQ      K1, BX
	TESTQ      BX, BX
	JNZ        found
	ADDQ       $64, SI
	SUBQ       $64, CX
	JNZ        loop

store:
	SUBQ DX, SI
	MOVQ SI, ret+16(FP)
	RET

last:
	BZHIQ CX, AX, AX
	JMP   block

found:
	TZCNTQ BX, BX
	ADDQ   BX, SI
	JMP    store
