package hooks_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
	"doorstep/internal/xform"
	"doorstep/internal/xmltree"
)

const engineFolder = "../tools/collect-engine"

// A program that others wrote loads the form from the running server, fills it in and submits it.
func TestODKEngineSubmits_needsNpmCiOfItsFolder(t *testing.T) {
	if _, err := os.Stat(filepath.Join(engineFolder, "node_modules", "@getodk", "xforms-engine")); err != nil {
		t.Skip("ODK's engine is not installed: npm ci --prefix tools/collect-engine")
	}
	app, phone, tablet, _ := odkStage(t)
	push(t, tablet, operation(1, "0190a000-0000-7000-8000-000000000001", visitAt("示例路 1 号")))
	answers := `{
		"/data/visit/contact_method": "household_visit", "/data/visit/attempt": "2", "/data/visit/outcome": "1.2", "/data/visit/consent": "oral",
		"/data/visit/location": "` + testapp.Inside(gridB) + `", "/data/household/address": "示例路 7 号 <乙> & 701", "/data/household/residents": "4",
		"/data/household/children_count": "2", "/data/household/income_source": "none", "/data/children": 2,
		"/data/children[1]/child_basic/child_name": "王小明", "/data/children[1]/child_basic/child_sex": "male", "/data/children[1]/child_basic/child_birth_date": "2015-03-01",
		"/data/children[2]/child_basic/child_name": "王小红", "/data/children[2]/child_basic/child_sex": "female", "/data/children[2]/child_basic/child_birth_date": "2018-06-01"
	}`
	file := filepath.Join(t.TempDir(), "answers.json")
	if err := os.WriteFile(file, []byte(answers), 0o600); err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	run := exec.CommandContext(t.Context(), "node", "submit.mjs", phone.Base, "child_visit", file)
	run.Dir, run.Stderr = engineFolder, &complaints
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, complaints.Bytes())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	var said struct {
		Status  int
		Message string
		XML     string
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &said); err != nil || said.Status != http.StatusCreated || !strings.HasPrefix(said.Message, "已保存") {
		t.Fatalf("%v: %s", err, out)
	}
	sent, err := xmltree.ParseXML(strings.NewReader(said.XML), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	inst, err := xform.ParseSubmission(sent)
	if err != nil {
		t.Fatal(err)
	}
	in, ok := app.Doorstep.Library.Get("child_visit", inst.Version)
	if !ok {
		t.Fatalf("no version %q", inst.Version)
	}
	rec, stored, found, err := in.Layout.Find(collections.Read(app), inst.ID)
	if err != nil || !found || rec.Area != gridB {
		t.Fatalf("record %s: %v %v %+v", inst.ID, found, err, rec)
	}
	compared := same(t, "", in.Form.Root, inst.Root, stored)
	if compared < 25 {
		t.Errorf("only %d answers to compare", compared)
	}
	t.Logf("%d answers of ODK's engine are stored as they were filled in", compared)
}

// same compares the answers of two instances and counts those that are there.
func same(t *testing.T, path string, q *survey.Question, sent, stored *survey.Node) (compared int) {
	t.Helper()
	for _, c := range q.Children {
		mine, theirs := named(sent, c.Name), named(stored, c.Name)
		if c.Kind == survey.KindRepeat && len(mine) != len(theirs) {
			t.Errorf("%s/%s: %d rounds sent, %d stored", path, c.Name, len(mine), len(theirs))
		}
		for i, n := range mine {
			switch c.Kind {
			case survey.KindGroup, survey.KindRepeat:
				if i < len(theirs) {
					compared += same(t, path+"/"+c.Name, c, n, theirs[i])
				}
			case survey.KindNote, survey.KindNone:
			default:
				got := ""
				if i < len(theirs) {
					got = theirs[i].Value()
				}
				want := n.Value()
				if c.Kind == survey.KindGeopoint {
					p, _ := collections.ParseGeopoint(want) // the engine writes 5.0 where the column holds 5
					want = p.String()
				}
				if got != want {
					t.Errorf("%s/%s: sent %q, stored %q", path, c.Name, want, got)
				} else if got != "" {
					compared++
				}
			}
		}
	}
	return compared
}

func named(n *survey.Node, name string) []*survey.Node {
	var found []*survey.Node
	for _, c := range n.Children {
		if c.Kind == survey.Element && c.Name == name {
			found = append(found, c)
		}
	}
	return found
}
