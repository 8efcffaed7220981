//go:build !purego

#include "textflag.h"
#include "kernels_amd64.h"

// Bytes 0 to 7 of four groups: which mask byte a byte looks at, and which bit of it.
DATA spread<>+0x00(SB)/8, $0x0000000000000000
DATA spread<>+0x08(SB)/8, $0x0101010101010101
DATA spread<>+0x10(SB)/8, $0x0202020202020202
DATA spread<>+0x18(SB)/8, $0x0303030303030303
GLOBL spread<>(SB), RODATA|NOPTR, $32

DATA bit<>+0x00(SB)/8, $0x8040201008040201
DATA bit<>+0x08(SB)/8, $0x8040201008040201
DATA bit<>+0x10(SB)/8, $0x8040201008040201
DATA bit<>+0x18(SB)/8, $0x8040201008040201
GLOBL bit<>(SB), RODATA|NOPTR, $32

// Eight in the upper half.
DATA upper<>+0x00(SB)/8, $0x0000000000000000
DATA upper<>+0x08(SB)/8, $0x0808080808080808
GLOBL upper<>(SB), RODATA|NOPTR, $16

// TRANSLATE replaces those bytes of y that the low 32 bits of BX mark by what they stand for after a backslash, and sets
// in valid the bits of the bytes that stand for something.
#define TRANSLATE(y, valid) \
	HASH(y)                            \
	VPSHUFB      Y2, Y12, Y3           \
	VPCMPEQB     Y3, y, Y3             \
	VPMOVMSKB    Y3, valid             \
	VPSHUFB      Y2, Y11, Y2           \
	VMOVD        BX, X4                \
	VPBROADCASTD X4, Y4                \
	VPSHUFB      spread<>(SB), Y4, Y4  \
	VPAND        bit<>(SB), Y4, Y4     \
	VPCMPEQB     bit<>(SB), Y4, Y4     \
	VPBLENDVB    Y4, Y2, y, y

// KEEP stores the bytes of X0 that the low 16 bits of R13 mark, and shifts those out.
#define KEEP \
	MOVBQZX R13, AX                     \
	SHRQ    $8, R13                     \
	MOVBQZX R13, BX                     \
	SHRQ    $8, R13                     \
	VMOVQ   (R10)(AX*8), X2             \
	VMOVHPS (R10)(BX*8), X2, X2         \
	VPADDB  upper<>(SB), X2, X2         \
	VPSHUFB X2, X0, X2                  \
	VMOVQ   X2, (DI)                    \
	POPCNTQ AX, AX                      \
	ADDQ    AX, DI                      \
	VMOVHPS X2, (DI)                    \
	POPCNTQ BX, BX                      \
	ADDQ    BX, DI

// KEEPALL does that for the 64 bytes of Y0 and Y1.
#define KEEPALL \
	KEEP                      \
	VEXTRACTI128 $1, Y0, X0   \
	KEEP                      \
	VMOVDQA Y1, Y0            \
	KEEP                      \
	VEXTRACTI128 $1, Y1, X0   \
	KEEP

// func unescapeAVX2(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)
//
// SI and DI go through src and dst up to CX and DX. R9 is 1 if the byte at SI is escaped by a backslash before it. Y7
// collects all bytes that were passed.
TEXT ·unescapeAVX2(SB), NOSPLIT, $0-49
	MOVQ dst+0(FP), DI
	MOVQ room+8(FP), DX
	MOVQ src+16(FP), SI
	MOVQ n+24(FP), CX
	LEAQ -64(DI)(DX*1), DX
	LEAQ -64(SI)(CX*1), CX
	LEAQ ·keep8(SB), R10
	XORL R9, R9
	FILL(0x22, X15, Y15)
	FILL(0x5c, X14, Y14)
	FILL(0x1f, X13, Y13)
	FILL(0x0f, X10, Y10)
	VBROADCASTI128 ·hashedLetters(SB), Y12
	VBROADCASTI128 ·hashedValues(SB), Y11
	VPXOR Y7, Y7, Y7

loop:
	CMPQ DI, DX
	JHI  done
	CMPQ SI, CX
	JGT  last
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1

block:
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
	VPOR     Y0, Y1, Y6
	VPOR     Y6, Y7, Y6
	VPOR     Y2, Y3, Y8
	VPOR     Y4, Y5, Y9
	VPOR     Y8, Y9, Y8
	VPTEST   Y8, Y8
	JNZ      special
	TESTQ    R9, R9
	JNZ      special
	VMOVDQU  Y0, (DI)
	VMOVDQU  Y1, 32(DI)
	VMOVDQA  Y6, Y7
	ADDQ     $64, SI
	ADDQ     $64, DI
	JMP      loop

