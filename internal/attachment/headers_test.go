package attachment_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/attachment"
)

// TestHeadersKeepAFileFromBeingAPage has the type of the file alone, whatever the file is called, and nothing that would be run.
func TestHeadersKeepAFileFromBeingAPage(t *testing.T) {
	h := http.Header{}
	attachment.Headers(h, attachment.File{Name: "a.html", MIME: "image/jpeg", SHA256: "abc"})
	var got []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		got = append(got, name+": "+strings.Join(h[name], "|"))
	}
	want := `Cache-Control: private, no-cache
Content-Disposition: attachment; filename=a.html
Content-Security-Policy: default-src 'none'; sandbox
Content-Type: image/jpeg
Etag: "abc"
X-Content-Type-Options: nosniff`
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
