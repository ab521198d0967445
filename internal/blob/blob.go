// Package blob keeps files by the SHA-256 of their plain bytes, below the data folder: attachments/ab/ab12…, sealed, written
// once and changed only to be sealed with another key. What is not whole yet has a name of its own under attachments/incoming.
package blob

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"doorstep/internal/crash"
	"doorstep/internal/disk"
	"doorstep/internal/seal"
)

// Store is the folder that all doors share, and the keys that what lies in it is sealed with. A file keeps the name of
// its plain bytes: that digest stands in the database and in every synchronisation, and recognises only what one has.
type Store struct {
	dir   string
	keys  *seal.Keys
	spare disk.Spare
}

// In is the store of a data folder; it makes folders as needed.
func In(dataDir string, keys *seal.Keys) Store {
	return Store{dir: filepath.Join(dataDir, "attachments"), keys: keys}
}

// Leaving is the store that leaves so much of its disk free.
func (s Store) Leaving(spare disk.Spare) Store {
	s.spare = spare
	return s
}

// Uploads is the folder of files that are not whole yet, whose tablets go on with them.
func Uploads(dataDir string) string { return filepath.Join(dataDir, "attachments", "uploads") }

// Info describes a stored file: its digest in lower-case hex, its size in bytes, and its type by its first bytes.
type Info struct {
	SHA256 string
	Size   int64
	Type   Type
}

// ErrDigest is the error of a file that is not the one that was announced.
var ErrDigest = errors.New("the file has another digest")

// Save streams r to disk. When it returns without an error the bytes survive a power cut. It fails with an error of a full
// disk where only the spare is left.
func (s Store) Save(r io.Reader) (Info, error) { return s.save(r, "") }

// SaveAs is Save for a file whose digest is known. Another file is not stored: ErrDigest, and what came instead.
func (s Store) SaveAs(r io.Reader, sha string) (Info, error) { return s.save(r, sha) }

func (s Store) save(r io.Reader, want string) (Info, error) {
	f, err := s.incoming()
	if err != nil {
		return Info{}, err
	}
	defer os.Remove(f.Name()) // it is not there any more once it has its name
	info, err := s.fill(f, r)
	if err := disk.Keep(f, err); err != nil {
		return Info{}, err
	}
	if want != "" && info.SHA256 != want {
		return info, ErrDigest
	}
	return info, s.settle(f.Name(), info.SHA256)
}

func (s Store) incoming() (*os.File, error) {
	incoming := filepath.Join(s.dir, "incoming")
	if err := os.MkdirAll(incoming, 0o700); err != nil {
		return nil, fmt.Errorf("store a file: %w", err)
	}
	f, err := os.CreateTemp(incoming, "*.part")
	if err != nil {
		return nil, fmt.Errorf("store a file: %w", err)
	}
	return f, nil
}

// fill writes a file, sealed where there are keys.
func (s Store) fill(f *os.File, r io.Reader) (Info, error) {
	if !s.keys.Sealing() {
		return measure(r, s.spare.Writer(s.dir, f))
	}
	if _, err := f.Seek(int64(seal.HeaderSize), io.SeekStart); err != nil {
		return Info{}, err
	}
	w, err := s.keys.NewWriter(f)
	if err != nil {
		return Info{}, err
	}
	info, err := measure(r, s.spare.Writer(s.dir, w))
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		_, err = f.WriteAt(w.Header(info.SHA256), 0)
	}
	return info, err
}

// pieceSize is the number of bytes that are hashed and written at once, more than a request brings at a time.
const pieceSize = 64 << 10

func measure(r io.Reader, to io.Writer) (Info, error) {
	digest, head := sha256.New(), &beginning{}
	pieces := bufio.NewWriterSize(io.MultiWriter(to, digest, head), pieceSize)
	size, err := io.Copy(pieces, r)
	if err == nil {
		err = pieces.Flush()
	}
	return Info{hex.EncodeToString(digest.Sum(nil)), size, typeOf(head.bytes)}, err
}

func (s Store) settle(from, sha string) error {
	to := s.path(sha)
	if renew(to) == nil {
		return nil // the same bytes came before
	}
	folder := filepath.Dir(to)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	crash.At("file: named, its folder not synced")
	for _, dir := range []string{folder, s.dir} {
		if err := disk.SyncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}

// Renew makes a stored file young again, so that Store.Drop leaves it. It fails with fs.ErrNotExist
// where there is none: what names a file asks before it is acknowledged.
func (s Store) Renew(sha string) error {
	if !IsDigest(sha) {
		return os.ErrNotExist
	}
	return renew(s.path(sha))
}

// renew gives a file the time of the file system, like that of a file just written.
func renew(path string) error {
	now := time.Now()
	if err := os.Chtimes(path, now, now); err != nil {
		return err
	}
	_, err := os.Stat(path)
	return err
}

// File is a stored file, in clear.
type File struct {
	io.ReadSeeker
	stored *os.File
}

// Close ends the reading.
func (f File) Close() error { return f.stored.Close() }

// Open reads a stored file; the error is fs.ErrNotExist for one that was never stored. One that was stored before
// anything was sealed is read as it lies there.
func (s Store) Open(sha string) (File, error) {
	if !IsDigest(sha) {
		return File{}, os.ErrNotExist
	}
	stored, err := os.Open(s.path(sha))
	if err != nil {
		return File{}, err
	}
	if _, sealed, err := sealedWith(stored); err != nil || !sealed {
		return File{stored, stored}, err
	}
	plain, err := s.keys.NewFile(stored, sha)
	if err != nil {
		return File{}, errors.Join(fmt.Errorf("file %s: %w", sha, err), stored.Close())
	}
	return File{plain, stored}, nil
}

// Stored opens a stored file as it lies there, sealed; the error is fs.ErrNotExist for one that was never stored.
func (s Store) Stored(sha string) (*os.File, error) {
	if !IsDigest(sha) {
		return nil, os.ErrNotExist
	}
	return os.Open(s.path(sha))
}

func sealedWith(f *os.File) (key string, sealed bool, err error) {
	header := make([]byte, seal.HeaderSize)
	n, err := f.ReadAt(header, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	key, sealed = seal.SealedWith(header[:n])
	return key, sealed, nil
}

// Remove deletes a stored file, unless it was stored again since before; one that is not there is no error.
func (s Store) Remove(sha string, before time.Time) error {
	if !IsDigest(sha) {
		return nil
	}
	if _, err := s.dropOne(s.path(sha), before, false); err != nil {
		return fmt.Errorf("remove a file: %w", err)
	}
	return nil
}

func (s Store) path(sha string) string { return filepath.Join(s.dir, sha[:2], sha) }

// IsDigest reports whether s is a SHA-256 in lower-case hex.
func IsDigest(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
