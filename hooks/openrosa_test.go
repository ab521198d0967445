package hooks_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/tools/logger"

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

func TestFormListIsWhatCollectWants(t *testing.T) {
	_, phone, tablet, _ := odkStage(t)
	push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	list := phone.get(phone.Base + "/formList")
	for header, want := range map[string]string{"X-Openrosa-Version": "1.0", "Content-Type": "text/xml; charset=utf-8", "Cache-Control": "private, no-cache"} {
		if got := list.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	forms := phone.forms()
	if len(forms) != 2 || forms["child_visit"].Name == "" || forms["child_visit"].Version == "" {
		t.Fatalf("forms %+v", forms)
	}
	for id, f := range forms {
		if xmlForm := phone.get(f.DownloadURL); md5Of(xmlForm.Body) != f.Hash || !bytes.Contains(xmlForm.Body, []byte(`id="`+id+`"`)) {
			t.Errorf("%s: bytes at downloadUrl are not those of the hash %s", id, f.Hash)
		}
	}
	for _, url := range []string{phone.Base + "/formList", forms["child_visit"].DownloadURL, forms["child_visit"].ManifestURL, phone.manifest("child_visit")["households.csv"].DownloadURL} {
		tag := phone.get(url).Header.Get("ETag")
		if a := phone.do(http.MethodGet, url, nil, http.Header{"If-None-Match": {tag}}); tag == "" || a.Status != http.StatusNotModified || len(a.Body) != 0 {
			t.Errorf("%s: %d with the tag %s it gave", url, a.Status, tag)
		}
		zipped := phone.do(http.MethodGet, url, nil, http.Header{"Accept-Encoding": {"gzip"}})
		if zipped.Header.Get("Content-Encoding") != "gzip" || !bytes.HasPrefix(zipped.Body, []byte{0x1f, 0x8b}) {
			t.Errorf("%s is not compressed", url)
		}
	}
	if a := phone.do(http.MethodHead, phone.Base+"/formList?formID=child_visit", nil, nil); a.Status/100 != 2 {
		t.Errorf("Enketo's HEAD formList: %d", a.Status)
	}
	if a := phone.get(phone.Base + "/formList?formID=child_visit"); bytes.Count(a.Body, []byte("<xform>")) != 1 {
		t.Errorf("Enketo's filter: %s", a.Body)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	stranger := app.Client(t, server, app.Worker(t, "M2", "manager", "9902"))
	field := app.Client(t, server, worker)
	for name, c := range map[string]*testapp.Client{"another territory's manager": stranger} {
		if status, _ := c.Do(http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil); status != http.StatusNotFound {
			t.Errorf("%s got %d", name, status)
		}
	}
	if status, _ := field.Do(http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil); status != http.StatusForbidden {
		t.Errorf("a field worker got %d", status)
	}
	var token, second struct{ ID, Token, Device string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil, &token)
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil, &second)
	try := func(secret, campaign string) answer {
		c := &collect{t, server.URL + "/v1/key/" + secret + "/projects/" + campaign}
		return c.do(http.MethodGet, c.Base+"/formList", nil, nil)
	}
	if a := try(token.Token, "all"); a.Status != http.StatusOK {
		t.Fatalf("a good token: %d", a.Status)
	}
	if a := try(token.Token, uuid.NewString()); a.Status != http.StatusNotFound {
		t.Errorf("an unknown campaign: %d %s", a.Status, a.Body)
	}
	refused := func(what, secret string) {
		t.Helper()
		if a := try(secret, "all"); a.Status != http.StatusForbidden || a.message(t) == "" || a.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	refused("a wrong token", "x"+token.Token[1:])
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/tokens/"+token.ID+"/revoke", nil, nil)
	refused("a revoked token", token.Token)
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+second.Device+"/revoke", nil, nil)
	refused("a revoked device", second.Token)
	stored, err := app.FindAllRecords("app_tokens")
	if err != nil || len(stored) != 2 {
		t.Fatalf("%d tokens, %v", len(stored), err)
	}
	if bytes.Contains(databases(t, app), []byte(token.Token)) {
		t.Error("the database holds a token")
	}
}

// databases is every byte of every database file, write-ahead logs included.
func databases(t *testing.T, app *testapp.App) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(app.DataDir(), "*.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("database files %v %v", files, err)
	}
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func TestTokenStaysOutOfTheLog(t *testing.T) {
	app, phone, _, _ := odkStage(t)
	app.Settings().Logs.MaxDays = 7 // test apps do not log
	token := strings.Split(phone.Base, "/")[5]
	phone.forms()
	origin := strings.Split(phone.Base, "/v1/")[0]
	for _, url := range []string{phone.Base + "/no/such/path", origin + "/v2/KEY/" + token + "/formList", origin + "/nowhere?st=" + token} {
		if a := phone.do(http.MethodGet, url, nil, http.Header{"Referer": {phone.Base + "/formList"}}); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", url, a.Status)
		}
	}
	logs, ok := app.Logger().Handler().(*logger.BatchHandler)
	if !ok {
		t.Fatalf("the log is a %T", app.Logger().Handler())
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if err := logs.WriteAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		all := databases(t, app)
		if bytes.Contains(all, []byte(token)) {
			t.Fatal("the token is in a database")
		}
		if bytes.Count(all, []byte("/v1/key/***/projects/all/no/such/path")) > 0 && bytes.Contains(all, []byte("/v2/KEY/***")) && bytes.Contains(all, []byte("st=%2A%2A%2A")) {
			return
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("the failing requests never reached the log: nothing was proved")
		}
	}
}

