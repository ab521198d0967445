package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/seal"
)

var suites = []seal.Suite{seal.AES256, seal.SM4}

var day = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func keyset(t testing.TB, suite seal.Suite) *seal.Keyset {
	t.Helper()
	ks, err := seal.NewKeyset(suite, day)
	if err != nil {
		t.Fatal(err)
	}
	return ks
}

func keys(t testing.TB, ks *seal.Keyset) *seal.Keys {
	t.Helper()
	k, err := seal.New(ks)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealOpens(t *testing.T) {
	for _, suite := range suites {
		k := keys(t, keyset(t, suite))
		for _, plain := range []string{"", "陈小明", "440307201503120018", strings.Repeat("长", 100_000)} {
			text := k.Seal([]byte(plain), "persons/1")
			got, err := k.Open(text, "persons/1")
			if err != nil || string(got) != plain {
				t.Errorf("%s: got %.20q, %v", suite, got, err)
			}
			if len(plain) > 0 && strings.Contains(text, plain) {
				t.Errorf("%s: the text shows what is sealed", suite)
			}
			if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
				t.Errorf("%s: not printable: %q", suite, text)
			}
			if text == k.Seal([]byte(plain), "persons/1") {
				t.Errorf("%s: twice the same text", suite)
			}
		}
	}
}

func TestSealedValueOpensOnlyWhereItWas(t *testing.T) {
	for _, suite := range suites {
		k := keys(t, keyset(t, suite))
		text := k.Seal([]byte("陈小明"), "persons/1")
		for _, place := range []string{"persons/2", "households/1", ""} {
			if _, err := k.Open(text, place); !errors.Is(err, seal.ErrTampered) {
				t.Errorf("%s: opened at %q: %v", suite, place, err)
			}
		}
		head, body := text[:len("ds1.00000000.")], text[len("ds1.00000000."):]
		raw, err := base64.RawURLEncoding.DecodeString(body)
		if err != nil {
			t.Fatal(err)
		}
		for i := range raw {
			raw[i] ^= 1
			if _, err := k.Open(head+base64.RawURLEncoding.EncodeToString(raw), "persons/1"); !errors.Is(err, seal.ErrTampered) {
				t.Errorf("%s: opened with byte %d changed: %v", suite, i, err)
			}
			raw[i] ^= 1
		}
		for n := range len(body) {
			if _, err := k.Open(head+body[:n], "persons/1"); !errors.Is(err, seal.ErrTampered) {
				t.Errorf("%s: opened when cut to %d: %v", suite, n, err)
			}
		}
	}
}

func TestOpenTellsWhy(t *testing.T) {
	ks := keyset(t, seal.AES256)
	k, other := keys(t, ks), keys(t, keyset(t, seal.AES256))
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"plain":       {"陈小明", seal.ErrNotSealed},
		"empty":       {"", seal.ErrNotSealed},
		"no key id":   {"ds1.x.AAAA", seal.ErrNotSealed},
		"other key":   {other.Seal([]byte("x"), "p"), seal.ErrUnknownKey},
		"no base64":   {"ds1." + ks.Primary + ".!!!!", seal.ErrTampered},
		"too short":   {"ds1." + ks.Primary + ".AAAA", seal.ErrTampered},
		"nothing":     {"ds1." + ks.Primary + ".", seal.ErrTampered},
		"other place": {k.Seal([]byte("x"), "q"), seal.ErrTampered},
	} {
		if _, err := k.Open(c.text, "p"); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestRotationKeepsWhatWasSealed(t *testing.T) {
	ks := keyset(t, seal.AES256)
	old := keys(t, ks)
	text, index := old.Seal([]byte("陈小明"), "persons/1"), old.Index("name", "陈小明")
	if err := ks.Rotate(seal.SM4, day); err != nil {
		t.Fatal(err)
	}
	k := keys(t, ks)
	if got, err := k.Open(text, "persons/1"); err != nil || string(got) != "陈小明" {
		t.Errorf("got %q, %v", got, err)
	}
	if id, ok := seal.KeyOf(k.Seal(nil, "")); !ok || id != ks.Primary || id == old.Primary() {
		t.Errorf("sealed with %s, the primary is %s", id, ks.Primary)
	}
	if k.Index("name", "陈小明") != index {
		t.Error("the blind index changed with the sealing key")
	}
	ks.RotateIndex(day)
	if again := keys(t, ks); again.Index("name", "陈小明") == index || again.IndexID() == old.IndexID() {
		t.Error("the blind index is as before")
	}
}

func TestIndex(t *testing.T) {
	for _, suite := range suites {
		k := keys(t, keyset(t, suite))
		if k.Index("a", "bc") == k.Index("ab", "c") || k.Index("a", "b") == k.Index("b", "a") {
			t.Errorf("%s: kind and value run together", suite)
		}
		if again := k.Index("a", "b"); again != k.Index("a", "b") || k.Index("a", "") != "" || len(again) != 22 {
			t.Errorf("%s: %q", suite, k.Index("a", "b"))
		}
		if k.Index("a", "b") == keys(t, keyset(t, suite)).Index("a", "b") {
			t.Errorf("%s: the same without the key", suite)
		}
	}
}

func TestRow(t *testing.T) {
	k := keys(t, keyset(t, seal.AES256))
	text := k.SealRow(seal.Row{{Column: "name", Text: "陈小明"}, {Column: "phone", Text: ""}, {Column: "note", Text: strings.Repeat("长", 1000)}}, "persons/1")
	row, err := k.OpenRow(text, "persons/1")
	if err != nil || len(row) != 3 {
		t.Fatalf("got %d columns, %v", len(row), err)
	}
	if name, ok := row.Get("name"); !ok || name != "陈小明" {
		t.Errorf("got %q", name)
	}
	if phone, ok := row.Get("phone"); !ok || phone != "" {
		t.Errorf("an empty value is lost: %q, %v", phone, ok)
	}
	if _, ok := row.Get("address"); ok {
		t.Error("found a column that is not there")
	}
	if row, err := k.OpenRow("", "persons/1"); row != nil || err != nil {
		t.Errorf("got %v, %v", row, err)
	}
	if _, err := k.OpenRow(k.Seal([]byte{200}, "p"), "p"); !errors.Is(err, seal.ErrTampered) {
		t.Errorf("got %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	ks := keyset(f, seal.AES256)
	k := keys(f, ks)
	f.Add(k.Seal([]byte("陈小明"), "p"))
	f.Add("ds1." + ks.Primary + ".AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if plain, err := k.Open(text, "p"); err == nil && !bytes.Equal(plain, []byte("陈小明")) {
			t.Errorf("opened %q as %q", text, plain)
		}
	})
}

func FuzzParse(f *testing.F) {
	b, err := keyset(f, seal.SM4).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		ks, err := seal.Parse(content)
		if err != nil {
			return
		}
		if _, err := seal.New(ks); err != nil {
			t.Errorf("parsed, but of no use: %v", err)
		}
	})
}
