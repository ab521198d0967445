package instrument

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// Library holds the compiled versions. It is read at every submission and replaced when a form is published.
type Library struct {
	refresh   sync.Mutex // one look at a time
	mu        sync.RWMutex
	byVersion map[string]*Instrument   // form id + "\n" + version
	current   map[string]*Instrument   // form id → newest published
	newest    map[string]*Instrument   // form id → newest of any status
	published map[string][]*Instrument // form id → all but drafts, as they were published
	drafts    map[string]*Instrument   // form id → draft that was uploaded last
	revision  int64                    // of the forms collection when it was read
	options   validate.Options         // what the operator has set for the rules

	interviews collections.Interviews // which records are interviews
}

// NewLibrary makes an empty library; Load fills it.
func NewLibrary() *Library {
	return &Library{byVersion: map[string]*Instrument{}, current: map[string]*Instrument{}, newest: map[string]*Instrument{},
		drafts: map[string]*Instrument{}, published: map[string][]*Instrument{}}
}

// Get finds a version; an empty version means the newest published one.
func (l *Library) Get(form, version string) (*Instrument, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if version == "" {
		in, ok := l.current[form]
		return in, ok
	}
	in, ok := l.byVersion[form+"\n"+version]
	return in, ok
}

// Current lists the newest published version of every form, by form id.
func (l *Library) Current() map[string]*Instrument {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := make(map[string]*Instrument, len(l.current))
	for k, v := range l.current {
		out[k] = v
	}
	return out
}

// Draft finds the draft of a form that was uploaded last.
func (l *Library) Draft(form string) (*Instrument, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	in, ok := l.drafts[form]
	return in, ok
}

// Newest finds the version of a form that its records are kept by, also of a form that is closed. A form that is but a draft has
// no records.
func (l *Library) Newest(form string) (*Instrument, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.newestOf(form)
}

func (l *Library) newestOf(form string) (*Instrument, bool) {
	if in, ok := l.current[form]; ok {
		return in, true
	}
	all := l.published[form]
	if len(all) == 0 {
		return nil, false
	}
	return all[len(all)-1], true
}

// Versions are all versions of a form but drafts, in the order in which they were published.
func (l *Library) Versions(form string) []*Instrument {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.published[form]
}

// Every is every version of every form.
func (l *Library) Every() []*Instrument {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Collect(maps.Values(l.byVersion))
}

// Knows reports whether there is any version of a form, also one that is a draft or closed.
func (l *Library) Knows(form string) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.newest[form] != nil
}

// ByTable finds the newest version whose records lie in that collection.
func (l *Library) ByTable(table string) (*Instrument, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for form, all := range l.published {
		if all[0].Layout.Main().Name == table {
			return l.newestOf(form)
		}
	}
	return nil, false
}

// ByRepeat finds the newest version that keeps a repeat's rows in that collection, and the repeat's table.
func (l *Library) ByRepeat(table string) (*Instrument, *survey.Table, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var best *Instrument
	var rows *survey.Table
	for form, all := range l.published {
		for _, in := range all {
			if t := in.Layout.Named(table); t != nil && t.Repeat != nil && (best == nil || best != l.current[form]) {
				best, rows = in, t
			}
		}
	}
	return best, rows, best != nil
}

// ForRecord finds the version that a stored record was made with, else the newest one of its collection.
func (l *Library) ForRecord(table, version string) (*Instrument, bool) {
	newest, ok := l.ByTable(table)
	if !ok || version == "" || version == newest.Version {
		return newest, ok
	}
	if own, known := l.Get(newest.Form.ID, version); known && own.Status != Draft {
		return own, true
	}
	return newest, true
}

// Plain are the columns of answers of a collection that tell nobody who somebody is, by every version of the form that keeps
// rows there; row reports whether it is a repeat's, ok whether it is any form's.
func (l *Library) Plain(table string) (columns []string, row, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	told := map[string]bool{}
	for _, in := range l.byVersion {
		for i, t := range in.Layout.Tables {
			if in.Status == Draft || t.Name != table {
				continue
			}
			row, ok = i > 0, true
			plain := in.Layout.Plain(t)
			for _, c := range t.Columns {
				before, known := told[c.Name]
				told[c.Name] = (before || !known) && slices.Contains(plain, c.Name)
			}
		}
	}
	for column, plain := range told {
		if plain {
			columns = append(columns, column)
		}
	}
	slices.Sort(columns)
	return columns, row, ok
}

