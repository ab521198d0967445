package hooks_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// witness sends requests and holds each request and answer against docs/openapi.yaml.
type witness struct {
	contract
	t      *testing.T
	served *httptest.Server
	seen   map[string]bool // "POST /path" once it was answered with 2xx
	ledger *ledger         // nil, or what notes each request
	called []called
}

// called is the name that an answer gives to an area or a worker.
type called struct{ route, id, name string }

// namesIn notes how an answer calls whom and what it names by id.
func (w *witness) namesIn(route string, answer any) {
	switch v := answer.(type) {
	case []any:
		for _, each := range v {
			w.namesIn(route, each)
		}
	case object:
		for _, of := range []string{"area", "worker", "checker"} {
			name, told := v[of+"_name"].(string)
			if id, of := text(v, of), route+" "+of; told && id != "" {
				w.called = append(w.called, called{of, id, name})
			}
		}
		for _, each := range v {
			w.namesIn(route, each)
		}
	}
}

// namesAreKept fails where an answer called an area or a worker otherwise than its row does.
func (w *witness) namesAreKept(app *testapp.App) {
	w.t.Helper()
	names := map[string]string{}
	p := app.Picture(w.t)
	for _, area := range p[collections.Areas] {
		names[area["code"]] = area["name"]
	}
	for id, worker := range p[collections.Workers] {
		names[id] = worker["name"]
	}
	for _, c := range w.called {
		if names[c.id] != c.name {
			w.t.Errorf("%s: %s is called %q, not %q", c.route, c.id, c.name, names[c.id])
		}
	}
	if len(w.called) < 20 {
		w.t.Errorf("answers call only %d by name", len(w.called))
	}
}

// file is a multipart body with one file.
type file struct{ name, content string }

// send fills the placeholders of a path with values, in order; body is nil, a file, or sent as JSON.
func (w *witness) send(who *testapp.Client, method, path string, values []string, query string, body any, want int) any {
	w.t.Helper()
	op := w.operation(method, path)
	if op == nil {
		w.t.Fatalf("%s %s is not documented", method, path)
	}
	if sent, ok := body.(object); ok {
		w.report(method+" "+path+" sends", w.misfits("body", at(op, "requestBody", "content", "application/json", "schema"), sent))
	}
	filled := path
	for _, v := range values {
		open, end := strings.Index(filled, "{"), strings.Index(filled, "}")
		filled = filled[:open] + url.PathEscape(v) + filled[end+1:]
	}
	status, answer := w.attempt(who, method, path, filled+query, body, want)
	if status != want {
		w.t.Fatalf("%s %s: %d %s, want %d", method, filled+query, status, answer, want)
	}
	if status < 400 {
		w.seen[method+" "+path] = true
	}
	return w.check(op, method+" "+path, status, answer)
}

func (w *witness) do(who *testapp.Client, method, path string, body any) (int, []byte) {
	w.t.Helper()
	f, ok := body.(file)
	if !ok {
		return who.Do(method, path, body)
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", f.name)
	if err == nil {
		_, err = io.WriteString(part, f.content)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	form.Close()
	req, err := http.NewRequest(method, w.served.URL+path, &b)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", who.Token)
	res, err := w.served.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, answer
}

// check holds an answer against the response of its status, and the code of a problem against x-problems.
func (w *witness) check(op object, name string, status int, answer []byte) any {
	w.t.Helper()
	response, ok := w.response(op, status)
	if !ok {
		w.t.Fatalf("%s: status %d is not documented", name, status)
	}
	schema := at(response, "content", "application/json", "schema")
	if schema == nil {
		if status == http.StatusNoContent && len(answer) > 0 {
			w.t.Errorf("%s: an answer without content says %s", name, answer)
		}
		return string(answer)
	}
	value := decodeJSON(w.t, answer)
	w.report(name+" answers", w.misfits("answer", schema, value))
	w.namesIn(name, value)
	if code, ok := at(value, "code").(string); ok && status >= 400 && op["x-problems"] != nil {
		if !slices.Contains(append(texts(op["x-problems"]), texts(w.root["x-problems-everywhere"])...), code) {
			w.t.Errorf("%s: problem %s is not documented", name, code)
		}
	}
	return value
}

func (w *witness) report(name string, wrong []string) {
	w.t.Helper()
	for _, one := range wrong {
		w.t.Errorf("%s: %s", name, one)
	}
}

// text follows names into a JSON answer and takes the first of lists.
func text(v any, path ...string) string {
	for _, step := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		v = at(v, step)
	}
	s, _ := v.(string)
	return s
}

// listOf is what a list of an answer holds.
func listOf(answer any) []any {
	list, _ := at(answer, "items").([]any)
	return list
}

const (
	get        = http.MethodGet
	post       = http.MethodPost
	quarantine = "/api/doorstep/v1/quarantine"
	records    = "/api/doorstep/v1/records/{collection}/{id}"
	formRoutes = "/api/doorstep/v1/forms"
)
