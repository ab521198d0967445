package devicesync

import (
	"crypto/aes"
	"math"
	"strings"
	"testing"
)

// A place comes back to the worker whose it is, from the beginning of the feed on, and to nobody else.
func TestPlacesAreAWorkersOwn(t *testing.T) {
	t.Parallel()
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := cursorCipher{block, [8]byte{1}}, cursorCipher{block, [8]byte{2}}
	for seq, good := range map[int64]bool{0: true, 1: true, math.MaxInt64: true, -1: false} {
		place := mine.encrypt(seq)
		if got, ok := mine.decrypt(place); ok != good || ok && got != seq {
			t.Errorf("%d: %d %v", seq, got, ok)
		}
		for what, wrong := range map[string]string{"half": place[2:], "longer": place + "00", "no number": strings.Repeat("x", len(place)), "none": ""} {
			if _, ok := mine.decrypt(wrong); ok {
				t.Errorf("%d: %s is taken", seq, what)
			}
		}
		if _, ok := theirs.decrypt(place); ok {
			t.Errorf("%d: another worker reads it", seq)
		}
	}
}
