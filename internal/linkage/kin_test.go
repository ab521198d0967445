package linkage

import "testing"

// kinTable is of a list in Latin letters, with what is expected when strangers share a birth date so often and pairs of relatives were counted:
// one in twenty of one day, nineteen of twenty of one surname.
func kinTable(t *testing.T, strangers float64) (*Table, params) {
	t.Helper()
	table, err := NewTable([]Field{{GivenName, "given"}, {Surname, "surname"}, {BirthDate, "born"}, {Place, "place"}})
	if err != nil {
		t.Fatal(err)
	}
	table.Add([]string{"john", "ashton", "1801-02-03", "bath"})
	p := table.start()
	p.household, p.kin = 1e-4, make([]rates, len(table.aspects))
	birth, surname := table.aspectOf(BirthDate), table.aspectOf(Surname)
	for class := range 3 {
		p.u[birth][class][dateSame] = strangers
		p.kin[birth][class][dateSame], p.kin[birth][class][dateGeneration] = 500, 9500
		p.kin[surname][class][nameSame], p.kin[surname][class][nameOther] = 9500, 500
	}
	table.others(&p)
	return table, p
}

// TestFewRelativesAreTwins: where days of birth are told, one in a hundred relatives has the same at the most; where ages are, as many as were
// counted.
func TestFewRelativesAreTwins(t *testing.T) {
	for strangers, most := range map[float64]float64{0.0001: mostOfOneDay, 0.003: 0.06} {
		table, p := kinTable(t, strangers)
		got := p.h[table.aspectOf(BirthDate)][0][dateSame]
		if got > most+1e-9 || got < 0.8*most {
			t.Errorf("strangers of one day %g: %g of relatives", strangers, got)
		}
	}
}

// TestSurnamesOfRelativesAreCounted: where years at least tell people apart; from ages alone they are not.
func TestSurnamesOfRelativesAreCounted(t *testing.T) {
	for strangers, counted := range map[float64]bool{0.0001: true, 0.003: true, 0.03: false} {
		table, p := kinTable(t, strangers)
		if got := p.h[table.aspectOf(Surname)][0][nameSame]; (got > 0.9) != counted {
			t.Errorf("strangers of one day %g: %g of relatives have one surname", strangers, got)
		}
	}
}
