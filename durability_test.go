package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

// tablet is the least client that can push.
type tablet struct{ url, token, device string }

func (c *tablet) call(path string, in any) (int, []byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequest(http.MethodPost, c.url+path, bytes.NewReader(b))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", c.token)
	req.Header.Set("X-Doorstep-Device", c.device)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

func (c *tablet) want(t *testing.T, path string, in, out any) {
	t.Helper()
	status, body, err := c.call(path, in)
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s %v", path, status, body, err)
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%s: %v in %s", path, err, body)
	}
}

func (c *tablet) signIn(t *testing.T, staff string) {
	t.Helper()
	var auth struct{ Token string }
	c.want(t, "/api/collections/workers/auth-with-password", map[string]string{"identity": staff, "password": "doorstep-demo"}, &auth)
	c.token = auth.Token
	var registered struct{ Device string }
	c.want(t, "/api/sync/v1/devices", map[string]string{}, &registered)
	c.device = registered.Device
}

func visitOperation(seq int, id string) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "child_visit", "answers": map[string]any{
		"visit":     map[string]any{"contact_method": "household_visit", "attempt": 1, "outcome": "2.22", "location": "21.294292 116.578499 0 5"},
		"household": map[string]any{"address": fmt.Sprintf("示例路 %d 号", seq)},
	}}
}

type answered struct {
	Results []struct {
		ID, Status, Was string
		Rev             int
	}
}

// TestKilledServerLosesNothingAcknowledged pushes batch after batch, kills the server with SIGKILL at a moment of its
// own, starts it again and pushes everything once more: what was acknowledged must be known, nothing may be there twice.
func TestKilledServerLosesNothingAcknowledged(t *testing.T) {
	binary, dir := buildBinary(t), filepath.Join(t.TempDir(), "data")
	url, process := startServer(t, binary, dir, "--demo")
	client := &tablet{url: url}
	client.signIn(t, "F00012")
	var all []map[string]any
	acknowledged := map[string]bool{}
	const kills, perBatch = 3, 10
	for round := range kills {
		timer := time.AfterFunc(time.Duration(150+170*round)*time.Millisecond, func() { process.Process.Kill() })
		for {
			batch := make([]map[string]any, perBatch)
			for i := range batch {
				batch[i] = visitOperation(len(all)+1, uuid.NewString())
				all = append(all, batch[i])
			}
			var got answered
			status, body, err := client.call("/api/sync/v1/push", map[string]any{"operations": batch})
			if err != nil || status != http.StatusOK || json.Unmarshal(body, &got) != nil {
				break // the server died on us: this batch was not acknowledged
			}
			for _, r := range got.Results {
				acknowledged[r.ID] = r.Status == "stored"
			}
		}
		timer.Stop()
		process.Wait()
		client.url, process = startServer(t, binary, dir)
	}
	if len(acknowledged) == 0 || len(acknowledged) == len(all) {
		t.Fatalf("%d of %d acknowledged: the kill did not fall into the work", len(acknowledged), len(all))
	}
	lost, stored := 0, 0
	for start := 0; start < len(all); start += perBatch {
		var got answered
		client.want(t, "/api/sync/v1/push", map[string]any{"operations": all[start : start+perBatch]}, &got)
		for _, r := range got.Results {
			if acknowledged[r.ID] && (r.Status != "unchanged" || r.Was != "stored" || r.Rev != 1) {
				lost++
			}
			if r.Status == "stored" {
				stored++
			}
		}
	}
	if lost > 0 {
		t.Errorf("%d acknowledged visits were lost", lost)
	}
	unacknowledged := len(all) - len(acknowledged)
	if stored > unacknowledged {
		t.Errorf("%d visits were stored again, %d had no acknowledgement", stored, unacknowledged)
	}
	var list struct{ TotalItems int }
	req, err := http.NewRequest(http.MethodGet, client.url+"/api/collections/child_visits/records?perPage=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", client.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil || list.TotalItems != len(all) {
		t.Errorf("%d visits on the server (%v), pushed %d", list.TotalItems, err, len(all))
	}
}
