package backup

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"doorstep/internal/datafolder"
)

// What an archive says of itself is read, or refused as damaged, of another format, or no archive of Doorstep's.
func TestManifestOf(t *testing.T) {
	for content, want := range map[string]string{
		`{"format":1}`: "", `{"format":999}`: "backup of format 999", "": "not made by doorstep backup", "{": manifestName, `{"format":"1"}`: manifestName,
	} {
		archive := fstest.MapFS{}
		if content != "" {
			archive[manifestName] = &fstest.MapFile{Data: []byte(content)}
		}
		_, err := manifestOf(archive)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
		if damaged := want == manifestName; errors.Is(err, errDamaged) != damaged {
			t.Errorf("%q: damaged is not %v: %v", content, damaged, err)
		}
	}
}

// archived writes an archive as it is described: each entry a name and its content.
func archived(t *testing.T, entries [][2]string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		to, err := w.CreateHeader(&zip.FileHeader{Name: e[0], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, e[1]); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "city.zip")
	if err := errors.Join(w.Close(), os.WriteFile(file, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return file
}

// sumOf is the line of SHA256SUMS for an entry.
func sumOf(name, content string) string {
	return fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(content)), name)
}

// Whatever is not as it was written is refused as damaged, and an attachment counts only below its own digest.
func TestReadRefusesWhatIsNotAsItWas(t *testing.T) {
	sha := strings.Repeat("ab", 32)
	file, manifest := nameOf(sha), `{"format":1,"files":1,"tablets":3}`
	sums := sumOf("data.db", "rows") + sumOf(file, "photo") + sumOf(manifestName, manifest)
	whole := [][2]string{{"data.db", "rows"}, {file, "photo"}, {manifestName, manifest}, {sumsName, sums}}
	with := func(at int, name, content string) [][2]string {
		entries := slices.Clone(whole)
		entries[at] = [2]string{name, content}
		return entries
	}
	got := map[string]string{}
	m, err := read(archived(t, whole), func(name string, content io.Reader) error {
		b, err := io.ReadAll(content)
		got[name] = string(b)
		return err
	})
	want := map[string]string{"data.db": "rows", file: "photo", manifestName: manifest}
	if err != nil || m.Files != 1 || m.Tablets != 3 || !maps.Equal(got, want) {
		t.Fatalf("%v %+v %q", err, m, got)
	}
	for label, c := range map[string]struct {
		entries [][2]string
		says    string
	}{
		"another content":      {with(0, "data.db", "rowz"), ": data.db"},
		"no digests":           {whole[:3], sumsName},
		"an entry too few":     {with(1, "notes", "photo"), file},
		"an entry too many":    {append(slices.Clone(whole), [2]string{"notes", ""}), ": 4 entries, 1 files"},
		"a line too few":       {with(3, sumsName, sumOf("data.db", "rows")+sumOf(manifestName, manifest)), ": 3 entries, 1 files"},
		"other files told":     {append(with(2, manifestName, `{"format":1,"files":2}`)[:3], [2]string{sumsName, strings.Replace(sums, sumOf(manifestName, manifest), sumOf(manifestName, `{"format":1,"files":2}`), 1)}), ": 4 entries, 2 files"},
		"the digests' own":     {with(3, sumsName, sums+sumOf(sumsName, "")), ": " + sumsName},
		"a name out of it":     {with(3, sumsName, sums+sumOf("../x", "")), ": ../x"},
		"below another digest": {with(3, sumsName, sums+sumOf("attachments/cd/"+sha, "")), ": attachments/cd/" + sha},
		"a line without end":   {with(3, sumsName, sums+strings.Repeat("x", 70_000)), "too long"},
	} {
		_, err := read(archived(t, c.entries), func(_ string, content io.Reader) error {
			_, err := io.Copy(io.Discard, content)
			return err
		})
		if !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", label, err)
		}
	}
	cut := filepath.Join(t.TempDir(), "cut.zip")
	if err := os.WriteFile(cut, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(cut, nil); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), cut) {
		t.Errorf("cut: %v", err)
	}
	if _, err := read(cut+"x", nil); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, errDamaged) {
		t.Errorf("none: %v", err)
	}
	full := errors.New("the disk is full")
	if _, err := read(archived(t, whole), func(string, io.Reader) error { return full }); !errors.Is(err, full) || errors.Is(err, errDamaged) {
		t.Errorf("a full disk: %v", err)
	}
}

