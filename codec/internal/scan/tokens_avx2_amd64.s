//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "kernels_amd64.h"

// Eight in the upper half.
DATA eights<>+0x00(SB)/8, $0x0000000000000000
DATA eights<>+0x08(SB)/8, $0x0808080808080808
GLOBL eights<>(SB), RODATA|NOPTR, $16

// FOUND stores the bytes of X0 that the low 16 bits of AX mark, and their indices, and shifts those out. R12 is how
// far apart the two places are.
#define FOUND \
	MOVBQZX AX, BX                                 \
	SHRQ    $8, AX                                 \
	MOVBQZX AX, R13                                \
	SHRQ    $8, AX                                 \
	VMOVQ   (R9)(BX*8), X2                         \
	VMOVHPS (R9)(R13*8), X2, X2                    \
	VPADDB  X2, X3, X4                             \
	VPADDB  X5, X2, X2                             \
	VPADDB  X6, X3, X3                             \
	VPSHUFB X2, X0, X2                             \
	VMOVQ   X4, (DI)(R12*1)                       \
	VMOVQ   X2, (DI)                               \
	POPCNTQ BX, BX                                 \
	ADDQ    BX, DI                                 \
	VMOVHPS X4, (DI)(R12*1)                       \
	VMOVHPS X2, (DI)                               \
	POPCNTQ R13, R13                               \
	ADDQ    R13, DI

// func tokensAVX2(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool)
//
// As tokensAVX512; n is a multiple of 64. 
TEXT ·tokensAVX2(SB), NOSPLIT, $0-57
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ first+16(FP), DI
	MOVQ c+32(FP), DX
	ADDQ SI, CX
	MOVQ $const_Window, R10 // line
	FILL(0x22, X15, Y15)
	FILL(0x5c, X14, Y14)
	FILL(0x20, X13, Y13)
	FILL(0x0f, X10, Y10)
	VBROADCASTI128 ·punctuation(SB), Y12
	VPXOR Y11, Y11, Y11

loop:
	VMOVDQU   (SI), Y0
	VMOVDQU   32(SI), Y1
	VPOR      Y0, Y1, Y2
	VPMOVMSKB Y2, R11
	MOVQ      R11, AX
	ORQ       carryOver_high(DX), AX
	JNZ       utf8

checked:
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
	MOVQ      carryOver_escaped(DX), R9
	MOVQ      R9, AX
	ORQ       R12, AX
	ORQ       carryOver_hex(DX), AX
	JNZ       escapes

strings:
	// R8 has the quotes that begin and end strings, R13 will have the strings, their first quotes included.
	VPCMPEQB   X2, X2, X2
	VMOVQ      R8, X3
	VPCLMULQDQ $0, X2, X3, X3
	VMOVQ      X3, R13
	XORQ       carryOver_inString(DX), R13
	MOVQ       R13, AX
	SARQ       $63, AX
	MOVQ       AX, carryOver_inString(DX)

	// Up to 0x20 are control characters and spaces.
	VPMINUB   Y0, Y13, Y2
	VPMINUB   Y1, Y13, Y3
	VPCMPEQB  Y0, Y2, Y2
	VPCMPEQB  Y1, Y3, Y3
	VPCMPEQB  Y0, Y13, Y4
	VPCMPEQB  Y1, Y13, Y5
	VPANDN    Y2, Y4, Y4
	VPANDN    Y3, Y5, Y5
	VPOR      Y4, Y5, Y6
	VPTEST    Y6, Y6
	JNZ       controls

marks:
	VPOR      Y0, Y13, Y4
	VPOR      Y1, Y13, Y5
	VPSHUFB   Y0, Y12, Y6
	VPSHUFB   Y1, Y12, Y7
	VPCMPEQB  Y4, Y6, Y4 // punctuation
	VPCMPEQB  Y5, Y7, Y5
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, AX
	SHLQ      $32, AX
	ORQ       AX, R11
	VPMOVMSKB Y2, R12
	VPMOVMSKB Y3, AX
	SHLQ      $32, AX
	ORQ       R12, AX
	ORQ       R11, AX
	NOTQ      AX           // bytes of scalars, quotes included
	ANDNQ     AX, R8, BX   // and without them
	LEAQ      (BX)(BX*1), R12
	ORQ       carryOver_scalar(DX), R12
	SHRQ      $63, BX
	MOVQ      BX, carryOver_scalar(DX)
	ANDNQ     AX, R12, AX // where scalars begin
	ORQ       R11, AX
	XORQ      R8, R13
	ANDNQ     AX, R13, AX // but not in strings, nor at their ends

	// X3 has the index of the first byte of each eight, X5 what its upper half has to add for a shuffle, X6 what it grows by.
	VMOVDQU  eights<>(SB), X5
	VPADDB   X5, X5, X6
	VPSHUFD  $0xee, X6, X6
	MOVQ     SI, R12
	SUBQ     src+0(FP), R12
	VMOVD    R12, X3
	VPBROADCASTB X3, X3
	VPADDB   X5, X3, X3
	LEAQ     ·keep8(SB), R9
	MOVQ     at+24(FP), R12
	SUBQ     first+16(FP), R12
	FOUND
	VEXTRACTI128 $1, Y0, X0
	FOUND
	VMOVDQA  Y1, Y0
	FOUND
	VEXTRACTI128 $1, Y0, X0
	FOUND
	ADDQ $64, SI
	CMPQ SI, CX
	JCS  loop
	MOVB $1, ok+56(FP)

