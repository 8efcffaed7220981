//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

// What has to be added to a control character for the letter of its short escape; 0 for one that has none.
DATA shorts<>+0x00(SB)/8, $0x0000000000000000
DATA shorts<>+0x08(SB)/8, $0x0000655a00646b5a
GLOBL shorts<>(SB), RODATA|NOPTR, $16

// OPEN stores the bytes of the lower half of x with a backslash before those that the low byte of R11 marks, which is
// shifted out; unpack puts a backslash beside that half for the shuffle to take.
#define OPEN(unpack, x) \
	MOVBQZX R11, AX              \
	SHRQ    $8, R11              \
	unpack  X14, x, X2           \
	POPCNTL AX, BX               \
	SHLQ    $4, AX               \
	VPSHUFB (R10)(AX*1), X2, X2  \
	VMOVDQU X2, (DI)             \
	LEAQ    8(DI)(BX*1), DI

// func escapeAVX2(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)
//
// SI and DI go through src and dst up to CX and DX. Y7 collects all bytes that were passed.
TEXT ·escapeAVX2(SB), NOSPLIT, $0-49
	MOVQ dst+0(FP), DI
	MOVQ room+8(FP), DX
	MOVQ src+16(FP), SI
	MOVQ n+24(FP), CX
	LEAQ -128(DI)(DX*1), DX
	LEAQ -64(SI)(CX*1), CX
	LEAQ ·open8(SB), R10
	FILL(0x22, X15, Y15)
	FILL(0x5c, X14, Y14)
	FILL(0x1f, X13, Y13)
	FILL(0x70, X12, Y12)
	VBROADCASTI128 shorts<>(SB), Y11
	VPXOR Y10, Y10, Y10
	VPXOR Y7, Y7, Y7

loop:
	CMPQ DI, DX
	JHI  done
	CMPQ SI, CX
	JGT  last

load:
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1

block:
	VPCMPEQB Y0, Y15, Y2
	VPCMPEQB Y1, Y15, Y3
	VPCMPEQB Y0, Y14, Y4
	VPCMPEQB Y1, Y14, Y5
	VPOR     Y2, Y4, Y4
	VPOR     Y3, Y5, Y5
	VPMINUB  Y0, Y13, Y8
	VPMINUB  Y1, Y13, Y9
	VPCMPEQB Y0, Y8, Y8
	VPCMPEQB Y1, Y9, Y9
	VPOR     Y4, Y8, Y4
	VPOR     Y5, Y9, Y5
	VPOR     Y4, Y5, Y2
	VPTEST   Y2, Y2
	JNZ      special
	VMOVDQU  Y0, (DI)
	VMOVDQU  Y1, 32(DI)
	VPOR     Y0, Y7, Y7
	VPOR     Y1, Y7, Y7
	ADDQ     $64, SI
	ADDQ     $64, DI
	JMP      loop

special:
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, AX
	SHLQ      $32, AX
	ORQ       AX, R11 // all that need an escape
	VPADDUSB  Y0, Y12, Y2
	VPADDUSB  Y1, Y12, Y3
	VPSHUFB   Y2, Y11, Y2
	VPSHUFB   Y3, Y11, Y3
	VPCMPEQB  Y2, Y10, Y4
	VPCMPEQB  Y3, Y10, Y5
	VPAND     Y4, Y8, Y4
	VPAND     Y5, Y9, Y5
	VPOR      Y0, Y7, Y6
	VPOR      Y1, Y6, Y6
	VPADDB    Y2, Y0, Y0
	VPADDB    Y3, Y1, Y1
	VPOR      Y4, Y5, Y2
	VPTEST    Y2, Y2
	JNZ       stop
	VMOVDQA   Y6, Y7
	ADDQ      $64, SI

	OPEN(VPUNPCKLQDQ, X0)
	OPEN(VPUNPCKHQDQ, X0)
	VEXTRACTI128 $1, Y0, X0
	OPEN(VPUNPCKLQDQ, X0)
	OPEN(VPUNPCKHQDQ, X0)
	OPEN(VPUNPCKLQDQ, X1)
	OPEN(VPUNPCKHQDQ, X1)
	VEXTRACTI128 $1, Y1, X1
	OPEN(VPUNPCKLQDQ, X1)
	OPEN(VPUNPCKHQDQ, X1)
	JMP loop

