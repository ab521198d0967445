package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"doorstep/collections"
)

// A city's grids change their codes, and the command that puts its records into them is killed in the midst of it, again and again.
// What it leaves in the end is what it leaves when nobody kills it, each record moved once; looking at everything anew moves nothing.
func TestReassignmentKilledInTheMidst(t *testing.T) {
	binary := buildBinary(t)
	whole, killed := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "killed")
	copyDemo(t, binary, whole)
	grids := filepath.Join(t.TempDir(), "grids.geojson")
	if err := os.WriteFile(grids, shiftedCodes(t, whole), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, binary, "areas", "import", grids, "--crs", "wgs84", "--dir", whole)
	copyFolder(t, whole, killed)
	run(t, binary, "areas", "reassign", "--dir", whole)
	kills := 0
	for ; kills < 5; kills++ {
		if killAfterALine(t, binary, killed); !unfinished(t, killed) {
			t.Fatalf("it was at its end after %d kills: too few records", kills)
		}
	}
	run(t, binary, "areas", "reassign", "--dir", killed)
	want, got := placesIn(t, whole), placesIn(t, killed)
	if !maps.Equal(want, got) || len(want) < 100 {
		t.Errorf("%d records lie elsewhere after %d kills, of %d", difference(want, got), kills, len(want))
	}
	run(t, binary, "areas", "reassign", "--dir", killed) // everything, from scratch
	if again := placesIn(t, killed); !maps.Equal(got, again) {
		t.Errorf("from scratch %d records lie elsewhere", difference(got, again))
	}
}

func difference(a, b map[string]string) (n int) {
	for id := range a {
		if a[id] != b[id] {
			n++
		}
	}
	return n
}

// readFolder reads rows of a folder that no server has open.
func readFolder(t *testing.T, dir, query string, each func(*sql.Rows)) {
	t.Helper()
	pool, err := collections.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.DB().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		each(rows)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// shiftedCodes gives each grid the code of the next one of its community.
func shiftedCodes(t *testing.T, dir string) []byte {
	t.Helper()
	type grid struct{ code, name, parent, boundary string }
	by := map[string][]grid{}
	readFolder(t, dir, `SELECT code, name, parent, boundary FROM areas WHERE level='grid' ORDER BY code`, func(rows *sql.Rows) {
		var g grid
		if err := rows.Scan(&g.code, &g.name, &g.parent, &g.boundary); err != nil {
			t.Fatal(err)
		}
		by[g.parent] = append(by[g.parent], g)
	})
	var features []string
	for _, parent := range slices.Sorted(maps.Keys(by)) {
		for i, g := range by[parent] {
			next := by[parent][(i+1)%len(by[parent])]
			name, _ := json.Marshal(next.name)
			features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%s},"geometry":%s}`, next.code, name, g.boundary))
		}
	}
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

func unfinished(t *testing.T, dir string) bool {
	n := 0
	readFolder(t, dir, `SELECT COUNT(*) FROM jobs WHERE status!='done'`, func(rows *sql.Rows) {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	})
	return n > 0
}

// killAfterALine kills the command when it has told of one batch, and lets its lease be over.
func killAfterALine(t *testing.T, binary, dir string) {
	t.Helper()
	c := exec.Command(binary, "areas", "reassign", "--dir", dir)
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout = c.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(said); lines.Scan() && !strings.Contains(lines.Text(), " running "); {
	}
	if err := c.Process.Kill(); err != nil && err != os.ErrProcessDone {
		t.Fatal(err)
	}
	c.Wait()
	pool, err := collections.Connect(filepath.Join(dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.NewQuery(`UPDATE jobs SET until='2000-01-01 00:00:00.000Z' WHERE status={:s}`).Bind(dbx.Params{"s": "running"}).Execute(); err != nil {
		t.Fatal(err)
	}
}

// placesIn is where each record lies, how often it was written, and how often it has moved.
func placesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	places := map[string]string{}
	for _, table := range []string{"households", "persons", "child_visits", "elderly_surveys", "tasks", "submissions"} {
		placed := `area`
		if table == "households" || table == "child_visits" || table == "elderly_surveys" {
			placed = `area||' '||area_method||' '||round(area_confidence,6)`
		}
		if table != "submissions" {
			placed += `||' '||rev`
		}
		readFolder(t, dir, `SELECT id, `+placed+`, (SELECT COUNT(*) FROM area_moves v WHERE v.record=m.id) FROM `+table+` m`, func(rows *sql.Rows) {
			var id, place string
			var moves int
			if err := rows.Scan(&id, &place, &moves); err != nil {
				t.Fatal(err)
			}
			places[table+"/"+id] = fmt.Sprint(place, " ", moves)
		})
	}
	return places
}
