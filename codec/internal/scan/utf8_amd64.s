//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

// func utf8AVX2(src *byte, n int) (read int, ok bool)
//
// SI goes through src up to CX. R8 is not 0 if the block before has non-ASCII bytes, of which Y7 is the second half. Y9
// collects errors.
TEXT ·utf8AVX2(SB), NOSPLIT, $0-25
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	LEAQ -64(SI)(CX*1), CX
	XORL R8, R8
	FILL(0x0f, X10, Y10)
	VPXOR Y7, Y7, Y7
	VPXOR Y9, Y9, Y9

loop:
	CMPQ SI, CX
	JHI  done
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

done:
	// What is left is not enough for a block. A character that may go on there is left as well.
	TESTL R8, R8
	JZ    store
	MOVQ  SI, AX
	CMPB  -1(AX), $0xc0
	JCS   two
	LEAQ  -1(AX), SI

two:
	CMPB -2(AX), $0xe0
	JCS  three
	LEAQ -2(AX), SI

three:
	CMPB -3(AX), $0xf0
	JCS  store
	LEAQ -3(AX), SI

store:
	VPTEST Y9, Y9
	SETEQ  ok+24(FP)
	VZEROUPPER
	SUBQ   src+0(FP), SI
	MOVQ   SI, read+16(FP)
	RET

// func utf8AVX512(src *byte, n int) (read int, ok bool)
//
// As utf8AVX2. The last block is loaded with a mask: what a character that is cut off is found by are the zeros after it.
TEXT ·utf8AVX512(SB), NOSPLIT, $0-25
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
	SETEQ ok+24(FP)
	VZEROUPPER
	MOVQ  n+8(FP), AX
	MOVQ  AX, read+16(FP)
	RET
