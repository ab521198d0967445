package hooks_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

func (c *collect) integrity(m media, ids ...string) map[string]bool {
	c.t.Helper()
	var out struct {
		Entities []struct {
			ID      string `xml:"id,attr"`
			Deleted bool   `xml:"deleted"`
		} `xml:"entities>entity"`
	}
	if err := xml.Unmarshal(c.get(m.IntegrityURL+"?id="+strings.Join(ids, ",")).Body, &out); err != nil {
		c.t.Fatal(err)
	}
	states := map[string]bool{}
	for _, e := range out.Entities {
		states[e.ID] = e.Deleted
	}
	return states
}

func TestEntityListsAreTheWorkersOwn(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	server := app.Serve(t)
	elsewhere := app.Client(t, server, app.Worker(t, "F9", "field", "990102")).Register()
	hashes := func() [2]string {
		m := phone.manifest("child_visit")
		if m["households.csv"].Type != "entityList" || m["persons.csv"].Type != "entityList" {
			t.Fatalf("manifest %+v", m)
		}
		return [2]string{m["households.csv"].Hash, m["persons.csv"].Hash}
	}
	empty := hashes()
	far := push(t, elsewhere, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridC), "别处路 1 号", child("李小明", "990000201503010033", "2015-03-01", nil))))[0]
	if hashes() != empty {
		t.Error("what happened elsewhere changed the worker's lists")
	}
	id := uuid.NewString()
	near := push(t, tablet, operation(1, id, visitAt("示例路 1 号, \"甲\" 101")))[0]
	one := hashes()
	if one[0] == empty[0] || one[1] == empty[1] {
		t.Error("a new household and person did not change the lists")
	}
	m := phone.manifest("child_visit")
	households, persons := phone.rows(m["households.csv"]), phone.rows(m["persons.csv"])
	h := households[near.Household]
	if len(households) != 1 || h["label"] != "示例路 1 号, \"甲\" 101" || h["__version"] != "1" || h["area"] != gridA || !strings.HasPrefix(h["geometry"], "22.55 114.005 0 ") {
		t.Errorf("households %v", households)
	}
	if p := persons[near.Persons[0]]; len(persons) != 1 || p["full_name"] != "王小明" || p["household"] != near.Household || p["id_number"] != number1 {
		t.Errorf("persons %v", persons)
	}
	again := operation(2, uuid.NewString(), visitAt("示例路 1 号, \"甲\" 101"))
	push(t, tablet, again)
	visited := hashes()
	if visited[0] == one[0] || visited[1] == one[1] {
		t.Error("another visit, of the household and of the person, did not change the lists")
	}
	change := operation(3, id, visitAt("示例路 1 号, \"甲\" 101"))
	change["base_rev"] = 1
	change["answers"].(map[string]any)["household"].(map[string]any)["head_name"] = "王大明"
	push(t, tablet, change)
	two := hashes()
	if two[0] == visited[0] || two[1] != visited[1] {
		t.Errorf("a changed household: %v → %v", visited, two)
	}
	if v := phone.rows(m["households.csv"])[near.Household]["__version"]; v != "3" {
		t.Errorf("__version %s", v)
	}
	ids := []string{near.Household, far.Household}
	for range 1800 {
		ids = append(ids, uuid.NewString())
	}
	states := phone.integrity(m["households.csv"], ids...)
	if gone, known := states[near.Household]; len(states) != 2 || gone || !known || !states[far.Household] {
		t.Errorf("integrity of %d ids: %v", len(ids), states)
	}
	err := collections.Write(context.Background(), app, func(db collections.DB) error {
		if _, err := db.Exec(`UPDATE households SET merged_into=?, rev=rev+1 WHERE id=?`, far.Household, near.Household); err != nil {
			return err
		}
		return collections.Announce(db, collections.RevisionOf(collections.Households, near.Household, 3), gridA, collections.Upsert, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows := phone.rows(m["households.csv"]); len(rows) != 0 || hashes()[0] == two[0] || !phone.integrity(m["households.csv"], near.Household)[near.Household] {
		t.Errorf("a merged household is still listed: %v", rows)
	}
}

// entity puts ODK's entity element into the household of a record.
func entity(xml, attributes string) string {
	return strings.Replace(xml, "</household>", `<meta><entity dataset="households" `+attributes+`><label>x</label></entity></meta></household>`, 1)
}

// householdSays is a visit that says only some things about a household, which it names.
func householdSays(t *testing.T, app *testapp.App, household string, facts map[string]any, attributes string) part {
	t.Helper()
	answers := childVisit(testapp.Inside(gridA), "")
	group := map[string]any{"household_id": household}
	for k, v := range facts {
		group[k] = v
	}
	answers["household"] = group
	return xmlPart(entity(record(t, app, "child_visit", uuid.NewString(), "", answers), `id="`+household+`" `+attributes))
}

// The three changes that one tablet made offline end the same in every order of arrival.
func TestOfflineEntityChangesInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			app, phone, _, _ := odkStage(t)
			id, branch := uuid.NewString(), uuid.NewString()
			changes := []part{
				householdSays(t, app, id, map[string]any{"address": "示例路 1 号", "head_name": "甲某", "residents": 2}, `create="1" baseVersion="" trunkVersion="" branchId=""`),
				householdSays(t, app, id, map[string]any{"address": "示例路 2 号", "household_phone": "13800000001"}, `update="1" baseVersion="1" trunkVersion="" branchId="`+branch+`"`),
				householdSays(t, app, id, map[string]any{"address": "示例路 2 号", "head_name": "丙某"}, `update="1" baseVersion="2" trunkVersion="" branchId="`+branch+`"`),
			}
			for _, n := range order {
				phone.saved(changes[n])
			}
			h := app.Find(t, "households", id)
			for field, want := range map[string]string{"address": "示例路 2 号", "head_name": "丙某", "phone": "13800000001", "residents": "2", "area": gridA} {
				if got := h.GetString(field); got != want {
					t.Errorf("%s: %q, want %q", field, got, want)
				}
			}
			rowCount(t, app, map[string]int64{"households": 1, "child_visits": 3, "entity_versions": 3})
			if n, err := app.CountRecords("edits", dbx.HashExp{"kind": "conflict"}); err != nil || n != 0 {
				t.Errorf("%d conflicts within one tablet's branch (%v)", n, err)
			}
		})
	}
}