stop:
	// Y4 and Y5 mark what has no short escape: R8 bytes come before the first of those.
	VPMOVMSKB Y4, R8
	VPMOVMSKB Y5, AX
	SHLQ      $32, AX
	ORQ       AX, R8
	TZCNTQ    R8, R8
	VPMOVMSKB Y0, R12
	VPMOVMSKB Y1, AX
	SHLQ      $32, AX
	ORQ       AX, R12
	BZHIQ     R8, R12, R12
	ADDQ      R8, SI
	BZHIQ     R8, R11, R11
	POPCNTQ   R11, AX
	ADDQ      AX, R8
	ADDQ      DI, R8
	OPEN(VPUNPCKLQDQ, X0)
	OPEN(VPUNPCKHQDQ, X0)
	VEXTRACTI128 $1, Y0, X0
	OPEN(VPUNPCKLQDQ, X0)
	OPEN(VPUNPCKHQDQ, X0)
	OPEN(VPUNPCKLQDQ, X1)
	OPEN(VPUNPCKHQDQ, X1)
	VEXTRACTI128 $1, Y1, X1
	OPEN(VPUNPCKLQDQ, X1)
	OPEN(VPUNPCKHQDQ, X1)
	MOVQ      R8, DI
	VPMOVMSKB Y7, AX
	ORQ       AX, R12
	JMP       store

last:
	// Less than a block is left. If nothing was escaped so far, a block that overlaps with the one before does it. Else the zeros behind
	// the text are what the loop stops at.
	LEAQ 64(CX), AX
	CMPQ SI, AX
	JEQ  done
	MOVQ SI, AX
	SUBQ src+16(FP), AX
	JZ   rest
	MOVQ DI, BX
	SUBQ dst+0(FP), BX
	CMPQ AX, BX
	JNE  rest
	SUBQ SI, DI
	MOVQ CX, SI
	ADDQ CX, DI
	JMP  load

rest:
	REST
	JMP  block

done:
	VPMOVMSKB Y7, R12

store:
	VZEROUPPER
	SUBQ  src+16(FP), SI
	SUBQ  dst+0(FP), DI
	MOVQ  DI, wrote+32(FP)
	MOVQ  SI, read+40(FP)
	TESTQ R12, R12
	SETNE high+48(FP)
	RET

// OPENALL stores the bytes of Z8 with a backslash before those that R11 marks, from DI on, and moves R8 behind them. Each half
// becomes pairs of a backslash and a byte, and a compression drops the backslashes that are too many.
#define OPENALL \
	VEXTRACTI64X4 $1, Z8, Y9     \
	VPMOVZXBW     Y8, Z8         \
	VPMOVZXBW     Y9, Z9         \
	VPSLLW        $8, Z8, Z8     \
	VPSLLW        $8, Z9, Z9     \
	VPORQ         Z8, Z5, Z8     \
	VPORQ         Z9, Z5, Z9     \
	MOVL          R11, AX        \
	PDEPQ         R12, AX, AX    \
	SHRQ          $32, R11       \
	PDEPQ         R12, R11, BX   \
	ORQ           R13, AX        \
	ORQ           R13, BX        \
	KMOVQ         AX, K1         \
	KMOVQ         BX, K2         \
	VPCOMPRESSB   Z8, K1, Z8     \
	VPCOMPRESSB   Z9, K2, Z9     \
	POPCNTQ       AX, AX         \
	POPCNTQ       BX, BX         \
	VMOVDQU64     Z8, (DI)       \
	VMOVDQU64     Z9, (DI)(AX*1) \
	ADDQ          BX, AX         \
	LEAQ          (DI)(AX*1), R8

