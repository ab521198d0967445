package dataset

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// pseudonym replaces an id by 128 bits of HMAC-SHA-256: within one export the same id gives the same text, so that
// tables still join; without the key, which is never stored, nobody leads it back or joins two exports.
func pseudonym(key []byte, id any) any {
	s, ok := text(id).(string)
	if !ok {
		return nil
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(s))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}
