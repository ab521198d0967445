package xpath_test

import (
	"slices"
	"strings"
	"testing"

	"doorstep/internal/xpath"
)

func describe(info xpath.Info) string {
	var b strings.Builder
	for _, p := range info.Paths {
		b.WriteString([]string{".", "", "current()", "instance(" + p.Instance + ")", "()"}[p.Origin])
		for _, s := range p.Steps {
			b.WriteString("/" + s.Name)
		}
		if p.Within >= 0 {
			b.WriteString(" within " + string(rune('0'+p.Within)) + "." + string(rune('0'+p.WithinStep)))
		}
		b.WriteString("; ")
	}
	return strings.TrimSuffix(b.String(), "; ")
}

func TestInfo(t *testing.T) {
	for _, c := range []struct {
		name, source, paths string
		kind                xpath.Kind
		uses                xpath.Uses
	}{
		{"relevance", "/data/a = 'x' and ../b > 1", "/data/a; .//b", xpath.Boolean, 0},
		{"choice filter", "instance('towns')/root/item[district = /data/d]/label",
			"instance(towns)/root/item/label; ./district within 0.1; /data/d within 0.1", xpath.Nodes, 0},
		{"current in a predicate", "instance('i')/root/item[k = current()/../k]",
			"instance(i)/root/item; ./k within 0.1; current()//k within 0.1", xpath.Nodes, 0},
		{"in a predicate of a start", "(/data/a)[b]/c[d]", "()/c; /data/a; ./b within 0./; ./d within 0.0", xpath.Nodes, 0},
		{"own answer", ". > 0", "./", xpath.Boolean, xpath.UsesItself},
		{"clock", "today() - date(/data/born)", "/data/born", xpath.Number, xpath.UsesClock},
		{"random", "once(uuid())", "", xpath.Any, xpath.UsesRandom | xpath.UsesItself},
		{"seeded order is not random", "randomize(/data/l, 3)", "/data/l", xpath.Nodes, 0},
		{"order by chance", "randomize(/data/l)", "/data/l", xpath.Nodes, xpath.UsesRandom},
		{"device", "property('deviceid')", "", xpath.String, xpath.UsesDevice},
		{"labels", "jr:choice-name(/data/a, '/data/a')", "/data/a", xpath.String, xpath.UsesLabels},
		{"depends on the data", "if(/data/a, 1, 'x')", "/data/a", xpath.Any, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			info := mustCompile(t, c.source).Info
			if got := describe(info); got != c.paths {
				t.Errorf("paths %q, want %q", got, c.paths)
			}
			if info.Kind != c.kind || info.Uses != c.uses {
				t.Errorf("kind %v uses %b, want %v and %b", info.Kind, info.Uses, c.kind, c.uses)
			}
		})
	}
}

func TestInfoInstances(t *testing.T) {
	info := mustCompile(t, "concat(instance('b')/root/x, pulldata('a', 'x', 'y', 'z'), instance('b')/root/y)").Info
	if want := []string{"a", "b"}; !slices.Equal(info.Instances, want) || info.Indirect {
		t.Errorf("instances %q, indirect %v; want %q", info.Instances, info.Indirect, want)
	}
	if info := mustCompile(t, "instance(/data/which)/root").Info; !info.Indirect {
		t.Error("a computed id is not noted")
	}
}

func TestInfoOffsetsAndFunctions(t *testing.T) {
	const source = "concat(../a, string(/data/b[1]/c), string(1))"
	info := mustCompile(t, source).Info
	var cuts []string
	for _, p := range info.Paths {
		cuts = append(cuts, source[p.Offset:p.End])
	}
	if want := []string{"../a", "/data/b[1]/c"}; !slices.Equal(cuts, want) {
		t.Errorf("paths at %q, want %q", cuts, want)
	}
	if want := []string{"concat", "string"}; !slices.Equal(info.Functions, want) {
		t.Errorf("functions %q, want %q", info.Functions, want)
	}
}
