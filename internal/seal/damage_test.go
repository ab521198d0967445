package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"doorstep/internal/seal"
)

// TestDamageIsRemembered: places of rows that do not open stand in order until they open again; other failures tell nothing of a row.
func TestDamageIsRemembered(t *testing.T) {
	k := keys(t, keyset(t, seal.AES256))
	text := k.SealRow(seal.Row{{Column: "name", Text: "陈小明"}}, "persons/1")
	for _, step := range []struct {
		place string
		err   error
		rows  string
	}{
		{"b", nil, "[]"}, {"b", io.EOF, "[]"}, {"b", seal.ErrTampered, "[b]"}, {"a", fmt.Errorf("open: %w", seal.ErrNotSealed), "[a b]"},
		{"c", seal.ErrUnknownKey, "[a b c]"}, {"b", io.EOF, "[a b c]"}, {"a", seal.ErrTampered, "[a b c]"}, {"b", nil, "[a c]"}, {"d", nil, "[a c]"},
	} {
		k.NoteDamage(step.place, step.err)
		if got := fmt.Sprint(k.DamagedRows()); got != step.rows || k.DamagedRow(step.place) != slices.Contains(k.DamagedRows(), step.place) {
			t.Errorf("after %s: %v the rows are %s, not %s", step.place, step.err, got, step.rows)
		}
	}
	_, err := k.OpenRow(text, "persons/2")
	if !seal.Damaged(err) || !strings.HasPrefix(err.Error(), "open persons/2: ") || !k.DamagedRow("persons/2") || k.DamagedRow("persons/1") {
		t.Errorf("%v, %v", err, k.DamagedRows())
	}
	if _, err := k.OpenRow("", "persons/2"); err != nil || k.DamagedRow("persons/2") {
		t.Errorf("%v, %v", err, k.DamagedRows())
	}
	for i := range 10_001 {
		k.NoteDamage(fmt.Sprint(i), seal.ErrTampered)
	}
	if got := len(k.DamagedRows()); got != 10_000 {
		t.Errorf("%d places are remembered", got)
	}
}

// TestFill sets what a row has, also where that is empty, and nothing else.
func TestFill(t *testing.T) {
	row := seal.Row{{Column: "name", Text: "陈小明"}, {Column: "phone", Text: ""}}
	got := [3]string{"x", "x", "x"}
	for i, column := range []string{"name", "phone", "address"} {
		row.Fill(column, &got[i])
	}
	if got != [3]string{"陈小明", "", "x"} {
		t.Errorf("%q", got)
	}
}

// TestAnUnknownKeyIsAskedForOnce: the source is read again for a key that the keyset lacks, and not for each row that has it.
func TestAnUnknownKeyIsAskedForOnce(t *testing.T) {
	dir := t.TempDir()
	file, script, count := filepath.Join(dir, "keys.json"), filepath.Join(dir, "script"), filepath.Join(dir, "count")
	if err := errors.Join(keyset(t, seal.AES256).Create(file), os.WriteFile(script, []byte("echo >>"+count+"\ncat "+file+" 2>/dev/null"), 0o600)); err != nil {
		t.Fatal(err)
	}
	k, err := seal.Source("exec:sh " + script).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, second := keys(t, keyset(t, seal.AES256)).Seal(nil, "p"), keys(t, keyset(t, seal.AES256)).Seal(nil, "p")
	reload := func() error { _, err := k.Reload(t.Context()); return err }
	open := func(text string) func() error { return func() error { _, err := k.Open(text, "p"); return err } }
	for i, step := range []struct {
		do    func() error
		reads int
	}{{open(first), 2}, {open(first), 2}, {open(second), 3}, {open(first), 3}, {reload, 4}, {open(first), 4}} {
		err := step.do()
		if b, failed := os.ReadFile(count); failed != nil || len(b) != step.reads || (i != 4) != errors.Is(err, seal.ErrUnknownKey) {
			t.Errorf("step %d: read %d times, %v, %v", i, len(b), failed, err)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	third := keys(t, keyset(t, seal.AES256)).Seal(nil, "p")
	if _, err := k.Open(third, "p"); !errors.Is(err, seal.ErrUnknownKey) || !strings.Contains(err.Error(), "command for the keyset: exit status 1") {
		t.Errorf("a source that fails: %v", err)
	}
	if changed, err := k.Reload(t.Context()); changed || err == nil {
		t.Errorf("a source that fails: %v, %v", changed, err)
	}
}

// TestKeyFilesThatCannotBeWritten says which was meant.
func TestKeyFilesThatCannotBeWritten(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "none", "keys.json")
	ks := keyset(t, seal.AES256)
	for said, err := range map[string]error{"create the key file: open " + nowhere: ks.Create(nowhere), "replace the key file: ": ks.Replace(nowhere)} {
		if err == nil || !strings.HasPrefix(err.Error(), said) {
			t.Errorf("%v, not %s", err, said)
		}
	}
	if _, err := seal.NewKeyset("rot13", day); err == nil {
		t.Error("took a suite that is none")
	}
	if _, err := seal.New(&seal.Keyset{Version: 1, Keys: ks.Keys, Primary: "x", Index: ks.Index}); err == nil {
		t.Error("took a keyset without its primary key")
	}
	if _, err := seal.New(&seal.Keyset{Version: 1, Keys: ks.Keys, Primary: ks.Primary, Index: seal.Key{Suite: "rot13"}}); err == nil {
		t.Error("took an index key of a suite that is none")
	}
}

// TestFilesThatCannotBeRead: a disk that fails is no damage of the file, and nothing is read past what does not open.
func TestFilesThatCannotBeRead(t *testing.T) {
	k := keys(t, keyset(t, seal.AES256))
	sealed := sealedFile(t, k, pattern(2*segment), "a")
	worn := errors.New("worn")
	for n, want := range map[int]error{0: worn, 10: worn} {
		_, err := k.NewReader(io.MultiReader(bytes.NewReader(sealed[:n]), iotest.ErrReader(worn)), "a")
		if !errors.Is(err, want) || seal.Damaged(err) || !strings.HasPrefix(err.Error(), "read a sealed file: ") {
			t.Errorf("after %d bytes: %v", n, err)
		}
		if _, err := k.NewReader(bytes.NewReader(sealed[:n]), "a"); !errors.Is(err, seal.ErrNotSealed) {
			t.Errorf("of %d bytes: %v", n, err)
		}
	}
	sealed[len(sealed)-1] ^= 1
	f, err := k.NewFile(bytes.NewReader(sealed), "a")
	if err != nil {
		t.Fatal(err)
	}
	if at, err := f.Seek(-1, io.SeekStart); at != 0 || err == nil {
		t.Errorf("before the beginning: %d, %v", at, err)
	}
	if at, err := f.Seek(-1, io.SeekEnd); at != 2*segment-1 || err != nil {
		t.Errorf("before the end: %d, %v", at, err)
	}
	if n, err := f.Read(make([]byte, 1)); n != 0 || !errors.Is(err, seal.ErrTampered) {
		t.Errorf("in a changed segment: %d, %v", n, err)
	}
	disk, err := os.Create(filepath.Join(t.TempDir(), "sealed"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Write(sealedFile(t, k, pattern(3), "a")); err != nil {
		t.Fatal(err)
	}
	if f, err = k.NewFile(disk, "a"); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	disk.Close()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Error(err)
	}
	if n, err := f.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("from a file that is closed: %d, %v", n, err)
	}
	if _, err := k.NewFile(disk, "a"); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}
