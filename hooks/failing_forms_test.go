package hooks_test

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	uploads "doorstep/internal/upload"
)

// some takes the first statements one by one, and a sample of those that follow, ever fewer.
func some() func(n int) int {
	draw := rand.New(rand.NewPCG(20261130, 0))
	return func(n int) int { return n + 1 + draw.IntN(1+n/8) }
}

// readAgain are statements that read what was stored for whoever asks next, or look for what waited for it. Where one fails that is done
// later, and nothing is taken back.
var readAgain = regexp.MustCompile(`^SELECT (CAST\(value AS INTEGER\)|value) FROM meta|^SELECT form_id, version, status, tablename, |` +
	`^SELECT code, name, level, expected_households, |^SELECT DISTINCT form, form_version FROM submissions|` +
	`^SELECT h\.id, h\.instance FROM submissions`)

func sparedAgain(query string) bool { return isSpared(query) || readAgain.MatchString(query) }

// TestWhatIsPublishedAndUploadedComesWhole sends forms, files and areas again and again, while each time another statement of the
// database fails: whichever it is, the answer says so, and neither the database nor the library of forms has changed.
func TestWhatIsPublishedAndUploadedComesWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Doorstep.AreaJobs = nil // no job goes on beside
	content := bytes.Repeat([]byte("x"), 5000)
	w := &witness{t: t, served: d.Serve(t)}
	sent := func(path string, body any) func() (int, []byte) {
		return func() (int, []byte) { return w.do(d.manager, post, "/api/doorstep/v1"+path, body) }
	}
	metadata := "sha256 " + base64.StdEncoding.EncodeToString([]byte(digest(content)))
	for _, c := range []struct {
		name string
		do   func() (int, []byte)
		want int
	}{
		{"a form", sent("/forms", file{"held.md", heldForm}), http.StatusOK},
		{"its next version", sent("/forms", file{"held.md", strings.Replace(heldForm, "| held | 1 |", "| held | 2 |", 1)}), http.StatusOK},
		{"a version that closes", sent("/forms/held/1/status", object{"status": "closing"}), http.StatusNoContent},
		{"a file of a form", sent("/forms/held/files", file{"towns.csv", "name,label\na,A\n"}), http.StatusOK},
		{"areas", sent("/areas?crs=wgs84&replace=1", file{"grids.geojson", split}), http.StatusOK},
		{"an upload", func() (int, []byte) {
			res := tus(t, d.tablets[0], post, uploads.BasePath, nil, "Upload-Length", "5000", "Upload-Metadata", metadata)
			return res.StatusCode, []byte(said(t, res))
		}, http.StatusCreated},
	} {
		t.Run(c.name, func(t *testing.T) {
			known := d.versions()
			_, status, answer := failsAt(t, d.App, some(), sparedAgain, post, c.name, func() (int, []byte) {
				status, answer := c.do()
				if now := d.versions(); status >= http.StatusBadRequest && !slices.Equal(now, known) {
					t.Errorf("%d %s, and the library knows %q, not %q", status, answer, now, known)
				}
				return status, answer
			})
			if status != c.want {
				t.Fatalf("%d %s, want %d", status, answer, c.want)
			}
		})
	}
}

// versions are those that the library knows, with their states.
func (d *desk) versions() (all []string) {
	for _, in := range d.Doorstep.Library.Every() {
		all = append(all, in.Form.ID+" "+in.Version+" "+in.Status)
	}
	slices.Sort(all)
	return all
}

// TestAnUploadThatFailsStandsWhereItStood sends the bytes of a file, gives another up, and asks where one stands, while one statement
// after the other fails: the file is in the store when that is said, and its bytes are taken again until then.
func TestAnUploadThatFailsStandsWhereItStood(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	tablet, content := d.tablets[0], bytes.Repeat([]byte("y"), 5000)
	path := begin(t, tablet, digest(content), len(content))
	here := func() bool {
		f, err := collections.Files(d.TestApp).Open(digest(content))
		if err == nil {
			f.Close()
		}
		return err == nil
	}
	offset := func() string { return tus(t, tablet, http.MethodHead, path, nil).Header.Get("Upload-Offset") }
	for n, failed := 1, "."; failed != ""; n++ {
		at := 0
		if offset() == "5000" {
			at = len(content)
		}
		var status int
		failed = d.Failing(n, isSpared, func() { status = patch(t, tablet, path, at, content[at:]).StatusCode })
		if status == http.StatusNoContent && !here() {
			t.Fatalf("it is said to be here, though this failed: %s", failed)
		}
		if failed == "" && status != http.StatusNoContent {
			t.Fatalf("%d when nothing fails", status)
		}
	}
}
