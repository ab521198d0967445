package seal_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/seal"
)

// fixed is a keyset whose secrets are known: bytes from 0 on for the key, from 100 on for the indexes.
const fixed = `{"version":1,"primary":"0a0b0c0d","keys":[{"id":"0a0b0c0d","suite":%[1]q,"secret":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}],` +
	`"index":{"id":"01020304","suite":%[1]q,"secret":"ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM="}}`

// TestWhatWasSealedOpens: a text, a file, blind indexes and secrets of this program as it was are the same to every later one.
func TestWhatWasSealedOpens(t *testing.T) {
	for _, c := range []struct {
		suite      seal.Suite
		text, file string
		indexes    []string
		secret     string
	}{
		{seal.AES256, "ds1.0a0b0c0d.0Sda-snuhrUFpX4yJ5wp-GBr0ywZg2Vi05eBcurLMNSrcI0QVg",
			"RFNGMTBhMGIwYzBksHvCsFoeUMxQzX5xZTPM8Bqr0nKqj/8A7c31cQ5YQQz90OF9ElND98Lb1rw8w87KYiCA72QQVbBF7xNDFY2wxw==",
			[]string{"FgwPDMCZUsqqH4T6W5bFNA", "Xw1Y8TaLpXKMuqTc8zMbdQ", "3uG8UJ38WdqyhXH1zGQiFw", "03UbG6I8gZtcEkZTyZxElQ"},
			"KWXQuP6yOfjoiLrn2nKAJ/5Yr8tcW6cQCtD7ndZcOdw="},
		{seal.SM4, "ds1.0a0b0c0d.qvwzYx4W5OTNu_9hEnXTHcq4Hr7GhLF6lqWNUef-p3R6NGVP8g",
			"RFNGMTBhMGIwYzBkVHqmfd4SD1zgSKkF/wF5EEKPFS+OwjljdIFqI2Vf3Lz+BddLtDMPwMoPEVThNDDWj9FQtXct4EROvg6xF8dkGQ==",
			[]string{"O1lzXnXvlNJ6dBXP321aSQ", "L5rCqGkuJtzQeyMZawFXVg", "MG3Ifh4ou2tK3B6L2hYwCw", "tYCKdrSxOPc-m-rMfkd9cQ"},
			"DOGFQQXxx6w4i2pJb4zX8Xryu/bqqKup2YVxLoJ4VAQ="},
	} {
		k, err := seal.Source(fmt.Sprintf(fixed, c.suite)).Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := k.Open(c.text, "persons/1"); err != nil || string(plain) != "陈小明" {
			t.Errorf("%s: the text opens as %q, %v", c.suite, plain, err)
		}
		file, err := base64.StdEncoding.DecodeString(c.file)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := readFile(k, file, "a"); err != nil || string(plain) != "陈小明" {
			t.Errorf("%s: the file opens as %q, %v", c.suite, plain, err)
		}
		indexes := []string{k.Index("name", "陈小明"), k.Index("nama", "陈小明"), k.Index("name", "陈大明"), k.Index("name陈", "小明")}
		if secret := base64.StdEncoding.EncodeToString(k.Derive("x")); !slices.Equal(indexes, c.indexes) || secret != c.secret {
			t.Errorf("%s: indexes %q, a secret %q", c.suite, indexes, secret)
		}
		if k.Primary() != "0a0b0c0d" || k.IndexID() != "01020304" || !strings.HasPrefix(c.text, seal.PrefixOf(k.Primary())) {
			t.Errorf("%s: keys %s, %s", c.suite, k.Primary(), k.IndexID())
		}
	}
	plain := seal.Plain()
	if secret := base64.StdEncoding.EncodeToString(plain.Derive("x")); secret != "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=" || plain.Primary()+plain.IndexID() != "" {
		t.Errorf("without keys: a secret %q, keys %q, %q", secret, plain.Primary(), plain.IndexID())
	}
}
