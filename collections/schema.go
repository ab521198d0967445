package collections

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/survey"
)

// Rules of survey collections, the same for every form; the access test walks them beside those of the registry.
const (
	// outside of every OR, in which SQLite would try everybody's on each row
	myScopes  = `@collection.worker_scopes.worker ?= @request.auth.id && `
	covering  = `@collection.worker_scopes.lo ?<= area && @collection.worker_scopes.hi ?> area`
	signedIn  = `@request.auth.collectionName = "workers" && @request.auth.active = true`
	reviewers = signedIn + ` && (@request.auth.role = "supervisor" || @request.auth.role = "manager") && (` + myScopes + covering + `)`
	ownOrHere = signedIn + ` && ` + myScopes +
		`((@request.auth.role = "field" && worker = @request.auth.id) || ((@request.auth.role = "supervisor" || @request.auth.role = "manager")` +
		` && ` + covering + `))`
	ownRow = signedIn + ` && ` + myScopes +
		`((@request.auth.role = "field" && visit.worker = @request.auth.id) || ((@request.auth.role = "supervisor" || @request.auth.role = ` +
		`"manager") && ` + covering + `))`
	collector = signedIn + ` && (@request.auth.role = "field" || @request.auth.role = "manager")`
)

// EnsureTables creates the collections of a form or extends them by what this version adds. It fails with a
// survey.Problems when a name is taken, when the version would change the type of a column that holds answers already,
// or when a collection would get too many columns; nothing is changed then.
func EnsureTables(app core.App, f *survey.Form) error {
	all, err := tablesOf(app, f)
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := app.Save(c); err != nil {
			return fmt.Errorf("save collection %s: %w", c.Name, err)
		}
	}
	return errors.Join(keepIssueCodes(app, all[0].Name), keepNeeds(app, all))
}

// CheckTables fails as EnsureTables would, and changes nothing.
func CheckTables(app core.App, f *survey.Form) error {
	_, err := tablesOf(app, f)
	return err
}

// tablesOf is the collections of a form as they are to be, its own first.
func tablesOf(app core.App, f *survey.Form) ([]*core.Collection, error) {
	var problems survey.Problems
	var all []*core.Collection
	main := ""
	for _, t := range f.Tables() {
		c, problem, err := collectionFor(app, f, t, main)
		if err != nil {
			return nil, fmt.Errorf("collection %s: %w", t.Name, err)
		}
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		problems = append(problems, extend(c, f, t)...)
		if t.Repeat == nil {
			main = c.Id
		}
		all = append(all, c)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return all, nil
}

// collectionFor finds the collection of a table, or makes it. It returns a problem instead where the name belongs to something else, and
// fails where that cannot be read. main is the id of the form's own collection.
func collectionFor(app core.App, f *survey.Form, t *survey.Table, main string) (*core.Collection, *survey.Problem, error) {
	c, err := app.FindCollectionByNameOrId(t.Name)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if app.HasTable(t.Name) || strings.HasPrefix(t.Name, "sqlite_") {
			return nil, taken(t), nil
		}
		return newSurveyCollection(t, main), nil, nil
	case err != nil:
		return nil, nil, err
	case c.Name != t.Name || !holds(c, t, main):
		return nil, taken(t), nil
	case t.Repeat != nil:
		return c, nil, nil
	}
	var other string
	found, err := One(Read(app), `SELECT form_id FROM forms WHERE tablename=? AND form_id!=? AND status!='draft' LIMIT 1`,
		[]any{t.Name, f.ID}, &other)
	if err != nil {
		return nil, nil, err
	}
	if found {
		return nil, shared(t.Name, other), nil
	}
	return c, nil, nil
}

// holds reports whether a collection is one that such a table has made.
func holds(c *core.Collection, t *survey.Table, main string) bool {
	if t.Repeat == nil {
		return c.IsBase() && c.Fields.GetByName("review_state") != nil
	}
	visit, ok := c.Fields.GetByName("visit").(*core.RelationField)
	return ok && visit.CollectionId == main
}

func taken(t *survey.Table) *survey.Problem {
	if t.Repeat != nil {
		return problemAt("survey", t.Repeat.Row, "name", "form.table_taken", t.Name)
	}
	return problemAt("settings", 0, "table", "form.table_taken", t.Name)
}

func shared(table, form string) *survey.Problem {
	return problemAt("settings", 0, "table", "form.table_shared", table, form)
}

