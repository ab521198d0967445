package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"doorstep/internal/grid"
)

// Household is a dwelling and those who live in it. The first person is its head.
type Household struct {
	ID        string // UUID
	Area      string // grid code
	Address   string
	HouseCode string  // 25 digits that begin with the grid code
	Lon, Lat  float64 // WGS-84, inside the grid
	Head      string  // name of the first person
	Phone     string
	Migrant   bool // registered elsewhere
	Persons   []Person
}

// Children are those under 18 on a day.
func (h *Household) Children(on time.Time) []Person {
	return h.aged(on, func(age int) bool { return age < 18 })
}

// Elders are those of 60 years and more on a day.
func (h *Household) Elders(on time.Time) []Person {
	return h.aged(on, func(age int) bool { return age >= 60 })
}

func (h *Household) aged(on time.Time, want func(age int) bool) []Person {
	var out []Person
	for _, p := range h.Persons {
		if want(p.age(on)) {
			out = append(out, p)
		}
	}
	return out
}

// Households makes the households of a grid: the same ones whenever it is asked. An unknown code has none.
func (c *City) Households(gridCode string) []Household {
	p, ok := c.at[gridCode]
	if !ok {
		return nil
	}
	m := &maker{
		city: c, place: p, area: c.Areas[p.area], r: c.source(gridCode, 1),
		ids: newIDNumbers(p.number, c.scale.Grids), phones: p.number * c.phonesPerGrid(),
	}
	m.build(c.householdCount(gridCode))
	return m.made
}

// householdCount varies by half around the average of the scale, so that crowded and thin grids exist.
func (c *City) householdCount(gridCode string) int {
	n := c.scale.HouseholdsPerGrid
	return n - n/2 + c.source(gridCode, 2).IntN(2*(n/2)+1)
}

// source is randomness that belongs to one grid.
func (c *City) source(gridCode string, purpose uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(gridCode))
	return rand.New(rand.NewPCG(c.seed^purpose<<56, h.Sum64()))
}

// maker makes the households of one grid.
type maker struct {
	city   *City
	place  place
	area   grid.Area
	r      *rand.Rand
	ids    *idNumbers
	phones int // the next telephone number
	made   []Household
}

// build fills buildings one after the other: blocks of flats of up to 12 floors in the city, houses in a village.
func (m *maker) build(n int) {
	for building := 1; len(m.made) < n; building++ {
		floors, flats := 1+m.r.IntN(12), 2+m.r.IntN(3)
		if m.place.village {
			floors, flats = 1+m.r.IntN(4), 1
		}
		road, number := m.place.roads[m.r.IntN(len(m.place.roads))], 1+m.r.IntN(300)
		lon, lat := m.spot()
		for room := 0; room < floors*flats && len(m.made) < n; room++ {
			h := m.household(building, 1+room/flats, 1+room%flats)
			h.Address = m.address(road, number, building, h.HouseCode)
			h.Lon, h.Lat = m.nearby(lon, lat)
			m.made = append(m.made, h)
		}
	}
}

func (m *maker) household(building, floor, flat int) Household {
	h := Household{
		ID: uuid(m.r), Area: m.area.Code, Migrant: m.r.IntN(3) > 0,
		HouseCode: fmt.Sprintf("%s%04d%02d%02d%02d", m.area.Code, building, 1, floor, flat),
	}
	h.Persons = m.family(h.ID)
	h.Head, h.Phone = h.Persons[0].Name, h.Persons[0].Phone
	return h
}

func (m *maker) address(road string, number, building int, houseCode string) string {
	room := houseCode[len(houseCode)-4:]
	if m.place.village {
		return fmt.Sprintf("%s%s%d巷%d号%s层", m.place.address, road, building, number, strings.TrimLeft(room[:2], "0"))
	}
	return fmt.Sprintf("%s%s%d号%d栋1单元%s", m.place.address, road, number, building, room)
}

// spot is a place in the grid, nearby one a few metres off that is in the grid too.
func (m *maker) spot() (lon, lat float64) {
	box := m.area.Boundary.Bound()
	for {
		lon = box.Min[0] + m.r.Float64()*(box.Max[0]-box.Min[0])
		lat = box.Min[1] + m.r.Float64()*(box.Max[1]-box.Min[1])
		if m.area.Contains(lon, lat) {
			return lon, lat
		}
	}
}

func (m *maker) nearby(lon, lat float64) (float64, float64) {
	x, y := lon+(m.r.Float64()-0.5)*1e-4, lat+(m.r.Float64()-0.5)*1e-4
	if m.area.Contains(x, y) {
		return x, y
	}
	return lon, lat
}

// uuid makes a version 4 UUID from r.
func uuid(r *rand.Rand) string {
	a, b := r.Uint64(), r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}
