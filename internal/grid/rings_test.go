package grid

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"doorstep/internal/survey"
)

func box(x, y, w, h float64) orb.Ring {
	return orb.Ring{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}, {x, y}}
}

func TestCheckRings(t *testing.T) {
	outer := box(0, 0, 4, 4)
	for name, c := range map[string]struct {
		polygon orb.Polygon
		want    string // code, ring and place; "" for a sound polygon
	}{
		"plain":                           {orb.Polygon{outer}, ""},
		"a hole":                          {orb.Polygon{outer, box(1, 1, 2, 2)}, ""},
		"two holes":                       {orb.Polygon{outer, box(0.5, 1, 1, 1), box(2, 1, 1, 1)}, ""},
		"corners repeated":                {orb.Polygon{{{0, 0}, {0, 0}, {4, 0}, {4, 0}, {4, 4}, {0, 0}, {0, 0}}}, ""},
		"a hole touches the border":       {orb.Polygon{outer, {{0, 2}, {1, 1}, {1, 3}, {0, 2}}}, ""},
		"two holes touch":                 {orb.Polygon{outer, box(1, 1, 1, 1), box(2, 2, 1, 1)}, ""},
		"a hole fills a corner":           {orb.Polygon{outer, {{0, 0}, {2, 1}, {1, 2}, {0, 0}}}, ""},
		"bow-tie":                         {orb.Polygon{{{0, 0}, {4, 4}, {4, -4}, {0, 2}, {0, 0}}}, "area.rings_cross 1 0.8, 0.8"},
		"pentagram":                       {orb.Polygon{{{1, 0}, {3, 6}, {5, 0}, {0, 4}, {6, 4}, {1, 0}}}, "area.rings_cross 1"},
		"touches itself":                  {orb.Polygon{{{0, 0}, {2, 2}, {4, 0}, {4, 4}, {2, 2}, {0, 4}, {0, 0}}}, "area.rings_cross 1 2, 2"},
		"there and back":                  {orb.Polygon{{{0, 0}, {4, 0}, {6, 0}, {4, 0}, {4, 4}, {0, 0}}}, "area.rings_cross 1"},
		"the same hole twice":             {orb.Polygon{outer, box(1, 1, 2, 2), box(1, 1, 2, 2)}, "area.rings_cross 3"},
		"the same hole turned about":      {orb.Polygon{outer, box(1, 1, 2, 2), {{1, 1}, {1, 3}, {3, 3}, {3, 1}, {1, 1}}}, "area.rings_cross 3"},
		"holes overlap":                   {orb.Polygon{outer, box(1, 1, 2, 1), box(2, 0.5, 0.5, 2)}, "area.rings_cross 3"},
		"holes share a side":              {orb.Polygon{outer, box(1, 1, 1, 1), box(2, 1, 1, 1)}, "area.rings_cross 3"},
		"a hole in a hole":                {orb.Polygon{outer, box(1, 1, 2, 2), box(1.5, 1.5, 1, 1)}, "area.holes_overlap 3 1.5, 1.5"},
		"a hole in a hole, corners on it": {orb.Polygon{outer, box(1, 1, 2, 2), {{1, 2}, {2, 1}, {3, 2}, {2, 3}, {1, 2}}}, "area.holes_overlap 3 1.5, 1.5"},
		"a hole outside":                  {orb.Polygon{outer, box(6, 0, 1, 1)}, "area.hole_outside 2 6, 0"},
		"a hole across the border":        {orb.Polygon{outer, box(3, 1, 3, 2)}, "area.rings_cross 2"},
		"across it through its corners":   {orb.Polygon{{{0, 0}, {4, 0}, {4, 1}, {4, 3}, {4, 4}, {0, 4}, {0, 0}}, {{4, 1}, {6, 2}, {4, 3}, {3, 2}, {4, 1}}}, "area.hole_outside 2 5, 1.5"},
		"a hole in a notch":               {orb.Polygon{{{0, 0}, {6, 0}, {6, 4}, {4, 4}, {4, 2}, {2, 2}, {2, 4}, {0, 4}, {0, 0}}, {{2, 4}, {4, 4}, {3, 3}, {2, 4}}}, "area.hole_outside 2 3, 4"},
		"a hole as large as the area":     {orb.Polygon{outer, outer}, "area.rings_cross 2"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if wrong := checkRings(c.polygon); wrong != nil {
				got = fmt.Sprintf("%s %d %s", wrong.code, wrong.ring, wrong.detail)
			}
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestMeetIsSymmetric draws edges on a small lattice, where touching and overlapping are common.
func TestMeetIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		corner := func() orb.Point {
			return orb.Point{float64(rapid.IntRange(0, 4).Draw(t, "x")), float64(rapid.IntRange(0, 4).Draw(t, "y"))}
		}
		e, f := edge{a: corner(), b: corner()}, edge{a: corner(), b: corner()}
		if e.a == e.b || f.a == f.b {
			t.Skip("no edge")
		}
		_, one := meet(e, f)
		_, other := meet(f, e)
		_, turned := meet(edge{a: e.b, b: e.a}, f)
		if one != other || one != turned {
			t.Fatalf("%v and %v meet as %v, %v, %v", e, f, one, other, turned)
		}
	})
}

