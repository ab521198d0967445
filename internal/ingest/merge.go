package ingest

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
)

// flat is the answers of an instance by path, repeats counted from 1: children[2]/child_name.
type flat map[string]string

func flatten(root *survey.Node, f *survey.Form) flat {
	out := flat{}
	flattenInto(out, root, f.Root, "")
	return out
}

func flattenInto(out flat, node *survey.Node, q *survey.Question, prefix string) {
	for _, c := range q.Children {
		switch c.Kind {
		case survey.KindRepeat:
			n := 0
			for _, each := range node.Children {
				if each.Kind == survey.Element && each.Name == c.Name {
					n++
					flattenInto(out, each, c, prefix+c.Name+"["+strconv.Itoa(n)+"]/")
				}
			}
		case survey.KindGroup:
			if child := node.Child(c.Name); child != nil {
				flattenInto(out, child, c, prefix+c.Name+"/")
			}
		case survey.KindNone, survey.KindNote:
		default:
			if child := node.Child(c.Name); child != nil {
				if v := child.Value(); v != "" {
					out[prefix+c.Name] = asStored(c.Kind, v)
				}
			}
		}
	}
}

// asStored writes an answer as its column gives it back, so that 114.0050 is no change of 114.005.
func asStored(kind survey.Kind, answer string) string {
	value, ok := collections.Encode(kind, answer)
	if !ok {
		return answer
	}
	return collections.Decode(kind, value)
}

// unflatten builds the instance again.
func unflatten(values flat, f *survey.Form) *survey.Node {
	root := survey.NewElement(f.Name)
	for _, path := range slices.SortedFunc(maps.Keys(values), comparePaths) {
		node := root
		for _, step := range strings.Split(path, "/") {
			name, position, repeated := strings.Cut(step, "[")
			at := 1
			if repeated {
				if n, err := strconv.Atoi(strings.TrimSuffix(position, "]")); err == nil {
					at = n
				}
			}
			node = nth(node, name, at)
		}
		node.SetValue(values[path])
	}
	return root
}

// comparePaths orders repeat positions as numbers, so that instances are made in order.
func comparePaths(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range min(len(as), len(bs)) {
		if as[i] == bs[i] {
			continue
		}
		an, ap, _ := strings.Cut(strings.TrimSuffix(as[i], "]"), "[")
		bn, bp, _ := strings.Cut(strings.TrimSuffix(bs[i], "]"), "[")
		if an == bn && len(ap) != len(bp) {
			return len(ap) - len(bp)
		}
		return strings.Compare(as[i], bs[i])
	}
	return len(as) - len(bs)
}

func nth(parent *survey.Node, name string, n int) *survey.Node {
	seen := 0
	for _, c := range parent.Children {
		if c.Kind == survey.Element && c.Name == name {
			if seen++; seen == n {
				return c
			}
		}
	}
	child := survey.NewElement(name)
	parent.Add(child)
	return child
}

// threeWay merges two sets of answers that grew from the same base. Answers that only one side changed are taken from
// it; where both changed one answer differently, theirs stays and the path is a conflict.
func threeWay(base, theirs, mine flat) (merged flat, conflicts []string) {
	merged = maps.Clone(theirs)
	for _, path := range slices.SortedFunc(maps.Keys(union(base, theirs, mine)), comparePaths) {
		switch {
		case mine[path] == base[path], mine[path] == theirs[path]:
		case theirs[path] == base[path]:
			if mine[path] == "" {
				delete(merged, path)
			} else {
				merged[path] = mine[path]
			}
		default:
			conflicts = append(conflicts, path)
		}
	}
	return merged, conflicts
}

func union(sets ...flat) flat {
	all := flat{}
	for _, s := range sets {
		maps.Copy(all, s)
	}
	return all
}

// mergeWith brings what happened since the client's base into its answers; both values of a conflict are kept.
func (s *settling) mergeWith(theirs *survey.Node) error {
	form := s.d.form.Form
	stored, mine := flatten(theirs, form), flatten(s.d.inst.Root, form)
	base, err := s.answersAt(s.base(), stored)
	if err != nil {
		return err
	}
	merged, conflicts := threeWay(base, stored, mine)
	for _, path := range conflicts {
		if err := s.edit(path, stored[path], mine[path], "conflict", "open"); err != nil {
			return err
		}
	}
	s.conflicts = conflicts
	d := s.d
	if d.inst.Root, err = whole(unflatten(merged, form), d.inst.Root.Child("meta"), form); err != nil {
		return err
	}
	d.issues, d.people, d.house = nil, nil, nil
	d.check(context.Background(), s.st) // bounded by its own budget of steps
	d.checkClock(s.sender.ClockOffset, s.now)
	d.place(s.st, s.sender)
	d.name()
	return nil
}

// whole gives the tree every element of the form in form order, as a client sends it.
func whole(sparse, meta *survey.Node, f *survey.Form) (*survey.Node, error) {
	answers, err := xform.ToJSON(f, sparse)
	if err != nil {
		return nil, err
	}
	root, _ := xform.FromJSON(f, answers) // what was just written fits
	if meta != nil {
		root.Add(meta)
	}
	return root, nil
}

// answersAt is what the record said at a revision: what is stored, with the corrections since taken back. What a tablet
// sent last does not tell that, because it may have been merged.
func (s *settling) answersAt(rev int64, stored flat) (flat, error) {
	then := maps.Clone(stored)
	err := collections.Each(s.db, `SELECT id, field, before, sealed FROM edits WHERE record=? AND kind='correction' AND record_rev>? ORDER BY record_rev DESC`, []any{s.d.op.ID, rev}, func(rows *sql.Rows) error {
		var id, field, before, sealed string
		if err := rows.Scan(&id, &field, &before, &sealed); err != nil {
			return err
		}
		opened, err := collections.Open(s.db, collections.Edits, id, sealed)
		opened.Fill("before", &before)
		then[field] = before
		return err
	})
	return then, err
}

// differences keeps the history of a correction, answer by answer.
func (s *settling) differences(before *survey.Node) error {
	old, now := flatten(before, s.d.form.Form), flatten(s.d.inst.Root, s.d.form.Form)
	for _, path := range slices.SortedFunc(maps.Keys(union(old, now)), comparePaths) {
		if old[path] == now[path] {
			continue
		}
		if err := s.edit(path, old[path], now[path], "correction", "done"); err != nil {
			return err
		}
	}
	return nil
}

func (s *settling) edit(path, before, after, kind, status string) error {
	id, err := collections.NewID()
	if err != nil {
		return err
	}
	at := collections.Stamp(s.now)
	err = collections.Insert(s.db, collections.Edits, collections.Row{
		{Column: "id", Value: id}, {Column: "collection", Value: s.table()}, {Column: "record", Value: s.d.op.ID}, {Column: "field", Value: path}, {Column: "before", Value: before}, {Column: "after", Value: after},
		{Column: "record_rev", Value: s.before.Rev + 1}, {Column: "kind", Value: kind}, {Column: "status", Value: status}, {Column: "worker", Value: s.sender.Actor.ID}, {Column: "area", Value: s.before.Area},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	if err != nil {
		return fmt.Errorf("keep edit: %w", err)
	}
	return nil
}