special:
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, BX
	SHLQ      $32, BX
	ORQ       BX, R11 // quotes and control characters
	VPMOVMSKB Y2, R12
	VPMOVMSKB Y3, BX
	SHLQ      $32, BX
	ORQ       BX, R12
	ESCAPES
	ANDNQ     R11, BX, R11 // an escaped quote is fine, and an escaped control character is found below
	MOVQ      BX, R8
	TRANSLATE(Y0, R12)
	SHRQ      $32, BX
	TRANSLATE(Y1, AX)
	SHLQ      $32, AX
	ORQ       AX, R12
	ANDNQ     R8, R12, R8 // escapes that stand for nothing
	ORQ       R8, R11
	NOTQ      R13
	TESTQ     R11, R11
	JNZ       stop
	KEEPALL
	VMOVDQA   Y6, Y7
	ADDQ      $64, SI
	JMP       loop

stop:
	// R11 marks where to stop, R8 those of them where it is the backslash before that counts.
	TZCNTQ    R11, R11
	BZHIQ     R11, R13, R13
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y1, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	BZHIQ     R11, AX, R12
	ADDQ      R11, SI
	XORL      R9, R9
	BTQ       R11, R8
	SBBQ      $0, SI
	KEEPALL
	VPMOVMSKB Y7, AX
	ORQ       AX, R12
	JMP       store

last:
	// The zeros behind the text are what the loop stops at.
	LEAQ 64(CX), AX
	CMPQ SI, AX
	JEQ  done
	REST
	JMP  block

done:
	VPMOVMSKB Y7, R12

store:
	VZEROUPPER
	SUBQ  R9, SI // a backslash at the end is not read
	SUBQ  src+16(FP), SI
	SUBQ  dst+0(FP), DI
	MOVQ  DI, wrote+32(FP)
	MOVQ  SI, read+40(FP)
	TESTQ R12, R12
	SETNE high+48(FP)
	RET

// func unescapeAVX512(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)
//
// As unescapeAVX2. The last block is loaded with a mask: the zeros after it are what the
// loop stops at.
TEXT ·unescapeAVX512(SB), NOSPLIT, $0-49
	MOVQ dst+0(FP), DI
	MOVQ room+8(FP), DX
	MOVQ src+16(FP), SI
	MOVQ n+24(FP), CX
	LEAQ -64(DI)(DX*1), DX
	ADDQ SI, CX
	XORL R9, R9
	MOVQ $0x22, AX
	VPBROADCASTB AX, Z1
	MOVQ $0x5c, AX
	VPBROADCASTB AX, Z2
	MOVQ $0x20, AX
	VPBROADCASTB AX, Z3
	MOVQ $0x0f, AX
	VPBROADCASTB AX, Z6
	VBROADCASTI32X4 ·hashedLetters(SB), Z4
	VBROADCASTI32X4 ·hashedValues(SB), Z5
	VPXORQ Z7, Z7, Z7

loop:
	CMPQ DI, DX
	JHI  done
	MOVQ CX, R10
	SUBQ SI, R10
	CMPQ R10, $64
	JLT  last
	VMOVDQU64 (SI), Z0

block:
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
	VMOVDQU64 Z0, (DI)
	VPORQ    Z0, Z7, Z7
	ADDQ     $64, SI
	ADDQ     $64, DI
	JMP      loop

special:
	ESCAPES
	ANDNQ     R11, BX, R11
	VPSRLW    $2, Z0, Z8
	VPSRLW    $3, Z0, Z9
	VPADDB    Z8, Z9, Z8
	VPANDQ    Z6, Z8, Z8
	VPSHUFB   Z8, Z4, Z9
	VPSHUFB   Z8, Z5, Z8
	VPCMPEQB  Z9, Z0, K5
	KMOVQ     BX, K4
	VPBLENDMB Z8, Z0, K4, Z8
	KMOVQ     K5, R8
	ANDNQ     BX, R8, R8 // escapes that stand for nothing
	ORQ       R8, R11
	NOTQ      R13
	TESTQ     R11, R11
	JNZ       stop
	KMOVQ     R13, K1
	VPCOMPRESSB Z8, K1, Z9
	VMOVDQU64 Z9, (DI)
	POPCNTQ   R13, R13
	ADDQ      R13, DI
	VPORQ     Z0, Z7, Z7
	ADDQ      $64, SI
	JMP       loop

stop:
	TZCNTQ    R11, R11
	BZHIQ     R11, R13, R13
	VPMOVB2M  Z0, K6
	KMOVQ     K6, R12
	BZHIQ     R11, R12, R12
	KMOVQ     R13, K1
	VPCOMPRESSB Z8, K1, Z9
	VMOVDQU64 Z9, (DI)
	POPCNTQ   R13, R13
	ADDQ      R13, DI
	ADDQ      R11, SI
	XORL      R9, R9
	BTQ       R11, R8
	SBBQ      $0, SI
	VPMOVB2M  Z7, K1
	KMOVQ     K1, AX
	ORQ       AX, R12
	JMP       store

last:
	TESTQ  R10, R10
	JZ     done
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
	SUBQ  R9, SI
	SUBQ  src+16(FP), SI
	SUBQ  dst+0(FP), DI
	MOVQ  DI, wrote+32(FP)
	MOVQ  SI, read+40(FP)
	TESTQ R12, R12
	SETNE high+48(FP)
	RET
