package linkage

import "slices"

// hash32 is FNV-1a with a last mixing, never 0: 0 stands for what is not there.
func hash32(parts ...string) uint32 {
	h := uint32(2166136261)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint32(p[i])) * 16777619
		}
		h = (h ^ 0xff) * 16777619
	}
	return max(1, mix(h))
}

func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	h *= 0x846ca68b
	return h ^ h>>16
}

// both joins two hashes in their order; 0 where one is missing.
func both(a, b uint32) uint32 {
	if a == 0 || b == 0 {
		return 0
	}
	return max(1, mix(a*31+mix(b)))
}

// grams are the hashes of neighbouring characters, sorted.
func grams(s string) []uint32 {
	runes := []rune(s)
	if len(runes) == 1 {
		return []uint32{uint32(runes[0])}
	}
	out := make([]uint32, 0, len(runes))
	for i := 1; i < len(runes); i++ {
		out = append(out, uint32(runes[i-1])<<16^uint32(runes[i]))
	}
	slices.Sort(out)
	return out
}

// common counts what two sorted lists share; what stands twice in both counts twice.
func common(a, b []uint32) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			i, j, n = i+1, j+1, n+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}

// dice is twice what two sorted lists share, over their sizes.
func dice(a, b []uint32) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	return 2 * float64(common(a, b)) / float64(len(a)+len(b))
}

// contained reports whether all of a shorter sorted list is in a longer one.
func contained(a, b []uint32) bool {
	shorter := min(len(a), len(b))
	return shorter > 0 && common(a, b) == shorter
}
