package hooks_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// wire is a client's end of a connection, with a worker's token and everything that a transcript names.
type wire struct {
	t       *testing.T
	address string
	names   []string // name and value in turn, for the text and for the wire
	tag     string   // of the last answer that had one: {tag}
	conn    net.Conn
	in      *bufio.Reader
}

const transcriptCampaign = "01900000-0000-7000-8000-00000000c0de"

// newWire serves the transcripts' form in a campaign of its own to one worker's Collect.
func newWire(t *testing.T) *wire {
	t.Helper()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	raw, err := os.ReadFile("testdata/transcripts/form.md")
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Replace(raw, []byte("| door_note | 1 |"), []byte("| door_note | 2 |"), 1)
	for status, raw := range map[string][]byte{instrument.Published: raw, instrument.Draft: newer} {
		if _, err := app.Doorstep.Library.Publish(app, instrument.Workbook{Name: "form.md", Raw: raw}, status, "", app.Doorstep.Now()); err != nil {
			t.Fatal(err)
		}
	}
	worker := app.WorkerOf(t, "0199f000-0000-7000-8000-000000000001", "F1", "field", "990101001001") // of whom the id of a record follows
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	manager.Want(http.StatusOK, http.MethodPost, "/api/collections/campaigns/records", map[string]any{"id": transcriptCampaign, "name": "门牌", "form": "door_note", "status": "open", "hold_policy": "all", "territory": []string{"9901"}}, nil)
	if status := uploadFormFile(t, manager, "door_note", "示意图 1.svg", "<svg/>"); status != http.StatusOK {
		t.Fatalf("upload: %d", status)
	}
	token := func() (secret, id string) {
		var out struct{ ID, Token string }
		manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/token", nil, &out)
		return out.Token, out.ID
	}
	good, _ := token()
	gone, id := token()
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/tokens/"+id+"/revoke", nil, nil)
	var draft struct{ Token string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/forms/door_note/draft/token", nil, &draft)
	w := &wire{t: t, address: server.Listener.Addr().String()}
	w.names = []string{"{token}", good, "{revoked}", gone, "{draft}", draft.Token, "{boss}", boss.Token, "{manager}", manager.Token, "{campaign}", transcriptCampaign}
	t.Cleanup(w.hangUp)
	return w
}

func canonical(name string) string { return textproto.CanonicalMIMEHeaderKey(name) }

func (w *wire) hangUp() {
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// exchange sends a request exactly as it is written, and writes down the answer.
func (w *wire) exchange(e exchange) string {
	w.t.Helper()
	if w.conn == nil {
		conn, err := net.Dial("tcp", w.address)
		if err != nil {
			w.t.Fatal(err)
		}
		w.conn, w.in = conn, bufio.NewReader(conn)
	}
	toWire := strings.NewReplacer(append(w.names, "{tag}", w.tag)...)
	body, length := wireBody(w.t, toWire.Replace(e.body))
	header := e.header
	announced := func(h string) bool {
		return strings.HasPrefix(h, "Content-Length:") || strings.HasPrefix(h, "Transfer-Encoding:")
	}
	if length > 0 && !slices.ContainsFunc(header, announced) {
		header = append(slices.Clone(header), fmt.Sprint("Content-Length: ", length))
	}
	if err := w.conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		w.t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		head := toWire.Replace(strings.Join(append([]string{e.request + " HTTP/1.1"}, header...), "\r\n")) + "\r\n\r\n"
		_, err := io.Copy(w.conn, io.MultiReader(strings.NewReader(head), body))
		if tcp, ok := w.conn.(*net.TCPConn); ok && strings.Contains(e.title, cutShort) {
			err = tcp.CloseWrite()
		}
		sent <- err
	}()
	answer := w.answer(strings.Fields(e.request)[0])
	if <-sent != nil || strings.Contains(e.title, cutShort) || strings.Contains(answer, "\nConnection: close") {
		w.hangUp() // refused while it was being sent, or by word: the next request needs a connection of its own
	}
	var back []string
	for i := 0; i < len(w.names); i += 2 {
		back = append(back, w.names[i+1], w.names[i])
	}
	return strings.NewReplacer(back...).Replace(answer)
}

func (w *wire) answer(method string) string {
	w.t.Helper()
	res, err := http.ReadResponse(w.in, &http.Request{Method: method})
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Close {
		res.Header.Set("Connection", "close")
	}
	in := io.Reader(res.Body)
	if res.Header.Get("Content-Encoding") == "gzip" && method != http.MethodHead {
		if in, err = gzip.NewReader(in); err != nil {
			w.t.Fatal(err)
		}
	}
	b, err := io.ReadAll(in)
	if err != nil {
		w.t.Fatal(err)
	}
	if tag := res.Header.Get("ETag"); tag != "" {
		w.tag = tag
		res.Header.Set("ETag", "{tag}") // lists hold the token, and so does their digest
	}
	return describeAnswer(res.Status, res.Header, b)
}
