package basemap

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"doorstep/internal/tile"
)

func TestSources(t *testing.T) {
	good := Source{URL: "https://tiles.example.org/{z}/{x}/{y}.png?tk=1", Datum: GCJ02, Credit: "© x", LargestZoom: tile.MostZoom}
	for _, s := range []Source{good, {URL: good.URL, Datum: WGS84, Credit: strings.Repeat("图", 200), LargestZoom: 1}} {
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
	}
	if got := good.address(tile.At{Z: 3, X: 1, Y: 2}); got != "https://tiles.example.org/3/1/2.png?tk=1" {
		t.Error(got)
	}
	for _, address := range []string{"", "https://tiles.example.org/", "https://tiles.example.org/{z}/{x}/{y}/{x}", "https://tiles.example.org/{z}/{x}/{y}/{s}",
		"https://{z}.example.org/{x}/{y}", "https://tiles.example.org:{z}/{x}/{y}", "file:///{z}/{x}/{y}", "//tiles.example.org/{z}/{x}/{y}",
		"https://me:secret@tiles.example.org/{z}/{x}/{y}", "https://tiles.example.org/#{z}/{x}/{y}", "https:///{z}/{x}/{y}"} {
		bad := good
		bad.URL = address
		if bad.Check() == nil {
			t.Errorf("%s is taken", address)
		}
	}
	for name, change := range map[string]func(*Source){"datum": func(s *Source) { s.Datum = "bd09" }, "no credit": func(s *Source) { s.Credit = " " },
		"credit of 201 letters": func(s *Source) { s.Credit = strings.Repeat("图", 201) },
		"zoom 0":                func(s *Source) { s.LargestZoom = 0 }, "zoom too large": func(s *Source) { s.LargestZoom = tile.MostZoom + 1 }} {
		bad := good
		if change(&bad); bad.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestWhereATileServerMayStand(t *testing.T) {
	for at, want := range map[string][2]bool{ // open, inside
		"1.1.1.1": {true, true}, "2606:4700::1111": {true, true}, "127.0.0.1": {false, true}, "::1": {false, true}, "10.1.2.3": {false, true},
		"172.16.0.1": {false, true}, "192.168.1.1": {false, true}, "fd00::1": {false, true}, "100.64.1.1": {false, true}, "198.18.0.1": {false, true},
		"0.0.0.0": {false, false}, "0.1.2.3": {false, true}, "169.254.169.254": {false, false}, "fe80::1": {false, false}, "224.0.0.1": {false, false}, "255.255.255.255": {false, true},
		"64:ff9b::7f00:1": {false, true}, "2002:7f00:1::": {false, true}, "::": {false, false},
	} {
		addr := netip.MustParseAddr(at)
		if got := [2]bool{reachable(addr, false), reachable(addr, true)}; got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

// stage is Squares of a server that answers one byte more than a PNG's head, each after go is closed.
func stage(t *testing.T, size int) (s *Squares, src Source, asked *atomic.Int32, open chan struct{}) {
	asked, open = new(atomic.Int32), make(chan struct{})
	body := make([]byte, size)
	copy(body, "\x89PNG\r\n\x1a\n")
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-open:
		case <-r.Context().Done():
			return
		}
		_, _ = out.Write(body)
	}))
	t.Cleanup(server.Close)
	return New(time.Now), Source{URL: server.URL + "/{z}/{x}/{y}", Datum: WGS84, Credit: "x", LargestZoom: 18, Inside: true}, asked, open
}

// Many who look at the same square ask for it once, and more squares than there are turns wait.
func TestSquaresAreAskedForOnceAndAFewAtATime(t *testing.T) {
	s, src, asked, open := stage(t, 100)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if _, err := s.Get(context.Background(), src, tile.At{Z: 10, X: i % 20}); err != nil {
				t.Error(err)
			}
		})
	}
	for end := time.Now().Add(4 * time.Second); asked.Load() < atOnce && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := asked.Load(); n != atOnce {
		t.Errorf("%d squares at once", n)
	}
	close(open)
	all.Wait()
	if n := asked.Load(); n != 20 {
		t.Errorf("asked %d times for 20 squares", n)
	}
}

// TestWhatATileServerAnswers: a square that there is not is no failure, and one that is wrong does not stop the others.
func TestWhatATileServerAnswers(t *testing.T) {
	status, body, length := 0, "", ""
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Length", length)
		out.WriteHeader(status)
		_, _ = io.WriteString(out, body)
	}))
	t.Cleanup(server.Close)
	src := Source{URL: server.URL + "/{z}/{x}/{y}", Inside: true}
	const png = "\x89PNG\r\n\x1a\n"
	for name, c := range map[string]struct {
		status       int
		body, length string
		none, whole  bool
	}{
		"no such square": {http.StatusNotFound, "", "0", true, false}, "an empty one": {http.StatusNoContent, "", "0", true, false},
		"one that is gone": {http.StatusGone, "", "0", true, false}, "a wrong request": {http.StatusBadRequest, "", "0", false, false},
		"a refusal": {http.StatusForbidden, "", "0", false, true}, "no image": {http.StatusOK, "none", "4", false, false},
		"a part of one": {http.StatusOK, png, "100", false, true},
	} {
		status, body, length = c.status, c.body, c.length
		_, err := fetch(t.Context(), http.DefaultClient, src, tile.At{})
		var failed *Failure
		if errors.Is(err, ErrNone) != c.none || errors.As(err, &failed) == c.none || failed != nil && failed.Whole != c.whole {
			t.Errorf("%s: %v", name, err)
		}
	}
	src.URL = strings.Replace(src.URL, "127.", "\x7f", 1)
	if _, err := fetch(t.Context(), http.DefaultClient, src, tile.At{}); err == nil {
		t.Error("an address that is none is asked")
	}
}

// Who goes away does not take the square from others, and a server that is too slow is left.
func TestASlowTileServer(t *testing.T) {
	s, src, _, _ := stage(t, 100)
	_, err := s.Get(context.Background(), src, tile.At{Z: 1})
	var failed *Failure
	if !errors.As(err, &failed) || !failed.Whole || failed.Why != tooSlow {
		t.Errorf("%v", err)
	}
	if _, err := s.Get(context.Background(), src, tile.At{Z: 1, X: 1}); !errors.As(err, &failed) || !failed.Again {
		t.Errorf("the next: %v", err)
	}
}

// What is kept is bounded: the squares that were not looked at longest go.
func TestRoomForSquares(t *testing.T) {
	s, src, asked, open := stage(t, largest)
	close(open)
	const n = roomForSquares/largest + 2
	for x := range n {
		if _, err := s.Get(context.Background(), src, tile.At{Z: 10, X: x}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(context.Background(), src, tile.At{Z: 10, X: 0}); err != nil {
			t.Fatal(err)
		}
	}
	if s.bytes > roomForSquares || len(s.kept) != s.recent.Len() || asked.Load() != n {
		t.Errorf("%d bytes, %d squares, asked %d times for %d", s.bytes, len(s.kept), asked.Load(), n)
	}
	if _, err := s.Get(context.Background(), src, tile.At{Z: 10, X: 1}); err != nil || asked.Load() != n+1 {
		t.Errorf("one that had to go: asked %d times, %v", asked.Load(), err)
	}
}
