package dedup_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"doorstep/internal/dedup"
	"doorstep/internal/linkage"
)

// people makes rows of a list: everyone once, one in four again with the name typed by ear.
func people(n int) (rows [][]string) {
	r := rand.New(rand.NewPCG(3, 3))
	one := func(list string) string { all := []rune(list); return string(all[r.IntN(len(all))]) }
	for i := range n {
		name := one("王李张刘陈杨黄赵吴周") + one("子浩宇俊嘉一泽明思博") + one("涵强晨涛轩杰然峰磊鑫")
		birth := fmt.Sprintf("%d-%02d-%02d", 2008+r.IntN(14), 1+r.IntN(12), 1+r.IntN(28))
		address := fmt.Sprintf("人民路%d号%d栋%d", 1+r.IntN(97), 1+r.IntN(7), 101+r.IntN(31)*3)
		rows = append(rows, []string{fmt.Sprint("k", i), name, birth, fmt.Sprintf("138%08d", r.IntN(100000000)), address})
		if i%4 == 0 {
			rows = append(rows, []string{fmt.Sprint("k", i, "b"), strings.NewReplacer("涵", "晗", "杰", "洁", "子", "梓").Replace(name), birth, "", address})
		}
	}
	return rows
}

var head = []string{"编号", "姓名", "出生日期", "联系电话", "住址"}

func write(t *testing.T, rows [][]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := csv.NewWriter(f).WriteAll(append([][]string{head}, rows...)); err != nil {
		t.Fatal(err)
	}
	return path
}

func options(files ...string) dedup.Options {
	return dedup.Options{Files: files, Seed: 1, Least: 0.5, Now: time.Unix(0, 0), Show: func(string, int, int) {}}
}

func run(t *testing.T, o dedup.Options) (out string, pairs [][]string) {
	t.Helper()
	o.Out = filepath.Join(t.TempDir(), "out")
	found, err := dedup.Find(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := found.Write(o); err != nil {
		t.Fatal(err)
	}
	return o.Out, table(t, filepath.Join(o.Out, "pairs.csv"))
}

func table(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWithinOneList(t *testing.T) {
	rows := people(200)
	out, pairs := run(t, options(write(t, rows)))
	if got := strings.Join(pairs[0], ","); got != "a,b,weight,probability,decision,given name,surname,出生日期,联系电话,住址,household,through" {
		t.Errorf("header %s", got)
	}
	right := 0
	for _, p := range pairs[1:] {
		if p[0]+"b" != p[1] && p[1]+"b" != p[0] {
			t.Errorf("wrong pair %v", p)
		}
		if p[4] == "link" {
			right++
		}
	}
	if right < 48 { // of 50
		t.Errorf("%d of 50 linked", right)
	}
	clusters := table(t, filepath.Join(out, "clusters.csv"))
	if len(clusters) != len(rows)+1 {
		t.Errorf("%d records in clusters, %d in the list", len(clusters)-1, len(rows))
	}
}

// TestFolderHoldsNoPersonalData looks for names, days and phones in all that is written; evidence is levels and weights.
func TestFolderHoldsNoPersonalData(t *testing.T) {
	rows := people(120)
	out, _ := run(t, options(write(t, rows)))
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v %v", info.Mode(), err)
	}
	for _, name := range dedup.Files {
		path := filepath.Join(out, name)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row[1:] {
				if cell != "" && strings.Contains(string(content), cell) {
					t.Fatalf("%s holds a cell of the list", name)
				}
			}
		}
	}
}

// TestMistakesAreToldFirst: before the hours of learning, and with words that the list or the command line has.
func TestMistakesAreToldFirst(t *testing.T) {
	rows := people(40)
	taken := options(write(t, rows))
	taken.Out = taken.Files[0]
	twice := options(write(t, append(people(40), rows[7])))
	other := options(write(t, rows))
	other.Fields = []linkage.Field{{Role: linkage.FullName, Column: "姓名"}, {Role: linkage.Phone, Column: "mobile"}}
	for what, c := range map[string]struct {
		o    dedup.Options
		says string
	}{
		"a file where the folder goes": {taken, "not a directory"},
		"one id for two records":       {twice, `"` + rows[7][0] + `" is there twice`},
		"a column that is not there":   {other, "A column is missing: mobile"},
	} {
		c.o.Show = func(step string, _, _ int) { t.Errorf("%s: %s had begun", what, step) }
		if _, err := dedup.Find(t.Context(), c.o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	both := options(write(t, rows), write(t, rows)) // two lists may number alike
	if _, err := dedup.Find(t.Context(), both); err != nil {
		t.Error(err)
	}
}

func TestBetweenTwoFiles(t *testing.T) {
	var first, second [][]string
	for _, row := range people(200) {
		if strings.HasSuffix(row[0], "b") {
			second = append(second, row)
		} else {
			first = append(first, row)
		}
	}
	_, pairs := run(t, options(write(t, first), write(t, second)))
	for _, p := range pairs[1:] {
		if p[1] != p[0]+"b" {
			t.Errorf("pair %v", p[:2])
		}
	}
	if len(pairs) < 49 {
		t.Errorf("%d of 50 found", len(pairs)-1)
	}
}

func TestWorkbookAndNamedColumns(t *testing.T) {
	rows := people(60)
	f := excelize.NewFile()
	for i, row := range append([][]string{{"no", "who", "born", "tel", "where"}}, rows...) {
		cells := make([]any, len(row))
		for k, c := range row {
			cells[k] = c
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "list.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	o := options(path)
	var err error
	if o.Fields, err = dedup.ParseMap("name=who, birth_date=born,address=where,exact:tel"); err != nil {
		t.Fatal(err)
	}
	o.ID = "no"
	if _, pairs := run(t, o); len(pairs) < 15 || !strings.HasPrefix(pairs[1][0], "k") {
		t.Errorf("%d pairs", len(pairs)-1)
	}
}

func TestParseMapRefuses(t *testing.T) {
	for in, want := range map[string]string{"": "FIELD=COLUMN", "who=name2": "who=name2", "name=": "name=", "exact:": "exact:"} {
		if _, err := dedup.ParseMap(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
	}
	fields, err := dedup.ParseMap("dob=birth_date,address=a,address=b,exact:state")
	if err != nil || len(fields) != 4 || fields[0] != (linkage.Field{Role: linkage.BirthDate, Column: "dob"}) || fields[3] != (linkage.Field{Role: linkage.Exact, Column: "state"}) {
		t.Errorf("%v %v", fields, err)
	}
}

func TestErrorsNameNoPerson(t *testing.T) {
	path := write(t, people(3))
	o := options(path)
	o.Fields = []linkage.Field{{Role: linkage.FullName, Column: "nobody"}}
	_, err := dedup.Find(context.Background(), o)
	if err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("%v", err)
	}
	for _, row := range people(3) {
		if strings.Contains(fmt.Sprint(err), row[1]) {
			t.Error("a name in an error")
		}
	}
}

// TestAListWithoutAHeader is told so in a sentence that names the file and what a header looks like, with nothing written.
func TestAListWithoutAHeader(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bare.csv")
	if err := os.WriteFile(file, []byte("张三,男,2015-03-01\n李四,女,2016-04-05\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(file)
	o.Out = filepath.Join(t.TempDir(), "out")
	_, err := dedup.Find(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "bare.csv") || !strings.Contains(err.Error(), "birth_date") || !strings.Contains(err.Error(), "--map") || len(err.Error()) > 500 {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(o.Out); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}
