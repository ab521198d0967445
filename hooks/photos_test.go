package hooks_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"doorstep/internal/testapp"
)

// TestPhotosStayWithReviewers: what a camera writes into a photo, its place and its number, goes to the reviewers of the territory with
// the photo itself, which is evidence. It is in no small picture, and no export holds files, whoever makes it.
func TestPhotosStayWithReviewers(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	const place = "GPS 22.505000 114.005000 CameraSerial 9918273"
	plainPhoto := photo(t, 1, 60_000)
	content := bytes.Join([][]byte{plainPhoto[:2], {0xff, 0xe1, 0, byte(2 + 6 + len(place))}, []byte("Exif\x00\x00" + place), plainPhoto[2:]}, nil) // an APP1 segment after the beginning
	id := withFile(t, tablet, 1, content)
	bring(t, tablet, content)
	path := attachmentOf(t, app, id)
	read := func(c *testapp.Client, path string) []byte {
		t.Helper()
		body, err := io.ReadAll(tus(t, c, http.MethodGet, path, nil).Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	if !bytes.Equal(read(boss, path), content) {
		t.Error("the reviewer does not get the photo as it was taken")
	}
	if small := read(boss, path+"?thumb=1"); len(small) < 1000 || bytes.Contains(small, []byte("Exif")) || bytes.Contains(small, []byte("GPS")) {
		t.Errorf("a small picture of %d bytes holds what the camera wrote", len(small))
	}
	analyst, manager := app.Client(t, server, app.Worker(t, "A1", "analyst", "9901")), app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	analyst.Want(http.StatusForbidden, http.MethodGet, path, nil, nil)
	analyst.Want(http.StatusForbidden, http.MethodGet, path+"?thumb=1", nil, nil)
	for name, c := range map[string]*testapp.Client{"analyst": analyst, "manager": manager} {
		archive := read(c, "/api/doorstep/v1/export/child_visit?states=received,has_issues,approved")
		if found := testapp.NewLeaks(t, place, "门牌.jpg").In(name, archive); len(found) > 0 || !bytes.HasPrefix(archive, []byte("PK")) {
			t.Errorf("%s: %d bytes, %v", name, len(archive), found)
		}
	}
}
