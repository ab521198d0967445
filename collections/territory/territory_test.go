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
