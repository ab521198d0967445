package main

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// TestRestoreMakesANewEpoch restores a backup through the real server, which starts itself anew: tablets must learn that
// what they hold may be newer than the database.
func TestRestoreMakesANewEpoch(t *testing.T) {
	binary, dir := buildBinary(t), filepath.Join(t.TempDir(), "data")
	url, _ := startServer(t, binary, dir, "--demo")
	worker, operator := &tablet{url: url}, &tablet{url: url}
	worker.signIn(t, "F00012")
	var auth struct{ Token string }
	operator.want(t, "/api/collections/_superusers/auth-with-password", map[string]string{"identity": "operator@doorstep.example", "password": "doorstep-demo"}, &auth)
	operator.token = auth.Token
	epoch := func() (string, bool) {
		var out struct{ Epoch string }
		ok := worker.answers("/api/sync/v1/push", map[string]any{"operations": []int{}}, &out)
		return out.Epoch, ok
	}
	before, _ := epoch()
	if status, body, err := operator.call("/api/backups", map[string]string{"name": "a.zip"}); err != nil || status != http.StatusNoContent {
		t.Fatalf("backup: %d %s %v", status, body, err)
	}
	if got, _ := epoch(); got != before || got == "" {
		t.Errorf("a backup alone made epoch %q of %q", got, before)
	}
	if status, body, err := operator.call("/api/backups/a.zip/restore", nil); err != nil || status != http.StatusNoContent {
		t.Fatalf("restore: %d %s %v", status, body, err)
	}
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got, ok := epoch(); ok && got != before {
			return
		}
	}
	t.Error("the epoch is the same after the restore")
}
