package disk

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestRoom(t *testing.T) {
	dir := t.TempDir()
	free, total, known := space(dir)
	if !known || free <= 0 || total < free {
		t.Fatalf("free %d of %d, known %v", free, total, known)
	}
	for name, c := range map[string]struct {
		spare  Spare
		need   int64
		refuse bool
	}{
		"fits":                  {1, 1, false},
		"the disk is too small": {1, total + 1, true},
		"only the spare left":   {Spare(total + 1), 1, true},
		"usual":                 {0, total, true},
	} {
		err := c.spare.Room(dir, c.need)
		if errors.Is(err, syscall.ENOSPC) != c.refuse {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), dir) {
			t.Errorf("%s tells a path: %v", name, err)
		}
	}
	if err := Spare(1<<62).Room(dir+"/none", 1); err != nil {
		t.Errorf("a disk that cannot be asked: %v", err)
	}
}

func TestUsual(t *testing.T) {
	for total, want := range map[int64]int64{20 << 30: 1 << 30, 4 << 40: 4 << 30} {
		if got := usual(total); got != want {
			t.Errorf("of %d GB: %d MB", total>>30, got>>20)
		}
	}
}

func TestWriterStops(t *testing.T) {
	var b bytes.Buffer
	if _, err := Spare(1<<62).Writer(t.TempDir(), &b).Write([]byte("x")); !errors.Is(err, syscall.ENOSPC) || b.Len() != 0 {
		t.Errorf("%v, %d bytes written", err, b.Len())
	}
	if n, err := io.Copy(Spare(1).Writer(t.TempDir(), &b), bytes.NewReader(make([]byte, 3*every))); n != 3*every || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// A folder whose name would be a pattern is read as any other, and one that is not there holds nothing.
func TestGlob(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b]*")
	for _, name := range []string{"2/x.info", "1/y.info", "1/y", "z.info"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{filepath.Join(dir, "1", "y.info"), filepath.Join(dir, "2", "x.info")}
	if got := Glob(dir, "*/*.info"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Glob(dir+"-", "*"); len(got) != 0 {
		t.Errorf("a folder that is not there: %q", got)
	}
}
