package commands

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"doorstep/internal/audit"
	"doorstep/internal/backup"
	"doorstep/internal/basemap"
	"doorstep/internal/dedup"
	"doorstep/internal/grid"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
	"doorstep/internal/survey"
)

// told returns what a function writes.
func told(write func(*strings.Builder)) string {
	var out strings.Builder
	write(&out)
	return out.String()
}

// TestWhoSawIsTold: who, in what role and from which device; merged persons, and what is not certain, are said.
func TestWhoSawIsTold(t *testing.T) {
	line := audit.Line{At: "2026-11-23 02:00:00.000Z", Action: "persons.view", Purpose: "review", Actor: "a1", Name: "王", StaffNo: "S1", Role: "supervisor",
		Device: "tablet", Certain: true}
	shell := audit.Line{At: "2026-11-24 02:00:00.000Z", Action: "records.export", Purpose: "analysis", Actor: "operator", Role: "operator"}
	const want = "2026-11-23 02:00:00.000Z  persons.view  S1 王 (supervisor)  review  设备 device tablet\n" +
		"2026-11-24 02:00:00.000Z  records.export  operator (operator)  analysis  设备 device -  （可能包含 · may have held this person）\n共 2 条 · lines: 2\n"
	lines := []audit.Line{line, shell}
	if got := told(func(w *strings.Builder) { writeTrace(w, audit.Trace{Persons: []string{"p1"}, Lines: lines}) }); got != want {
		t.Errorf("%s", got)
	}
	got := told(func(w *strings.Builder) { writeTrace(w, audit.Trace{Persons: []string{"p1", "p2"}, Lines: lines}) })
	if got != "含合并的记录 · with merged records: p1 p2\n"+want {
		t.Errorf("%s", got)
	}
}

// TestRestoredIsTold: what the backup holds, what it lacks, and what has to be done then.
func TestRestoredIsTold(t *testing.T) {
	made := time.Date(2026, 11, 23, 2, 0, 0, 0, time.Local)
	r := backup.Restored{Manifest: backup.Manifest{Made: made, Audit: audit.Head{Seq: 7, Hash: "h"}, Tablets: 3, Files: 2}}
	plain := told(func(w *strings.Builder) { printRestored(w, "city", r, false) })
	zone := made.Format(" -0700")
	begins := "已核验并恢复到 proved and restored to city\n时间 as of 2026-11-23 02:00:00" + zone +
		" · 附件 attachments 2 · 平板 tablets 3 · 审计链末行 head of the audit chain 7 h\n下次启动后：3 台平板会从头同步；它们在 2026-11-23 02:00" + zone + " 之后"
	if !strings.HasPrefix(plain, begins) || !strings.Contains(plain, "the 3 tablets sync in full. What they sent after 2026-11-23 02:00"+zone+" and") {
		t.Errorf("%s", plain)
	}
	r.Aside, r.Missing = "city.before", []string{"f00", "f01"}
	full := told(func(w *strings.Builder) { printRestored(w, "city", r, true) })
	const lost = "警告：服务器上已没有这个附件 · warning: the server does not have this attachment any more: "
	for _, one := range []string{lost + "f00\n", lost + "f01\n", "原数据文件夹移到 · the data folder that was there is now city.before\n",
		"没有证明能否解密。启动前请把密钥放到 city.keys.json，", "Put them at city.keys.json before the start"} {
		if !strings.Contains(full, one) || strings.Contains(plain, one) {
			t.Errorf("%q is not in\n%s or in\n%s", one, full, plain)
		}
	}
}

