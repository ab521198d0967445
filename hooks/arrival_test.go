package hooks_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// TestRecordsOfOldAppsAreRead sends what kXML and a barcode scanner make of an address.
func TestRecordsOfOldAppsAreRead(t *testing.T) {
	t.Parallel()
	app, phone, _, _ := odkStage(t)
	for name, c := range map[string]struct {
		sent, stored string
		told         bool
	}{
		"a pair of surrogate references": {"李&#55402;&#57047;路 1 号", "李\U0002AAD7路 1 号", false},
		"a control character":            {"示例路\x1d 2 号", "示例路 2 号", true},
		"a reference to one":             {"示例路&#29; 3 号", "示例路 3 号", true},
	} {
		t.Run(name, func(t *testing.T) {
			id := uuid.NewString()
			phone.saved(xmlPart(strings.Replace(record(t, app, "child_visit", id, "", visitAt("HERE")), "HERE", c.sent, 1)))
			got := app.Find(t, "child_visits", id)
			if told := strings.Contains(got.GetString("issues"), "text.mended"); got.GetString("address") != c.stored || told != c.told {
				t.Errorf("stored %q, told %v; want %q, %v", got.GetString("address"), told, c.stored, c.told)
			}
		})
	}
}

// TestTabletsTellLostCharactersToo sends the same by the native door.
func TestTabletsTellLostCharactersToo(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	for i, c := range []struct {
		sent, stored string
		told         bool
	}{
		{`示例路\u001d 2 号`, "示例路 2 号", true}, {`示例路\ud800 3 号`, "示例路\uFFFD 3 号", true}, {"示例路\xff 4 号", "示例路 4 号", true},
		{`示例路\ufffd 5 号`, "示例路\uFFFD 5 号", false}, {`李\ud86a\uded7路 6 号`, "李\U0002AAD7路 6 号", false}, {`示例路\t7 号`, "示例路\t7 号", false},
	} {
		t.Run(c.sent, func(t *testing.T) {
			id := uuid.NewString()
			answers, err := json.Marshal(operation(i+1, id, visitAt("HERE")))
			if err != nil {
				t.Fatal(err)
			}
			body := `{"operations":[` + strings.Replace(string(answers), "HERE", c.sent, 1) + `]}`
			tablet.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", []byte(body), nil)
			got := app.Find(t, "child_visits", id)
			if told := strings.Contains(got.GetString("issues"), "text.mended"); got.GetString("address") != c.stored || told != c.told {
				t.Errorf("stored %q, told %v; want %q, %v", got.GetString("address"), told, c.stored, c.told)
			}
		})
	}
}

// TestAnUnknownDatumPlacesNothing: a visit whose points are of a datum that nobody knows is kept, says so, and lies in
// no grid because of them; other spellings of a known one are read.
func TestAnUnknownDatumPlacesNothing(t *testing.T) {
	t.Parallel()
	_, tablet, _ := stage(t)
	seq := 0
	for datum, unknown := range map[string]bool{"mars2000": true, "GCJ-02": false, "gcj 02": false, "EPSG:4326": false, "": false} {
		t.Run(datum, func(t *testing.T) {
			seq++
			op := operation(seq, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil)))
			op["datum"] = datum
			r := push(t, tablet, op)[0]
			if r.Status != "stored" || r.has("grid.datum_unknown") != unknown || unknown && r.AreaMethod == "gps" {
				t.Errorf("%s by %s, issues %v", r.Status, r.AreaMethod, r.Issues)
			}
		})
	}
}
