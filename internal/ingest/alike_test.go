package ingest

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/instrument"
)

// TestTheBestIsClearWhereNoneComesUpToIt has likenesses with one best, two, and none.
func TestTheBestIsClearWhereNoneComesUpToIt(t *testing.T) {
	for _, c := range []struct {
		likeness []int
		at       int
		clear    bool
	}{
		{nil, -1, false}, {[]int{0, 0}, -1, false}, {[]int{3}, 0, true}, {[]int{0, 2}, 1, true}, {[]int{2, 3, 1}, 1, true}, {[]int{3, 2}, 0, true},
		{[]int{3, 3}, 0, false}, {[]int{2, 2, 3}, 2, true}, {[]int{2, 3, 0, 3}, 1, false},
	} {
		if at, clear := best(c.likeness); at != c.at || clear != c.clear {
			t.Errorf("%v: %d, clear %v", c.likeness, at, clear)
		}
	}
}

// TestHowAlikeTwoRowsAre counts what they share, where nothing tells them apart: with a key, with a name and birth date, with neither.
func TestHowAlikeTwoRowsAre(t *testing.T) {
	told := func(answers string) *row {
		r := newRow("f_room", "")
		for _, answer := range strings.Fields(answers) {
			column, value, _ := strings.Cut(answer, "=")
			r.said[column] = value
		}
		return r
	}
	none := instrument.RowKey{}
	number := instrument.RowKey{Entity: []string{"id"}, Key: []string{"k", "l"}}
	person := instrument.RowKey{Name: "n", Birth: "d"}
	for _, c := range []struct {
		key  instrument.RowKey
		a, b string
		want int
	}{
		{none, "", "", 0}, {none, "a=1", "a=1", 1}, {none, "a=1 b=2 c=3", "a=1 b=2 c=4", 2}, {none, "a=1 b=2", "a=1 b=3", 0},
		{none, "a=1 b=2 c=3", "a=1 b=2", 2}, {none, "a=1", "a=1 b=2", 0}, {none, "a=1 b=2", "a=1 b=2 c=3", 2},
		{number, "id=x a=1", "id=x a=1", 2}, {number, "id=x a=1 b=2 c=3", "id=y a=1 b=2 c=3", 0}, {number, "id=x a=1 b=2", "a=1 b=2", 2},
		{number, "id=uuid:X a=1 b=2 c=3", "id=x a=1 b=2 c=3", 3},
		{number, "k=1 l=1 a=1 b=2 c=3", "k=1 l=2 a=1 b=2 c=3", 0}, {number, "k=1 a=1 b=2", "k=2 a=1 b=2", 2},
		{person, "n=王 a=1", "n=王 a=1", 2}, {person, "n=王 a=1", "n=李 a=1", 0}, {person, "n=王 d=1 a=1", "n=李 d=1 a=1", 2},
		{person, "n=王 d=1 a=1", "n=王 d=2 a=1", 2}, {person, "n=王 a=1", "n=王 a=2", 1}, {person, "n=王 a=1 b=1", "n=王 a=2 b=2", 0},
		{person, "a=1", "a=1", 1}, {person, "n=王 a=1", "a=1", 0}, {person, "a=1", "d=1 a=1", 0}, {person, "d=1 a=1", "n=王 a=1", 0},
	} {
		a, b, by := told(c.a), told(c.b), identities(c.key, nil)
		if got, back := alike(a, b, c.key, by), alike(b, a, c.key, by); got != c.want || back != c.want {
			t.Errorf("%q and %q share %d, %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
	for _, c := range []struct {
		key  instrument.RowKey
		a, b string
		want bool
	}{
		{number, "k=1 l=2 a=1", "k=1 l=2 a=9", true}, {number, "k=1 l=2", "k=1 l=3", false}, {number, "a=1 b=2", "a=1 b=2", true},
		{number, "a=1 b=2", "a=8 b=9", false}, {person, "n=王 d=1 a=1 b=1 c=1", "n=李 d=2 a=2 b=2 c=2", true}, {person, "n=王 a=1", "n=李 a=1", false},
	} {
		by := identities(c.key, nil)
		if got := alikeAll([]*row{told(c.a)}, []*row{told(c.b)}, c.key, by); got != c.want {
			t.Errorf("%q could be %q: %v", c.b, c.a, got)
		}
	}
}

// TestRowsThatCannotBeToldApartAreUnsure aligns as many rows as are compared, and one more.
func TestRowsThatCannotBeToldApartAreUnsure(t *testing.T) {
	rows := func(n int, answer string) (all []*row) {
		for i := range n {
			r := newRow("f_room", "")
			r.said["a"], r.said["b"], r.said["c"] = fmt.Sprint(i), fmt.Sprint("b", i), answer
			all = append(all, r)
		}
		return all
	}
	for _, c := range []struct {
		base, mine int
		sure       bool
		joined     int
	}{{100, 100, true, 100}, {73, 137, false, 0}, {0, 5, true, 0}, {5, 0, true, 0}, {2, 3, true, 2}} {
		m := &matched{base: map[*row]*row{}, mine: map[*row]*row{}, sure: true}
		base, mine := rows(c.base, "was"), rows(c.mine, "is")
		m.align(base, mine, instrument.RowKey{}, identities(instrument.RowKey{}, nil))
		if m.sure != c.sure || len(m.base) != c.joined || len(m.mine) != c.joined {
			t.Errorf("%d and %d: sure %v, %d joined", c.base, c.mine, m.sure, len(m.base))
		}
		for i := range min(c.joined, c.mine) {
			if m.base[mine[i]] != base[i] {
				t.Errorf("row %d of %d is another", i, c.mine)
			}
		}
	}
	base, mine := rows(1, "was"), append(rows(1, "is"), rows(1, "is too")...)
	m := &matched{base: map[*row]*row{}, mine: map[*row]*row{}, sure: true}
	if m.align(base, mine, instrument.RowKey{}, identities(instrument.RowKey{}, nil)); m.sure || len(m.base) > 0 {
		t.Errorf("two fit as well: sure %v, %d joined", m.sure, len(m.base))
	}
}

// TestRowsAreEqualWithWhatIsBelow changes one thing at a time.
func TestRowsAreEqualWithWhatIsBelow(t *testing.T) {
	made := func(change func(r *row)) *row {
		r, below := newRow("f", "1"), newRow("f_room", "2")
		r.said["a"], below.said["b"] = "1", "2"
		r.below["f_room"] = []*row{below}
		change(r)
		return r
	}
	whole := made(func(*row) {})
	for name, change := range map[string]func(r *row){
		"another answer":       func(r *row) { r.said["a"] = "2" },
		"an answer more":       func(r *row) { r.said["c"] = "2" },
		"another answer below": func(r *row) { r.below["f_room"][0].said["b"] = "1" },
		"a row more":           func(r *row) { r.below["f_room"] = append(r.below["f_room"], newRow("f_room", "3")) },
		"no rows":              func(r *row) { delete(r.below, "f_room") },
		"rows of another kind": func(r *row) { r.below["f_bed"] = []*row{newRow("f_bed", "3")} },
	} {
		if other := made(change); whole.equal(other) || other.equal(whole) || whole.fingerprint() == other.fingerprint() {
			t.Errorf("%s is no difference", name)
		}
	}
	same := made(func(r *row) { r.id, r.path = "9", "x" })
	if !whole.equal(same) || whole.fingerprint() != same.fingerprint() || whole.fingerprint() == "" {
		t.Error("where a row stands is a difference")
	}
}