// TestKeysOfAFolder: keys that cannot be read are not taken for none.
func TestKeysOfAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "city")
	if keys, err := keysOf(t.Context(), "", dir); keys != nil || err != nil {
		t.Errorf("of none: %v", err)
	}
	if err := os.WriteFile(sealing.PathFor(dir), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if keys, err := keysOf(t.Context(), "", dir); keys != nil || err == nil {
		t.Errorf("of a broken file: %v", err)
	}
	ks, err := seal.NewKeyset(seal.AES256, time.Now())
	if err == nil {
		err = errors.Join(os.Remove(sealing.PathFor(dir)), ks.Create(sealing.PathFor(dir)))
	}
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := keysOf(t.Context(), "", dir); keys == nil || err != nil {
		t.Errorf("of a file: %v", err)
	}
	if keys, err := keysOf(t.Context(), seal.Source(filepath.Join(dir, "elsewhere")), dir); keys != nil || err != nil {
		t.Errorf("of another place: %v", err)
	}
}

// TestDuplicatesAreTold: columns that were left out are named, and that nothing could be compared.
func TestDuplicatesAreTold(t *testing.T) {
	const counts = "记录 records 2 · 比较 compared 0 · 自动 link 3 · 待查 review 4 · 人 persons 5\nout: pairs.csv clusters.csv model.json report.html\n"
	const nothing = "没有可比较的：各列或为空，或太多记录相同 · nothing to compare: what the records have, too many share, or the columns are empty\n"
	for want, found := range map[string]dedup.Found{
		counts + "未比较的列，可用 --map 指明 · columns not compared, name them with --map: x, y\n" + nothing: {Records: 2, Links: 3, Reviews: 4, Clusters: 5,
			Others: []string{"x", "y"}},
		counts + nothing: {Records: 2, Links: 3, Reviews: 4, Clusters: 5},
		strings.ReplaceAll(counts, "records 2", "records 1"):   {Records: 1, Links: 3, Reviews: 4, Clusters: 5},
		strings.ReplaceAll(counts, "compared 0", "compared 1"): {Records: 2, Compared: 1, Links: 3, Reviews: 4, Clusters: 5},
	} {
		if got := told(func(w *strings.Builder) { tellFound(w, &found, "out") }); got != want {
			t.Errorf("%s, not\n%s", got, want)
		}
	}
}

// TestMistakesHavePlaces: each part of a place is told where it is known.
func TestMistakesHavePlaces(t *testing.T) {
	at := survey.Problem{Sheet: "survey", Row: 1, Column: "type"}
	at.ZH, at.EN = "有误", "wrong"
	file := at
	file.Sheet, file.Row, file.Column = "", 0, ""
	if got := place("a.csv", at) + "\n" + place("a.csv", file); got != "a.csv [survey]:1 (type): 有误 · wrong\na.csv: 有误 · wrong" {
		t.Errorf("%s", got)
	}
}

// TestAddressesAreTold: what a browser on this machine opens, and who is warned that the way has no TLS.
func TestAddressesAreTold(t *testing.T) {
	for _, c := range []struct {
		addr    string
		https   bool
		domains []string
		open    string
		warns   bool // without TLS
	}{
		{"127.0.0.1:8090", false, nil, "http://127.0.0.1:8090/console/", false},
		{"localhost:80", false, nil, "http://localhost:80/console/", false},
		{"[::1]:80", true, nil, "https://[::1]:80/console/", false},
		{"0.0.0.0:80", false, nil, "http://127.0.0.1:80/console/", true},
		{"[::]:80", false, nil, "http://127.0.0.1:80/console/", true},
		{":443", true, nil, "https://127.0.0.1:443/console/", true},
		{"10.0.0.1:80", false, nil, "http://10.0.0.1:80/console/", true},
		{"host.example:80", false, nil, "http://host.example:80/console/", true},
		{"localhost", false, nil, "http://localhost/console/", true},
		{"0.0.0.0:443", true, []string{"a.example", "b.example"}, "https://a.example/console/", true},
	} {
		if got := openAt(c.addr, c.https, c.domains); got != c.open {
			t.Errorf("%s: %s", c.addr, got)
		}
		said := told(func(w *strings.Builder) { warnPlain(w, c.addr) })
		if (said != "") != c.warns || c.warns && (!strings.HasPrefix(said, "警告："+c.addr+" 没有") || !strings.Contains(said, "Warning: "+c.addr+" has")) {
			t.Errorf("%s: %s", c.addr, said)
		}
	}
}

