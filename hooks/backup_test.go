package hooks_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/tools/cron"

	"doorstep/internal/datafolder"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestBackupsByNightKeepTheNewest(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	dir := t.TempDir()
	app.Doorstep.Backups = server.Backups{Dir: dir, Keep: 2, At: "30 18 * * *"}
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	operator.Want(http.StatusCreated, http.MethodPost, "/api/doorstep/v1/backups", nil, nil)
	if err := os.WriteFile(filepath.Join(dir, "mine.zip"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	jobs := app.Cron().Jobs()
	at := slices.IndexFunc(jobs, func(j *cron.Job) bool { return j.Id() == "doorstep.backup" })
	if at < 0 || jobs[at].Expression() != "30 18 * * *" {
		t.Fatal("there is no backup by night")
	}
	for range 4 {
		jobs[at].Run()
		app.Advance(24 * time.Hour)
	}
	want := []string{"doorstep-20261123-020000.zip", "mine.zip", "nightly-20261125-020000.zip", "nightly-20261126-020000.zip"}
	if got := namesIn(t, dir); !slices.Equal(got, want) {
		t.Errorf("the folder holds %v, want %v", got, want)
	}
	if n, err := app.CountRecords("audit"); err != nil || n < 5 {
		t.Errorf("%d entries in the audit trail for five backups (%v)", n, err)
	}
}

func TestABackupWithoutRoomIsRefused(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	dir := t.TempDir()
	app.Doorstep.Backups = server.Backups{Dir: dir, Keep: 2}
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	big := filepath.Join(app.DataDir(), "attachments", "aa")
	if err := os.MkdirAll(big, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(big, strings.Repeat("aa", 32)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(8 << 40); err != nil { // a file with a hole: no disk has so much room
		t.Fatal(err)
	}
	var said struct{ Code string }
	operator.Want(http.StatusInsufficientStorage, http.MethodPost, "/api/doorstep/v1/backups", nil, &said)
	if said.Code != "backup.no_room" || len(namesIn(t, dir)) != 0 {
		t.Errorf("%q, and the folder holds %v", said.Code, namesIn(t, dir))
	}
	if err := os.RemoveAll(big); err != nil {
		t.Fatal(err)
	}
	operator.Want(http.StatusCreated, http.MethodPost, "/api/doorstep/v1/backups", nil, nil)
}

func TestPocketBasesBackupSettingsAreRefused(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	for what, backups := range map[string]any{
		"a schedule":      map[string]any{"cron": "0 0 * * *"},
		"another machine": map[string]any{"s3": map[string]any{"enabled": true, "bucket": "b", "region": "r", "endpoint": "http://127.0.0.1:1", "accessKey": "a", "secret": "s"}},
	} {
		status, body := operator.Do(http.MethodPatch, "/api/settings", map[string]any{"backups": backups})
		if status != http.StatusBadRequest || !strings.Contains(string(body), "备份由 doorstep 自己做") || !strings.Contains(string(body), "--backup-dir") {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	if got := app.Settings().Backups; got.Cron != "" || got.S3.Enabled {
		t.Errorf("the settings say %+v", got)
	}
	operator.Want(http.StatusOK, http.MethodPatch, "/api/settings", map[string]any{"meta": map[string]any{"appName": "示例"}}, nil)
}

// TestATabletAheadOfTheDatabaseBeginsAnew gives a tablet's cursor to the same database as it was before.
func TestATabletAheadOfTheDatabaseBeginsAnew(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	early := pull(t, tablet, "")
	older := t.TempDir()
	app.Backup(t, older)
	push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号 101", child("王小明", number1, "2015-03-01", nil))))
	late := pull(t, tablet, early.Cursor)
	if late.Reset || len(late.Changes) == 0 {
		t.Fatalf("the tablet learned nothing: %+v", late)
	}
	before := testapp.Open(t, older)
	file, err := datafolder.IdentityOf(filepath.Join(before.DataDir(), datafolder.Database))
	if err != nil {
		t.Fatal(err)
	}
	still := datafolder.Witness{Database: file, Boot: datafolder.Boot(), Clean: true} // as with the image of a machine that was shut down
	if err := still.Write(before.Doorstep.Witness); err != nil {
		t.Fatal(err)
	}
	again := *tablet
	again.URL = before.Serve(t).URL
	worker, err := before.FindFirstRecordByData("workers", "staff_no", "F1")
	if err != nil {
		t.Fatal(err)
	}
	again.Token = before.Token(t, worker)
	if got := pull(t, &again, early.Cursor); got.Reset || got.Epoch != early.Epoch {
		t.Error("a tablet that is not ahead has to begin anew")
	}
	got := pull(t, &again, late.Cursor)
	if !got.Reset || got.Epoch == early.Epoch {
		t.Errorf("a tablet ahead of the feed: reset %v, epoch %s, before %s", got.Reset, got.Epoch, early.Epoch)
	}
	why, err := before.FindRecordsByFilter("audit", "action='epoch.renew'", "-seq", 1, 0)
	if err != nil || len(why) != 1 {
		t.Fatal(len(why), err)
	}
	if text, err := json.Marshal(why[0].Get("detail")); err != nil || !strings.Contains(string(text), "ahead") {
		t.Errorf("on record: %s %v", text, err)
	}
	if next := pull(t, &again, got.Cursor); next.Reset {
		t.Error("the tablet begins anew for ever")
	}
}

// TestBackupsAreOnRecord: who made one, and who took it away.
func TestBackupsAreOnRecord(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Doorstep.Backups = server.Backups{Dir: t.TempDir()}
	me := superuser(t, app)
	operator := app.Client(t, app.Serve(t), me)
	before := head(t, app)
	var made struct {
		Name string `json:"name"`
	}
	operator.Want(http.StatusCreated, http.MethodPost, "/api/doorstep/v1/backups", nil, &made)
	operator.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/backups/"+made.Name, nil, nil)
	rows := trail(t, app, before)
	if len(rows) != 2 || rows[0].Action != "backup" || rows[1].Action != "backup.fetch" || rows[0].Actor != me.Id || rows[1].Actor != me.Id {
		t.Errorf("on record: %+v", rows)
	}
}
