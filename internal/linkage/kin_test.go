package linkage

import (
	"fmt"
	"testing"
)

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

// TestNamesOfOnePersonDiffer: where days of birth are told, relatives have other days, and more records of one person may have other names
// than where ages are.
func TestNamesOfOnePersonDiffer(t *testing.T) {
	for strangers, days := range map[float64]bool{0.0001: true, 0.01: false} {
		table, p := kinTable(t, strangers)
		m := &p.m[table.aspectOf(GivenName)][0]
		m[nameOther] = 0.5
		table.own(&p)
		if (m[nameOther] > 0.05) != days {
			t.Errorf("strangers of one day %g: %g of the names differ", strangers, m[nameOther])
		}
	}
}

// TestMistakesAreNoTwins: a list in which children are misheard often has no more twins by it, and finds those whose names sound alike.
func TestMistakesAreNoTwins(t *testing.T) {
	var rows [][]string
	given := []rune("子浩宇俊嘉一泽明思博")
	for i := range 150 {
		surname, a := string([]rune("王李张刘陈杨黄赵吴周")[i%10]), string(given[i/10%10])
		birth, phone := fmt.Sprintf("20%02d-%02d-%02d", 8+i%13, 1+i%12, 1+i%27), fmt.Sprintf("138%08d", i*7919)
		address := fmt.Sprintf("人民路%d号%d栋%d", 1+i%97, 1+i%7, 101+i%31*3)
		names := []string{a + "轩", a + "宣"} // right, and by ear
		if i%5 == 0 {
			names[1] = string(given[(i/10+3)%10]) + "轩" // misheard
		}
		for _, name := range names {
			rows = append(rows, []string{surname + name, "男", birth, "", phone, address, ""})
		}
		older := fmt.Sprintf("20%02d-%02d-%02d", 1+i%7, 1+i%11, 1+i%26)
		rows = append(rows, []string{surname + string(given[(i/10+5)%10]) + "磊", "男", older, "", phone, address, ""})
	}
	r := find(t, personFields, rows, 0)
	heard := 0
	for _, p := range r.Pairs {
		if p.A%3 == 0 && p.B == p.A+1 && p.Decision == Link {
			heard++
		}
	}
	if r.scorer.careful || heard != 120 {
		t.Errorf("%d of 120 linked; many twins: %v", heard, r.scorer.careful)
	}
}

// TestMuchWrongIsNoFamily: where names are not Chinese, pairs that share the name but no birth date, or the birth date but no name, are
// not learned to be relatives; those that share neither are.
func TestMuchWrongIsNoFamily(t *testing.T) {
	for given, want := range map[level]bool{nameSame: false, nameOther: true} {
		table, p := kinTable(t, 0.0001)
		strangers := strangers{random: []counted{{pattern{nameOther, nameOther, dateGeneration, addressOther}, 100_000}}}
		found := []counted{{pattern{nameSame, nameSame, dateSame, addressSame}, 1000},
			{pattern{given, nameSame, dateGeneration, addressSame}, 300}, {pattern{nameOther, nameSame, dateSame, addressSame}, 100}}
		for range 5 {
			p = table.round(&p, strangers, found, 1e6)
		}
		if got := p.household > 0; got != want {
			t.Errorf("given names %d: %g of the pairs are relatives", given, p.household)
		}
	}
}

// TestOtherNamesAreApart: two Chinese records with other given names are of two people, also where weights say it already, so that no
// third record without a name makes them one.
func TestOtherNamesAreApart(t *testing.T) {
	rows := family(40)
	r := find(t, personFields, rows, 0)
	others := 0
	for i, row := range rows[1:] {
		name, own := []rune(row[0]), []rune(rows[0][0])
		if name[1] == own[1] || name[2] == own[2] {
			continue
		}
		others++
		if p := r.pairOf(0, int32(i+1)); !p.apart {
			t.Errorf("%s and %s are not apart, at odds %.1f", rows[0][0], row[0], p.Odds)
		}
	}
	if others == 0 {
		t.Error("nobody is called otherwise")
	}
}

// TestAGuardianSaysTheSurnameAgain: of two who are called alike by surname many have guardians who are, so that this tells less of them.
func TestAGuardianSaysTheSurnameAgain(t *testing.T) {
	columns := find(t, personFields, family(400), 0).Model.Columns
	for _, c := range columns {
		if best := c.Levels[0]; c.Role == GuardianName && best.Weight[1] > best.Weight[2]-2 {
			t.Errorf("%s weighs %.1f bits where surnames are the same, %.1f where they are not", best.EN, best.Weight[1], best.Weight[2])
		}
	}
}
