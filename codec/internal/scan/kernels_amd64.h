// Macros that several kernels share.

// FILL puts the low byte of c into every byte of y.
#define FILL(c, x, y) \
	MOVQ $c, AX  \
	VMOVQ AX, x  \
	VPBROADCASTB x, y

// ESCAPES finds the backslashes that begin an escape and the bytes after them, which may be backslashes too. In: R12 has the
// backslashes, R9 is 1 if the first byte of the block is already escaped. Out: R13 and BX, and R9 for the next block.
// The subtraction carries through each run of backslashes, which tells odd runs from even ones; this is how simdjson does it.
#define ESCAPES \
	MOVQ  $0xaaaaaaaaaaaaaaaa, AX \
	ANDNQ R12, R9, BX             \
	LEAQ  (BX)(BX*1), R13         \
	ORQ   AX, R13                 \
	SUBQ  BX, R13                 \
	XORQ  AX, R13                 \
	MOVQ  R12, BX                 \
	ORQ   R9, BX                  \
	XORQ  R13, BX                 \
	ANDQ  R12, R13                \
	MOVQ  R13, R9                 \
	SHRQ  $63, R9

// HASH puts the hash of each byte of y, by which hashedLetters is sorted, into Y2. Y10 holds 0x0f.
#define HASH(y) \
	VPSRLW $2, y, Y2  \
	VPSRLW $3, y, Y3  \
	VPADDB Y2, Y3, Y2 \
	VPAND  Y10, Y2, Y2

// UTF8Y sets the bytes of Y6 at which y, which comes after prev, is seen not to be UTF-8: at most three bytes after the one that is
// wrong, and at the first byte after a sequence that is too short. It is the lookup algorithm of Keiser and Lemire ("Validating
// UTF-8 in less than one instruction per byte", 2020). Y10 holds 0x0f.
#define UTF8Y(y, prev) \
	VPERM2I128     $0x21, y, prev, Y2         \
	VPALIGNR       $15, Y2, y, Y3             \
	VPALIGNR       $14, Y2, y, Y4             \
	VPALIGNR       $13, Y2, y, Y5             \
	VPSRLW         $4, Y3, Y6                 \
	VPAND          Y10, Y6, Y6                \
	VBROADCASTI128 ·utf8High+0(SB), Y2        \
	VPSHUFB        Y6, Y2, Y6                 \
	VPAND          Y10, Y3, Y3                \
	VBROADCASTI128 ·utf8Low+0(SB), Y2         \
	VPSHUFB        Y3, Y2, Y3                 \
	VPAND          Y3, Y6, Y6                 \
	VPSRLW         $4, y, Y3                  \
	VPAND          Y10, Y3, Y3                \
	VBROADCASTI128 ·utf8Next+0(SB), Y2        \
	VPSHUFB        Y3, Y2, Y3                 \
	VPAND          Y3, Y6, Y6                 \
	VBROADCASTI128 ·utf8Third+0(SB), Y2       \
	VPSUBUSB       Y2, Y4, Y4                 \
	VBROADCASTI128 ·utf8Fourth+0(SB), Y2      \
	VPSUBUSB       Y2, Y5, Y5                 \
	VPOR           Y4, Y5, Y4                 \
	VBROADCASTI128 ·utf8Cont+0(SB), Y2        \
	VPAND          Y2, Y4, Y4                 \
	VPXOR          Y4, Y6, Y6

// UTF8ZTABLES loads what UTF8Z needs.
#define UTF8ZTABLES \
	VBROADCASTI32X4 ·utf8High+0(SB), Z20   \
	VBROADCASTI32X4 ·utf8Low+0(SB), Z21    \
	VBROADCASTI32X4 ·utf8Next+0(SB), Z22   \
	VBROADCASTI32X4 ·utf8Third+0(SB), Z23  \
	VBROADCASTI32X4 ·utf8Fourth+0(SB), Z24 \
	VBROADCASTI32X4 ·utf8Cont+0(SB), Z25   \
	MOVQ            $0x0f, AX              \
	VPBROADCASTB    AX, Z26

// UTF8Z is UTF8Y for 64 bytes: it sets the bits of errors where Z0, which comes after Z6, is seen not to be UTF-8.
#define UTF8Z(errors) \
	VALIGNQ    $6, Z6, Z0, Z10          \
	VPALIGNR   $15, Z10, Z0, Z11        \
	VPALIGNR   $14, Z10, Z0, Z12        \
	VPALIGNR   $13, Z10, Z0, Z13        \
	VPSRLW     $4, Z11, Z10             \
	VPSRLW     $4, Z0, Z14              \
	VPANDQ     Z26, Z10, Z10            \
	VPANDQ     Z26, Z11, Z11            \
	VPANDQ     Z26, Z14, Z14            \
	VPSHUFB    Z10, Z20, Z10            \
	VPSHUFB    Z11, Z21, Z11            \
	VPSHUFB    Z14, Z22, Z14            \
	VPTERNLOGQ $0x80, Z10, Z11, Z14     \
	VPSUBUSB   Z23, Z12, Z12            \
	VPSUBUSB   Z24, Z13, Z13            \
	VPORQ      Z12, Z13, Z12            \
	VPANDQ     Z25, Z12, Z12            \
	VPXORQ     Z12, Z14, Z14            \
	VPTESTMB   Z14, Z14, errors

// HEXDUE sets in AX where hexadecimal digits are due: in the four bytes after each u that R13 marks, and where the block
// before said so, in carryOver_hex. It moves what is due in the next block there.
#define HEXDUE \
	LEAQ (R13)(R13*1), AX        \
	LEAQ (AX)(AX*1), BX          \
	ORQ  BX, AX                  \
	MOVQ AX, BX                  \
	SHLQ $2, BX                  \
	ORQ  BX, AX                  \
	ORQ  carryOver_hex(DX), AX       \
	SHRQ $60, R13                \
	MOVQ R13, BX                 \
	SHRQ $1, BX                  \
	ORQ  BX, R13                 \
	MOVQ R13, BX                 \
	SHRQ $2, BX                  \
	ORQ  BX, R13                 \
	MOVQ R13, carryOver_hex(DX)

// REST loads what is left of a text, less than 64 bytes from SI on, into Y0 and Y1, with zeros behind it. It reads nothing else but up to three
// bytes before SI, so that the text must have four bytes at least. CX is 64 before the end of the text. Whole words come by a load with a
// mask, the bytes behind them out of the last four bytes of the text.
#define REST \
	LEAQ         64(CX), AX              \
	SUBQ         SI, AX                  \
	MOVL         -4(SI)(AX*1), R11       \
	MOVL         AX, BX                  \
	ANDL         $3, AX                  \
	SHLL         $3, AX                  \
	NEGL         AX                      \
	ADDL         $32, AX                 \
	SHRXQ        AX, R11, R11            \
	SHRL         $2, BX                  \
	NEGQ         BX                      \
	LEAQ         ·leading(SB), AX        \
	VMOVDQU      64(AX)(BX*4), Y2        \
	VMOVDQU      96(AX)(BX*4), Y3        \
	VPMASKMOVD   (SI), Y2, Y0            \
	VPMASKMOVD   32(SI), Y3, Y1          \
	VPANDN       60(AX)(BX*4), Y2, Y2    \
	VPANDN       92(AX)(BX*4), Y3, Y3    \
	VMOVD        R11, X4                 \
	VPBROADCASTD X4, Y4                  \
	VPAND        Y4, Y2, Y2              \
	VPAND        Y4, Y3, Y3              \
	VPOR         Y2, Y0, Y0              \
	VPOR         Y3, Y1, Y1
