package hooks_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
	uploads "doorstep/internal/upload"
)

// TestADayHasABound: who has brought all that an account may in a day keeps the rest until tomorrow, files and records each by themselves,
// also from a tablet that was shut out. Somebody else's day is their own.
func TestADayHasABound(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Doorstep.Files.Most, d.Doorstep.Records.Most = 4000, 40_000
	mine, other := d.tablets[0], d.tablets[1]
	upload := func(c *testapp.Client) *http.Response {
		content := []byte(uuid.NewString() + strings.Repeat("x", 4000))
		metadata := "sha256 " + base64.StdEncoding.EncodeToString([]byte(digest(content)))
		res := tus(t, c, http.MethodPost, uploads.BasePath, nil, "Upload-Length", "4036", "Upload-Metadata", metadata)
		if res.StatusCode == http.StatusCreated {
			res = patch(t, c, strings.TrimPrefix(res.Header.Get("Location"), c.URL), 0, content)
		}
		return res
	}
	pushed := func(c *testapp.Client) (status int, body []byte) {
		return c.Do(http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{memo(1, uuid.NewString(), "held", strings.Repeat("甲", 20_000))}})
	}
	for day := range 2 {
		if res := upload(mine); res.StatusCode != http.StatusNoContent {
			t.Fatalf("day %d, a file: %d %s", day, res.StatusCode, said(t, res))
		}
		if res := upload(mine); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || said(t, res) != "account.day_full" {
			t.Errorf("day %d, a file more: %d", day, res.StatusCode)
		}
		if res := upload(other); res.StatusCode != http.StatusNoContent {
			t.Errorf("day %d, somebody else's file: %d", day, res.StatusCode)
		}
		if status, body := pushed(mine); status != http.StatusOK {
			t.Errorf("day %d, a record: %d %s", day, status, body)
		}
		before := d.Picture(t)
		if status, body := pushed(mine); status != http.StatusTooManyRequests || !strings.Contains(string(body), `"account.day_full"`) {
			t.Errorf("day %d, a record more: %d %s", day, status, body)
		}
		if moved := d.Moved(t, before); len(moved) > 0 {
			t.Errorf("day %d, what is refused moved %q", day, moved)
		}
		if status, body := pushed(other); status != http.StatusOK {
			t.Errorf("day %d, somebody else's record: %d %s", day, status, body)
		}
		d.Advance(24 * time.Hour)
	}
	mine.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/devices", map[string]string{"id": mine.Device}, mine)
	d.manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+mine.Device+"/revoke", nil, nil)
	mine.Token = ""
	handIn := func(want int) {
		t.Helper()
		mine.Want(want, http.MethodPost, "/api/sync/v1/sealed", map[string]any{"operations": []any{memo(1, uuid.NewString(), "held", strings.Repeat("甲", 20_000))}}, nil)
	}
	handIn(http.StatusOK)
	handIn(http.StatusTooManyRequests)
	worker, err := d.FindFirstRecordByData("workers", "staff_no", "F-990101")
	if err != nil {
		t.Fatal(err)
	}
	again := mine.At(t, mine.URL)
	again.Token, again.Device = d.Token(t, worker), ""
	if status, body := pushed(again.Register()); status != http.StatusOK { // whoever has that tablet used up nothing of the worker's day
		t.Errorf("the worker, on another tablet: %d %s", status, body)
	}
	d.Advance(24 * time.Hour)
	handIn(http.StatusOK)
}
