package dataset_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
)

func (o *office) command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	c := dataset.Command(o.TestApp, func() *instrument.Library { return o.Doorstep.Library })
	var out bytes.Buffer
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&out)
	c.SilenceUsage = true
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestCommand(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	dir := filepath.Join(t.TempDir(), "out")
	printed, err := o.command(t, "sample", "-o", dir, "--identified", "--labels", "en", "--states", "approved,edited", "--campaign", "campaign-1")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(printed, "sample_visits.csv: 1 ") {
		t.Errorf("printed %q", printed)
	}
	content, err := os.ReadFile(filepath.Join(dir, "sample_visits.csv"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, readCSV(t, string(content))[0], map[string]string{"elder_name": "姓名金丝雀", "lift": "Yes"})
	if entries, _ := os.ReadDir(dir); len(entries) != 8 {
		t.Errorf("%d files", len(entries))
	}
	if detail := o.audited(t, "operator"); !strings.Contains(detail, `"identified":true`) || !strings.Contains(detail, `"territory":null`) {
		t.Errorf("audit trail: %s", detail)
	}
}

func TestCommandRefuses(t *testing.T) {
	o := newOffice(t)
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"unknown form", []string{"nowhere", "-o", "DIR"}, "child_visit, elderly_baseline, sample"},
		{"unknown format", []string{"sample", "-o", "DIR", "--format", "dta"}, "csv, xlsx"},
		{"unknown labels", []string{"sample", "-o", "DIR", "--labels", "de"}, "zh, en"},
		{"unknown state", []string{"sample", "-o", "DIR", "--states", "done"}, "has_issues, returned"},
		{"unknown campaign", []string{"sample", "-o", "DIR", "--campaign", "campaign-3"}, "campaign-1, campaign-2"},
		{"no folder", []string{"sample"}, "out"},
		{"a file in the folder's place", []string{"sample", "-o", "DIR/file"}, "file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for i := range tt.args {
				tt.args[i] = strings.Replace(tt.args[i], "DIR", dir, 1)
			}
			if _, err := o.command(t, tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 1 {
				t.Errorf("%d files left behind", len(entries)-1)
			}
		})
	}
}

// orders are the sequences of children in DDI-Codebook 2.5, of the elements that the export uses.
var orders = map[string][]string{
	"codeBook": {"docDscr", "stdyDscr", "fileDscr", "dataDscr"},
	"citation": {"titlStmt", "prodStmt", "verStmt"},
	"titlStmt": {"titl", "parTitl", "IDNo"},
	"stdyDscr": {"citation", "stdyInfo", "method", "notes"},
	"fileTxt":  {"fileName", "dimensns", "fileType", "dataMsng"},
	"dimensns": {"caseQnty", "varQnty"},
	"var":      {"labl", "security", "qstn", "universe", "txt", "catgry", "varFormat"},
	"catgry":   {"catValu", "labl"},
}

func TestDDI(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	ids, files := map[string]bool{}, map[string]int{}
	type open struct {
		name  string
		place int
	}
	var stack []open
	dec := xml.NewDecoder(bytes.NewReader(out["codebook.xml"].Bytes()))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch el := token.(type) {
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.StartElement:
			if el.Name.Space != "ddi:codebook:2_5" {
				t.Fatalf("%s is in the namespace %q", el.Name.Local, el.Name.Space)
			}
			if len(stack) > 0 {
				parent := &stack[len(stack)-1]
				if order, ok := orders[parent.name]; ok {
					place := slices.Index(order, el.Name.Local)
					if place < parent.place {
						t.Errorf("%s stands at a wrong place in %s", el.Name.Local, parent.name)
					}
					parent.place = place
				}
			}
			stack = append(stack, open{name: el.Name.Local})
			for _, a := range el.Attr {
				switch a.Name.Local {
				case "ID":
					if ids[a.Value] {
						t.Errorf("the ID %s stands twice", a.Value)
					}
					ids[a.Value] = true
				case "files":
					files[a.Value]++
				}
			}
		}
	}
	for id, n := range files {
		if !ids[id] || n == 0 {
			t.Errorf("variables belong to a file %s that is not described", id)
		}
	}
	if len(files) != 4 {
		t.Errorf("%d files have variables, want 4", len(files))
	}
	var book struct {
		Vars []struct {
			Name      string   `xml:"name,attr"`
			Labels    []string `xml:"labl"`
			Questions []string `xml:"qstn>qstnLit"`
		} `xml:"dataDscr>var"`
	}
	if err := xml.Unmarshal(out["codebook.xml"].Bytes(), &book); err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, v := range book.Vars {
		if asked[v.Name] = len(v.Questions) > 0; asked[v.Name] && !slices.Equal(v.Questions, v.Labels) {
			t.Errorf("%+v", v)
		}
	}
	for name, want := range map[string]bool{"form_version": false, "received_at": false, "area/city": false, "crop": true, "needs/bath": true} {
		if is, described := asked[name]; is != want || !described {
			t.Errorf("%s is described %v, asked %v", name, described, is)
		}
	}
}
