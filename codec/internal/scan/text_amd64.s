//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

// func textAVX2(src *byte, n int, over bool) (read int, sure bool)
//
// SI goes through src up to CX. R9 is 1 if the byte at SI is escaped by a backslash before it, R8 is not 0 if the block
// before has non-ASCII bytes, of which Y7 is the second half. DI collects where it is not UTF-8. R13 counts blocks of plain ASCII in a row.
TEXT ·textAVX2(SB), NOSPLIT, $0-33
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	LEAQ -64(SI)(CX*1), CX
	MOVBQZX over+16(FP), R10
	XORL R9, R9
	XORL R8, R8
	XORL R13, R13
	XORL DI, DI
	FILL(0x22, X15, Y15)
	FILL(0x5c, X14, Y14)
	FILL(0x1f, X13, Y13)
	FILL(0x0f, X10, Y10)
	VBROADCASTI128 ·hashedLetters(SB), Y12
	VPXOR Y7, Y7, Y7
	VPXOR Y11, Y11, Y11

loop:
	CMPQ    SI, CX
	JGT     last

load:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1

block:
	XORL      DX, DX
	VPOR      Y0, Y1, Y2
	VPMOVMSKB Y2, R11
	MOVL      R11, AX
	ORL       R8, AX
	JNZ       utf8

checked:
	VPCMPEQB Y0, Y15, Y4
	VPCMPEQB Y1, Y15, Y5
	VPMINUB  Y0, Y13, Y2
	VPMINUB  Y1, Y13, Y3
	VPCMPEQB Y0, Y2, Y2
	VPCMPEQB Y1, Y3, Y3
	VPOR     Y4, Y2, Y4
	VPOR     Y5, Y3, Y5
	VPCMPEQB Y0, Y14, Y2
	VPCMPEQB Y1, Y14, Y3
	VPOR     Y2, Y3, Y8
	VPOR     Y4, Y5, Y9
	VPOR     Y8, Y9, Y8
	VPTEST   Y8, Y8
	JNZ      special
	TESTQ    R9, R9
	JNZ      special
	ORQ      DX, DI
	ADDQ     $64, SI
	TESTL    R8, R8
	JNZ      loop
	INCL     R13
	CMPL     R13, $3
	JLT      loop

clean:
	// After three blocks of plain ASCII, two at a time: Y2 collects what is smallest, as a signed number, Y3 to Y6 what is nearest to a quote or a
	// backslash.
	LEAQ 64(SI), AX
	CMPQ AX, CX
	JGT  loop
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1
	VMOVDQU  64(SI), Y8
	VMOVDQU  96(SI), Y9
	VPXOR    Y0, Y15, Y3
	VPXOR    Y0, Y14, Y4
	VPXOR    Y1, Y15, Y5
	VPXOR    Y1, Y14, Y6
	VPMINUB  Y3, Y4, Y3
	VPMINUB  Y5, Y6, Y5
	VPMINSB  Y0, Y1, Y2
	VPXOR    Y8, Y15, Y4
	VPXOR    Y8, Y14, Y6
	VPMINUB  Y3, Y5, Y3
	VPMINUB  Y4, Y6, Y4
	VPXOR    Y9, Y15, Y5
	VPXOR    Y9, Y14, Y6
	VPMINUB  Y3, Y4, Y3
	VPMINUB  Y5, Y6, Y5
	VPMINSB  Y8, Y9, Y8
	VPMINUB  Y3, Y5, Y3
	VPMINSB  Y2, Y8, Y2
	VPCMPEQB Y11, Y3, Y3
	VPCMPGTB Y13, Y2, Y2
	VPANDN   Y2, Y3, Y2 // all ones if there is nothing
	VPMOVMSKB Y2, AX
	CMPL     AX, $-1
	JNE      dirty
	SUBQ     $-128, SI
	JMP      clean

dirty:
	XORL R13, R13
	JMP  loop

next:
	ORQ  DX, DI
	ADDQ $64, SI
	JMP  loop

