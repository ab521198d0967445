package xlsform

import "strings"

// similar names the sheets whose names are close to the wanted one, "" when there is none. A sheet whose name begins
// with _ is left alone.
func (b *builder) similar(want string) string {
	var out []string
	for _, n := range b.book.names {
		if !knownSheets[n] && !strings.HasPrefix(n, "_") && len(n) < 64 && distance([]rune(strings.ToLower(n)), []rune(want)) <= 2 {
			out = append(out, n)
		}
	}
	return strings.Join(out, ", ")
}

// absent reports that a sheet is not there, with a hint where another sheet has a similar name.
func (b *builder) absent(at place, code, want string) {
	b.report(at, code)
	if s := b.similar(want); s != "" {
		b.report(place{sheet: s}, "sheet.similar", want, s)
	}
}

// hintSheet warns when an optional sheet is absent but one with a similar name is there.
func (b *builder) hintSheet(want string) {
	if s := b.similar(want); s != "" {
		b.warn(place{sheet: s}, "sheet.similar", want, s)
	}
}

// distance is how many slips lead from one word to another: a letter more, less or other, or two neighbours swapped
// (optimal string alignment).
func distance(a, b []rune) int {
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+1)
			if a[i] == b[j] {
				row[j+1] = min(row[j+1], last[j])
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