func TestEntityConflictsAreShown(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		facts    map[string]any
		conflict string
		kept     int
		open     int64
	}{
		"another property": {map[string]any{"household_phone": "13800000009"}, "soft", 1, 0},
		"the same":         {map[string]any{"head_name": "丁某"}, "hard", 1, 1},
		"the same value":   {map[string]any{"head_name": "乙某"}, "none", 0, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			app, phone, _, boss := odkStage(t)
			id := uuid.NewString()
			phone.saved(householdSays(t, app, id, map[string]any{"address": "示例路 1 号", "head_name": "甲某"}, `create="1"`))
			phone.saved(householdSays(t, app, id, map[string]any{"head_name": "乙某"}, `update="1" baseVersion="1" trunkVersion="1" branchId=""`))
			phone.saved(householdSays(t, app, id, c.facts, `update="1" baseVersion="1" trunkVersion="1" branchId=""`))
			var versions struct{ Items []struct{ Conflict string } }
			boss.Want(http.StatusOK, http.MethodGet, "/api/collections/entity_versions/records?sort=-@rowid", nil, &versions)
			if len(versions.Items) != 3 || versions.Items[0].Conflict != c.conflict && versions.Items[1].Conflict != c.conflict && versions.Items[2].Conflict != c.conflict {
				t.Errorf("versions %+v, want a %s conflict", versions, c.conflict)
			}
			edits, err := app.FindRecordsByFilter("edits", "kind='conflict' && status='open'", "", 0, 0)
			if err != nil || int64(len(edits)) != c.open {
				t.Errorf("%d open conflicts (%v), want %d", len(edits), err, c.open)
			}
			h := app.Find(t, "households", id)
			kept := list(t, collections.Read(app.TestApp), `SELECT record_rev FROM edits WHERE kind='conflict'`)
			if want := slices.Repeat([]string{h.GetString("rev")}, c.kept); !slices.Equal(kept, want) {
				t.Errorf("conflicts of the revisions %q, want %q", kept, want)
			}
			for k, v := range c.facts {
				if k = strings.TrimPrefix(k, "household_"); h.GetString(k) != v {
					t.Errorf("%s: %q, the last received was %q", k, h.GetString(k), v)
				}
			}
		})
	}
}

// A household that a worker took for new was known: the app's own copy must go, and what it later says must arrive.
func TestAnEntityThatWasKnown(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	known := push(t, tablet, operation(1, uuid.NewString(), visitAt("示例路 1 号 101")))[0].Household
	id := uuid.NewString()
	phone.saved(householdSays(t, app, id, map[string]any{"address": "示例路 1 号 101"}, `create="1"`))
	phone.saved(householdSays(t, app, id, map[string]any{"head_name": "甲某"}, `update="1" baseVersion="1" trunkVersion="" branchId="`+uuid.NewString()+`"`))
	m := phone.manifest("child_visit")
	if states := phone.integrity(m["households.csv"], id, known); !states[id] || states[known] {
		t.Errorf("integrity %v", states)
	}
	if rows := phone.rows(m["households.csv"]); len(rows) != 1 || rows[known]["head_name"] != "甲某" {
		t.Errorf("households %v", rows)
	}
}
