// Package codec is the JSON byte layer of mcpwire: what generated codecs are made of, and what hand-written ones can be.
//
// # Encoding
//
// Functions and methods append to a byte slice and return the longer one: AppendString(dst, s), x.AppendJSON(dst). There is no
// encoder object, and nothing is allocated while dst has room. Output is always valid JSON on one line: bytes of Go
// strings that are not UTF-8 become U+FFFD, NaN and the infinities are errors, a Raw of unknown origin is checked.
//
// # Decoding
//
// Unmarshal copies the input once; the value owns its memory. A Decoder that is used again allocates nothing: Reset it to an
// input, Decode into a value. The value then borrows the input and the Decoder, which owns the memory of
// lists, union variants and unescaped strings: it is good until the Decoder is Reset or Released, or until the input changes.
// Generated types have Clone to keep one for longer.
//
// # What is accepted
//
// The same in every mode, whether a value is typed, skipped, kept raw, or checked by Valid:
//
//   - The grammar of RFC 8259, one value, nothing but white space around it, no byte order mark, no control characters in strings.
//   - Valid UTF-8 everywhere, also in what is skipped. An escaped surrogate without its other half is U+FFFD in typed strings,
//     an error with Strict, and stays as it is in raw values.
//   - Names match exactly, case included, after escapes are resolved. A name that a type knows and that comes twice is an error;
//     unknown ones are kept in Extra, or dropped or refused by an Option.
//   - At most 1000 levels of nesting, unless MaxDepth says otherwise.
//   - Integers are exact or an error: 5.0 and 1e3 are integers, 1.5 and 2^63 are not. Numbers are float64, correctly
//     rounded; one that is too large is an error.
//
// Time is linear in the size of the input, whatever it is.
//
// # Errors
//
// Errors are *Error values with the offset in the input and the JSON Pointer of the value, and wrap one of the Err variables.
// The pointer is put together while the error is returned, so that success pays nothing for it.
//
// # Concurrency
//
// A Decoder is for one goroutine at a time. Values may be read by any number of goroutines while nobody writes them. Functions
// are safe.
//
// # Processors and build tags
//
// On amd64, text of more than a few words is checked, escaped and unescaped, and values are skipped, with AVX2 (and BMI1, BMI2, POPCNT,
// PCLMULQDQ), or with AVX-512 where there are BW, VL, VBMI and VBMI2, as chosen once when the program starts. GODEBUG=cpu.avx512bw=off
// leaves AVX2, GODEBUG=cpu.bmi2=off plain Go. On arm64 NEON does the same. All other processors have plain Go. The tag purego leaves out unsafe and
// assembly. Behavior is the same.
package codec
