package hooks_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// uploadFormFile sends a file to a form and returns the status.
func uploadFormFile(t *testing.T, c *testapp.Client, form, name, body string) int {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/api/doorstep/v1/forms/"+form+"/files", &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", c.Token)
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestFilesOfAForm(t *testing.T) {
	t.Parallel()
	app, phone, _, _ := odkStage(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M9", "manager", "9901"))
	for _, content := range []string{"first", "second"} {
		if status := uploadFormFile(t, manager, "child_visit", "示意图 1.png", content); status != http.StatusOK {
			t.Fatalf("upload: %d", status)
		}
		m := phone.manifest("child_visit")
		picture := m["示意图 1.png"]
		if len(m) != 3 || picture.Type != "" || picture.IntegrityURL != "" || picture.Hash != md5Of([]byte(content)) {
			t.Fatalf("manifest %+v", m)
		}
		got := phone.get(picture.DownloadURL)
		if string(got.Body) != content || got.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%q %s", got.Body, got.Header.Get("Content-Type"))
		}
		if a := phone.do(http.MethodGet, picture.DownloadURL, nil, http.Header{"If-None-Match": {got.Header.Get("ETag")}}); a.Status != http.StatusNotModified {
			t.Errorf("with its tag: %d", a.Status)
		}
	}
	for name, sent := range map[string]string{"GB 18030": "\xb4\xe5\xc3\xfb,label\n\xc0\xee\xcc\xc1,1\n", "UTF-8 with a mark": "\ufeff村名,label\n李塘,1\n"} {
		if status := uploadFormFile(t, manager, "child_visit", "towns.CSV", sent); status != http.StatusOK {
			t.Fatalf("%s: %d", name, status)
		}
		const kept = "村名,label\n李塘,1\n" // which tablets read
		towns := phone.manifest("child_visit")["towns.CSV"]
		if got := phone.get(towns.DownloadURL); string(got.Body) != kept || towns.Hash != md5Of([]byte(kept)) {
			t.Errorf("%s: %q with the hash %s", name, got.Body, towns.Hash)
		}
	}
	var told, ofKept int
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*), COUNT(f.id) FROM audit a LEFT JOIN form_files f ON f.id=a.record WHERE a.action='form.file'`,
		nil, &told, &ofKept); err != nil || told != 4 || ofKept != told {
		t.Errorf("of %d entries of the audit trail %d name the file as it is kept: %v", told, ofKept, err)
	}
	for name, c := range map[string]struct {
		form, file string
		status     int
	}{
		"an entity list": {"child_visit", "households.csv", 400}, "external choices": {"child_visit", "itemsets.csv", 400}, "unknown form": {"nobody", "a.png", 404},
		"a damaged list": {"child_visit", "b.csv", 400},
	} {
		if status := uploadFormFile(t, manager, c.form, c.file, "x,村村村\xb4\n"); status != c.status {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status := uploadFormFile(t, app.Client(t, server, app.Worker(t, "F9", "field", "990101")), "child_visit", "a.png", "x"); status != http.StatusForbidden {
		t.Errorf("a field worker: %d", status)
	}
}

// Three thousand tablets may come from one address.
func TestLimitsPerAddressDoNotHoldForTablets(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	app.Settings().RateLimits = core.RateLimitsConfig{Enabled: true, Rules: []core.RateLimitRule{{Label: "/", MaxRequests: 3, Duration: 60}}}
	refused := 0
	for range 8 {
		phone.forms()
		if status, _ := boss.Do(http.MethodGet, "/api/doorstep/v1/quarantine", nil); status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("the limit was never on: nothing was proved")
	}
}
