package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"doorstep/internal/testapp"
)

// TestNobodyElseLearnsWhoLivesHere runs the demo city and simulated tablets, takes what one tablet is told of people and
// homes, and looks for it in every file of the data folder, in what the programs print, in what another territory and an
// analyst are answered, and in exports.
func TestNobodyElseLearnsWhoLivesHere(t *testing.T) {
	binary, dir := buildBinary(t), filepath.Join(t.TempDir(), "data")
	server, process := startDemo(t, binary, dir)
	said, err := exec.CommandContext(t.Context(), binary, "simulate", "--server", server, "--tablets", "6", "--visits", "5", "--seed", "7").CombinedOutput()
	if err != nil {
		t.Fatalf("simulate: %v\n%s", err, said)
	}
	own, elsewhere, analyst := &tablet{url: server}, &tablet{url: server}, &tablet{url: server}
	own.signIn(t, "F00012")
	elsewhere.signIn(t, "F00055")
	analyst.token = signedIn(t, server, "A00002")
	texts := identifiers(t, own.get(t, "/api/sync/v1/pull?limit=5000"))
	if len(texts) < 50 {
		t.Fatalf("only %d identifiers to look for", len(texts))
	}
	leaks := testapp.NewLeaks(t, texts...)
	found := leaks.In("simulate", said)
	found = append(found, leaks.In("another territory", elsewhere.get(t, "/api/sync/v1/pull?limit=5000"))...)
	for _, form := range []string{"child_visit", "elderly_baseline"} {
		found = append(found, leaks.In("export of "+form, analyst.get(t, "/api/doorstep/v1/export/"+form))...)
	}
	for _, c := range []string{"persons", "households", "child_visits", "child_visit_children", "elderly_surveys", "submissions", "edits", "tasks", "reviews", "duplicates", "attachments", "paradata", "audit"} {
		records := "/api/collections/" + c + "/records?perPage=500"
		for _, who := range []*tablet{elsewhere, analyst} {
			found = append(found, leaks.In(c, who.get(t, records))...)
			found = append(found, leaks.In(c+" filtered", who.get(t, records+"&filter="+url.QueryEscape("id='"+texts[0]+"'")))...)
		}
	}
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	process.Wait()
	printed, err := os.ReadFile(process.Stdout.(*os.File).Name())
	if err != nil {
		t.Fatal(err)
	}
	found = append(found, leaks.In("what the server printed", printed)...)
	found = append(found, leaks.Below(t, dir)...)
	if len(found) > 0 {
		t.Errorf("%d traces, such as %s", len(found), strings.Join(found[:min(5, len(found))], "; "))
	}
}

// identifiers are the numbers, phones and addresses in a page.
func identifiers(t *testing.T, page []byte) (texts []string) {
	t.Helper()
	var p struct {
		Changes []struct {
			Data struct {
				Number  string `json:"id_number"`
				Phone   string
				Address string
			}
		}
	}
	if err := json.Unmarshal(page, &p); err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Changes {
		for _, text := range []string{c.Data.Number, c.Data.Phone, c.Data.Address} {
			if utf8.RuneCountInString(text) >= 8 && len(texts) < 120 {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

func signedIn(t *testing.T, server, staff string) string {
	t.Helper()
	c := tablet{url: server}
	var auth struct{ Token string }
	c.want(t, "/api/collections/workers/auth-with-password", map[string]string{"identity": staff, "password": "doorstep-demo"}, &auth)
	return auth.Token
}

// get reads an answer, whatever its status.
func (c *tablet) get(t *testing.T, path string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", c.token)
	req.Header.Set("X-Doorstep-Device", c.device)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
