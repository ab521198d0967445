package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/protocol"
)

// answer is the reply of a scripted server to one request.
type answer struct {
	status int
	body   string
	header map[string]string
}

func says(body string) answer { return answer{200, body, nil} }

// scripted is a tablet whose server gives the answers in turn and writes down what it was asked: method, address, headers that matter, body.
func scripted(t *testing.T, answers ...answer) (tablet *Tablet, asked *[]string) {
	t.Helper()
	asked = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		line := r.Method + " " + strings.TrimPrefix(r.URL.RequestURI(), "/api/sync/v1")
		for _, name := range []string{"Authorization", protocol.DeviceHeader, protocol.SealHeader, "Content-Type", "Content-Encoding", "Tus-Resumable",
			"Upload-Offset", "Upload-Length", "Upload-Metadata"} {
			if v := r.Header.Get(name); v != "" {
				line += " " + name + "=" + v
			}
		}
		*asked = append(*asked, line+" "+string(body))
		if len(*asked) > len(answers) {
			t.Errorf("a request too many: %s", line)
			return
		}
		a := answers[len(*asked)-1]
		for name, value := range a.header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(a.status)
		io.WriteString(w, a.body)
	}))
	t.Cleanup(server.Close)
	return &Tablet{Conn: Conn{URL: server.URL, HTTP: server.Client(), Token: "token"}}, asked
}

// wants compares what the server was asked; "…" at the end of a line stands for anything.
func wants(t *testing.T, asked []string, want ...string) {
	t.Helper()
	fits := func(got, want string) bool {
		begin, open := strings.CutSuffix(want, "…")
		return got == want || open && strings.HasPrefix(got, begin)
	}
	if !slices.EqualFunc(asked, want, fits) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(asked, "\n"), strings.Join(want, "\n"))
	}
}

func TestRegister(t *testing.T) {
	tablet, asked := scripted(t, says(`{"device":"d1","epoch":"e","last_seq":7,"seal":"s","token":"mine"}`), says(`{"device":"d1","last_seq":3}`))
	tablet.Outbox.Add(Operation{})
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for range 2 {
		if _, err := tablet.Register(t.Context(), Identity{"name", "app", "platform"}, now); err != nil {
			t.Fatal(err)
		}
		if tablet.Conn.Device != "d1" || tablet.Conn.Token != "mine" || tablet.Outbox.LastSeq != 7 {
			t.Errorf("%+v, last number %d", tablet.Conn, tablet.Outbox.LastSeq)
		}
	}
	body := func(id string) string {
		return `{"id":"` + id + `","name":"name","app":"app","platform":"platform","device_time":"2026-11-23T10:00:00Z","waiting":1}`
	}
	wants(t, *asked, "POST /devices Authorization=token Content-Type=application/json "+body(""),
		"POST /devices Authorization=mine X-Doorstep-Device=d1 Content-Type=application/json "+body("d1"))
	if tablet.Seal != "" {
		t.Error("the seal of the first registration stays after the second")
	}
}

func TestSignIn(t *testing.T) {
	tablet, asked := scripted(t, says(`{"token":"new"}`), answer{400, `{}`, nil})
	c, err := tablet.Conn.SignIn(t.Context(), "F1", "secret")
	if err != nil || c.Token != "new" || tablet.Conn.Token != "token" {
		t.Errorf("%v, %q", err, c.Token)
	}
	if c, err = tablet.Conn.SignInAs(t.Context(), "_superusers", "a", "b"); err == nil || c.Token != "token" {
		t.Errorf("%v, %q", err, c.Token)
	}
	const sent = " Authorization=token Content-Type=application/json "
	wants(t, *asked, "POST /api/collections/workers/auth-with-password"+sent+`{"identity":"F1","password":"secret"}`,
		"POST /api/collections/_superusers/auth-with-password"+sent+`{"identity":"a","password":"b"}`)
}

