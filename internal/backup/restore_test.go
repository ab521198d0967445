package backup_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/backup"
	"doorstep/internal/testapp"
)

// entriesOf returns the entries of an archive but for its digests and its manifest, and the manifest.
func entriesOf(t *testing.T, file string) (entries [][2]string, m backup.Manifest) {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		content, err := fs.ReadFile(archive, f.Name)
		switch f.Name {
		case "SHA256SUMS":
		case "backup.json":
			err = errors.Join(err, json.Unmarshal(content, &m))
		default:
			entries = append(entries, [2]string{f.Name, string(content)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return entries, m
}

// A backup is put back only where its database, its audit chain and its files are those that it says it has, and its keys are at hand.
func TestABackupIsProvedBeforeItIsPutBack(t *testing.T) {
	app := testapp.New(t)
	lost := strings.Repeat("a", 64)
	kept, err := collections.Files(app).Save(strings.NewReader("a photo"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sha := range []string{lost, kept.SHA256} {
		app.Plant(t, collections.Attachments, map[string]any{"id": sha[:9], "record": sha[:5], "collection": "child_visits", "name": "a.jpg", "sha256": sha, "state": "stored",
			"area": "9901"})
	}
	file := filepath.Join(t.TempDir(), "city.zip")
	if _, err := backup.Make(t.Context(), app.TestApp, file, time.Now()); err != nil {
		t.Fatal(err)
	}
	all, manifest := entriesOf(t, file)
	keys, gone := collections.KeysOf(app), context.Canceled
	left, leave := context.WithCancel(t.Context())
	leave()
	for label, c := range map[string]struct {
		ctx    context.Context
		ask    backup.Restore
		change func(*backup.Manifest)
		unless string // the entry that it lacks
		want   error
		says   string
	}{
		"whole":                     {ask: backup.Restore{Keys: keys}},
		"without keys":              {want: backup.ErrNoKeys},
		"without keys, as is asked": {ask: backup.Restore{Unproved: true}},
		"of another chain":          {ask: backup.Restore{Keys: keys}, change: func(m *backup.Manifest) { m.Audit.Seq-- }, want: backup.ErrDamaged, says: "audit chain ends elsewhere"},
		"a file that it does not know to lack": {ask: backup.Restore{Keys: keys}, change: func(m *backup.Manifest) { m.Missing = nil }, want: backup.ErrDamaged,
			says: lost},
		"a file that it should have": {ask: backup.Restore{Keys: keys}, change: func(m *backup.Manifest) { m.Files-- }, unless: kept.SHA256, want: backup.ErrDamaged,
			says: kept.SHA256},
		"without a database": {ask: backup.Restore{Keys: keys}, change: func(m *backup.Manifest) { m.Files-- }, unless: "data.db", says: "no such table"},
		"nobody waits":       {ctx: left, ask: backup.Restore{Keys: keys}, want: gone},
	} {
		home, m, sums := t.TempDir(), manifest, ""
		if c.change != nil {
			c.change(&m)
		}
		if c.ctx == nil {
			c.ctx = t.Context()
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		entries := [][2]string{{"backup.json", string(text)}}
		for _, e := range all {
			if c.unless == "" || !strings.Contains(e[0], c.unless) {
				entries = append(entries, e)
			}
		}
		for _, e := range entries {
			sums += backup.SumOf(e[0], e[1])
		}
		c.ask.File, c.ask.Dir, c.ask.Now = backup.Archived(t, append(entries, [2]string{"SHA256SUMS", sums})), filepath.Join(home, "city"), time.Now()
		_, err = c.ask.Run(c.ctx)
		refused := c.want != nil || c.says != ""
		if (err != nil) != refused || c.want != nil && !errors.Is(err, c.want) || refused && err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v %s", label, err, c.want, c.says)
		}
		if left, err := os.ReadDir(home); err != nil || refused != (len(left) == 0) {
			t.Errorf("%s: %v %v are left", label, err, left)
		}
	}
}
