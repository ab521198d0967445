package main

import (
	"testing"

	"doorstep/internal/corpora"
)

// TestFEBRL holds the smallest of the public sets against the aim; `go run ./bench/identity` measures all.
func TestFEBRL(t *testing.T) {
	file := corpora.Path(t, "febrl", "dataset1.csv")
	who, err := febrl(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := measure(t.Context(), "febrl1", []string{file}, who)
	if err != nil {
		t.Fatal(err)
	}
	if f.F1 < 0.985 || f.True != 500 {
		t.Errorf("F1 %.4f of %d pairs, want .985 of 500", f.F1, f.True)
	}
}
