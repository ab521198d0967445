package hooks_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/client"
	"doorstep/internal/testapp"
)

func TestADamagedCopyIsRepaired(t *testing.T) {
	t.Parallel()
	app, c, _ := stage(t)
	ids := settle(t, app, gridA, 300, nowhere)
	push(t, c, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	d := pulled(t, device(c, 0))
	whole, err := json.Marshal(d.Copy)
	if err != nil {
		t.Fatal(err)
	}
	homes := func() map[string]client.Record { return d.Copy.Records["households"] }
	for what, damage := range map[string]func(){
		"nothing":        func() {},
		"lost":           func() { delete(homes(), ids[7]) },
		"older":          func() { r := homes()[ids[8]]; r.Rev = 0; homes()[ids[8]] = r },
		"other bytes":    func() { r := homes()[ids[9]]; r.Data = json.RawMessage(`{"address":"?"}`); homes()[ids[9]] = r },
		"invented":       func() { homes()["nobody"] = homes()[ids[0]] },
		"all forms lost": func() { delete(d.Copy.Records, "forms") },
	} {
		t.Run(what, func(t *testing.T) {
			d.Copy = client.Copy{}
			if err := json.Unmarshal(whole, &d.Copy); err != nil {
				t.Fatal(err)
			}
			before := homes()[ids[0]].Data
			damage()
			repaired, err := d.Verify(t.Context())
			if err != nil || (repaired == 0) != (what == "nothing") || repaired > 3 {
				t.Errorf("%d buckets repaired (%v)", repaired, err)
			}
			asNew(t, what, d)
			if !strings.Contains(string(homes()[ids[9]].Data), "示例路 9 号") || string(homes()[ids[0]].Data) != string(before) {
				t.Errorf("data after the repair: %s", homes()[ids[9]].Data)
			}
			if again, err := d.Verify(t.Context()); again != 0 || err != nil {
				t.Errorf("then %d buckets more (%v)", again, err)
			}
		})
	}
}

func TestADigestIsOnlyGivenToWhoHasPulledEverything(t *testing.T) {
	t.Parallel()
	app, c, _ := stage(t)
	home := settle(t, app, gridA, 1, nowhere)[0]
	first := pull(t, c, "")
	digest := func(cursor string) (out struct {
		Behind  bool
		Count   int
		Buckets []string
	}) {
		c.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/digest?cursor="+cursor, nil, &out)
		return out
	}
	if got := digest(first.Cursor); got.Behind || len(got.Buckets) != 256 || got.Count != len(first.Changes) {
		t.Errorf("at the end of a pull: behind %v, %d buckets, %d records", got.Behind, len(got.Buckets), got.Count)
	}
	moveTo(t, app, "households", home, gridB)
	for _, cursor := range []string{first.Cursor, "", "old" + first.Cursor} {
		if got := digest(cursor); !got.Behind || len(got.Buckets) != 0 {
			t.Errorf("cursor %q: %+v", cursor, got)
		}
	}
	for _, buckets := range []string{"", "256", "-1", "x", "1,,2"} {
		if status, body := c.Do(http.MethodGet, "/api/sync/v1/repair?buckets="+buckets, nil); status != http.StatusBadRequest {
			t.Errorf("buckets %q: %d %s", buckets, status, body)
		}
	}
	all := slices.Collect(func(yield func(string) bool) {
		for i := range 256 {
			if !yield(strconv.Itoa(i)) {
				return
			}
		}
	})
	var p page
	c.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/repair?buckets="+strings.Join(all, ","), nil, &p)
	got := map[string]bool{}
	for _, ch := range p.Changes {
		got[ch.Collection+"/"+ch.ID] = true
	}
	want := map[string]bool{}
	for _, ch := range pull(t, c, "").Changes {
		want[ch.Collection+"/"+ch.ID] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("all buckets hold %d records, a first sync %d", len(got), len(want))
	}
}
