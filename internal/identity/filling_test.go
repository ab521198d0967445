package identity

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// The entries of a part come as the index has them: by key, as SQLite orders numbers, then by area, then by person.
func TestEntriesComeInTheOrderOfTheIndex(t *testing.T) {
	f := &Filling{}
	for _, k := range []Keyed{{"p3", "9902", []int64{5, -7}}, {"p2", "9901", []int64{5}}, {"p1", "9901", []int64{5, 9}}, {"p0", "9903", []int64{-7}}} {
		f.Add(k)
	}
	var got []string
	for _, e := range f.part(0) {
		got = append(got, fmt.Sprint(e.key, " ", f.people[e.of].Area, " ", f.people[e.of].ID))
	}
	want := []string{"-7 9902 p3", "-7 9903 p0", "5 9901 p1", "5 9901 p2", "5 9902 p3", "9 9901 p1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestPartsOfManyPeople: each key of many people is in one part, in the order of the index, and those of few are in one.
func TestPartsOfManyPeople(t *testing.T) {
	f := &Filling{people: make([]Keyed, many-1)}
	if f.bits() != 0 {
		t.Error("few people come in parts")
	}
	keys := []int64{math.MinInt64, -1, 0, 1, 1 << 60, math.MaxInt64}
	if f.Add(Keyed{"p", "9901", keys}); f.bits() != partBits {
		t.Fatal("many people come in one part")
	}
	var got []int64
	for n := range uint64(1) << partBits {
		for _, e := range f.part(n) {
			got = append(got, e.key)
		}
	}
	if !slices.Equal(got, keys) {
		t.Errorf("%v", got)
	}
}
