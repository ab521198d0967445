package dedup

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"doorstep/internal/linkage"
)

// Files are what is written.
var Files = []string{"pairs.csv", "clusters.csv", "model.json", "report.html"}

// Write puts pairs.csv, clusters.csv, model.json and report.html into the folder, which is made for its owner alone.
func (f *Found) Write(o Options) error {
	if err := os.MkdirAll(o.Out, 0o700); err != nil {
		return err
	}
	for i, write := range []func(io.Writer, Options) error{f.pairs, f.clusters, f.model, f.report} {
		if err := writeFile(filepath.Join(o.Out, Files[i]), o, write); err != nil {
			return fmt.Errorf("write %s: %w", Files[i], err)
		}
	}
	return nil
}

func writeFile(path string, o Options, write func(io.Writer, Options) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	return errors.Join(write(out, o), out.Flush(), file.Close())
}

// pairs are those that are at least so likely, the likeliest first. Evidence is the level in words and its weight in bits.
func (f *Found) pairs(w io.Writer, o Options) error {
	out := csv.NewWriter(w)
	head := []string{"a", "b", "weight", "probability", "decision"}
	for _, c := range f.Result.Model.Columns {
		head = append(head, c.Column)
	}
	_ = out.Write(append(head, "household", "through")) // errors are kept until Flush
	for _, p := range f.listed(o.Least) {
		row := []string{f.IDs[p.A], f.IDs[p.B], decimal(f.Result.Weight(p), 2), decimal(p.Probability, 6), string(p.Decision)}
		for _, e := range f.Result.Explain(p.A, p.B) {
			row = append(row, words(e))
		}
		through := ""
		if p.Through >= 0 {
			through = f.IDs[p.Through]
		}
		_ = out.Write(append(row, through))
	}
	out.Flush()
	return out.Error()
}

// listed are the pairs to write, the likeliest first.
func (f *Found) listed(least float64) (out []linkage.Pair) {
	for _, p := range f.Result.Pairs {
		if p.Probability >= least {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y linkage.Pair) int { return cmp.Compare(y.Odds, x.Odds) })
	return out
}

// words are a level in both languages and its weight.
func words(e linkage.Evidence) string {
	if !e.Given {
		return ""
	}
	return e.ZH + " " + e.EN + " " + strconv.FormatFloat(e.Bits, 'f', 1, 64)
}

func decimal(x float64, places int) string { return strconv.FormatFloat(x, 'f', places, 64) }

// clusters gives each record the number of its cluster.
func (f *Found) clusters(w io.Writer, _ Options) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"record", "cluster"})
	number := map[int32]int{}
	for i, c := range f.Result.Cluster {
		if number[c] == 0 {
			number[c] = len(number) + 1
		}
		_ = out.Write([]string{f.IDs[i], strconv.Itoa(number[c])})
	}
	out.Flush()
	return out.Error()
}

func (f *Found) model(w io.Writer, _ Options) error {
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(f.Result.Model)
}
