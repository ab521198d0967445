package hooks_test

import (
	"bytes"
	"errors"
	"image"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/ingest"
	"doorstep/internal/openrosa"
	"doorstep/internal/testapp"
	uploads "doorstep/internal/upload"
)

func attachmentOf(t *testing.T, app *testapp.App, record string) string {
	t.Helper()
	r, err := app.FindFirstRecordByData("attachments", "record", record)
	if err != nil {
		t.Fatal(err)
	}
	return "/api/doorstep/v1/attachments/" + r.Id
}

func TestReviewersGetFiles(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	content := photo(t, 1, 60_000)
	id := withFile(t, tablet, 1, content)
	path := attachmentOf(t, app, id)
	if res := tus(t, boss, http.MethodGet, path, nil); res.StatusCode != http.StatusNotFound || said(t, res) != "file.missing" {
		t.Errorf("before it came: %d", res.StatusCode)
	}
	bring(t, tablet, content)
	res := tus(t, boss, http.MethodGet, path, nil)
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Equal(body, content) {
		t.Errorf("the file: %d, %d bytes, %v", res.StatusCode, len(body), err)
	}
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment; filename*=utf-8''%E9%97%A8%E7%89%8C.jpg"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	small, format, err := image.DecodeConfig(tus(t, boss, http.MethodGet, path+"?thumb=1", nil).Body)
	if err != nil || format != "jpeg" || small.Width != 480 || small.Height != 240 {
		t.Errorf("thumbnail: %+v %s %v", small, format, err)
	}
	for name, c := range map[string]*testapp.Client{
		"a neighbouring supervisor": app.Client(t, server, app.Worker(t, "S9", "supervisor", "990102")), "the worker": tablet, "nobody": app.Client(t, server, nil),
	} {
		if res := tus(t, c, http.MethodGet, path, nil); res.StatusCode < 400 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}

func TestDangerousFilesAreKeptAndNotServed(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	for i, c := range []struct {
		name, content string
		want          int
		thumb         int
	}{
		{"a page", "<!DOCTYPE html><script>alert(1)</script>", http.StatusForbidden, http.StatusForbidden},
		{"a drawing", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, http.StatusForbidden, http.StatusForbidden},
		{"a program", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60), http.StatusForbidden, http.StatusForbidden},
		{"another program", "MZ" + strings.Repeat("\x00", 100), http.StatusForbidden, http.StatusForbidden},
		{"an archive", "PK\x03\x04" + strings.Repeat("\x00", 100), http.StatusForbidden, http.StatusForbidden},
		{"a document", "%PDF-1.7\n", http.StatusOK, http.StatusUnsupportedMediaType},
		{"half a picture", "\xff\xd8\xff\xe0\x00\x10JFIF\x00", http.StatusOK, http.StatusUnsupportedMediaType},
	} {
		t.Run(c.name, func(t *testing.T) {
			id := withFile(t, tablet, i+1, []byte(c.content))
			bring(t, tablet, []byte(c.content))
			path := attachmentOf(t, app, id)
			if res := tus(t, boss, http.MethodGet, path, nil); res.StatusCode != c.want {
				t.Errorf("%d %s, want %d", res.StatusCode, said(t, res), c.want)
			}
			if res := tus(t, boss, http.MethodGet, path+"?thumb=1", nil); res.StatusCode != c.thumb || res.Header.Get("Content-Type") != "application/json" {
				t.Errorf("thumbnail: %d %s, want %d", res.StatusCode, res.Header.Get("Content-Type"), c.thumb)
			}
			if !stored(app, []byte(c.content)) || !wholeRecord(t, app, id) {
				t.Error("it was not kept")
			}
		})
	}
}