func newSurveyCollection(t *survey.Table, main string) *core.Collection {
	c := core.NewBaseCollection(t.Name)
	c.Fields.Add(idField())
	if t.Repeat == nil {
		c.Fields.Add(envelope()...)
		c.ListRule, c.ViewRule = new(ownOrHere), new(ownOrHere)
		c.CreateRule, c.UpdateRule = new(collector), new(reviewers)
		c.Indexes = []string{
			index(t.Name, "area", "area, id, review_state, received_at, household, outcome, person, form_version, worker, campaign"),
			index(t.Name, "waiting", waitingPlace) + " WHERE " + waiting,
			index(t.Name, "worker", "worker, id, review_state"),
			index(t.Name, "household", "household, campaign"), index(t.Name, "person", "person"), index(t.Name, "received", "received_at"),
			index(t.Name, "state", "review_state, received_at, id, area"),
			index(t.Name, "district", DistrictOf("area")+", review_state, received_at, id, area"),
		}
	} else {
		c.Fields.Add(repeatEnvelope(main)...)
		c.ListRule, c.ViewRule = new(ownRow), new(ownRow)
		c.Indexes = []string{index(t.Name, "visit", "visit, position"), index(t.Name, "person", "person"), index(t.Name, "area", "area")}
	}
	c.Fields.Add(&core.AutodateField{Name: "created", OnCreate: true}, &core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
	return c
}

// waiting are the records that a reviewer has to look at. The index of them is by the place as the view review_queue writes it.
const (
	waiting      = "review_state = 'received' OR review_state = 'has_issues' OR review_state = 'edited'"
	waitingPlace = "CAST(area AS TEXT)"
)

func index(table, name, columns string) string {
	return fmt.Sprintf("CREATE INDEX `idx_%s_%s` ON `%s` (%s)", table, name, table, columns)
}

func idField() core.Field {
	return &core.TextField{Id: "text3208210256", Name: "id", System: true, PrimaryKey: true, Required: true, Min: 4, Max: 36,
		Pattern: `^[a-z0-9-]+$`, AutogeneratePattern: `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`,
		Help: "UUID 由采集端生成 · made by the client"}
}

func envelope() []core.Field {
	text := func(name, help string) core.Field { return &core.TextField{Name: name, Help: help} }
	label := func(name, help string) core.Field {
		return &core.TextField{Name: name, Help: help, Presentable: true}
	}
	return []core.Field{
		text("form", "表单 · form"), text("form_version", "表单版本 · version"), text("campaign", "任务批次 · campaign"), text("worker", "采集员 · worker"),
		text("device", "设备 · device"),
		text("started_at", "开始时间 · started"), label("finished_at", "结束时间 · finished"),
		&core.DateField{Name: "received_at", Help: "收到时间 · received"},
		text("outcome", "走访结果 · disposition"), &core.GeoPointField{Name: "location", Help: "位置 WGS-84 · location"},
		&core.NumberField{Name: "accuracy_m", Help: "精度，米 · accuracy"},
		label("area", "区划代码 · area code"),
		&core.SelectField{Name: "area_method", Help: "定区方法 · how the area was found",
			Values: []string{"gps", "gps_near", "house_code", "household", "worker_grid", "unassigned", "import", "manual"}, MaxSelect: 1},
		&core.NumberField{Name: "area_confidence", Help: "定区把握 0–1 · confidence"},
		text("household", "家庭 · household"), text("person", "人员 · person"),
		&core.SelectField{Name: "review_state", Help: "审核状态 · review state", Values: []string{Received, HasIssues, Returned, Edited, Approved,
			Rejected}, MaxSelect: 1, Presentable: true},
		&core.JSONField{Name: "issues", Help: "发现的问题 · issues", MaxSize: 1 << 20},
		&core.NumberField{Name: "rev", Help: "版本 · revision", OnlyInt: true},
		&core.BoolField{Name: "complete", Help: "附件齐全 · all files are here"},
		sealedField(),
	}
}

func repeatEnvelope(main string) []core.Field {
	text := func(name, help string) core.Field { return &core.TextField{Name: name, Help: help} }
	return []core.Field{
		&core.RelationField{Name: "visit", Help: "所属记录 · record", CollectionId: main, MaxSelect: 1, CascadeDelete: true, Presentable: true},
		text("parent_row", "上级重复组的行 · row of the outer repeat"),
		&core.NumberField{Name: "position", Help: "第几个 · position, from 1", OnlyInt: true, Presentable: true},
		text("person", "人员 · person"), text("household", "家庭 · household"), text("area", "区划代码 · area code"),
		&core.NumberField{Name: "rev", Help: "版本 · revision", OnlyInt: true},
		sealedField(),
	}
}

// sealedField keeps the answers that name somebody, enciphered; nobody is shown it.
func sealedField() core.Field {
	return &core.TextField{Name: SealedColumn, Help: "加密保存的内容 · what is sealed of this row", Hidden: true, Max: 32 << 20}
}

// maxColumns is how many columns SQLite gives a table.
const maxColumns = 2000

// extend adds the columns that c lacks and widens choice lists; it reports columns whose type would change, and the
// first that does not fit any more.
func extend(c *core.Collection, f *survey.Form, t *survey.Table) survey.Problems {
	var problems survey.Problems
	fields := slices.Clone([]core.Field(c.Fields))
	index := map[string]core.Field{}
	for _, have := range fields {
		index[strings.ToLower(have.GetName())] = have
	}
	var added []core.Field
	for _, col := range t.Columns {
		if col.Name == "outcome" && t.Repeat == nil {
			continue
		}
		have := index[col.Name]
		if have == nil {
			if added = append(added, fieldFor(f, col)); len(fields)+len(added) > maxColumns {
				return append(problems, tooMany(col, len(fields)))
			}
			continue
		}
		if err := widen(have, f, col); err != nil {
			problems = append(problems, TypeChanged(c.Name, col))
		}
	}
	c.Fields.AddAt(max(len(c.Fields)-2, 0), added...) // before created and updated
	return problems
}

func tooMany(col survey.Column, own int) survey.Problem {
	return *problemAt("survey", col.Question.Row, "name", "form.too_many_questions", col.Question.Name, maxColumns-own)
}

// TypeChanged tells of a question that would change the type of its column.
func TypeChanged(table string, col survey.Column) survey.Problem {
	return *problemAt("survey", col.Question.Row, "type", "form.type_changed", col.Question.Name, table)
}

var errOtherType = errors.New("other type")

// widen lets a column take what this version may answer. A column without a list of values takes any choice; one with a
// list gets the new ones, and keeps those that are not offered any more.
func widen(have core.Field, f *survey.Form, col survey.Column) error {
	kind := col.Question.Kind
	several := kind == survey.KindSelectMultiple || kind == survey.KindRank
	list, ok := have.(*core.SelectField)
	if !ok {
		if several && have.Type() == core.FieldTypeJSON || kind == survey.KindSelectOne && have.Type() == core.FieldTypeText ||
			have.Type() == fieldFor(f, col).Type() {
			return nil
		}
		return errOtherType
	}
	names := choiceNames(f, col.Question)
	if list.IsMultiple() != several || len(names) == 0 {
		return errOtherType
	}
	for _, v := range names {
		if !slices.Contains(list.Values, v) {
			list.Values = append(list.Values, v)
		}
	}
	if several {
		list.MaxSelect = len(list.Values)
	}
	return nil
}

// fieldFor is the typed column of a question. Numbers are JSON columns that hold a number or null: PocketBase's number
// column cannot tell "not answered" from 0, and for a survey that is the difference between missing and none.
func fieldFor(f *survey.Form, col survey.Column) core.Field {
	help := helpText(col.Question)
	names := choiceNames(f, col.Question)
	switch col.Question.Kind {
	case survey.KindInteger, survey.KindDecimal:
		return &core.JSONField{Name: col.Name, Help: help, MaxSize: 64}
	case survey.KindGeopoint, survey.KindGeotrace, survey.KindGeoshape:
		return &core.JSONField{Name: col.Name, Help: help, MaxSize: 1 << 20}
	case survey.KindSelectOne:
		if len(names) > 0 {
			return &core.SelectField{Name: col.Name, Help: help, Values: names, MaxSelect: 1}
		}
		return &core.TextField{Name: col.Name, Help: help, Max: 1 << 16}
	case survey.KindSelectMultiple, survey.KindRank:
		if len(names) > 1 {
			return &core.SelectField{Name: col.Name, Help: help, Values: names, MaxSelect: len(names)}
		}
		return &core.JSONField{Name: col.Name, Help: help, MaxSize: 1 << 16}
	default:
		return &core.TextField{Name: col.Name, Help: help, Max: 1 << 16}
	}
}

// choiceNames are the values of a list that the workbook itself holds; nil where they come from a file.
func choiceNames(f *survey.Form, q *survey.Question) []string {
	list := f.Lists[q.List]
	if list == nil || q.ItemsFile != "" || q.ItemsRepeat != "" {
		return nil
	}
	var names []string
	for _, c := range list.Choices {
		if c.Name != "" && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// mostHelp bounds the help of a field, in bytes; PocketBase refuses to save more.
const mostHelp = 300

func helpText(q *survey.Question) string {
	zh, en := q.Label.Tagged("zh"), q.Label.Tagged("en")
	s := zh
	if en != "" && en != zh {
		s += " · " + en
	}
	s = strings.Join(strings.Fields(s), " ")
	n := 0
	for at := range s {
		if n++; n > 120 || at > mostHelp-len("…")-utf8.UTFMax {
			return s[:at] + "…"
		}
	}
	return s
}
