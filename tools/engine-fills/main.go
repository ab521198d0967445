// Command engine-fills writes the XForms that record.mjs fills: the shipped questionnaires and the forms of a folder.
//
//	go run ./tools/engine-fills internal/validate/testdata/engine FOLDER
package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"doorstep/collections/forms"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: engine-fills FORMS FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[2], forms.Files, os.DirFS(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write converts every form of the sources.
func write(folder string, sources ...fs.FS) error {
	for _, source := range sources {
		for _, pattern := range []string{"*.csv", "*.md"} {
			names, err := fs.Glob(source, pattern)
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := convert(source, name, folder); err != nil {
					return fmt.Errorf("convert %s: %w", name, err)
				}
			}
		}
	}
	return nil
}

func convert(source fs.FS, name, folder string) error {
	in, err := source.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	form, err := xlsform.Read(name, in.(io.Reader), xlsform.Options{})
	if err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(folder, strings.TrimSuffix(name, filepath.Ext(name))+".xml"))
	if err != nil {
		return err
	}
	if err := xform.Write(out, form); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
