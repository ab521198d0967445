package devicesync

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"doorstep/collections"
)

// cursorKey is the meta key of the key that encrypts places of the feed; it is made anew with the epoch.
const cursorKey = "cursor_key"

// cursorCipher encrypts places of the feed. The feed counts the changes of the whole city, so a plain number in a cursor
// told a worker how much happens elsewhere. A place is one AES block, which only this server makes and reads, of the number
// and the worker: the same place looks the same to one worker, and nothing else can be learnt or forged.
type cursorCipher struct {
	block  cipher.Block
	worker [8]byte
}

func newCursorCipher(db collections.DB, worker string) (cursorCipher, error) {
	text, err := collections.MetaValue(db, cursorKey)
	if err != nil {
		return cursorCipher{}, err
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return cursorCipher{}, fmt.Errorf("key of cursors: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return cursorCipher{}, fmt.Errorf("key of cursors: %w", err)
	}
	sum := sha256.Sum256([]byte(worker))
	return cursorCipher{block, [8]byte(sum[:8])}, nil
}

func newCursorKey() string {
	key := make([]byte, 16)
	rand.Read(key) // never fails
	return hex.EncodeToString(key)
}

// encrypt writes a place as 32 hex digits.
func (c cursorCipher) encrypt(seq int64) string {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint64(b[:8], uint64(seq))
	copy(b[8:], c.worker[:])
	c.block.Encrypt(b[:], b[:])
	return hex.EncodeToString(b[:])
}

// decrypt reads what encrypt wrote for the same worker.
func (c cursorCipher) decrypt(place string) (int64, bool) {
	raw, err := hex.DecodeString(place)
	if err != nil || len(raw) != aes.BlockSize {
		return 0, false
	}
	c.block.Decrypt(raw, raw)
	seq := int64(binary.BigEndian.Uint64(raw[:8]))
	return seq, seq >= 0 && [8]byte(raw[8:]) == c.worker
}
