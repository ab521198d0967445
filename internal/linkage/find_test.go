package linkage

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var personFields = []Field{{FullName, "name"}, {Sex, "sex"}, {BirthDate, "birth"}, {IDNumber, "number"}, {Phone, "phone"}, {Address, "address"}, {GuardianName, "guardian"}}

// family makes three rows for each of so many families: a child, the same child as someone else wrote it down, and a twin.
func family(n int) (rows [][]string) {
	r := rand.New(rand.NewPCG(5, 5))
	one := func(list string) string { all := []rune(list); return string(all[r.IntN(len(all))]) }
	const last = "涵强晨涛轩杰然峰磊鑫"
	for range n {
		surname, a, b := one("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"), one("子浩宇俊嘉一泽明思博"), one(last)
		twin := one(strings.Replace(last, b, "", 1))
		birth, address := fmt.Sprintf("%d-%02d-%02d", 2008+r.IntN(14), 1+r.IntN(12), 1+r.IntN(28)), fmt.Sprintf("人民路%d号%d栋%d", 1+r.IntN(97), 1+r.IntN(7), 101+r.IntN(31)*3)
		phone, guardian := fmt.Sprintf("138%08d", r.IntN(100000000)), surname+one("建国志文明德")+one("国华明军平生")
		rows = append(rows, []string{surname + a + b, "男", birth, "", phone, address, guardian},
			[]string{surname + a + b, "男", birth, "", "", address, guardian},
			[]string{surname + a + twin, "男", birth, "", phone, address, guardian})
	}
	return rows
}

