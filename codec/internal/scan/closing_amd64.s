//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

// BRACKETS looks for the end in one block. In: BX and AX have the brackets that open and close, R13 the strings, DX is how many are open before the
// block. It jumps to found with the bracket as the lowest bit of AX, or leaves in DX how many are open after the block.
#define BRACKETS \
	ANDNQ   BX, R13, BX \
	ANDNQ   AX, R13, AX \
	POPCNTQ AX, R12     \
	CMPQ    R12, DX     \
	JCC     walk        \
	SUBQ    R12, DX     \
	POPCNTQ BX, BX      \
	ADDQ    BX, DX

// WALK goes from bracket to bracket where the end may be. DX is not counted up for those that open before the end of the block.
#define WALK \
	TESTQ   AX, AX   \
	JZ      walked   \
	BLSMSKQ AX, R11  \
	ANDQ    BX, R11  \
	POPCNTQ R11, R11 \
	DECQ    DX       \
	ADDQ    DX, R11  \
	JZ      found    \
	BLSRQ   AX, AX   \
	JMP     walk

// func closingAVX2(src *byte, n int) int
//
// SI goes through src up to CX, where the last block begins. R9 is 1 if the byte at SI is escaped by a backslash before it, R10 is all ones if it is in a
// string.
TEXT ·closingAVX2(SB), NOSPLIT, $0-24
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	LEAQ -64(SI)(CX*1), CX
	XORL R9, R9
	XORL R10, R10
	XORL DX, DX
	FILL(0x22, X15, Y15)
	FILL(0x5c, X14, Y14)
	FILL(0x20, X13, Y13)
	FILL(0x7b, X12, Y12)
	FILL(0x7d, X11, Y11)
	VPCMPEQD Y7, Y7, Y7

loop:
	CMPQ    SI, CX
	JGT     last
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1

block:
	VPCMPEQB  Y0, Y15, Y2
	VPCMPEQB  Y1, Y15, Y3
	VPMOVMSKB Y2, R8
	VPMOVMSKB Y3, AX
	SHLQ      $32, AX
	ORQ       AX, R8
	VPCMPEQB  Y0, Y14, Y2
	VPCMPEQB  Y1, Y14, Y3
	VPMOVMSKB Y2, R12
	VPMOVMSKB Y3, AX
	SHLQ      $32, AX
	ORQ       AX, R12
	MOVQ      R9, AX
	ORQ       R12, AX
	JNZ       escapes

strings:
	VMOVQ      R8, X8
	VPCLMULQDQ $0, X7, X8, X8
	VMOVQ      X8, R13
	XORQ       R10, R13
	MOVQ       R13, R10
	SARQ       $63, R10
	VPOR       Y0, Y13, Y0
	VPOR       Y1, Y13, Y1
	VPCMPEQB   Y0, Y12, Y2
	VPCMPEQB   Y1, Y12, Y3
	VPMOVMSKB  Y2, BX
	VPMOVMSKB  Y3, AX
	SHLQ       $32, AX
	ORQ        AX, BX
	VPCMPEQB   Y0, Y11, Y2
	VPCMPEQB   Y1, Y11, Y3
	VPMOVMSKB  Y2, AX
	VPMOVMSKB  Y3, R12
	SHLQ       $32, R12
	ORQ        R12, AX
	BRACKETS

next:
	ADDQ $64, SI
	JMP  loop

escapes:
	ESCAPES
	ANDNQ R8, BX, R8
	JMP   strings

walk:
	WALK

walked:
	POPCNTQ BX, BX
	ADDQ    BX, DX
	JMP     next

found:
	TZCNTQ AX, AX
	LEAQ   1(SI)(AX*1), SI
	SUBQ   src+0(FP), SI

store:
	VZEROUPPER
	MOVQ SI, ret+16(FP)
	RET

last:
	LEAQ 64(CX), AX
	CMPQ SI, AX
	JCC  none
	REST
	JMP  block

none:
	XORL SI, SI
	JMP  store

// func closingAVX512(src *byte, n int) int
//
// As closingAVX2. The last block is loaded with a mask: zeros are no brackets.
TEXT ·closingAVX512(SB), NOSPLIT, $0-24
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	ADDQ SI, CX
	XORL R9, R9
	XORL R10, R10
	XORL DX, DX
	MOVQ $0x22, AX
	VPBROADCASTB AX, Z1
	MOVQ $0x5c, AX
	VPBROADCASTB AX, Z2
	MOVQ $0x20, AX
	VPBROADCASTB AX, Z3
	MOVQ $0x7b, AX
	VPBROADCASTB AX, Z4
	MOVQ $0x7d, AX
	VPBROADCASTB AX, Z5
	VPTERNLOGD $0xff, Z7, Z7, Z7

loop:
	MOVQ CX, AX
	SUBQ SI, AX
	CMPQ AX, $64
	JLT  last
	VMOVDQU64 (SI), Z0

block:
	VPCMPEQB Z0, Z1, K1
	VPCMPEQB Z0, Z2, K2
	VPORQ    Z0, Z3, Z0
	VPCMPEQB Z0, Z4, K3
	VPCMPEQB Z0, Z5, K4
	KMOVQ    K1, R8
	KMOVQ    K2, R12
	MOVQ     R9, AX
	ORQ      R12, AX
	JNZ      escapes

strings:
	VMOVQ      R8, X8
	VPCLMULQDQ $0, X7, X8, X8
	KMOVQ      K3, BX
	KMOVQ      K4, AX
	VMOVQ      X8, R13
	XORQ       R10, R13
	MOVQ       R13, R10
	SARQ       $63, R10
	BRACKETS

next:
	ADDQ $64, SI
	CMPQ SI, CX
	JCS  loop
	XORL SI, SI
	JMP  store

escapes:
	ESCAPES
	ANDNQ R8, BX, R8
	JMP   strings

walk:
	WALK

walked:
	POPCNTQ BX, BX
	ADDQ    BX, DX
	JMP     next

found:
	TZCNTQ AX, AX
	LEAQ   1(SI)(AX*1), SI
	SUBQ   src+0(FP), SI

store:
	VZEROUPPER
	MOVQ SI, ret+16(FP)
	RET

last:
	MOVQ       $-1, BX
	BZHIQ      AX, BX, BX
	KMOVQ      BX, K1
	VMOVDQU8.Z (SI), K1, Z0
	JMP        block
