//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

// func utf8AVX2(src *byte, n int) bool
//
// SI goes through src up to CX. R8 is not 0 if the block before has non-ASCII bytes, of which Y7 is the second half. Y9
// collects errors.
TEXT ·utf8AVX2(SB), NOSPLIT, $0-17
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	LEAQ -64(SI)(CX*1), CX
	XORL R8, R8
	FILL(0x0f, X10, Y10)
	VPXOR Y7, Y7, Y7
	VPXOR Y9, Y9, Y9

loop:
	CMPQ      SI, CX
	JGT       last
	VMOVDQU   (SI), Y0
	VMOVDQU   32(SI), Y1
	ADDQ      $64, SI
	VPOR      Y0, Y1, Y2
	VPMOVMSKB Y2, R11
	MOVL      R11, AX
	ORL       R8, AX
	JZ        loop
	MOVL      R11, R8
	UTF8Y(Y0, Y7)
	VPOR      Y6, Y9, Y9
	UTF8Y(Y1, Y0)
	VPOR      Y6, Y9, Y9
	VMOVDQA   Y1, Y7
	JMP       loop

last:
	// What a character that is cut off is found by are the zeros behind the text.
	REST
	UTF8Y(Y0, Y7)
	VPOR   Y6, Y9, Y9
	UTF8Y(Y1, Y0)
	VPOR   Y6, Y9, Y9
	VPTEST Y9, Y9
	SETEQ  ret+16(FP)
	VZEROUPPER
	RET

// func utf8AVX512(src *byte, n int) bool
//
// As utf8AVX2. The last block is loaded with a mask: what a character that is cut off is found by are the zeros after it.
TEXT ·utf8AVX512(SB), NOSPLIT, $0-17
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	ADDQ SI, CX
	XORL R8, R8
	XORL R9, R9
	VPXORQ Z6, Z6, Z6
	UTF8ZTABLES

loop:
	MOVQ CX, R10
	SUBQ SI, R10
	CMPQ R10, $64
	JLT  last
	VMOVDQU64 (SI), Z0
	ADDQ      $64, SI
	VPMOVB2M  Z0, K6
	KMOVQ     K6, R11
	MOVQ      R11, AX
	ORQ       R8, AX
	JZ        loop
	MOVQ      R11, R8
	UTF8Z(K5)
	KMOVQ     K5, DX
	ORQ       DX, R9
	VMOVDQA64 Z0, Z6
	JMP       loop

last:
	MOVQ  $-1, AX
	BZHIQ R10, AX, AX
	KMOVQ AX, K1
	VMOVDQU8.Z (SI), K1, Z0
	UTF8Z(K5)
	KMOVQ K5, DX
	ORQ   DX, R9
	SETEQ ret+16(FP)
	VZEROUPPER
	RET
