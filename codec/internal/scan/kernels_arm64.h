// Macros that several kernels share. R5 and R6 are scratch of all of them, as are V8 to V12; R14 is of REST, too. Go's assembler has none of the
// NEON instructions that compare which is greater, or that narrow: classes by lookup do without.

// LOAD loads the 16 bytes of a table.
#define LOAD(table, v) \
	MOVD table, R5 \
	VLD1 (R5), [v.B16]

// CLASSTABLES loads tables for CLASSES, and laneBits for MASK.
#define CLASSTABLES(tables) \
	MOVD  $tables(SB), R5                        \
	VLD1  (R5), [V22.B16, V23.B16, V24.B16]      \
	VMOVI $0x0f, V21.B16

// CLASSES puts the classes of the bytes of y into c: what the tables have for both halves of each.
#define CLASSES(y, c) CLASSESBY(V22, V23, y, c)

#define CLASSESBY(upper, lower, y, c) \
	VUSHR $4, y.B16, c.B16             \
	VAND  V21.B16, y.B16, V8.B16       \
	VTBL  c.B16, [upper.B16], c.B16    \
	VTBL  V8.B16, [lower.B16], V8.B16  \
	VAND  V8.B16, c.B16, c.B16

// CLASSES64 puts the classes of V0 to V3 into V4 to V7, and all of those that occur, in each of eight bytes or more, into r.
#define CLASSES64(r) \
	CLASSES(V0, V4)              \
	CLASSES(V1, V5)              \
	CLASSES(V2, V6)              \
	CLASSES(V3, V7)              \
	VORR V4.B16, V5.B16, V8.B16  \
	VORR V6.B16, V7.B16, V9.B16  \
	VORR V8.B16, V9.B16, V8.B16  \
	ANY(V8, r)

// ANY puts the bits that occur in the two halves of v into r.
#define ANY(v, r) \
	VMOV v.D[0], r   \
	VMOV v.D[1], R5  \
	ORR  R5, r

// MASK puts a bit for each byte of a to d into r, of which each has to be all ones or zeros. V24 holds laneBits.
#define MASK(a, b, c, d, r) \
	VAND  V24.B16, a.B16, a.B16  \
	VAND  V24.B16, b.B16, b.B16  \
	VAND  V24.B16, c.B16, c.B16  \
	VAND  V24.B16, d.B16, d.B16  \
	VADDP b.B16, a.B16, a.B16    \
	VADDP d.B16, c.B16, c.B16    \
	VADDP c.B16, a.B16, a.B16    \
	VADDP a.B16, a.B16, a.B16    \
	VMOV  a.D[0], r

// MASKOF puts a bit for each byte of V4 to V7 that has bits of v, which is none of V8 to V11, into r.
#define MASKOF(v, r) \
	VCMTST v.B16, V4.B16, V8.B16   \
	VCMTST v.B16, V5.B16, V9.B16   \
	VCMTST v.B16, V6.B16, V10.B16  \
	VCMTST v.B16, V7.B16, V11.B16  \
	MASK(V8, V9, V10, V11, r)

// COUNT8 puts how many bits each byte of a has into the bytes of n.
#define COUNT8(a, n) \
	VMOV a, V8.D[0]         \
	VCNT V8.B8, V8.B8       \
	VMOV V8.D[0], n

// ESCAPES finds the backslashes that begin an escape and the bytes after them, which may be backslashes too. In: R12 has the
// backslashes, R9 is 1 if the first byte of the block is already escaped. Out: R13 and R14, and R9 for the next block.
// The subtraction carries through each run of backslashes, which tells odd runs from even ones; this is how simdjson does it.
#define ESCAPES \
	MOVD $0xaaaaaaaaaaaaaaaa, R5  \
	BIC  R9, R12, R6              \
	ORR  R6<<1, R5, R13           \
	SUB  R6, R13, R13             \
	EOR  R5, R13, R13             \
	ORR  R9, R12, R14             \
	EOR  R13, R14, R14            \
	AND  R12, R13, R13            \
	LSR  $63, R13, R9

