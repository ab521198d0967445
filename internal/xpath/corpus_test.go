package xpath_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
	"doorstep/internal/xpath"
)

// The level reached on the corpus, in tenths of a per cent; falling below it is a regression. What testdata/collect.txt
// lists counts where the value is that of Collect; the part of the corpus that is not at hand has more of the kind.
const (
	levelAll    = 980
	levelXForms = 965
)

// atHand is how many assertions the part of the corpus has that is at hand. All of them agree but those of testdata/disagree.txt.
const atHand = 1921

type corpusCase struct {
	Kind, Expression, XML, Test string
	Context                     *string
	XForms                      bool
	Factor                      float64
	Expected                    json.RawMessage
}

// TestCorpus replays assertions recorded from ODK Web Forms: time zone America/Phoenix, today 2026-11-23.
func TestCorpus(t *testing.T) {
	excused, collects := readRows(t, "disagree.txt"), readRows(t, "collect.txt")
	var all, xforms tally
	otherwise := 0
	cases := corpora.Lines[corpusCase](t, "xpath_cases.jsonl")
	for _, c := range cases {
		why := c.check()
		key := c.Test + " | " + oneLine(c.Expression)
		if want, listed := collects[key]; listed {
			var other *otherValue
			if !errors.As(why, &other) || other.got != want {
				t.Errorf("%s: %v; Collect has %s", key, why, want)
			}
			otherwise++
			why = nil
		}
		all.count(why == nil)
		if c.XForms {
			xforms.count(why == nil)
		}
		if _, known := excused[key]; why != nil && !known {
			t.Logf("not in testdata/disagree.txt: %s: %v", key, why)
			if len(cases) == atHand {
				t.Fail()
			}
		}
	}
	fmt.Printf("xpath: %d of %d assertions agree, %d of them with Collect against Web Forms\n", all.agree, all.total, otherwise)
	fmt.Printf("xpath xforms: %d of %d assertions agree\n", xforms.agree, xforms.total)
	all.atLeast(t, levelAll)
	xforms.atLeast(t, levelXForms)
}

type tally struct{ agree, total int }

func (n *tally) count(agrees bool) {
	n.total++
	if agrees {
		n.agree++
	}
}

