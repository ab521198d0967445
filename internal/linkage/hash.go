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

// dice is twice what two sorted lists have in common, over their sizes.
func dice(a, b []uint32) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	i, j, common := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			i, j, common = i+1, j+1, common+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// contained reports whether all of a shorter sorted list is in a longer one.
func contained(a, b []uint32) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); !ok {
			return false
		}
	}
	return len(a) > 0
}
