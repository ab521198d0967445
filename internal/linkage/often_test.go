package linkage

import (
	"math"
	"testing"
)

// TestADayThatManyHave: a birth date that many records have is a placeholder, and tells of a household only as far as more of its people
// than of strangers have it.
func TestADayThatManyHave(t *testing.T) {
	table, err := NewTable([]Field{{GivenName, "given"}, {Surname, "surname"}, {BirthDate, "born"}, {Place, "place"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		table.Add([]string{"john", "ashton", "1801-02-03", "bath"})
	}
	p := table.start()
	p.household = 1e-4
	s := table.scorer(&p)
	birth, same := table.aspectOf(BirthDate), pattern{}
	same[birth] = dateSame
	for count, isPlaceholder := range map[int32]bool{placeholder: false, placeholder + 8: true} {
		r := s.rarity(&same, birth, &value{text: "18010203", count: count})
		if (r < 0) != isPlaceholder {
			t.Errorf("%d records of a day: rarity %g", count, r)
		}
		share := math.Exp(s.usual[birth][0] - r) // of strangers who have this day
		if kin := s.ofKin(&same, birth, r); kin > math.Log(1+p.h[birth][0][dateSame]/share) {
			t.Errorf("%d records of a day: it is %g times as frequent among kin", count, math.Exp(kin))
		}
	}
}