func find(t testing.TB, fields []Field, rows [][]string, between int) *Result {
	t.Helper()
	table, err := NewTable(fields)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if i == between && i > 0 {
			table.Between()
		}
		table.Add(row)
	}
	r, err := Find(context.Background(), table, Options{Seed: 7, Limits: DefaultLimits(), Now: time.Unix(0, 0), Show: func(string, int, int) {}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTwinsAreNotMerged: in a list of twins nothing but a number links somebody whose twin has nearly the same name; a person looks.
func TestTwinsAreNotMerged(t *testing.T) {
	rows := family(120)
	r := find(t, personFields, rows, 0)
	asked := 0
	for _, p := range r.Pairs {
		switch {
		case p.Probability >= ReviewFrom && p.A/3 == p.B/3 && p.B%3 == 2:
			t.Errorf("%v and %v: %.3f", rows[p.A], rows[p.B], p.Probability)
		case p.A%3 == 0 && p.B == p.A+1 && p.Held && p.Decision == Review:
			asked++
		}
	}
	if asked != 120 {
		t.Errorf("%d of 120 asked about", asked)
	}
	for i := 0; i < len(rows); i += 3 {
		if r.Cluster[i] == r.Cluster[i+2] {
			t.Errorf("clusters %v of %v", r.Cluster[i:i+3], rows[i])
		}
	}
}

// TestATwinWithoutANameIsNotMerged: in a list of twins a record without a name may be of either.
func TestATwinWithoutANameIsNotMerged(t *testing.T) {
	rows := family(120)
	for i := 2; i < len(rows); i += 9 {
		rows[i][0] = ""
	}
	for _, p := range find(t, personFields, rows, 0).Pairs {
		if p.Probability >= ReviewFrom && (rows[p.A][0] == "" || rows[p.B][0] == "") {
			t.Errorf("%v and %v: %.3f", rows[p.A], rows[p.B], p.Probability)
		}
	}
}

// TestANameHeardOtherwiseIsHeld: in a usual list without numbers a child is found again by the same name, also where there is a twin. A name that
// sounds alike may be the twin's, so is a nickname; by a number it is not.
func TestANameHeardOtherwiseIsHeld(t *testing.T) {
	rows := family(120)
	for i, row := range rows {
		if i%3 == 2 && i > 30 {
			row[2] = fmt.Sprintf("%d-%s", 1950+i%40, row[2][5:]) // somebody else's
		}
	}
	heard := []string{"王浩林", "男", "2014-05-06", "", "13812345678", "人民路98号2栋101", "王建国"}
	for _, c := range []struct {
		name, sex, number string
		most, least       float64
	}{
		{"王浩林", "男", "", 1, LinkFrom}, {"王浩临", "男", "", 1, LinkFrom}, {"王浩宁", "男", "", 0.5, 0}, {"小林", "男", "", 0.5, 0},
		{"王浩凛", "女", "", 0.5, 0}, {"王浩宁", "男", "990001201405060014", 1, LinkFrom},
	} {
		one, two := slices.Clone(heard), slices.Clone(heard)
		two[0], two[1], one[3], two[3] = c.name, c.sex, c.number, c.number
		r := find(t, personFields, append(slices.Clone(rows), one, two), 0)
		at := slices.IndexFunc(r.Pairs, func(p Pair) bool { return int(p.A) == len(rows) && int(p.B) == len(rows)+1 })
		if at < 0 {
			t.Errorf("%+v: out of the question", c)
		} else if p := r.Pairs[at]; p.Probability < c.least || p.Probability > c.most || p.Held != (c.most < 1) {
			t.Errorf("%+v: %+v", c, p)
		}
	}
}

// TestTwinsAreHeldByNamesAlone: where nothing is known but names and birth dates, a twin is held for a person.
func TestTwinsAreHeldByNamesAlone(t *testing.T) {
	var rows [][]string
	for _, row := range family(400) {
		rows = append(rows, []string{row[0], row[1], row[2], ""})
	}
	r := find(t, []Field{{FullName, "name"}, {Sex, "sex"}, {BirthDate, "birth"}, {Address, "address"}}, rows, 0)
	linked := 0
	for _, p := range r.Pairs {
		switch twin := p.B%3 == 2; {
		case p.A/3 != p.B/3 || p.Probability < ReviewFrom:
		case twin:
			t.Errorf("%v and %v: %.3f", rows[p.A], rows[p.B], p.Probability)
		default:
			linked++
		}
	}
	if linked != 400 {
		t.Errorf("%d of 400 found", linked)
	}
}

func TestAnswerDependsOnNothingElse(t *testing.T) {
	rows := family(60)
	model := func(r *Result) string {
		r.Model.Passes = nil
		b, err := json.Marshal(r.Model)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := find(t, personFields, rows, 0)
	again := find(t, personFields, rows, 0)
	if model(first) != model(again) || !slices.Equal(first.Pairs, again.Pairs) {
		t.Error("the same records and seed gave another answer")
	}
	turned := slices.Clone(rows)
	slices.Reverse(turned)
	other := find(t, personFields, turned, 0)
	if model(first) != model(other) {
		t.Error("another order of the records gave another model")
	}
	n := int32(len(rows)) - 1
	for _, p := range first.Pairs {
		if !slices.ContainsFunc(other.Pairs, func(q Pair) bool { return q.A == n-p.B && q.B == n-p.A && q.Probability == p.Probability }) {
			t.Errorf("another order lost %v", p)
		}
	}
}

func TestBetweenTwoLists(t *testing.T) {
	rows := family(40)
	var sorted [][]string // the children, then how others wrote them down
	for part := range 2 {
		for i := part; i < len(rows); i += 3 {
			sorted = append(sorted, rows[i])
		}
	}
	r := find(t, personFields, sorted, 40)
	found := 0
	for _, p := range r.Pairs {
		if p.A >= 40 || p.B < 40 {
			t.Errorf("%v is not across", p)
		}
		if p.Probability >= ReviewFrom && p.B == p.A+40 {
			found++
		}
	}
	if found != 40 {
		t.Errorf("%d of 40 found", found)
	}
}

// What clusters say of pairs that no key has found is told of pairs across two lists alone, whatever place they have there.
func TestClustersTellOfPairsAcrossTwoLists(t *testing.T) {
	var rows [][]string
	for part := range 2 {
		for i := part; i < len(family(40)); i += 3 {
			rows = append(rows, family(40)[i])
		}
	}
	for _, pair := range [][2]int32{{0, 1}, {39, 39 + 2}, {39, 40}, {0, 40}, {38, 39}, {40, 41}, {0, 79}} {
		r := find(t, personFields, rows, 40)
		r.Pairs = nil
		c := clusters{r: r, joint: map[[2]int32]float64{pair: 5}, another: make([]float64, largest+1)}
		c.tell()
		if across := pair[0] < 40 && pair[1] >= 40; (len(r.Pairs) == 1) != across {
			t.Errorf("%v: %v", pair, r.Pairs)
		}
	}
}

// TestWeightsFallFromTheBestLevel: nicknames stand beside the levels, not among them.
func TestWeightsFallFromTheBestLevel(t *testing.T) {
	for _, c := range find(t, personFields, family(100), 0).Model.Columns {
		for class := range 3 {
			for l := 1; l < len(c.Levels); l++ {
				if c.Levels[l].EN != "perhaps a nickname" && c.Levels[l].Weight[class] > c.Levels[l-1].Weight[class]+1e-9 && c.Levels[l-1].EN != "perhaps a nickname" {
					t.Errorf("%s, %s weighs more than %s", c.Column, c.Levels[l].EN, c.Levels[l-1].EN)
				}
			}
		}
	}
}

// TestComparisonIsSymmetric compares anything with anything.
func TestComparisonIsSymmetric(t *testing.T) {
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z]{1,9}( [a-z]{1,9})?`), rapid.StringMatching(`[0-9]{1,4}-?[0-9]{1,2}-?[0-9]{1,2}`),
		rapid.StringOfN(rapid.RuneFrom([]rune("王李张单曾子梓涵晗阿小·路号栋12")), 1, 6, -1))
	symmetric := func(t rapid.TB, a, b string) {
		for _, tr := range traits() {
			x, y := tr.parse(r, a), tr.parse(r, b)
			l := tr.compare(&x, &y)
			if back := tr.compare(&y, &x); back != l {
				t.Errorf("%s: %q and %q: %d one way, %d the other", tr.role, a, b, l, back)
			}
			if int(l) >= len(*tr.scale) || l == missing && x.text != "" && y.text != "" {
				t.Errorf("%s: %q and %q: level %d", tr.role, a, b, l)
			}
			if same := tr.compare(&x, &x); x.text != "" && same != 1 {
				t.Errorf("%s: %q and itself: %d", tr.role, a, same)
			}
		}
	}
	for _, pair := range [][2]string{{"000", "号2"}, {"000001", "00010"}, {"A-A", "A-B"}, {"", "\u0300.㐀"}} {
		symmetric(t, pair[0], pair[1])
	}
	rapid.Check(t, func(t *rapid.T) { symmetric(t, cell.Draw(t, "a"), cell.Draw(t, "b")) })
}

func TestEdits(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abcd", 1}, {"kitten", "sitting", 3}, {"a", "xyz", 3}, {"1804974", "1840974", 1}} {
		if got := edits(tt.a, tt.b, 3); got != tt.want {
			t.Errorf("edits(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	for _, tt := range []struct {
		a, b string
		want float64
	}{{"martha", "marhta", 0.961}, {"dixon", "dicksonx", 0.813}, {"abc", "xyz", 0}} {
		if got := winkler(tt.a, tt.b); got < tt.want-0.001 || got > tt.want+0.001 {
			t.Errorf("winkler(%q, %q) = %.3f, want %.3f", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestManyRecordsOfAPerson: people who are in the list eight times, with names and days wrong in one record of five. What
// many share, such as a first name, must not be learned to be one person's.
func TestManyRecordsOfAPerson(t *testing.T) {
	for _, people := range []int{50, 300} { // every pair is compared, and candidates are
		manyRecords(t, people)
	}
}

func manyRecords(t *testing.T, people int) {
	t.Helper()
	r := rand.New(rand.NewPCG(9, 9))
	one := func(list string) string { all := strings.Fields(list); return all[r.IntN(len(all))] }
	const first, last, towns = "thomas william john james robert george henry charles mary anne", "ashton bradford clifton dunham edley fairwood garfield halton kenham langley", "ashbury norchester penmouth radpool stanbury"
	var rows [][]string
	var who []int
	for person := range people {
		truth := []string{one(first), one(last) + one("ton son by field"), fmt.Sprintf("%d-%02d-%02d", 1700+r.IntN(250), 1+r.IntN(12), 1+r.IntN(28)), one(towns), one("painter lawyer priest")}
		for range 8 {
			row := slices.Clone(truth)
			for i, other := range []string{one(first), one(last), truth[2][:4] + "-01-01", one(towns), ""} {
				if r.IntN(5) == 0 {
					row[i] = other
				}
			}
			rows, who = append(rows, row), append(who, person)
		}
	}
	right, wrong := 0, 0
	for _, p := range find(t, []Field{{GivenName, "first"}, {Surname, "last"}, {BirthDate, "born"}, {Place, "town"}, {Exact, "occupation"}}, rows, 0).Pairs {
		switch {
		case p.Probability < ReviewFrom:
		case who[p.A] == who[p.B]:
			right++
		default:
			wrong++
		}
	}
	if all := people * 28; right < all*9/10 || wrong > all/10 { // some share a name and a year by chance
		t.Errorf("%d of %d found, %d wrong", right, all, wrong)
	}
}

// A nickname by itself is looked at by a person, however likely, also where the odds stay below their bound; other records of the
// person may link it.
func TestNicknameIsNeverLinkedByItself(t *testing.T) {
	for _, c := range []struct {
		pair Pair
		want Decision
	}{
		{Pair{Odds: 3, Nickname: true}, Review}, {Pair{Odds: nicknameAtHome, Nickname: true}, Review}, {Pair{Odds: 5, Nickname: true}, Link},
		{Pair{Odds: 3}, Link}, {Pair{Odds: 1, Nickname: true}, Review},
	} {
		if c.pair.decide(); c.pair.Decision != c.want {
			t.Errorf("odds %v, nickname %v: %s", c.pair.Odds, c.pair.Nickname, c.pair.Decision)
		}
	}
}
