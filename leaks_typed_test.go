package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// typed are texts that somebody types somewhere, by where. No other data hold them.
var typed = map[string]string{
	"name of a file": "金钏家的门口.jpg", "name of a question that no form has": "金钏说过的话", "reason of break-glass": "金钏的邻居来电说有危险,需立即核实", "reason of an export": "金钏一家的名单要移交市局核对",
	"title of a task": "去看看金钏的奶奶", "name of a tablet": "金钏妈妈借用的平板", "label of an app": "金钏表哥的手机", "what is searched for": "金钏的大名", "a name": "诸葛金钏", "the name that is proposed": "诸葛金钗",
	"a comment": "金钏的电话不对", "name of a form that is not known": "金钏家的家访登记表", "what a filter asks": "金钏是谁", "name of a file of Collect": "金钏的弟弟.jpg",
}

// noTemporaryFolder lets every program that the test starts fail when it makes a temporary file: there is no such folder.
func noTemporaryFolder(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "no folder")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", file)
}

// plantTyped types each text where it belongs, and sends files through every door that takes some.
func plantTyped(t *testing.T, server string, own *tablet) {
	t.Helper()
	supervisor, manager := &tablet{url: server, token: signedIn(t, server, "S00006")}, &tablet{url: server, token: signedIn(t, server, "M00001")}
	me, place := aboutMe(t, own)
	photo := append(picture(t, 7), []byte(typed["a name"])...)
	var got answered
	op := func(seq int, name string) map[string]any {
		v := visitOperation(seq, uuid.NewString())
		v["answers"].(map[string]any)["children"] = []any{map[string]any{"child_basic": map[string]any{"child_name": name, "child_name_kind": "registered", "child_sex": "male",
			"child_birth_date": "2015-03-01", "child_id_type": "id_card", "child_id_number": "110101201503010018"}}}
		visit := v["answers"].(map[string]any)["visit"].(map[string]any)
		visit["outcome"], visit["consent"] = "1.2", "oral"
		return v
	}
	first, second, unknown := op(1, typed["a name"]), op(2, typed["the name that is proposed"]), visitOperation(3, uuid.NewString())
	first["files"] = []any{map[string]any{"name": typed["name of a file"], "sha256": digestOf(photo), "size": len(photo)}}
	first["answers"].(map[string]any)[typed["name of a question that no form has"]] = "x"
	unknown["form"] = typed["name of a form that is not known"]
	own.want(t, "/api/sync/v1/push", map[string]any{"operations": []any{first, second, unknown}}, &got)
	for i, want := range []string{"stored", "stored", "quarantined"} {
		if got.Results[i].Status != want {
			t.Fatalf("operation %d is %s, want %s", i+1, got.Results[i].Status, want)
		}
	}
	p := &patient{t: t, tablet: own, brought: map[string][]byte{}}
	var at string
	if !p.bring(&at, photo) {
		t.Fatal("the photo is not taken")
	}
	own.want(t, "/api/sync/v1/devices", map[string]string{"name": typed["name of a tablet"]}, &struct{}{})
	var app struct{ Token string }
	manager.want(t, "/api/doorstep/v1/workers/"+me+"/token", map[string]string{"label": typed["label of an app"]}, &app)
	collectBigPhoto(t, server, app.Token)
	for _, c := range []struct {
		who  *tablet
		path string
		body map[string]any
		want int
	}{
		{supervisor, "/api/doorstep/v1/records/child_visits/" + first["id"].(string) + "/review", map[string]any{"decision": "return", "comment": typed["a comment"]}, 200},
		{supervisor, "/api/doorstep/v1/break-glass", map[string]any{"collection": "persons", "record": somebodyOf(t, server, "F00055"), "reason": typed["reason of break-glass"]}, 200},
		{manager, "/api/doorstep/v1/export-requests", map[string]any{"form": "child_visit", "states": "approved", "reason": typed["reason of an export"]}, 200},
		{supervisor, "/api/collections/tasks/records", map[string]any{"kind": "follow_up", "assignee": me, "title": typed["title of a task"], "area": place, "status": "open", "priority": "normal"}, 200},
		{own, "/api/doorstep/v1/search/person", map[string]any{"name": typed["what is searched for"], "birth_date": "2015-03-01"}, 200},
		{&tablet{url: server, token: signedIn(t, server, "A00002")}, "/api/doorstep/v1/search/person", map[string]any{"name": typed["what is searched for"], "birth_date": "2015-03-01"}, 403},
	} {
		if status, body, err := c.who.call(c.path, c.body); err != nil || status != c.want {
			t.Errorf("%s: %d %s %v", c.path, status, body, err)
		}
	}
	own.get(t, "/api/collections/persons/records?filter="+url.QueryEscape("name='"+typed["what a filter asks"]+"'"))
	otherForms(t, server, manager)
}

