package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Files are the attachments that the server may lack still. The zero value is empty; its fields are for saving it.
type Files struct {
	Waiting []File            `json:"waiting"`
	Begun   map[string]string `json:"begun"` // the address of an upload by sha256
}

// Add notes what an operation declares. The bytes must stay where Upload's open finds them until the file is off the list.
func (f *Files) Add(files ...File) {
	for _, file := range files {
		if !slices.ContainsFunc(f.Waiting, func(w File) bool { return w.SHA256 == file.SHA256 }) {
			f.Waiting = append(f.Waiting, file)
		}
	}
}

func (f *Files) done(sha string) {
	f.Waiting = slices.DeleteFunc(f.Waiting, func(w File) bool { return w.SHA256 == sha })
	delete(f.Begun, sha)
}

const (
	filePath    = "/api/sync/v1/files/"
	mostDigests = 1000
	codeDigest  = "file.digest"
)

// Upload brings the files that wait and that the server lacks, each from where an earlier attempt was cut. A file is off
// the list once the server has it whole. After an error the rest still waits: the next call goes on. A file whose bytes are
// not what its sha256 says stays on the list and is told in the error, after the others.
func (t *Tablet) Upload(ctx context.Context, open func(File) (io.ReadSeekCloser, error)) error {
	waiting := slices.Clone(t.Files.Waiting)
	var wrong []error
	for some := range slices.Chunk(waiting, mostDigests) {
		var out struct {
			Lacking []string `json:"lacking"`
		}
		shas := make([]string, len(some))
		for i, f := range some {
			shas[i] = f.SHA256
		}
		if err := t.Conn.Call(ctx, http.MethodPost, filePath+"have", map[string]any{"sha256": shas}, &out); err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		for _, f := range some {
			if !slices.Contains(out.Lacking, f.SHA256) {
				t.Files.done(f.SHA256)
				continue
			}
			err := t.bring(ctx, f, open)
			var refused *Refusal
			if errors.As(err, &refused) && refused.Code == codeDigest {
				delete(t.Files.Begun, f.SHA256)
				wrong = append(wrong, fmt.Errorf("upload %s: %w", f.SHA256, err))
				continue
			}
			if err != nil {
				return fmt.Errorf("upload %s: %w", f.SHA256, err)
			}
			t.Files.done(f.SHA256)
		}
	}
	return errors.Join(wrong...)
}

// bring sends one file by tus 1.0, from the offset that the server tells. What the server still had to write of a request that
// was cut may move the offset meanwhile (409): then it is asked again.
func (t *Tablet) bring(ctx context.Context, f File, open func(File) (io.ReadSeekCloser, error)) error {
	in, err := open(f)
	if err != nil {
		return err
	}
	defer in.Close()
	for range 3 {
		err = t.rest(ctx, f, in)
		if refused := (*Refusal)(nil); !errors.As(err, &refused) || refused.Status != http.StatusConflict {
			return err
		}
	}
	return err
}

// rest sends what the server has not got of a file.
func (t *Tablet) rest(ctx context.Context, f File, in io.ReadSeeker) error {
	offset, err := t.offset(ctx, f)
	if err != nil {
		return err
	}
	if offset == f.Size && f.Size > 0 {
		return nil
	}
	if _, err := in.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	header := map[string]string{"Upload-Offset": strconv.FormatInt(offset, 10), "Content-Type": "application/offset+octet-stream"}
	_, err = t.Conn.tus(ctx, http.MethodPatch, t.Files.Begun[f.SHA256], &io.LimitedReader{R: in, N: f.Size - offset}, header)
	return err
}

// offset finds how far an upload is, or begins one. One that the server does not know any more begins again.
func (t *Tablet) offset(ctx context.Context, f File) (int64, error) {
	if path, begun := t.Files.Begun[f.SHA256]; begun {
		header, err := t.Conn.tus(ctx, http.MethodHead, path, nil, nil)
		var refused *Refusal
		if err == nil {
			return strconv.ParseInt(header.Get("Upload-Offset"), 10, 64)
		}
		if !errors.As(err, &refused) || refused.Status != http.StatusNotFound && refused.Status != http.StatusGone {
			return 0, err
		}
	}
	metadata := "sha256 " + base64.StdEncoding.EncodeToString([]byte(f.SHA256)) + ",name " + base64.StdEncoding.EncodeToString([]byte(f.Name))
	header, err := t.Conn.tus(ctx, http.MethodPost, filePath, nil, map[string]string{"Upload-Length": strconv.FormatInt(f.Size, 10),
		"Upload-Metadata": metadata})
	if err != nil {
		return 0, err
	}
	location, err := url.Parse(header.Get("Location"))
	if err != nil || !strings.HasPrefix(location.Path, filePath) {
		return 0, fmt.Errorf("the upload is at %q", header.Get("Location"))
	}
	if t.Files.Begun == nil {
		t.Files.Begun = map[string]string{}
	}
	t.Files.Begun[f.SHA256] = location.Path
	return 0, nil
}

// tus makes one step of the protocol and returns the headers of its answer. A nil body is none.
func (c Conn) tus(ctx context.Context, method, path string, body *io.LimitedReader, header map[string]string) (http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, nil)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(body), body.N
	}
	c.sign(req)
	req.Header.Set("Tus-Resumable", "1.0.0")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if res.StatusCode/100 != 2 {
		return nil, refusal(res, said)
	}
	return res.Header, err
}
