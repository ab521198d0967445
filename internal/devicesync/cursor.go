package devicesync

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"doorstep/collections/territory"
	"doorstep/internal/problem"
)

// What a client is in the middle of.
const (
	walking  = "s" // a snapshot of the scope, which begins a full sync
	crossing = "t" // from one territory to another: what left, then what entered
	feeding  = "f" // along the feed
)

// cursor is where a client stands. It begins with a snapshot of the scope, phase by phase and id by id, and goes on
// along the feed from the sequence number at which the snapshot began. It is only good for the epoch and the territory
// that it was made in; from a former territory of the worker it crosses over. Text form: epoch.scope.s.head.phase.last,
// epoch.scope.t.seq.phase.last.from or epoch.scope.f.seq, with places of the feed encrypted.
type cursor struct {
	epoch, scope string
	mode         string
	seq          int64 // of the feed; in a snapshot, of its beginning
	phase        int
	last         string
	from         string // crossing: the scope that the client comes from
}

func (c cursor) text(places cursorCipher) string {
	parts := []string{c.epoch, c.scope, c.mode, places.encrypt(c.seq)}
	if c.mode != feeding {
		last := c.last
		if c.alongTheFeed() {
			last = places.encrypt(feedPosition(c))
		}
		parts = append(parts, strconv.Itoa(c.phase), last)
	}
	if c.mode == crossing {
		parts = append(parts, c.from)
	}
	return strings.Join(parts, ".")
}

// textOf is a position in a cursor: the id, after the area and a slash where the order begins with areas. No code and no id
// has a slash in it, or a dot.
func textOf(at position) string {
	if at.Place == "" {
		return at.ID
	}
	return at.Place + "/" + at.ID
}

// parsePosition reads what textOf wrote. In a cursor of before, an id alone stood for a place too: that phase begins again.
func parsePosition(text string) position {
	place, id, placed := strings.Cut(text, "/")
	if !placed {
		return position{ID: text}
	}
	return position{Place: place, ID: id}
}

// alongTheFeed reports whether last is a place of the feed of a former territory.
func (c cursor) alongTheFeed() bool { return c.mode == crossing && c.phase == 0 && c.last != "" }

// lengths is how many parts a cursor has.
var lengths = map[string]int{walking: 6, crossing: 7, feeding: 4}

// parseCursor reads the text form. Of another epoch it reads only which it is: its places were encrypted with another key.
func parseCursor(s, epoch string, places cursorCipher) (cursor, error) {
	parts := strings.Split(s, ".")
	bad := problem.New(problem.BadCursor, "")
	if len(parts) < 4 || len(parts) != lengths[parts[2]] {
		return cursor{}, bad
	}
	c := cursor{epoch: parts[0], scope: parts[1], mode: parts[2]}
	if c.epoch != epoch {
		return c, nil
	}
	var found bool
	if c.seq, found = places.decrypt(parts[3]); !found {
		return cursor{}, bad
	}
	if c.mode == feeding {
		return c, nil
	}
	var err error
	if c.phase, err = strconv.Atoi(parts[4]); err != nil || c.phase < 0 {
		return cursor{}, bad
	}
	c.last = parts[5]
	if c.mode == crossing {
		c.from = parts[6]
	}
	if c.alongTheFeed() {
		seq, found := places.decrypt(c.last)
		if !found {
			return cursor{}, bad
		}
		c.last = strconv.FormatInt(seq, 10)
	}
	return c, nil
}

// ScopeKey changes when a worker's territory does.
func ScopeKey(codes []string) string {
	sum := sha256.New()
	for _, r := range territory.Of(codes) {
		sum.Write([]byte(r.Lo + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))[:8]
}
