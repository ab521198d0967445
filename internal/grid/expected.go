package grid

import (
	"iter"
	"slices"
	"strings"

	"doorstep/collections/territory"
)

// Within are the areas of a level that lie in ranges of codes, in order of their codes, with the households expected in each: an area
// without a number of its own has the sum of those directly below it.
func (idx *Index) Within(ranges []territory.Range, level Level) iter.Seq2[Area, int64] {
	return func(yield func(Area, int64) bool) {
		depth := level.depth()
		if depth < 0 {
			return
		}
		all := idx.levels[depth]
		for _, r := range ranges {
			first, _ := slices.BinarySearchFunc(all, r.Lo, func(i int32, code string) int { return strings.Compare(idx.codes[i], code) })
			for _, i := range all[first:] {
				if idx.codes[i] >= r.Hi {
					break
				}
				if !yield(idx.areas[i], idx.expected[i]) {
					return
				}
			}
		}
	}
}

// expect notes the areas of each level, and the households expected in each.
func (idx *Index) expect() {
	idx.levels, idx.expected = make([][]int32, finest+1), make([]int64, len(idx.areas))
	for i, a := range idx.areas {
		if depth := a.Level.depth(); depth >= 0 {
			idx.levels[depth] = append(idx.levels[depth], int32(i))
		}
		idx.expected[i] = int64(a.ExpectedHouseholds)
	}
	for depth := finest; depth > 0; depth-- { // what lies below an area is summed before the area is added to the one above
		digits := prefixes[depth-1].digits
		for _, i := range idx.levels[depth] {
			if len(idx.codes[i]) < digits {
				continue
			}
			if above, ok := idx.byCode[idx.codes[i][:digits]]; ok && idx.areas[above].ExpectedHouseholds == 0 {
				idx.expected[above] += idx.expected[i]
			}
		}
	}
}
