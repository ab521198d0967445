package hooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// A supervisor finds a household of the territory, also one without people, by its whole address or its house code; one elsewhere with
// the same address is not there. The trail says who was found, and not what was asked for.
func TestSearchOfAHousehold(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	far := app.Client(t, app.Serve(t), app.Worker(t, "F9", "field", gridC)).Register()
	neighbour := app.Client(t, app.Serve(t), app.Worker(t, "S9", "supervisor", "990102"))
	home := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号 101")))[0].Household
	push(t, tablet, operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号 102")))
	elsewhere := push(t, far, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridC), "示例路 1 号 101")))[0].Household
	const code = "9901010010010000000000101"
	record, err := app.FindRecordById("households", home)
	if err != nil {
		t.Fatal(err)
	}
	record.Set("house_code", code)
	if err := app.Save(record); err != nil {
		t.Fatal(err)
	}
	app.Plant(t, collections.Households, map[string]any{"id": "merged", "area": gridA, "address": "示例路 1 号 101", "house_code": code,
		"address_key": identity.AddressKey("示例路 1 号 101"), "merged_into": home, "rev": 2})
	before := head(t, app)
	for what, c := range map[string]struct {
		who  *testapp.Client
		ask  map[string]any
		want string
	}{
		"by address":              {boss, map[string]any{"address": "示例路1号,101"}, home},
		"in a place":              {boss, map[string]any{"address": "示例路 1 号 101", "area": gridA}, home},
		"in another place":        {boss, map[string]any{"address": "示例路 1 号 101", "area": gridB}, ""},
		"in a place of others":    {boss, map[string]any{"address": "示例路 1 号 101", "area": gridC}, ""},
		"a part of the address":   {boss, map[string]any{"address": "示例路 1 号"}, ""},
		"by house code":           {boss, map[string]any{"house_code": code}, home},
		"the neighbour's":         {neighbour, map[string]any{"address": "示例路 1 号 101"}, elsewhere},
		"not by the other's code": {neighbour, map[string]any{"house_code": code}, ""},
	} {
		var got struct {
			Items []struct{ Household, Area string }
		}
		c.who.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/search/household", c.ask, &got)
		if c.want == "" && len(got.Items) > 0 || c.want != "" && (len(got.Items) != 1 || got.Items[0].Household != c.want) {
			t.Errorf("%s: %+v", what, got.Items)
		}
	}
	found := 0
	for _, row := range trail(t, app, before) {
		if row.Action == audit.Search && slices.Contains(audit.Unpack(row.Subjects), home) {
			found++
		}
		if said := fmt.Sprint(row); strings.Contains(said, "示例") || strings.Contains(said, code) {
			t.Errorf("on record: %s", said)
		}
	}
	if found != 3 {
		t.Errorf("%d entries of the trail name the household", found)
	}
}
