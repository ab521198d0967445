package territory

import "sync"

// Kept keeps what was made of the rows that a feed tells of, since tablets ask far more often than those change: it holds until
// something comes to that feed. It may be used by many goroutines.
type Kept[V any] struct {
	most  int
	mu    sync.Mutex
	known map[string]keptValue[V]
}

type keptValue[V any] struct {
	head  int64 // of the feed when it was made, or before
	value V
}

// NewKept keeps up to so many values, none yet.
func NewKept[V any](most int) *Kept[V] { return &Kept[V]{most: most, known: map[string]keptValue[V]{}} }

// Of is what is kept under a key, or what make gives. The head is that of the feed, read before the rows: what comes meanwhile
// makes a later one. It fails where make does.
func (k *Kept[V]) Of(key string, head int64, make func() (V, error)) (V, error) {
	k.mu.Lock()
	kept, ok := k.known[key]
	k.mu.Unlock()
	if ok && kept.head == head {
		return kept.value, nil
	}
	value, err := make()
	if err != nil {
		return value, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= k.most {
		clear(k.known)
	}
	k.known[key] = keptValue[V]{head, value}
	return value, nil
}

// Forget lets go of what is kept under a key: somebody doubts it.
func (k *Kept[V]) Forget(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, key)
}
