package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/disk"
)

// Folder keeps backups: those that somebody asked for, and the newest ones of the nights.
type Folder struct {
	Dir  string
	Keep int // backups of nights
}

// Prefixes of the names, which go on with the time.
const (
	asked   = "doorstep-"
	nightly = "nightly-"
)

const stamp = "20060102-150405"

// Make puts a backup into the folder.
func (f Folder) Make(ctx context.Context, app core.App, now time.Time) (Report, error) {
	return f.make(ctx, app, asked, now)
}

// MakeNightly puts a backup into the folder, and removes those of earlier nights that are more than the folder keeps.
func (f Folder) MakeNightly(ctx context.Context, app core.App, now time.Time) (Report, error) {
	report, err := f.make(ctx, app, nightly, now)
	if err != nil {
		return report, err
	}
	all := disk.Glob(f.Dir, nightly+"*.zip")
	for len(all) > max(f.Keep, 1) {
		err = errors.Join(err, os.Remove(all[0]))
		all = all[1:]
	}
	return report, err
}

func (f Folder) make(ctx context.Context, app core.App, prefix string, now time.Time) (Report, error) {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return Report{}, err
	}
	if err := f.tidy(); err != nil {
		return Report{}, err
	}
	return Make(ctx, app, filepath.Join(f.Dir, prefix+now.UTC().Format(stamp)+".zip"), now)
}

// tidy removes what a backup left that was stopped half-way, long ago.
func (f Folder) tidy() (err error) {
	for _, dir := range disk.Glob(f.Dir, workPattern) {
		if info, e := os.Stat(dir); e == nil && time.Since(info.ModTime()) > 24*time.Hour {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	return err
}

// Item is one backup in the folder.
type Item struct {
	Name string    `json:"name"`
	Size int64     `json:"size"`
	Made time.Time `json:"made"`
}

// List is what the folder holds, newest first.
func (f Folder) List() ([]Item, error) {
	entries, err := os.ReadDir(f.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return []Item{}, nil
	}
	items := []Item{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !isBackup(e.Name()) || !info.Mode().IsRegular() {
			continue
		}
		made, err := time.Parse(stamp, strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(e.Name(), asked), nightly), ".zip"))
		if err != nil {
			continue
		}
		items = append(items, Item{e.Name(), info.Size(), made})
	}
	slices.SortFunc(items, func(a, b Item) int { return b.Made.Compare(a.Made) })
	return items, err
}

// Open opens a backup of the folder; the error is fs.ErrNotExist for any other name.
func (f Folder) Open(name string) (*os.File, error) {
	if !isBackup(name) || filepath.Base(name) != name {
		return nil, fmt.Errorf("backup: %w", fs.ErrNotExist)
	}
	return os.Open(filepath.Join(f.Dir, name))
}

func isBackup(name string) bool {
	return (strings.HasPrefix(name, asked) || strings.HasPrefix(name, nightly)) && strings.HasSuffix(name, ".zip")
}
