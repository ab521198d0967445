package signin

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// TestPasswordsThatWereRightAreRemembered for a quarter of an hour, each of its account as it is alone, and no more than so many at once.
func TestPasswordsThatWereRightAreRemembered(t *testing.T) {
	accounts, now := core.NewAuthCollection(collections.Workers), time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	try := func(id, tokenKey, password string) Try {
		account := core.NewRecord(accounts)
		account.Id = id
		account.Set("tokenKey", tokenKey)
		return Try{Account: account, Password: password}
	}
	v, own := newVerified(), try("a", "k", "p")
	v.keep(own, now)
	for name, c := range map[string]struct {
		try   Try
		after time.Duration
		want  bool
	}{
		"at once": {own, 0, true}, "to the last moment": {own, verifiedFor - 1, true}, "no longer": {own, verifiedFor, false},
		"of another account": {try("b", "k", "p"), 0, false}, "of the account before its tokens ended": {try("a", "l", "p"), 0, false},
		"another password": {try("a", "k", "q"), 0, false}, "parts that are put together otherwise": {try("ak", "", "p"), 0, false},
	} {
		if got := v.has(c.try, now.Add(c.after)); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if newVerified().key == v.key {
		t.Error("two processes have one key")
	}
	for n := uint64(len(v.known)); n < mostVerified; n++ {
		var sum [32]byte
		binary.BigEndian.PutUint64(sum[:], n)
		v.known[sum] = now.Add(verifiedFor + time.Duration(n%2))
	}
	more := try("more", "k", "p")
	if v.keep(more, now); v.has(more, now) || len(v.known) != mostVerified {
		t.Errorf("%d are remembered, one more: %t", len(v.known), v.has(more, now))
	}
	at := now.Add(verifiedFor + 1)
	if v.keep(more, at); !v.has(more, at) || len(v.known) != mostVerified/2+1 {
		t.Errorf("%d are remembered when half of them are over", len(v.known))
	}
	if v.keep(own, at); !v.has(own, at) || v.has(own, at.Add(verifiedFor)) {
		t.Error("what was right again is not remembered as long again")
	}
}

// TestWaitingTellsHowLong to whoever reads the log.
func TestWaitingTellsHowLong(t *testing.T) {
	if got := (&Waiting{For: 90 * time.Second}).Error(); got != "wait 1m30s before the next attempt" {
		t.Error(got)
	}
}
