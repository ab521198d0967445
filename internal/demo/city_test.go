package demo

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"doorstep/internal/grid"
	"pgregory.net/rapid"
)

var today = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func town(t testing.TB, scale Scale) *City {
	t.Helper()
	c, err := NewCity(42, scale)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCityHasTheCountsOfItsScale(t *testing.T) {
	for name, scale := range map[string]Scale{"small": Small(today), "full": Full(today)} {
		t.Run(name, func(t *testing.T) {
			c := town(t, scale)
			codes, err := grid.NewCodes(grid.DefaultSuffix)
			if err != nil {
				t.Fatal(err)
			}
			count := map[grid.Level]int{}
			known, names := map[string]bool{"": true}, map[string]bool{}
			for _, a := range c.Areas {
				count[a.Level]++
				if level, ok := codes.Level(a.Code); !ok || level != a.Level {
					t.Fatalf("code %q of a %s", a.Code, a.Level)
				}
				if known[a.Code] || !known[codes.Parent(a.Code)] {
					t.Fatalf("%s repeats or comes before its parent", a.Code)
				}
				if known[a.Code] = true; names[a.Name] && a.Level != grid.Grid {
					t.Errorf("two areas are named %s", a.Name)
				}
				names[a.Name] = true
				if a.ExpectedHouseholds == 0 || len(a.Boundary) == 0 {
					t.Fatalf("%s is empty", a.Code)
				}
			}
			want := map[grid.Level]int{grid.City: 1, grid.District: scale.Districts, grid.Street: scale.Streets,
				grid.Community: scale.Communities, grid.Grid: scale.Grids}
			if !reflect.DeepEqual(count, want) {
				t.Errorf("areas %v, want %v", count, want)
			}
			checkWorkers(t, c)
		})
	}
}

func checkWorkers(t *testing.T, c *City) {
	owner, roles, phones := map[string]string{}, map[string]int{}, map[string]bool{}
	for _, w := range c.Workers {
		roles[w.Role]++
		if phones[w.Phone] || owner[w.Staff] != "" || w.Name == "" || len(w.Territory) == 0 {
			t.Fatalf("worker %+v", w)
		}
		phones[w.Phone], owner[w.Staff] = true, "worker"
		if w.Role != "field" {
			continue
		}
		for _, code := range w.Territory {
			if owner[code] != "" {
				t.Fatalf("grid %s has two workers", code)
			}
			owner[code] = w.Staff
		}
	}
	for _, a := range c.Areas {
		if a.Level == grid.Grid && owner[a.Code] == "" {
			t.Fatalf("grid %s has no worker", a.Code)
		}
	}
	if n := len(c.Workers); n != c.scale.Workers || roles["field"] == 0 || roles["analyst"] == 0 || roles["manager"] == 0 {
		t.Errorf("%d workers of %d: %v", n, c.scale.Workers, roles)
	}
}

// TestCityIsTiled draws points in the whole box of the city: each lies in one area of every level, or in none of any.
func TestCityIsTiled(t *testing.T) {
	c := town(t, Small(today))
	byLevel := map[grid.Level][]grid.Area{}
	for _, a := range c.Areas {
		byLevel[a.Level] = append(byLevel[a.Level], a)
	}
	box := c.Areas[0].Boundary.Bound()
	var corners [][2]float64
	for _, a := range byLevel[grid.Grid] {
		for _, p := range a.Boundary[0][0] {
			corners = append(corners, p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := corners[rapid.IntRange(0, len(corners)-1).Draw(t, "corner")]
		if rapid.Bool().Draw(t, "anywhere") {
			p = [2]float64{rapid.Float64Range(box.Min[0], box.Max[0]).Draw(t, "lon"), rapid.Float64Range(box.Min[1], box.Max[1]).Draw(t, "lat")}
		}
		inCity, last := c.Areas[0].Contains(p[0], p[1]), CityCode
		for _, level := range []grid.Level{grid.District, grid.Street, grid.Community, grid.Grid} {
			var in []string
			for _, a := range byLevel[level] {
				if a.Contains(p[0], p[1]) {
					in = append(in, a.Code)
				}
			}
			if inCity != (len(in) == 1) || len(in) > 1 {
				t.Fatalf("%v: in the city %v, in %v", p, inCity, in)
			}
			if inCity && !strings.HasPrefix(in[0], last) {
				t.Fatalf("%v is in %s but not in %s", p, in[0], last)
			}
			if inCity {
				last = in[0]
			}
		}
	})
}

func TestCityIsAFunctionOfItsSeed(t *testing.T) {
	a, b := town(t, Small(today)), town(t, Small(today))
	code := a.Areas[len(a.Areas)-1].Code
	if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(a.Households(code), b.Households(code)) {
		t.Error("two cities of one seed differ")
	}
	c, err := NewCity(43, Small(today))
	if err != nil || reflect.DeepEqual(a.Areas, c.Areas) || reflect.DeepEqual(a.Households(code), c.Households(code)) {
		t.Error("two seeds give one city")
	}
}

func TestUnionKeepsHolesAndParts(t *testing.T) {
	ringOf8 := []cell{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {2, 1}, {0, 2}, {1, 2}, {2, 2}}
	cases := []struct {
		name  string
		cells []cell
		rings []int // rings of each polygon
	}{
		{"one", []cell{{5, 5}}, []int{1}},
		{"hole", ringOf8, []int{2}},
		{"island in the hole touches nothing", append(append([]cell(nil), ringOf8...), cell{10, 10}), []int{2, 1}},
		{"touching at a corner", []cell{{0, 0}, {1, 1}}, []int{1, 1}},
		{"hole that touches the outside at a corner", []cell{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {2, 1}, {0, 2}, {1, 2}}, []int{2}},
	}
	l := newLand(1, 10)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []int
			area := grid.Area{Boundary: l.union(c.cells)}
			for _, polygon := range area.Boundary {
				got = append(got, len(polygon))
			}
			if !reflect.DeepEqual(got, c.rings) {
				t.Errorf("rings %v, want %v", got, c.rings)
			}
			in := map[cell]bool{}
			for _, x := range c.cells {
				in[x] = true
			}
			for i := -1; i < 12; i++ {
				for j := -1; j < 12; j++ {
					p := l.point(float64(i)+0.5, float64(j)+0.5)
					if area.Contains(p[0], p[1]) != in[cell{i, j}] {
						t.Errorf("the middle of %d, %d is on the wrong side", i, j)
					}
				}
			}
		})
	}
}

