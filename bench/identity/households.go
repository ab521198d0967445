package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/demo"
)

// rates say how the records of a made-up city differ from the people in it; each is a share of what it stands beside.
type rates struct {
	again   float64 // of people: recorded a second time by somebody else; a third of these a third time
	twins   float64 // of families with children: the first two are twins
	minded  float64 // of families with children: grandparents are the guardians
	adults  float64 // of people: parents and grandparents are recorded too
	numbers float64 // of records: an id number is known

	homophone, tone, fuzzy, variant, character, nickname, surname float64 // of records: the name as heard, typed or called
	lunar, digit, swapped, yearOnly, nominal, noBirth             float64 // of records: the birth date
	wrongDigit, transposed, siblings                              float64 // of numbers: a mistake, or that of another in the family
	moved, rewritten, partial, noAddress                          float64 // of later records: the address
	newPhone, noPhone                                             float64 // of records
	otherGuardian, noGuardian                                     float64 // of records
}

// usual are the rates that results are given for.
func usual(numbers float64) rates {
	return rates{
		again: 0.3, twins: 0.03, minded: 0.15, adults: 0.4, numbers: numbers,
		homophone: 0.08, tone: 0.02, fuzzy: 0.02, variant: 0.02, character: 0.01, nickname: 0.02, surname: 0.01,
		lunar: 0.04, digit: 0.02, swapped: 0.005, yearOnly: 0.02, nominal: 0.01, noBirth: 0.02,
		wrongDigit: 0.015, transposed: 0.01, siblings: 0.01,
		moved: 0.06, rewritten: 0.3, partial: 0.15, noAddress: 0.05,
		newPhone: 0.1, noPhone: 0.2, otherGuardian: 0.1, noGuardian: 0.1,
	}
}

// person is someone of the made-up city.
type person struct {
	name      demo.Name
	sex       string
	birth     time.Time
	number    string
	household *household
	guardian  string // index of the guardian among the family, "" for adults
}

// household is where people live, and who looks after the children.
type household struct {
	place     address
	phone     string
	guardians []demo.Name // the first is the usual one
	people    []*person
}

// record is a line of the list: who it is, and what was written down.
type record struct {
	id, person                                                 string
	name, sex, birth, number, phone, address, guardian, twinOf string
	family                                                     string
	house, area                                                string // where, as the register keeps it
}

// city makes people household by household.
type city struct {
	r        *rand.Rand
	rates    rates
	taken    map[string]bool
	homes    int
	readings readingsOf
}

// generate makes a list of records of about so many people, in no order. It is a function of the seed.
func generate(seed uint64, people int, rt rates) []record {
	c := &city{r: rand.New(rand.NewPCG(seed, 77)), rates: rt, taken: map[string]bool{}, readings: readingsOf{}}
	var out []record
	number := 0
	for number < people {
		h := c.household()
		for i, p := range h.people {
			number++
			id := strconv.Itoa(number)
			twin := ""
			if i == 1 && p.birth.Equal(h.people[0].birth) {
				twin = strconv.Itoa(number - 1)
			}
			for n := range c.times() {
				rec := c.record(p, n > 0)
				rec.person, rec.twinOf, rec.family = id, twin, strconv.Itoa(c.homes)
				out = append(out, rec)
			}
		}
	}
	c.r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	for i := range out {
		out[i].id = "r" + strconv.Itoa(i+1)
	}
	return out
}

func (c *city) chance(share float64) bool { return c.r.Float64() < share }

// times draws how often somebody is recorded: once, twice or three times.
func (c *city) times() int {
	switch {
	case !c.chance(c.rates.again):
		return 1
	case c.chance(1.0 / 3):
		return 3
	}
	return 2
}