// TestTheBaseMapIsTried: the setting is told, and what became of a square.
func TestTheBaseMapIsTried(t *testing.T) {
	status, body := http.StatusOK, ""
	tiles := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer tiles.Close()
	src := basemap.Source{URL: tiles.URL + "/{z}/{x}/{y}.png", Datum: basemap.GCJ02, Credit: "© x", LargestZoom: 17, Inside: true}
	tell := func(src basemap.Source, areas ...grid.Area) string {
		return told(func(w *strings.Builder) {
			if err := tellBaseMap(t.Context(), w, src, grid.NewIndex(areas)); err != nil {
				t.Error(err)
			}
		})
	}
	square := grid.Area{Code: "4403", Level: grid.City, Boundary: orb.MultiPolygon{{{{114, 22}, {115, 22}, {115, 23}, {114, 23}, {114, 22}}}}}
	setting := src.URL + "\n" + src.Datum + ", 最大级别 largest zoom 17, © x\n"
	if got := tell(basemap.Source{}, square); got != "没有底图 · there is no base map\n" {
		t.Errorf("%s", got)
	}
	if got := tell(src); got != setting+"没有带边界的区划，未试取 · no area has a boundary, so no square was tried\n" {
		t.Errorf("%s", got)
	}
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{http.StatusOK, "\x89PNG\r\n\x1a\nxxxxxxxx", "试取成功 · a square came\n"},
		{http.StatusNotFound, "", "服务器没有这里的瓦片 · the tile server has no square there\n"},
		{http.StatusInternalServerError, "", "试取失败，设置已保存 · no square came, the setting stands: "},
	} {
		status, body = c.status, c.body
		if got := tell(src, square); !strings.HasPrefix(got, setting+c.want) || strings.Count(got, "\n") != 3 {
			t.Errorf("%d: %s", c.status, got)
		}
	}
}

// TestNamesStayInTheFolder: no part of a form's file name leads elsewhere.
func TestNamesStayInTheFolder(t *testing.T) {
	if got := strings.Map(withoutPath, "../a\\b:c\x1f d.csv"); got != ".._a_b_c_ d.csv" {
		t.Errorf("%q", got)
	}
}

// TestLongTextsAreCut: at more than was said, not at just so much.
func TestLongTextsAreCut(t *testing.T) {
	if got := shorten("1234", 4) + " " + shorten("12345", 4); got != "1234 1234…" {
		t.Errorf("%q", got)
	}
}

// TestAFolderBecomesItsOwnersAlone: folders and files of it do; what is neither is left as it is.
func TestAFolderBecomesItsOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	inner, file, elsewhere := filepath.Join(dir, "inner"), filepath.Join(dir, "file"), filepath.Join(filepath.Dir(dir), "elsewhere")
	err := errors.Join(os.MkdirAll(inner, 0o755), os.WriteFile(file, nil, 0o644), os.WriteFile(elsewhere, nil, 0o644), os.Symlink(elsewhere, filepath.Join(dir, "link")),
		os.Chmod(dir, 0o755))
	if err := errors.Join(err, private(dir)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, inner: 0o700, file: 0o600, elsewhere: 0o644} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	for _, path := range []string{dir + "x", file} {
		if err := private(path); err == nil {
			t.Errorf("%s is made private", path)
		}
	}
}

// TestAFolderIsKnownByItsDatabase: one that cannot be looked into is neither taken for an empty one.
func TestAFolderIsKnownByItsDatabase(t *testing.T) {
	dir := t.TempDir()
	if err := mustHold(dir, "init"); err == nil || !strings.Contains(err.Error(), "no Doorstep in "+dir+": check --dir, or run init first") {
		t.Errorf("%v", err)
	}
	file := filepath.Join(dir, "data.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mustHold(dir, "init"); err != nil {
		t.Error(err)
	}
	if _, err := inhabited(file); err == nil {
		t.Error("a file passes for an empty folder")
	}
}
