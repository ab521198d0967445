package grid

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Finding is something about areas that an import leaves as it is, and that a person should look at.
type Finding struct {
	Code  string      `json:"code"`
	ZH    string      `json:"zh"`
	EN    string      `json:"en"`
	Areas []string    `json:"areas"`        // codes
	M2    float64     `json:"m2,omitempty"` // how much of the ground it concerns
	At    *[2]float64 `json:"at,omitempty"` // longitude and latitude, WGS-84, of the largest piece
}

// Codes of findings.
const (
	Overlap        = "area.overlap"
	Gap            = "area.gap"
	BeyondParent   = "area.beyond_parent"
	ParentMissing  = "area.parent_missing"
	NotLookedAt    = "area.not_looked_at"
	DatumOfOutline = "area.datum_suspect"
)

var findingTexts = map[string][2]string{
	Overlap:       {"同级区域互相重叠", "areas of one level overlap"},
	Gap:           {"下级区域之间有空隙，上级区域未被完全覆盖", "the areas below leave a gap in the area that holds them"},
	BeyondParent:  {"区域超出上级区域的边界", "the area reaches beyond the one that holds it"},
	ParentMissing: {"没有上级区域", "there is no area of the code above"},
	NotLookedAt:   {"边界太复杂，没有检查完重叠和空隙", "the outlines are too intricate: not all were looked at for overlaps and gaps"},
}

const (
	leastM2      = 10.0 // of an overlap or a gap that is told: rounding makes slivers
	mostSteps    = 400_000_000
	mostFindings = 1000
)

func finding(code string, m2 float64, at orb.Point, areas ...string) Finding {
	zh, en := findingTexts[code][0], findingTexts[code][1]
	list := fmt.Sprint(areas)
	f := Finding{Code: code, ZH: zh + "：" + list[1:len(list)-1], EN: en + ": " + list[1:len(list)-1], Areas: areas}
	if m2 > 0 {
		f.M2, f.At = math.Round(m2), &[2]float64{math.Round(at[0]*1e6) / 1e6, math.Round(at[1]*1e6) / 1e6}
		f.ZH, f.EN = fmt.Sprintf("%s（%.0f 平方米）", f.ZH, m2), fmt.Sprintf("%s (%.0f m²)", f.EN, m2)
	}
	return f
}

// findings looks at areas as they would be, for what concerns one of the codes; the largest come first.
func findings(idx *Index, codes Codes, concerned map[string]bool) []Finding {
	c := checker{idx: idx, codes: codes, concerned: concerned, steps: mostSteps, below: map[string][]int{}}
	for i, a := range idx.areas {
		parent := codes.Parent(a.Code)
		if len(a.Boundary) > 0 {
			c.below[parent] = append(c.below[parent], i)
		}
		if _, known := idx.byCode[parent]; !known && parent != "" && concerned[a.Code] {
			c.found = append(c.found, finding(ParentMissing, 0, orb.Point{}, a.Code, parent))
		}
	}
	c.overlaps()
	for _, a := range idx.areas {
		if len(a.Boundary) > 0 {
			c.within(a)
		}
	}
	slices.SortStableFunc(c.found, func(a, b Finding) int { return cmp.Compare(b.M2, a.M2) })
	if c.steps < 0 {
		c.found = slices.Insert(c.found, 0, finding(NotLookedAt, 0, orb.Point{}))
	}
	return c.found[:min(len(c.found), mostFindings)]
}

type checker struct {
	idx       *Index
	codes     Codes
	concerned map[string]bool
	below     map[string][]int // by code of the parent: positions of areas with an outline
	steps     int
	found     []Finding
}

// overlaps compares each area of the import with those of its level beside it. A pair that several cells list is looked at in the
// one where its common box begins.
func (c *checker) overlaps() {
	for i := range c.idx.layers {
		l := &c.idx.layers[i]
		for cell := range l.cols * l.rows {
			items := l.in(cell)
			for j, a := range items {
				for _, b := range items[j+1:] {
					if c.steps--; c.steps < 0 {
						return
					}
					begin := orb.Point{max(a.box.Min[0], b.box.Min[0]), max(a.box.Min[1], b.box.Min[1])}
					if a.box.Intersects(b.box) && l.row(begin[1])*l.cols+l.col(begin[0]) == cell {
						c.pair(c.idx.areas[a.area], c.idx.areas[b.area])
					}
				}
			}
		}
	}
}

func (c *checker) pair(a, b Area) {
	if !c.concerned[a.Code] && !c.concerned[b.Code] {
		return
	}
	if m2, at := shared(a.Boundary, b.Boundary, &c.steps); m2 >= leastM2 {
		c.found = append(c.found, finding(Overlap, m2, at, a.Code, b.Code))
	}
}

// within compares an area with those directly below it.
func (c *checker) within(a Area) {
	below := c.below[a.Code]
	if len(below) == 0 || !c.concerned[a.Code] && !slices.ContainsFunc(below, func(i int) bool { return c.concerned[c.idx.areas[i].Code] }) {
		return
	}
	shapes := []orb.MultiPolygon{a.Boundary}
	box := a.Boundary.Bound()
	for _, i := range below {
		shapes = append(shapes, c.idx.areas[i].Boundary)
		box = box.Union(c.idx.areas[i].Boundary.Bound())
	}
	left := make([]largest, len(shapes)) // of the area itself: what nobody holds; of the others: what lies outside of it
	sweep(shapes, box, &c.steps, func(in []bool, p piece) {
		held := slices.Index(in[1:], true)
		switch {
		case in[0] && held < 0:
			left[0].add(p)
		case !in[0]:
			left[held+1].add(p)
		}
	})
	if left[0].m2 >= leastM2 {
		c.found = append(c.found, finding(Gap, left[0].m2, left[0].at, a.Code))
	}
	for i, l := range left[1:] {
		if code := c.idx.areas[below[i]].Code; l.m2 >= leastM2 && (c.concerned[code] || c.concerned[a.Code]) {
			c.found = append(c.found, finding(BeyondParent, l.m2, l.at, code, a.Code))
		}
	}
}

// largest sums pieces up and remembers where the largest one is.
type largest struct {
	m2, most float64
	at       orb.Point
}

func (l *largest) add(p piece) {
	if l.m2 += p.m2; p.m2 > l.most {
		l.most, l.at = p.m2, p.middle
	}
}