// household makes children first, then, where adults are recorded, parents and grandparents.
func (c *city) household() *household {
	c.homes++
	h := &household{place: c.newAddress(), phone: c.newPhone()}
	year := 2009 + c.r.IntN(15)
	father, mother := demo.NewName(c.r, "male", year-28), demo.NewName(c.r, "female", year-26)
	grandfather, grandmother := demo.NewName(c.r, "male", year-55), demo.NewName(c.r, "female", year-53)
	grandfather.Surname = father.Surname
	h.guardians = []demo.Name{father, mother, grandfather, grandmother}
	if c.chance(c.rates.minded) {
		h.guardians = []demo.Name{grandmother, grandfather, mother}
	}
	children := 1 + c.r.IntN(3)
	twins := c.chance(c.rates.twins)
	if twins {
		children = max(2, children)
	}
	shared := ""
	for i := range children {
		p := c.child(h, father.Surname, year+i*2, &shared)
		if twins && i == 1 {
			p.birth = h.people[0].birth
			p.number = c.newNumber(p.birth, p.sex)
		}
		h.people = append(h.people, p)
	}
	if c.chance(c.rates.adults) {
		for i, n := range []demo.Name{father, mother, grandfather, grandmother}[:2+2*c.r.IntN(2)] {
			sex := []string{"男", "女"}[i%2]
			birth := c.day(year - 27 - 27*(i/2))
			h.people = append(h.people, &person{name: n, sex: sex, birth: birth, number: c.newNumber(birth, sex), household: h})
		}
	}
	return h
}

// child has the father's surname; half of the brothers and sisters share the first character of the given name. No two
// of a family have the same name or names that sound the same.
func (c *city) child(h *household, surname string, year int, shared *string) *person {
	for {
		sex, english := "男", "male"
		if c.chance(0.48) {
			sex, english = "女", "female"
		}
		name := demo.NewName(c.r, english, year)
		name.Surname = surname
		given := []rune(name.Given)
		if *shared != "" && len(given) == 2 {
			given[0] = []rune(*shared)[0]
			name.Given = string(given)
		}
		if soundsTaken(h, name.Given) {
			continue
		}
		if len(h.people) == 0 && len(given) == 2 && c.chance(0.5) {
			*shared = string(given[0])
		}
		birth := c.day(year)
		return &person{name: name, sex: sex, birth: birth, number: c.newNumber(birth, sex), household: h, guardian: "child"}
	}
}

func soundsTaken(h *household, given string) bool {
	for _, p := range h.people {
		if alike(p.name.Given, given) {
			return true
		}
	}
	return false
}

func (c *city) day(year int) time.Time {
	return time.Date(year, 1, 1+c.r.IntN(365), 0, 0, 0, 0, time.UTC)
}

// newNumber is a valid number of a division that was never assigned.
func (c *city) newNumber(birth time.Time, sex string) string {
	for {
		sequence := 2 * c.r.IntN(500)
		if sex == "男" {
			sequence++
		}
		n := demo.WithCheck(fmt.Sprintf("99%04d%s%03d", c.r.IntN(40), birth.Format("20060102"), sequence))
		if !c.taken[n] {
			c.taken[n] = true
			return n
		}
	}
}

func (c *city) newPhone() string {
	return []string{"138", "139", "135", "186", "188", "150"}[c.r.IntN(6)] + fmt.Sprintf("%08d", c.r.IntN(100000000))
}

// address is a door of the made-up city.
type address struct {
	district, street, community, road string
	number, building, floor, door     int
}

func (c *city) newAddress() address {
	one := func(list string) string { all := strings.Fields(list); return all[c.r.IntN(len(all))] }
	return address{
		one("福宁区 龙冈区 南江区 宝华区 罗浮区"), one("东门街道 沙河街道 平岗街道 新安街道 石岩街道 横岭街道"), one("红星社区 新村社区 水围社区 长岭社区 景田社区 莲花社区 岗头社区 上塘社区"),
		one("人民路 建设路 和平大道 中兴街 文化路 新园路 振兴街 学府路 河滨路 翠竹路 沿江路 华强路"), 1 + c.r.IntN(120), 1 + c.r.IntN(12), 1 + c.r.IntN(18), 1 + c.r.IntN(6),
	}
}

func (a address) full() string {
	return fmt.Sprintf("深江市%s%s%s%s%d号%d栋%d%02d", a.district, a.street, a.community, a.road, a.number, a.building, a.floor, a.door)
}

// code stands for the code of the community.
func (a address) code() string {
	h := fnv.New64a()
	h.Write([]byte(a.district + a.street + a.community))
	return fmt.Sprintf("%012d", h.Sum64()%1e12)
}
