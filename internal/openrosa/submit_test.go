package openrosa

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"doorstep/internal/access"
	"doorstep/internal/blob"
	room "doorstep/internal/body"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/seal"
	"doorstep/internal/survey"
)

// TestWhatARecordIsKnownBy reads ids that are UUIDs and ids that a form made, of the record and of the one that it replaces: the same
// gives the same, and another form, caller or text another.
func TestWhatARecordIsKnownBy(t *testing.T) {
	const id, older = "0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"
	a, b := Caller{Actor: access.Actor{ID: "a"}, Campaign: "c"}, Caller{Actor: access.Actor{ID: "b"}, Campaign: AllForms}
	read := func(c Caller, text string) (ingest.Operation, string) {
		t.Helper()
		op, audit, err := operation(c, &parts{xml: []byte(text), files: []ingest.File{{Name: "f"}}})
		if err != nil || op.Op != ingest.OpSubmit || op.XML != text || string(op.Raw) != text || len(op.Files) != 1 {
			t.Errorf("%s: %+v, %v", text, op, err)
		}
		return op, audit
	}
	meta := func(form, meta string) string {
		return `<data id="` + form + `" version="3"><meta>` + meta + `</meta></data>`
	}
	op, audit := read(a, meta("f", "<instanceID>uuid:"+id+"</instanceID><deprecatedID>uuid:"+older+"</deprecatedID><audit>/x/audit.csv</audit>"))
	if op.ID != id || op.Corrects != older || op.Campaign != "c" || audit != "audit.csv" || op.Instance.FormID != "f" || op.Oversized {
		t.Errorf("%+v, audit %q", op, audit)
	}
	if op, audit := read(b, meta("f", "<instanceID>uuid:"+id+"</instanceID><audit/>")); op.Corrects != "" || op.Campaign != "" || audit != "" {
		t.Errorf("%+v, audit %q", op, audit)
	}
	if _, audit := read(b, `<data id="f"/>`); audit != "" {
		t.Errorf("without meta: audit %q", audit)
	}
	long := strings.Repeat("<a>", 5000)
	seen := map[string]string{}
	for name, c := range map[string]struct {
		by   Caller
		text string
	}{
		"one of a form":       {a, meta("f", "<instanceID>house 1</instanceID>")},
		"another":             {a, meta("f", "<instanceID>house 2</instanceID>")},
		"of another form":     {a, meta("g", "<instanceID>house 1</instanceID>")},
		"without dashes":      {a, meta("f", "<instanceID>"+strings.ReplaceAll(id, "-", "")+"</instanceID>")},
		"no id":               {a, meta("f", "<instanceID/>")},
		"no id, of another":   {b, meta("f", "<instanceID/>")},
		"no id, another text": {a, meta("f", "")},
		"too deep":            {a, `<data id="f" version="3">` + long},
		"too deep, another's": {b, `<data id="f" version="3">` + long},
	} {
		op, _ := read(c.by, c.text)
		again, _ := read(c.by, c.text)
		if before := seen[op.ID]; before != "" || op.ID != again.ID || len(op.ID) != 36 {
			t.Errorf("%s: %s, again %s, as %s", name, op.ID, again.ID, before)
		}
		seen[op.ID] = name
		if deep := strings.HasPrefix(name, "too deep"); op.Oversized != deep || deep && (op.Form != "f" || op.Version != "3") {
			t.Errorf("%s: %+v", name, op)
		}
	}
	same, _ := read(b, meta("f", "<instanceID>house 1</instanceID>"))
	if seen[same.ID] != "one of a form" {
		t.Errorf("a form's own id depends on who sends it: %s", same.ID)
	}
	if op, _ := read(a, meta("f", "<instanceID>house 2</instanceID><deprecatedID>house 1</deprecatedID>")); op.Corrects != same.ID {
		t.Errorf("corrects %s", op.Corrects)
	}
	for text, detail := range map[string]string{"<data/>": "form id", "<data>": "xml", "": "xml"} {
		if _, _, err := operation(a, &parts{xml: []byte(text)}); err == nil || err.Error() != problem.New(problem.MalformedXML, detail).Error() {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestWhatAWorkerIsToldOfARecord has each thing that is told alone, and together.
func TestWhatAWorkerIsToldOfARecord(t *testing.T) {
	finding := func(severity survey.Severity, texts ...string) (all []survey.Issue) {
		for _, text := range texts {
			all = append(all, survey.Issue{Severity: severity, ZH: text})
		}
		return all
	}
	for want, c := range map[string]struct {
		r          ingest.Receipt
		incomplete bool
	}{
		"已保存":                 {ingest.Receipt{Status: ingest.Stored}, false},
		"已保存；附件还在上传":          {ingest.Receipt{Status: ingest.Stored}, true},
		"此前已保存":               {ingest.Receipt{Status: ingest.Unchanged, Was: ingest.Stored}, false},
		"试填已收到，不计入数据":         {ingest.Receipt{Status: ingest.Stored, ReviewState: instrument.Draft}, false},
		"已收到，交主管处理：因为":        {ingest.Receipt{Status: ingest.Quarantined, Message: map[string]string{"zh": "因为"}}, true},
		"已收到，交主管处理：还是":        {ingest.Receipt{Status: ingest.Unchanged, Was: ingest.Quarantined, Message: map[string]string{"zh": "还是"}}, true},
		"已收到，交主管处理：试填也是":      {ingest.Receipt{Status: ingest.Quarantined, ReviewState: instrument.Draft, Message: map[string]string{"zh": "试填也是"}}, false},
		"已保存；可能与已有记录重复，由主管核对": {ingest.Receipt{Status: ingest.Stored, Duplicates: []ingest.DuplicateNote{{}}}, false},
		"已保存；有 2 处与他人的修改不同，两个值都已保留，由主管决定": {ingest.Receipt{Status: ingest.Stored, Conflicts: []string{"a", "b"}}, false},
		"已保存；错；疑": {ingest.Receipt{Status: ingest.Stored, Issues: slices.Concat(finding(survey.Notice, "不说"), finding(survey.Warning, "疑。"),
			finding(survey.Error, "错. ", "错"))}, false},
		"已保存；一；二；三": {ingest.Receipt{Status: ingest.Stored, Issues: finding(survey.Error, "一", "二", "三", "三")}, false},
		"已保存；一；二；三；另有 2 处请核对": {ingest.Receipt{Status: ingest.Stored,
			Issues: slices.Concat(finding(survey.Warning, "五"), finding(survey.Error, "一", "二", "三", "四"))}, false},
	} {
		if got := told(c.r, c.incomplete); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestTheKindOfAFile is what the client says, unless it does not know.
func TestTheKindOfAFile(t *testing.T) {
	for _, c := range []struct{ said, name, want string }{
		{"image/png; x=1", "a.jpg", "image/png"}, {"", "a.jpg", "image/jpeg"}, {"application/octet-stream", "a.png", "image/png"},
		{"", "a", "application/octet-stream"}, {"application/octet-stream", "a.nobody-knows", "application/octet-stream"}, {"/", "a.png", "image/png"},
	} {
		part := &multipart.Part{Header: textproto.MIMEHeader{"Content-Type": {c.said}}}
		if got := mediaType(part, c.name); got != c.want {
			t.Errorf("%q, %s: %s, want %s", c.said, c.name, got, c.want)
		}
	}
}

// TestARequestThatCannotBeTaken is told by what is wrong with it, wherever in it that is.
func TestARequestThatCannotBeTaken(t *testing.T) {
	form, busy := "multipart/form-data; boundary="+edge, problem.New(problem.Busy, "")
	whole := request(fileOf("a.jpg", strings.Repeat("x", 9000)), xmlOf("<a id='f'/>"), "Content-Disposition: form-data; name=\"*isIncomplete*\"\r\n\r\n YES ",
		"Content-Disposition: form-data; name=\"field\"\r\n\r\nx")
	many := slices.Repeat([]string{"Content-Disposition: form-data; name=\"field\"\r\n\r\nx"}, maxParts-1)
	for name, c := range map[string]struct {
		kind string
		in   io.Reader
		want error
	}{
		"whole":                {form, strings.NewReader(whole), nil},
		"as many as may be":    {form, strings.NewReader(request(append(slices.Clone(many), xmlOf("<a/>"))...)), nil},
		"one more":             {form, strings.NewReader(request(append(slices.Clone(many), xmlOf("<a/>"), xmlOf("<a/>"))...)), problem.New(problem.TooLarge, "parts")},
		"no kind":              {"", strings.NewReader(whole), problem.New(problem.NotMultipart, "content type")},
		"half a kind":          {"multipart/form-data; boundary=" + edge + ";=", strings.NewReader(whole), problem.New(problem.NotMultipart, "content type")},
		"another kind":         {"multipart/mixed; boundary=" + edge, strings.NewReader(whole), problem.New(problem.NotMultipart, "content type")},
		"no boundary":          {"multipart/form-data", strings.NewReader(whole), problem.New(problem.NotMultipart, "content type")},
		"no record":            {form, strings.NewReader(request(fileOf("a.jpg", "x"))), problem.New(problem.NoXML, "")},
		"two records":          {form, strings.NewReader(request(xmlOf("<a/>"), xmlOf("<b/>"))), problem.New(problem.NotMultipart, "two records")},
		"as long as may be":    {form, strings.NewReader(request(xmlOf(strings.Repeat(" ", maxXML)))), nil},
		"a record too long":    {form, strings.NewReader(request(xmlOf(strings.Repeat(" ", maxXML+1)))), problem.New(problem.TooLarge, fmt.Sprintf("at most %d bytes", maxXML))},
		"too long at once":     {form, iotest.ErrReader(&http.MaxBytesError{}), problem.New(problem.TooLarge, "request")},
		"busy at once":         {form, iotest.ErrReader(busy), busy},
		"gone at once":         {form, iotest.ErrReader(io.ErrUnexpectedEOF), problem.New(problem.NotMultipart, "body")},
		"no end":               {form, strings.NewReader(strings.TrimSuffix(whole, "--\r\n")), problem.New(problem.NotMultipart, "body")},
		"busy within a file":   {form, io.MultiReader(strings.NewReader(whole[:5000]), iotest.ErrReader(busy)), busy},
		"gone within a file":   {form, io.MultiReader(strings.NewReader(whole[:5000]), iotest.ErrReader(io.ErrClosedPipe)), problem.New(problem.NotMultipart, "body")},
		"too long in a file":   {form, io.MultiReader(strings.NewReader(whole[:5000]), iotest.ErrReader(&http.MaxBytesError{})), problem.New(problem.TooLarge, "request")},
		"gone within a record": {form, io.MultiReader(strings.NewReader(whole[:strings.Index(whole, "id='f'")]), iotest.ErrReader(io.ErrUnexpectedEOF)), problem.New(problem.NotMultipart, "body")},
		"busy within a word":   {form, io.MultiReader(strings.NewReader(whole[:strings.Index(whole, "YES")]), iotest.ErrReader(busy)), busy},
		"busy within a field":  {form, io.MultiReader(strings.NewReader(whole[:strings.LastIndex(whole, "x")]), iotest.ErrReader(busy)), busy},
	} {
		got, err := receive(http.Header{"Content-Type": {c.kind}}, c.in, blob.In(t.TempDir(), seal.Plain()), room.NewRoom(64<<20).For("w"))
		if (err == nil) != (c.want == nil) || err != nil && err.Error() != c.want.Error() {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if name == "whole" && (err != nil || !got.incomplete || string(got.xml) != "<a id='f'/>" || len(got.files) != 1 || got.files[0].Size != 9000 ||
			got.files[0].MIME != "image/jpeg" || got.files[0].Suspect) {
			t.Errorf("%+v", got)
		}
	}
	full := blob.In(t.TempDir(), seal.Plain()).Leaving(1 << 62)
	if _, err := receive(http.Header{"Content-Type": {form}}, strings.NewReader(whole), full, room.NewRoom(64<<20).For("w")); problem.As(err).Code != problem.DiskFull {
		t.Errorf("no room on the disk: %v", err)
	}
	for bytes, want := range map[int64]problem.Code{100 << 10: problem.Busy, 200 << 10: problem.Busy, 240 << 10: ""} { // a record of 50 kB, and as much to understand it
		_, err := receive(http.Header{"Content-Type": {form}}, strings.NewReader(request(xmlOf(strings.Repeat(" ", 50<<10)))), full, room.NewRoom(bytes).For("w"))
		if (err == nil) != (want == "") || err != nil && problem.As(err).Code != want {
			t.Errorf("in a room of %d bytes: %v", bytes, err)
		}
	}
}
