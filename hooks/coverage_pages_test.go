package hooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/console"
	"doorstep/internal/coverage"
)

// The furthest behind stand first and what nothing is expected of last, the total is of all pages and of the territory alone, and the file
// has the lines of the pages in their order.
func TestCoverageAsATable(t *testing.T) {
	d := newDesk(t)
	for n, grid := range []string{"990101001001001", "990101001001001", "990101001001002", "990101001002001"} {
		d.visit(0, grid, fmt.Sprintf("示例路 %d 号", n), "王小明", "")
	}
	d.visit(1, "990102001001001", "示例路 9 号", "李小红", "")
	area, err := d.FindFirstRecordByData("areas", "code", "990101001002002")
	if err != nil {
		t.Fatal(err)
	}
	area.Set("expected_households", 0)
	if err := d.Save(area); err != nil {
		t.Fatal(err)
	}
	if err := d.Doorstep.Areas.Load(d.TestApp); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"":                  {"990101001001001", "990101001001002", "990101001002001", "990101001002002"},
		"&sort=behind":      {"990101001001002", "990101001002001", "990101001001001", "990101001002002"},
		"&sort=outstanding": {"990101001001002", "990101001002001", "990101001001001", "990101001002002"},
	} {
		var codes []string
		lines := []string{"Area code,Area,Expected,Visited,Completed,Outstanding,\"Completed, %\""}
		for cursor := ""; ; {
			var page console.CoveragePage
			d.get(d.boss, "/coverage?level=grid&limit=1"+query+"&cursor="+cursor, &page)
			if want := (coverage.Area{Expected: 30, Visited: 4, Completed: 4, Outstanding: 26}); page.Total != want {
				t.Errorf("total %+v, want %+v", page.Total, want)
			}
			for _, a := range page.Items {
				codes = append(codes, a.Code)
				lines = append(lines, fmt.Sprintf("%s,%s,%d,%d,%d,%d,%d", a.Code, a.Name, a.Expected, a.Visited, a.Completed, a.Outstanding, 10*a.Completed))
			}
			if page.Next == nil {
				break
			}
			cursor = *page.Next
		}
		if !slices.Equal(codes, want) {
			t.Errorf("%q: %v, want %v", query, codes, want)
		}
		_, body := d.boss.Do(http.MethodGet, "/api/doorstep/v1/coverage/file?level=grid&lang=en"+query, nil)
		if got := strings.TrimPrefix(string(body), "\ufeff"); got != strings.Join(lines, "\n")+"\n" {
			t.Errorf("%q: the file is\n%s", query, got)
		}
	}
	_, body := d.boss.Do(http.MethodGet, "/api/doorstep/v1/coverage/workers/file", nil)
	if got := string(body); got != "\ufeff工号,采集员,走访记录,完成访问,退回待改,已通过\nF-990101,测试 F-990101,4,4,0,0\n" {
		t.Errorf("the file of workers is\n%s", got)
	}
}
