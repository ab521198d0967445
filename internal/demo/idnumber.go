package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The divisions 990000 to 999999 were never assigned: no real citizen has a number that begins with them.
const (
	firstDivision = 990000
	divisions     = 10000
	sequences     = 500 // numbers for one sex, day and division
)

// Divisions is how all of them begin.
const Divisions = "99"

// idNumbers hands out citizen numbers (GB 11643) for one grid, none of them twice in the whole city: each grid has
// a division to itself, or a part of the sequence numbers of one.
type idNumbers struct {
	division, low, high int // sequence numbers 2·low to 2·high−1
	taken               map[string]bool
}

func newIDNumbers(grid, grids int) *idNumbers {
	parts := (grids + divisions - 1) / divisions
	part := grid / divisions
	return &idNumbers{
		division: firstDivision + grid%divisions,
		low:      part * sequences / parts, high: (part + 1) * sequences / parts,
		taken: map[string]bool{},
	}
}

// next makes a number with a valid check digit. A day on which a grid has used up its numbers would make it loop; the
// 1000 households that a grid has at most stay far below.
func (n *idNumbers) next(r *rand.Rand, birthDate, sex string) string {
	for {
		sequence := 2 * (n.low + r.IntN(n.high-n.low))
		if sex == "male" {
			sequence++
		}
		id := WithCheck(fmt.Sprintf("%06d%s%03d", n.division, strings.ReplaceAll(birthDate, "-", ""), sequence))
		if !n.taken[id] {
			n.taken[id] = true
			return id
		}
	}
}

// WithCheck appends the check character of GB 11643 (ISO 7064 MOD 11-2) to 17 digits.
func WithCheck(id17 string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(id17[i]-'0')
	}
	return id17 + "10X98765432"[sum%11:sum%11+1]
}

// Phones of the 154 range, which no operator uses: a hundred million numbers, given out without repeats. The first 90
// million are shared out to the grids, the rest is for workers.
const phonesOfGrids = 90_000_000

func (c *City) phonesPerGrid() int { return phonesOfGrids / c.scale.Grids }

// phone is the n-th number. The factor has no divisor in common with 10, so different n give different numbers.
func phone(n int) string { return fmt.Sprintf("154%08d", (n*61803399+12345678)%100_000_000) }
