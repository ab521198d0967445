package linkage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
)

// TestRulesOfPairs writes down what the rules make of pairs in every kind of list, whatever the weights say: how many of all that there may be
// are of each kind, and a hash of which they are.
func TestRulesOfPairs(t *testing.T) {
	table, err := NewTable([]Field{{FullName, "name"}, {Sex, "sex"}, {BirthDate, "born"}, {IDNumber, "number"}})
	if err != nil {
		t.Fatal(err)
	}
	p := table.start()
	var pairs []pattern
	for given := missing; given <= nameOther; given++ {
		for _, born := range []level{missing, dateSame, dateLunar, dateDigit, dateTwoParts, dateOther} {
			for number := missing; number <= numberOneDay; number++ {
				for sex := sameSame; sex <= sameOther; sex++ {
					var pair pattern
					pair[table.aspectOf(GivenName)], pair[table.aspectOf(BirthDate)], pair[table.aspectOf(IDNumber)], pair[table.aspectOf(Sex)] = given, born, number, sex
					pairs = append(pairs, pair)
				}
			}
		}
	}
	kinds, counts := map[string]string{}, ""
	for _, list := range []string{"", "careful", "brothers", "careful brothers", "numbers", "careful numbers", "asked", "alone"} {
		for _, without := range []string{"nothing", "household", "birth", "id", "sex", "given"} {
			for _, near := range []bool{true, false, true, false} {
				s := table.scorer(&p)
				s.house, s.careful, s.brothers = 1e-4, strings.Contains(list, "careful"), strings.Contains(list, "brothers")
				s.numbers, s.asked, s.alone = strings.Contains(list, "numbers"), list == "asked", list == "alone"
				if without == "household" {
					s.house = 0
				} else if column := map[string]*int{"birth": &s.birth, "id": &s.id, "sex": &s.sex, "given": &s.given}[without]; column != nil {
					*column = -1
				}
				if without == "given" && list != "" {
					continue // without names there are no twins to know
				}
				of, all := map[string]int{}, ""
				for i := range pairs {
					kind := fmt.Sprintf("at most %.1f, siblings %v, twins %v", s.most(&pairs[i], near), s.siblings(&pairs[i], near), s.twins(&pairs[i], near))
					if s.given >= 0 {
						kind += fmt.Sprintf(", mistakable %v, of one day %v", s.mistakable(&pairs[i]), s.ofOneDay(&pairs[i], near))
					}
					if kinds[kind] == "" {
						kinds[kind] = string(rune('a' + len(kinds)))
					}
					of[kinds[kind]]++
					all += kinds[kind]
				}
				counts += fmt.Sprintf("%s, without %s, Chinese %v, near %v: %v %08x\n", list, without, table.han, near, of, hash32(all))
				if !near {
					table.han = !table.han
				}
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		counts += kinds[kind] + " " + kind + "\n"
	}
	corpora.Golden(t, "testdata/rules.txt", counts)
}
