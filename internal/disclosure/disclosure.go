// Package disclosure finds the people that a table without names would still give away: those whose combination of sex,
// age, area and the like only few others share (k-anonymity), or whose group all gave the same sensitive answer
// (l-diversity). On demand it makes areas larger, and blanks what stays rare.
package disclosure

import (
	"errors"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
)

// Rule is what a class, the rows with the same quasi-identifiers, needs: K different persons, and L different values of
// each sensitive variable.
type Rule struct {
	K, L    int // at most 255
	Classes int // how many a table may have
}

// Row is what counts of a row of a table.
type Row struct {
	Unit      string   // what is generalised together: a household, so that its visits do not give each other away
	Subject   string   // the person that the row is about; several visits to one person are one person
	Areas     []string // the area as it stands, then as larger and larger ones; as many for every row
	Quasi     []string // the other quasi-identifiers; "" for a missing value, which is a value like others
	Sensitive []string
}

// Scan passes on the rows of a table in the order of their areas: between two rows of an area all lie in it. It is called several times
// and must give the same rows. The slices of a row may be reused for the next one.
type Scan func(table int, row func(Row) error) error

// Tables are what is assessed.
type Tables struct {
	N, Levels int // how many there are, and the length of Row.Areas
	Scan      Scan
	Small     func(table int, c Class) error // takes what is too rare, an area at a time, where nothing is suppressed
}

// ErrTooManyClasses says that the quasi-identifiers make nearly every row unique: such a table is not anonymous.
var ErrTooManyClasses = errors.New("too many combinations of quasi-identifiers")

// Result tells how exposed the released tables are.
type Result struct {
	Tables []Table
	seed   maphash.Seed
	levels map[uint64]uint8 // by unit: how often its area was made larger; absent for 0
	blank  uint8            // the level where nothing is left
}

// Table is the result for one table. Blanked rows are in Rows and Generalised, and in no class.
type Table struct {
	Rows        int64
	Classes     int64
	Smallest    int     // persons in the smallest class, at most K
	BelowK      Count   // classes with fewer than K persons
	BelowL      []Count // by sensitive variable: classes with fewer than L values
	Generalised []int64 // rows by level: [0] as they stood, the last one blanked
}

// Count is a number of classes and of the rows in them.
type Count struct{ Classes, Rows int64 }

// Class is a combination that is too rare.
type Class struct {
	Values    []string // the area first, then the quasi-identifiers
	Rows      int64
	Persons   int     // at most K
	Diversity []uint8 // different values of each sensitive variable, at most L
}

// Level is how often the area of a unit was made larger.
func (r *Result) Level(unit string) int { return int(r.levels[maphash.String(r.seed, unit)]) }

// Blank reports whether a unit shows no quasi-identifier at all.
func (r *Result) Blank(unit string) bool { return r.blank > 0 && r.Level(unit) == int(r.blank) }

// Assess counts the classes of every table. With suppress it raises the units that have a row in a small class by one level, and counts
// again, until there is no small class: units only rise, so it ends, and the last count is the proof. It holds the classes of the areas
// that the last row lies in, and of no area.
func Assess(rule Rule, of Tables, suppress bool) (*Result, error) {
	r := &Result{Tables: make([]Table, of.N), seed: maphash.MakeSeed(), levels: map[uint64]uint8{}, blank: uint8(of.Levels)}
	for {
		raised := map[uint64]uint8{}
		for i := range r.Tables {
			c := &counting{rule: rule, result: r, open: map[string]map[string]*class{}, rare: map[uint64]bool{}, suppress: suppress,
				told: func(one Class) error { return of.Small(i, one) }, table: Table{Generalised: make([]int64, of.Levels+1)}}
			err := of.Scan(i, c.row)
			if err == nil {
				err = c.pass(nil)
			}
			if err != nil {
				return nil, err
			}
			r.Tables[i] = c.table
			if len(c.rare) == 0 {
				continue
			}
			if err := of.Scan(i, func(row Row) error { return c.raise(row, raised) }); err != nil {
				return nil, err
			}
		}
		if len(raised) == 0 {
			return r, nil
		}
		maps.Copy(r.levels, raised)
	}
}

// counting is one pass over one table.
type counting struct {
	rule     Rule
	result   *Result
	table    Table
	open     map[string]map[string]*class // by area, those that more rows may come to
	areas    []string                     // of the last row
	suppress bool
	rare     map[uint64]bool // the small classes, where they are to be suppressed
	told     func(Class) error
	key      []byte
}

