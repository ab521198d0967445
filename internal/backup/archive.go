// Package backup copies a data folder beside a working server into one archive, proves the copy, and puts it back. The
// archive is a ZIP that unpacks into a data folder: data.db, the attachments as they lie there, backup.json and
// SHA256SUMS. Keys are never in it.
package backup

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	kflate "github.com/klauspost/compress/flate"

	"doorstep/internal/audit"
	"doorstep/internal/datafolder"
)

// Names in an archive, beside the attachments.
const (
	manifestName = "backup.json"
	sumsName     = "SHA256SUMS"
)

const format = 1

// Manifest is what an archive says of itself, in backup.json.
type Manifest struct {
	Format  int        `json:"format"`
	Made    time.Time  `json:"made"`    // the database is as it was then
	Audit   audit.Head `json:"audit"`   // where its chain ends
	Tablets int        `json:"tablets"` // that it knows
	Files   int        `json:"files"`   // attachments in the archive
	Missing []string   `json:"missing"` // attachments that the server itself did not have any more
}

// attachmentName is what an attachment is called in an archive, as in a data folder.
var attachmentName = regexp.MustCompile(`^attachments/([0-9a-f]{2})/([0-9a-f]{64})$`)

func nameOf(sha string) string { return path.Join("attachments", sha[:2], sha) }

// known reports whether an archive may hold an entry of that name.
func known(name string) bool {
	m := attachmentName.FindStringSubmatch(name)
	return name == datafolder.Database || name == manifestName || name == sumsName || m != nil && m[1] == m[2][:2]
}

// writer writes an archive and notes the digest of each entry in sums.
type writer struct {
	zip  *zip.Writer
	sums *os.File
}

func newWriter(to io.Writer, sums *os.File) *writer {
	w := &writer{zip.NewWriter(to), sums}
	w.zip.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return kflate.NewWriter(to, flate.BestSpeed) })
	return w
}

func (w *writer) add(name string, method uint16, changed time.Time, from io.Reader) error {
	to, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: changed})
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, sum), from); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = fmt.Fprintf(w.sums, "%x  %s\n", sum.Sum(nil), name)
	return err
}

func (w *writer) addFile(name string, method uint16, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return w.add(name, method, info.ModTime(), f)
}

// close adds the manifest and the digests, which are not among themselves.
func (w *writer) close(m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := w.add(manifestName, zip.Deflate, m.Made, strings.NewReader(string(text)+"\n")); err != nil {
		return err
	}
	if _, err := w.sums.Seek(0, io.SeekStart); err != nil {
		return err
	}
	to, err := w.zip.CreateHeader(&zip.FileHeader{Name: sumsName, Method: zip.Deflate, Modified: m.Made})
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, w.sums); err != nil {
		return err
	}
	return w.zip.Close()
}

// errDamaged is the error of an archive that is not as it was written.
var errDamaged = errors.New("备份文件已损坏或不完整 · the backup is damaged or incomplete")

// read goes through an archive and gives each file to take while it checks it against the digests. What take made of
// an entry counts only when read returns without an error.
func read(file string, take func(name string, content io.Reader) error) (Manifest, error) {
	var m Manifest
	archive, err := zip.OpenReader(file)
	if errors.Is(err, zip.ErrFormat) {
		return m, fmt.Errorf("%w: %s: %w", errDamaged, file, err)
	}
	if err != nil {
		return m, err
	}
	defer archive.Close()
	if m, err = manifestOf(archive); err != nil {
		return m, err
	}
	sums, err := archive.Open(sumsName)
	if err != nil {
		return m, fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer sums.Close()
	entries := 1 // SHA256SUMS itself
	lines := bufio.NewScanner(sums)
	for ; lines.Scan(); entries++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		if !known(name) || name == sumsName {
			return m, fmt.Errorf("%w: %s", errDamaged, name)
		}
		if err := readEntry(archive, name, want, take); err != nil {
			return m, err
		}
	}
	if err := lines.Err(); err != nil {
		return m, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if entries != len(archive.File) || m.Files != entries-3 {
		return m, fmt.Errorf("%w: %d entries, %d files", errDamaged, entries, m.Files)
	}
	return m, nil
}

func readEntry(archive *zip.ReadCloser, name, want string, take func(string, io.Reader) error) error {
	f, err := archive.Open(name)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer f.Close()
	sum := sha256.New()
	damage := &damaged{r: f}
	if err := take(name, io.TeeReader(damage, sum)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != want {
		return fmt.Errorf("%w: %s", errDamaged, name)
	}
	return nil
}

// damaged tells a fault of the archive from one of the disk that it is unpacked to.
type damaged struct{ r io.Reader }

func (d *damaged) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	return n, err
}

const mostManifest = 64 << 20

func manifestOf(archive fs.FS) (m Manifest, err error) {
	f, err := archive.Open(manifestName)
	if err != nil {
		return m, fmt.Errorf("不是 doorstep backup 的文件 · not made by doorstep backup: %w", err)
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, mostManifest)).Decode(&m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", errDamaged, manifestName, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("备份格式 %d，本程序只认识 %d · backup of format %d, this program knows %d", m.Format, format, m.Format, format)
	}
	return m, nil
}