utf8:
	XORL      R13, R13
	MOVL      R11, R8
	UTF8Y(Y0, Y7)
	VPCMPEQB  Y11, Y6, Y6
	VPMOVMSKB Y6, DX
	UTF8Y(Y1, Y0)
	VPCMPEQB  Y11, Y6, Y6
	VPMOVMSKB Y6, AX
	SHLQ      $32, AX
	ORQ       AX, DX
	NOTQ      DX
	VMOVDQA   Y1, Y7
	JMP       checked

special:
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, AX
	SHLQ      $32, AX
	ORQ       AX, R11 // quotes and control characters
	VPMOVMSKB Y2, R12
	VPMOVMSKB Y3, AX
	SHLQ      $32, AX
	ORQ       AX, R12
	XORL      R13, R13
	TESTQ     R10, R10
	JNZ       over
	ORQ       R12, R11
	JMP       stop

over:
	ESCAPES
	ANDNQ     R11, BX, R11 // an escaped quote is fine, and an escaped control character is found below
	HASH(Y0)
	VPSHUFB   Y2, Y12, Y2
	VPCMPEQB  Y2, Y0, Y2
	VPMOVMSKB Y2, R12
	HASH(Y1)
	VPSHUFB   Y2, Y12, Y2
	VPCMPEQB  Y2, Y1, Y2
	VPMOVMSKB Y2, AX
	SHLQ      $32, AX
	ORQ       AX, R12
	ANDNQ     BX, R12, R13 // escapes that stand for nothing
	ORQ       R13, R11
	JZ        next

stop:
	// R11 marks where to stop, R13 those of them where it is the backslash before that counts.
	BLSMSKQ R11, AX
	ANDNQ   AX, R13, AX // not what follows that backslash
	ANDQ    AX, DX
	ORQ     DX, DI
	TZCNTQ  R11, R11
	ADDQ    R11, SI
	XORL    R9, R9
	BTQ     R11, R13
	SBBQ    $0, SI

store:
	VZEROUPPER
	SUBQ  src+0(FP), SI
	MOVQ  SI, read+24(FP)
	TESTQ DI, DI
	SETEQ sure+32(FP)
	RET

last:
	// Less than a block is left. After plain ASCII, a block that overlaps with the one before does it. Else the zeros behind the text are what
	// the loop stops at, and what a character that is cut off is found by.
	LEAQ  64(CX), AX
	CMPQ  SI, AX
	JEQ   whole
	TESTL R13, R13
	JZ    rest
	MOVQ  CX, SI
	JMP   load

whole:
	MOVQ R8, AX
	ORQ  R9, AX
	JZ   store

rest:
	REST
	JMP block

// func textAVX512(src *byte, n int, over bool) (read int, sure bool)
//
// As textAVX2. The last block is loaded with a mask: the zeros after it are what the loop stops at, and what a character that is cut
// off is found by.
TEXT ·textAVX512(SB), NOSPLIT, $0-33
	MOVQ src+0(FP), SI
	MOVQ n+8(FP), CX
	ADDQ SI, CX
	XORL R9, R9
	XORL R8, R8
	XORL R13, R13
	XORL DI, DI
	MOVQ $0x22, AX
	VPBROADCASTB AX, Z1
	MOVQ $0x5c, AX
	VPBROADCASTB AX, Z2
	MOVQ $0x20, AX
	VPBROADCASTB AX, Z3
	VPXORQ Z6, Z6, Z6
	MOVQ $0x0f, AX
	VPBROADCASTB AX, Z5
	VBROADCASTI32X4 ·hashedLetters(SB), Z4

loop:
	MOVQ CX, R10
	SUBQ SI, R10
	CMPQ R10, $64
	JLT  last
	VMOVDQU64 (SI), Z0

block:
	XORL     DX, DX
	VPMOVB2M Z0, K6
	KMOVQ    K6, R11
	MOVQ     R11, AX
	ORQ      R8, AX
	JNZ      utf8

