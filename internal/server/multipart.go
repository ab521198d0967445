package server

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/console"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/sensitive"
)

// uploaded is the only file of a multipart request, in the field "file".
func (r *request) uploaded() (sentFile, error) {
	files, err := inMemory(r.Request, maxUpload)
	if err != nil {
		return sentFile{}, err
	}
	if len(files.File["file"]) != 1 {
		return sentFile{}, problem.New(problem.BadParameter, "file")
	}
	header := files.File["file"][0]
	in, err := header.Open()
	if err != nil {
		return sentFile{}, err
	}
	defer in.Close()
	raw, err := io.ReadAll(in)
	return sentFile{header.Filename, raw}, err
}

// sentFile is a file of a request.
type sentFile struct {
	name string
	raw  []byte
}

// inMemory reads a multipart request of at most so many bytes. Go would write what is larger than its memory into a
// temporary folder, in clear; here the memory is as large as the request may be. Values beside the files come first in
// Go's reckoning and have 10 MiB of their own.
func inMemory(r *http.Request, most int64) (*multipart.Form, error) {
	var tooLarge *http.MaxBytesError
	switch err := r.ParseMultipartForm(most); {
	case errors.As(err, &tooLarge), errors.Is(err, multipart.ErrMessageTooLarge):
		return nil, problem.New(problem.TooLarge, "file")
	case problem.As(err).Code == problem.Busy:
		return nil, problem.New(problem.Busy, "file")
	case err != nil:
		return nil, problem.New(problem.BadParameter, "file")
	}
	return r.MultipartForm, nil
}

// maxForm is how large a record may be that is sent as a form; PocketBase's routes take no files.
const maxForm = 8 << 20

// noSpill reads what comes as a form on PocketBase's own routes into memory, before PocketBase reads it with a temporary
// folder at hand.
func noSpill(re *core.RequestEvent) error {
	if !foreign(re.Request.Pattern) || !strings.HasPrefix(re.Request.Header.Get("Content-Type"), "multipart/") {
		return re.Next()
	}
	if re.Auth == nil {
		return writeProblem(re, problem.New(problem.NotSignedIn, ""))
	}
	re.Request.Body = http.MaxBytesReader(re.Response, re.Request.Body, maxForm)
	if _, err := inMemory(re.Request, maxForm); err != nil {
		return writeProblem(re, err)
	}
	return re.Next()
}

func describe(in *instrument.Instrument) map[string]any {
	tables := make([]string, len(in.Layout.Tables))
	for i, t := range in.Layout.Tables {
		tables[i] = t.Name
	}
	return map[string]any{
		"form": in.Form.ID, "version": in.Version, "title": console.FormTitle(in), "status": in.Status, "md5": in.MD5, "tables": tables,
		"warnings": in.Form.Warnings,
		"answers":  sensitive.Handling(in.Form),
	}
}