// class knows persons and values up to the numbers that are enough, so that its size does not grow with the table. There are as many as
// small groups of people in a city, and some tens of sensitive variables: it is kept small.
type class struct {
	rows    int64
	persons []uint64
	found   []uint8  // different values of each sensitive variable, at most L
	values  []uint64 // of each variable those that were found, but for the last that is enough
}

func (c *counting) row(row Row) error {
	if err := c.pass(row.Areas); err != nil {
		return err
	}
	level := c.result.levels[c.hash(row.Unit)]
	c.table.Rows++
	c.table.Generalised[level]++
	if level == c.result.blank {
		return nil
	}
	area := row.Areas[level]
	if c.open[area] == nil {
		c.open[area] = map[string]*class{}
	}
	key := c.keyOf(row, level)[len(area):]
	in := c.open[area][string(key)]
	if in == nil {
		if c.table.Classes == int64(c.rule.Classes) {
			return ErrTooManyClasses
		}
		c.table.Classes++
		n := len(row.Sensitive)
		in = &class{found: make([]uint8, n), values: make([]uint64, n*max(c.rule.L-1, 0))}
		c.open[area][string(key)] = in
	}
	in.rows++
	in.persons = addUpTo(c.rule.K, in.persons, c.hash(row.Subject))
	for i, v := range row.Sensitive {
		in.add(i, c.rule.L, c.hash(v))
	}
	return nil
}

// pass notes the classes of the areas that the next row does not lie in; nil are the areas after the last row.
func (c *counting) pass(areas []string) error {
	if areas != nil && slices.Equal(areas, c.areas) {
		return nil
	}
	c.areas = append(c.areas[:0], areas...)
	for _, area := range slices.Sorted(maps.Keys(c.open)) {
		if areas != nil && (area == "" || slices.Contains(areas, area)) {
			continue
		}
		classes := c.open[area]
		delete(c.open, area)
		for _, key := range slices.Sorted(maps.Keys(classes)) {
			if err := c.note(area+key, classes[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// add notes a value of the variable i, where fewer than limit are known.
func (in *class) add(i, limit int, v uint64) {
	n := int(in.found[i])
	if n == limit {
		return
	}
	own := in.values[i*(limit-1) : (i+1)*(limit-1)]
	if slices.Contains(own[:n], v) {
		return
	}
	if n < len(own) {
		own[n] = v
	}
	in.found[i]++
}

// raise notes that the unit of a row in a small class goes one level up.
func (c *counting) raise(row Row, raised map[uint64]uint8) error {
	unit := c.hash(row.Unit)
	level := c.result.levels[unit]
	if level == c.result.blank {
		return nil
	}
	if c.rare[maphash.Bytes(c.result.seed, c.keyOf(row, level))] {
		raised[unit] = level + 1
	}
	return nil
}

const separator = "\x00"

func (c *counting) keyOf(row Row, level uint8) []byte {
	c.key = append(c.key[:0], row.Areas[level]...)
	for _, q := range row.Quasi {
		c.key = append(append(c.key, separator...), q...)
	}
	return c.key
}

func (c *counting) small(in *class) bool {
	return len(in.persons) < c.rule.K || slices.ContainsFunc(in.found, func(n uint8) bool { return int(n) < c.rule.L })
}

func (c *counting) hash(s string) uint64 { return maphash.String(c.result.seed, s) }

func addUpTo(limit int, set []uint64, v uint64) []uint64 {
	if len(set) >= limit || slices.Contains(set, v) {
		return set
	}
	return append(set, v)
}

// note counts a class that no more rows come to.
func (c *counting) note(key string, in *class) error {
	t := &c.table
	if n := len(in.persons); t.Smallest == 0 || n < t.Smallest {
		t.Smallest = n
	}
	if t.BelowL == nil {
		t.BelowL = make([]Count, len(in.found))
	}
	if len(in.persons) < c.rule.K {
		t.BelowK.add(in.rows)
	}
	for i, n := range in.found {
		if int(n) < c.rule.L {
			t.BelowL[i].add(in.rows)
		}
	}
	switch {
	case !c.small(in):
		return nil
	case c.suppress:
		c.rare[maphash.String(c.result.seed, key)] = true
		return nil
	}
	return c.told(Class{Values: strings.Split(key, separator), Rows: in.rows, Persons: len(in.persons), Diversity: in.found})
}

func (n *Count) add(rows int64) {
	n.Classes++
	n.Rows += rows
}
