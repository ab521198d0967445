package backup_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/backup"
	"doorstep/internal/testapp"
)

// A backup tells which files it lacks: those that have to be here and are not, and no others.
func TestABackupTellsWhatItLacks(t *testing.T) {
	app := testapp.New(t)
	digest := func(letter string) string { return strings.Repeat(letter, 64) }
	lost, also, announced := digest("a"), digest("c"), digest("b")
	for i, file := range [][2]string{{also, "stored"}, {announced, "declared"}, {lost, "stored"}, {lost, "stored"}} {
		app.Plant(t, collections.Attachments, map[string]any{"id": fmt.Sprintf("file-%d", i), "record": fmt.Sprintf("record-%d", i), "collection": "child_visits",
			"name": "a.jpg", "sha256": file[0], "state": file[1], "area": "9901", "created": "2026-11-01 00:00:00.000Z", "updated": "2026-11-01 00:00:00.000Z"})
	}
	report, err := backup.Make(t.Context(), app.TestApp, filepath.Join(t.TempDir(), "city.zip"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{lost, also}; !slices.Equal(report.Missing, want) {
		t.Errorf("%v, want %v", report.Missing, want)
	}
	dir := t.TempDir()
	app.TellsEach(t, "a backup", func() error {
		_, err := backup.Make(t.Context(), app.TestApp, filepath.Join(dir, "city.zip"), time.Now())
		return err
	}, func(failed string) {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%v %v are left, though this failed: %s", left, err, failed)
		}
	})
	// meanwhile one was erased, and one of those that are referred to did come
	still, err := backup.StillMissing(app.TestApp, t.TempDir(), []string{lost, digest("d")})
	if err != nil || !slices.Equal(still, []string{lost}) {
		t.Errorf("%v %v, want %v alone", still, err, lost)
	}
}

// A report says of the archive what an operator compares it with: its size and its digest, and how many tablets it knows.
func TestAReportIsOfItsArchive(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	for _, id := range []string{"tablet-1", "tablet-2"} {
		app.Plant(t, collections.Devices, map[string]any{"id": id, "worker": "w"})
	}
	file := filepath.Join(t.TempDir(), "city.zip")
	report, err := backup.Make(t.Context(), app.TestApp, file, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := backup.Make(gone, app.TestApp, file+".next", time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("once nobody waits: %v", err)
	}
	if _, err := backup.Make(t.Context(), app.TestApp, file, time.Now()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another: %v", err)
	}
	collections.UseSpare(app, 1<<60)
	if _, err := backup.Make(t.Context(), app.TestApp, file+".next", time.Now()); !errors.Is(err, backup.ErrRoom) {
		t.Errorf("on a full disk: %v", err)
	}
	sum := sha256.Sum256(content)
	if report.Size != int64(len(content)) || report.SHA256 != hex.EncodeToString(sum[:]) || report.Tablets != 2 || report.Name != "city.zip" {
		t.Errorf("of %d bytes with the digest %x: %+v", len(content), sum, report)
	}
}

// A copy is refused whose audit chain was changed, or whose rows cannot be.
func TestACopyIsProved(t *testing.T) {
	app := testapp.New(t)
	db := collections.Read(app)
	head, err := backup.Prove(t.Context(), db)
	if whole, failed := audit.Verify(db, ""); err != nil || failed != nil || head != whole.Head || head.Seq == 0 {
		t.Fatalf("%v %v: %+v", err, failed, head)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := backup.Prove(gone, db); !errors.Is(err, context.Canceled) {
		t.Errorf("once nobody waits: %v", err)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`DROP TRIGGER audit_no_update`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Prove(t.Context(), db); err == nil || !strings.Contains(err.Error(), "the audit chain is not whole: ") || !strings.Contains(err.Error(), "triggers") {
		t.Errorf("without its guards: %v", err)
	}
	pool, err := collections.Connect(filepath.Join(t.TempDir(), "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.NewQuery(`PRAGMA ignore_check_constraints=ON; CREATE TABLE t (a CHECK (a<2)); INSERT INTO t VALUES (3); PRAGMA ignore_check_constraints=OFF`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Prove(t.Context(), collections.Of(pool, nil)); err == nil || !strings.Contains(err.Error(), "the database is damaged: ") {
		t.Errorf("with a row that cannot be: %v", err)
	}
}
