package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// bureau says how the records of the public FEBRL sets are typed again: the people are theirs, the mistakes are drawn anew.
type bureau struct {
	again    int     // duplicates of a record, at most
	mistakes int     // in a duplicate, at most
	lost     float64 // of mistakes: the cell is empty
	swapped  float64 // of mistakes: exchanged with the next cell
	other    float64 // of mistakes: the value of somebody else
	between  bool    // originals in one file, duplicates in another
}

func bureaus(set string) (bureau, bool) {
	b, ok := map[string]bureau{
		"typed":     {again: 2, mistakes: 3, lost: 0.1, swapped: 0.05, other: 0.05},
		"worn":      {again: 5, mistakes: 10, lost: 0.15, swapped: 0.1, other: 0.1},
		"sparse":    {again: 3, mistakes: 8, lost: 0.6, swapped: 0.05, other: 0.05},
		"originals": {again: 1, mistakes: 4, lost: 0.1, swapped: 0.05, other: 0.05, between: true},
	}[set]
	return b, ok
}

// originals are the rows of the public sets that are no duplicates, with the header.
func originals() (head []string, rows [][]string, err error) {
	for n := 1; n <= 3; n++ {
		f, err := os.Open(filepath.Join(febrlFolder(), fmt.Sprintf("dataset%d.csv", n)))
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		in := csv.NewReader(f)
		in.TrimLeadingSpace = true
		all, err := in.ReadAll()
		if err != nil {
			return nil, nil, err
		}
		head = all[0]
		for _, row := range all[1:] {
			if strings.HasSuffix(row[0], "-org") {
				rows = append(rows, row)
			}
		}
	}
	return head, rows, nil
}

// writeBureau writes the files, and tells who their records are of.
func writeBureau(dir string, b bureau, seed uint64) (files []string, t truth, err error) {
	head, people, err := originals()
	if err != nil {
		return nil, t, err
	}
	r := rand.New(rand.NewPCG(seed, 6))
	t = truth{person: map[string]string{}}
	lists := make([][][]string, 2)
	for n, p := range people {
		if r.Float64() < 0.4 {
			continue
		}
		for times := range 1 + r.IntN(b.again+1) {
			row := slices.Clone(p)
			row[0] = fmt.Sprintf("rec-%d-%d", n, times)
			to := 0
			if times > 0 {
				b.spoil(r, row, people)
				if b.between {
					to = 1
				}
			}
			t.person[row[0]] = fmt.Sprint(n)
			lists[to] = append(lists[to], row)
		}
	}
	for at, rows := range lists {
		if len(rows) == 0 {
			continue
		}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		file := filepath.Join(dir, []string{"people.csv", "others.csv"}[at])
		files = append(files, file)
		if err = errors.Join(err, writeRows(file, head, rows)); err != nil {
			return files, t, err
		}
	}
	return files, t, nil
}

func writeRows(file string, head []string, rows [][]string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	out := csv.NewWriter(f)
	_ = out.Write(head)
	return errors.Join(out.WriteAll(rows), f.Close())
}

// spoil makes mistakes in a row.
func (b bureau) spoil(r *rand.Rand, row []string, people [][]string) {
	for range 1 + r.IntN(b.mistakes) {
		at := 1 + r.IntN(len(row)-1)
		switch x := r.Float64(); {
		case x < b.lost:
			row[at] = ""
		case x < b.lost+b.swapped:
			next := min(at+1, len(row)-1)
			row[at], row[next] = row[next], row[at]
		case x < b.lost+b.swapped+b.other:
			row[at] = people[r.IntN(len(people))][at]
		default:
			row[at] = retyped(r, row[at])
		}
	}
}

// retyped changes, puts in, leaves out or exchanges a letter or a digit, or a blank.
func retyped(r *rand.Rand, s string) string {
	b := []byte(s)
	if len(b) == 0 {
		return s
	}
	at := r.IntN(len(b))
	letter := byte('a' + r.IntN(26))
	if b[at] >= '0' && b[at] <= '9' {
		letter = byte('0' + r.IntN(10))
	}
	switch r.IntN(5) {
	case 0:
		b[at] = letter
	case 1:
		b = slices.Insert(b, at, letter)
	case 2:
		b = slices.Delete(b, at, at+1)
	case 3:
		if blank := strings.IndexByte(s, ' '); blank > 0 {
			return s[:blank] + s[blank+1:]
		}
		b = slices.Insert(b, at, ' ')
	default:
		next := min(at+1, len(b)-1)
		b[at], b[next] = b[next], b[at]
	}
	return cmp.Or(strings.TrimSpace(string(b)), s)
}
