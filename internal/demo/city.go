// Package demo makes up a city: its areas, workers, households and people, and the answers that they would give. No one
// in it is real: citizen numbers are of divisions that were never assigned and telephones of a range not in use.
package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"doorstep/internal/grid"
)

// Scale is how large a city is.
type Scale struct {
	Districts, Streets, Communities, Grids int
	Workers                                int // of all roles
	HouseholdsPerGrid                      int // on average, at most 1000
	Today                                  time.Time
}

// Full is a large city: 1.2 million households, about 400 to a field worker. Today is the day on which ages count.
func Full(today time.Time) Scale {
	return Scale{Districts: 10, Streets: 74, Communities: 800, Grids: 20000, Workers: 3000, HouseholdsPerGrid: 60, Today: today}
}

// Tenth is a district of the same kind: a tenth of it.
func Tenth(today time.Time) Scale {
	return Scale{Districts: 1, Streets: 7, Communities: 80, Grids: 2000, Workers: 300, HouseholdsPerGrid: 60, Today: today}
}

// Town is two streets of the same kind, 32,000 households: whoever works in one has as much to do as in the full city.
func Town(today time.Time) Scale {
	return Scale{Districts: 1, Streets: 2, Communities: 22, Grids: 540, Workers: 81, HouseholdsPerGrid: 60, Today: today}
}

// Small is a place of 2,880 households that starts in a moment.
func Small(today time.Time) Scale {
	return Scale{Districts: 2, Streets: 6, Communities: 24, Grids: 240, Workers: 60, HouseholdsPerGrid: 12, Today: today}
}

// CityCode is the area code of the city, in a prefecture that does not exist.
const CityCode = "9901"

// City is a made-up city. It is a function of its seed and scale alone, never changes, and may be read by many
// goroutines; households are made when asked for.
type City struct {
	Areas   []grid.Area // the city, its districts, streets, communities, then grids, each level in order of code
	Workers []Worker

	seed  uint64
	scale Scale
	at    map[string]place // by grid code
}

// place is where a grid stands in the city.
type place struct {
	number  int // from 0, among all grids
	area    int // index in Areas
	address string
	roads   [3]string
	village bool
}

// NewCity makes the areas and workers. It fails when a level has fewer areas than the one above, in the order districts,
// streets, communities, grids, or more than the digits of the codes allow.
func NewCity(seed uint64, scale Scale) (*City, error) {
	if err := scale.check(); err != nil {
		return nil, fmt.Errorf("demo city: %w", err)
	}
	c := &City{seed: seed, scale: scale, at: make(map[string]place, scale.Grids)}
	c.lay(rand.New(rand.NewPCG(seed, 1)))
	c.hire(rand.New(rand.NewPCG(seed, 2)))
	return c, nil
}

// check leaves room in three digits for parts that are larger than the average.
func (s Scale) check() error {
	above := 1
	for _, n := range []int{s.Districts, s.Streets, s.Communities, s.Grids} {
		if n < above || n > 500*above {
			return fmt.Errorf("%d areas in the %d of the level above", n, above)
		}
		above = n
	}
	if s.Districts > 99 {
		return fmt.Errorf("%d districts in two digits", s.Districts)
	}
	if s.HouseholdsPerGrid < 1 || s.HouseholdsPerGrid > 1000 {
		return fmt.Errorf("%d households in a grid", s.HouseholdsPerGrid)
	}
	return nil
}

// Grid returns the area of a grid code.
func (c *City) Grid(code string) (grid.Area, bool) {
	p, ok := c.at[code]
	if !ok {
		return grid.Area{}, false
	}
	return c.Areas[p.area], true
}

// share splits total into n whole numbers of at least 1 that differ by up to half from each other.
func share(total, n int, r *rand.Rand) []int {
	weights := make([]float64, n)
	sum := 0.0
	for i := range weights {
		weights[i] = 0.75 + r.Float64()*0.5
		sum += weights[i]
	}
	parts := make([]int, n)
	given, upTo := 0, 0.0
	for i := range parts {
		upTo += weights[i]
		parts[i] = 1 + int(upTo/sum*float64(total-n)+0.5) - given
		given += parts[i] - 1
	}
	return parts
}
