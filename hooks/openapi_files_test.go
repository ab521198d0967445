package hooks_test

import (
	"io"
	"net/http"
	"strings"

	"doorstep/internal/testapp"
	uploads "doorstep/internal/upload"
)

// walkFiles uploads a file that a visit declares, gives up another, and reads the first as a reviewer.
func (w *witness) walkFiles(app *testapp.App, tablet, boss *testapp.Client) {
	w.t.Helper()
	const one = uploads.BasePath + "{device}/{upload}"
	content := photo(w.t, 1, 50_000)
	visit := withFile(w.t, tablet, 20, content)
	w.send(tablet, post, uploads.BasePath+"have", nil, "", object{"sha256": []any{digest(content)}}, 200)
	w.send(tablet, post, uploads.BasePath+"have", nil, "", object{"sha256": []any{"x"}}, 400)
	path := begin(w.t, tablet, digest(content), len(content))
	unwanted := begin(w.t, tablet, digest(content), len(content))
	for _, step := range []struct {
		method, path, documented string
		body                     []byte
		want                     int
	}{
		{http.MethodPost, uploads.BasePath, uploads.BasePath, nil, http.StatusBadRequest},
		{http.MethodHead, path, one, nil, http.StatusOK},
		{http.MethodPatch, path, one, content, http.StatusNoContent},
		{http.MethodPatch, path + "0", one, content, http.StatusNotFound},
		{http.MethodDelete, unwanted, one, nil, http.StatusNoContent},
		{http.MethodDelete, unwanted, one, nil, http.StatusNotFound},
	} {
		header := []string{"Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"}
		if step.method == http.MethodPost {
			header = []string{"Upload-Length", "1"}
		}
		res := tus(w.t, tablet, step.method, step.path, step.body, header...)
		if res.StatusCode != step.want {
			w.t.Fatalf("%s %s: %d %s", step.method, step.path, res.StatusCode, said(w.t, res))
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			w.t.Fatal(err)
		}
		w.seen[step.method+" "+step.documented] = true
		w.check(w.operation(step.method, step.documented), step.method+" "+step.documented, res.StatusCode, body)
	}
	const attachments = "/api/doorstep/v1/attachments/{id}"
	id := attachmentOf(w.t, app, visit)
	id = id[strings.LastIndex(id, "/")+1:]
	w.send(boss, get, attachments, []string{id}, "", nil, 200)
	w.send(boss, get, attachments, []string{id}, "?thumb=1", nil, 200)
	w.send(boss, get, attachments, []string{"x"}, "", nil, 404)
}
