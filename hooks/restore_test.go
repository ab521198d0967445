package hooks_test

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/backup"
	"doorstep/internal/seal"
	"doorstep/internal/testapp"
)

// backedUp is a city with a visit and its photo, and a backup of it.
func backedUp(t *testing.T) (app *testapp.App, archive, sha string) {
	t.Helper()
	app, tablet, _ := stage(t)
	content := photo(t, 1, 60_000)
	withFile(t, tablet, 1, content)
	bring(t, tablet, content)
	archive = filepath.Join(t.TempDir(), "b.zip")
	if _, err := backup.Make(t.Context(), app, archive, app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	return app, archive, digest(content)
}

// rewrite copies an archive; change says what becomes of each entry, nil for one that is left out.
func rewrite(t *testing.T, from string, change func(name string, content []byte) []byte) string {
	t.Helper()
	archive, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	f, err := os.Create(filepath.Join(t.TempDir(), "changed.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := zip.NewWriter(f)
	for _, entry := range archive.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if content = change(entry.Name, content); content == nil {
			continue
		}
		w, err := out.Create(entry.Name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

func otherKeys(t *testing.T, app *testapp.App) *seal.Keys {
	t.Helper()
	ks, err := seal.NewKeyset(seal.AES256, app.Doorstep.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(ks)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestARestoreThatIsNotProvedPlacesNothing also holds the words of each refusal: they are all that an operator sees.
func TestARestoreThatIsNotProvedPlacesNothing(t *testing.T) {
	t.Parallel()
	app, archive, sha := backedUp(t)
	keys := collections.KeysOf(app.TestApp)
	files := regexp.MustCompile(`"files": \d+`)
	file := func(change func([]byte) []byte) string {
		return rewrite(t, archive, func(name string, content []byte) []byte {
			if strings.HasSuffix(name, sha) {
				return change(content)
			}
			return content
		})
	}
	gone := func([]byte) []byte { return nil }
	manifest := "" // digest of the changed one, which comes before the digests
	unlisted := rewrite(t, archive, func(name string, content []byte) []byte {
		switch {
		case strings.HasSuffix(name, sha):
			return nil
		case name == "backup.json":
			content = files.ReplaceAll(content, []byte(`"files": 0`))
			manifest = digest(content)
		case name == "SHA256SUMS":
			return withoutSums(content, sha, manifest)
		}
		return content
	})
	for what, c := range map[string]struct {
		file string
		keys *seal.Keys
		says []string
	}{
		"other keys":                 {archive, otherKeys(t, app), []string{"密钥与数据不符", "these are not the keys of this database"}},
		"plain keys":                 {archive, seal.Plain(), []string{"数据已加密", "the data are sealed"}},
		"no keys":                    {archive, nil, []string{"没有找到密钥", "no keys were found"}},
		"an attachment changed":      {file(func(b []byte) []byte { b[len(b)/2] ^= 1; return b }), keys, []string{"备份文件已损坏", "the backup is damaged", sha}},
		"an attachment cut":          {file(func(b []byte) []byte { return b[:len(b)-1] }), keys, []string{"备份文件已损坏", sha}},
		"an attachment taken out":    {file(gone), keys, []string{"备份文件已损坏", sha}},
		"one that nobody listed":     {unlisted, keys, []string{"备份文件已损坏", sha}},
		"a folder over what is here": {archive, keys, []string{"数据文件夹不是空的", "the data folder is not empty"}},
	} {
		t.Run(what, func(t *testing.T) {
			above := t.TempDir()
			dir := filepath.Join(above, "data")
			if strings.HasPrefix(what, "a folder") {
				dir = above
				if err := os.WriteFile(filepath.Join(above, "mine"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			before := namesIn(t, above)
			_, err := backup.Restore{File: c.file, Dir: dir, Keys: c.keys, Now: app.Doorstep.Now()}.Run(t.Context())
			if err == nil {
				t.Fatal("restored")
			}
			for _, word := range c.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%v: does not say %q", err, word)
				}
			}
			for _, told := range []string{"门牌", "示例路"} {
				if strings.Contains(err.Error(), told) {
					t.Errorf("%v: tells %q", err, told)
				}
			}
			if after := namesIn(t, above); len(after) != len(before) {
				t.Errorf("left behind: %v", after)
			}
		})
	}
}

// withoutSums takes a file out of the digests and puts that of the manifest right, as somebody would who knows the format.
func withoutSums(sums []byte, sha, manifest string) []byte {
	var kept strings.Builder
	for line := range strings.Lines(string(sums)) {
		switch {
		case strings.HasSuffix(line, sha+"\n"):
		case strings.HasSuffix(line, "  backup.json\n"):
			kept.WriteString(manifest + "  backup.json\n")
		default:
			kept.WriteString(line)
		}
	}
	return []byte(kept.String())
}

func TestRestoreMovesTheOldFolderAside(t *testing.T) {
	t.Parallel()
	app, archive, sha := backedUp(t)
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(app.DataDir())); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mine"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := backup.Restore{File: archive, Dir: dir, Replace: true, Keys: collections.KeysOf(app.TestApp), Now: app.Doorstep.Now()}
	done, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if done.Aside != dir+".before-20261123-020000" {
		t.Errorf("set aside as %s", done.Aside)
	}
	for _, name := range []string{"mine", "data.db", "attachments/" + sha[:2] + "/" + sha} {
		if _, err := os.Stat(filepath.Join(done.Aside, name)); err != nil {
			t.Errorf("of the old folder: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "attachments", sha[:2], sha)); err != nil {
		t.Errorf("restored: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "mine")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the restored folder has what the backup has not: %v", err)
	}
}

func TestRestoreWithoutKeysIsAskedFor(t *testing.T) {
	t.Parallel()
	app, archive, _ := backedUp(t)
	dir := filepath.Join(t.TempDir(), "data")
	r := backup.Restore{File: archive, Dir: dir, Now: app.Doorstep.Now()}
	if _, err := r.Run(t.Context()); !errors.Is(err, backup.ErrNoKeys) {
		t.Fatalf("without keys: %v", err)
	}
	r.Unproved = true
	done, err := r.Run(t.Context())
	if err != nil || done.Files != 1 {
		t.Errorf("%+v %v", done, err)
	}
}
