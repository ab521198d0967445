package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folder collects files that appear in a directory all together: under their own names only after Commit.
type Folder struct {
	dir   string
	made  []string // folders that were not there, the innermost first
	files []pending
}

type pending struct {
	temp *os.File
	name string
}

// NewFolder is a directory that is made with its first file.
func NewFolder(dir string) *Folder { return &Folder{dir: filepath.Clean(dir)} }

// open makes the directory where it is missing. Only its owner may enter it: the files may be personal data.
func (f *Folder) open() error {
	if f.made != nil {
		return nil
	}
	f.made = []string{}
	for dir := f.dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		f.made = append(f.made, dir)
	}
	return os.MkdirAll(f.dir, 0o700)
}

// Create begins a file, readable by its owner alone.
func (f *Folder) Create(name string) (io.WriteCloser, error) {
	if err := plainName(name); err != nil {
		return nil, err
	}
	if err := f.open(); err != nil {
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
		f.files, f.made = f.files[1:], []string{}
	}
	return nil
}

// Discard removes what was not committed, and the folders that were made for it; after Commit it does nothing.
func (f *Folder) Discard() error {
	var failed error
	for _, p := range f.files {
		p.temp.Close() // a second close of a finished file only says that it is closed
		failed = errors.Join(failed, os.Remove(p.temp.Name()))
	}
	for _, dir := range f.made {
		failed = errors.Join(failed, os.Remove(dir))
	}
	f.files, f.made = nil, nil
	return failed
}
