package openrosa

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/blob"
	room "doorstep/internal/body"
	"doorstep/internal/seal"
)

// endless repeats a text.
type endless struct{ text string }

func (e endless) Read(b []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(b) {
		n += copy(b[n:], e.text)
	}
	return n, nil
}

// TestReceiveHoldsNoFileInMemory counts every byte that is allocated: 90 MB of photo, or a hundred thousand empty parts,
// must not pass through the heap; a record may, within its limit.
func TestReceiveHoldsNoFileInMemory(t *testing.T) {
	header := http.Header{"Content-Type": {"multipart/form-data; boundary=" + edge}}
	part := "--" + edge + "\r\n" + fileOf("a.jpg", "")
	rounds := "<d id='f'>" + strings.Repeat("<r><a>1</a></r>", 10_000) + "</d>"
	bomb := `<!DOCTYPE d [<!ENTITY a "` + strings.Repeat("a", 1000) + `">]><d id="f">` + strings.Repeat("&a;", 1000) + "</d>"
	cases := map[string]struct {
		body io.Reader
		most uint64 // bytes allocated
	}{
		"a large photo":        {io.MultiReader(strings.NewReader("--"+edge+"\r\n"+xmlOf("<d id='f'/>")+"\r\n"+part), io.LimitReader(endless{"0123456789abcdef"}, 90_000_000), strings.NewReader("\r\n--"+edge+"--\r\n")), 4 << 20},
		"headers without end":  {io.MultiReader(strings.NewReader("--"+edge+"\r\n"), io.LimitReader(endless{"X-Header: 0123456789abcdef0123456789abcdef\r\n"}, 90_000_000)), 64 << 20},
		"no boundary after":    {io.MultiReader(strings.NewReader("--"+edge+"\r\n"+xmlOf("")), io.LimitReader(endless{"<a>"}, 90_000_000)), 64 << 20},
		"parts without end":    {io.LimitReader(endless{"--" + edge + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"}, 90_000_000), 16 << 20},
		"10,000 rounds":        {strings.NewReader(request(xmlOf(rounds))), 32 << 20},
		"an entity bomb":       {strings.NewReader(request(xmlOf(bomb))), 4 << 20},
		"100,000 levels deep":  {strings.NewReader(request(xmlOf("<d id='f'>" + strings.Repeat("<a>", 100_000)))), 16 << 20},
		"100,000 attributes":   {strings.NewReader(request(xmlOf("<d id='f' " + strings.Repeat("a='1' ", 100_000) + "/>"))), 64 << 20},
		"boundary not its own": {io.LimitReader(endless{"--other\r\n"}, 90_000_000), 4 << 20},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			store := blob.In(t.TempDir(), seal.Plain())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := receive(header, c.body, store, room.NewRoom(64<<20).For("w"))
			if err == nil {
				_, _, err = operation(Caller{Actor: access.Actor{ID: "w"}}, got)
			}
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > c.most {
				t.Errorf("%d bytes allocated, at most %d (%v)", used, c.most, err)
			} else {
				t.Logf("%d bytes allocated (%v)", used, err)
			}
		})
	}
}
