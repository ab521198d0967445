package roster

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/tabular"
)

// TestPersonsOfARow holds what a row says of a person, and everything that is wrong with it.
func TestPersonsOfARow(t *testing.T) {
	const number = "990000201503010017"
	for line, want := range map[string]string{
		"王小明,,,,,,": "王小明||||||",
		"王小明,男,2015-03-01,身份证," + number + ",139,子": "王小明|male|2015-03-01|id_card|" + number + "|139|子",
		"王小明,,,," + number + ",,":                   "王小明|male|2015-03-01|id_card|" + number + "||",
		"王小明,m,2015年3月1日,护照,E1,,":                   "王小明|male|2015-03-01|passport|E1||",
		"王小明,1,,无,,,":                               "王小明|male||none|||",
		"王小明,f,,军官证,字1号,,":                          "王小明|female||other|字1号||",
		"王小明,2,,居民身份证,,,":                           "王小明|female||id_card|||",
		"王小明,x,昨天,,,,":                              "王小明||||||; roster.sex sex; roster.birth_date birth_date",
		"王小明,女,2015-03-02,," + number + ",,":        "王小明|male|2015-03-01|id_card|" + number + "||; cn_id.birth_mismatch birth_date; cn_id.sex_mismatch sex",
		"王小明,,,,990000201503010018,,":               "王小明|||id_card|990000201503010018||; cn_id.checksum id_number",
		"王小明,,,护照,4.4E+24,,":                        "王小明|||passport|4.4E+24||; roster.rounded id_number",
		",男,,,,,":                                   "|male|||||; roster.nobody name",
		",,2015-03-01,,,,":                          "||2015-03-01||||; roster.nobody name",
		",,,护照,E1,,":                                "|||passport|E1||; roster.nobody name",
		",,,,,139,子":                                "|||||139|子",
	} {
		list := "name,sex,birth_date,id_type,id_number,phone,relation\n" + line + "\n"
		rows := 0
		_, err := tabular.ReadFrom(tabular.File{Name: "list.csv", In: strings.NewReader(list)}, PersonColumns, func(r tabular.Row) error {
			rows++
			p, wrong := Person(r)
			got := strings.Join([]string{p.Name, p.Sex, p.BirthDate, p.IDType, p.IDNumber, p.Phone, p.Relation}, "|")
			for _, one := range wrong {
				got += "; " + one.Code + " " + one.Column
				if one.ZH == "" || one.EN == "" || one.Row != 2 {
					t.Errorf("%s: %+v", line, one)
				}
			}
			if got != want || p.Source != "import" || p.NameKey != identity.NameKey(p.Name) || p.IDKey != "" && !strings.Contains(want, "id_card|"+p.IDKey) {
				t.Errorf("%s: %s, not %s (%+v)", line, got, want, p)
			}
			return nil
		})
		if err != nil || rows != 1 {
			t.Errorf("%s: %d rows, %v", line, rows, err)
		}
	}
}

// TestRowsOfOneHousehold lie in one area at one address.
func TestRowsOfOneHousehold(t *testing.T) {
	of := func(area, address string) line {
		return line{household: identity.Household{Area: area, AddressKey: address}}
	}
	here := of("9901", "路1")
	if !here.with(here) || here.with(of("9902", "路1")) || here.with(of("9901", "路2")) {
		t.Error("households run together, or apart")
	}
}

// TestWhomAJudgementNames: operators are told of everybody, others of those in their territory, and of a row's person by that row.
func TestWhomAJudgementNames(t *testing.T) {
	manager := access.Actor{Role: access.Manager, Territory: []string{"990101"}}
	n := Imported{}
	n.add("new", 2)
	for _, c := range []struct {
		by   access.Actor
		of   Judged
		want string
	}{
		{manager, Judged{Person: "p", Area: "990101001"}, "p 990101001 0 1"},
		{manager, Judged{Person: "p", Area: "990102001"}, "  0 0"},
		{access.Shell(), Judged{Person: "p", Area: "990102001"}, "p 990102001 0 1"},
		{manager, Judged{Person: "new", Area: "990102001"}, " 990102001 2 1"},
		{manager, Judged{Area: "990102001"}, " 990102001 0 1"},
	} {
		c.of.Evidence = make([]identity.Evidence, 1)
		got := ""
		err := n.tell(Options{Actor: c.by, Each: func(j Judged) error {
			got = fmt.Sprint(j.Person, " ", j.Area, " ", j.Earlier, " ", len(j.Evidence))
			return io.EOF
		}}, c.of)
		if got != c.want || err != io.EOF {
			t.Errorf("%+v to %+v: %q, want %q: %v", c.of, c.by, got, c.want, err)
		}
	}
}

// TestJudgementsInATable holds every cell of a row, with and without what may be lacking.
func TestJudgementsInATable(t *testing.T) {
	var out strings.Builder
	table, err := NewTable(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range []Judged{
		{Row: 2, Band: Look, Earlier: 1, Person: "p", Area: "9901", Rule: "alike", Probability: 0.98765, Weight: -12.34, Differs: []string{"sex", "address"}},
		{Row: 3, Band: Fresh},
	} {
		if err := table.Row(j); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"\ufeffrow,band,earlier_row,person,area,rule,probability,weight,evidence,differs", "2,review,1,p,9901,alike,0.9877,-12.3,,sex address", "3,new,,,,,,,,", ""}
	if got := strings.Split(strings.ReplaceAll(out.String(), "\r", ""), "\n"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
