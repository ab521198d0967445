package openrosa

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"

	"doorstep/internal/blob"
	"doorstep/internal/body"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
)

// Limits of one submission request beside AcceptLength. Collect puts at most a hundred files into one.
const (
	maxXML   = 8 << 20 // bytes of the record itself
	maxParts = 500
	// understood is how many bytes of memory beside itself a byte of XML takes until the record is stored.
	understood = 1
	// atOnce is how much of a request is read at once: the reader of its parts takes 4 kB at a time.
	atOnce = 64 << 10
)

const (
	xmlPart        = "xml_submission_file"
	incompletePart = "*isIncomplete*" // more requests with files of this record follow
)

// parts is one submission request: the record, and the files that came along, already in the store.
type parts struct {
	xml        []byte
	files      []ingest.File
	incomplete bool
}

// receive reads a submission request part by part; files go straight to the store. It fails with a *problem.Problem
// that tells what is wrong with the request. The record itself takes room, as long as held does.
func receive(header http.Header, in io.Reader, store blob.Store, held *body.Held) (*parts, error) {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, problem.New(problem.NotMultipart, "content type")
	}
	got := &parts{}
	reader := multipart.NewReader(bufio.NewReaderSize(in, atOnce), params["boundary"])
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		if err == io.EOF { // exactly: one that wraps it means that the last boundary is missing
			break
		}
		if err != nil {
			return nil, cut(err)
		}
		if n == maxParts {
			return nil, problem.New(problem.TooLarge, "parts")
		}
		if err := got.take(part, store, held); err != nil {
			return nil, err
		}
	}
	if got.xml == nil {
		return nil, problem.New(problem.NoXML, "")
	}
	return got, nil
}

// cut tells a request that is too long from one that ended early or is not what it says.
func cut(err error) error {
	var said *problem.Problem
	if errors.As(err, &said) {
		return said
	}
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return problem.New(problem.TooLarge, "request")
	}
	return problem.New(problem.NotMultipart, "body")
}

func (p *parts) take(part *multipart.Part, store blob.Store, held *body.Held) error {
	name := part.FormName()
	switch {
	case name == xmlPart:
		raw, err := held.ReadAll(part, maxXML)
		if err != nil {
			return cut(err)
		}
		if err := held.Take(int64(len(raw)) * understood); err != nil {
			return err
		}
		if p.xml != nil && !bytes.Equal(p.xml, raw) {
			return problem.New(problem.NotMultipart, "two records")
		}
		p.xml = raw
		return nil
	case name == incompletePart:
		value, err := io.ReadAll(io.LimitReader(part, 16))
		if err != nil {
			return cut(err)
		}
		p.incomplete = strings.EqualFold(strings.TrimSpace(string(value)), "yes")
		return nil
	}
	file := fileName(part)
	if file == "" {
		_, err := io.Copy(io.Discard, part) // a form field of a web page, such as a token against forgery
		if err != nil {
			return cut(err)
		}
		return nil
	}
	in := &faulty{r: part}
	info, err := store.Save(in)
	if in.err != nil {
		return cut(in.err)
	}
	if err != nil {
		return err
	}
	p.files = append(p.files, ingest.File{Name: file, SHA256: info.SHA256, Size: info.Size, MIME: mediaType(part, file), Here: true,
		Suspect: !info.Type.Harmless()})
	return nil
}

// faulty remembers the client's error, so that it is told from one of the disk.
type faulty struct {
	r   io.Reader
	err error
}

func (f *faulty) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// fileName is the name of the file that a part carries, "" where it carries none: a field of a web page, such as a token
// against forgery, has no file name and is plain text. Clients write names in UTF-8, and some do not escape quotes.
func fileName(part *multipart.Part) string {
	given := part.Header.Get("Content-Disposition")
	_, params, err := mime.ParseMediaType(given)
	name, found := params["filename"]
	if err != nil {
		_, rest, _ := strings.Cut(given, `filename="`)
		if end := strings.LastIndex(rest, `"`); end >= 0 {
			name, found = rest[:end], true
		}
	}
	if name = ingest.FileName(name); name != "" {
		return name
	}
	kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")) // "" where there is none
	if !found && (kind == "" || kind == "text/plain") {
		return ""
	}
	if name = ingest.FileName(part.FormName()); name == "" {
		name = "file"
	}
	return name
}

// mediaType is what the client says, unless it does not know.
func mediaType(part *multipart.Part, file string) string {
	kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil || kind == "application/octet-stream" {
		if kind = mime.TypeByExtension(path.Ext(file)); kind == "" {
			kind = "application/octet-stream"
		}
	}
	return kind
}
