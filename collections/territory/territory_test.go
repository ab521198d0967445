package territory

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	got := Of([]string{"990102", "990101", "990101001", "", "9909"})
	want := []Range{{"990101", "990102"}, {"990102", "990103"}, {"9909", "990:"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAreasAbove(t *testing.T) {
	if got := Above("990101001002003"); !slices.Equal(got, []string{"9901", "990101", "990101001", "990101001002"}) {
		t.Errorf("above a grid: %v", got)
	}
	for code, want := range map[string]int{"99": City, "9901": City, "990101": District, "99010100": District, "990101001": Street, "990101001002": Community, "9901010010020": Grid, "990101001002003": Grid} {
		if got := Level(code); got != want {
			t.Errorf("level of %s: %d, want %d", code, got, want)
		}
	}
}

// A coarse territory holds all of the fine one, and no more areas than it may.
func TestCoarse(t *testing.T) {
	fine := []string{"990101001001001", "990101001001002", "990101001002001", "990102", "9902"}
	for most, want := range map[int][]string{
		5: fine, 4: {"990101001001", "990101001002", "990102", "9902"}, 3: {"990101001", "990102", "9902"}, 2: {"9901", "9902"}, 1: {"9901", "9902"},
	} {
		if got := Coarse(fine, most); !slices.Equal(got, want) {
			t.Errorf("at most %d: %v, want %v", most, got, want)
		}
	}
	if fine[0] != "990101001001001" {
		t.Error("the fine one was changed")
	}
}
