package backup

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/datafolder"
	"doorstep/internal/devicesync"
	"doorstep/internal/disk"
	"doorstep/internal/upload"
)

// Report is a backup that was made and proved.
type Report struct {
	Manifest
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // of the archive
}

// Make writes a backup to a file that must not be there yet, beside a server or within it: SQLite itself copies the
// database as it is at one moment, and nobody who writes has to wait. The file appears only when it is whole, proved and
// on the disk; meanwhile there is a folder beside it, with room for a copy of the database.
func Make(ctx context.Context, app core.App, file string, now time.Time) (Report, error) {
	if _, err := os.Lstat(file); err == nil {
		return Report{}, &fs.PathError{Op: "create", Path: file, Err: fs.ErrExist}
	}
	if err := room(filepath.Dir(file), app.DataDir(), collections.SpareOf(app)); err != nil {
		return Report{}, err
	}
	work, err := os.MkdirTemp(filepath.Dir(file), workPattern)
	if err != nil {
		return Report{}, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(work)
	archive := filepath.Join(work, "archive.zip")
	report, err := fill(ctx, app, work, archive, now)
	if err != nil {
		return report, fmt.Errorf("backup: %w", err)
	}
	if _, err := read(archive, func(_ string, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }); err != nil {
		return report, fmt.Errorf("backup: %w", err)
	}
	report.Name = filepath.Base(file)
	if err := disk.Rename(archive, file); err != nil {
		return report, fmt.Errorf("backup: %w", err)
	}
	return report, nil
}

// workPattern names the folders in which backups are made and unpacked.
const workPattern = ".backup-*"

func fill(ctx context.Context, app core.App, work, archive string, now time.Time) (Report, error) {
	report := Report{Manifest: Manifest{Format: format, Made: now.UTC().Truncate(time.Second), Missing: []string{}}}
	copied := filepath.Join(work, datafolder.Database)
	if err := snapshot(ctx, filepath.Join(app.DataDir(), datafolder.Database), copied); err != nil {
		return report, err
	}
	pool, err := collections.Connect(copied)
	if err != nil {
		return report, err
	}
	db := collections.Of(pool, nil)
	err = describe(ctx, db, &report.Manifest)
	var wanted upload.References
	if err == nil {
		wanted, err = upload.Refer(db, work)
	}
	if err := errors.Join(err, pool.Close()); err != nil { // all of it is in the one file then
		return report, err
	}
	f, err := os.OpenFile(archive, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return report, err
	}
	err = contents{app, work, wanted, &report.Manifest}.pack(ctx, f)
	if err == nil {
		report.Size, report.SHA256, err = digest(f)
	}
	return report, disk.Keep(f, err)
}

// snapshot copies a database as it is now. What was deleted does not come along, not even in free pages.
func snapshot(ctx context.Context, from, to string) error {
	pool, err := collections.Connect(from)
	if err != nil {
		return err
	}
	_, err = pool.DB().ExecContext(ctx, `VACUUM INTO ?`, to)
	return errors.Join(err, pool.Close())
}

// describe proves a copy of the database and takes its epoch.
func describe(ctx context.Context, db collections.DB, m *Manifest) error {
	if err := devicesync.ForgetEpoch(db); err != nil {
		return err
	}
	var err error
	if m.Audit, err = prove(ctx, db); err != nil {
		return err
	}
	_, err = collections.One(db, `SELECT COUNT(*) FROM devices`, nil, &m.Tablets)
	return err
}

// contents names what goes into an archive: the copy of the database in a work folder, and the files that it refers to.
type contents struct {
	app    core.App
	work   string
	wanted upload.References
	m      *Manifest
}

// pack writes the archive. A file that went after the copy was made is no loss if nothing refers to it any more.
func (c contents) pack(ctx context.Context, to io.Writer) error {
	m := c.m
	sums, err := os.OpenFile(filepath.Join(c.work, sumsName), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer sums.Close()
	w := newWriter(to, sums)
	copied, err := os.Open(filepath.Join(c.work, datafolder.Database)) // not the one that the server has open
	if err != nil {
		return err
	}
	if err := errors.Join(w.addFile(datafolder.Database, zip.Deflate, copied), copied.Close()); err != nil {
		return err
	}
	store := blob.In(c.app.DataDir(), nil)
	err = c.wanted.Each(func(sha string, here bool) error {
		f, err := store.Stored(sha)
		switch gone := errors.Is(err, fs.ErrNotExist); {
		case gone && here:
			m.Missing = append(m.Missing, sha)
			return ctx.Err()
		case gone:
			return ctx.Err()
		case err != nil:
			return err
		}
		m.Files++
		return errors.Join(w.addFile(nameOf(sha), zip.Store, f), f.Close(), ctx.Err())
	})
	if err != nil {
		return err
	}
	if m.Missing, err = stillMissing(c.app, c.work, m.Missing); err != nil {
		return err
	}
	return w.close(*m)
}

func stillMissing(app core.App, work string, missing []string) ([]string, error) {
	if len(missing) == 0 {
		return missing, nil
	}
	now := filepath.Join(work, "now")
	if err := os.Mkdir(now, 0o700); err != nil {
		return nil, err
	}
	wanted, err := upload.Refer(collections.Read(app), now)
	if err != nil {
		return nil, err
	}
	still := []string{}
	err = wanted.Each(func(sha string, here bool) error {
		if _, missed := slices.BinarySearch(missing, sha); here && missed {
			still = append(still, sha)
		}
		return nil
	})
	return still, err
}

func digest(f *os.File) (int64, string, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, "", err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	return size, hex.EncodeToString(sum.Sum(nil)), err
}
