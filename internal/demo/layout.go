package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"doorstep/collections/territory"
	"doorstep/internal/grid"
)

// lay divides the land among districts, streets, communities and grids and names them.
func (c *City) lay(r *rand.Rand) {
	land := newLand(c.seed, c.scale.Grids)
	names := newPlaceNames(r)
	tree := plan(c.scale, r)
	groups := [4][]group{{{code: CityCode, name: cityName, cells: land.cells}}}
	for level, suffix := range []string{"%s%02d", "%s%03d", "%s%03d"} {
		for i, parent := range groups[level] {
			children := tree[level][i]
			for k, cells := range divide(parent.cells, children) {
				name := names.next(level)
				groups[level+1] = append(groups[level+1],
					group{code: fmt.Sprintf(suffix, parent.code, k+1), name: name, address: parent.address + name, cells: cells})
			}
		}
	}
	for level, name := range []grid.Level{grid.City, grid.District, grid.Street, grid.Community} {
		for _, g := range groups[level] {
			c.Areas = append(c.Areas, grid.Area{Code: g.code, Name: g.name, Level: name, Boundary: land.union(g.cells)})
		}
	}
	for _, g := range groups[3] {
		c.layGrids(land, g, r)
	}
	c.expect()
}

type group struct {
	code, name, address string
	cells               []cell
}

// layGrids numbers the cells of a community from west to east and north to south (CJ/T 349-2010).
func (c *City) layGrids(land *land, community group, r *rand.Rand) {
	slices.SortFunc(community.cells, func(a, b cell) int {
		if a.j != b.j {
			return b.j - a.j
		}
		return a.i - b.i
	})
	p := place{address: cityName + community.address, village: r.IntN(4) == 0}
	for i := range p.roads {
		p.roads[i] = roadName(r)
	}
	for k, square := range community.cells {
		code := fmt.Sprintf("%s%03d", community.code, k+1)
		p.number, p.area = len(c.at), len(c.Areas)
		c.at[code] = p
		c.Areas = append(c.Areas, grid.Area{
			Code: code, Name: fmt.Sprintf("%s第%d网格", community.name, k+1), Level: grid.Grid,
			Boundary: land.union([]cell{square}),
		})
	}
}

// expect fills in how many households each area has, grids first.
func (c *City) expect() {
	total := map[string]int{}
	for i := range c.Areas {
		a := &c.Areas[i]
		if a.Level != grid.Grid {
			continue
		}
		a.ExpectedHouseholds = c.householdCount(a.Code)
		for _, code := range territory.Above(a.Code) {
			total[code] += a.ExpectedHouseholds
		}
	}
	for i := range c.Areas {
		if n, ok := total[c.Areas[i].Code]; ok {
			c.Areas[i].ExpectedHouseholds = n
		}
	}
}

// plan gives, for each level from the city down and each area of it, how many grids each of its children holds.
func plan(s Scale, r *rand.Rand) [3][][]int {
	streets := share(s.Streets, s.Districts, r)
	communities := share(s.Communities, s.Streets, r)
	grids := share(s.Grids, s.Communities, r)
	perStreet := parcel(grids, communities)
	perDistrict := parcel(sums(perStreet), streets)
	return [3][][]int{{sums(perDistrict)}, perDistrict, perStreet}
}

// parcel cuts a list into consecutive pieces of the given lengths.
func parcel(list, lengths []int) [][]int {
	var out [][]int
	for _, n := range lengths {
		out = append(out, list[:n])
		list = list[n:]
	}
	return out
}

func sums(lists [][]int) []int {
	var out []int
	for _, list := range lists {
		total := 0
		for _, n := range list {
			total += n
		}
		out = append(out, total)
	}
	return out
}

// divide cuts land into compact pieces of the given sizes, halving it across its longer side.
func divide(cells []cell, sizes []int) [][]cell {
	if len(sizes) == 1 {
		return [][]cell{cells}
	}
	cells = slices.Clone(cells)
	minI, maxI, minJ, maxJ := extent(cells)
	wide := maxI-minI > maxJ-minJ
	slices.SortFunc(cells, func(a, b cell) int {
		if wide {
			a.i, a.j, b.i, b.j = a.j, a.i, b.j, b.i
		}
		if a.j != b.j {
			return a.j - b.j
		}
		return a.i - b.i
	})
	half, cut := len(sizes)/2, 0
	for _, n := range sizes[:half] {
		cut += n
	}
	return append(divide(cells[:cut], sizes[:half]), divide(cells[cut:], sizes[half:])...)
}

func extent(cells []cell) (minI, maxI, minJ, maxJ int) {
	minI, maxI, minJ, maxJ = cells[0].i, cells[0].i, cells[0].j, cells[0].j
	for _, c := range cells {
		minI, maxI = min(minI, c.i), max(maxI, c.i)
		minJ, maxJ = min(minJ, c.j), max(maxJ, c.j)
	}
	return
}