func TestPush(t *testing.T) {
	tablet, asked := scripted(t, says(`{"results":[{"seq":1,"status":"stored"}]}`), says(`{"results":[]}`))
	if receipts, err := tablet.Push(t.Context()); err != nil || receipts != nil {
		t.Errorf("nothing waits: %v, %v", receipts, err)
	}
	tablet.Outbox.Add(Operation{ID: "a"})
	if receipts, err := tablet.Push(t.Context()); err != nil || len(receipts) != 1 || receipts[0].Status != Stored {
		t.Errorf("%v, %v", receipts, err)
	}
	tablet.Outbox.Add(Operation{ID: "b"})
	if _, err := tablet.Push(t.Context()); err == nil || len(tablet.Outbox.Waiting) != 1 {
		t.Errorf("an operation without a receipt: %v", err)
	}
	wants(t, *asked, `POST /push Authorization=token Content-Type=application/json {"operations":[{"seq":1,"op":"","id":"a"}],"waiting":0}`,
		`POST /push Authorization=token Content-Type=application/json {"operations":[{"seq":2,…`)
}

func TestWhatStillWaitsIsTold(t *testing.T) {
	tablet, asked := scripted(t, answer{503, "", nil})
	for range protocol.MaxOperations + 3 {
		tablet.Outbox.Add(Operation{})
	}
	tablet.Conn.HTTP.Transport = &plain{tablet.Conn.HTTP.Transport, t}
	tablet.Push(t.Context())
	if got := (*asked)[0]; !strings.Contains(got, "Content-Encoding=gzip") || !strings.HasSuffix(got, `"waiting":3}`) {
		t.Errorf("%.200s", got)
	}
}

// plain unpacks a body on its way.
type plain struct {
	http.RoundTripper
	t *testing.T
}

func (p *plain) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("Content-Encoding") == "gzip" {
		packed, err := io.ReadAll(r.Body)
		if err != nil {
			p.t.Error(err)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(unpacked(p.t, packed))), -1
	}
	return p.RoundTripper.RoundTrip(r)
}

func TestPullGoesOnWherePagesEnd(t *testing.T) {
	tablet, asked := scripted(t, says(`{"cursor":"c1","epoch":"e","more":true,"changes":[]}`), says(`{"cursor":"c2","epoch":"e"}`), says(`{"cursor":"c2"}`))
	tablet.Page = 1
	for range 2 {
		if err := tablet.Pull(t.Context()); err != nil {
			t.Fatal(err)
		}
		tablet.Page = 0
	}
	wants(t, *asked, "GET /pull?cursor=&limit=1 Authorization=token ", "GET /pull?cursor=c1&limit=1 Authorization=token ", "GET /pull?cursor=c2 Authorization=token ")
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		answer
		want  Refusal
		again bool
	}{
		{answer{299, `{}`, nil}, Refusal{}, false},
		{answer{300, `{"code":"c","detail":"d"}`, nil}, Refusal{Status: 300, Code: "c", Detail: "d"}, false},
		{answer{401, `{"code":"c","wipe":true}`, nil}, Refusal{Status: 401, Code: "c", Wipe: true}, false},
		{answer{429, `{"code":"c"}`, map[string]string{"Retry-After": "5"}}, Refusal{Status: 429, Code: "c", RetryAfter: 5 * time.Second}, true},
		{answer{499, `{"code":5,"detail":"d"}`, map[string]string{"Retry-After": "soon"}}, Refusal{Status: 499}, false},
		{answer{500, `<html>`, nil}, Refusal{Status: 500}, true},
	} {
		tablet, _ := scripted(t, c.answer)
		err := tablet.Conn.Call(t.Context(), http.MethodGet, "/", nil, nil)
		var got Refusal
		if r := (*Refusal)(nil); errors.As(err, &r) {
			got = *r
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || Again(err) != c.again || WipeOrdered(err) != c.want.Wipe {
			t.Errorf("%d: %+v, again %v, wipe %v", c.status, got, Again(err), WipeOrdered(err))
		}
	}
	if got := (&Refusal{Status: 401, Code: "c"}).Error(); got != "server refuses with 401 c" {
		t.Error(got)
	}
}

