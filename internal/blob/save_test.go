package blob_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// TestSavedIsWhole saves with and without keys, what was announced and what was not, and what cannot be had, given or told: of that
// nothing is left.
func TestSavedIsWhole(t *testing.T) {
	s := newShelf(t)
	text := strings.Repeat("照片", 50_000)
	for name, in := range map[string]blob.Store{"clear": s.clear, "sealed": s.now} {
		info, err := in.Save(strings.NewReader(text + name))
		s.must(err)
		s.reads(in, info.SHA256, text+name)
		before := s.lies()
		if again, err := in.SaveAs(strings.NewReader(text+name), info.SHA256); err != nil || again != info || again.Size != int64(len(text+name)) {
			t.Errorf("%s, again: %+v, %v", name, again, err)
		}
		if other, err := in.SaveAs(strings.NewReader("other"), info.SHA256); !errors.Is(err, blob.ErrDigest) || other.Size != 5 || other.SHA256 == info.SHA256 {
			t.Errorf("%s, another: %+v, %v", name, other, err)
		}
		broken := errors.New("broken")
		if _, err := in.Save(io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
			t.Errorf("%s, broken: %v", name, err)
		}
		if _, err := in.Leaving(1 << 62).Save(strings.NewReader("x")); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s, no room: %v", name, err)
		}
		if now := s.lies(); len(now) != len(before) {
			t.Errorf("%s: %d files, before %d", name, len(now), len(before))
		}
	}
	uploads := blob.Uploads(s.folder)
	if uploads != filepath.Join(s.dir, "uploads") {
		t.Errorf("uploads in %s", uploads)
	}
}

// TestAFolderThatCannotBeMadeIsTold has a file in the place of a folder.
func TestAFolderThatCannotBeMadeIsTold(t *testing.T) {
	const sha = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // of x
	for _, name := range []string{"incoming", sha[:2]} {
		s := newShelf(t)
		s.must(os.MkdirAll(s.dir, 0o700))
		s.must(os.WriteFile(filepath.Join(s.dir, name), nil, 0o600))
		if _, err := s.now.Save(strings.NewReader("x")); !errors.Is(err, syscall.ENOTDIR) || len(s.lies()) != 1 {
			t.Errorf("%s: %v, %d files", name, err, len(s.lies()))
		}
	}
}

// TestWhatIsNotThere asks for files that were never stored, by names that are digests and others that are not.
func TestWhatIsNotThere(t *testing.T) {
	s := newShelf(t)
	there, _ := s.save(s.now, "there")
	if !blob.IsDigest(there) {
		t.Errorf("%s", there)
	}
	for _, sha := range []string{strings.Repeat("a", 64), there[:63], there + "0", strings.ToUpper(there), there[:63] + "g", there[:63] + "/", "", "../.."} {
		if blob.IsDigest(sha) != (sha == strings.Repeat("a", 64)) {
			t.Errorf("%q: %v", sha, blob.IsDigest(sha))
		}
		_, opened := s.now.Open(sha)
		_, stored := s.now.Stored(sha)
		for name, err := range map[string]error{"open": opened, "stored": stored, "renew": s.now.Renew(sha)} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s %q: %v", name, sha, err)
			}
		}
	}
	f, err := s.now.Stored(there)
	s.must(err)
	raw, err := io.ReadAll(f)
	if s.must(errors.Join(err, f.Close())); len(raw) <= len("there") {
		t.Errorf("as it lies there: %q", raw)
	}
	if _, err := blob.In(s.folder, seal.Plain()).Open(there); !errors.Is(err, seal.ErrUnknownKey) || !strings.Contains(err.Error(), there) {
		t.Errorf("without its key: %v", err)
	}
}

// TestTheFirstBytesTellTheType has what reviewers may get and what waits in quarantine, by the bytes and whatever follows them.
func TestTheFirstBytesTellTheType(t *testing.T) {
	s := newShelf(t)
	for _, c := range []struct {
		bytes    string
		is       blob.Type
		harmless bool
	}{
		{"\x89PNG\r\n\x1a\n" + strings.Repeat("x", 200_000), "image/png", true},
		{"\xff\xd8\xff\xe0", "image/jpeg", true},
		{"fLaC\x00\x00\x00\x22", "audio/flac", true},
		{"\x1aE\xdf\xa3\x00\x00\x42\x82\x84webm", "video/webm", true},
		{"OggS\x00", "application/ogg", true},
		{"%PDF-1.7", "application/pdf", true},
		{"event,node\nopen,/data\nclose,/data\n", "text/csv", true},
		{"event\tnode\nopen\t/data\nclose\t/data\n", "text/tab-separated-values", true},
		{"", "text/plain", true},
		{"一段话", "text/plain", true},
		{"<html><script>", "text/html", false},
		{strings.Repeat(" ", 3064) + "<script>", "text/html", false},
		{strings.Repeat(" ", 3065) + "<script>", "text/plain", true},
		{`<svg xmlns="http://www.w3.org/2000/svg">`, "image/svg+xml", false},
		{"PK\x03\x04", "application/zip", false},
		{"\x7fELF", "application/x-elf", false},
	} {
		info, err := s.now.Save(strings.NewReader(c.bytes))
		if err != nil || info.Type != c.is || info.Type.Harmless() != c.harmless {
			t.Errorf("%.20q: %s, harmless %v, %v", c.bytes, info.Type, info.Type.Harmless(), err)
		}
	}
}
