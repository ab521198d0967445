// Package openrosa is the door for ODK Collect and Enketo: form lists, manifests, entity lists and submissions as the
// OpenRosa interface wants them (docs/odk.md).
package openrosa

import (
	"encoding/xml"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// AcceptLength is the size in bytes of one submission request that is advertised and enforced. Clients split a
// submission that would be larger.
const AcceptLength = 100_000_000

// AllForms as the campaign in a URL means every published form; the server finds the open campaign of each.
const AllForms = "all"

// Caller is a worker's app on one device, and where it found the server.
type Caller struct {
	access.Actor
	Device   string
	Campaign string // id, or AllForms
	Trial    bool   // tests the draft of a form: nothing counts
	root     string // URL that every path of this caller begins with
}

// NewCaller tells where a request was sent, so that answers point to the same place. prefix is the escaped path up to
// the campaign.
func NewCaller(r *http.Request, actor access.Actor, device, campaign, prefix string) Caller {
	actor.Device = device
	return Caller{Actor: actor, Device: device, Campaign: campaign, root: Origin(r) + prefix}
}

// Origin is scheme and host as the client sees them. A proxy's word about the scheme counts when the proxy runs on this
// machine.
func Origin(r *http.Request) string {
	scheme := "http"
	if Secure(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// Secure reports whether the client's connection is encrypted.
func Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return net.ParseIP(host).IsLoopback() && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func (c Caller) url(parts ...string) string {
	var b strings.Builder
	b.WriteString(c.root)
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

// formURL is where a form's parts lie: below its version, or below the draft that is tested.
func (c Caller) formURL(in *instrument.Instrument, parts ...string) string {
	if c.Trial {
		return c.url(parts...)
	}
	return c.url(append([]string{"forms", in.Form.ID, "versions", in.Version}, parts...)...)
}

type envelope struct {
	XMLName xml.Name `xml:"http://openrosa.org/http/response OpenRosaResponse"`
	Items   int      `xml:"items,attr"`
	Message struct {
		Nature string `xml:"nature,attr"`
		Text   string `xml:",chardata"`
	} `xml:"message"`
}

// Reply writes a message that the app shows to the worker.
func Reply(w http.ResponseWriter, status int, text string) error {
	var e envelope
	e.Message.Text, e.Message.Nature = text, "submit_success"
	if status >= http.StatusBadRequest {
		e.Message.Nature = "error"
	}
	body, err := xml.Marshal(e)
	if err != nil {
		return err
	}
	Headers(w)
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// Headers are on every answer.
func Headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("X-OpenRosa-Version", "1.0")
	h.Set("X-OpenRosa-Accept-Content-Length", strconv.Itoa(AcceptLength))
	h.Set("Content-Language", "zh-CN")
}

// Fail answers an error in words. 401 is only for clients that can ask for a password: for a token it would make the
// app ask for one that does not exist.
func Fail(w http.ResponseWriter, err error) error {
	p := problem.As(err)
	e := problem.Catalogue[p.Code]
	if after := p.RetryAfter(); after != "" {
		w.Header().Set("Retry-After", after)
	}
	return Reply(w, p.Status(), e.ZH+" "+e.EN)
}

var errWrongToken = problem.New(problem.NotAllowed, "token")