func TestBodiesArePackedWhereThatIsWorthIt(t *testing.T) {
	for n, want := range map[int]string{worthPacking - 1: "", worthPacking: "gzip"} {
		in := strings.Repeat("x", n-2)
		body, encoding, err := encode(in)
		if err != nil || encoding != want {
			t.Fatalf("%d bytes: %q, %v", n, encoding, err)
		}
		if encoding != "" {
			body = unpacked(t, body)
		}
		if string(body) != `"`+in+`"` {
			t.Errorf("%d bytes come back as %d", n, len(body))
		}
	}
	if body, encoding, err := encode(nil); body != nil || encoding != "" || err != nil {
		t.Error("nothing has a body")
	}
}

func TestOutboxLimitsAtTheirEdge(t *testing.T) {
	of := func(bytes ...int) (o Outbox) {
		for _, n := range bytes {
			o.Add(Operation{Answers: json.RawMessage(strings.Repeat("x", n))})
		}
		return o
	}
	for _, c := range []struct {
		o    Outbox
		want int
	}{{of(), 0}, {of(make([]int, protocol.MaxOperations)...), protocol.MaxOperations}, {of(maxPushBytes-1000, 0, 0), 2}, {of(maxPushBytes-999, 0), 1},
		{of(maxPushBytes + 1), 1}} {
		if got := len(c.o.batch()); got != c.want {
			t.Errorf("%d of %d", got, len(c.o.Waiting))
		}
	}
	o := of(0, 0)
	if o.Skip(1); o.LastSeq != 2 || o.Waiting[0].Seq != 1 || o.Waiting[1].Seq != 2 {
		t.Errorf("%+v", o)
	}
	if o.Skip(5); o.Add(Operation{}) != 6 {
		t.Errorf("%+v", o)
	}
}

// open gives the bytes of a file whose sha256 is its content here.
func open(f File) (io.ReadSeekCloser, error) {
	if f.Name == "lost" {
		return nil, errors.New("lost")
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader(f.SHA256), io.NopCloser(nil)}, nil
}

