package transport

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
)

// eventIDSize is the length of an event id of MemoryEventStore: 16 bytes in base64.
const eventIDSize = 22

// eventIDText refuses what is not the one text that it writes for 16 bytes.
var eventIDText = base64.RawURLEncoding.Strict()

// eventIDs makes ids out of places of events, and finds the places again. An id is one block of a cipher under a key that
// nobody else has: different places have different ids, an id says nothing about how many streams there are, and what is not an
// id becomes a place at random, that is, one on a stream that there never was.
//
// It is not safe for concurrent use.
type eventIDs struct {
	block   cipher.Block
	scratch []byte // of one block; the cipher is behind an interface, so a local array would be allocated
}

func newEventIDs() eventIDs {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // it never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // a key of 16 bytes is one of AES
	}
	return eventIDs{block, make([]byte, aes.BlockSize)}
}

// format returns the id of an event.
func (i *eventIDs) format(stream, seq uint64) string {
	binary.BigEndian.PutUint64(i.scratch, stream)
	binary.BigEndian.PutUint64(i.scratch[8:], seq)
	i.block.Encrypt(i.scratch, i.scratch)
	var text [eventIDSize]byte
	eventIDText.Encode(text[:], i.scratch)
	return string(text[:])
}

// parse returns the place that an id stands for; false if it has not the form of one. Whether there ever was such a place is
// for the caller to know.
func (i *eventIDs) parse(id string) (stream, seq uint64, ok bool) {
	if len(id) != eventIDSize {
		return 0, 0, false
	}
	// The decoder of package base64 skips line ends, so the count of bytes matters.
	n, err := eventIDText.Decode(i.scratch, []byte(id))
	if err != nil || n != len(i.scratch) {
		return 0, 0, false
	}
	i.block.Decrypt(i.scratch, i.scratch)
	return binary.BigEndian.Uint64(i.scratch), binary.BigEndian.Uint64(i.scratch[8:]), true
}
