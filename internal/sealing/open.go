// Package sealing opens a database's keys, seals what lies there in clear or under an earlier key, and tells how far that
// has come.
package sealing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/sensitive"
)

// Meta keys: a value sealed with the primary key, which tells whether a keyset is the right one, the id of the index key
// under which all rows have been sealed, and the id of the last key with which everything was sealed anew.
const (
	markerKey = "seal.check"
	indexKey  = "seal.index"
	doneKey   = "seal.done"
	marker    = "doorstep"
)

var markerPlace = collections.SealedAt(collections.Meta, markerKey)

// DefaultPath is where the key file lies when nothing else is said: beside the data folder, so that a copy of the one is
// no copy of the other.
func DefaultPath(app core.App) string { return PathFor(app.DataDir()) }

// PathFor is DefaultPath of a data folder that nobody has open.
func PathFor(dataDir string) string { return dataDir + ".keys.json" }

// Opened are the keys of a database, and what whoever started the program has to be told.
type Opened struct {
	Keys   *seal.Keys
	Notice string
}

// Open finds the keys that belong to this database; an empty source is the file at DefaultPath, which is made for a
// database that has never been sealed. It refuses a database that was sealed with other keys, or whose keys are missing.
func Open(ctx context.Context, app core.App, source seal.Source, now time.Time) (Opened, error) {
	var out Opened
	sealed, err := collections.MetaValue(collections.Read(app), markerKey)
	if err != nil {
		return out, err
	}
	if source == "" {
		if source = seal.Source(DefaultPath(app)); sealed == "" {
			if out.Notice, err = create(source, now); err != nil {
				return out, err
			}
		}
	}
	if out.Keys, err = source.Open(ctx); errors.Is(err, fs.ErrNotExist) {
		return out, fmt.Errorf("数据已加密，但没有密钥：请用 DOORSTEP_KEYS 指明，或放回 %[1]s · the data are sealed, but their keys are missing: name them in "+
			"DOORSTEP_KEYS or put them back at %[1]s", DefaultPath(app))
	} else if err != nil {
		return out, err
	}
	if !out.Keys.Sealing() {
		out.Notice = "\n警告：未加密运行，仅供测试！身份信息以明文保存。\nWARNING: nothing is sealed (DOORSTEP_KEYS=plain). This is for tests alone: names and numbers " +
			"are stored in clear.\n\n"
	}
	if err := check(out.Keys, sealed); err != nil {
		return out, err
	}
	collections.UseKeys(app, out.Keys)
	if sealed == "" && out.Keys.Sealing() {
		err = mark(ctx, app, out.Keys)
	}
	return out, err
}

func create(source seal.Source, now time.Time) (string, error) {
	ks, err := seal.NewKeyset(seal.AES256, now)
	if err != nil {
		return "", err
	}
	path, _ := source.Path()
	if err := ks.Create(path); errors.Is(err, fs.ErrExist) {
		return "", nil // made when this database was begun, or kept from an earlier one
	} else if err != nil {
		return "", err
	}
	return fmt.Sprintf("\n已生成密钥文件：%[1]s\n请立即另存一份到别处！丢失密钥，数据就再也无法读取。\nA key file was made: %[1]s\nKeep a copy of it somewhere else, now. "+
		"Without it the data cannot be read again, by anybody.\n\n", path), nil
}

// check reports whether the keys are those of the database, by its marker.
func check(keys *seal.Keys, sealed string) error {
	if sealed == "" {
		return nil
	}
	if !keys.Sealing() {
		return errors.New("数据已加密，不能以 plain 方式启动 · the data are sealed: DOORSTEP_KEYS=plain is refused")
	}
	if got, err := keys.Open(sealed, markerPlace); err != nil || string(got) != marker {
		return errors.Join(errors.New("密钥与数据不符，请用 DOORSTEP_KEYS 指明封存这些数据的密钥 · these are not the keys of this database: name those that sealed "+
			"it in DOORSTEP_KEYS"), err)
	}
	return nil
}

// mark seals the marker with the primary key.
func mark(ctx context.Context, app core.App, keys *seal.Keys) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		return collections.SetMeta(db, markerKey, keys.Seal([]byte(marker), markerPlace))
	})
}

// Begun reports whether rows have been sealed under the present index key. Where they have not, Everything must run before
// anybody works with the database.
func Begun(app core.App, keys *seal.Keys) (bool, error) {
	rules, err := collections.MetaValue(collections.Read(app), indexKey)
	id, _, _ := strings.Cut(rules, " ")
	return rules != "" && id == keys.IndexID(), err
}

// Indexed reports whether every row was sealed by the present rules, and indexed under the present index key. Where it was
// not, rows may not be found until Lookups has run, or something lies in clear until Renew has.
func Indexed(app core.App, keys *seal.Keys) (bool, error) {
	id, err := collections.MetaValue(collections.Read(app), indexKey)
	return id == indexedBy(keys), err
}

// indexedBy names the index key together with the rules of what is sealed, in the registry and of the answers to forms.
func indexedBy(keys *seal.Keys) string {
	h := sha256.New()
	fmt.Fprintln(h, sensitive.Rules)
	for _, table := range slices.Sorted(maps.Keys(collections.Registry)) {
		for _, s := range collections.Registry[table] {
			fmt.Fprintln(h, table, s.Column, s.Indexed)
		}
	}
	return keys.IndexID() + " " + hex.EncodeToString(h.Sum(nil)[:8])
}
