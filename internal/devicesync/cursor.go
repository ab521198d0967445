package devicesync

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// cursor is where a client stands. It begins with a snapshot of the scope, phase by phase and id by id, and goes on
// along the feed from the sequence number at which the snapshot began. It is only good for the epoch and the territory
// that it was made in. Text form: epoch.scope.s.head.phase.last or epoch.scope.f.seq
type cursor struct {
	epoch, scope string
	snapshot     bool
	seq          int64 // of the feed; in a snapshot, of its beginning
	phase        int
	last         string
}

func (c cursor) String() string {
	if c.snapshot {
		return strings.Join([]string{c.epoch, c.scope, "s", strconv.FormatInt(c.seq, 10), strconv.Itoa(c.phase), c.last}, ".")
	}
	return strings.Join([]string{c.epoch, c.scope, "f", strconv.FormatInt(c.seq, 10)}, ".")
}

func parseCursor(s string) (cursor, error) {
	parts := strings.Split(s, ".")
	bad := problem.New(problem.BadCursor, "")
	if len(parts) < 4 {
		return cursor{}, bad
	}
	seq, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil || seq < 0 {
		return cursor{}, bad
	}
	c := cursor{epoch: parts[0], scope: parts[1], seq: seq}
	switch {
	case parts[2] == "f" && len(parts) == 4:
		return c, nil
	case parts[2] == "s" && len(parts) == 6:
		c.snapshot, c.last = true, parts[5]
		if c.phase, err = strconv.Atoi(parts[4]); err != nil || c.phase < 0 {
			return cursor{}, bad
		}
		return c, nil
	}
	return cursor{}, bad
}

// scopeKey changes when the worker's territory does.
func scopeKey(actor access.Actor) string {
	sum := sha256.New()
	for _, r := range access.Ranges(actor.Territory) {
		sum.Write([]byte(r.Lo + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))[:8]
}
