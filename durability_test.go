package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/jpeg"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// crashPoints are where the server is killed: see internal/crash.
var crashPoints = []string{
	"push: between two operations", "push: before the commit", "push: after the commit",
	"file: all bytes are here", "file: named, its folder not synced", "file: between file and row", "file: in its transaction", "file: before the answer",
	"review: before the commit", "thumbnail: being drawn",
}

const perBatch = 10

// patient is a server that is killed and started again over one data folder, and what it acknowledged.
type patient struct {
	t            *testing.T
	binary, dir  string
	before       int    // visits of the demo
	armed        string // file that names the crash point
	process      *exec.Cmd
	tablet, boss *tablet
	all          []map[string]any  // operations, in batches of perBatch
	acknowledged map[string]bool   // by record
	brought      map[string][]byte // files of which the last byte was acknowledged, by digest
}

// dieAt kills this process, as a power cut would, if the file that DOORSTEP_CRASH names says so.
func dieAt(point string) {
	armed, err := os.ReadFile(os.Getenv("DOORSTEP_CRASH"))
	if err != nil || string(armed) != point {
		return
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(err)
	}
	select {} // SIGKILL may take a moment
}

func admit(t *testing.T) *patient {
	p := &patient{t: t, binary: buildBinary(t), dir: filepath.Join(t.TempDir(), "data"), armed: filepath.Join(t.TempDir(), "point"), acknowledged: map[string]bool{}, brought: map[string][]byte{}}
	t.Setenv("DOORSTEP_CRASH", p.armed)
	var address string
	address, p.process = startDemo(t, p.binary, p.dir)
	p.tablet, p.boss = &tablet{url: address}, &tablet{url: address}
	p.tablet.signIn(t, "F00012")
	var auth struct{ Token string }
	p.boss.want(t, "/api/collections/workers/auth-with-password", map[string]string{"identity": "S00006", "password": "doorstep-demo"}, &auth)
	p.boss.token = auth.Token
	pool, err := collections.Connect(filepath.Join(p.dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.NewQuery(`SELECT COUNT(*) FROM child_visits`).Row(&p.before); err != nil {
		t.Fatal(err)
	}
	return p
}

// revive waits for the death and starts the server again.
func (p *patient) revive() {
	p.t.Helper()
	p.process.Wait()
	if err := os.Remove(p.armed); err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	p.tablet.url, p.process = startServer(p.t, p.binary, p.dir)
	p.boss.url = p.tablet.url
}

// push sends a new batch whose first visit declares a file. It returns false when no answer came.
func (p *patient) push(photo []byte) bool {
	batch := make([]map[string]any, perBatch)
	for i := range batch {
		batch[i] = visitOperation(len(p.all)+1, uuid.NewString())
		if i == 0 && photo != nil {
			batch[i]["files"] = []map[string]any{{"name": "1.jpg", "sha256": digestOf(photo), "size": len(photo)}}
		}
		p.all = append(p.all, batch[i])
	}
	var got answered
	if !p.tablet.answers("/api/sync/v1/push", map[string]any{"operations": batch}, &got) {
		return false
	}
	for _, r := range got.Results {
		p.acknowledged[r.ID] = r.Status == "stored"
	}
	return true
}

// bring uploads a file in two pieces, going on where an earlier upload was cut.
func (p *patient) bring(at *string, photo []byte) bool {
	if *at == "" {
		meta := "sha256 " + base64.StdEncoding.EncodeToString([]byte(digestOf(photo)))
		res, ok := p.tablet.tus(p.t, http.MethodPost, "/api/sync/v1/files/", nil, "Upload-Length", strconv.Itoa(len(photo)), "Upload-Metadata", meta)
		if !ok {
			return false
		}
		u, err := url.Parse(res.Header.Get("Location"))
		if err != nil || res.StatusCode != http.StatusCreated {
			p.t.Fatalf("creation: %d %v", res.StatusCode, err)
		}
		*at = u.Path
	}
	for {
		res, ok := p.tablet.tus(p.t, http.MethodHead, *at, nil)
		if !ok {
			return false
		}
		offset, err := strconv.Atoi(res.Header.Get("Upload-Offset"))
		if err != nil {
			p.t.Fatalf("offset of %s: %d %v", *at, res.StatusCode, err)
		}
		if offset == len(photo) {
			p.brought[digestOf(photo)] = photo
			return true
		}
		piece := photo[offset:min(len(photo), offset+len(photo)/2+1)]
		if _, ok := p.tablet.tus(p.t, http.MethodPatch, *at, piece, "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream"); !ok {
			return false
		}
	}
}

// repeat pushes everything once more: what was acknowledged must be known, and of every other batch all or nothing.
func (p *patient) repeat() {
	p.t.Helper()
	for start := 0; start < len(p.all); start += perBatch {
		var got answered
		p.tablet.want(p.t, "/api/sync/v1/push", map[string]any{"operations": p.all[start : start+perBatch]}, &got)
		known := 0
		for _, r := range got.Results {
			switch {
			case r.Status == "unchanged" && r.Was == "stored" && r.Rev >= 1:
				known++
			case p.acknowledged[r.ID]:
				p.t.Errorf("%s was acknowledged and is lost: %+v", r.ID, r)
			case r.Status != "stored":
				p.t.Errorf("%s: %+v", r.ID, r)
			}
			p.acknowledged[r.ID] = true
		}
		if known != 0 && known != perBatch {
			p.t.Errorf("half a batch: %d of %d operations were stored", known, perBatch)
		}
	}
}

// examine looks into the data folder: the database is sound, every row of a file has its bytes, every visit is there
// once.
func (p *patient) examine() {
	p.t.Helper()
	pool, err := collections.Connect(filepath.Join(p.dir, "data.db"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer pool.Close()
	var health string
	var visits int
	if err := pool.NewQuery(`PRAGMA integrity_check`).Row(&health); err != nil || health != "ok" {
		p.t.Errorf("integrity: %s %v", health, err)
	}
	if err := pool.NewQuery(`SELECT COUNT(*) FROM child_visits`).Row(&visits); err != nil || visits-p.before != len(p.all) {
		p.t.Errorf("%d visits (%v), pushed %d", visits, err, len(p.all))
	}
	var here []string
	if err := pool.NewQuery(`SELECT sha256 FROM attachments WHERE state!='declared' UNION SELECT sha256 FROM uploads`).Column(&here); err != nil {
		p.t.Fatal(err)
	}
	keys, err := seal.Source(p.dir + ".keys.json").Open(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, sha := range here {
		if content, err := fileOf(blob.In(p.dir, keys), sha); err != nil || digestOf(content) != sha {
			p.t.Errorf("a row names the file %s: %v", sha, err)
		}
	}
	for _, sha := range slices.Sorted(maps.Keys(p.brought)) {
		if !slices.Contains(here, sha) {
			p.t.Errorf("the file %s was acknowledged and is lost", sha)
		}
	}
	var wrong int
	err = pool.NewQuery(`SELECT COUNT(*) FROM child_visits v WHERE complete = EXISTS (SELECT 1 FROM attachments WHERE record=v.id AND state='declared')`).Row(&wrong)
	if err != nil || wrong > 0 {
		p.t.Errorf("%d visits are wrong about whether they are complete (%v)", wrong, err)
	}
}

func fileOf(store blob.Store, sha string) ([]byte, error) {
	f, err := store.Open(sha)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// TestKilledAtNamedPoints kills the server at each point, with all the work that passes it under way.
func TestKilledAtNamedPoints(t *testing.T) {
	p := admit(t)
	for i, point := range crashPoints {
		t.Run(point, func(t *testing.T) {
			p.t = t
			if err := os.WriteFile(p.armed, []byte(point), 0o600); err != nil {
				t.Fatal(err)
			}
			photo, upload := picture(t, byte(i)), ""
			alive := p.push(photo) && p.bring(&upload, photo) && p.review()
			if alive {
				t.Fatal("the server passed the point")
			}
			p.revive()
			p.repeat()
			if !p.bring(&upload, photo) {
				t.Error("the upload cannot be finished")
			}
			p.examine()
		})
	}
}

// review is what the office does meanwhile: look at the photo, return the record. It returns false when no answer came.
func (p *patient) review() bool {
	id := p.all[len(p.all)-perBatch]["id"].(string)
	if !p.boss.answers("/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": "x"}, nil) {
		return false
	}
	pool, err := collections.Connect(filepath.Join(p.dir, "data.db"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer pool.Close()
	var attachment string
	if err := pool.NewQuery(`SELECT id FROM attachments WHERE record={:id}`).Bind(map[string]any{"id": id}).Row(&attachment); err != nil {
		p.t.Fatal(err)
	}
	res, ok := p.boss.tus(p.t, http.MethodGet, "/api/doorstep/v1/attachments/"+attachment+"?thumb=1", nil)
	return ok && res.StatusCode == http.StatusOK
}

// TestKilledAtRandom kills the server at moments of its own, in the midst of pushes and uploads.
func TestKilledAtRandom(t *testing.T) {
	p := admit(t)
	for round := range 3 {
		killed := p.process.Process
		timer := time.AfterFunc(time.Duration(150+170*round)*time.Millisecond, func() { killed.Kill() })
		photo, upload := picture(t, byte(round)), ""
		for alive := true; alive; {
			if alive = p.push(photo); alive && upload == "" {
				alive = p.bring(&upload, photo)
			}
		}
		timer.Stop()
		p.revive()
		if !p.bring(&upload, photo) {
			t.Error("the upload cannot be finished")
		}
	}
	if len(p.acknowledged) == 0 || len(p.acknowledged) == len(p.all) {
		t.Fatalf("%d of %d acknowledged: the kill did not fall into the work", len(p.acknowledged), len(p.all))
	}
	p.repeat()
	p.examine()
}

func picture(t *testing.T, seed byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 600, 600)), nil); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), bytes.Repeat([]byte{seed}, 100_000)...)
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// tus is one request of the upload protocol; false when no answer came.
func (c *tablet) tus(t *testing.T, method, path string, body []byte, header ...string) (*http.Response, bool) {
	t.Helper()
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Tus-Resumable": "1.0.0", "Authorization": c.token, "X-Doorstep-Device": c.device} {
		req.Header.Set(name, value)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res, err == nil
}
