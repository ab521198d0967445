package disclosure

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tablesOf is rows written down as "unit subject area quasi sensitive", one line each.
func tablesOf(tables ...string) ([][]Row, Scan) {
	var all [][]Row
	for _, text := range tables {
		var rows []Row
		for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
			f := strings.Fields(line)
			row := Row{Unit: f[0], Subject: f[1], Areas: widened(f[2]), Quasi: []string{f[3]}}
			if len(f) > 4 {
				row.Sensitive = f[4:]
			}
			rows = append(rows, row)
		}
		all = append(all, rows)
	}
	return all, scanOf(all)
}

func scanOf(all [][]Row) Scan {
	return func(table int, row func(Row) error) error {
		for _, r := range all[table] {
			if err := row(r); err != nil {
				return err
			}
		}
		return nil
	}
}

// assess gives the small classes of each table too.
func assess(rule Rule, of Tables, suppress bool, scan Scan) (*Result, [][]Class, error) {
	small := make([][]Class, of.N)
	of.Scan, of.Small = scan, func(table int, c Class) error {
		small[table] = append(small[table], c)
		return nil
	}
	r, err := Assess(rule, of, suppress)
	return r, small, err
}

// widened cuts an area code of two characters: itself, its first, none.
func widened(code string) []string { return []string{code, code[:1], ""} }

// Six persons in two communities; the seventh row is a second visit. Counted by hand: (a1,f) has two persons, (a1,m) one,
// (a2,f) two rows of one person, (a2,m) two persons with the same answer.
const byHand = `
h1 p1 a1 f yes
h2 p2 a1 f no
h3 p3 a1 m yes
h4 p4 a2 f no
h4 p4 a2 f yes
h5 p5 a2 m no
h6 p6 a2 m no
`

func TestCountedByHand(t *testing.T) {
	_, scan := tablesOf(byHand)
	r, small, err := assess(Rule{2, 2, 100}, Tables{N: 1, Levels: 3}, false, scan)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Tables[0]
	if got.Rows != 7 || got.Classes != 4 || got.Smallest != 1 || got.BelowK != (Count{2, 3}) || got.BelowL[0] != (Count{2, 3}) {
		t.Errorf("%+v", got)
	}
	if s := fmt.Sprint(small[0]); s != "[{[a1 m] 1 1 [1]} {[a2 f] 2 1 [2]} {[a2 m] 2 2 [1]}]" {
		t.Errorf("small classes %s", s)
	}
}

// (a1,m) and (a2,f) are rare, so h3 and h4 go to the whole of a: there (a,m) and (a,f) have one person each, and so on to
// nowhere in particular, where they are one each again, and are blanked.
func TestSuppressedByHand(t *testing.T) {
	_, scan := tablesOf(byHand)
	r, small, err := assess(Rule{2, 1, 100}, Tables{N: 1, Levels: 3}, true, scan)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Tables[0]; got.BelowK.Classes != 0 || fmt.Sprint(got.Generalised) != "[4 0 0 3]" || len(small[0]) != 0 || got.Rows != 7 {
		t.Errorf("%+v", got)
	}
	for unit, blank := range map[string]bool{"h1": false, "h3": true, "h4": true, "h6": false} {
		if r.Blank(unit) != blank {
			t.Errorf("%s blanked: %v", unit, !blank)
		}
	}
	// With another boy and girl elsewhere in a, the larger area is enough.
	_, scan = tablesOf(byHand + "h7 p7 a3 m no\nh8 p8 a3 f no\n")
	if r, _, err = assess(Rule{2, 1, 100}, Tables{N: 1, Levels: 3}, true, scan); err != nil {
		t.Fatal(err)
	}
	if got := r.Tables[0]; fmt.Sprint(got.Generalised) != "[4 5 0 0]" || r.Level("h3") != 1 || r.Level("h7") != 1 || r.Level("h1") != 0 {
		t.Errorf("%+v", got)
	}
}

// A child who is rare in the table of children takes its household along in the table of visits.
func TestTablesRiseTogether(t *testing.T) {
	_, scan := tablesOf("h1 p1 a1 x\nh2 p2 a1 x\nh3 p3 a2 x\nh4 p4 a2 x\n", "h1 c1 a1 f\nh2 c2 a1 m\nh3 c3 a2 f\nh4 c4 a2 m\n")
	r, _, err := assess(Rule{2, 1, 100}, Tables{N: 2, Levels: 3}, true, scan)
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range []string{"h1", "h2", "h3", "h4"} {
		if r.Level(unit) != 1 {
			t.Errorf("%s at level %d", unit, r.Level(unit))
		}
	}
}