func TestUpload(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	at := func(id string) answer { return answer{201, "", map[string]string{"Location": filePath + id}} }
	offset := func(n string) answer { return answer{200, "", map[string]string{"Upload-Offset": n}} }
	lacks := func(shas ...string) answer {
		b, _ := json.Marshal(map[string]any{"lacking": shas})
		return says(string(b))
	}
	const have, tus, done = `POST /files/have Authorization=token Content-Type=application/json {"sha256":`, " Authorization=token Tus-Resumable=1.0.0 ", 204
	begin := func(sha, name string) string {
		return fmt.Sprintf("POST /files/ Authorization=token Tus-Resumable=1.0.0 Upload-Length=%d Upload-Metadata=sha256 %s,name %s ", len(sha), b64(sha), b64(name))
	}
	patch := func(id, from, rest string) string {
		return "PATCH /files/" + id + " Authorization=token Content-Type=application/offset+octet-stream Tus-Resumable=1.0.0 Upload-Offset=" + from + " " + rest
	}
	head := func(id string) string { return "HEAD /files/" + id + tus }
	digest := answer{422, `{"code":"file.digest"}`, nil}
	for name, c := range map[string]struct {
		begun   map[string]string
		answers []answer
		asked   []string
		waiting string // sha256 of what waits afterwards
		fails   bool
	}{
		"anew, and one that is there":  {nil, []answer{lacks("abc"), at("1"), {status: done}}, []string{begin("abc", "a.jpg"), patch("1", "0", "abc")}, "", false},
		"from where it was cut":        {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), offset("2"), {status: done}}, []string{head("7"), patch("7", "2", "c")}, "", false},
		"whole before it was told":     {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), offset("3")}, []string{head("7")}, "", false},
		"forgotten there":              {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), {status: 404}, at("8"), {status: done}}, []string{head("7"), begin("abc", "a.jpg"), patch("8", "0", "abc")}, "", false},
		"gone there":                   {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), {status: 410}, at("8"), {status: done}}, []string{head("7"), begin("abc", "a.jpg"), patch("8", "0", "abc")}, "", false},
		"busy":                         {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), {status: 503}}, []string{head("7")}, "abc de", true},
		"an offset that is none":       {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), offset("x")}, []string{head("7")}, "abc de", true},
		"moved meanwhile":              {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), offset("1"), {status: 409}, offset("2"), {status: done}}, []string{head("7"), patch("7", "1", "bc"), head("7"), patch("7", "2", "c")}, "", false},
		"moved three times":            {map[string]string{"abc": filePath + "7"}, []answer{lacks("abc"), offset("1"), {status: 409}, offset("1"), {status: 409}, offset("1"), {status: 409}}, []string{head("7"), patch("7", "1", "bc"), head("7"), patch("7", "1", "bc"), head("7"), patch("7", "1", "bc")}, "abc de", true},
		"elsewhere":                    {nil, []answer{lacks("abc"), {201, "", map[string]string{"Location": "/other/1"}}}, []string{begin("abc", "a.jpg")}, "abc de", true},
		"not taken":                    {nil, []answer{lacks("abc"), {status: 413}}, []string{begin("abc", "a.jpg")}, "abc de", true},
		"other bytes than said":        {nil, []answer{lacks("abc", "de"), at("1"), digest, at("2"), {status: done}}, []string{begin("abc", "a.jpg"), patch("1", "0", "abc"), begin("de", "b.jpg"), patch("2", "0", "de")}, "abc", true},
		"the list cannot be asked for": {nil, []answer{{status: 503}}, nil, "abc de", true},
	} {
		tablet, asked := scripted(t, c.answers...)
		tablet.Files.Begun = c.begun
		tablet.Files.Add(File{"a.jpg", "abc", 3}, File{"b.jpg", "de", 2}, File{"again.jpg", "abc", 3})
		err := tablet.Upload(t.Context(), open)
		var waits []string
		for _, f := range tablet.Files.Waiting {
			waits = append(waits, f.SHA256)
		}
		if got := strings.Join(waits, " "); (err != nil) != c.fails || got != c.waiting {
			t.Errorf("%s: %v, %q waits", name, err, got)
		}
		if _, begun := tablet.Files.Begun["abc"]; begun && (c.waiting == "" || c.waiting == "abc") {
			t.Errorf("%s: an upload that is done with goes on at %v", name, tablet.Files.Begun)
		}
		t.Run(name, func(t *testing.T) { wants(t, *asked, append([]string{have + `["abc","de"]}`}, c.asked...)...) })
	}
}

func TestManyFilesAreAskedForInParts(t *testing.T) {
	tablet, asked := scripted(t, says(`{}`), says(`{"lacking":["1000"]}`))
	for i := range mostDigests + 1 {
		tablet.Files.Add(File{"lost", fmt.Sprint(i), 1})
	}
	if err := tablet.Upload(t.Context(), open); err == nil || len(tablet.Files.Waiting) != 1 || len(*asked) != 2 {
		t.Errorf("%v, %d wait, %d requests", err, len(tablet.Files.Waiting), len(*asked))
	}
}