store:
	VZEROUPPER
	SUBQ  first+16(FP), DI
	MOVQ  DI, found+40(FP)
	MOVQ  R10, line+48(FP)
	RET

utf8:
	VPXOR   Y7, Y7, Y7
	CMPQ    carryOver_high(DX), $0
	JEQ     first
	VMOVDQU -32(SI), Y7

first:
	MOVQ   R11, carryOver_high(DX)
	UTF8Y(Y0, Y7)
	VPTEST Y6, Y6
	JNZ    wrong
	UTF8Y(Y1, Y0)
	VPTEST Y6, Y6
	JNZ    wrong
	JMP    checked

escapes:
	ESCAPES
	MOVQ      R9, carryOver_escaped(DX)
	ANDNQ     R8, BX, R8
	VBROADCASTI128 ·hashedLetters(SB), Y9
	HASH(Y0)
	VPSHUFB   Y2, Y9, Y2
	VPCMPEQB  Y2, Y0, Y2
	VPMOVMSKB Y2, R12
	HASH(Y1)
	VPSHUFB   Y2, Y9, Y2
	VPCMPEQB  Y2, Y1, Y2
	VPMOVMSKB Y2, AX
	SHLQ      $32, AX
	ORQ       AX, R12
	ANDNQ     BX, R12, R12 // escapes of other letters
	FILL(0x75, X4, Y4)
	VPCMPEQB  Y0, Y4, Y2
	VPCMPEQB  Y1, Y4, Y3
	VPMOVMSKB Y2, R13
	VPMOVMSKB Y3, AX
	SHLQ      $32, AX
	ORQ       AX, R13
	ANDQ      BX, R13 // \u
	CMPQ      R12, R13
	JNE       wrong
	MOVQ      R13, AX
	ORQ       carryOver_hex(DX), AX
	JZ        strings
	HEXDUE
	MOVQ      AX, R13
	// Digits, then letters: what is at most 9 above 0, or at most 5 above a.
	FILL(0x30, X4, Y4)
	FILL(9, X5, Y5)
	VPSUBB    Y4, Y0, Y2
	VPSUBB    Y4, Y1, Y3
	VPMINUB   Y2, Y5, Y6
	VPMINUB   Y3, Y5, Y7
	VPCMPEQB  Y2, Y6, Y6
	VPCMPEQB  Y3, Y7, Y7
	FILL(0x61, X4, Y4)
	FILL(5, X5, Y5)
	VPOR      Y0, Y13, Y2
	VPOR      Y1, Y13, Y3
	VPSUBB    Y4, Y2, Y2
	VPSUBB    Y4, Y3, Y3
	VPMINUB   Y2, Y5, Y8
	VPMINUB   Y3, Y5, Y9
	VPCMPEQB  Y2, Y8, Y8
	VPCMPEQB  Y3, Y9, Y9
	VPOR      Y6, Y8, Y6
	VPOR      Y7, Y9, Y7
	VPMOVMSKB Y6, AX
	VPMOVMSKB Y7, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	ANDNQ     R13, AX, AX
	JZ        strings

wrong:
	MOVB $0, ok+56(FP)
	JMP  store

controls:
	// Y4 and Y5 mark them: no others than tab, line feed and carriage return, and none in strings.
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, AX
	SHLQ      $32, AX
	ORQ       AX, R11
	TESTQ     R11, R13
	JNZ       wrong
	FILL(0x0a, X6, Y6)
	FILL(0x0d, X7, Y7)
	VPCMPEQB  Y0, Y6, Y4
	VPCMPEQB  Y0, Y7, Y5
	VPOR      Y4, Y5, Y4
	VPCMPEQB  Y1, Y6, Y6
	VPCMPEQB  Y1, Y7, Y7
	VPOR      Y6, Y7, Y6
	VPMOVMSKB Y4, R12
	VPMOVMSKB Y6, AX
	SHLQ      $32, AX
	ORQ       AX, R12 // line breaks
	FILL(9, X6, Y6)
	VPCMPEQB  Y0, Y6, Y4
	VPCMPEQB  Y1, Y6, Y5
	VPMOVMSKB Y4, BX
	VPMOVMSKB Y5, AX
	SHLQ      $32, AX
	ORQ       BX, AX
	ORQ       R12, AX
	CMPQ      AX, R11
	JNE       wrong
	TESTQ     R12, R12
	JZ        marks
	CMPQ      R10, $const_Window
	JNE       marks
	TZCNTQ    R12, R10
	MOVQ      SI, AX
	SUBQ      src+0(FP), AX
	ADDQ      AX, R10
	JMP       marks
