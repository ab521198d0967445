package console

import "slices"

// key is one record and when it arrived.
type key struct {
	table string
	row   int64 // where it lies in its table; another record may lie there by now
	position
}

// merge puts the keys of several streams into one order.
type merge struct {
	order
	limit   int
	keys    []key
	horizon *position // as far as every stream has been read; nil where all are at their end
}

// stop notes that a stream was read no further than to here.
func (m *merge) stop(at position) {
	if m.horizon == nil || m.before(at, *m.horizon) {
		m.horizon = &at
	}
}

// page is the first keys, none of which another stream could stand before, and the cursor of the rest.
func (m *merge) page() (keys []key, next *string) {
	keys = m.keys
	slices.SortFunc(keys, func(a, b key) int {
		switch {
		case m.before(a.position, b.position):
			return -1
		case m.before(b.position, a.position):
			return 1
		}
		return 0
	})
	if m.horizon != nil {
		next = m.horizon.cursor()
		keys = slices.DeleteFunc(keys, func(k key) bool { return m.before(*m.horizon, k.position) })
	}
	if len(keys) <= m.limit {
		return keys, next
	}
	end := m.limit
	for end < len(keys) && keys[end].position == keys[end-1].position {
		end++ // two forms may have one id
	}
	if end == len(keys) {
		return keys, next
	}
	return keys[:end], keys[end-1].cursor()
}