func TestHandInAndWipe(t *testing.T) {
	full := func(t *Tablet) {
		t.Conn.Device, t.Seal, t.Page = "d", "seal", 9
		t.Copy.Cursor, t.Files.Waiting = "c", []File{{}}
		for range protocol.MaxOperations + 1 {
			t.Outbox.Add(Operation{})
		}
	}
	receipts := func(from, to int) answer {
		var all []Receipt
		for i := from; i <= to; i++ {
			all = append(all, Receipt{Seq: int64(i), Status: Quarantined})
		}
		b, _ := json.Marshal(map[string]any{"results": all})
		return says(string(b))
	}
	for name, c := range map[string]struct {
		answers []answer
		waiting int
		fails   bool
	}{
		"in two parts":       {[]answer{receipts(1, 500), receipts(501, 501)}, 0, false},
		"nothing more taken": {[]answer{receipts(1, 500), {410, `{"code":"device.sealed"}`, nil}}, 0, false},
		"busy":               {[]answer{receipts(1, 500), {503, `{"code":"server.busy"}`, nil}}, 1, true},
		"a wrong receipt":    {[]answer{receipts(2, 501)}, 501, true},
	} {
		tablet, asked := scripted(t, c.answers...)
		full(tablet)
		tablet.Conn.HTTP.Transport = &plain{tablet.Conn.HTTP.Transport, t}
		err := tablet.HandInAndWipe(t.Context())
		if (err != nil) != c.fails || len(tablet.Outbox.Waiting) != c.waiting || tablet.Outbox.LastSeq != 501 {
			t.Errorf("%s: %v, %d wait, last number %d", name, err, len(tablet.Outbox.Waiting), tablet.Outbox.LastSeq)
		}
		if empty := tablet.Copy.Cursor+tablet.Seal+tablet.Conn.Token+tablet.Conn.Device == "" && tablet.Files.Waiting == nil; empty == c.fails {
			t.Errorf("%s: forgotten %v", name, empty)
		}
		for i, line := range *asked {
			last := map[bool]string{true: `{"last":true,`, false: `{"last":false,`}[i == 1]
			if !strings.HasPrefix(line, "POST /sealed X-Doorstep-Device=d X-Doorstep-Seal=seal Content-Type=application/json ") || !strings.Contains(line, last) {
				t.Errorf("%s: asked %.200s", name, line)
			}
		}
	}
}

