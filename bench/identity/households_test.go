package main

import (
	"path/filepath"
	"reflect"
	"testing"
)

func households(t *testing.T, people int, rt rates) figures {
	t.Helper()
	file := filepath.Join(t.TempDir(), "people.csv")
	who, err := writeHouseholds(file, generate(2, people, rt))
	if err != nil {
		t.Fatal(err)
	}
	f, err := measure(t.Context(), "households", []string{file}, who)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestHouseholds(t *testing.T) {
	f := households(t, 3000, usual(0.7))
	if f.Precision < 0.99 || f.Recall < 0.96 {
		t.Errorf("precision %.4f, recall %.4f", f.Precision, f.Recall)
	}
}

func TestTwinsOfHouseholds(t *testing.T) {
	rt := usual(0.5)
	rt.twins, rt.adults = 1, 0
	if f := households(t, 1500, rt); f.TwinsMerged > 0 || f.Twins < 500 || f.Recall < 0.5 {
		t.Errorf("%d of %d twins merged, recall %.3f", f.TwinsMerged, f.Twins, f.Recall)
	}
}

func TestGenerateIsAFunctionOfItsSeed(t *testing.T) {
	a, b, c := generate(1, 200, usual(0.7)), generate(1, 200, usual(0.7)), generate(2, 200, usual(0.7))
	if !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, c) {
		t.Error("the same seed must give the same records, another one others")
	}
}

// Lists in Latin letters have twins where they have brothers and sisters: those are kept apart. Where they have none, a record of another given
// name and the same day is of one person.
func TestTwinsOfLatinLists(t *testing.T) {
	const few = 10 // records beside a cluster, no pair of which is likely
	for set, twins := range map[string]bool{"latin-twins": true, "american": false} {
		f, err := link(t.Context(), t.TempDir(), set, 1, 12_000)
		if err != nil {
			t.Fatal(err)
		}
		if f.TwinsMerged > 0 || f.Twins > 0 != twins || f.Held > few != twins || f.Precision < 0.985 || f.Recall < 0.96 {
			t.Errorf("%s: %d of %d twins merged, %d held, precision %.4f, recall %.4f", set, f.TwinsMerged, f.Twins, f.Held, f.Precision, f.Recall)
		}
	}
}
