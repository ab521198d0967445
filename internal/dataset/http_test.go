package dataset_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/dataset"
	"doorstep/internal/problem"
)

func serve(t *testing.T, o *office, actor access.Actor) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := dataset.ServeHTTP(w, r, o.TestApp, dataset.Order{Act: access.Act{Actor: actor, Now: now}, In: o.in, Query: r.URL.Query()}); err != nil {
			http.Error(w, string(problem.As(err).Code), problem.As(err).Status())
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, url string) (*http.Response, []byte, error) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}

func TestZipOverHTTP(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	o.put(t, func(r *collections.Record) { r.Area = gridC }, "crop", "there")
	analyst := access.Actor{ID: "analyst-1", Role: access.Analyst, Territory: []string{"990101"}}
	res, body, err := get(t, serve(t, o, analyst).URL+"?format=csv&labels=zh&states=approved,returned")
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/zip" ||
		res.Header.Get("Content-Disposition") != "attachment; filename=sample_visits-20261123.zip" {
		t.Fatalf("%v %v %v", res.StatusCode, res.Header, err)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if want := "sample_visits.csv sample_carers.csv sample_shifts.csv findings.csv outcome.csv codebook.csv codebook.json codebook.xml disclosure.csv disclosure.json disclosure.txt"; strings.Join(names, " ") != want {
		t.Errorf("files %v", names)
	}
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if rows := readCSV(t, string(content)); len(rows) != 1 || rows[0]["lift"] != "是" {
		t.Errorf("rows %v", rows)
	}
	detail := o.audited(t, "analyst-1")
	for _, want := range []string{`"identified":false`, `"territory":["990101"]`, `"sample_visits":1`, `"complete":true`} {
		if !strings.Contains(detail, want) {
			t.Errorf("the audit trail lacks %s: %s", want, detail)
		}
	}
	for _, c := range leaks {
		if strings.Contains(detail, c) {
			t.Errorf("the audit trail tells %q", c)
		}
	}
}

func (o *office) audited(t *testing.T, actor string) string {
	t.Helper()
	var detail string
	if _, err := collections.One(collections.Read(o.TestApp), `SELECT detail FROM audit WHERE actor=? AND action='export'`, []any{actor}, &detail); err != nil {
		t.Fatal(err)
	}
	return detail
}

func TestRefusedOverHTTP(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	all := []string{"9901"}
	tests := []struct {
		name, query string
		actor       access.Actor
		status      int
	}{
		{"identified for an analyst", "identified=true", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusForbidden},
		{"identified for a supervisor", "identified=1", access.Actor{ID: "a", Role: access.Supervisor, Territory: all}, http.StatusForbidden},
		{"identified for a manager", "identified=true", access.Actor{ID: "m", Role: access.Manager, Territory: all}, http.StatusOK},
		{"anything for a field worker", "", access.Actor{ID: "a", Role: access.Field, Territory: all}, http.StatusForbidden},
		{"unknown format", "format=sav", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"unknown language", "labels=fr", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"unknown state", "states=approved,draft", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"a grid for an analyst", "area=990101001001001", access.Actor{ID: "a", Role: access.Analyst, Territory: all}, http.StatusBadRequest},
		{"some grids for a manager", "area=9901010010010", access.Actor{ID: "a", Role: access.Manager, Territory: all}, http.StatusBadRequest},
		{"a community", "area=990101001001", access.Actor{ID: "m", Role: access.Analyst, Territory: all}, http.StatusOK},
		{"a grid with names", "identified=true&area=990101001001001", access.Actor{ID: "m", Role: access.Manager, Territory: all}, http.StatusOK},
		{"identified neither yes nor no", "identified=maybe", access.Actor{ID: "a", Role: access.Manager, Territory: all}, http.StatusBadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, body, err := get(t, serve(t, o, tt.actor).URL+"?"+tt.query)
			if err != nil || res.StatusCode != tt.status {
				t.Errorf("status %d (%v), want %d", res.StatusCode, err, tt.status)
			}
			if strings.Contains(string(body), "金丝雀") {
				t.Error("the answer tells personal data")
			}
		})
	}
	if o.audited(t, "a") != "" {
		t.Error("a refused export is in the audit trail as one")
	}
}

// A failure in the middle must not look like a whole archive, and the rows that left are in the audit trail.
func TestBrokenOffOverHTTP(t *testing.T) {
	o := newOffice(t)
	o.oneRecord(t)
	for i := range 200 { // enough to fill the buffers, so that the archive begins to leave
		sum := sha256.Sum256([]byte{byte(i)})
		o.put(t, nil, "crop", hex.EncodeToString(sum[:]))
	}
	if _, err := o.NonconcurrentDB().NewQuery(`DROP TABLE sample_shifts`).Execute(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.NonconcurrentDB().NewQuery(`CREATE VIEW sample_shifts AS SELECT id, id AS visit, '' AS parent_row, 1 AS position, json('[' || id) AS night, '' AS household, '' AS person, '' AS sealed FROM sample_visits`).Execute(); err != nil {
		t.Fatal(err)
	}
	_, body, err := get(t, serve(t, o, access.Actor{ID: "a", Role: access.Analyst, Territory: []string{"9901"}}).URL)
	if err == nil {
		if _, err = zip.NewReader(bytes.NewReader(body), int64(len(body))); err == nil {
			t.Error("a broken export is a whole archive")
		}
		t.Error("the client does not learn that the export broke off")
	}
	if detail := o.audited(t, "a"); !strings.Contains(detail, `"sample_visits":201`) || !strings.Contains(detail, `"complete":false`) {
		t.Errorf("audit trail: %s", detail)
	}
}