func TestPasswordOverTLS(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	app.Worker(t, "S1", "supervisor", "990101")
	c := &collect{t, server.URL + "/openrosa/all"}
	try := func(user, password string, secure bool) answer {
		req, err := http.NewRequest(http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		if user != "" {
			req.SetBasicAuth(user, password)
			header = req.Header
		}
		if secure {
			header.Set("X-Forwarded-Proto", "https") // a proxy on this machine took the TLS off
		}
		return c.do(http.MethodGet, c.Base+"/formList", nil, header)
	}
	for range 12 {
		try("", "", true) // many tablets begin
	}
	bare := try("", "", true)
	if bare.Status != http.StatusUnauthorized || !strings.HasPrefix(bare.Header.Get("WWW-Authenticate"), "Basic realm=") {
		t.Errorf("the first request: %d %v", bare.Status, bare.Header)
	}
	for name, c := range map[string]struct {
		user, password string
		secure         bool
		status         int
	}{
		"plain http":              {"F1", testapp.Password, false, 403},
		"right":                   {"F1", testapp.Password, true, 200},
		"wrong":                   {"F1", "wrong", true, 401},
		"nobody":                  {"F9", testapp.Password, true, 401},
		"not for data collection": {"S1", testapp.Password, true, 403},
	} {
		if a := try(c.user, c.password, c.secure); a.Status != c.status {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := try("F1", testapp.Password, true); !bytes.Contains(a.Body, []byte("<downloadUrl>https://")) || !bytes.Contains(a.Body, []byte("/openrosa/all/forms/")) {
		t.Errorf("links lead elsewhere: %s", a.Body)
	}
	worker.SetPassword("another-pass-2")
	if err := app.Save(worker); err != nil {
		t.Fatal(err)
	}
	if a := try("F1", testapp.Password, true); a.Status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", a.Status)
	}
	for range 10 {
		try("F1", "guess", true)
	}
	if a := try("F1", "another-pass-2", true); a.Status != http.StatusTooManyRequests {
		t.Errorf("after many guesses: %d", a.Status)
	}
	app.Advance(16 * time.Minute)
	if a := try("F1", "another-pass-2", true); a.Status != http.StatusOK {
		t.Errorf("a while later: %d", a.Status)
	}
}