func TestVerify(t *testing.T) {
	change := func(collection, id string, rev int64) Change {
		return Change{Collection: collection, ID: id, Rev: rev, Op: Upsert, Data: json.RawMessage(`{"id":"` + id + `"}`)}
	}
	theirs, ours := Copy{}, Copy{}
	all := []Change{change("persons", "a", 1), change("persons", "b", 2), change("visits", "a", 3)}
	for _, c := range []*Copy{&theirs, &ours} {
		if err := c.Apply(&Page{Cursor: "c", Changes: all}); err != nil {
			t.Fatal(err)
		}
	}
	var sums []string
	for _, sum := range theirs.sums() {
		sums = append(sums, fmt.Sprintf("%016x", sum))
	}
	digest := func() answer { b, _ := json.Marshal(map[string]any{"buckets": sums}); return says(string(b)) }
	bucket := func(collection, id string) string { return fmt.Sprint(bucketOf(collection, id)) }
	repair := func(changes ...Change) answer { b, _ := json.Marshal(Page{Changes: changes}); return says(string(b)) }
	const pulls, asks = "GET /pull?cursor=c Authorization=token ", "GET /digest?cursor=c Authorization=token "
	page := says(`{"cursor":"c"}`)
	gone := Change{Collection: "persons", ID: "b", Op: Leave}
	for name, c := range map[string]struct {
		damage  func(Copy)
		answers []answer
		asked   []string
		want    int
	}{
		"all right":      {func(Copy) {}, nil, nil, 0},
		"a row is lost":  {func(c Copy) { delete(c.Records["persons"], "a") }, []answer{repair(all[0])}, []string{bucket("persons", "a")}, 1},
		"a row too many": {func(c Copy) { c.put(change("persons", "x", 1)) }, []answer{repair()}, []string{bucket("persons", "x")}, 1},
		"an older row":   {func(c Copy) { c.put(change("visits", "a", 2)) }, []answer{repair(all[2], gone)}, []string{bucket("visits", "a")}, 1},
		"damaged data": {func(c Copy) {
			r := c.Records["persons"]["b"]
			r.Data = json.RawMessage(`{}`)
			c.Records["persons"]["b"] = r
		}, []answer{repair(all[1])}, []string{bucket("persons", "b")}, 1},
	} {
		tablet, asked := scripted(t, append([]answer{page, says(`{"behind":true}`), page, digest()}, c.answers...)...)
		b, _ := json.Marshal(ours)
		if err := json.Unmarshal(b, &tablet.Copy); err != nil {
			t.Fatal(err)
		}
		c.damage(tablet.Copy)
		repaired, err := tablet.Verify(t.Context())
		if err != nil || repaired != c.want || tablet.Copy.sums() != theirs.sums() || len(tablet.Copy.Records["persons"]) != 2 {
			t.Errorf("%s: %d, %v, %v", name, repaired, err, tablet.Copy.Records)
		}
		want := []string{pulls, asks, pulls, asks}
		for _, names := range c.asked {
			want = append(want, "GET /repair?buckets="+names+" Authorization=token ")
		}
		wants(t, *asked, want...)
	}
	var busy []answer
	for range 10 {
		busy = append(busy, page, says(`{"behind":true}`))
	}
	tablet, _ := scripted(t, busy...)
	if _, err := tablet.Verify(t.Context()); err == nil {
		t.Error("a server that moves on for ever")
	}
	tablet, asked := scripted(t, page, says(`{"buckets":[]}`), says(`{}`))
	if repaired, err := tablet.Verify(t.Context()); err != nil || repaired != buckets || !strings.Contains((*asked)[2], "?buckets=0,1,2,") {
		t.Errorf("a digest that is short: %d, %v", repaired, err)
	}
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Whatever a call asks, an answer that fails is told, and the call goes no further.
func TestEachAnswerThatFailsIsTold(t *testing.T) {
	page, offset := says(`{"cursor":"c"}`), answer{200, "", map[string]string{"Upload-Offset": "0"}}
	for name, c := range map[string]struct {
		good []answer
		call func(*Tablet) error
	}{
		"pull":   {[]answer{says(`{"more":true}`), page}, func(w *Tablet) error { return w.Pull(t.Context()) }},
		"verify": {[]answer{page, says(`{}`), says(`{}`)}, func(w *Tablet) error { _, err := w.Verify(t.Context()); return err }},
		"upload": {[]answer{says(`{"lacking":["a"]}`), {201, "", map[string]string{"Location": filePath + "1"}}, offset}, func(w *Tablet) error {
			w.Files.Add(File{"a", "a", 1})
			return w.Upload(t.Context(), open)
		}},
	} {
		for n := range len(c.good) + 1 {
			answers := slices.Clone(c.good)
			if n < len(answers) {
				answers = append(answers[:n:n], answer{status: 503})
			}
			tablet, asked := scripted(t, answers...)
			if err := c.call(tablet); (err == nil) != (n == len(c.good)) || len(*asked) != len(answers) {
				t.Errorf("%s, answer %d: %v after %d requests", name, n, err, len(*asked))
			}
		}
	}
}

func TestOutcome(t *testing.T) {
	for want, r := range map[string]Receipt{Stored: {Status: Stored, Was: Conflict}, Conflict: {Status: Unchanged, Was: Conflict}, Unchanged: {Status: Unchanged}} {
		if got := r.Outcome(); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
	for _, err := range []error{nil, context.Canceled, fmt.Errorf("pull: %w", context.DeadlineExceeded), &url.Error{Err: context.Canceled}, errors.New("x")} {
		if Again(err) {
			t.Errorf("%v: again", err)
		}
	}
	var c Copy
	if err := c.Apply(&Page{Reset: true, Changes: []Change{{Collection: "v", ID: "a", Op: Upsert, Data: json.RawMessage(`{ "a": 1 }`)}, {Collection: "v", ID: "b", Op: Upsert}}}); err != nil {
		t.Fatal(err)
	}
	a, found := c.Find("v", "a")
	if b, _ := c.Find("v", "b"); !found || string(a.Data) != `{"a":1}` || a.Sum != dataSum(a.Data) || b.Data != nil || c.Pruning || c.Fulls != 1 {
		t.Errorf("%+v", c)
	}
	if _, found := c.Find("w", "a"); found {
		t.Error("a record of another collection is found")
	}
}
