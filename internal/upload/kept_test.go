package upload

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"doorstep/internal/disk"
	"doorstep/internal/problem"
	"doorstep/internal/seal"
)

var errTold = errors.New("told")

// keeping are the uploads of a folder, with keys or without; what they tell is errTold and what it was.
func keeping(t *testing.T, keys *seal.Keys, spare disk.Spare) parts {
	return parts{dir: t.TempDir(), keys: keys, spare: func() disk.Spare { return spare }, told: func(err error) error {
		if err == nil {
			return nil
		}
		return errors.Join(errTold, err)
	}}
}

func newKeys(t *testing.T) *seal.Keys {
	t.Helper()
	keyset, err := seal.NewKeyset(seal.AES256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(keyset)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// bring begins an upload and brings its first bytes.
func (p parts) bring(t *testing.T, id, first string, size int) handler.Upload {
	t.Helper()
	info := handler.FileInfo{ID: id, Size: int64(size), MetaData: handler.MetaData{"name": "门口.jpg"}, Storage: map[string]string{ownerKey: "w"}}
	u, err := p.NewUpload(t.Context(), info)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := u.WriteChunk(t.Context(), 0, strings.NewReader(first)); err != nil || n != int64(len(first)) {
		t.Fatalf("%d: %v", n, err)
	}
	return u
}

// TestAnUploadIsKeptUntilItIsWhole takes an upload from its beginning to its end beside one that is not touched.
func TestAnUploadIsKeptUntilItIsWhole(t *testing.T) {
	for name, keys := range map[string]*seal.Keys{"clear": seal.Plain(), "sealed": newKeys(t)} {
		t.Run(name, func(t *testing.T) {
			p := keeping(t, keys, 1)
			p.bring(t, "other/1", "neighbour", 99)
			broken := errors.New("broken")
			n, err := p.bring(t, "tablet/1", "first", 11).WriteChunk(t.Context(), 5, io.MultiReader(strings.NewReader("sec"), iotest.ErrReader(broken)))
			if n != 3 || !errors.Is(err, broken) || !errors.Is(err, errTold) {
				t.Errorf("broken off: %d, %v", n, err)
			}
			u, err := p.GetUpload(t.Context(), "tablet/1")
			if err != nil {
				t.Fatal(err)
			}
			info, _ := u.GetInfo(t.Context())
			if info.Offset != 8 || info.Size != 11 || info.MetaData["name"] != "门口.jpg" || info.Storage[ownerKey] != "w" || whole(info) {
				t.Errorf("%+v", info)
			}
			if n, err := u.WriteChunk(t.Context(), 8, strings.NewReader("ond")); n != 3 || err != nil {
				t.Fatal(n, err)
			}
			r, err := u.GetReader(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(iotest.OneByteReader(r)); string(got) != "firstsecond" || err != nil || r.Close() != nil {
				t.Errorf("%q, %v", got, err)
			}
			if err := r.Close(); !errors.Is(err, fs.ErrClosed) {
				t.Errorf("it was not closed: %v", err)
			}
			raw, err := os.ReadFile(p.path("tablet/1") + ".info")
			if told := json.Valid(raw); err != nil || told == keys.Sealing() {
				t.Errorf("in clear beside it: %v, %v", told, err)
			}
			info, _ = u.GetInfo(t.Context())
			info.Storage = nil
			if err := errors.Join(u.(*part).FinishUpload(t.Context()), p.settled(info)); err != nil || p.size(t, "tablet/1") != 0 {
				t.Errorf("whole: %v, %d bytes", err, p.size(t, "tablet/1"))
			}
			if u, err = p.GetUpload(t.Context(), "tablet/1"); err != nil {
				t.Fatal(err)
			}
			if info, _ := u.GetInfo(t.Context()); info.Offset != 11 || !whole(info) {
				t.Errorf("whole: %+v", info)
			}
			for range 2 {
				if err := p.AsTerminatableUpload(u).Terminate(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if _, err := p.GetUpload(t.Context(), "tablet/1"); !errors.Is(err, handler.ErrNotFound) {
				t.Errorf("given up: %v", err)
			}
			if u, err = p.GetUpload(t.Context(), "other/1"); err != nil {
				t.Fatal(err)
			}
			if info, _ := u.GetInfo(t.Context()); info.Offset != 9 {
				t.Errorf("the other one: %+v", info)
			}
		})
	}
}

// TestWhatIsLostOfAnUpload changes what lies on the disk: the tablet begins anew, or is told.
func TestWhatIsLostOfAnUpload(t *testing.T) {
	const id = "tablet/1"
	sealed, other := newKeys(t), newKeys(t)
	flip := func(path string, at int) error {
		raw, err := os.ReadFile(path)
		if err == nil {
			raw[at] ^= 1
			err = os.WriteFile(path, raw, 0o600)
		}
		return err
	}
	for name, c := range map[string]struct {
		keys *seal.Keys
		do   func(p parts, path string) error
		want error // nil where it is found and cannot be read
	}{
		"no bytes":                 {sealed, func(_ parts, path string) error { return os.Remove(path) }, handler.ErrNotFound},
		"nothing beside it":        {sealed, func(_ parts, path string) error { return os.Remove(path + ".info") }, handler.ErrNotFound},
		"a folder beside it":       {sealed, func(_ parts, path string) error { return folderAt(path + ".info") }, syscall.EISDIR},
		"from before the keys":     {sealed, func(_ parts, path string) error { return os.WriteFile(path+".info", []byte("{}"), 0o600) }, handler.ErrNotFound},
		"another's beside it":      {sealed, func(p parts, path string) error { return os.Rename(p.path("other/1.info"), path+".info") }, seal.ErrTampered},
		"damaged beside it":        {sealed, func(_ parts, path string) error { return flip(path+".info", 60) }, seal.ErrTampered},
		"no JSON beside it":        {seal.Plain(), func(_ parts, path string) error { return os.WriteFile(path+".info", []byte("{"), 0o600) }, errTold},
		"another's bytes":          {sealed, func(p parts, path string) error { return os.Rename(p.path("other/1"), path) }, nil},
		"damaged bytes":            {sealed, func(_ parts, path string) error { return flip(path, 60) }, nil},
		"of a key that is no more": {other, func(parts, string) error { return nil }, seal.ErrUnknownKey},
	} {
		t.Run(name, func(t *testing.T) {
			p := keeping(t, sealed, 1)
			if !c.keys.Sealing() {
				p.keys = c.keys
			}
			p.bring(t, "other/1", "neighbour", 99)
			p.bring(t, id, "something", 99)
			if err := c.do(p, p.path(id)); err != nil {
				t.Fatal(err)
			}
			p.keys = c.keys
			u, err := p.GetUpload(t.Context(), id)
			if !errors.Is(err, c.want) || c.want != nil && !errors.Is(c.want, handler.ErrNotFound) && !errors.Is(err, errTold) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if c.want != nil {
				return
			}
			r, err := u.GetReader(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got, err := io.ReadAll(r); !errors.Is(err, seal.ErrTampered) || len(got) > 0 {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func folderAt(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }

// TestAFrameThatWasCutIsDropped cuts an upload of three frames at each place where a frame begins or ends, and beside it.
func TestAFrameThatWasCutIsDropped(t *testing.T) {
	p := keeping(t, newKeys(t), 1)
	u := p.bring(t, "a", "one", 99)
	ends := []int64{0, p.size(t, "a")}
	for at, piece := range []string{"two", "three"} {
		if _, err := u.WriteChunk(t.Context(), int64(3+3*at), strings.NewReader(piece)); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, p.size(t, "a"))
	}
	for i := len(ends) - 1; i > 0; i-- {
		for _, off := range []int64{0, -1, ends[i-1] - ends[i] + 8, ends[i-1] - ends[i] + 7, ends[i-1] - ends[i] + 1} {
			if err := os.Truncate(p.path("a"), ends[i]+off); err != nil {
				t.Fatal(err)
			}
			got, err := p.GetUpload(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			frames := i
			if off < 0 {
				frames--
			}
			want := []int64{0, 3, 6, 11}[frames]
			if info, _ := got.GetInfo(t.Context()); info.Offset != want || got.(*part).end != ends[frames] {
				t.Errorf("cut at %d: %d bytes that end at %d, want %d at %d", ends[i]+off, info.Offset, got.(*part).end, want, ends[frames])
			}
		}
	}
}

// TestWhatCannotBeWrittenIsTold has no room, and files where folders should be.
func TestWhatCannotBeWrittenIsTold(t *testing.T) {
	for name, keys := range map[string]*seal.Keys{"clear": seal.Plain(), "sealed": newKeys(t)} {
		p := keeping(t, keys, 1<<62)
		u, err := p.NewUpload(t.Context(), handler.FileInfo{ID: "tablet/1", Size: 9})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := u.WriteChunk(t.Context(), 0, bytes.NewReader(make([]byte, 9))); n != 0 || !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, errTold) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if _, err := p.NewUpload(t.Context(), handler.FileInfo{ID: "tablet/1/2"}); !errors.Is(err, syscall.ENOTDIR) || !errors.Is(err, errTold) {
			t.Errorf("%s, a file for a folder: %v", name, err)
		}
		if err := folderAt(p.path("tablet/1.info")); err != nil {
			t.Fatal(err)
		}
		if _, err := p.NewUpload(t.Context(), handler.FileInfo{ID: "tablet/1"}); !errors.Is(err, syscall.EISDIR) {
			t.Errorf("%s, a folder for a file: %v", name, err)
		}
		if err := p.settled(handler.FileInfo{ID: "tablet/1"}); !errors.Is(err, syscall.EISDIR) {
			t.Errorf("%s, settled: %v", name, err)
		}
		if err := drop(p.path("tablet/1")); err != nil {
			t.Errorf("%s, an empty folder: %v", name, err)
		}
		if n, err := u.WriteChunk(t.Context(), 0, strings.NewReader("x")); n != 0 || !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, errTold) {
			t.Errorf("%s, gone: %d, %v", name, n, err)
		}
		if _, err := u.GetReader(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s, gone: %v", name, err)
		}
	}
}

// TestOldUploadsExpire removes what got no byte for so long, with what lies beside it, and what a creation that was cut left; the rest stays.
func TestOldUploadsExpire(t *testing.T) {
	dir, before := t.TempDir(), time.Now().Add(-time.Hour)
	old, young := before.Add(-time.Second), before.Add(time.Second)
	for name, at := range map[string]time.Time{
		"t/old": old, "t/old.info": young, "t/young": young, "t/young.info": old, "t/bytes": old, "u/alone.info": old, "u/begun.info": young, "old": old,
	} {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600), os.Chtimes(path, at, at))
		if err != nil {
			t.Fatal(err)
		}
	}
	stays := []string{"old", "t/young", "t/young.info", "u/begun.info"}
	left := func(want []string) {
		t.Helper()
		names := map[string]bool{}
		for _, pattern := range []string{"*", "*/*"} {
			found, err := fs.Glob(os.DirFS(dir), pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range found {
				names[name] = true
			}
		}
		delete(names, "t")
		delete(names, "u")
		if got := slices.Sorted(maps.Keys(names)); !slices.Equal(got, want) {
			t.Errorf("left %q, want %q", got, want)
		}
	}
	if err := expire(dir, before); err != nil {
		t.Error(err)
	}
	left(stays)
	full := filepath.Join(dir, "t", "a") // a folder with something in it cannot be removed
	if err := errors.Join(os.MkdirAll(filepath.Join(full, "x"), 0o700), os.Chtimes(full, old, old)); err != nil {
		t.Fatal(err)
	}
	if err := expire(dir, young.Add(time.Second)); !errors.Is(err, syscall.ENOTEMPTY) {
		t.Errorf("%v", err)
	}
	left([]string{"old", "t/a"})
}

// TestAProblemIsSaidInTheWordsOfTheHandler has its status, its text, and when to come again where that is known.
func TestAProblemIsSaidInTheWordsOfTheHandler(t *testing.T) {
	d := &Door{}
	if err := d.told(nil); err != nil {
		t.Error(err)
	}
	if err := d.told(handler.ErrNotFound); !errors.Is(err, handler.ErrNotFound) {
		t.Error(err)
	}
	for _, code := range []problem.Code{problem.WrongDigest, problem.Busy} {
		p := problem.New(code, "what")
		var said handler.Error
		if !errors.As(d.told(p), &said) {
			t.Fatal(code)
		}
		body, err := json.Marshal(p)
		want := map[string]string{"Content-Type": "application/json"}
		if after := p.RetryAfter(); after != "" {
			want["Retry-After"] = after
		}
		if r := said.HTTPResponse; err != nil || r.StatusCode != p.Status() || r.Body != string(body) || !maps.Equal(r.Header, want) {
			t.Errorf("%+v", r)
		}
		if said.ErrorCode != string(code) || said.Message != p.Error() {
			t.Errorf("%+v", said)
		}
	}
}
