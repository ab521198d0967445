package seal_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"doorstep/internal/seal"
)

func sealedFile(t testing.TB, k *seal.Keys, plain []byte, name string) []byte {
	t.Helper()
	var body bytes.Buffer
	w, err := k.NewWriter(&body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, iotest.OneByteReader(bytes.NewReader(plain[:min(len(plain), 100)]))); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain[min(len(plain), 100):]); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return append(w.Header(name), body.Bytes()...)
}

func readFile(k *seal.Keys, sealed []byte, name string) ([]byte, error) {
	r, err := k.NewReader(bytes.NewReader(sealed), name)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 3)
	}
	return b
}

const segment = 64<<10 - 16 // of plain bytes

var fileSizes = []int{0, 1, segment - 1, segment, segment + 1, 2 * segment, 3*segment + 77}

func TestFileOpens(t *testing.T) {
	for _, suite := range suites {
		k := keys(t, keyset(t, suite))
		for _, n := range fileSizes {
			sealed := sealedFile(t, k, pattern(n), "a")
			got, err := readFile(k, sealed, "a")
			if err != nil || !bytes.Equal(got, pattern(n)) {
				t.Errorf("%s, %d bytes: got %d, %v", suite, n, len(got), err)
			}
			if size := seal.PlainSize(int64(len(sealed))); size != int64(n) {
				t.Errorf("%s, %d bytes: said to be %d", suite, n, size)
			}
		}
	}
}

func TestFileThatWasChangedDoesNotOpen(t *testing.T) {
	k := keys(t, keyset(t, seal.AES256))
	plain := pattern(3*segment + 77)
	sealed := sealedFile(t, k, plain, "a")
	body := func(i int) []byte { return sealed[seal.HeaderSize+i*(segment+16):] }
	swapped := bytes.Clone(sealed)
	copy(swapped[seal.HeaderSize:], body(1)[:segment+16])
	copy(swapped[seal.HeaderSize+segment+16:], body(0)[:segment+16])
	for name, changed := range map[string][]byte{
		"cut at a segment": sealed[:seal.HeaderSize+2*(segment+16)], "cut within one": sealed[:len(sealed)-1], "only a header": sealed[:seal.HeaderSize],
		"longer": append(bytes.Clone(sealed), 0), "segments swapped": swapped,
		"the header of another": append(bytes.Clone(sealedFile(t, k, plain, "a")[:seal.HeaderSize]), sealed[seal.HeaderSize:]...),
	} {
		if got, err := readFile(k, changed, "a"); !errors.Is(err, seal.ErrTampered) {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
	}
	for i := 12; i < len(sealed); i += 1 + i/5 { // after magic and key id
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := readFile(k, changed, "a"); !errors.Is(err, seal.ErrTampered) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	if _, err := readFile(k, sealed, "b"); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("opened under another name: %v", err)
	}
	if _, err := readFile(keys(t, keyset(t, seal.AES256)), sealed, "a"); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("with another key: %v", err)
	}
	if _, err := readFile(k, []byte("plain"), "a"); !errors.Is(err, seal.ErrNotSealed) {
		t.Errorf("a plain file: %v", err)
	}
}

func TestFileSeeks(t *testing.T) {
	k := keys(t, keyset(t, seal.AES256))
	for _, n := range fileSizes {
		plain := pattern(n)
		f, err := k.NewFile(bytes.NewReader(sealedFile(t, k, plain, "a")), "a")
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(f, plain); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func FuzzFile(f *testing.F) {
	k := keys(f, keyset(f, seal.AES256))
	f.Add(sealedFile(f, k, pattern(100), "a"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := readFile(k, sealed, "a"); err == nil && !bytes.Equal(plain, pattern(100)) {
			t.Errorf("opened what was never sealed: %d bytes", len(plain))
		}
	})
}
