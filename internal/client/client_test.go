package client

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/protocol"
)

func receipts(ops []Operation) []Receipt {
	var all []Receipt
	for _, op := range ops {
		all = append(all, Receipt{Seq: op.Seq, ID: op.ID, Status: Stored, Rev: 1})
	}
	return all
}

func TestOutboxDropsOnlyWhatIsAnswered(t *testing.T) {
	tests := []struct {
		name    string
		answer  func([]Receipt) []Receipt
		waiting int
	}{
		{"all answered", func(r []Receipt) []Receipt { return r }, 0},
		{"one receipt missing", func(r []Receipt) []Receipt { return r[1:] }, 3},
		{"receipts of others", func(r []Receipt) []Receipt { r[2].Seq = 9; return r }, 3},
		{"in another order", func(r []Receipt) []Receipt { slices.Reverse(r); return r }, 3},
		{"without a status", func(r []Receipt) []Receipt { r[1].Status = ""; return r }, 3},
		{"nothing", func([]Receipt) []Receipt { return nil }, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var o Outbox
			for _, id := range []string{"a", "b", "c"} {
				o.Add(Operation{ID: id})
			}
			batch := o.batch()
			o.Add(Operation{ID: "filled while the push was under way"})
			err := o.settle(batch, tt.answer(receipts(batch)))
			if got := len(o.Waiting) - 1; got != tt.waiting || (err == nil) != (tt.waiting == 0) {
				t.Errorf("%d wait (%v), want %d", got, err, tt.waiting)
			}
			if last := o.Waiting[len(o.Waiting)-1]; last.Seq != 4 {
				t.Errorf("the last operation has number %d", last.Seq)
			}
		})
	}
}

func TestBatchKeepsTheLimits(t *testing.T) {
	var o Outbox
	for range protocol.MaxOperations + 1 {
		o.Add(Operation{})
	}
	if n := len(o.batch()); n != protocol.MaxOperations {
		t.Errorf("%d operations in a batch", n)
	}
	large := json.RawMessage(`"` + strings.Repeat("x", maxPushBytes/2) + `"`)
	o = Outbox{Waiting: []Operation{{Answers: large}, {Answers: large}, {Answers: large}}}
	if n := len(o.batch()); n != 1 {
		t.Errorf("%d large operations in a batch", n)
	}
}

