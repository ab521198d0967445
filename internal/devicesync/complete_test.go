package devicesync

import (
	"testing"

	"doorstep/internal/seal"
)

func TestCompleteKnowsNoPlaceFromNullIsland(t *testing.T) {
	for _, tt := range []struct {
		name   string
		opened seal.Row
		want   string
	}{
		{"no place", nil, `{"phone":"","location":null}`},
		{"a sealed place", seal.Row{{Column: "location", Text: `{"lon":114.1,"lat":22.5}`}}, `{"phone":"","location":{"lon":114.1,"lat":22.5}}`},
		{"a sealed phone", seal.Row{{Column: "phone", Text: "1"}}, `{"phone":"1","location":null}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := complete([]byte(`{"phone":"","location":{"lon":0,"lat":0}}`), tt.opened)
			if err != nil || string(got) != tt.want {
				t.Errorf("%s (%v), want %s", got, err, tt.want)
			}
		})
	}
}
