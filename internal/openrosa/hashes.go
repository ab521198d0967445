package openrosa

import (
	"strings"
	"sync"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// Hashes keeps the hash of each entity list that was asked for, since apps ask far more often than a list changes. The feed
// tells of every change to a household or person where it lies, so a hash holds until something comes to the territory's
// part of the feed. It may be used by many goroutines.
type Hashes struct {
	mu    sync.Mutex
	known map[string]keptHash
}

type keptHash struct {
	head int64 // of the territory's part of the feed when it was made, or before
	hash string
}

// mostHashes bounds what is kept, some 200 bytes each; a city has two lists for each worker.
const mostHashes = 20_000

// NewHashes keeps none yet.
func NewHashes() *Hashes { return &Hashes{known: map[string]keptHash{}} }

// Of is the hash of a list as the caller gets it: it changes exactly when the CSV does.
func (h *Hashes) Of(db collections.DB, c Caller, list string) (string, error) {
	l, err := listFor(db, c, list)
	if err != nil {
		return "", err
	}
	ranges := territory.Of(c.Territory)
	head, err := territory.Feed{Ranges: ranges}.Head(db) // before the rows: what comes meanwhile makes a later head
	if err != nil {
		return "", err
	}
	key := list + " " + strings.Join(l.campaigns, " ")
	for _, r := range ranges {
		key += " " + r.Lo
	}
	if kept, ok := h.find(key); ok && kept.head == head {
		return kept.hash, nil
	}
	hash, err := l.hash(db, c.Actor)
	if err == nil {
		h.keep(key, keptHash{head, hash})
	}
	return hash, err
}

func (h *Hashes) find(key string) (keptHash, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept, ok := h.known[key]
	return kept, ok
}

func (h *Hashes) keep(key string, kept keptHash) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.known) >= mostHashes {
		clear(h.known)
	}
	h.known[key] = kept
}
