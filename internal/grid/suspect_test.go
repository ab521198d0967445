package grid

import "testing"

// A tablet's points tell of another datum from ten on, where seven in ten lie at home by it, and four in ten more than do by their own.
func TestHowManyPointsAreSuspect(t *testing.T) {
	const lon, lat, grid, wide = 114.0, 22.5, "990101001001001", "990101001001002"
	idx := NewIndex([]Area{
		{Code: grid, Level: Grid, Boundary: one(square(lon-0.001, lat-0.001, 0.002))},
		{Code: wide, Level: Grid, Boundary: one(square(lon+0.5, lat, 0.1))},
	})
	east, north := GCJ02.FromWGS84(lon, lat)
	within := [2]float64{lon + 0.55, lat + 0.05} // by either datum
	for name, tt := range map[string]struct {
		off, stray, both, homeless int
		looks                      Datum
	}{
		"one too few":                     {off: 9, homeless: 5},
		"just enough":                     {off: 10, looks: GCJ02},
		"seven in ten":                    {off: 7, stray: 3, looks: GCJ02},
		"fewer than seven in ten":         {off: 6, stray: 4},
		"four in ten more than their own": {off: 4, both: 6, looks: GCJ02},
		"fewer more":                      {off: 3, both: 7},
		"none":                            {},
	} {
		var points []Fixed
		add := func(n int, p Fixed) {
			for range n {
				points = append(points, p)
			}
		}
		add(tt.off, Fixed{east, north, 5, []string{grid}})
		add(tt.stray, Fixed{lon - 1, lat, 5, []string{grid}})
		add(tt.both, Fixed{within[0], within[1], 5, []string{wide}})
		add(tt.homeless, Fixed{east, north, 5, nil})
		c := idx.Suspect(points)
		if n := len(points) - tt.homeless; c.Looks != tt.looks || c.Points != n || n >= leastFixed && c.Inside != tt.both || tt.looks != "" && c.Then != tt.off+tt.both {
			t.Errorf("%s: %+v, want %q of %d points", name, c, tt.looks, n)
		}
	}
}
