package hooks_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"doorstep/internal/access"
	"doorstep/internal/protocol"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

const (
	tooMuch  = 64 << 20  // bytes of a body, more than any route but those for files takes
	bomb     = 512 << 20 // bytes that a small body becomes when it is inflated
	mostHeap = 200 << 20 // bytes that a request may allocate in all
)

// blanks are what JSON and XML skip, so that no parser gives up before the limit.
type blanks struct{ left int64 }

var blank = strings.Repeat(" ", 1<<16)

func (b *blanks) Read(p []byte) (int, error) {
	n := min(int64(len(p)), int64(len(blank)), b.left)
	if n == 0 {
		return 0, io.EOF
	}
	b.left -= n
	return copy(p[:n], blank), nil
}

func packed(t *testing.T, w io.WriteCloser, into *bytes.Buffer) []byte {
	t.Helper()
	if _, err := io.Copy(w, &blanks{bomb}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return into.Bytes()
}

// inForm puts a file into a multipart body and returns its content type.
func inForm(t *testing.T, name string, content io.Reader) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(part, content); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, form.FormDataContentType()
}

// caller is the role that a route is for; "" where nobody has to sign in.
func caller(do access.Action) string {
	for _, role := range []access.Role{access.Manager, access.Supervisor, access.Analyst, access.Field} {
		if access.Table[do][role] != access.Nowhere {
			return string(role)
		}
	}
	return ""
}

// TestBodiesAreLimited sends every route that takes a body too much of it: with its length said, without, and packed
// small. The answer has a code, and the memory does not grow with the body.
func TestBodiesAreLimited(t *testing.T) {
	app := testapp.New(t)
	served := app.Serve(t)
	handler := app.Handler(t)
	clients := map[string]*testapp.Client{"": app.Client(t, served, nil)}
	for _, role := range []string{"manager", "supervisor", "analyst", "field"} {
		clients[role] = app.Client(t, served, app.Worker(t, "L-"+role, role, "990101"))
	}
	clients["field"].Register()

	var gz, zs bytes.Buffer
	zw, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	small := map[string][]byte{"gzip": packed(t, gzip.NewWriter(&gz), &gz), "zstd": packed(t, zw, &zs)}
	form, formType := inForm(t, "big.csv", &blanks{tooMuch})

	type body struct {
		name, encoding, kind string
		content              func() io.Reader
		length               int64
	}
	bodies := []body{
		{"length said", "", "application/json", func() io.Reader { return &blanks{tooMuch} }, tooMuch},
		{"length not said", "", "application/json", func() io.Reader { return &blanks{tooMuch} }, -1},
		{"gzip", "gzip", "application/json", func() io.Reader { return bytes.NewReader(small["gzip"]) }, int64(len(small["gzip"]))},
		{"zstd", "zstd", "application/json", func() io.Reader { return bytes.NewReader(small["zstd"]) }, int64(len(small["zstd"]))},
		{"multipart", "", formType, func() io.Reader { return bytes.NewReader(form.Bytes()) }, -1},
	}
	fill := strings.NewReplacer("{id}", "x", "{collection}", "child_visits", "{form}", "child_visit", "{version}", "x", "{device}", "x", "{upload}", "x")
	for _, r := range server.Routes {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodDelete {
			continue
		}
		client := clients[caller(r.Do)]
		for _, b := range bodies {
			t.Run(r.Path+" "+b.name, func(t *testing.T) {
				req := httptest.NewRequest(r.Method, fill.Replace(r.Path), io.NopCloser(b.content()))
				req.ContentLength = b.length
				for name, value := range map[string]string{
					"Authorization": client.Token, protocol.DeviceHeader: client.Device, "Content-Type": b.kind, "Content-Encoding": b.encoding,
					"Tus-Resumable": "1.0.0", "Upload-Length": fmt.Sprint(int64(bomb) * 100), "Upload-Offset": "0",
				} {
					if value != "" {
						req.Header.Set(name, value)
					}
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, req)
				runtime.ReadMemStats(&after)
				if spent := after.TotalAlloc - before.TotalAlloc; spent > mostHeap {
					t.Errorf("the request took %d MB", spent>>20)
				}
				coded := strings.Contains(w.Body.String(), `"code":"`) || strings.HasPrefix(w.Body.String(), "ERR_") // the latter are those of tus
				if w.Code >= 500 || w.Code >= 400 && !coded {                                                        // a route without a body never reads it

					t.Errorf("%d %s", w.Code, w.Body)
				}
				asksFirst := w.Code == http.StatusUnauthorized && client.Token == ""
				if b.name == "length said" && !asksFirst && !strings.HasPrefix(r.Path, "/api/sync/v1/files/") && (w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), `"request.too_large"`)) {
					t.Errorf("%d %s, want 413 request.too_large", w.Code, w.Body)
				}
			})
		}
	}
}

// A workbook that is small on the way and huge in memory is a workbook with a mistake.
func TestWorkbookBomb(t *testing.T) {
	app := testapp.New(t)
	token := app.Token(t, app.Worker(t, "M1", "manager", "99"))
	var book bytes.Buffer
	z := zip.NewWriter(&book)
	for name, content := range map[string]io.Reader{
		"[Content_Types].xml":      strings.NewReader(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`),
		"xl/workbook.xml":          strings.NewReader(`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets><sheet name="survey" sheetId="1"/></sheets></workbook>`),
		"xl/worksheets/sheet1.xml": &blanks{bomb},
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	body, kind := inForm(t, "bomb.xlsx", &book)
	req := httptest.NewRequest(http.MethodPost, "/api/doorstep/v1/forms/convert", body)
	req.Header.Set("Authorization", token)
	req.Header.Set("Content-Type", kind)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	app.Handler(t).ServeHTTP(w, req)
	runtime.ReadMemStats(&after)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"form.workbook"`) || after.TotalAlloc-before.TotalAlloc > mostHeap {
		t.Errorf("%d %s, %d MB", w.Code, w.Body, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}
