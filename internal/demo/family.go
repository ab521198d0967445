package demo

import (
	"fmt"
	"time"
)

// Person is someone of a household.
type Person struct {
	ID        string // UUID
	Name      string
	Parts     Name   // of Name
	Sex       string // male, female
	BirthDate string // YYYY-MM-DD
	IDType    string // id_card, household_register
	IDNumber  string
	Phone     string // "" for most children
	Relation  string // to the head: head, spouse, child, parent, grandchild
	Ethnicity string
	Household string // id
}

// age is the number of completed years on a day.
func (p Person) age(on time.Time) int {
	var year, month, day int
	fmt.Sscanf(p.BirthDate, "%d-%d-%d", &year, &month, &day)
	age := on.Year() - year
	if int(on.Month()) < month || int(on.Month()) == month && on.Day() < day {
		age--
	}
	return age
}

// familyKind is who lives in a household beside its head.
type familyKind struct {
	share                  int
	headFrom, headTo       int // age of the head
	spouse                 bool
	childMin, childMax     int
	parents, grandchildren bool
}

// families is how many of a hundred households are of each kind.
var families = []familyKind{
	{16, 20, 59, false, 0, 0, false, false}, // alone
	{14, 22, 59, true, 0, 0, false, false},  // couple
	{38, 26, 52, true, 1, 3, false, false},  // parents and children
	{4, 28, 50, false, 1, 2, false, false},  // one parent
	{11, 28, 50, true, 1, 3, true, false},   // three generations
	{8, 60, 88, true, 0, 0, false, false},   // old couple
	{5, 60, 96, false, 0, 0, false, false},  // old and alone
	{4, 55, 75, true, 0, 0, false, true},    // grandparents who bring up grandchildren
}

// family makes the people of one household.
func (m *maker) family(household string) []Person {
	kind := m.kind()
	f := &familyMaker{maker: m, household: household, ethnicity: ethnicity(m.r)}
	headSex := "male"
	if m.r.IntN(4) == 0 {
		headSex = "female"
	}
	headAge := kind.headFrom + m.r.IntN(kind.headTo-kind.headFrom+1)
	head := f.add("head", headSex, headAge, Name{})
	father := head.Parts
	if kind.spouse {
		spouse := f.add("spouse", other(headSex), max(20, headAge-4+m.r.IntN(7)), Name{})
		if headSex == "female" {
			father = spouse.Parts
		}
	}
	f.children(kind.childMin, kind.childMax, headAge, father)
	if kind.parents {
		f.parents(headAge, head)
	}
	if kind.grandchildren {
		for range 1 + m.r.IntN(2) {
			f.add("grandchild", f.anySex(), m.r.IntN(min(17, headAge-45)), father)
		}
	}
	return f.people
}

func (m *maker) kind() familyKind {
	x := m.r.IntN(100)
	for _, f := range families {
		if x -= f.share; x < 0 {
			return f
		}
	}
	return families[0]
}

type familyMaker struct {
	*maker
	household, ethnicity string
	people               []Person
}

// children are born when the head is 20 to 42; one family in fifty has twins.
func (f *familyMaker) children(least, most, headAge int, father Name) {
	if most == 0 {
		return
	}
	n := least
	for n < most && f.r.IntN(3) == 0 {
		n++
	}
	oldest := min(headAge-20, 24)
	youngest := max(0, headAge-42)
	for range n {
		age := youngest + f.r.IntN(max(1, oldest-youngest+1))
		child := f.add("child", f.anySex(), age, father)
		if f.r.IntN(50) == 0 {
			f.add("child", f.anySex(), age, father)
			f.people[len(f.people)-1].born(f, child.BirthDate)
		}
	}
}

func (f *familyMaker) parents(headAge int, head Person) {
	age := headAge + 22 + f.r.IntN(10)
	if f.r.IntN(3) > 0 {
		father := f.add("parent", "male", min(age, 99), Name{})
		if head.Parts.Surname != "" {
			f.people[len(f.people)-1].called(Name{head.Parts.Surname, father.Parts.Given})
		}
	}
	f.add("parent", "female", min(age, 99), Name{})
}

func (f *familyMaker) add(relation, sex string, age int, father Name) Person {
	today := f.city.scale.Today
	birth := time.Date(today.Year()-age, today.Month(), today.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, -f.r.IntN(365))
	p := Person{
		ID: uuid(f.r), Sex: sex, Relation: relation, Ethnicity: f.ethnicity, Household: f.household,
		IDType: "id_card",
	}
	p.called(ethnicName(f.r, f.ethnicity, sex, birth.Year(), father))
	if age < 16 {
		p.IDType = "household_register"
	}
	if age >= 12 {
		p.Phone = phone(f.phones)
		f.phones++
	}
	p.born(f, birth.Format(time.DateOnly))
	f.people = append(f.people, p)
	return p
}

func (p *Person) called(n Name) { p.Name, p.Parts = n.Full(), n }

// born sets the birth date and with it the citizen number.
func (p *Person) born(f *familyMaker, date string) {
	p.BirthDate = date
	p.IDNumber = f.ids.next(f.r, date, p.Sex)
}

func (f *familyMaker) anySex() string { return []string{"female", "male"}[f.r.IntN(2)] }

func other(sex string) string {
	if sex == "male" {
		return "female"
	}
	return "male"
}