func (n *tally) atLeast(t *testing.T, level int) {
	if n.agree*1000 < n.total*level {
		t.Errorf("%d of %d is below %d per mille", n.agree, n.total, level)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// otherValue is the error of an assertion that gives another value than the recorded one.
type otherValue struct{ got, want string }

func (o *otherValue) Error() string { return "got " + o.got + ", want " + o.want }

// readRows reads lines "test | expression | value or reason".
func readRows(t *testing.T, name string) map[string]string {
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, line := range strings.Split(string(data), "\n") {
		parts := strings.Split(line, " | ")
		if len(parts) >= 3 && !strings.HasPrefix(line, "# ") {
			known[strings.Join(parts[:len(parts)-1], " | ")] = parts[len(parts)-1]
		}
	}
	return known
}

func (c *corpusCase) check() error {
	world, err := c.world()
	if err != nil {
		return err
	}
	expr, err := xpath.Compile(c.Expression, xpath.Env{Lazy: true, Namespaces: world.namespaces})
	if err != nil {
		return err
	}
	switch c.Kind {
	case "assertBooleanValue":
		got, err := expr.Truth(&world.Context)
		return c.compare(strconv.FormatBool(got), string(c.Expected), err)
	case "assertNumberValue", "assertNumberRounded":
		got, err := expr.Number(&world.Context)
		return c.number(got, err)
	case "assertNodeSet", "assertUnorderedNodeSet":
		got, err := expr.Nodes(&world.Context)
		return c.nodes(world, got, err)
	}
	got, err := expr.Text(&world.Context)
	return c.text(got, err)
}

func (c *corpusCase) compare(got, want string, err error) error {
	if err == nil && got != want {
		err = &otherValue{got, want}
	}
	return err
}

func (c *corpusCase) number(got float64, err error) error {
	want, parseErr := strconv.ParseFloat(strings.Trim(string(c.Expected), `"`), 64)
	if parseErr != nil {
		return parseErr
	}
	if c.Factor > 0 {
		got, want = math.Floor(got*c.Factor+0.5), math.Floor(want*c.Factor+0.5) // as JavaScript rounds
	}
	if err == nil && got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
		err = &otherValue{fmt.Sprint(got), fmt.Sprint(want)}
	}
	return err
}

func (c *corpusCase) text(got string, err error) error {
	if err != nil {
		return err
	}
	if c.Kind == "assertStringLength" {
		return c.compare(strconv.Itoa(len(got)), string(c.Expected), nil)
	}
	var want string
	if err := json.Unmarshal(c.Expected, &want); err != nil {
		return err
	}
	if c.Kind == "assertStringMatches" {
		if !regexp.MustCompile(want).MatchString(got) {
			return fmt.Errorf("got %q, want a match of %s", got, want)
		}
		return nil
	}
	return c.compare(strconv.Quote(got), strconv.Quote(want), nil)
}

func (c *corpusCase) nodes(w *world, got []*survey.Node, err error) error {
	var paths []string
	if unmarshalErr := json.Unmarshal(c.Expected, &paths); unmarshalErr != nil {
		return unmarshalErr
	}
	if err != nil {
		return err
	}
	want := map[*survey.Node]int{}
	for i, path := range paths {
		if path == w.doctype {
			continue // XPath has no such node
		}
		n, err := w.find(path)
		if err != nil {
			return err
		}
		want[n] = i
	}
	last := -1
	for _, n := range got {
		i, found := want[n]
		if !found || c.Kind == "assertNodeSet" && i <= last {
			return fmt.Errorf("unexpected or misplaced %s %q", n.Name, n.Value())
		}
		last = i
	}
	if len(got) != len(want) {
		return fmt.Errorf("got %d nodes, want %d", len(got), len(want))
	}
	return nil
}

// world is what an assertion was evaluated in.
type world struct {
	xpath.Context
	tree       *survey.Node
	doctype    string // path of the DOM's doctype node, "" if there is none
	namespaces map[string]string
	language   string
}

func (c *corpusCase) world() (*world, error) {
	tree, err := xmltree.ParseXML(strings.NewReader(strings.TrimSpace(c.XML)), xmltree.Limits{})
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("America/Phoenix")
	if err != nil {
		return nil, err
	}
	w := &world{tree: tree, namespaces: map[string]string{}}
	if strings.Contains(c.XML, "<!DOCTYPE") {
		w.doctype = "/node()[1]"
	}
	w.Now = time.Date(2026, 11, 23, 12, 0, 0, 0, zone)
	w.Random = noise{}
	if m := regexp.MustCompile(`in language '(\w+)'`).FindStringSubmatch(c.Test); m != nil {
		w.language = m[1]
	}
	w.declare(tree)
	w.form()
	if c.Context != nil {
		if w.Node, err = w.find(*c.Context); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// declare lets the expressions use the prefixes of their document.
func (w *world) declare(n *survey.Node) {
	for _, a := range n.Attrs {
		if a.Kind == survey.Namespace && a.Name != "" {
			w.namespaces[a.Name] = a.Data
		}
	}
	for _, c := range n.Children {
		w.declare(c)
	}
}

// form sets up the primary instance of an XForm; any other document is its own.
func (w *world) form() {
	w.Document, w.Node = w.tree, w.tree
	var instances []*survey.Node
	collect(w.tree, "instance", &instances)
	root := w.tree.Children[len(w.tree.Children)-1]
	if root.Name != "html" || root.Space != "http://www.w3.org/1999/xhtml" || len(instances) == 0 {
		return
	}
	w.Document, w.Node = instances[0], instances[0]
	w.Instance = func(id string) *survey.Node {
		for _, n := range instances {
			if n.Attr("id") == id {
				return n
			}
		}
		return nil
	}
	w.Itext = w.translate
}

func collect(n *survey.Node, name string, into *[]*survey.Node) {
	if n.Kind == survey.Element && n.Name == name {
		*into = append(*into, n)
	}
	for _, c := range n.Children {
		collect(c, name, into)
	}
}

func (w *world) translate(id string) xpath.Value {
	out := xpath.Value{Kind: xpath.Nodes}
	var texts []*survey.Node
	if t := w.translation(); t != nil {
		collect(t, "text", &texts)
	}
	for _, text := range texts {
		if text.Attr("id") == id {
			collect(text, "value", &out.Nodes)
		}
	}
	return out
}

func (w *world) translation() *survey.Node {
	var all []*survey.Node
	collect(w.tree, "translation", &all)
	for _, t := range all {
		for _, a := range t.Attrs {
			if w.language == "" && a.Name == "default" || w.language != "" && a.Name == "lang" && a.Data == w.language {
				return t
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

var stepPattern = regexp.MustCompile(`/(?:node\(\)\[(\d+)\]|@([^/]+))`)

// find follows a recorded path of child indexes. The DOM counts the doctype as a child of the document.
func (w *world) find(path string) (*survey.Node, error) {
	n := w.tree
	for _, m := range stepPattern.FindAllStringSubmatch(path, -1) {
		if m[2] != "" {
			if n = attribute(n, m[2]); n == nil {
				return nil, fmt.Errorf("no attribute at %s", path)
			}
			continue
		}
		i, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		if n == w.tree && w.doctype != "" {
			i--
		}
		if i < 1 || i > len(n.Children) {
			return nil, fmt.Errorf("no node at %s", path)
		}
		n = n.Children[i-1]
	}
	return n, nil
}

func attribute(n *survey.Node, name string) *survey.Node {
	prefix, local, qualified := strings.Cut(name, ":")
	if !qualified {
		prefix, local = "", name
	}
	for _, a := range n.Attrs {
		if a.Name == local && a.Prefix == prefix {
			return a
		}
	}
	return nil
}

// noise is a source of changing bytes.
type noise struct{}

func (noise) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i*73 + 41)
	}
	return len(b), nil
}
