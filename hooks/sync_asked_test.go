package hooks_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// TestATabletThatIsNotTheirsIsToldNothing asks by every way that tells a tablet what is new: with the device of somebody else, with none,
// with limits that are none, and with a tablet that was shut out.
func TestATabletThatIsNotTheirsIsToldNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, gridA, "示例路 1 号", "王小明", number1)
	tablet, foreign := d.tablets[0], d.tablets[1].Device
	own := tablet.Device
	told := func(device, path, limit string, code problem.Code) {
		t.Helper()
		tablet.Device = device
		defer func() { tablet.Device = own }()
		if limit != "" {
			path += "&limit=" + limit
		}
		status, answer := tablet.Do(http.MethodGet, "/api/sync/v1/"+path, nil)
		if status < http.StatusBadRequest || !strings.Contains(string(answer), string(code)) || strings.Contains(string(answer), "child_visits") {
			t.Errorf("%s of %q: %d %.300s, want %s", path, device, status, answer, code)
		}
	}
	ways := []string{"pull?cursor=", "digest?x=", "repair?buckets=" + everyBucket}
	for _, way := range ways {
		told(foreign, way, "", problem.DeviceUnknown)
		told("", way, "", problem.DeviceUnknown)
		for _, limit := range []string{"0", "-1", "x"} {
			told(own, way, limit, problem.BadParameter)
		}
	}
	d.manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+own+"/revoke", nil, nil)
	for _, way := range ways {
		told(own, way, "", problem.DeviceRevoked)
	}
}

// TestACursorThatSomebodyMade puts other words into each part of the cursors that a tablet gets, on its way through the scope, in the feed
// and from one territory to another: it begins anew or is told that the cursor is none, and nobody else begins anew for it.
func TestACursorThatSomebodyMade(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, gridA, "示例路 1 号", "王小明", number1)
	tablet := d.tablets[0]
	type page struct {
		Epoch, Cursor string
		More          bool
	}
	pull := func(cursor string) (p page) {
		tablet.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?limit=2&cursor="+cursor, nil, &p)
		return p
	}
	walking := pull("")
	feeding := walking
	for feeding.More {
		feeding = pull(feeding.Cursor)
	}
	worker, err := d.FindFirstRecordByData(collections.Workers, "staff_no", "F-990101")
	if err != nil {
		t.Fatal(err)
	}
	reassign(t, d.App, worker, "990101002")
	crossing := pull(feeding.Cursor)
	for _, cursor := range []string{walking.Cursor, feeding.Cursor, crossing.Cursor} {
		parts := strings.Split(cursor, ".")
		for i := range parts {
			for _, word := range append([]string{"", "x", "-1", "9", strings.Repeat("9", 30), strings.Repeat("0", 32), "/", "%00"}, parts...) {
				made := slices.Clone(parts)
				made[i] = word
				for _, path := range []string{"pull?limit=2&cursor=", "digest?cursor="} {
					status, body := tablet.Do(http.MethodGet, "/api/sync/v1/"+path+strings.Join(made, "."), nil)
					if status != http.StatusOK && !(status == http.StatusBadRequest && strings.Contains(string(body), string(problem.BadCursor))) {
						t.Errorf("%s%s: %d %s", path, strings.Join(made, "."), status, body)
					}
				}
			}
		}
	}
	if now := pull(""); now.Epoch != walking.Epoch {
		t.Error("everybody begins anew")
	}
}
