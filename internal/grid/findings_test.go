package grid

import (
	"fmt"
	"slices"
	"testing"
)

// TestFindings looks at a city of two districts side by side, of 222 m and 222 m each, and at what is wrong with it in one way after the
// other.
func TestFindings(t *testing.T) {
	const side = 0.002 // degrees
	sliver := func(m2 float64) float64 { return m2 / (side * metersPerDegree) / metersPerDegree }
	city := Area{Code: "9901", Level: City, Boundary: one(ring(0, 0, 2*side, 0, 2*side, side, 0, side))}
	district := func(code string, west, east, south, north float64) Area {
		return Area{Code: code, Level: District, Boundary: one(ring(west, south, east, south, east, north, west, north))}
	}
	west, east := district("990101", 0, side, 0, side), district("990102", side, 2*side, 0, side)
	street := Area{Code: "990103001", Level: Street, Boundary: one(square(0, 0, side))}
	for _, c := range []struct {
		name  string
		areas []Area
		about []string
		want  []string
	}{
		{"nothing is wrong", []Area{city, west, east}, []string{"9901", "990101", "990102"}, nil},
		{"an overlap", []Area{city, west, district("990102", side/2, 2*side, 0, side)}, []string{"990102"}, []string{"area.overlap [990101 990102] 24729"}},
		{"an overlap that is nobody's", []Area{city, west, district("990102", side/2, 2*side, 0, side)}, nil, nil},
		{"a sliver", []Area{city, west, district("990102", side-sliver(9), 2*side, 0, side)}, []string{"990101"}, nil},
		{"just no sliver", []Area{city, west, district("990102", side-sliver(11), 2*side, 0, side)}, []string{"990101"},
			[]string{"area.overlap [990101 990102] 11"}},
		{"a gap", []Area{city, west, district("990102", side, 1.5*side, 0, side)}, []string{"9901"}, []string{"area.gap [9901] 24729"}},
		{"a gap beside what is looked at", []Area{city, west, district("990102", side, 1.5*side, 0, side)}, []string{"990101"},
			[]string{"area.gap [9901] 24729"}},
		{"a gap of nobody's", []Area{city, west, district("990102", side, 1.5*side, 0, side)}, []string{"88"}, nil},
		{"a gap that is a sliver", []Area{city, west, district("990102", side, 2*side-sliver(9), 0, side)}, []string{"9901"}, nil},
		{"a gap that is none", []Area{city, west, district("990102", side, 2*side-sliver(11), 0, side)}, []string{"9901"},
			[]string{"area.gap [9901] 11"}},
		{"beyond", []Area{city, west, district("990102", side, 3*side, 0, side)}, []string{"990102"},
			[]string{"area.beyond_parent [990102 9901] 49457"}},
		{"beyond, of which the parent is looked at", []Area{city, west, district("990102", side, 3*side, 0, side)}, []string{"9901"},
			[]string{"area.beyond_parent [990102 9901] 49457"}},
		{"beyond, and its neighbour is looked at", []Area{city, west, district("990102", side, 3*side, 0, side)}, []string{"990101"}, nil},
		{"beyond by a sliver", []Area{city, west, district("990102", side, 2*side+sliver(9), 0, side)}, []string{"990102"}, nil},
		{"beyond by more", []Area{city, west, district("990102", side, 2*side+sliver(11), 0, side)}, []string{"990102"},
			[]string{"area.beyond_parent [990102 9901] 11"}},
		{"without a parent", []Area{city, west, east, street}, []string{"990103001"}, []string{"area.parent_missing [990103001 990103] 0"}},
		{"without a parent, and not looked at", []Area{city, west, east, street}, []string{"9901"}, nil},
		{"the largest first", []Area{city, west, district("990102", side-sliver(11), 3*side, 0, side)}, []string{"990102"},
			[]string{"area.beyond_parent [990102 9901] 49457", "area.overlap [990101 990102] 11"}},
	} {
		codes, err := NewCodes(DefaultSuffix)
		if err != nil {
			t.Fatal(err)
		}
		about := map[string]bool{}
		for _, code := range c.about {
			about[code] = true
		}
		var got []string
		for _, f := range findings(NewIndex(c.areas), codes, about) {
			got = append(got, fmt.Sprintf("%s %v %.0f", f.Code, f.Areas, f.M2))
			if (f.At == nil) != (f.M2 == 0) || f.ZH == "" || f.EN == "" {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
