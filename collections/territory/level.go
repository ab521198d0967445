package territory

import (
	"slices"

	"doorstep/collections"
)

// Levels of areas by how many lie above them: a code of a level has so many digits as collections.AreaDigits says, and a longer one is
// a grid's.
const (
	City = iota
	District
	Street
	Community
	Grid
)

var digits = collections.AreaDigits[:]

// CommunityDigits is the length of a community's code.
const CommunityDigits = collections.CommunityDigits

// InCommunity returns the community that an area lies in, or the area itself where it is larger.
func InCommunity(code string) string { return code[:min(len(code), CommunityDigits)] }

// Level tells the level of a code; a code between two levels belongs to the upper one.
func Level(code string) int {
	level := City
	for level < len(digits) && len(code) > digits[level] {
		level++
	}
	if level < len(digits) && len(code) < digits[level] && level > City {
		level--
	}
	return level
}

// Above gives the codes of the areas that one lies in, the largest first.
func Above(code string) (above []string) {
	for _, n := range digits {
		if n < len(code) {
			above = append(above, code[:n])
		}
	}
	return above
}

// Cut gives the longest code of a level, grids apart, that a code begins with; "" for none.
func Cut(code string) string {
	for _, n := range slices.Backward(digits) {
		if n <= len(code) {
			return code[:n]
		}
	}
	return ""
}

// Coarse gives a territory of at most so many areas that holds all of another: while there are more, the smallest of them give way
// to the areas that they lie in.
func Coarse(codes []string, most int) []string {
	codes = heads(Of(codes))
	for len(codes) > most {
		longest := 0
		for _, c := range codes {
			longest = max(longest, len(c))
		}
		if longest <= digits[City] {
			return codes
		}
		for i, c := range codes {
			if above := Above(c); len(c) == longest {
				codes[i] = above[len(above)-1]
			}
		}
		codes = heads(Of(codes))
	}
	return codes
}

func heads(ranges []Range) (codes []string) {
	for _, r := range ranges {
		codes = append(codes, r.Lo)
	}
	return codes
}
