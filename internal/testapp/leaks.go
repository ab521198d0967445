package testapp

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Leaks looks for texts that must not be found, in all the ways in which they may be written.
type Leaks struct{ spellings map[string][]byte }

// NewLeaks plants texts of at least six bytes.
func NewLeaks(t testing.TB, texts ...string) Leaks {
	t.Helper()
	c := Leaks{map[string][]byte{}}
	for _, text := range texts {
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		c.spellings[text+" as utf-8"], c.spellings[text+" as gbk"] = []byte(text), []byte(gbk)
		c.spellings[text+" as url"], c.spellings[text+" as json"] = []byte(url.QueryEscape(text)),
			[]byte(strings.Trim(strconv.QuoteToASCII(text), `"`))
		for i := range 3 { // base64 of a text depends on where it begins
			encoded := base64.StdEncoding.EncodeToString(append(make([]byte, i), text...))
			c.spellings[fmt.Sprint(text, " as base64 ", i)] = []byte(encoded[4 : len(encoded)/4*4-4])
		}
	}
	return c
}

// In tells what content holds; a ZIP archive is opened first.
func (c Leaks) In(name string, content []byte) (found []string) {
	if archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err == nil {
		for _, f := range archive.File {
			if r, err := f.Open(); err == nil {
				if inner, err := io.ReadAll(r); err == nil {
					found = append(found, c.In(name+"/"+f.Name, inner)...)
				}
			}
		}
	}
	for spelling, b := range c.spellings {
		if bytes.Contains(content, b) {
			found = append(found, name+" holds "+spelling)
		}
	}
	return found
}

// Below tells which files of a folder hold what.
func (c Leaks) Below(t testing.TB, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found = append(found, c.In(filepath.Base(path), content)...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
