package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"doorstep/bench/process"
	"doorstep/internal/dedup"
)

// figures are what one list came to.
type figures struct {
	Set                   string
	Records               int
	True, Found, Right    int // pairs
	Precision, Recall, F1 float64
	Pairs                 int64 // compared
	PerSecond             float64
	PerCPUSecond          float64
	Seconds               float64
	MegaBytes             int
	Twins, TwinsMerged    int
	Held, HeldRight       int // by rule, for a person to decide
	Deciles               [10]decile
	Missed                int // pairs of one person that were not compared, or far from it
}

// decile is the pairs of one tenth of the probabilities.
type decile struct {
	Pairs, Right int
	Kin          int // others of one family
	Through      int // joined by a third record
	Expected     float64
}

// truth says who each record is of, and of which twin someone is the other.
type truth struct {
	person map[string]string
	twin   map[string]string // of persons
	family map[string]string // of persons, where it is known
}

// measure links a list, or two, and compares the answer with the truth.
func measure(ctx context.Context, set string, files []string, t truth) (figures, error) {
	start := time.Now()
	var comparing, compared time.Time
	var before, after time.Duration
	o := dedup.Options{Files: files, Seed: 1, Now: start, Show: func(step string, done, total int) {
		if !strings.Contains(step, "comparing") {
			return
		}
		if comparing.IsZero() {
			comparing, before = time.Now(), busy()
		}
		compared, after = time.Now(), busy()
	}}
	f, err := dedup.Find(ctx, o)
	if err != nil {
		return figures{}, err
	}
	_, most, err := process.Memory(os.Getpid())
	if err != nil {
		return figures{}, err
	}
	out := figures{Set: set, Records: f.Records, Pairs: f.Compared, Seconds: time.Since(start).Seconds(),
		PerSecond: float64(f.Compared) / compared.Sub(comparing).Seconds(), MegaBytes: most}
	out.PerCPUSecond = float64(f.Compared) / max(1e-3, (after-before).Seconds())
	out.judge(f, t)
	return out, nil
}

func (out *figures) judge(f *dedup.Found, t truth) {
	of := map[string][2]int{}
	for i, id := range f.IDs {
		n := of[t.person[id]]
		if f.First > 0 && i >= f.First {
			n[1]++
		} else {
			n[0]++
		}
		of[t.person[id]] = n
	}
	for _, n := range of {
		if f.First > 0 {
			out.True += n[0] * n[1]
		} else {
			out.True += n[0] * (n[0] - 1) / 2
		}
	}
	kept := 0
	for _, p := range f.Result.Pairs {
		a, b := t.person[f.IDs[p.A]], t.person[f.IDs[p.B]]
		if p.Held {
			out.Held++
			if a == b {
				out.HeldRight++
				kept++
			}
			continue
		}
		d := &out.Deciles[min(9, int(p.Probability*10))]
		d.Pairs++
		d.Expected += p.Probability
		if a != b && t.family[a] != "" && t.family[a] == t.family[b] {
			d.Kin++
		}
		if p.Through >= 0 {
			d.Through++
		}
		if a == b {
			d.Right++
			kept++
		}
		if p.Probability < 0.5 {
			continue
		}
		out.Found++
		if a == b {
			out.Right++
		}
		if t.twin[a] == b || t.twin[b] == a {
			out.TwinsMerged++
		}
	}
	out.Twins, out.Missed = len(t.twin), out.True-kept
	out.TwinsMerged = max(out.TwinsMerged, clustered(f, t))
	out.Precision, out.Recall = float64(out.Right)/float64(max(1, out.Found)), float64(out.Right)/float64(max(1, out.True))
	out.F1 = 2 * out.Precision * out.Recall / max(1e-9, out.Precision+out.Recall)
}

// clustered counts the twins that stand in one cluster.
func clustered(f *dedup.Found, t truth) (n int) {
	holds := map[int32]map[string]bool{}
	for i, c := range f.Result.Cluster {
		if holds[c] == nil {
			holds[c] = map[string]bool{}
		}
		holds[c][t.person[f.IDs[i]]] = true
	}
	for _, people := range holds {
		for p := range people {
			if other := t.twin[p]; other != "" && people[other] {
				n++
			}
		}
	}
	return n
}

// busy returns the processor time of this process, 0 where the system does not tell. The machine may do other work too, so pairs
// for a second of processor time tell more than pairs by the clock.
func busy() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var febrlID = regexp.MustCompile(`^rec-(\d+)-`)

// febrl reads who the records of a FEBRL file are of, from their ids.
func febrl(file string) (truth, error) {
	f, err := os.Open(file)
	if err != nil {
		return truth{}, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return truth{}, err
	}
	t := truth{person: map[string]string{}}
	for _, row := range rows[1:] {
		if m := febrlID.FindStringSubmatch(row[0]); m != nil {
			t.person[row[0]] = m[1]
		}
	}
	return t, nil
}

// febrlFolder is the folder with the FEBRL files.
func febrlFolder() string {
	return filepath.Join(cmp.Or(os.Getenv("DOORSTEP_CORPORA"), "../shared/corpora"), "febrl")
}

// writeHouseholds writes records as a list of an office, and keeps who they are of.
func writeHouseholds(file string, records []record) (truth, error) {
	t := truth{person: map[string]string{}, twin: map[string]string{}}
	f, err := os.Create(file)
	if err != nil {
		return t, err
	}
	out := csv.NewWriter(f)
	_ = out.Write([]string{"编号", "姓名", "性别", "出生日期", "证件号码", "电话", "地址", "监护人"})
	for _, r := range records {
		_ = out.Write([]string{r.id, r.name, r.sex, r.birth, r.number, r.phone, r.address, r.guardian})
		t.person[r.id] = r.person
		if r.twinOf != "" {
			t.twin[r.person] = r.twinOf
		}
	}
	out.Flush()
	return t, errors.Join(out.Error(), f.Close())
}
