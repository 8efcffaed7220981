//go:build !purego

#include "textflag.h"

// func textAVX2(p *byte, n int) (i int, high bool)
//
// Y1 to Y3 hold the quote, the backslash and 0x1f in every byte; Y7 collects the high bits of all bytes that were passed.
TEXT ·textAVX2(SB), NOSPLIT, $0-25
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	XORQ AX, AX
	MOVQ $0x22, BX
	VMOVQ BX, X1
	VPBROADCASTB X1, Y1
	MOVQ $0x5c, BX
	VMOVQ BX, X2
	VPBROADCASTB X2, Y2
	MOVQ $0x1f, BX
	VMOVQ BX, X3
	VPBROADCASTB X3, Y3
	VPXOR Y7, Y7, Y7

loop:
	LEAQ 64(AX), DX
	CMPQ DX, CX
	JA   done
	VMOVDQU (SI)(AX*1), Y0
	VMOVDQU 32(SI)(AX*1), Y8
	VPCMPEQB Y0, Y1, Y4
	VPCMPEQB Y0, Y2, Y5
	VPMINUB  Y0, Y3, Y6
	VPCMPEQB Y6, Y0, Y6 // bytes up to 0x1f are their own minimum
	VPOR     Y4, Y5, Y4
	VPOR     Y4, Y6, Y4
	VPCMPEQB Y8, Y1, Y9
	VPCMPEQB Y8, Y2, Y5
	VPMINUB  Y8, Y3, Y6
	VPCMPEQB Y6, Y8, Y6
	VPOR     Y9, Y5, Y9
	VPOR     Y9, Y6, Y9
	VPOR     Y4, Y9, Y10
	VPTEST   Y10, Y10
	JNZ      found
	VPOR     Y0, Y7, Y7
	VPOR     Y8, Y7, Y7
	MOVQ     DX, AX
	JMP      loop

found:
	VPMOVMSKB Y4, BX
	TESTL     BX, BX
	JNZ       first
	VPOR      Y0, Y7, Y7
	ADDQ      $32, AX
	VPMOVMSKB Y9, BX
	VMOVDQU   Y8, Y0

first:
	// BX marks the stops of the block in Y0: keep the high bits below the lowest.
	BSFL      BX, R8
	VPMOVMSKB Y0, R9
	BLSMSKL   BX, R10 // up to the lowest stop, which is ASCII itself
	ANDL      R10, R9
	ADDQ      R8, AX
	VPMOVMSKB Y7, R11
	ORL       R11, R9
	JMP       store

done:
	VPMOVMSKB Y7, R9

store:
	VZEROUPPER
	MOVQ  AX, i+16(FP)
	TESTL R9, R9
	SETNE high+24(FP)
	RET
