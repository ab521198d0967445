package hooks_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

func fetched(t *testing.T, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	client := http.Client{Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

var assetNamed = regexp.MustCompile(`/console/(assets/[^"]+)"`)

// The console comes with the binary: its address leads to it, its pages are all drawn by the shell, its files keep their
// names for years, and nothing but them runs in it.
func TestConsoleIsServed(t *testing.T) {
	t.Parallel()
	server := testapp.New(t).Serve(t)
	for _, path := range []string{"/", "/console"} {
		if res, _ := fetched(t, server.URL+path, nil); res.StatusCode != http.StatusTemporaryRedirect || res.Header.Get("Location") != "/console/" {
			t.Errorf("%s: %d to %q", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
	res, shell := fetched(t, server.URL+"/console/", nil)
	policy := res.Header.Get("Content-Security-Policy")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("shell: %d %v", res.StatusCode, res.Header)
	}
	if !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("policy %q", policy)
	}
	fill, _ := fetched(t, server.URL+"/console/fill.html", nil)
	if p := fill.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none';") || !strings.HasSuffix(p, "sandbox allow-scripts") || strings.Contains(p, "connect-src") {
		t.Errorf("policy of the page on which a form is tried: %q", p)
	}
	if _, deep := fetched(t, server.URL+"/console/review?state=received", nil); deep != shell {
		t.Error("a deep link is not answered by the shell")
	}
	named := assetNamed.FindAllStringSubmatch(shell, -1)
	if len(named) < 2 {
		t.Fatalf("the shell names %d files", len(named))
	}
	for _, name := range named {
		url := server.URL + "/console/" + name[1]
		res, plain := fetched(t, url, nil)
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("Content-Encoding") != "" || res.Header.Get("Content-Security-Policy") != policy {
			t.Errorf("%s: %d %v", url, res.StatusCode, res.Header)
		}
		if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/javascript") && !strings.HasPrefix(kind, "text/css") && !strings.HasPrefix(kind, "image/svg") {
			t.Errorf("%s is served as %q", url, kind)
		}
		zipped, packed := fetched(t, url, map[string]string{"Accept-Encoding": "br, gzip"})
		if zipped.Header.Get("Content-Encoding") != "gzip" || unpacked(t, packed) != plain || len(packed) >= len(plain) {
			t.Errorf("%s: %q does not give the same", url, zipped.Header.Get("Content-Encoding"))
		}
		if again, body := fetched(t, url, map[string]string{"If-None-Match": res.Header.Get("ETag")}); again.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("%s again: %d", url, again.StatusCode)
		}
	}
}

func unpacked(t *testing.T, packed string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// What is no file of the console is told as a problem, not as a page that a browser takes for a script.
func TestConsoleSwallowsNoMistake(t *testing.T) {
	t.Parallel()
	server := testapp.New(t).Serve(t)
	for _, path := range []string{"/console/assets/none.js", "/nowhere", "/api/nope", "/v1/nope"} {
		res, body := fetched(t, server.URL+path, nil)
		if res.StatusCode != http.StatusNotFound || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") || strings.Contains(body, "<html") {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
	}
}
