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

// veilKey is the meta key of what hides places of the feed; it is made anew with the epoch.
const veilKey = "cursor_key"

// veil hides places of the feed from clients. The feed counts the changes of the whole city, so a plain number in a cursor
// told a worker how much happens elsewhere. A place is one AES block, which only this server makes and reads, of the number
// and the worker: the same place looks the same to one worker, and nothing else can be learnt or forged.
type veil struct {
	block  cipher.Block
	worker [8]byte
}

func newVeil(db collections.DB, worker string) (veil, error) {
	text, err := collections.MetaValue(db, veilKey)
	if err != nil {
		return veil{}, err
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return veil{}, fmt.Errorf("key of cursors: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return veil{}, fmt.Errorf("key of cursors: %w", err)
	}
	sum := sha256.Sum256([]byte(worker))
	return veil{block, [8]byte(sum[:8])}, nil
}

func newVeilKey() string {
	key := make([]byte, 16)
	rand.Read(key) // never fails
	return hex.EncodeToString(key)
}

// hide writes a place as 32 hex digits.
func (v veil) hide(seq int64) string {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint64(b[:8], uint64(seq))
	copy(b[8:], v.worker[:])
	v.block.Encrypt(b[:], b[:])
	return hex.EncodeToString(b[:])
}

// find reads what hide wrote for the same worker.
func (v veil) find(place string) (int64, bool) {
	raw, err := hex.DecodeString(place)
	if err != nil || len(raw) != aes.BlockSize {
		return 0, false
	}
	v.block.Decrypt(raw, raw)
	seq := int64(binary.BigEndian.Uint64(raw[:8]))
	return seq, seq >= 0 && [8]byte(raw[8:]) == v.worker
}
