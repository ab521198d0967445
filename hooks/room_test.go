package hooks_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/disk"
	"doorstep/internal/openrosa"
	"doorstep/internal/testapp"
	uploads "doorstep/internal/upload"
)

func announce(t *testing.T, c *testapp.Client, seed string, size int) *http.Response {
	t.Helper()
	sha := base64.StdEncoding.EncodeToString([]byte(digest([]byte(seed))))
	return tus(t, c, http.MethodPost, uploads.BasePath, nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", "sha256 "+sha)
}

func refused(t *testing.T, what string, res *http.Response, status int, code string) {
	t.Helper()
	if got := said(t, res); res.StatusCode != status || got != code {
		t.Errorf("%s: %d %s, want %d %s", what, res.StatusCode, got, status, code)
	}
}

func TestUnfinishedUploadsHaveAQuota(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F2", "field", "990101001001")
	other, second := app.Client(t, server, worker).Register(), app.Client(t, server, worker).Register()
	for range uploads.MostOpenBytes / uploads.MaxFile {
		if res := announce(t, tablet, "large", uploads.MaxFile); res.StatusCode != http.StatusCreated {
			t.Fatalf("a large file: %d %s", res.StatusCode, said(t, res))
		}
	}
	refused(t, "more bytes", announce(t, tablet, "small", 1), http.StatusTooManyRequests, "upload.too_many")

	content := photo(t, 1, 30_000)
	first := begin(t, other, digest(content), len(content))
	for i := range uploads.MostOpen - 1 {
		app.Advance(time.Second)
		if res := announce(t, []*testapp.Client{other, second}[i%2], "many", 10); res.StatusCode != http.StatusCreated {
			t.Fatalf("file %d: %d %s", i, res.StatusCode, said(t, res))
		}
	}
	refused(t, "more uploads", announce(t, second, "x", 10), http.StatusTooManyRequests, "upload.too_many")
	patch(t, other, first, 0, content)
	if !stored(app, content) {
		t.Fatal("an upload is not finished at the limit")
	}
	if res := announce(t, second, "x", 10); res.StatusCode != http.StatusCreated {
		t.Errorf("after one was finished: %d %s", res.StatusCode, said(t, res))
	}
	if res := tus(t, other, http.MethodHead, first, nil); res.Header.Get("Upload-Offset") != "30000" {
		t.Errorf("a finished upload is at %s", res.Header.Get("Upload-Offset"))
	}
	if info, err := os.Stat(filepath.Join(app.DataDir(), "attachments/uploads", strings.TrimPrefix(first, uploads.BasePath))); err != nil || info.Size() != 0 {
		t.Errorf("a finished upload takes room: %v %v", info, err)
	}
	refused(t, "more uploads", announce(t, other, "x", 10), http.StatusTooManyRequests, "upload.too_many")

	again, err := uploads.Open(app.TestApp, app.Doorstep.Now) // as the server does when it starts
	if err != nil || again.Unfinished() != uploads.MostOpen+uploads.MostOpenBytes/uploads.MaxFile {
		t.Errorf("%d are known after a new start (%v)", again.Unfinished(), err)
	}
	app.Advance(uploads.Idle)
	if res := announce(t, other, "x", 10); res.StatusCode != http.StatusCreated {
		t.Errorf("what was left does not give way: %d %s", res.StatusCode, said(t, res))
	}
	files, err := filepath.Glob(filepath.Join(app.DataDir(), "attachments/uploads", "*", "*.info"))
	if err != nil || len(files) != uploads.MostOpen+uploads.MostOpenBytes/uploads.MaxFile+1 {
		t.Errorf("%d uploads on the disk (%v): one more is finished", len(files), err)
	}
}

// Where only the spare of the disk is left files have to wait, at every door, and field records go on.
func TestFilesStopBeforeTheDiskIsFull(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	content := photo(t, 1, 60_000)
	id := withFile(t, tablet, 1, content)
	path := begin(t, tablet, digest(content), len(content))
	patch(t, tablet, path, 0, content[:100])

	collections.UseSpare(app.TestApp, disk.Spare(1<<60))
	refused(t, "a new upload", announce(t, tablet, "x", 10), http.StatusInsufficientStorage, "server.disk_full")
	refused(t, "a chunk", patch(t, tablet, path, 100, content[100:]), http.StatusInsufficientStorage, "server.disk_full")
	xml := record(t, app, "child_visit", uuid.NewString(), "", visitAt("示例路 2 号"))
	if a := phone.post(xmlPart(xml), filePart("门牌.jpg", "a door plate")); a.Status != http.StatusInsufficientStorage || !strings.Contains(string(a.Body), "磁盘空间不足") || a.Header.Get("Retry-After") == "" {
		t.Errorf("a submission with a file: %d %s", a.Status, a.Body)
	}
	if _, err := openrosa.SaveFormFile(t.Context(), app.TestApp, access.Act{Actor: access.Actor{ID: "m"}, Now: app.Doorstep.Now()}, openrosa.NewFile{Form: "child_visit", Name: "list.csv", Bytes: strings.NewReader("a\n1\n")}); err == nil {
		t.Error("a file of a form is taken")
	}
	var said struct{ Code string }
	operator.Want(http.StatusInsufficientStorage, http.MethodPost, "/api/doorstep/v1/backups", nil, &said)
	if said.Code != "backup.no_room" {
		t.Errorf("a backup: %s", said.Code)
	}
	withFile(t, tablet, 2, photo(t, 2, 60_000))
	phone.saved(xmlPart(record(t, app, "child_visit", uuid.NewString(), "", visitAt("示例路 3 号"))))
	rowCount(t, app, map[string]int64{"child_visits": 3, "submissions": 3})

	collections.UseSpare(app.TestApp, 1)
	offset, err := strconv.Atoi(tus(t, tablet, http.MethodHead, path, nil).Header.Get("Upload-Offset"))
	if err != nil || offset != 100 {
		t.Fatalf("the upload is at %d (%v)", offset, err)
	}
	patch(t, tablet, path, offset, content[offset:])
	phone.saved(xmlPart(xml), filePart("门牌.jpg", "a door plate"))
	if !stored(app, content) || !wholeRecord(t, app, id) {
		t.Error("the file did not come with room for it")
	}
}

// What the disk refuses is told without a path of the server, at each step of an upload.
func TestUploadsTellNoPath(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	folder := filepath.Join(app.DataDir(), "attachments/uploads")
	content := photo(t, 1, 60_000)
	unusable := func(path string) { // also for root
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	at := begin(t, tablet, digest(content), len(content))
	unusable(filepath.Join(folder, strings.TrimPrefix(at, uploads.BasePath)))
	step := map[string]*http.Response{
		"a chunk":       patch(t, tablet, at, 0, content),
		"a termination": tus(t, tablet, http.MethodDelete, at, nil),
	}
	blocked := begin(t, tablet, digest(content), len(content))
	unusable(filepath.Join(folder, strings.TrimPrefix(blocked, uploads.BasePath)) + ".info")
	step["a question"] = tus(t, tablet, http.MethodHead, blocked, nil)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	step["a creation"] = announce(t, tablet, "x", 10)
	for name, res := range step {
		body := new(bytes.Buffer)
		if _, err := body.ReadFrom(res.Body); err != nil {
			t.Fatal(err)
		}
		text := body.String()
		for k, v := range res.Header {
			text += k + strings.Join(v, " ")
		}
		if res.StatusCode < 400 || strings.Contains(text, app.DataDir()) || strings.Contains(text, "attachments") {
			t.Errorf("%s: %d %s", name, res.StatusCode, text)
		}
	}
}