// Tables lists the collections of all records that may arrive, in order.
func (l *Library) Tables() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var tables []string
	for _, in := range l.byVersion {
		if in.Status != Draft {
			tables = append(tables, in.Layout.Main().Name)
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}

// values are what the rules about values differ in here.
func (l *Library) values() validate.Options {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.options
}

// optionsOf reads what the operator has set for the rules.
func optionsOf(db collections.DB) (o validate.Options, err error) {
	if o.GridSuffix, err = collections.MetaValue(db, collections.GridSuffix); err != nil {
		return o, err
	}
	o.Divisions, err = collections.MetaValue(db, collections.KnownDivisions)
	return o, err
}

// Refresh reads the versions again when another process, such as the command forms publish, has changed one, or when
// the city's pattern of grid codes is another.
func (l *Library) Refresh(app core.App) error {
	l.refresh.Lock()
	defer l.refresh.Unlock()
	var now int64
	db := collections.Read(app)
	if _, err := collections.One(db, `SELECT COALESCE(SUM(rev),0) FROM forms`, nil, &now); err != nil {
		return err
	}
	options, err := optionsOf(db)
	if err != nil {
		return err
	}
	l.mu.RLock()
	same := now == l.revision && options == l.options
	l.mu.RUnlock()
	if same {
		return nil
	}
	if err := app.ReloadCachedCollections(); err != nil {
		return err
	}
	return l.load(app)
}

// Load reads every stored version, and compiles those that it does not hold already. A version that no longer compiles,
// after an upgrade of the program, is left out and logged: its records wait in quarantine, and the others are served.
func (l *Library) Load(app core.App) error {
	l.refresh.Lock() // or what is read late would take the place of what is newer
	defer l.refresh.Unlock()
	return l.load(app)
}

func (l *Library) load(app core.App) error {
	db := collections.Read(app)
	options, err := optionsOf(db)
	if err != nil {
		return err
	}
	next := NewLibrary()
	next.options = options
	err = collections.Each(db, `SELECT form_id, version, status, tablename, source_name, source, xml, md5, rev FROM forms
		ORDER BY published_at, created, id`, nil, func(rows *sql.Rows) error {
		var s stored
		if err := rows.Scan(&s.id, &s.version, &s.status, &s.table, &s.name, &s.source, &s.xml, &s.md5, &s.rev); err != nil {
			return err
		}
		next.revision += s.rev
		in, err := l.compiled(s, options)
		if err != nil {
			app.Logger().Error("a stored form does not compile", "form", s.id, "version", s.version, "error", err.Error())
			return nil
		}
		next.add(in)
		return nil
	})
	if err != nil {
		return err
	}
	for _, versions := range next.published {
		Acquaint(versions)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byVersion, l.current, l.newest, l.drafts, l.published = next.byVersion, next.current, next.newest, next.drafts, next.published
	l.revision, l.options = next.revision, next.options
	l.interviews = interviewsOf(slices.Collect(maps.Values(next.byVersion)))
	return nil
}

func (l *Library) add(in *Instrument) {
	l.byVersion[in.Form.ID+"\n"+in.Version] = in
	l.newest[in.Form.ID] = in
	if in.Status != Draft {
		l.published[in.Form.ID] = append(l.published[in.Form.ID], in)
	}
	if in.Status == Draft {
		l.drafts[in.Form.ID] = in
	}
	if in.Status == Published {
		l.current[in.Form.ID] = in
	}
}

// stored is a version as the forms collection keeps it.
type stored struct {
	id, version, status, table, name, source, xml, md5 string
	rev                                                int64
}

// compiled takes a version over from before when only its status may have changed.
func (l *Library) compiled(s stored, options validate.Options) (*Instrument, error) {
	if held, ok := l.Get(s.id, s.version); ok && options == l.values() && held.MD5 == s.md5 && held.Layout.Main().Name == s.table {
		in := *held
		in.Status = s.status
		return &in, nil
	}
	f, err := s.form()
	if err != nil {
		return nil, err
	}
	in, err := Compile(f, options)
	if err != nil {
		return nil, err
	}
	in.Status, in.XML, in.MD5 = s.status, []byte(s.xml), s.md5
	return in, nil
}

func (s *stored) form() (*survey.Form, error) {
	raw, err := base64.StdEncoding.DecodeString(s.source)
	if err != nil {
		return nil, fmt.Errorf("stored workbook: %w", err)
	}
	f, err := readWorkbook(s.name, raw, validate.Options{}, true)
	if err != nil {
		return nil, err
	}
	f.Version = s.version
	return f, nil
}

// readWorkbook fails with survey.Problems for everything that is wrong: in the sheets, and in the expressions and rules of
// what could be read of them.
func readWorkbook(name string, raw []byte, values validate.Options, published bool) (*survey.Form, error) {
	f, err := xlsform.Read(name, bytes.NewReader(raw), xlsform.Options{})
	if f != nil && !published {
		if at := xform.Exceeds(f); at != nil {
			return nil, survey.Problems{problemAt("survey", at.Row, "", "form.too_long", at.Name)}
		}
	}
	var told survey.Problems
	if f == nil || !errors.As(err, &told) {
		return f, err
	}
	if _, more := Compile(f, values); more != nil {
		err = together(told, withoutReferences(more))
	}
	return nil, together(err)
}

// withoutReferences leaves out what cannot be referred to: the sheets' own check has told of it, and a question that is
// missing because of another mistake is no second one.
func withoutReferences(err error) error {
	var all survey.Problems
	if !errors.As(err, &all) {
		return err
	}
	return slices.DeleteFunc(all, func(p survey.Problem) bool { return strings.HasSuffix(p.Code, "reference") })
}
