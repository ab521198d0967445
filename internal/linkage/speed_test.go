package linkage

import "testing"

func BenchmarkPair(b *testing.B) {
	t, err := NewTable([]Field{{GivenName, "g"}, {Surname, "s"}, {Address, "a"}, {Address, "b"}, {BirthDate, "d"}, {IDNumber, "i"}, {Postcode, "p"}, {Place, "l"}, {Area, "r"}, {StreetNumber, "n"}})
	if err != nil {
		b.Fatal(err)
	}
	t.Add([]string{"mitchell", "green", "wallaby place", "delmar", "19560409", "1804974", "2119", "cleveland", "sa", "7"})
	t.Add([]string{"harley", "mccarthy", "pridhamstreet", "milton", "19080419", "6089216", "3165", "marsden", "nsw", "177"})
	t.count()
	for b.Loop() {
		t.pair(0, 1)
	}
}
