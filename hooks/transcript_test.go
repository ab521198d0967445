package hooks_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/corpora"
)

// exchange is one request and its answer in a transcript. A transcript is text: comments begin with #, an exchange with
// >>> and a title, its answer with <<<. Lines end in CR LF on the wire. {name} stands for what varies, {5 times x} for
// long bytes and {hex fffe} for bytes that are no text, both in request bodies only.
type exchange struct {
	title   string
	request string // method and URL
	header  []string
	body    string
	answer  string // status, headers, body
}

const cutShort = "the connection ends" // in a title: the body stops before its announced length

var transcriptNames = []string{"lists", "submissions", "batches", "edits", "entities", "returned", "draft", "enketo", "refused", "malformed"}

// TestTranscripts replays what ODK Collect and Enketo send, byte by byte over one connection, and compares status,
// headers and body of every answer. With -update the answers are recorded anew.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/transcripts/*.http")
	if err != nil || len(files) != len(transcriptNames) {
		t.Fatalf("%d transcripts, %v", len(files), err)
	}
	for _, name := range transcriptNames {
		t.Run(name, func(t *testing.T) { replay(t, filepath.Join("testdata", "transcripts", name+".http")) })
	}
}

func replay(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	preamble, exchanges := readTranscript(string(raw))
	w := newWire(t)
	written := preamble
	for _, e := range exchanges {
		got := w.exchange(e)
		written += e.text(got)
		if got != e.answer && !*corpora.Update {
			t.Errorf("%s: the answer differs; run with -update if it should\n got %s\nwant %s", e.title, got, e.answer)
		}
	}
	if *corpora.Update {
		if err := os.WriteFile(file, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readTranscript(text string) (preamble string, all []exchange) {
	chunks := strings.Split("\n"+text, "\n>>> ")
	for _, c := range chunks[1:] {
		title, rest, _ := strings.Cut(c, "\n")
		sent, answer, _ := strings.Cut(rest+"\n", "\n<<< ")
		head, body, _ := strings.Cut(sent+"\n", "\n\n")
		lines := strings.Split(strings.TrimSuffix(head, "\n"), "\n")
		all = append(all, exchange{title: title, request: lines[0], header: lines[1:], body: body, answer: strings.TrimRight(answer, "\n")})
	}
	return strings.TrimPrefix(chunks[0], "\n") + "\n", all
}

func (e exchange) text(answer string) string {
	head := ">>> " + e.title + "\n" + strings.Join(append([]string{e.request}, e.header...), "\n") + "\n"
	if e.body != "" {
		head += "\n" + e.body
	}
	return head + "<<< " + answer + "\n\n"
}

var madeBytes = regexp.MustCompile(`\{(\d+) times ([^}]*)\}|\{hex ([0-9a-f]+)\}`)

// wireBody is the body as it goes over the wire, and its length.
func wireBody(t *testing.T, body string) (io.Reader, int64) {
	t.Helper()
	var parts []io.Reader
	var length int64
	add := func(s string, times int) {
		whole := int64(len(s)) * int64(times)
		length += whole
		if len(s) > 0 && len(s) < 4096 {
			s = strings.Repeat(s, min(times, 4096/len(s))) // the same text, in longer copies
		}
		parts = append(parts, io.LimitReader(&again{s: s}, whole))
	}
	body = strings.ReplaceAll(body, "\n", "\r\n")
	at := 0
	for _, m := range madeBytes.FindAllStringSubmatchIndex(body, -1) {
		add(body[at:m[0]], 1)
		at = m[1]
		if m[2] < 0 {
			b, err := hex.DecodeString(body[m[6]:m[7]])
			if err != nil {
				t.Fatal(err)
			}
			add(string(b), 1)
			continue
		}
		n, err := strconv.Atoi(body[m[2]:m[3]])
		if err != nil {
			t.Fatal(err)
		}
		add(body[m[4]:m[5]], n)
	}
	add(body[at:], 1)
	return io.MultiReader(parts...), length
}

// again reads a text over and over.
type again struct {
	s  string
	at int
}

func (a *again) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) && a.s != "" {
		c := copy(b[n:], a.s[a.at:])
		n, a.at = n+c, (a.at+c)%len(a.s)
	}
	return n, nil
}

// shown are the headers of an answer that a client acts on, or that keep it from acting wrongly.
var shown = []string{"Allow", "Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Content-Type", "ETag", "Location", "Retry-After", "WWW-Authenticate", "X-OpenRosa-Accept-Content-Length", "X-OpenRosa-Version"}

func describeAnswer(status string, header map[string][]string, body []byte) string {
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	fmt.Fprintln(out, status)
	for _, name := range shown {
		for _, v := range header[canonical(name)] {
			fmt.Fprintf(out, "%s: %s\n", name, v)
		}
	}
	if len(body) > 0 {
		fmt.Fprintf(out, "\n%s", body)
	}
	out.Flush()
	return strings.TrimRight(b.String(), "\n")
}
