package hooks_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// TestNothingCountsTheNeighbours asks every route that reads, as each role of a district, about the district's own, and asks again
// after the neighbours have worked on: every list, count and file is what it was. Exports are compared by how many lines they have, and
// what is answered otherwise each time is passed over. One district lies before the other, so that both ends of a territory are tried.
func TestNothingCountsTheNeighbours(t *testing.T) {
	t.Parallel()
	b := newBorderland(t, 20261126)
	b.ids = []string{uuid.NewString()}
	told := 0
	for n, s := range b.sides {
		asked := b.ownReads(s)
		afterJobs(t, b.App)
		b.answers(s, asked) // some tell who looked before
		before, again := b.answers(s, asked), b.answers(s, asked)
		b.work(b.sides[1-n], 1-n)
		afterJobs(t, b.App)
		for key, now := range b.answers(s, asked) {
			if strings.Contains(key, "/export/") { // in an order of its own each time
				before[key], now = inLines(before[key]), inLines(now)
			} else if before[key] != again[key] {
				t.Logf("answers otherwise each time: %s", key)
				continue
			}
			if strings.HasPrefix(now, "200") {
				told++
			}
			if now != before[key] {
				t.Errorf("%s of %s\n was %.1500s\n  is %.1500s", key, s.district, before[key], now)
			}
		}
	}
	if told < 200 {
		t.Errorf("only %d answers said something", told)
	}
}

// TestTwoPartsAreCountedOnceEach asks as somebody whose territory is two communities, and as somebody of the district around them: each
// community and grid has the same figures.
func TestTwoPartsAreCountedOnceEach(t *testing.T) {
	t.Parallel()
	b := newBorderland(t, 20261127)
	s := b.sides[0]
	b.work(s, 0)
	b.work(b.sides[1], 1)
	for _, grid := range []string{"001001001", "001001002"} { // one household, by its code, met in two grids
		s.seq++
		visit := childVisit(testapp.Inside(s.district+grid), "双格巷 1 号", child("公孙庚", "", "2016-05-05", nil))
		visit["household"].(map[string]any)["house_code"] = "9901010010010010000000009"
		push(t, s.people[access.Field], operation(s.seq, uuid.NewString(), visit))
	}
	if len(list(t, collections.Read(b.TestApp), `SELECT household FROM coverage_cases GROUP BY household HAVING COUNT(*)>1`)) == 0 {
		t.Fatal("no household was met twice")
	}
	afterJobs(t, b.App)
	parts := b.Client(t, b.Serve(t), b.Worker(t, "M-parts", "manager", s.district+"001001", s.district+"001002"))
	for _, path := range []string{"coverage?level=community", "coverage?level=grid", "coverage/pace?form=child_visit", "queue/counts?form=child_visit"} {
		_, want := s.people[access.Manager].Do(http.MethodGet, "/api/doorstep/v1/"+path, nil)
		status, got := parts.Do(http.MethodGet, "/api/doorstep/v1/"+path, nil)
		if status != http.StatusOK || string(got) != string(want) {
			t.Errorf("%s: %d\n%.1500s\nwant\n%.1500s", path, status, got, want)
		}
	}
}

// inLines counts lines: ids and numbers of an export are its own.
func inLines(answer string) string {
	return fmt.Sprintf("%.3s and %d lines", answer, strings.Count(answer, "\n"))
}

// ownReads are the paths of all routes that read, about what lies on a side.
func (b *borderland) ownReads(s *side) (paths []string) {
	b.t.Helper()
	query := url.Values{"level": {"grid"}, "states": {"received,has_issues,edited,approved"}, "format": {"csv"}, "form": {"child_visit"},
		"area": {s.district}, "collection": {"child_visits"}}.Encode()
	for _, r := range server.Routes {
		if r.Method == http.MethodGet {
			path := b.filled(r.Path, s)
			paths = append(paths, path, path+"?level=community", path+"?"+query)
		}
	}
	return paths
}

// answers are what each role of a side is told, by role and path.
func (b *borderland) answers(s *side, paths []string) map[string]string {
	b.t.Helper()
	all := map[string]string{}
	for _, role := range []access.Role{access.Field, access.Supervisor, access.Manager, access.Analyst} {
		for _, path := range paths {
			status, answer := s.people[role].Do(http.MethodGet, path, nil)
			all[string(role)+" "+path] = strconv.Itoa(status) + " " + string(unzipped(answer))
		}
	}
	return all
}

// work lets a side go on: new people and places, a house where nobody is, and somebody who looks at what was brought.
func (b *borderland) work(s *side, n int) {
	b.t.Helper()
	tablet := s.people[access.Field]
	for i, grid := range []string{"001001", "001002", "002001"} {
		name, number := [][]string{{"司马甲", "慕容乙", "端木丙"}, {"诸葛丁", "上官戊", "夏侯己"}}[n][i], checked("99000020160"+string(rune('1'+n))+"0"+string(rune('1'+i))+"005")
		s.seq++
		id := uuid.NewString()
		visit := childVisit(testapp.Inside(s.district+"001"+grid), "新巷 "+string(rune('1'+i))+" 号", child(name, number, "2016-0"+string(rune('1'+n))+"-0"+string(rune('1'+i)), nil))
		if r := push(b.t, tablet, operation(s.seq, id, visit))[0]; r.Status != "stored" {
			b.t.Fatalf("%+v", r)
		}
		decision := []string{"approve", "return", "reject"}[i]
		s.people[access.Supervisor].Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review",
			map[string]any{"decision": decision, "comment": "请核对一下"}, nil)
	}
}
