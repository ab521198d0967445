package instrument

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/xlsform"
)

// Library holds the compiled versions. It is read at every submission and replaced when a form is published.
type Library struct {
	mu        sync.RWMutex
	byVersion map[string]*Instrument // form id + "\n" + version
	current   map[string]*Instrument // form id → newest published
}

// NewLibrary makes an empty library; Load fills it.
func NewLibrary() *Library {
	return &Library{byVersion: map[string]*Instrument{}, current: map[string]*Instrument{}}
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

// ByTable finds the newest version whose records lie in that collection.
func (l *Library) ByTable(table string) (*Instrument, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var best *Instrument
	for _, in := range l.byVersion {
		if in.Layout.Main().Name == table && in.Status != Draft && (best == nil || in.Version > best.Version) {
			best = in
		}
	}
	if best == nil {
		return nil, false
	}
	if current, ok := l.current[best.Form.ID]; ok {
		return current, true
	}
	return best, true
}

// ByRepeat finds the newest version that keeps a repeat's rows in that collection, and the repeat's table.
func (l *Library) ByRepeat(table string) (*Instrument, *survey.Table, bool) {
	for _, in := range l.Current() {
		for _, t := range in.Layout.Tables[1:] {
			if t.Name == table {
				return in, t, true
			}
		}
	}
	return nil, nil, false
}

// Load reads every stored version and compiles it.
func (l *Library) Load(app core.App) error {
	next := NewLibrary()
	err := collections.Each(collections.Read(app), `SELECT form_id, version, status, source_name, source, xml, md5 FROM forms ORDER BY published_at, created`, nil, func(rows *sql.Rows) error {
		var id, version, status, name, source, xml, md5 string
		if err := rows.Scan(&id, &version, &status, &name, &source, &xml, &md5); err != nil {
			return err
		}
		in, err := compileStored(name, source, version)
		if err != nil {
			return fmt.Errorf("form %s version %s: %w", id, version, err)
		}
		in.Status, in.XML, in.MD5 = status, []byte(xml), md5
		next.add(in)
		return nil
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byVersion, l.current = next.byVersion, next.current
	return nil
}

func (l *Library) add(in *Instrument) {
	l.byVersion[in.Form.ID+"\n"+in.Version] = in
	if in.Status == Published {
		l.current[in.Form.ID] = in
	}
}

func compileStored(name, source, version string) (*Instrument, error) {
	raw, err := base64.StdEncoding.DecodeString(source)
	if err != nil {
		return nil, fmt.Errorf("stored workbook: %w", err)
	}
	f, err := readWorkbook(name, raw)
	if err != nil {
		return nil, err
	}
	f.Version = version
	return Compile(f)
}

func readWorkbook(name string, raw []byte) (*survey.Form, error) {
	return xlsform.Read(name, strings.NewReader(string(raw)), xlsform.Options{})
}
