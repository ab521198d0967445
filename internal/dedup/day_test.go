package dedup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/linkage"
)

// TestDays: birth dates come in the order of the list, ages as years of birth, what is neither as it is.
func TestDays(t *testing.T) {
	for _, c := range []struct{ cell, dayFirst, monthFirst string }{
		{"2015-03-12", "2015-03-12", "2015-03-12"}, {"2015/3/12", "2015-03-12", "2015-03-12"}, {"03/12/2015", "03/12/2015", "2015-03-12"}, {"3.12.2015", "3.12.2015", "2015-3-12"},
		{"12 March 2015", "2015-03-12", "2015-03-12"}, {"March 12, 2015", "2015-03-12", "2015-03-12"}, {"12-Mar-2015", "2015-03-12", "2015-03-12"}, {"AUG 2, 2015", "2015-08-02", "2015-08-02"},
		{"2015 Oct 2", "2015-10-02", "2015-10-02"}, {"2Jan2015", "2015-01-02", "2015-01-02"}, {"12 Nowhere 2015", "12 Nowhere 2015", "12 Nowhere 2015"},
		{"11", "2015", "2015"}, {"11岁", "2015", "2015"}, {"11 years", "2015", "2015"}, {"0", "2026", "2026"}, {"120", "1906", "1906"}, {"121", "121", "121"}, {"", "", ""}, {"不详", "不详", "不详"},
	} {
		if got := [2]string{day(c.cell, false, 2026), day(c.cell, true, 2026)}; got != [2]string{c.dayFirst, c.monthFirst} {
			t.Errorf("%s: %q", c.cell, got)
		}
	}
}

// TestMonthFirst: a column has the month first where that makes a date of more of its cells, whatever the others have.
func TestMonthFirst(t *testing.T) {
	for _, c := range []struct {
		want bool
		born []string
	}{
		{true, []string{"12/13/1990"}}, {false, []string{"13/12/1990"}}, {false, []string{"12/12/1990"}}, {false, []string{"13/13/1990"}}, {false, []string{"12/13/1990", "1/2/1990", "13/12/1990"}},
		{true, []string{"12/13/1990", "12/13/1990", "13/1/1990"}}, {false, []string{"12/13/1990", "13/1/1990", "13/12/1990"}}, {false, nil}, {false, []string{"1990-12-13"}},
		{true, []string{"1/31/1990"}},
	} {
		path := filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte("other,born\n1/31/1990,"+strings.Join(c.born, "\n1/31/1990,")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		l := &list{fields: []linkage.Field{{Role: linkage.Exact, Column: "other"}, {Role: linkage.BirthDate, Column: "born"}}}
		order, err := l.monthFirst(source{file: path, columns: []string{"other", "born"}})
		if err != nil || order[1] != c.want || order[0] {
			t.Errorf("%q: %v %v", c.born, order, err)
		}
	}
}

// TestColumnsThatAreNamed: an id that is named counts before a usual one, and a year that is compared is none in which ages are told.
func TestColumnsThatAreNamed(t *testing.T) {
	file, none := filepath.Join(t.TempDir(), "list.csv"), filepath.Join(t.TempDir(), "none.csv")
	if err := os.WriteFile(file, []byte("id,key,姓名,age,year\n1,2,甲,3,2026\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	name, year := linkage.Field{Role: linkage.FullName, Column: "姓名"}, linkage.Field{Role: linkage.Exact, Column: "YEAR"}
	for _, c := range []struct {
		o            Options
		file         string
		fields       int
		id, year     string
		cannotBeRead bool
	}{
		{Options{}, file, 2, "id", "year", false}, {Options{ID: "key"}, file, 2, "key", "year", false}, {Options{Fields: []linkage.Field{name}}, file, 1, "id", "year", false},
		{Options{Fields: []linkage.Field{name, year}, ID: "key"}, file, 2, "key", "", false}, {Options{ID: "key"}, none, 0, "key", "", true},
		{Options{Fields: []linkage.Field{name}}, none, 1, "", "", true}, {Options{Fields: []linkage.Field{name}, ID: "key"}, none, 1, "key", "", false},
	} {
		found, err := c.o.columnsOf(c.file)
		if len(found.fields) != c.fields || found.id != c.id || found.year != c.year || (err != nil) != c.cannotBeRead {
			t.Errorf("%+v: %+v %v", c.o, found, err)
		}
	}
}
