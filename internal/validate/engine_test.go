package validate

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"doorstep/collections/forms"
	"doorstep/internal/survey"
	"doorstep/internal/xlsform"
)

// fill is one record as ODK's engine saw it; see tools/engine-fills.
type fill struct {
	Now   time.Time
	Nodes []seen
}

// seen is one node: flags are r relevant, q required, m missing, c constraint violated.
type seen struct {
	path, flags  string
	value, given string
	container    bool
}

func (s *seen) UnmarshalJSON(b []byte) error {
	var value, given *string
	if err := json.Unmarshal(b, &[]any{&s.path, &s.flags, &value, &given}); err != nil {
		return err
	}
	if s.container = value == nil; !s.container {
		s.value, s.given = *value, *value
	}
	if given != nil {
		s.given = *given
	}
	return nil
}

func recorded(t *testing.T, name string) []fill {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var fills []fill
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var f fill
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		fills = append(fills, f)
	}
	return fills
}

func engineForm(t *testing.T, name string) *survey.Form {
	t.Helper()
	var source fs.FS = forms.Files
	file := name + ".csv"
	if _, err := os.Stat("testdata/engine/" + name + ".md"); err == nil {
		source, file = os.DirFS("testdata/engine"), name+".md"
	}
	in, err := source.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := xlsform.Read(file, in, xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestEngine fills forms as ODK's engine was filled and has to see the same: which nodes are relevant, what they hold,
// which required answers are missing and which constraints are violated.
func TestEngine(t *testing.T) {
	files, err := filepath.Glob("testdata/engine/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatal("no recordings", err)
	}
	total := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")
		t.Run(name, func(t *testing.T) {
			form := engineForm(t, name)
			logic, err := Compile(form)
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range recorded(t, file) {
				total++
				compareFill(t, logic, fmt.Sprint("fill ", i+1), survey.NewElement(form.Name), &f)
			}
		})
	}
	if total < 300 {
		t.Errorf("only %d fills", total)
	}
}

// differs are the nodes where this package goes with JavaRosa instead (decision 0010), by path without rounds.
var differs = map[string]string{
	"/data/closing/children_listed":       "rounds of a repeat that is not relevant are not counted",
	"/data/closing/children_missing_note": "depends on it",
	"/data/next":                          "date() of a number is its whole day, here that of the day before in UTC",
	"/data/day":                           "a text is no number, however much it looks like a date",
	"/data/least":                         "min() skips what is no number",
	"/data/most":                          "max() skips what is no number",
	"/data/e":                             "Infinity is a number that its name does not equal",
	"/data/person/before":                 "indexed-repeat() of round 0 is that of the first",
	"/data/oldest":                        "max() skips what is no number",
	"/data/big":                           "a choice that the filter does not offer stays, with an issue",
	"/data/district":                      "a choice that the filter does not offer stays, with an issue",
	"/data/trip/to":                       "a choice that the filter does not offer stays, with an issue",
	"/data/trip/part":                     "a choice that the filter does not offer stays, with an issue",
	"/data/trip/both":                     "depends on it",
}

var reRound = regexp.MustCompile(`\[\d+\]`)

// placed is where a node of the recording is in a run.
type placed struct {
	part *part
	spot int
}

func compareFill(t *testing.T, l *Logic, name string, root *survey.Node, f *fill) {
	places := build(l, root, f.Nodes)
	r := newRun(l)
	m := l.times(root)
	if m.now.IsZero() { // the engine had a clock
		m = moments{now: f.Now.In(survey.Zone), zone: survey.Zone}
	}
	r.begin(context.Background(), root, m)
	r.check(root)
	found := map[string]bool{}
	for _, one := range r.found {
		found[fmt.Sprint(one.issue.Code, one.part, " ", one.spot)] = true
	}
	for i := range f.Nodes {
		see, at := &f.Nodes[i], places[i]
		if differs[reRound.ReplaceAllString(see.path, "")] != "" {
			continue
		}
		p, s := at.part, &r.spots[at.part.index][at.spot]
		if relevant := strings.Contains(see.flags, "r"); relevant == s.off {
			t.Errorf("%s %s: relevant %v, want %v", name, see.path, !s.off, relevant)
		}
		if see.container {
			continue
		}
		if got := r.value(p, at.spot); !s.off && got != see.value && !sameValue(got, see.value) {
			t.Errorf("%s %s: %q, want %q", name, see.path, got, see.value)
		}
		for flag, code := range map[string]string{"m": "logic.required", "c": "logic.constraint"} {
			if got, want := found[fmt.Sprint(code, p.index, " ", at.spot)], strings.Contains(see.flags, flag); p.asked && got != want {
				t.Errorf("%s %s: %s %v, want %v", name, see.path, code, got, want)
			}
		}
	}
}

// build makes the tree that a client would send, with the calculations left out that the server can do. It returns
// where each node is going to be placed.
func build(l *Logic, root *survey.Node, nodes []seen) []placed {
	counts := make([]int, len(l.parts))
	var out []placed
	byPath := map[string]*survey.Node{"": root}
	for i := range nodes {
		_, path, _ := strings.Cut(nodes[i].path[1:], "/")
		p := l.root
		for _, step := range strings.Split(path, "/") {
			step, _, _ = strings.Cut(step, "[")
			p = p.children[p.named(step, 0)]
		}
		n := survey.NewElement(p.q.Name)
		if !nodes[i].container && !p.compute {
			n.SetValue(nodes[i].given)
		}
		byPath[path] = n
		above := path[:max(strings.LastIndexByte(path, '/'), 0)]
		byPath[above].Add(n)
		out = append(out, placed{p, counts[p.index]})
		counts[p.index]++
	}
	return out
}
