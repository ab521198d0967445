package hooks_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// settle puts n households into a grid, with ids in order, without telling the feed.
func settle(t *testing.T, app *testapp.App, area string, n int, location string) (ids []string) {
	t.Helper()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for i := range n {
			id := collections.NewID()
			ids = append(ids, id)
			if err := collections.Insert(db, collections.Households, collections.Row{
				{Column: "id", Value: id}, {Column: "address", Value: fmt.Sprintf("示例路 %d 号", i)}, {Column: "area", Value: area}, {Column: "location", Value: location}, {Column: "rev", Value: 1},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

const nowhere = `{"lon":0,"lat":0}`

// fetch is a request as the tablet sends it, without what net/http does to encodings by itself.
func fetch(t *testing.T, c *testapp.Client, method, path string, body []byte, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", c.Token)
	req.Header.Set("X-Doorstep-Device", c.Device)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

// plain undoes an encoding.
func plain(t *testing.T, encoding string, r io.Reader) []byte {
	t.Helper()
	switch encoding {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	case "zstd":
		z, err := zstd.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		r = z
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func packWith(t *testing.T, encoding string, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var z io.WriteCloser = gzip.NewWriter(&out)
	if encoding == "zstd" {
		var err error
		if z, err = zstd.NewWriter(&out); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnswersArePackedForWhoAcceptsIt(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	settle(t, app, gridA, 300, nowhere)
	want := plain(t, "", fetch(t, tablet, http.MethodGet, "/api/sync/v1/pull", nil).Body)
	if len(want) < 32<<10 {
		t.Fatalf("the page has %d bytes and fits into one piece", len(want))
	}
	for accept, encoding := range map[string]string{"gzip": "gzip", "zstd": "zstd", "gzip, zstd": "zstd", "gzip;q=0": "", "br": "", "": ""} {
		res := fetch(t, tablet, http.MethodGet, "/api/sync/v1/pull", nil, "Accept-Encoding", accept)
		if got := res.Header.Get("Content-Encoding"); got != encoding {
			t.Errorf("%q is answered as %q, want %q", accept, got, encoding)
		}
		if got := plain(t, encoding, res.Body); !bytes.Equal(got, want) {
			t.Errorf("%q: %d bytes, want the same %d", accept, len(got), len(want))
		}
	}
	if res := fetch(t, tablet, http.MethodGet, "/api/sync/v1/pull?limit=1", nil, "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" {
		t.Error("an answer of one packet is packed")
	}
}

func TestRequestsMayBePackedUpToTheLimit(t *testing.T) {
	t.Parallel()
	_, tablet, _ := stage(t)
	body := func(seq int) []byte {
		b, err := json.Marshal(map[string]any{"operations": []any{operation(seq, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号"))}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	huge := []byte(`{"operations":[{"seq":9,"id":"` + strings.Repeat("x", 64<<20) + `"}]}`)
	for i, encoding := range []string{"gzip", "zstd"} {
		small, bomb := packWith(t, encoding, body(i+1)), packWith(t, encoding, huge)
		for what, c := range map[string]struct {
			body   []byte
			status int
			says   string
		}{
			"whole":      {small, http.StatusOK, `"stored"`},
			"cut":        {small[:len(small)-9], http.StatusBadRequest, "request.malformed"},
			"plain text": {body(8), http.StatusBadRequest, "request.malformed"},
			"a bomb":     {bomb, http.StatusRequestEntityTooLarge, "request.too_large"},
		} {
			res := fetch(t, tablet, http.MethodPost, "/api/sync/v1/push", c.body, "Content-Encoding", encoding)
			if said := plain(t, "", res.Body); res.StatusCode != c.status || !strings.Contains(string(said), c.says) {
				t.Errorf("%s, %s: %d %.200s", encoding, what, res.StatusCode, said)
			}
		}
	}
}

// One page may hold everything, and comes in pieces.
func TestAPageIsWrittenWhileItIsRead(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	ids := settle(t, app, gridA, 2000, nowhere)
	res := fetch(t, tablet, http.MethodGet, "/api/sync/v1/pull?limit=5000", nil)
	if res.ContentLength >= 0 {
		t.Errorf("the length %d was known before the page was read", res.ContentLength)
	}
	var p page
	if err := json.Unmarshal(plain(t, "", res.Body), &p); err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for _, ch := range p.Changes {
		held[ch.ID] = true
	}
	for _, id := range ids {
		if !held[id] {
			t.Fatalf("%d changes, and %s is not among them", len(p.Changes), id)
		}
	}
	if p.More || !p.Reset || len(pull(t, tablet, p.Cursor).Changes) != 0 {
		t.Errorf("more %v, reset %v", p.More, p.Reset)
	}
}

// What breaks in the middle must not look like a page, packed or not.
func TestABrokenPageIsCut(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	settle(t, app, gridA, 300, nowhere)
	settle(t, app, gridA, 1, "no JSON")
	for _, accept := range []string{"", "gzip", "zstd"} {
		res := fetch(t, tablet, http.MethodGet, "/api/sync/v1/pull", nil, "Accept-Encoding", accept)
		b, err := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %d, %d bytes, %v", accept, res.StatusCode, len(b), err)
		}
	}
	cursor := ""
	for range 100 { // before anything was sent, the problem is told
		var p page
		status, body := tablet.Do(http.MethodGet, "/api/sync/v1/pull?limit=25&cursor="+cursor, nil)
		if status == http.StatusInternalServerError && strings.Contains(string(body), "server.internal") {
			return
		}
		if err := json.Unmarshal(body, &p); status != http.StatusOK || err != nil {
			t.Fatalf("%d %s", status, body)
		}
		cursor = p.Cursor
	}
	t.Error("nothing was told")
}