// grownOld makes everything on disk 25 hours old but one file.
func grownOld(t *testing.T, app *testapp.App, fresh []byte) {
	t.Helper()
	now := time.Now()
	then := now.Add(-25 * time.Hour)
	files, err := filepath.Glob(filepath.Join(app.DataDir(), "attachments", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(app.DataDir(), "attachments", "uploads", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(files, parts...) {
		if filepath.Base(path) == digest(fresh) {
			continue
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	err = collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE uploads SET updated=CASE WHEN sha256=? THEN ? ELSE ? END`, digest(fresh), collections.Stamp(now), collections.Stamp(then))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSweepLeavesWhatIsReferredTo(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	const size = 50_000
	named, replaced, quarantined, formFile, orphan, fresh, open := photo(t, 1, size), photo(t, 2, size), photo(t, 3, size), []byte("a,b\n1,2\n"), photo(t, 5, size), photo(t, 6, size), photo(t, 7, size)
	withFile(t, tablet, 1, named)
	id := withFile(t, tablet, 2, replaced)
	for _, content := range [][]byte{named, replaced, quarantined, orphan, fresh} {
		bring(t, tablet, content)
	}
	correction := operation(3, id, visitAt("示例路 2 号甲"))
	correction["base_rev"], correction["files"] = 1, []map[string]any{{"name": "门牌.jpg", "sha256": digest(named), "size": size}}
	push(t, tablet, correction)
	unknown := operation(4, uuid.NewString(), visitAt("示例路 4 号"))
	unknown["form"], unknown["files"] = "no_such_form", []map[string]any{{"name": "1.jpg", "sha256": digest(quarantined), "size": size}}
	if r := push(t, tablet, unknown)[0]; r.Status != "quarantined" {
		t.Fatalf("%+v", r)
	}
	if _, err := openrosa.SaveFormFile(t.Context(), app.TestApp, access.Act{Actor: access.Actor{ID: "m"}, Now: time.Now()}, openrosa.NewFile{Form: "child_visit", Name: "list.csv", Bytes: bytes.NewReader(formFile)}); err != nil {
		t.Fatal(err)
	}
	path := begin(t, tablet, digest(open), size)
	patch(t, tablet, path, 0, open[:100])

	grownOld(t, app, fresh)
	dropped, err := uploads.Sweep(t.Context(), app.TestApp, time.Now())
	if err != nil || dropped != 1 {
		t.Errorf("dropped %d files (%v), want 1", dropped, err)
	}
	for name, c := range map[string]struct {
		content []byte
		want    bool
	}{"named": {named, true}, "replaced": {replaced, true}, "quarantined": {quarantined, true}, "of a form": {formFile, true}, "orphan": {orphan, false}, "fresh": {fresh, true}} {
		if got := stored(app, c.content); got != c.want {
			t.Errorf("the file %s: there %v, want %v", name, got, c.want)
		}
	}
	if !slices.Equal(lacking(t, tablet, digest(orphan), digest(fresh)), []string{digest(orphan)}) {
		t.Error("the tablet is not told what it lacks")
	}
	if res := tus(t, tablet, http.MethodHead, path, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("an expired upload: %d", res.StatusCode)
	}
	bring(t, tablet, orphan)
	if !stored(app, orphan) {
		t.Error("what was dropped cannot come again")
	}
}

func TestUploadsBelongToTheirTablet(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	server := app.Serve(t)
	stranger := app.Client(t, server, app.Worker(t, "F9", "field", "990101")).Register()
	manager := app.Client(t, server, app.Worker(t, "M9", "manager", "99"))
	content := photo(t, 1, 60_000)
	path := begin(t, tablet, digest(content), len(content))
	patch(t, tablet, path, 0, content[:30_000])
	for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete} {
		if res := tus(t, stranger, method, path, content[30_000:], "Upload-Offset", "30000", "Content-Type", "application/offset+octet-stream"); res.StatusCode != http.StatusNotFound {
			t.Errorf("a stranger's %s: %d", method, res.StatusCode)
		}
	}
	for _, path := range []string{"x", tablet.Device + "/..%2f..%2f..%2fdata.db", tablet.Device + "/" + strings.Repeat("0", 32)} {
		if res := tus(t, tablet, http.MethodHead, uploads.BasePath+path, nil); res.StatusCode < 400 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	other := begin(t, tablet, digest(content), len(content))
	if res := tus(t, tablet, http.MethodDelete, other, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("termination: %d", res.StatusCode)
	}
	if res := tus(t, tablet, http.MethodHead, other, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("after termination: %d", res.StatusCode)
	}
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+tablet.Device+"/revoke", nil, nil)
	if res := patch(t, tablet, path, 30_000, content[30_000:]); res.StatusCode != http.StatusForbidden || said(t, res) != "device.revoked" {
		t.Errorf("a revoked tablet's chunk: %d", res.StatusCode)
	}
	if res := tus(t, tablet, http.MethodPost, uploads.BasePath, nil, "Upload-Length", "1"); res.StatusCode != http.StatusForbidden || said(t, res) != "device.revoked" {
		t.Errorf("a revoked tablet's creation: %d", res.StatusCode)
	}
	if status, body := tablet.Do(http.MethodPost, "/api/sync/v1/files/have", map[string]any{}); status != http.StatusForbidden {
		t.Errorf("a revoked tablet's question: %d %s", status, body)
	}
}

// A file that went between its last byte and its row is not acknowledged: the tablet sends it again.
func TestADeliveryWithoutItsBytesIsRefused(t *testing.T) {
	t.Parallel()
	app, _, _ := stage(t)
	before := app.Picture(t)
	sender := ingest.Sender{Actor: access.Actor{ID: "worker", Role: access.Field, Territory: []string{gridA}}, Channel: ingest.Native}
	f := ingest.File{SHA256: strings.Repeat("ab", 32), Size: 3, Here: true}
	if err := ingest.Deliver(t.Context(), app, sender, f, app.Doorstep.Now()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("delivered: %v", err)
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("it left %q", moved)
	}
}

// An app acknowledges a record with its files: one that went between its last byte and the answer is not acknowledged, so that the record
// is sent again, and one that was old is young then, so that an erasure that began before leaves it.
func TestCollectIsToldOfFilesThatStay(t *testing.T) {
	app, phone, _, _ := odkStage(t)
	phone.saved(xmlPart(record(t, app, "child_visit", uuid.NewString(), "", visitAt("示例路 1 号")))) // writes down whose app it is
	// sent sends a record; meanwhile is done once its file has come, before it is looked at.
	sent := func(parts []part, meanwhile func(sha string) error) (a answer) {
		answered := make(chan answer)
		err := collections.Write(t.Context(), app.TestApp, func(collections.DB) error { // nobody else writes until it ends
			go func() { answered <- phone.posted(parts...) }()
			content := []byte(parts[1].body)
			for !stored(app, content) {
				select {
				case a := <-answered:
					t.Errorf("answered before: %d %s", a.Status, a.Body)
					return errors.New("no file came")
				case <-time.After(time.Millisecond):
				}
			}
			return meanwhile(digest(content))
		})
		if err != nil {
			t.Fatal(err)
		}
		return <-answered
	}
	parts := func(n string) []part {
		answers := visitAt("示例路 " + n + " 号")
		answers["closing"] = map[string]any{"door_plate_photo": n + ".jpg"}
		return []part{xmlPart(record(t, app, "child_visit", uuid.NewString(), "", answers)), filePart(n+".jpg", "door plate "+n)}
	}
	gone, old, began := parts("2"), parts("3"), time.Now().Add(-time.Minute)
	if a := sent(gone, func(sha string) error { return collections.Files(app).Remove(sha, time.Now().Add(time.Hour)) }); a.Status < 500 {
		t.Errorf("without its file: %d %s", a.Status, a.Body)
	}
	phone.saved(gone...)
	if !stored(app, []byte(gone[1].body)) {
		t.Error("what was sent again is not in the store")
	}
	a := sent(old, func(sha string) error {
		hour := time.Now().Add(-time.Hour)
		return os.Chtimes(filepath.Join(app.DataDir(), "attachments", sha[:2], sha), hour, hour)
	})
	if a.Status != http.StatusCreated {
		t.Errorf("with an old file: %d %s", a.Status, a.Body)
	}
	if err := collections.Files(app).Remove(digest([]byte(old[1].body)), began); err != nil || !stored(app, []byte(old[1].body)) {
		t.Errorf("an erasure that began before took it (%v)", err)
	}
}
