package hooks_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
	uploads "doorstep/internal/upload"
)

// photo is a JPEG that no other seed makes, padded to a size; decoders stop before the padding.
func photo(t *testing.T, seed byte, size int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 1200, 600))
	for i := range img.Pix {
		img.Pix[i] = byte(i / 1200)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	if b.Len() > size {
		t.Fatalf("the picture has %d bytes, more than %d", b.Len(), size)
	}
	return append(b.Bytes(), bytes.Repeat([]byte{seed}, size-b.Len())...)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// tus is one request of the protocol.
func tus(t *testing.T, c *testapp.Client, method, path string, body []byte, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Tus-Resumable", "1.0.0")
	req.Header.Set("Authorization", c.Token)
	req.Header.Set("X-Doorstep-Device", c.Device)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res
}

func said(t *testing.T, res *http.Response) string {
	t.Helper()
	var p struct{ Code string }
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return string(body)
	}
	return p.Code
}

// begin makes an upload and returns its path.
func begin(t *testing.T, c *testapp.Client, sha string, size int) string {
	t.Helper()
	res := tus(t, c, http.MethodPost, uploads.BasePath, nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", "sha256 "+base64.StdEncoding.EncodeToString([]byte(sha)))
	if res.StatusCode != http.StatusCreated || res.Header.Get("Upload-Expires") == "" {
		t.Fatalf("creation: %d %s", res.StatusCode, said(t, res))
	}
	at, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return at.Path
}

func patch(t *testing.T, c *testapp.Client, path string, offset int, chunk []byte) *http.Response {
	t.Helper()
	return tus(t, c, http.MethodPatch, path, chunk, "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
}

func bring(t *testing.T, c *testapp.Client, content []byte) {
	t.Helper()
	if res := patch(t, c, begin(t, c, digest(content), len(content)), 0, content); res.StatusCode != http.StatusNoContent {
		t.Fatalf("upload: %d %s", res.StatusCode, said(t, res))
	}
}

// stall sends the head of a PATCH for the whole rest and only some of its bytes.
func stall(t *testing.T, c *testapp.Client, path string, rest []byte, sent int) net.Conn {
	t.Helper()
	at, err := url.Parse(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nAuthorization: %s\r\nX-Doorstep-Device: %s\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", path, c.Token, c.Device, len(rest))
	if _, err := conn.Write(rest[:sent]); err != nil {
		t.Fatal(err)
	}
	return conn
}

// cut breaks the connection of such a PATCH and returns when the server is done with it. The offset must then be what was
// sent.
func cut(t *testing.T, c *testapp.Client, path string, rest []byte, sent int) {
	t.Helper()
	conn := stall(t, c, path, rest, sent)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Fatal(err)
	}
	if got := tus(t, c, http.MethodHead, path, nil).Header.Get("Upload-Offset"); got != strconv.Itoa(sent) {
		t.Fatalf("offset %s after a cut, want %d", got, sent)
	}
}

func lacking(t *testing.T, c *testapp.Client, digests ...string) []string {
	t.Helper()
	var out struct{ Lacking []string }
	c.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/files/have", map[string]any{"sha256": digests}, &out)
	return out.Lacking
}

// withFile pushes a visit that declares a file, and returns its id.
func withFile(t *testing.T, c *testapp.Client, seq int, content []byte) string {
	t.Helper()
	id := uuid.NewString()
	op := operation(seq, id, visitAt(fmt.Sprintf("示例路 %d 号", seq)))
	op["files"] = []map[string]any{{"name": "门牌.jpg", "sha256": digest(content), "size": len(content)}}
	if r := push(t, c, op)[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	return id
}

func wholeRecord(t *testing.T, app *testapp.App, id string) bool {
	t.Helper()
	r, err := app.FindRecordById("child_visits", id)
	if err != nil {
		t.Fatal(err)
	}
	return r.GetBool("complete")
}

func stored(app *testapp.App, content []byte) bool {
	sha := digest(content)
	onDisk, err := os.ReadFile(filepath.Join(app.DataDir(), "attachments", sha[:2], sha))
	if err != nil || bytes.Contains(onDisk, content) {
		return false
	}
	f, err := collections.Files(app).Open(sha)
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return err == nil && bytes.Equal(b, content)
}

func TestUploadResumesAfterACutAtAnyByte(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	const size = 200_000
	for i, offset := range []int{0, 1, 511, 3072, 32<<10 - 1, 32 << 10, 32<<10 + 1, size / 2, size - 1, size} {
		t.Run(fmt.Sprint("after ", offset), func(t *testing.T) {
			content := photo(t, byte(i), size)
			id := withFile(t, tablet, i+1, content)
			path := begin(t, tablet, digest(content), size)
			cut(t, tablet, path, content, offset)
			if offset < size {
				if wholeRecord(t, app, id) || len(lacking(t, tablet, digest(content))) != 1 {
					t.Error("whole before the last byte")
				}
				if res := patch(t, tablet, path, offset, content[offset:]); res.StatusCode != http.StatusNoContent || res.Header.Get("Upload-Offset") != strconv.Itoa(size) {
					t.Errorf("resumption: %d %s", res.StatusCode, said(t, res))
				}
			}
			if !wholeRecord(t, app, id) || !stored(app, content) || len(lacking(t, tablet, digest(content))) != 0 {
				t.Error("not whole after the last byte")
			}
		})
	}
}

// A connection that is dead without saying so does not hold its upload: the next request takes it over, with what came.
func TestAStalledUploadIsTakenOver(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	content := photo(t, 1, 100_000)
	path := begin(t, tablet, digest(content), len(content))
	stall(t, tablet, path, content, 40_000)
	status := http.StatusConflict
	for range 10 {
		came, err := strconv.Atoi(tus(t, tablet, http.MethodHead, path, nil).Header.Get("Upload-Offset"))
		if err != nil || came > 40_000 {
			t.Fatalf("offset %d, %v", came, err)
		}
		if status = patch(t, tablet, path, came, content[came:]).StatusCode; status != http.StatusConflict {
			break // it is one where the question came before the stalled bytes
		}
	}
	if status != http.StatusNoContent || !stored(app, content) {
		t.Errorf("resumption: %d", status)
	}
}

func TestChunksTwiceAndOutOfOrder(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	content := photo(t, 1, 100_000)
	path := begin(t, tablet, digest(content), len(content))
	for _, step := range []struct {
		name               string
		from, to, at, want int
	}{
		{"the second first", 50_000, 100_000, 50_000, http.StatusConflict},
		{"the first", 0, 50_000, 0, http.StatusNoContent},
		{"the first again", 0, 50_000, 0, http.StatusConflict},
		{"a gap", 60_000, 100_000, 60_000, http.StatusConflict},
		{"more than announced", 0, 60_000, 50_000, http.StatusRequestEntityTooLarge},
		{"the second", 50_000, 100_000, 50_000, http.StatusNoContent},
		{"the second again", 50_000, 100_000, 50_000, http.StatusConflict},
		{"nothing at the end", 0, 0, 100_000, http.StatusNoContent},
	} {
		if res := patch(t, tablet, path, step.at, content[step.from:step.to]); res.StatusCode != step.want {
			t.Errorf("%s: %d %s, want %d", step.name, res.StatusCode, said(t, res), step.want)
		}
	}
	if !stored(app, content) {
		t.Error("other bytes are stored")
	}
}

func TestWrongDigestDropsTheFile(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	content := photo(t, 1, 50_000)
	id := withFile(t, tablet, 1, content)
	wrong := bytes.Clone(content)
	wrong[49_000] ^= 1
	path := begin(t, tablet, digest(content), len(content))
	if res := patch(t, tablet, path, 0, wrong); res.StatusCode != http.StatusUnprocessableEntity || said(t, res) != "file.digest" {
		t.Errorf("status %d", res.StatusCode)
	}
	if res := tus(t, tablet, http.MethodHead, path, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("the upload is still there: %d", res.StatusCode)
	}
	if stored(app, wrong) || stored(app, content) || wholeRecord(t, app, id) || len(lacking(t, tablet, digest(content), digest(wrong))) != 2 {
		t.Error("the wrong file counts")
	}
	if left, err := filepath.Glob(filepath.Join(app.DataDir(), "attachments", "uploads", "*", "*")); err != nil || len(left) != 0 {
		t.Errorf("left on disk: %v %v", left, err)
	}
	bring(t, tablet, content)
	if !wholeRecord(t, app, id) {
		t.Error("not whole after the right file")
	}
}

func TestWhoCannotHaveAnUpload(t *testing.T) {
	t.Parallel()
	_, tablet, _ := stage(t)
	meta := func(v string) string { return "sha256 " + base64.StdEncoding.EncodeToString([]byte(v)) }
	good := digest([]byte("x"))
	for name, c := range map[string]struct {
		length, meta string
		want         int
	}{
		"too large":       {strconv.Itoa(uploads.MaxFile + 1), meta(good), http.StatusRequestEntityTooLarge},
		"no digest":       {"10", "name eA==", http.StatusBadRequest},
		"a path":          {"10", meta("../../../../../../../../../../../../../../../../../../etc/passwd0"), http.StatusBadRequest},
		"upper case":      {"10", meta(strings.ToUpper(good)), http.StatusBadRequest},
		"no length":       {"", meta(good), http.StatusBadRequest},
		"a negative size": {"-1", meta(good), http.StatusBadRequest},
	} {
		if res := tus(t, tablet, http.MethodPost, uploads.BasePath, nil, "Upload-Length", c.length, "Upload-Metadata", c.meta); res.StatusCode != c.want {
			t.Errorf("%s: %d %s, want %d", name, res.StatusCode, said(t, res), c.want)
		}
	}
}

func TestTwoTabletsBringTheSameFile(t *testing.T) {
	t.Parallel()
	app, first, _ := stage(t)
	second := app.Client(t, app.Serve(t), app.Worker(t, "F9", "field", "990102001001")).Register()
	content := photo(t, 1, 60_000)
	a := withFile(t, first, 1, content)
	b := uuid.NewString()
	op := operation(1, b, childVisit(testapp.Inside(gridC), "示例路 9 号"))
	op["files"] = []map[string]any{{"name": "1.jpg", "sha256": digest(content), "size": len(content)}}
	bring(t, first, content)
	push(t, second, op)
	if !wholeRecord(t, app, a) || wholeRecord(t, app, b) || !slices.Equal(lacking(t, second, digest(content)), []string{digest(content)}) {
		t.Error("a digest alone gives a worker somebody else's file")
	}
	bring(t, second, content)
	if !wholeRecord(t, app, b) {
		t.Error("the second worker's record is not whole")
	}
	if files, err := filepath.Glob(filepath.Join(app.DataDir(), "attachments", digest(content)[:2], "*")); err != nil || len(files) != 1 {
		t.Errorf("stored %v %v", files, err)
	}
}

func TestFileAndSubmissionInAnyOrder(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	early, late := photo(t, 1, 60_000), photo(t, 2, 60_000)
	bring(t, tablet, early)
	if id := withFile(t, tablet, 1, early); !wholeRecord(t, app, id) {
		t.Error("not whole although the file came before")
	}
	id := withFile(t, tablet, 2, late)
	cursor := pull(t, tablet, "").Cursor
	if wholeRecord(t, app, id) {
		t.Error("whole without its file")
	}
	bring(t, tablet, late)
	told := false
	for _, ch := range pull(t, tablet, cursor).Changes {
		told = told || ch.ID == id && ch.Op == "upsert"
	}
	if !wholeRecord(t, app, id) || !told {
		t.Errorf("whole %v, told %v", wholeRecord(t, app, id), told)
	}
}

// A server that died between the last byte and the answer finishes the file when the tablet asks again.
func TestLastByteWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	content := photo(t, 1, 60_000)
	id := withFile(t, tablet, 1, content)
	path := begin(t, tablet, digest(content), len(content))
	patch(t, tablet, path, 0, content[:59_999])
	incoming := filepath.Join(app.DataDir(), "attachments", "incoming")
	if err := os.WriteFile(incoming, nil, 0o600); err != nil { // so that the file cannot be stored
		t.Fatal(err)
	}
	if res := patch(t, tablet, path, 59_999, content[59_999:]); res.StatusCode != http.StatusInternalServerError {
		t.Fatalf("the last byte: %d", res.StatusCode)
	}
	if err := os.Remove(incoming); err != nil {
		t.Fatal(err)
	}
	if res := tus(t, tablet, http.MethodHead, path, nil); res.Header.Get("Upload-Offset") != "60000" || !wholeRecord(t, app, id) || !stored(app, content) {
		t.Errorf("offset %s, whole %v", res.Header.Get("Upload-Offset"), wholeRecord(t, app, id))
	}
}
