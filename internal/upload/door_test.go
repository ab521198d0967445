package upload_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/blob"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
	"doorstep/internal/upload"
)

// porter is a tablet before the door, over HTTP.
type porter struct {
	*testing.T
	app    *testapp.App
	door   *upload.Door
	sender ingest.Sender
	url    string
	later  time.Duration
}

func newPorter(t *testing.T) *porter {
	p := &porter{T: t, app: testapp.New(t), sender: ingest.Sender{Actor: access.Actor{ID: "w", Role: access.Field, Territory: []string{"9901"}},
		Device: "tablet-1", Channel: ingest.Native}}
	p.open()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.door.Serve(w, r, p.sender, strings.TrimPrefix(r.URL.Path, upload.BasePath)); err != nil {
			w.WriteHeader(problem.As(err).Status())
		}
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

// open is the door of a server that has begun anew.
func (p *porter) open() {
	p.Helper()
	door, err := upload.Open(p.app.TestApp, func() time.Time { return time.Now().Add(p.later) })
	if err != nil {
		p.Fatal(err)
	}
	p.door = door
}

func (p *porter) do(method, path, content string, header map[string]string) *http.Response {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.url+path, strings.NewReader(content))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	return answer
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// announce begins an upload of something by the digest of something, and returns its path.
func (p *porter) announce(content, digestOf string) string {
	p.Helper()
	answer := p.do(http.MethodPost, upload.BasePath, "", map[string]string{"Upload-Length": strconv.Itoa(len(content)),
		"Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(digest(digestOf)))})
	if answer.StatusCode != http.StatusCreated {
		p.Fatalf("announced: %d", answer.StatusCode)
	}
	return strings.TrimPrefix(answer.Header.Get("Location"), p.url)
}

func (p *porter) bring(path, piece string, offset int) int {
	p.Helper()
	return p.do(http.MethodPatch, path, piece, map[string]string{"Upload-Offset": strconv.Itoa(offset),
		"Content-Type": "application/offset+octet-stream"}).StatusCode
}

// left fails the test unless so many uploads are open, and so many have a file on the disk.
func (p *porter) left(what string, open, files int) {
	p.Helper()
	found, err := fs.Glob(os.DirFS(blob.Uploads(p.app.DataDir())), "*/*.info")
	if got := p.door.Unfinished(); err != nil || got != open || len(found) != files {
		p.Errorf("%s: %d uploads are open and %d on the disk, want %d and %d; %v", what, got, len(found), open, files, err)
	}
}

func (p *porter) brought() string {
	p.Helper()
	var all []string
	for _, row := range p.app.Picture(p.T)["uploads"] {
		all = append(all, row["worker"]+" "+row["device"]+" "+row["state"]+" "+row["size"])
	}
	return strings.Join(all, ", ")
}

// TestTheDoorKnowsWhatIsOpen brings files whole, cut, false and given up, through a server that begins anew: what is done takes no room, what is
// not goes on for its tablet alone until it expires.
func TestTheDoorKnowsWhatIsOpen(t *testing.T) {
	p := newPorter(t)
	path := p.announce("hello", "hello")
	p.left("announced", 1, 1)
	if status := p.bring(path, "hello", 0); status != http.StatusNoContent || p.brought() != "w tablet-1 stored 5" {
		t.Errorf("whole: %d, %s", status, p.brought())
	}
	p.left("whole", 0, 1)
	if answer := p.do(http.MethodHead, path, "", nil); answer.StatusCode != http.StatusOK || answer.Header.Get("Upload-Offset") != "5" {
		t.Errorf("whole, asked for: %d %v", answer.StatusCode, answer.Header)
	}
	if status := p.bring(p.announce("hullo", "hello"), "hullo", 0); status != problem.New(problem.WrongDigest, "").Status() {
		t.Errorf("false: %d", status)
	}
	p.left("false", 0, 1)
	cut := p.announce("goodbye", "goodbye")
	p.bring(cut, "good", 0)
	p.left("cut", 1, 2)
	p.open()
	p.left("cut, after a new beginning", 1, 2)
	answer := p.do(http.MethodHead, cut, "", nil)
	expires, err := http.ParseTime(answer.Header.Get("Upload-Expires"))
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Upload-Offset") != "4" || err != nil || time.Until(expires) < 23*time.Hour {
		t.Errorf("cut: %d %v", answer.StatusCode, answer.Header)
	}
	p.sender.Device = "tablet-2"
	for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete} {
		if answer := p.do(method, cut, "", nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s by another tablet: %d", method, answer.StatusCode)
		}
	}
	p.sender.Device = "tablet-1"
	p.later = 25 * time.Hour
	if answer := p.do(http.MethodHead, cut, "", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("expired: %d", answer.StatusCode)
	}
	p.later = 0
	if answer := p.do(http.MethodDelete, cut, "", nil); answer.StatusCode != http.StatusNoContent {
		t.Errorf("given up: %d", answer.StatusCode)
	}
	p.left("given up", 0, 1)
	oldest := p.announce("one", "one")
	for range upload.MostOpen - 1 {
		p.announce("one", "one")
	}
	p.left("as many as may be", upload.MostOpen, upload.MostOpen+1)
	p.later = 2 * upload.Idle
	p.announce("one", "one")
	if answer := p.do(http.MethodHead, oldest, "", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("what gave way: %d", answer.StatusCode)
	}
	p.left("one gave way", upload.MostOpen, upload.MostOpen+1)
	p.later = 27 * time.Hour
	if n, err := p.door.Sweep(t.Context()); n != 1 || err != nil { // a day has passed, and no record named it
		t.Errorf("%d files were dropped, %v", n, err)
	}
	p.left("a day later", 0, 0)
}

// TestAFileThatCannotBeNotedComesAgain: while the database does not answer a file is not said to have come, and it goes on where it stands.
func TestAFileThatCannotBeNotedComesAgain(t *testing.T) {
	p := newPorter(t)
	path := p.announce("<html>", "<html>")
	var status int
	p.app.Failing(2, testapp.Atomic, func() { status = p.bring(path, "<html>", 0) })
	if status != http.StatusInternalServerError || p.brought() != "" {
		t.Errorf("not noted: %d, %q", status, p.brought())
	}
	p.left("not noted", 1, 1)
	p.app.Failing(2, testapp.Atomic, func() { status = p.do(http.MethodHead, path, "", nil).StatusCode })
	if status != http.StatusInternalServerError || p.brought() != "" {
		t.Errorf("not noted again: %d, %q", status, p.brought())
	}
	if answer := p.do(http.MethodHead, path, "", nil); answer.StatusCode != http.StatusOK || p.brought() != "w tablet-1 quarantined 6" {
		t.Errorf("noted: %d, %q", answer.StatusCode, p.brought())
	}
	p.left("noted", 0, 1)
	p.app.TellsEach(t, "a sweep", func() error {
		_, err := p.door.Sweep(context.Background())
		return err
	}, func(string) {})
	work := filepath.Join(filepath.Dir(blob.Uploads(p.app.DataDir())), "sweep")
	if _, err := os.Stat(work); !os.IsNotExist(err) {
		t.Errorf("a sweep leaves %s: %v", work, err)
	}
	f, err := collections.Files(p.app.TestApp).Open(digest("<html>"))
	if err != nil {
		t.Fatalf("a young file is not kept: %v", err)
	}
	f.Close()
}
