package commands_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase"

	"doorstep/collections"
)

// TestSetUpACity goes through an operator's first day: areas, people, households, a campaign; and the mistakes of that day.
func TestSetUpACity(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"areas.csv":  "代码,名称\n4403,某市\n440307,某区\n440307011,某街道\n440307011005,某社区\n",
		"none.csv":   "代码,名称\n",
		"staff.csv":  "工号,姓名,负责区域\nF1,王,440307011\nM1,李,4403\n",
		"wrong.csv":  "工号,姓名,负责区域\nF2,,999999\n",
		"roster.csv": "区划代码,住址,姓名\n440307011005,示例路1号,王小明\n440307011005,示例路1号,王大明\n",
		"form.csv":   "survey\n,type,name,label\n,text,memo,Memo\nsettings\n,form_id,version\n,trial,1\n",
		"holes.csv":  "区划代码,姓名\n440307011005,王小明\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var id string
	for _, step := range []struct {
		args  string
		fails bool
		want  string
	}{
		{"init", false, "ready"},
		{"areas import areas.csv --dry-run", false, "added 4"},
		{"areas import areas.csv", false, "added 4"},
		{"areas import areas.csv", false, "same 4"},
		{"areas import none.csv", true, "no row in the list"},
		{"areas import areas.csv --crs wgs84", true, "leave --crs out"},
		{"areas import areas.geojson", true, "areas.geojson"},
		{"workers import staff.csv --passwords made.csv", false, "added 2"},
		{"workers import staff.csv --passwords made.csv", false, "same 2"},
		{"workers import wrong.csv", true, "wrong.csv:2 (负责区域): 999999"},
		{"workers import wrong.csv", true, "2 mistakes"},
		{"workers import nowhere.csv", true, "nowhere.csv"},
		{"roster import roster.csv", false, "人员 persons: 新增 added 2"},
		{"roster import holes.csv", true, "address"},
		{"campaigns create sweep --form child_visit --territory 4403", false, ""},
		{"campaigns create sweep --form child_vist --territory 4403", true, "child_visit, elderly_baseline"},
		{"campaigns create sweep --form child_visit --territory 9999", true, "9999"},
		{"campaigns create sweep --form child_visit --territory 4403 --hold some", true, "all, errors, none"},
		{"campaigns close ID", false, "closed"},
		{"campaigns list", false, "closed"},
		{"campaigns create dated --form child_visit --territory 4403 --starts 2026-03-02 --ends 2026-03-01", true, "--ends is before --starts"},
		{"campaigns create dated --form child_visit --territory 4403 --starts 2026-03-01 --ends 2026-03-31", false, ""},
		{"campaigns list", false, "2026-03-01  2026-03-31"},
		{"forms publish form.csv", false, "trial 1: published"},
		{"forms close trial 1", false, "trial"},
		{"campaigns open nothing", true, "ID"},
		{"export child_visit -o out --campaign nothing", true, "ID"},
		{"workers qr --url https://a.example --area 990101", true, "990101"},
		{"workers qr --url https://a.example --campaign nothing", true, "ID"},
		{"forms list", false, "child_visit"},
		{"forms download child_visit -o got.csv", false, "got.csv"},
		{"forms download child_visit -o got.csv", true, "got.csv"},
		{"forms download child_visit 1", true, "child_visit 2026"},
		{"forms close elderly_baseline 1", true, "elderly_baseline 2026"},
		{"audit verify", false, "rows in order"},
	} {
		stdout, stderr, status := run(t, dir, strings.Fields(strings.ReplaceAll(step.args, "ID", id))...)
		if (status != 0) != step.fails || !strings.Contains(stdout+stderr, strings.ReplaceAll(step.want, "ID", id)) {
			t.Errorf("%s: exit status %d, want %q:\n%s%s", step.args, status, step.want, stdout, stderr)
		}
		if step.args == "campaigns create sweep --form child_visit --territory 4403" {
			id = strings.TrimSpace(stdout)
		}
	}
	checkActors(t, dir)
	if made, err := os.ReadFile(filepath.Join(dir, "made.csv")); err != nil || strings.Count(string(made), "\n") != 3 {
		t.Errorf("made.csv: %d lines %v", strings.Count(string(made), "\n"), err)
	}
	shipped, err := os.ReadFile("../collections/forms/child_visit.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "got.csv")); err != nil || string(got) != string(shipped) {
		t.Errorf("got.csv is not the workbook that was published (%v)", err)
	}
}

// checkActors holds that whatever a command did stands in the audit trail as the operator's: none acts for a worker.
func checkActors(t *testing.T, dir string) {
	t.Helper()
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: filepath.Join(dir, "pb_data"), HideStartBanner: true})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	defer app.ResetBootstrapState()
	var did []string
	err := collections.Each(collections.Read(app), `SELECT DISTINCT action, actor, role FROM audit ORDER BY action`, nil, func(rows *sql.Rows) error {
		var action, actor, role string
		err := rows.Scan(&action, &actor, &role)
		if did = append(did, action); actor != "operator" || role != "operator" {
			if action != "form.published" && action != "services.edit" || actor != "" { // those that the program brings along
				t.Errorf("%s is %q's in the role %q", action, actor, role)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"areas.import", "workers.import", "roster.import", "campaign.create", "form.published", "form.closing"} {
		if !slices.Contains(did, want) {
			t.Errorf("no %s among %v", want, did)
		}
	}
}
