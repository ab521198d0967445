package openrosa

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"doorstep/internal/access"
	"doorstep/internal/blob"
	room "doorstep/internal/body"
	"doorstep/internal/problem"
	"doorstep/internal/seal"
)

const edge = "----7MA4YWxkTrZu0gW"

func request(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--" + edge + "\r\n" + p + "\r\n")
	}
	return b.String() + "--" + edge + "--\r\n"
}

func xmlOf(s string) string {
	return "Content-Disposition: form-data; name=\"xml_submission_file\"; filename=\"a.xml\"\r\nContent-Type: text/xml\r\n\r\n" + s
}

func fileOf(name, s string) string {
	return "Content-Disposition: form-data; name=\"" + name + "\"; filename=\"" + name + "\"\r\n\r\n" + s
}

func TestReceive(t *testing.T) {
	store := blob.In(t.TempDir(), seal.Plain())
	body := request(fileOf("门牌 照片.jpg", "one"), xmlOf("<a id='f'/>"), fileOf(`C:\x\..\evil.jpg`, "two"), fileOf("../../etc/passwd", "three"),
		"Content-Disposition: form-data; name=\"*isIncomplete*\"\r\n\r\nyes", "Content-Disposition: form-data; name=\"csrf\"\r\n\r\nx", xmlOf("<a id='f'/>"))
	got, err := receive(http.Header{"Content-Type": {"multipart/form-data; boundary=" + edge}}, strings.NewReader(body), store, room.NewRoom(64<<20).For("w"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got.xml) != "<a id='f'/>" || !got.incomplete || len(got.files) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{"门牌 照片.jpg", `C:\x\..\evil.jpg`, "passwd"} { // a backslash is a letter; on disk a file is its digest
		if f := got.files[i]; f.Name != want || !f.Here || f.Size == 0 {
			t.Errorf("file %d: %+v, want %s", i, f, want)
		}
		if kept, err := store.Open(got.files[i].SHA256); err != nil {
			t.Error(err)
		} else {
			kept.Close()
		}
	}
}

// FuzzReceive holds that whatever a client sends is taken or refused with a problem of the catalogue, within the limits
// of memory that the reader sets, and leaves no unfinished files.
func FuzzReceive(f *testing.F) {
	good := `<data id="child_visit" version="1"><meta><instanceID>uuid:0190a000-0000-7000-8000-000000000001</instanceID></meta></data>`
	bomb := `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><d id="f">&c;</d>`
	seeds := []string{
		request(xmlOf(good), fileOf("1.jpg", "\xff\xd8")), request(xmlOf(bomb)), request(xmlOf(`<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d id="f">&x;</d>`)),
		request(xmlOf("<d id='f'>" + strings.Repeat("<r><a/></r>", 10000) + "</d>")), request(xmlOf("<d id='f'>" + strings.Repeat("<a>", 5000))),
		request(xmlOf("<?xml version='1.0' encoding='UTF-16'?><d id='f'/>")), request(xmlOf("<?xml version='1.0' encoding='gb18030'?><d id='f'>\xd6\xd0</d>")),
		request(xmlOf("\xff\xfe<\x00d\x00/\x00>\x00")), strings.TrimSuffix(request(xmlOf(good)), "--\r\n"), request(), "--" + edge, request(xmlOf(good), xmlOf("<x/>")),
		request(fileOf("\x00\n.jpg", "x"), xmlOf("<d id='f' xmlns:x='"+strings.Repeat("u", 5000)+"'/>")), request("\r\n" + good), request("Content-Disposition: form-data\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=3D"),
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	store := blob.In(dir, seal.Plain())
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := receive(http.Header{"Content-Type": {"multipart/form-data; boundary=" + edge}}, bytes.NewReader(body), store, room.NewRoom(64<<20).For("w"))
		if err == nil {
			if got.xml == nil {
				t.Fatal("taken without a record")
			}
			for _, file := range got.files {
				if file.Name == "" || strings.ContainsAny(file.Name, "/\x00") || !utf8.ValidString(file.Name) {
					t.Fatalf("file name %q", file.Name)
				}
			}
			_, _, err = operation(Caller{Actor: access.Actor{ID: "w"}}, got)
		}
		if err != nil && problem.As(err).Code == problem.Internal {
			t.Fatal(fmt.Errorf("no word for the client: %w", err))
		}
		if left, err := filepath.Glob(filepath.Join(dir, "attachments", "incoming", "*")); err != nil || len(left) > 0 {
			t.Fatalf("unfinished files %v %v", left, err)
		}
	})
}

// A file is called what its client calls it, else what its field is called; a field that is no file has no name.
func TestFileNamesOfParts(t *testing.T) {
	for _, c := range []struct{ disposition, kind, want string }{
		{`form-data; name="photo"; filename="a.jpg"`, "", "a.jpg"},
		{`form-data; name="photo"; filename="a"b.jpg"`, "image/jpeg", `a"b.jpg`},
		{`form-data; name="photo"; filename=""`, "", "photo"},
		{`form-data; name="photo"`, "image/jpeg", "photo"},
		{`form-data; filename=""`, "image/jpeg", "file"},
		{`form-data; name="csrf"`, "", ""},
		{`form-data; name="csrf"`, "text/plain; charset=utf-8", ""},
	} {
		head := textproto.MIMEHeader{"Content-Disposition": {c.disposition}}
		if c.kind != "" {
			head.Set("Content-Type", c.kind)
		}
		if got := fileName(&multipart.Part{Header: head}); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.disposition, c.kind, got, c.want)
		}
	}
}
