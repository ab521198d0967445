package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/blob"
	"doorstep/internal/datafolder"
	"doorstep/internal/devicesync"
	"doorstep/internal/disk"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
	"doorstep/internal/upload"
)

// Restore is what to put back, and where.
type Restore struct {
	File    string
	Dir     string     // data folder
	Replace bool       // move aside what is there
	Keys    *seal.Keys // nil where they are not at hand: a sealed backup is refused then, unless Unproved
	// Unproved puts a sealed backup in place without its keys: whether they open it, nobody knows then.
	Unproved bool
	Now      time.Time
}

// Restored is what was put back.
type Restored struct {
	Manifest
	Aside string // where the data folder went that was there; "" for none
}

// ErrNotEmpty is the error of a data folder that something is in.
var ErrNotEmpty = errors.New("数据文件夹不是空的 · the data folder is not empty")

// ErrNoKeys is the error of a sealed backup whose keys are not at hand.
var ErrNoKeys = errors.New("没有找到密钥，无法证明备份可以解密 · no keys were found, so it cannot be proved that the backup opens")

// Run proves a backup and puts it in place as a whole, or leaves everything as it was. What it proves: each entry is as
// it was written, the database is sound, its audit chain is whole and ends where the backup says, each attachment that it
// refers to is there, and the keys open what is sealed. Tablets then meet a new epoch.
func (r Restore) Run(ctx context.Context) (Restored, error) {
	var out Restored
	occupied, err := r.occupied()
	if err != nil {
		return out, err
	}
	if occupied && !r.Replace {
		return out, fmt.Errorf("%w: %s", ErrNotEmpty, r.Dir)
	}
	if occupied {
		release, err := datafolder.Hold(r.Dir)
		if err != nil {
			return out, err
		}
		defer release()
	}
	dir := filepath.Clean(r.Dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return out, err
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), workPattern) // mode 0700
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(work)
	if out.Manifest, err = r.unpack(ctx, work); err != nil {
		return out, err
	}
	if err := r.check(ctx, work, out.Manifest); err != nil {
		return out, err
	}
	if occupied {
		out.Aside = dir + ".before-" + r.Now.UTC().Format(stamp)
		if err := disk.Rename(dir, out.Aside); err != nil {
			return out, err
		}
	} else if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
		return out, err
	}
	return out, disk.Rename(work, dir)
}

func (r Restore) occupied() (bool, error) {
	entries, err := os.ReadDir(r.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return len(entries) > 0, err
}

// unpack writes every entry to the disk, each with the digest that it was written with.
func (r Restore) unpack(ctx context.Context, work string) (Manifest, error) {
	folders := map[string]bool{work: true}
	m, err := read(r.File, func(name string, content io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(work, filepath.FromSlash(name))
		folder := filepath.Dir(path)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		folders[folder], folders[filepath.Dir(folder)] = true, true
		return writeFile(path, content)
	})
	for folder := range folders {
		if err == nil && len(folder) >= len(work) {
			err = disk.SyncFolder(folder)
		}
	}
	return m, err
}

func writeFile(path string, content io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return disk.Keep(f, err)
}

// check proves what was unpacked, and writes into it that it was put back.
func (r Restore) check(ctx context.Context, work string, m Manifest) error {
	pool, err := collections.Connect(filepath.Join(work, datafolder.Database))
	if err != nil {
		return err
	}
	err = r.checkDatabase(ctx, collections.Of(pool, r.Keys), blob.In(work, r.Keys), m)
	return errors.Join(err, pool.Close())
}

func (r Restore) checkDatabase(ctx context.Context, db collections.DB, store blob.Store, m Manifest) error {
	head, err := prove(ctx, db)
	if err != nil {
		return err
	}
	if head != m.Audit {
		return fmt.Errorf("%w: 审计链末行不符 · the audit chain ends elsewhere: %d", errDamaged, head.Seq)
	}
	if err := r.checkFiles(db, store, m); err != nil {
		return err
	}
	if err := r.checkKeys(db, store); err != nil {
		return err
	}
	if err := devicesync.ForgetEpoch(db); err != nil {
		return err
	}
	entry := audit.Entry{Actor: audit.Operator, Role: audit.Operator, Action: "restore", Purpose: audit.Administration,
		Detail: map[string]any{"made": m.Made, "audit": m.Audit.Seq}}
	return audit.Append(db, r.Now, entry)
}

func (r Restore) checkKeys(db collections.DB, store blob.Store) error {
	if r.Keys != nil {
		return sealing.Prove(db, store)
	}
	sealed, err := sealing.Sealed(db)
	if err == nil && sealed && !r.Unproved {
		return ErrNoKeys
	}
	return err
}

// checkFiles fails when an attachment lacks that the backup does not know to be missing.
func (r Restore) checkFiles(db collections.DB, store blob.Store, m Manifest) error {
	aside, err := os.MkdirTemp(filepath.Dir(filepath.Clean(r.Dir)), workPattern) // what was unpacked holds nothing else
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	wanted, err := upload.Refer(db, aside)
	if err != nil {
		return err
	}
	gone := map[string]bool{}
	for _, sha := range m.Missing {
		gone[sha] = true
	}
	return wanted.Each(func(sha string, here bool) error {
		if !here || gone[sha] {
			return nil
		}
		f, err := store.Stored(sha)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s", errDamaged, nameOf(sha))
		}
		if err != nil {
			return err
		}
		return f.Close()
	})
}
