package seal_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/seal"
)

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := keyset(t, seal.AES256)
	if err := ks.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := keyset(t, seal.AES256).Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("wrote over a key file: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	k, err := seal.Source(path).Open(t.Context())
	if err != nil || k.Primary() != ks.Primary {
		t.Fatalf("got %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Source(path).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("took a key file that others may read: %v", err)
	}
}

// TestRotationByAnotherProcess: what it sealed with the new key opens here before anybody said that there is one.
func TestRotationByAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	ks := keyset(t, seal.AES256)
	if err := ks.Create(path); err != nil {
		t.Fatal(err)
	}
	here, err := seal.Source(path).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, index := here.Primary(), here.IndexID()
	if err := ks.Rotate(seal.AES256, day); err != nil {
		t.Fatal(err)
	}
	ks.RotateIndex(day)
	if err := ks.Replace(path); err != nil {
		t.Fatal(err)
	}
	if got, err := here.Open(keys(t, ks).Seal([]byte("x"), "p"), "p"); err != nil || string(got) != "x" {
		t.Fatalf("got %q, %v", got, err)
	}
	if here.Primary() == first || here.Primary() != ks.Primary {
		t.Errorf("seals with %s", here.Primary())
	}
	if here.IndexID() != index {
		t.Error("the blind indexes changed under a running process")
	}
	stranger := keys(t, keyset(t, seal.AES256)).Seal(nil, "p")
	for range 2 {
		if _, err := here.Open(stranger, "p"); !errors.Is(err, seal.ErrUnknownKey) {
			t.Errorf("got %v", err)
		}
	}
}

// TestAKeyThatWasTakenOut: what is sealed with a key that the keyset has no more still opens in a process that had it.
func TestAKeyThatWasTakenOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := keyset(t, seal.AES256).Create(path); err != nil {
		t.Fatal(err)
	}
	here, err := seal.Source(path).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, other := here.Seal([]byte("x"), "p"), keyset(t, seal.AES256)
	if err := other.Replace(path); err != nil {
		t.Fatal(err)
	}
	if changed, err := here.Reload(t.Context()); err != nil || !changed || here.Primary() != other.Primary {
		t.Fatalf("seals with %s, %v", here.Primary(), err)
	}
	if got, err := here.Open(text, "p"); err != nil || string(got) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSources(t *testing.T) {
	ks := keyset(t, seal.SM4)
	content, err := ks.Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := ks.Create(path); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{path, string(content), "exec:cat " + path} {
		k, err := seal.Source(s).Open(t.Context())
		if err != nil || k.Primary() != ks.Primary || !k.Sealing() {
			t.Errorf("%.10s: %v", s, err)
		}
	}
	if k, err := seal.Source(seal.PlainSource).Open(t.Context()); err != nil || k.Sealing() || k.Index("a", "b") != "b" {
		t.Errorf("plain: %v", err)
	}
	for _, s := range []string{"", "exec:", "exec:false", path + ".none", "{}", `{"version":2}`} {
		if _, err := seal.Source(s).Open(t.Context()); err == nil {
			t.Errorf("took %q", s)
		}
	}
	if _, err := seal.Source(path + ".none").Open(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestParseShowsNoSecret(t *testing.T) {
	content, err := keyset(t, seal.AES256).Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{
		strings.Replace(string(content), `"version": 1`, `"version": 9`, 1), strings.Replace(string(content), `"primary": "`, `"primary": "0`, 1),
		strings.Replace(string(content), `"secret": "`, `"secret": "AAAA`, 1), strings.Replace(string(content), "aes256-gcm", "rot13", 1), string(content) + "{", string(content[:200]),
	} {
		_, err := seal.Parse([]byte(broken))
		if err == nil {
			t.Errorf("took %.60s", broken)
			continue
		}
		for line := range strings.Lines(string(content)) {
			if secret, ok := strings.CutPrefix(strings.TrimSpace(line), `"secret": "`); ok && strings.Contains(err.Error(), secret[:20]) {
				t.Errorf("the error shows a secret: %v", err)
			}
		}
	}
}
