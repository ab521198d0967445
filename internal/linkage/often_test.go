package linkage

import (
	"math"
	"testing"
)

// TestDaysOfPeopleWithManyRecords: a birth date that as many records have as one person may have is no placeholder; and one that is
// tells of a household only as far as more of its people than of strangers have it.
func TestDaysOfPeopleWithManyRecords(t *testing.T) {
	table, err := NewTable([]Field{{GivenName, "given"}, {Surname, "surname"}, {BirthDate, "born"}, {Place, "place"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		table.Add([]string{"john", "ashton", "1801-02-03", "bath"})
	}
	p := table.start()
	p.household = 1e-4
	birth, same := table.aspectOf(BirthDate), pattern{}
	same[birth] = dateSame
	for _, c := range []struct {
		others      float64 // records of one person beside each
		placeholder bool
	}{{1, true}, {10, false}} {
		p.match = c.others / 10_000
		s := table.scorer(&p)
		r := s.rarity(&same, birth, &value{text: "18010203", count: 18})
		if (r < 0) != c.placeholder {
			t.Errorf("%g records of a person: rarity %g", c.others, r)
		}
		share := math.Exp(s.usual[birth][0] - r) // of strangers who have this day
		if kin := s.ofKin(&same, birth, r); kin > math.Log(1+p.h[birth][0][dateSame]/share) {
			t.Errorf("%g records of a person: the day is %g times as frequent among kin", c.others, math.Exp(kin))
		}
	}
}