// HASH puts the hash of each byte of y, by which hashedLetters is sorted, into h. V21 holds 0x0f.
#define HASH(y, h) \
	VUSHR $2, y.B16, h.B16        \
	VUSHR $3, y.B16, V12.B16      \
	VADD  V12.B16, h.B16, h.B16   \
	VAND  V21.B16, h.B16, h.B16

// LETTER sets the bytes of h at which y is a letter that means something after a backslash. V25 holds hashedLetters.
#define LETTER(y, h) \
	HASH(y, h)                      \
	VTBL  h.B16, [V25.B16], h.B16   \
	VCMEQ y.B16, h.B16, h.B16

// LETTERS puts a bit for each such byte of V0 to V3 into r.
#define LETTERS(r) \
	LOAD($·hashedLetters(SB), V25)  \
	LETTER(V0, V8)                  \
	LETTER(V1, V9)                  \
	LETTER(V2, V10)                 \
	LETTER(V3, V11)                 \
	MASK(V8, V9, V10, V11, r)

// UTF8TABLES loads the tables of UTF8.
#define UTF8TABLES \
	MOVD   $·utf8Tables(SB), R5                                  \
	VLD1.P 64(R5), [V16.B16, V17.B16, V18.B16, V19.B16]          \
	VLD1   (R5), [V20.B16]                                       \
	VMOVI  $0x0f, V21.B16

// UTF8 sets bits of the bytes of e at which y, which comes after prev, is seen not to be UTF-8: at most three bytes after the one that is
// wrong, and at the first byte after a sequence that is too short. It is the lookup algorithm of Keiser and Lemire ("Validating
// UTF-8 in less than one instruction per byte", 2020).
#define UTF8(y, prev, e) \
	VEXT  $15, y.B16, prev.B16, V8.B16    \
	VEXT  $14, y.B16, prev.B16, V9.B16    \
	VEXT  $13, y.B16, prev.B16, V10.B16   \
	VUSHR $4, V8.B16, V11.B16             \
	VAND  V21.B16, V8.B16, V8.B16         \
	VUSHR $4, y.B16, V12.B16              \
	VUSHR $4, V9.B16, V9.B16              \
	VUSHR $4, V10.B16, V10.B16            \
	VTBL  V11.B16, [V16.B16], V11.B16     \
	VTBL  V8.B16, [V17.B16], V8.B16       \
	VTBL  V12.B16, [V18.B16], V12.B16     \
	VTBL  V9.B16, [V19.B16], V9.B16       \
	VTBL  V10.B16, [V20.B16], V10.B16     \
	VAND  V11.B16, V8.B16, V8.B16         \
	VAND  V12.B16, V8.B16, V8.B16         \
	VORR  V10.B16, V9.B16, V9.B16         \
	VEOR  V9.B16, V8.B16, e.B16

// UTF8X64 does that for V0 to V3 after V26.
#define UTF8X64(e, f, g, h) \
	UTF8(V0, V26, e)  \
	UTF8(V1, V0, f)   \
	UTF8(V2, V1, g)   \
	UTF8(V3, V2, h)

// REST loads what is left of a text, less than 64 bytes from R0 up to R1, into V0 to V3, with the bytes of V13 behind it. It reads nothing else
// but up to 16 bytes before R1, so that the text must have 16 bytes at least.
#define REST \
	SUB $16, R1, R14             \
	LOAD($·laneCount(SB), V8)    \
	RESTOF(0, V0)                \
	RESTOF(16, V1)               \
	RESTOF(32, V2)               \
	RESTOF(48, V3)

// RESTOF loads the 16 bytes at R0 + offset, or the last ones of the text, at R14, and moves those down. What has no index in
// the vector is left by the lookup as it was.
#define RESTOF(offset, v) \
	ADD  $offset, R0, R5               \
	CMP  R14, R5                       \
	CSEL HI, R14, R5, R6               \
	SUB  R6, R5, R5                    \
	VDUP R5, V9.B16                    \
	VLD1 (R6), [V10.B16]               \
	VADD V8.B16, V9.B16, V9.B16        \
	VORR V13.B16, V13.B16, v.B16       \
	VTBX V9.B16, [V10.B16], v.B16