func TestCheckRingsIsBounded(t *testing.T) {
	var comb orb.Ring // every edge lies over every other from west to east
	for i := range 12_000 {
		comb = append(comb, orb.Point{float64(i % 2), float64(i) / 100_000})
	}
	comb = append(comb, orb.Point{2, 1}, orb.Point{2, -1}, orb.Point{0, -1}, comb[0])
	if wrong := checkRings(orb.Polygon{comb}); wrong == nil || wrong.code != "area.rings_too_many" {
		t.Errorf("got %v", wrong)
	}
}

func TestOutlinesOfManyCornersAreSound(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var ring orb.Ring
	const corners = 20_000
	for i := range corners {
		ring = append(ring, circle(float64(i)/corners, 1+random.Float64()/1000))
	}
	if wrong := checkRings(orb.Polygon{append(ring, ring[0])}); wrong != nil {
		t.Errorf("got %v", wrong)
	}
}

func TestReadGeoJSONTellsOfItsCoordinateSystem(t *testing.T) {
	for name, c := range map[string]struct {
		member string
		datum  Datum
		wrong  bool
	}{
		"none":                    {`"name":"x"`, GCJ02, false},
		"null":                    {`"crs":null`, GCJ02, false},
		"CRS84":                   {`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}`, WGS84, false},
		"EPSG:4326":               {`"crs":{"type":"name","properties":{"name":"EPSG:4326"}}`, WGS84, false},
		"CGCS2000":                {`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}`, WGS84, false},
		"CGCS2000 taken for GCJ":  {`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}`, GCJ02, true},
		"metres of web maps":      {`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}`, WGS84, true},
		"GCJ-02, taken for WGS84": {`"crs":{"type":"name","properties":{"name":"GCJ-02"}}`, WGS84, true},
	} {
		feature := feat(`{"code":"4403","name":"x"}`, tri)
		for where, file := range map[string]string{"before": `{` + c.member + `,"features":[` + feature + `]}`, "behind": `{"features":[` + feature + `],` + c.member + `}`} {
			t.Run(name+" "+where+" the features", func(t *testing.T) {
				_, err := readGeoJSON(strings.NewReader(file), c.datum, codes(t))
				var problems survey.Problems
				if wrong := errors.As(err, &problems) && problems[0].Code == "area.crs"; wrong != c.wrong || !wrong && err != nil {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

func circle(turn, radius float64) orb.Point {
	sin, cos := math.Sincos(2 * math.Pi * turn)
	return orb.Point{radius * cos, radius * sin}
}
