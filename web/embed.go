// Package web holds the built web console, so that the binary is the whole program. The files are made by `npm run build`
// in this folder and committed.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed all:console/dist
var built embed.FS

//go:embed dashboard/main.js
var dashboard embed.FS

// Dashboard is what PocketBase's dashboard runs of ours: a link to the console.
func Dashboard() (fs.FS, error) { return fs.Sub(dashboard, "dashboard") }

// Shell is the page that the console starts from.
const Shell = "index.html"

// Fill is the page on which a form is tried.
const Fill = "fill.html"

// File is one file of the console as it is served.
type File struct {
	Type string // of the content
	ETag string // of what it holds
	Body []byte
	Gzip []byte // the same, compressed; nil where that would not be shorter
}

// types are what the console is made of. The machine's own table is not asked: it may say otherwise, or nothing.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

// Console returns the files of the console by their path below it. It fails for a file of a type that is not served.
// They are compressed once in a process.
var Console = sync.OnceValues(func() (map[string]File, error) {
	files := map[string]File{}
	err := fs.WalkDir(built, "console/dist", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := built.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := serve(name, body)
		files[strings.TrimPrefix(name, "console/dist/")] = f
		return err
	})
	return files, err
})

func serve(name string, body []byte) (File, error) {
	kind, ok := types[path.Ext(name)]
	if !ok {
		return File{}, fmt.Errorf("web: %s has a type that is not served", name)
	}
	sum := sha256.Sum256(body)
	f := File{Type: kind, ETag: `"` + hex.EncodeToString(sum[:16]) + `"`, Body: body}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return f, err
	}
	if _, err := w.Write(body); err != nil {
		return f, err
	}
	if err := w.Close(); err != nil {
		return f, err
	}
	if packed.Len() < len(body) {
		f.Gzip = packed.Bytes()
	}
	return f, nil
}