func TestCopyAppliesPages(t *testing.T) {
	up := func(id string, rev int64) Change { return Change{Collection: "persons", ID: id, Rev: rev, Op: Upsert} }
	tests := []struct {
		name  string
		pages []Page
		want  string
	}{
		{"upsert and newer", []Page{{Changes: []Change{up("a", 1), up("b", 1)}}, {Changes: []Change{up("a", 2)}}}, "a2 b1"},
		{"delete", []Page{{Changes: []Change{up("a", 1), up("b", 1), {Collection: "persons", ID: "a", Op: Delete}}}}, "b1"},
		{"leave", []Page{{Changes: []Change{up("a", 1), up("b", 1), {Collection: "persons", ID: "b", Op: Leave}}}}, "a1"},
		{"reset in one page", []Page{{Changes: []Change{up("a", 1)}}, {Reset: true, Changes: []Change{up("b", 1)}}}, "b1"},
		{"reset over two pages", []Page{{Changes: []Change{up("a", 1), up("c", 1)}}, {Reset: true, More: true, Changes: []Change{up("b", 1)}}, {Changes: []Change{up("c", 1)}}}, "b1 c1"},
		{"reset not yet complete", []Page{{Changes: []Change{up("a", 1)}}, {Reset: true, More: true, Changes: []Change{up("b", 1)}}}, "a1 b1"},
		{"a second reset begins anew", []Page{{Reset: true, More: true, Changes: []Change{up("a", 1)}}, {Reset: true, Changes: []Change{up("b", 1)}}}, "b1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c Copy
			for i := range tt.pages {
				if err := c.Apply(&tt.pages[i]); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			for id, r := range c.Records["persons"] {
				got = append(got, id+string(rune('0'+r.Rev)))
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want {
				t.Errorf("copy holds %v, want %s", got, tt.want)
			}
		})
	}
	if err := new(Copy).Apply(&Page{Changes: []Change{{Op: "explode"}}}); err == nil {
		t.Error("an unknown op passes")
	}
}

// A server that has answered for operation 7 of a tablet whose memory is older than that.
func TestTabletAgainstAServer(t *testing.T) {
	var got struct{ Operations []Operation }
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/sync/v1/devices", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"device": "d1", "last_seq": 7, "server_time": "2026-11-23T10:00:00Z"})
	})
	mux.HandleFunc("POST /api/sync/v1/push", func(w http.ResponseWriter, r *http.Request) {
		z, err := gzip.NewReader(r.Body)
		if err != nil || r.Header.Get(protocol.DeviceHeader) != "d1" {
			t.Errorf("device %q, body %v", r.Header.Get(protocol.DeviceHeader), err)
			return
		}
		json.NewDecoder(z).Decode(&got)
		json.NewEncoder(w).Encode(map[string]any{"results": receipts(got.Operations)})
	})
	mux.HandleFunc("GET /api/sync/v1/pull", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusTooManyRequests)
		w.Write([]byte(`{"code":"server.busy"}`))
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	tablet := &Tablet{Conn: Conn{URL: server.URL, HTTP: server.Client()}}
	if _, err := tablet.Register(t.Context(), Identity{Name: "t"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	tablet.Outbox.Add(Operation{ID: "a", Answers: json.RawMessage(`"` + strings.Repeat("答", worthPacking) + `"`)})
	if _, err := tablet.Push(t.Context()); err != nil || len(tablet.Outbox.Waiting) != 0 {
		t.Fatalf("%v, %d wait", err, len(tablet.Outbox.Waiting))
	}
	if len(got.Operations) != 1 || got.Operations[0].Seq != 8 {
		t.Errorf("the server got %+v", got.Operations)
	}
	err := tablet.Pull(t.Context())
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.RetryAfter != 5*time.Second || !Again(err) {
		t.Errorf("a busy server: %v", err)
	}
	server.Close()
	tablet.Outbox.Add(Operation{ID: "b"})
	if _, err := tablet.Push(t.Context()); !Again(err) || len(tablet.Outbox.Waiting) != 1 {
		t.Errorf("a server that is gone: %v, %d wait", err, len(tablet.Outbox.Waiting))
	}
}

// What is cut off, or no JSON, may have been done: the same again is right.
func TestHalfAnAnswerIsNone(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"cut off":  func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100"); w.Write([]byte(`{"results":`)) },
		"not JSON": func(w http.ResponseWriter) { w.Write([]byte(`<html>sign in to the guest network</html>`)) },
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
		tablet := &Tablet{Conn: Conn{URL: server.URL, HTTP: server.Client()}}
		tablet.Outbox.Add(Operation{ID: "a"})
		if _, err := tablet.Push(t.Context()); !Again(err) || len(tablet.Outbox.Waiting) != 1 {
			t.Errorf("%s: %v, %d wait", name, err, len(tablet.Outbox.Waiting))
		}
		server.Close()
	}
}

// What cannot be sent is told, by each call.
func TestEachCallTellsWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	nowhere := func() *Tablet { return &Tablet{Conn: Conn{URL: ":", HTTP: http.DefaultClient}} }
	for name, call := range map[string]func(*Tablet) error{
		"sign in":  func(w *Tablet) error { _, err := w.Conn.SignIn(t.Context(), "a", "b"); return err },
		"register": func(w *Tablet) error { _, err := w.Register(t.Context(), Identity{}, time.Now()); return err },
		"push":     func(w *Tablet) error { _, err := w.Push(t.Context()); return err },
		"pull":     func(w *Tablet) error { return w.Pull(t.Context()) },
		"verify":   func(w *Tablet) error { _, err := w.Verify(t.Context()); return err },
		"wipe":     func(w *Tablet) error { return w.HandInAndWipe(t.Context()) },
		"upload": func(w *Tablet) error {
			w.Files.Add(File{SHA256: "0", Size: 1})
			return w.Upload(t.Context(), func(File) (io.ReadSeekCloser, error) { return nil, io.EOF })
		},
		"no JSON": func(w *Tablet) error {
			w.Conn.URL = "http://127.0.0.1"
			return w.Conn.Call(t.Context(), http.MethodPost, "/", func() {}, nil)
		},
	} {
		w := nowhere()
		w.Outbox.Add(Operation{ID: "a"})
		if err := call(w); err == nil || len(w.Outbox.Waiting) != 1 {
			t.Errorf("%s: %v, %d wait", name, err, len(w.Outbox.Waiting))
		}
	}
}

func TestNewIDIsVersion7InOrderOfTime(t *testing.T) {
	at := time.UnixMilli(0x017F22E279B0) // the example of RFC 9562, appendix A.6
	id := NewID(at, [16]byte{6: 0xcc, 7: 0xc3, 8: 0x18, 9: 0xc4, 10: 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f})
	if id != "017f22e2-79b0-7cc3-98c4-dc0c0c07398f" {
		t.Error(id)
	}
}