// func escapeAVX512(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)
//
// As escapeAVX2. Where no block overlaps, the last one is loaded with a mask.
TEXT ·escapeAVX512(SB), NOSPLIT, $0-49
	MOVQ dst+0(FP), DI
	MOVQ room+8(FP), DX
	MOVQ src+16(FP), SI
	MOVQ n+24(FP), CX
	LEAQ -128(DI)(DX*1), DX
	ADDQ SI, CX
	MOVQ $0x22, AX
	VPBROADCASTB AX, Z1
	MOVQ $0x5c, AX
	VPBROADCASTB AX, Z2
	VPBROADCASTW AX, Z5
	MOVQ $0x20, AX
	VPBROADCASTB AX, Z3
	VBROADCASTI32X4 shorts<>(SB), Z4
	VPXORQ Z6, Z6, Z6
	VPXORQ Z7, Z7, Z7
	MOVQ $0x5555555555555555, R12
	MOVQ $0xaaaaaaaaaaaaaaaa, R13
	MOVQ $0x70, AX
	VPBROADCASTB AX, Z11

loop:
	CMPQ DI, DX
	JHI  done
	MOVQ CX, R10
	SUBQ SI, R10
	CMPQ R10, $64
	JLT  last

load:
	VMOVDQU64 (SI), Z0

block:
	VPCMPEQB Z0, Z1, K1
	VPCMPEQB Z0, Z2, K2
	VPCMPUB  $1, Z3, Z0, K3
	KORQ     K1, K2, K1
	KORQ     K3, K1, K1
	KORTESTQ K1, K1
	JNZ      special
	VMOVDQU64 Z0, (DI)
	VPORQ    Z0, Z7, Z7
	ADDQ     $64, SI
	ADDQ     $64, DI
	JMP      loop

special:
	KMOVQ     K1, R11 // all that need an escape
	VPADDUSB  Z0, Z11, Z8
	VPSHUFB   Z8, Z4, Z8
	VPTESTNMB Z8, Z8, K3, K4
	VPADDB    Z8, Z0, Z8
	KORTESTQ  K4, K4
	JNZ       stop
	OPENALL
	MOVQ      R8, DI
	VPORQ     Z0, Z7, Z7
	ADDQ      $64, SI
	JMP       loop

stop:
	// K4 marks what has no short escape: R10 bytes come before the first of those.
	KMOVQ     K4, R10
	TZCNTQ    R10, R10
	ADDQ      R10, SI
	BZHIQ     R10, R11, R11
	POPCNTQ   R11, R9
	OPENALL
	ADDQ      R10, R9
	ADDQ      R9, DI
	VPMOVB2M  Z0, K1
	KMOVQ     K1, R12
	BZHIQ     R10, R12, R12
	VPMOVB2M  Z7, K1
	KMOVQ     K1, AX
	ORQ       AX, R12
	JMP       store

last:
	TESTQ  R10, R10
	JZ     done
	MOVQ   SI, AX
	SUBQ   src+16(FP), AX
	JZ     rest
	MOVQ   DI, BX
	SUBQ   dst+0(FP), BX
	CMPQ   AX, BX
	JNE    rest
	LEAQ   -64(DI)(R10*1), DI
	LEAQ   -64(SI)(R10*1), SI
	JMP    load

rest:
	MOVQ   $-1, AX
	BZHIQ  R10, AX, AX
	KMOVQ  AX, K1
	VMOVDQU8.Z (SI), K1, Z0
	JMP    block

done:
	VPMOVB2M Z7, K1
	KMOVQ    K1, R12

store:
	VZEROUPPER
	SUBQ  src+16(FP), SI
	SUBQ  dst+0(FP), DI
	MOVQ  DI, wrote+32(FP)
	MOVQ  SI, read+40(FP)
	TESTQ R12, R12
	SETNE high+48(FP)
	RET
