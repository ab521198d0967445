package demo

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep/internal/grid"
	"github.com/mozillazg/go-pinyin"
)

func newLandSource(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 9)) }

func TestHouseholdsOfATown(t *testing.T) {
	c := town(t, Small(today))
	ids, phones, codes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	households, people, children, elders, dotted, compound := 0, 0, 0, 0, 0, 0
	for _, a := range c.Areas {
		if a.Level != grid.Grid {
			continue
		}
		made := c.Households(a.Code)
		if len(made) != a.ExpectedHouseholds {
			t.Fatalf("%s has %d households, %d expected", a.Code, len(made), a.ExpectedHouseholds)
		}
		for _, h := range made {
			households++
			if !a.Contains(h.Lon, h.Lat) || codes[h.HouseCode] || len(h.HouseCode) != 25 || !strings.HasPrefix(h.HouseCode, a.Code) {
				t.Fatalf("household %+v", h)
			}
			codes[h.HouseCode] = true
			children += len(h.Children(today))
			elders += len(h.Elders(today))
			for _, p := range h.Persons {
				people++
				checkPerson(t, p, h)
				if ids[p.IDNumber] || p.Phone != "" && phones[p.Phone] {
					t.Fatalf("%+v shares a number", p)
				}
				ids[p.IDNumber], phones[p.Phone] = true, true
				if strings.Contains(p.Name, "·") {
					dotted++
				}
				if utf8.RuneCountInString(p.Parts.Surname) == 2 {
					compound++
				}
			}
		}
	}
	t.Logf("%d households, %d people, %d children, %d elders, %d dotted names, %d compound surnames", households, people, children, elders, dotted, compound)
	within := func(name string, share, low, high float64) {
		if share < low || share > high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", name, share, low, high)
		}
	}
	within("people per household", float64(people)/float64(households), 2.2, 3.6)
	within("children", float64(children)/float64(people), 0.12, 0.28)
	within("elders", float64(elders)/float64(people), 0.1, 0.25)
	within("dotted names", float64(dotted)/float64(people), 0.001, 0.03)
	within("compound surnames", float64(compound)/float64(people), 0.0005, 0.02)
}

func checkPerson(t *testing.T, p Person, h Household) {
	t.Helper()
	age := p.age(today)
	switch {
	case age < 0 || age > 110:
		t.Fatalf("age %d of %+v", age, p)
	case p.Household != h.ID || p.Parts.Full() != p.Name || p.Parts.Given == "" || strings.ContainsAny(p.Name, "0123456789"):
		t.Fatalf("person %+v", p)
	case len(p.IDNumber) != 18 || WithCheck(p.IDNumber[:17]) != p.IDNumber || !strings.HasPrefix(p.IDNumber, "99"):
		t.Fatalf("number %s", p.IDNumber)
	case p.IDNumber[6:14] != strings.ReplaceAll(p.BirthDate, "-", "") || (p.IDNumber[16]-'0')%2 == 1 != (p.Sex == "male"):
		t.Fatalf("number %s of a %s born %s", p.IDNumber, p.Sex, p.BirthDate)
	case p.Relation == "parent" && age < h.Persons[0].age(today)+15:
		t.Fatalf("a parent of %d, a head of %d", age, h.Persons[0].age(today))
	case p.Relation == "child" && age > h.Persons[0].age(today)-18:
		t.Fatalf("a child of %d, a head of %d", age, h.Persons[0].age(today))
	}
}

func TestCitizenNumberCheckDigit(t *testing.T) {
	// The example of GB 11643-1999, and one whose check digit is X.
	for _, id := range []string{"11010519491231002X", "440524188001010014"} {
		if got := WithCheck(id[:17]); got != id {
			t.Errorf("got %s, want %s", got, id)
		}
	}
}

func TestNumbersAreUniqueAcrossGridsOfOneDivision(t *testing.T) {
	a, b := newIDNumbers(3, 20000), newIDNumbers(10003, 20000)
	seen := map[string]bool{}
	r := newLandSource(1)
	for range 200 {
		for _, n := range []*idNumbers{a, b} {
			id := n.next(r, "2020-02-29", "male")
			if seen[id] {
				t.Fatalf("%s twice", id)
			}
			seen[id] = true
		}
	}
}

func TestHomophonesSoundAlike(t *testing.T) {
	args := pinyin.NewArgs()
	args.Style = pinyin.Tone
	args.Heteronym = true
	for _, group := range homophones {
		common := map[string]int{}
		for _, readings := range pinyin.Pinyin(group, args) {
			for _, s := range readings {
				common[s]++
			}
		}
		most := 0
		for _, n := range common {
			most = max(most, n)
		}
		if n := utf8.RuneCountInString(group); most != n {
			t.Errorf("%s: %v", group, pinyin.Pinyin(group, args))
		}
	}
}

func TestHomophoneChangesOneCharacter(t *testing.T) {
	r := newLandSource(2)
	changed := 0
	for range 500 {
		name := NewName(r, "female", 2015).Full()
		same, ok := homophone(r, name)
		if ok == (same == name) || []rune(same)[0] != []rune(name)[0] || utf8.RuneCountInString(same) != utf8.RuneCountInString(name) {
			t.Fatalf("%v became %v, %v", name, same, ok)
		}
		if ok {
			changed++
		}
	}
	if changed < 250 {
		t.Errorf("only %d of 500 names have a homophone", changed)
	}
	if _, ok := homophone(r, "王龘"); ok {
		t.Error("a homophone for a character without one")
	}
}

func BenchmarkFullCity(b *testing.B) {
	for b.Loop() {
		if _, err := NewCity(1, Full(today)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHouseholdsOfAGrid(b *testing.B) {
	c := town(b, Full(today))
	last := c.Areas[len(c.Areas)-1].Code
	b.ReportAllocs()
	for b.Loop() {
		c.Households(last)
	}
}