// aboutMe is the worker's id and a grid of their territory.
func aboutMe(t *testing.T, c *tablet) (id, area string) {
	t.Helper()
	var page struct {
		Changes []struct {
			Collection string
			Data       struct{ Area string }
		}
	}
	if err := json.Unmarshal(c.get(t, "/api/sync/v1/pull?limit=5000"), &page); err != nil {
		t.Fatal(err)
	}
	for _, change := range page.Changes {
		if change.Collection == "households" {
			area = change.Data.Area
		}
	}
	var me struct{ Record struct{ ID string } }
	c.want(t, "/api/collections/workers/auth-refresh", map[string]string{}, &me)
	return me.Record.ID, area
}

// somebodyOf is a person whom a worker knows.
func somebodyOf(t *testing.T, server, staff string) string {
	t.Helper()
	c := &tablet{url: server}
	c.signIn(t, staff)
	var page struct {
		Changes []struct{ Collection, ID string }
	}
	if err := json.Unmarshal(c.get(t, "/api/sync/v1/pull?limit=5000"), &page); err != nil {
		t.Fatal(err)
	}
	for _, change := range page.Changes {
		if change.Collection == "persons" {
			return change.ID
		}
	}
	t.Fatalf("%s knows nobody", staff)
	return ""
}

// collectBigPhoto submits as Collect does, with a photo that is larger than what Go keeps of a form in memory.
func collectBigPhoto(t *testing.T, server, token string) {
	t.Helper()
	xml := `<data xmlns:jr="http://openrosa.org/javarosa" id="child_visit"><visit><outcome>2.22</outcome></visit><household><address>` + typed["a name"] + `</address></household><meta><instanceID>uuid:` + uuid.NewString() + `</instanceID></meta></data>`
	big := append(bytes.Repeat([]byte(typed["a name"]), 3_000_000), make([]byte, 1<<10)...) // 36 MB
	status, body := multipartTo(t, server+"/v1/key/"+token+"/projects/all/submission", "", map[string][]byte{"xml_submission_file\x00a.xml": []byte(xml), "photo\x00" + typed["name of a file of Collect"]: big})
	if status != http.StatusCreated && status != http.StatusAccepted {
		t.Errorf("Collect: %d %s", status, body)
	}
}

// otherForms sends files to the routes that read a form in memory, and to PocketBase's own, and makes every export and a backup.
func otherForms(t *testing.T, server string, manager *tablet) {
	t.Helper()
	operator := signedOperator(t, server)
	big := bytes.Repeat([]byte(typed["a name"]), 500_000) // 6 MB
	for path, c := range map[string]struct {
		token string
		file  []byte
	}{
		"/api/doorstep/v1/forms/convert": {manager.token, big}, "/api/doorstep/v1/areas?crs=wgs84": {manager.token, big},
		"/api/collections/areas/records": {operator.token, big}, "/api/collections/tasks/records": {manager.token, big[:600_000]}, // the most that a worker sends there is 1 MB
	} {
		if status, body := multipartTo(t, server+path, c.token, map[string][]byte{"file\x00" + typed["name of a file"]: c.file}); status < 400 || status >= 500 || bytes.Contains(body, []byte(`"detail":"file"`)) {
			t.Errorf("%s: the file was not read: %d %s", path, status, body) // what was read is none that the route takes
		}
	}
	for _, format := range []string{"csv", "xlsx"} {
		for _, form := range []string{"child_visit", "elderly_baseline"} {
			for _, who := range []*tablet{manager, {url: server, token: signedIn(t, server, "A00002")}} {
				if answer := who.get(t, "/api/doorstep/v1/export/"+form+"?format="+format); !bytes.HasPrefix(answer, []byte("PK")) {
					t.Errorf("export of %s as %s: %.200s", form, format, answer)
				}
			}
		}
	}
	if status, body, err := operator.call("/api/doorstep/v1/backups", map[string]any{}); err != nil || status != http.StatusCreated {
		t.Errorf("backup: %d %s %v", status, body, err)
	}
}

