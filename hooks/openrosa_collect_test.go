package hooks_test

import (
	"bytes"
	"crypto/md5"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

// collect is an ODK Collect that was set up with a token.
type collect struct {
	t    *testing.T
	Base string // server_url
}

// odkStage is a city with a worker's ODK app, the worker's native tablet and a supervisor.
func odkStage(t *testing.T) (app *testapp.App, phone *collect, tablet, boss *testapp.Client) {
	t.Helper()
	app = testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	boss = app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	return app, newCollect(t, app, server, worker.Id), app.Client(t, server, worker).Register(), boss
}

func newCollect(t *testing.T, app *testapp.App, server *httptest.Server, worker string) *collect {
	t.Helper()
	manager := app.Client(t, server, app.Worker(t, "M"+worker[:8]+worker[len(worker)-4:], "manager", "9901"))
	var out struct{ Token string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker+"/token", map[string]string{"label": "tablet 1"}, &out)
	return &collect{t, server.URL + "/v1/key/" + out.Token + "/projects/all"}
}

type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func (a answer) message(t *testing.T) string {
	t.Helper()
	var e struct {
		XMLName xml.Name `xml:"http://openrosa.org/http/response OpenRosaResponse"`
		Message string   `xml:"message"`
	}
	if err := xml.Unmarshal(a.Body, &e); err != nil {
		t.Fatalf("no OpenRosa message in %q: %v", a.Body, err)
	}
	if a.Header.Get("X-OpenRosa-Version") != "1.0" || !strings.Contains(a.Header.Get("Content-Type"), "text/xml") {
		t.Errorf("headers of the answer: %v", a.Header)
	}
	return e.Message
}

// do sends a request with the headers that Collect sends: its Date has twelve hours and no half of the day.
func (c *collect) do(method, url string, body io.Reader, header http.Header) answer {
	c.t.Helper()
	if strings.Contains(url, "?") {
		url += "&deviceID=collect%3AxY3kfjd92jfkLs0q"
	} else {
		url += "?deviceID=collect%3AxY3kfjd92jfkLs0q"
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, url, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", "org.odk.collect.android/v2026.2.1 Dalvik/2.1.0 (Linux; U; Android 14)")
	req.Header.Set("X-OpenRosa-Version", "1.0")
	req.Header.Set("Date", "Mon, 23 Nov 2026 02:00:00 GMT+08:00")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b}
}

func (c *collect) get(url string) answer {
	c.t.Helper()
	a := c.do(http.MethodGet, url, nil, nil)
	if a.Status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", url, a.Status, a.Body)
	}
	return a
}

type listed struct {
	FormID      string `xml:"formID"`
	Name        string `xml:"name"`
	Version     string `xml:"version"`
	Hash        string `xml:"hash"`
	DownloadURL string `xml:"downloadUrl"`
	ManifestURL string `xml:"manifestUrl"`
}

func (c *collect) forms() map[string]listed {
	c.t.Helper()
	var list struct {
		XMLName xml.Name `xml:"http://openrosa.org/xforms/xformsList xforms"`
		Forms   []listed `xml:"xform"`
	}
	if err := xml.Unmarshal(c.get(c.Base+"/formList").Body, &list); err != nil {
		c.t.Fatal(err)
	}
	out := map[string]listed{}
	for _, f := range list.Forms {
		out[f.FormID] = f
	}
	return out
}

type media struct {
	Type         string `xml:"type,attr"`
	Filename     string `xml:"filename"`
	Hash         string `xml:"hash"`
	DownloadURL  string `xml:"downloadUrl"`
	IntegrityURL string `xml:"integrityUrl"`
}

func (c *collect) manifest(form string) map[string]media {
	c.t.Helper()
	var list struct {
		XMLName xml.Name `xml:"http://openrosa.org/xforms/xformsManifest manifest"`
		Files   []media  `xml:"mediaFile"`
	}
	if err := xml.Unmarshal(c.get(c.forms()[form].ManifestURL).Body, &list); err != nil {
		c.t.Fatal(err)
	}
	out := map[string]media{}
	for _, f := range list.Files {
		out[f.Filename] = f
	}
	return out
}

// rows reads an entity list by id.
func (c *collect) rows(m media) map[string]map[string]string {
	c.t.Helper()
	all, err := csv.NewReader(bytes.NewReader(c.get(m.DownloadURL).Body)).ReadAll()
	if err != nil {
		c.t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, h := range all[0] {
			row[h] = r[i]
		}
		out[row["name"]] = row
	}
	return out
}

type part struct{ name, file, contentType, body string }

// post sends parts as OkHttp writes them, after the HEAD that Collect sends before every record.
func (c *collect) post(parts ...part) answer {
	c.t.Helper()
	if a := c.do(http.MethodHead, c.Base+"/submission", nil, nil); a.Status != http.StatusNoContent {
		c.t.Fatalf("HEAD: %d", a.Status)
	}
	return c.posted(parts...)
}

func (c *collect) posted(parts ...part) answer {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := make(map[string][]string)
		disposition := `form-data; name="` + p.name + `"`
		if p.file != "" {
			disposition += `; filename="` + p.file + `"`
		}
		h["Content-Disposition"] = []string{disposition}
		if p.contentType != "" {
			h["Content-Type"] = []string{p.contentType}
		}
		out, err := w.CreatePart(h)
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := io.WriteString(out, p.body); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	return c.do(http.MethodPost, c.Base+"/submission", &b, http.Header{"Content-Type": {w.FormDataContentType()}})
}

func md5Of(b []byte) string {
	sum := md5.Sum(b)
	return "md5:" + hex.EncodeToString(sum[:])
}