func TestTooManyClasses(t *testing.T) {
	_, _, err := assess(Rule{2, 1, 100}, Tables{N: 1, Levels: 1}, false, func(_ int, row func(Row) error) error {
		for i := range 101 {
			if err := row(Row{Areas: []string{""}, Quasi: []string{fmt.Sprint(i)}}); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, ErrTooManyClasses) {
		t.Errorf("error %v", err)
	}
}

// areasOf are the areas of a code. That of a2 is not known, as of a record in no known community: its first area is one of a higher level
// of others. Nothing is known of c.
func areasOf(code string) []string {
	switch {
	case code == "a2":
		return []string{"a", "a", ""}
	case code[0] == 'c':
		return []string{"", "", ""}
	}
	return widened(code)
}

// naive is the rule written down without a thought for memory: it counts sets of strings, from scratch in every round.
type naive struct {
	rule   Rule
	all    [][]Row
	levels map[string]int
}

func (n naive) class(row Row) (string, bool) {
	level := n.levels[row.Unit]
	if level == len(row.Areas) {
		return "", false
	}
	return row.Areas[level] + "|" + strings.Join(row.Quasi, "|"), true
}

func (n naive) small(table int) map[string]bool {
	persons, values := map[string]map[string]bool{}, map[string][]map[string]bool{}
	for _, row := range n.all[table] {
		key, shown := n.class(row)
		if !shown {
			continue
		}
		if persons[key] == nil {
			persons[key] = map[string]bool{}
			for range row.Sensitive {
				values[key] = append(values[key], map[string]bool{})
			}
		}
		persons[key][row.Subject] = true
		for i, v := range row.Sensitive {
			values[key][i][v] = true
		}
	}
	small := map[string]bool{}
	for key := range persons {
		if len(persons[key]) < n.rule.K || slices.ContainsFunc(values[key], func(v map[string]bool) bool { return len(v) < n.rule.L }) {
			small[key] = true
		}
	}
	return small
}

func (n naive) suppress() {
	for {
		next := maps.Clone(n.levels)
		for table := range n.all {
			small := n.small(table)
			for _, row := range n.all[table] {
				if key, shown := n.class(row); shown && small[key] {
					next[row.Unit] = n.levels[row.Unit] + 1
				}
			}
		}
		if maps.Equal(next, n.levels) {
			return
		}
		maps.Copy(n.levels, next)
	}
}

func TestAgreesWithTheNaiveWay(t *testing.T) {
	word := func(t *rapid.T, letters string, n int) string {
		return string(letters[rapid.IntRange(0, n-1).Draw(t, letters)])
	}
	rapid.Check(t, func(t *rapid.T) {
		all := make([][]Row, rapid.IntRange(1, 2).Draw(t, "tables"))
		for i := range all {
			var codes []string
			for range rapid.IntRange(0, 40).Draw(t, "rows") {
				codes = append(codes, word(t, "abc", 3)+word(t, "123", 3))
			}
			for _, code := range slices.Sorted(slices.Values(codes)) { // as an export reads them
				all[i] = append(all[i], Row{
					Unit: word(t, "ghijklmnop", 10), Subject: word(t, "qrstuvwxyz", 10), Areas: areasOf(code),
					Quasi: []string{word(t, "mf", 2)}, Sensitive: []string{word(t, "yn", 2)},
				})
			}
		}
		n := naive{Rule{rapid.IntRange(1, 4).Draw(t, "k"), rapid.IntRange(1, 2).Draw(t, "l"), 100}, all, map[string]int{}}
		suppress := rapid.Bool().Draw(t, "suppress")
		if suppress {
			n.suppress()
		}
		r, told, err := assess(n.rule, Tables{N: len(all), Levels: 3}, suppress, scanOf(all))
		if err != nil {
			t.Fatal(err)
		}
		for i := range all {
			small := n.small(i)
			if suppress && len(small) > 0 {
				t.Fatal("small classes remain")
			}
			if len(told[i]) != len(small) {
				t.Fatalf("%d small classes, the naive way finds %d", len(told[i]), len(small))
			}
			for _, c := range told[i] {
				if !small[strings.Join(c.Values, "|")] {
					t.Fatalf("%v is not small", c)
				}
			}
			for _, row := range all[i] {
				if r.Level(row.Unit) != n.levels[row.Unit] || r.Blank(row.Unit) != (n.levels[row.Unit] == 3) {
					t.Fatalf("unit %s at level %d, the naive way at %d", row.Unit, r.Level(row.Unit), n.levels[row.Unit])
				}
			}
		}
	})
}

// What is held does not grow with the classes of a table, of which there are as many again in each area.
func TestHoldsTheClassesOfAnArea(t *testing.T) {
	held := func(areas int) (objects uint64, classes int64) {
		var m runtime.MemStats
		r, err := Assess(Rule{5, 2, 1 << 19}, Tables{N: 1, Levels: 3, Small: func(int, Class) error { return nil },
			Scan: func(_ int, row func(Row) error) error {
				for a := range areas {
					for i := range 100 {
						code := fmt.Sprintf("a%05d", a)
						if err := row(Row{Unit: "u", Subject: fmt.Sprint(a, i), Areas: []string{code, "a", ""}, Quasi: []string{fmt.Sprint(i)}, Sensitive: []string{"y"}}); err != nil {
							return err
						}
					}
				}
				runtime.GC()
				runtime.ReadMemStats(&m)
				return nil
			}}, false)
		if err != nil {
			t.Fatal(err)
		}
		return m.HeapObjects, r.Tables[0].Classes
	}
	few, _ := held(2)
	many, classes := held(300)
	if classes != 30_000 || many > few+5_000 {
		t.Errorf("%d objects for 200 classes, %d for %d", few, many, classes)
	}
}
