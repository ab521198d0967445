package job_test

import (
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/job"
	"doorstep/internal/testapp"
)

// TestFilesOfJobsThatEndedAreLetGo forgets them beside a job that still waits and was given the same file as one that ended.
func TestFilesOfJobsThatEndedAreLetGo(t *testing.T) {
	app := testapp.New(t)
	digest := func(letter string) string { return strings.Repeat(letter, 64) }
	plant := func(id, status, made, given string) {
		app.Plant(t, collections.Jobs, map[string]any{"id": id, "kind": "roster", "areas": "[]", "created_by": "m", "status": status, "file": made, "upload": given,
			"created": "2026-01-01 00:00:00.000Z", "updated": "2026-01-01 00:00:00.000Z"})
	}
	plant("ended", collections.JobDone, digest("a"), digest("b"))
	plant("failed", collections.JobFailed, "", digest("c"))
	plant("waits", collections.JobWaiting, "", digest("b"))
	plant("runs", collections.JobRunning, digest("d"), digest("e"))
	before := app.Picture(t)
	var files []string
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) (err error) {
		files, err = job.ForgetFiles(db)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	if want := []string{digest("a"), digest("c")}; !slices.Equal(files, want) {
		t.Errorf("it let go of %q, want %q", files, want)
	}
	if moved, want := app.Moved(t, before), []string{"jobs ended: file upload", "jobs failed: upload"}; !slices.Equal(moved, want) {
		t.Errorf("%q moved, want %q", moved, want)
	}
}
