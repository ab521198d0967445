package linkage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
)

// TestColumnsOfTables writes down what records are compared by and what each column depends on, in lists with one column and with others, of
// Chinese names and of others.
func TestColumnsOfTables(t *testing.T) {
	var out strings.Builder
	for _, roles := range []string{"name", "given_name", "surname", "name given_name", "name surname", "name given_name surname", "surname given_name sex birth_date", "name sex birth_date id_number",
		"guardian_name", "name guardian_name", "surname guardian_name", "given_name guardian_name birth_date", "house_code address area", "address address street_number postcode place area",
		"area house_code", "phone address phone", "exact exact", "given_name given_name birth_date birth_date", ""} {
		for _, names := range []string{"李小明 王大力 王大力", "john peter peter"} {
			var fields []Field
			for i, role := range strings.Fields(roles) {
				fields = append(fields, Field{Role(role), fmt.Sprint("column ", i)})
			}
			table, err := NewTable(fields)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range strings.Fields(names) { // the last one again
				table.Add(slices.Repeat([]string{name}, len(fields)))
			}
			table.count()
			fmt.Fprintf(&out, "%s: Chinese %v, households %v\n", roles, table.han, table.households())
			for _, f := range table.aspects {
				fmt.Fprintf(&out, "  %s %s, cell %d, depends on %v up to %d; %d values\n", f.role, f.column, f.cell, f.parents, f.within, len(f.values)-1)
			}
		}
	}
	for _, n := range []int{MostFields, maxAspects + 1} {
		_, err := NewTable(make([]Field, n)) // of no role
		_, full := NewTable(fieldsOf(n))
		fmt.Fprintf(&out, "%d columns: %v, %v\n", n, err, full)
	}
	corpora.Golden(t, "testdata/tables.txt", out.String())
}

func fieldsOf(n int) (all []Field) {
	for range n {
		all = append(all, Field{Exact, "x"})
	}
	return all
}

// TestExchangedColumns finds what stands in the other column of a record: given name and surname, or two lines of an address, one of which may be
// empty.
func TestExchangedColumns(t *testing.T) {
	for _, c := range []struct {
		a, b [4]string
		want [4]level
	}{
		{[4]string{"john", "ashton"}, [4]string{"ashton", "john"}, [4]level{nameSwapped, nameSwapped}},
		{[4]string{"john", "ashton"}, [4]string{"ashton", "jon"}, [4]level{nameSwapped, nameSwapped}},
		{[4]string{"john", "ashton"}, [4]string{"ashton", "peter"}, [4]level{nameOther, nameOther}},
		{[4]string{"john", "ashton"}, [4]string{"aston", "jon"}, [4]level{nameOther, nameOther}},
		{[4]string{"john", "ashton"}, [4]string{"john", "john"}, [4]level{nameSame, nameOther}},
		{[4]string{2: "wallaby street", 3: "pridham house"}, [4]string{2: "pridham house", 3: "wallaby street"}, [4]level{2: addressNear, 3: addressNear}},
		{[4]string{2: "wallaby street", 3: "pridham house"}, [4]string{2: "pridham house", 3: "walaby street"}, [4]level{2: addressNear, 3: addressNear}},
		{[4]string{2: "wallaby street", 3: "pridham house"}, [4]string{2: "pridham house", 3: "mckillop circuit"}, [4]level{2: addressOther, 3: addressOther}},
		{[4]string{2: "wallaby street", 3: "pridham house"}, [4]string{2: "pridham house"}, [4]level{2: addressOther}},
	} {
		table, err := NewTable([]Field{{GivenName, "given"}, {Surname, "surname"}, {Address, "one"}, {Address, "two"}})
		if err != nil {
			t.Fatal(err)
		}
		table.Add(c.a[:])
		table.Add(c.b[:])
		table.count()
		for side := range int32(2) {
			if got := table.pair(side, 1-side); [4]level(got[:4]) != c.want {
				t.Errorf("%q and %q: %v, want %v", c.a, c.b, got[:4], c.want)
			}
		}
	}
}

// TestNamesakesAreOfBothLists: pairs of one name that are drawn at random are of two records, of two lists one from each.
func TestNamesakesAreOfBothLists(t *testing.T) {
	for between, least := range map[int]float64{0: 0.9 * namesakePairs, 750: namesakePairs} {
		table, err := NewTable([]Field{{FullName, "name"}, {Exact, "list"}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1500 {
			if i == between && i > 0 {
				table.Between()
			}
			table.Add([]string{string([]rune("王李张")[i%3]) + string([]rune("明明鸣红兰")[i%5]), fmt.Sprint("list ", i/750)})
		}
		table.count()
		n, given, list := 0.0, table.aspectOf(GivenName), table.aspectOf(Exact)
		for _, c := range table.namesakePatterns(1) {
			n += c.n
			if c.p[given] > nameSounds || between > 0 && c.p[list] != sameOther {
				t.Errorf("lists from %d on: %v of the pattern %v", between, c.n, c.p)
			}
		}
		if n < least || n > namesakePairs {
			t.Errorf("lists from %d on: %v pairs", between, n)
		}
	}
}

// TestCanonicalOrder: records come in an order of their own, whichever they came in, those of the first of two lists first.
func TestCanonicalOrder(t *testing.T) {
	for _, between := range []int{0, 30} {
		var said [2][]string
		for way := range said {
			table, err := NewTable(personFields)
			if err != nil {
				t.Fatal(err)
			}
			rows := family(20)
			if way == 1 {
				slices.Reverse(rows[:between])
				slices.Reverse(rows[between:])
			}
			for i, row := range rows {
				if i == between && i > 0 {
					table.Between()
				}
				table.Add(row)
			}
			for i, record := range table.canonical() {
				if (i < between) != (int(record) < between) {
					t.Errorf("record %d of the other list comes at %d", record, i)
				}
				said[way] = append(said[way], strings.Join(rows[record], " "))
			}
		}
		if !slices.Equal(said[0], said[1]) {
			t.Errorf("lists from %d on: the order hangs on how the records came", between)
		}
	}
}
