package openrosa

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/seal"
)

// TestWhoseWordOnTheSchemeCounts: a proxy elsewhere, or what is no address, cannot say that a connection is encrypted.
func TestWhoseWordOnTheSchemeCounts(t *testing.T) {
	for name, c := range map[string]struct {
		from, proto string
		tls         *tls.ConnectionState
		want        string
	}{
		"encrypted":                   {"203.0.113.7:1", "", new(tls.ConnectionState), "https://a.example"},
		"a proxy here":                {"127.0.0.1:1", "HTTPS", nil, "https://a.example"},
		"a proxy here, in IPv6":       {"[::1]:1", "https", nil, "https://a.example"},
		"a proxy here, in clear":      {"127.0.0.1:1", "http", nil, "http://a.example"},
		"nobody's word":               {"127.0.0.1:1", "", nil, "http://a.example"},
		"a proxy elsewhere":           {"203.0.113.7:1", "https", nil, "http://a.example"},
		"an address that is none":     {"here:1", "https", nil, "http://a.example"},
		"an address without its port": {"127.0.0.1", "https", nil, "http://a.example"},
	} {
		r := &http.Request{RemoteAddr: c.from, TLS: c.tls, Host: "a.example", Header: http.Header{"X-Forwarded-Proto": {c.proto}}}
		if got := Origin(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestWhereAHouseholdIs: a sealed place comes before altitude and accuracy; what is blank or damaged stays as it was.
func TestWhereAHouseholdIs(t *testing.T) {
	sealed := seal.Row{{Column: "location", Text: `{"lat":22.5500,"lon":114}`}}
	for name, c := range map[string]struct {
		cell   string
		opened seal.Row
		want   string
	}{
		"sealed":     {"0 0 0 5.5", sealed, "22.5500 114 0 5.5"},
		"blank":      {"", sealed, ""},
		"in clear":   {"22.5 114 0 5", nil, "22.5 114 0 5"},
		"unreadable": {"0 0 0 5", seal.Row{{Column: "location", Text: "22.5 114"}}, "0 0 0 5"},
	} {
		if got := geometry(c.cell, c.opened); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestATitleIsShort: the list of forms of a phone has room for thirty letters of a note.
func TestATitleIsShort(t *testing.T) {
	thirty := strings.Repeat("字", 30)
	for in, want := range map[string]string{"": "", " 请\n 核对 ": "请 核对", thirty: thirty, thirty + "a": thirty + "…"} {
		if got := shortly(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