// An archive that cannot be written as a whole is none: neither of a file that cannot be read, nor with digests that cannot.
func TestWhatCannotBeWrittenIsTold(t *testing.T) {
	torn := errors.New("torn")
	file := filepath.Join(t.TempDir(), "sums")
	open := func(flag int) *os.File {
		f, err := os.OpenFile(file, os.O_CREATE|flag, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	if err := newWriter(io.Discard, open(os.O_RDWR)).add("data.db", zip.Store, time.Time{}, iotest.ErrReader(torn)); !errors.Is(err, torn) || !strings.Contains(err.Error(), "data.db") {
		t.Errorf("%v", err)
	}
	in, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer pipe.Close()
	gone := open(os.O_RDWR)
	gone.Close()
	for name, sums := range map[string]*os.File{"not be written": gone, "not be gone back in": pipe, "not be read": open(os.O_WRONLY)} {
		if err := newWriter(io.Discard, sums).close(Manifest{}); err == nil {
			t.Errorf("the digests can %s, and nothing is said", name)
		}
	}
	if _, _, err := digest(gone); err == nil {
		t.Error("a file that cannot be read has a digest")
	}
	below := filepath.Join(file, "x")
	for what, do := range map[string]func() error{
		"a folder of backups": func() error { _, err := Folder{Dir: below}.Make(t.Context(), nil, time.Time{}); return err },
		"a night's":           func() error { _, err := Folder{Dir: below}.MakeNightly(t.Context(), nil, time.Time{}); return err },
		"digests":             func() error { return contents{work: below}.pack(t.Context(), io.Discard) },
		"what is still missing": func() error {
			_, err := stillMissing(nil, below, []string{"a"})
			return err
		},
		"an unpacked file": func() error { return writeFile(below, strings.NewReader("")) },
		"the room":         func() error { return room(t.TempDir(), file, 0) },
		"a restored folder": func() error {
			_, err := Restore{Dir: filepath.Join(below, "y")}.Run(t.Context())
			return err
		},
	} {
		if err := do(); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s below a file: %v", what, err)
		}
	}
	empty := t.TempDir()
	for what, err := range map[string]error{"packed": (contents{work: empty}).pack(t.Context(), io.Discard), "made room for": room(empty, empty, 0)} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a database that is not there is %s: %v", what, err)
		}
	}
}

// A byte that a disk has changed is told as damage of the archive, also where whoever takes the content finds it first.
func TestAChangedByteIsDamage(t *testing.T) {
	manifest := `{"format":1}`
	file := archived(t, [][2]string{{"data.db", "rows"}, {manifestName, manifest}, {sumsName, sumOf("data.db", "rows") + sumOf(manifestName, manifest)}})
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(b, []byte("rows"), []byte("rowz"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = read(file, func(name string, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
	if !errors.Is(err, errDamaged) || !errors.Is(err, zip.ErrChecksum) {
		t.Errorf("%v", err)
	}
}

// A backup that is refused leaves what is there as it was, and nothing beside it.
func TestARefusedRestoreLeavesEverything(t *testing.T) {
	home := t.TempDir()
	manifest := `{"format":1}`
	bad := archived(t, [][2]string{{"data.db", "rows"}, {manifestName, manifest}, {sumsName, sumOf("data.db", "rowz") + sumOf(manifestName, manifest)}})
	dir, empty := filepath.Join(home, "city"), filepath.Join(home, "empty")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Mkdir(empty, 0o700), os.WriteFile(filepath.Join(dir, "data.db"), []byte("rows of today"), 0o600)); err != nil {
		t.Fatal(err)
	}
	release, err := datafolder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dir     string
		replace bool
		want    error
	}{
		{dir, false, ErrNotEmpty}, {dir, true, datafolder.ErrServed}, {empty, false, errDamaged}, {filepath.Join(home, "new"), false, errDamaged},
		{filepath.Join(dir, "data.db"), false, syscall.ENOTDIR},
	} {
		if _, err := (Restore{File: bad, Dir: c.dir, Replace: c.replace}).Run(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, not %v", c.dir, err, c.want)
		}
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if _, err := (Restore{File: bad, Dir: dir, Replace: true}).Run(t.Context()); !errors.Is(err, errDamaged) {
		t.Errorf("%v", err)
	}
	left, err := filepath.Glob(filepath.Join(home, "*"))
	hidden, _ := filepath.Glob(filepath.Join(home, ".*"))
	if now, failed := os.ReadFile(filepath.Join(dir, "data.db")); err != nil || failed != nil || string(now) != "rows of today" || !slices.Equal(append(left, hidden...), []string{dir, empty}) {
		t.Errorf("%q, %v, %q %q", now, failed, left, hidden)
	}
}