func TestNewCityRefusesImpossibleScales(t *testing.T) {
	for name, c := range map[string]struct {
		scale Scale
		taken bool
	}{
		"nothing":                        {Scale{}, false},
		"one of each":                    {Scale{1, 1, 1, 1, 3, 1, today}, true},
		"fewer streets than districts":   {Scale{3, 2, 5, 9, 9, 1, today}, false},
		"fewer communities than streets": {Scale{1, 3, 2, 9, 9, 1, today}, false},
		"fewer grids than communities":   {Scale{1, 1, 3, 2, 9, 1, today}, false},
		"two digits of districts":        {Scale{99, 99, 99, 99, 200, 1, today}, true},
		"three":                          {Scale{100, 100, 100, 100, 200, 1, today}, false},
		"no household":                   {Scale{1, 1, 1, 1, 3, 0, today}, false},
		"as many as there are numbers":   {Scale{1, 1, 1, 1, 3, 1000, today}, true},
		"one more":                       {Scale{1, 1, 1, 1, 3, 1001, today}, false},
		"as many grids as three digits":  {Scale{1, 1, 1, 500, 300, 1, today}, true},
		"one more than that":             {Scale{1, 1, 1, 501, 300, 1, today}, false},
	} {
		if _, err := NewCity(1, c.scale); (err == nil) != c.taken {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the commands say of the size of a city is so.
func TestScales(t *testing.T) {
	full, tenth, town := Full(today), Tenth(today), Town(today)
	for what, n := range map[string][2]int{
		"households of the full city": {full.Grids * full.HouseholdsPerGrid, 1_200_000}, "of a worker": {full.Grids * full.HouseholdsPerGrid / full.Workers, 400},
		"grids of a tenth": {10 * tenth.Grids, full.Grids}, "its workers": {10 * tenth.Workers, full.Workers}, "its communities": {10 * tenth.Communities, full.Communities},
		"its streets": {tenth.Streets, full.Streets / 10}, "its households": {tenth.HouseholdsPerGrid, full.HouseholdsPerGrid},
		"grids of a worker in a town": {20 * town.Grids / town.Workers, 20 * full.Grids / full.Workers}, "its streets, in all": {town.Streets, 2},
		"its households, in all": {town.Grids * town.HouseholdsPerGrid, 32_400}, "its grids of a community": {10 * town.Grids / town.Communities, 245},
		"households of a small place": {Small(today).Grids * Small(today).HouseholdsPerGrid, 2880},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, not %d", what, n[0], n[1])
		}
	}
	for _, s := range []Scale{full, tenth, town, Small(today)} {
		if s.Today != today || s.check() != nil {
			t.Errorf("%+v", s)
		}
	}
}

func TestShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 50).Draw(t, "n")
		total := n + rapid.IntRange(0, 2000).Draw(t, "more")
		sum := 0
		for _, part := range share(total, n, newLandSource(rapid.Uint64().Draw(t, "seed"))) {
			if part < 1 || float64(part) > 2+1.8*math.Max(1, float64(total)/float64(n)) {
				t.Fatalf("a part of %d", part)
			}
			sum += part
		}
		if sum != total {
			t.Fatalf("parts add up to %d, not %d", sum, total)
		}
	})
}