// multipartTo posts files; a name is that of the field, a zero byte and that of the file.
func multipartTo(t *testing.T, to, token string, files map[string][]byte) (int, []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, first := range []bool{true, false} { // the record comes before its files
		for name, content := range files {
			field, file, _ := strings.Cut(name, "\x00")
			if (field == "xml_submission_file") != first {
				continue
			}
			part, err := w.CreateFormFile(field, file)
			if err == nil {
				_, err = part.Write(content)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("X-OpenRosa-Version", "1.0")
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

// TestNothingTypedIsInClear types something wherever somebody may, where no temporary file can be made, kills the server, and looks
// for it in every file, in what the programs print, and in what others are answered.
func TestNothingTypedIsInClear(t *testing.T) {
	binary, dir := buildBinary(t), filepath.Join(t.TempDir(), "data")
	noTemporaryFolder(t)
	server, process := startDemo(t, binary, dir)
	own, elsewhere, analyst := &tablet{url: server}, &tablet{url: server}, &tablet{url: server, token: signedIn(t, server, "A00002")}
	own.signIn(t, "F00012")
	elsewhere.signIn(t, "F00055")
	plantTyped(t, server, own)
	var texts []string
	for _, text := range typed {
		texts = append(texts, text)
	}
	leaks := testapp.NewLeaks(t, texts...)
	var found []string
	for _, c := range []string{"persons", "households", "child_visits", "child_visit_children", "submissions", "edits", "tasks", "reviews", "duplicates", "attachments", "devices", "app_tokens", "access_grants", "audit", "changes"} {
		for _, who := range []*tablet{elsewhere, analyst} {
			found = append(found, leaks.In(c, who.get(t, "/api/collections/"+c+"/records?perPage=500"))...)
		}
	}
	found = append(found, leaks.In("another territory", elsewhere.get(t, "/api/sync/v1/pull?limit=5000"))...)
	list := filepath.Join(filepath.Dir(dir), "list.csv")
	if err := os.WriteFile(list, []byte("工号,姓名,负责区域\nF77777,"+typed["a name"]+",9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(filepath.Dir(dir), "again.zip") // a name of its own: one in the folder was made, perhaps in this second
	for _, command := range [][]string{{"backup", again}, {"audit", "verify"}, {"workers", "import", list, "--dry-run"}, {"export", "child_visit", "-o", filepath.Join(filepath.Dir(dir), "out"), "--format", "xlsx"}} {
		said, err := exec.CommandContext(t.Context(), binary, append(command, "--dir", dir)...).CombinedOutput()
		if err != nil && command[0] != "workers" {
			t.Errorf("%v: %v\n%s", command, err, said)
		}
		found = append(found, leaks.In(fmt.Sprint(command), said)...)
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	process.Wait()
	printed, err := os.ReadFile(process.Stdout.(*os.File).Name())
	if err != nil {
		t.Fatal(err)
	}
	found = append(found, leaks.In("what the server printed", printed)...)
	found = append(found, leaks.Below(t, dir)...)
	found = append(found, leaks.Below(t, filepath.Join(filepath.Dir(dir), "out"))...)
	if len(found) > 0 {
		t.Errorf("%d traces, such as %s", len(found), strings.Join(found[:min(8, len(found))], "; "))
	}
}
