package hooks_test

import (
	"net/http"
	"strings"
	"testing"

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
