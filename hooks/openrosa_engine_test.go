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
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	push(t, tablet, operation(1, "0190a000-0000-7000-8000-000000000001", visitAt("示例路 1 号")))
	inst, rec, stored := engineSubmits(t, app, phone, `{
		"/data/visit/contact_method": "household_visit", "/data/visit/outcome": "1.2", "/data/visit/consent": "oral",
		"/data/visit/location": "`+testapp.Inside(gridB)+`", "/data/household/address": "示例路 7 号 <乙> & 701", "/data/household/residents": "4",
		"/data/household/children_count": "2", "/data/children": 2,
		"/data/children[1]/child_basic/child_name": "王小明", "/data/children[1]/child_basic/child_sex": "male", "/data/children[1]/child_basic/child_birth_date": "2015-03-01",
		"/data/children[2]/child_basic/child_name": "王小红", "/data/children[2]/child_basic/child_sex": "female", "/data/children[2]/child_basic/child_birth_date": "2018-06-01"
	}`)
	if rec.Area != gridB {
		t.Errorf("area %s", rec.Area)
	}
	in, _ := app.Doorstep.Library.Get("child_visit", inst.Version)
	compared := same(t, "", in.Form.Root, inst.Root, stored)
	if compared < 25 {
		t.Errorf("only %d answers to compare", compared)
	}
	t.Logf("%d answers of ODK's engine are stored as they were filled in", compared)
}

// A worker chooses a household and a child of the lists: what is known of them is filled in, and they are changed, not
// made a second time.
func TestODKEngineChoosesAKnownHousehold_needsNpmCiOfItsFolder(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	known := push(t, tablet, operation(1, "0190a000-0000-7000-8000-000000000001", visitAt("示例路 1 号")))[0]
	_, _, stored := engineSubmits(t, app, phone, `{
		"/data/visit/contact_method": "household_visit", "/data/visit/outcome": "1.1", "/data/visit/consent": "oral",
		"/data/visit/location": "`+testapp.Inside(gridA)+`", "/data/household/household_listed": "listed", "/data/household/household_id": "`+known.Household+`",
		"/data/household/residents": "7", "/data/household/children_count": "1", "/data/children": 1,
		"/data/children[1]/person_id": "`+known.Persons[0]+`", "/data/children[1]/child_basic/child_phone": "13800000003"
	}`)
	for path, want := range map[string]string{"visit/attempt": "2", "household/address": "示例路 1 号", "children/child_basic/child_name": "王小明", "children/child_basic/child_id_number": number1} {
		at := stored
		for _, name := range strings.Split(path, "/") {
			if at != nil {
				at = at.Child(name)
			}
		}
		if at == nil || at.Value() != want {
			t.Errorf("%s is not filled in from the lists: %v", path, at)
		}
	}
	rowCount(t, app, map[string]int64{"households": 1, "persons": 1, "child_visits": 2})
	if household := app.Find(t, "households", known.Household); household.GetInt("residents") != 7 || household.GetString("address") != "示例路 1 号" {
		t.Errorf("household %v", household)
	}
	if child := app.Find(t, "persons", known.Persons[0]); child.GetString("phone") != "13800000003" || child.GetString("name") != "王小明" {
		t.Errorf("child %v", child)
	}
}

// engineSubmits lets ODK's engine fill in answers by path, and returns what it sent and what became of it.
func engineSubmits(t *testing.T, app *testapp.App, phone *collect, answers string) (*survey.Instance, *collections.Record, *survey.Node) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(engineFolder, "node_modules", "@getodk", "xforms-engine")); err != nil {
		t.Skip("ODK's engine is not installed: npm ci --prefix tools/collect-engine")
	}
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
	if err != nil || !found {
		t.Fatalf("record %s: %v %v %+v", inst.ID, found, err, rec)
	}
	return inst, rec, stored
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
