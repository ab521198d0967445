package seal

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Damaged reports whether a value could not be opened because of itself: it was changed, moved, cut, or sealed with a key that
// is gone.
func Damaged(err error) bool {
	return errors.Is(err, ErrTampered) || errors.Is(err, ErrNotSealed) || errors.Is(err, ErrUnknownKey)
}

// mostDamage is how many places are remembered; of a database that is damaged everywhere there is no need to know each.
const mostDamage = 10_000

// damage is the places of the rows that did not open when they were read last.
type damage struct {
	n      atomic.Int64
	mu     sync.Mutex
	places map[string]bool
}

// NoteDamage remembers what the reader of a place found: an error of damage, or none, which ends an earlier one.
func (k *Keys) NoteDamage(place string, err error) { k.damage.note(place, err) }

func (d *damage) note(place string, err error) {
	bad := Damaged(err)
	if !bad && d.n.Load() == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case !bad && err == nil:
		delete(d.places, place)
	case bad && len(d.places) < mostDamage:
		if d.places == nil {
			d.places = map[string]bool{}
		}
		d.places[strings.Clone(place)] = true
	}
	d.n.Store(int64(len(d.places)))
}

// DamagedRows are the places of the rows that did not open when they were read last, since the program began.
func (k *Keys) DamagedRows() []string {
	k.damage.mu.Lock()
	defer k.damage.mu.Unlock()
	return slices.Sorted(maps.Keys(k.damage.places))
}

// DamagedRow reports whether the row at a place is among DamagedRows.
func (k *Keys) DamagedRow(place string) bool {
	if k.damage.n.Load() == 0 {
		return false
	}
	k.damage.mu.Lock()
	defer k.damage.mu.Unlock()
	return k.damage.places[place]
}
