package export

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Folder collects files that appear in a directory all together: under their own names only after Commit.
type Folder struct {
	dir   string
	files []pending
}

type pending struct {
	temp *os.File
	name string
}

// NewFolder makes the directory where it is missing. Only its owner may enter it: the files may be personal data.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Folder{dir: dir}, nil
}

// Create begins a file, readable by its owner alone.
func (f *Folder) Create(name string) (io.WriteCloser, error) {
	if err := plainName(name); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(f.dir, "."+name+".*.part")
	if err != nil {
		return nil, err
	}
	f.files = append(f.files, pending{temp, name})
	return temp, nil
}

// plainName refuses whatever could lead out of the folder, here or where an archive is unpacked.
func plainName(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\:\x00") {
		return fmt.Errorf("%q cannot be the name of a file", name)
	}
	return nil
}

// Commit gives the files their names; files of an earlier export with these names are replaced.
func (f *Folder) Commit() error {
	for len(f.files) > 0 {
		p := f.files[0]
		if err := os.Rename(p.temp.Name(), filepath.Join(f.dir, p.name)); err != nil {
			return fmt.Errorf("finish %s: %w", p.name, err)
		}
		f.files = f.files[1:]
	}
	return nil
}

// Discard removes what was not committed; after Commit it does nothing.
func (f *Folder) Discard() error {
	var first error
	for _, p := range f.files {
		p.temp.Close() // a second close of a finished file only says that it is closed
		if err := os.Remove(p.temp.Name()); err != nil && first == nil {
			first = err
		}
	}
	f.files = nil
	return first
}
