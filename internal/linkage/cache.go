package linkage

import "sync/atomic"

// cache keeps levels of pairs of values that were compared before: names, days and places repeat, and to compare two takes
// twenty times as long as to look here. Several goroutines use it at once; of two pairs with one slot the later stays.
type cache []uint64 // each the two values, and the level below

// Sizes of a cache: so many slots, and so many values, whose numbers fit into a slot.
const (
	cacheBits = 15
	valueBits = 28
	levelBits = 8
)

// newCache is nil, which keeps nothing, for an aspect whose values seldom repeat or are compared faster than looked for.
func newCache(f *aspect, records int) cache {
	words := f.scale == &nameScale || f.scale == &addressScale || f.scale == &dateScale
	if !words || len(f.values) > records/2 || len(f.values) >= 1<<valueBits {
		return nil
	}
	return make(cache, 1<<cacheBits)
}

// level compares two values, which are numbered from 1.
func (c cache) level(f *aspect, a, b int32) level {
	if a > b {
		a, b = b, a
	}
	if c == nil {
		return f.compare(&f.values[a], &f.values[b])
	}
	key := uint64(a)<<valueBits | uint64(b)
	slot := &c[key*0x9e3779b97f4a7c15>>(64-cacheBits)]
	if kept := atomic.LoadUint64(slot); kept>>levelBits == key {
		return level(kept)
	}
	l := f.compare(&f.values[a], &f.values[b])
	atomic.StoreUint64(slot, key<<levelBits|uint64(l))
	return l
}
