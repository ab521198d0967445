package demo

import (
	"fmt"
	"math/rand/v2"

	"doorstep/collections/territory"
	"doorstep/internal/grid"
)

// Worker is someone who signs in. Passwords are the caller's affair.
type Worker struct {
	Staff     string // sign-in name: a letter for the role and a number
	Name      string
	Role      string // field, supervisor, analyst, manager
	Phone     string
	Territory []string // area codes; whoever has one sees all below it
}

// hire staffs the city: a manager, an analyst and a supervisor for the whole of it, a supervisor for each district and
// street, and field workers for the rest, who share out the grids of each community.
func (c *City) hire(r *rand.Rand) {
	c.add(r, "manager", []string{CityCode})
	c.add(r, "analyst", []string{CityCode})
	c.add(r, "supervisor", []string{CityCode})
	grids := map[string][]string{}
	var communities []string
	for _, a := range c.Areas {
		switch a.Level {
		case grid.District, grid.Street:
			c.add(r, "supervisor", []string{a.Code})
		case grid.Community:
			communities = append(communities, a.Code)
		case grid.Grid:
			community := territory.Cut(a.Code)
			grids[community] = append(grids[community], a.Code)
		}
	}
	field := max(c.scale.Workers-len(c.Workers), len(communities))
	seen, hired := 0, 0
	for i, community := range communities {
		mine := grids[community]
		seen += len(mine)
		// As many workers as the share of the grids so far asks for, with one at least for every community to come.
		n := min(seen*field/c.scale.Grids, field-(len(communities)-1-i)) - hired
		n = min(max(n, 1), len(mine))
		hired += n
		for k := range n {
			c.add(r, "field", mine[k*len(mine)/n:(k+1)*len(mine)/n])
		}
	}
}

// Checkers are field workers beside the others, one for each street, who work in all of it and make no visits of their own: interviews that
// were drawn are asked again by somebody else.
func (c *City) Checkers() []Worker {
	r := rand.New(rand.NewPCG(c.seed, 16))
	var all []Worker
	for _, a := range c.Areas {
		if a.Level == grid.Street {
			n := len(all)
			name := NewName(r, []string{"female", "male"}[n%2], 1970+r.IntN(32)).Full()
			all = append(all, Worker{Staff: fmt.Sprintf("R%05d", n+1), Name: name, Role: "field",
				Phone: phone(phonesOfGrids + len(c.Workers) + n), Territory: []string{a.Code}})
		}
	}
	return all
}

var staffLetters = map[string]string{"field": "F", "supervisor": "S", "analyst": "A", "manager": "M"}

func (c *City) add(r *rand.Rand, role string, territory []string) {
	n := len(c.Workers)
	sex := []string{"female", "male"}[r.IntN(2)]
	c.Workers = append(c.Workers, Worker{
		Staff: fmt.Sprintf("%s%05d", staffLetters[role], n+1), Name: NewName(r, sex, 1970+r.IntN(32)).Full(), Role: role,
		Phone: phone(phonesOfGrids + n), Territory: territory,
	})
}