checked:
	VPCMPEQB Z0, Z1, K1
	VPCMPUB  $1, Z3, Z0, K3
	VPCMPEQB Z0, Z2, K2
	KORQ     K1, K3, K3
	KMOVQ    K3, R11 // quotes and control characters
	KMOVQ    K2, R12 // backslashes
	MOVQ     R11, AX
	ORQ      R12, AX
	ORQ      R9, AX
	JNZ      special
	ORQ      DX, DI
	ADDQ     $64, SI
	TESTQ    R8, R8
	JNZ      loop
	INCL     R13
	CMPL     R13, $3
	JLT      loop

clean:
	// After three blocks of plain ASCII, four at a time: Z8 to Z10 collect what is smallest, as a signed number, and what is nearest to a quote
	// or a backslash.
	LEAQ 256(SI), AX
	CMPQ AX, CX
	JHI  loop
	VMOVDQU64 (SI), Z0
	VMOVDQU64 64(SI), Z11
	VMOVDQU64 128(SI), Z12
	VMOVDQU64 192(SI), Z13
	VPMINSB  Z0, Z11, Z8
	VPMINSB  Z12, Z13, Z9
	VPMINSB  Z8, Z9, Z8
	VPXORQ   Z0, Z1, Z9
	VPXORQ   Z11, Z1, Z14
	VPXORQ   Z0, Z2, Z10
	VPXORQ   Z11, Z2, Z15
	VPMINUB  Z9, Z14, Z9
	VPMINUB  Z10, Z15, Z10
	VPXORQ   Z12, Z1, Z14
	VPXORQ   Z12, Z2, Z15
	VPMINUB  Z9, Z14, Z9
	VPMINUB  Z10, Z15, Z10
	VPXORQ   Z13, Z1, Z14
	VPXORQ   Z13, Z2, Z15
	VPMINUB  Z9, Z14, Z9
	VPMINUB  Z10, Z15, Z10
	VPMINUB  Z9, Z10, Z9
	VPTESTNMB Z9, Z9, K1
	VPCMPB   $1, Z3, Z8, K2
	KORTESTQ K1, K2
	JNZ      dirty
	MOVQ     AX, SI
	JMP      clean

dirty:
	XORL R13, R13
	JMP  loop

next:
	ORQ  DX, DI
	ADDQ $64, SI
	JMP  loop

utf8:
	TESTQ R8, R8
	JNZ   again
	UTF8ZTABLES

again:
	XORL      R13, R13
	MOVQ      R11, R8
	UTF8Z(K5)
	KMOVQ     K5, DX
	VMOVDQA64 Z0, Z6
	JMP       checked

special:
	XORL  R13, R13
	CMPB  over+16(FP), $0
	JNE   over
	ORQ   R12, R11
	JMP   stop

over:
	ESCAPES
	ANDNQ    R11, BX, R11
	VPSRLW   $2, Z0, Z8
	VPSRLW   $3, Z0, Z9
	VPADDB   Z8, Z9, Z8
	VPANDQ   Z5, Z8, Z8
	VPSHUFB  Z8, Z4, Z8
	VPCMPEQB Z8, Z0, K4
	KMOVQ    K4, R12
	ANDNQ    BX, R12, R13 // escapes that stand for nothing
	ORQ      R13, R11
	JZ       next

stop:
	BLSMSKQ R11, AX
	ANDNQ   AX, R13, AX // not what follows that backslash
	ANDQ    AX, DX
	ORQ     DX, DI
	TZCNTQ  R11, R11
	ADDQ    R11, SI
	BTQ     R11, R13
	SBBQ    $0, SI
	VZEROUPPER
	SUBQ    src+0(FP), SI
	MOVQ    SI, read+24(FP)
	TESTQ   DI, DI
	SETEQ   sure+32(FP)
	RET

last:
	MOVQ  $-1, AX
	BZHIQ R10, AX, AX
	KMOVQ AX, K1
	VMOVDQU8.Z (SI), K1, Z0
	JMP   block
