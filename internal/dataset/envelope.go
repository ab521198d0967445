package dataset

import (
	"doorstep/collections"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

var (
	pseudonymised = survey.WordsOf("换成本次导出专用的代号", "replaced by a code of this export alone")
	aboveGrid     = survey.WordsOf("只到社区，不到网格", "to the community, not to the grid")
	staff         = survey.WordsOf("采集员的身份", "tells who the worker is")
)

var stateChoices = []Choice{
	{collections.Received, "已收到", "received"}, {collections.HasIssues, "有问题", "has issues"}, {collections.Returned, "已退回", "returned"},
	{collections.Edited, "已修改", "edited"}, {collections.Approved, "已通过", "approved"}, {collections.Rejected, "已拒绝", "rejected"},
}

var methodChoices = []Choice{
	{"gps", "定位在网格内", "position inside the grid"}, {"gps_near", "定位在网格附近", "position near the grid"}, {"house_code", "房屋编码", "house code"},
	{"household", "住户登记", "register of households"}, {"worker_grid", "采集员的网格", "the worker's grid"}, {"unassigned", "未确定", "not found"},
	{"import", "导入", "import"}, {"manual", "审核人员指定", "a reviewer said so"},
}

// envelope is what every record has beside its answers.
func (p *plan) envelope(a *answerTable) []source {
	list := []source{
		p.idSource("m.id", "id", "记录编号", "id of the record", false),
		p.textSource("m.form_version", "form_version", "问卷版本", "version of the form"),
		p.textSource("m.campaign", "campaign", "任务批次", "campaign"),
	}
	list = append(list, p.areaSources()...)
	list = append(list,
		p.choiceSource("m.area_method", variable{Name: "area_method", ZH: "区划的确定方法", EN: "how the area was found", Type: "select one",
			Choices: methodChoices, Missing: blankSystem}),
		p.outcome(a),
		p.choiceSource("m.review_state", variable{Name: "review_state", ZH: "审核状态", EN: "review state", Type: "select one", Choices: stateChoices,
			Missing: blankSystem}),
		p.momentSource("m.started_at", "started_at", "开始时间（设备时钟）", "begun, by the tablet's clock"),
		p.momentSource("m.finished_at", "finished_at", "结束时间（设备时钟）", "finished, by the tablet's clock"),
		p.momentSource("m.received_at", "received_at", "收到时间（服务器时钟，中国标准时间）", "received, by the server's clock, China Standard Time"),
		p.idSource("m.household", "household", "住户编号", "id of the household", true),
		p.idSource("m.person", "person", "人员编号", "id of the person", true),
		p.numberSource("m.rev", "rev", "第几次修改", "revision"),
		p.numberSource("CASE WHEN json_valid(m.issues) THEN json_array_length(m.issues) END", "issues", "发现的问题数", "number of issues found"),
		p.numberSource("m.complete", "complete", "附件齐全（1 = 是）", "all files are here (1 = yes)"),
		p.onlyIdentified("m.worker", variable{Name: "worker", ZH: "采集员", EN: "worker", Type: "id", Missing: blankSystem}, staff),
		p.onlyIdentified("m.device", variable{Name: "device", ZH: "设备", EN: "tablet", Type: "id", Missing: blankSystem}, sensitive.DeviceOf),
	)
	return append(list, p.location()...)
}

// repeatEnvelope is what a row of a repeat has beside its answers.
func (p *plan) repeatEnvelope(a *answerTable) []source {
	list := []source{
		p.idSource("r.id", "id", "行编号", "id of the row", false),
		p.idSource("r.visit", "visit", "所属记录的编号", "id of the record", false),
	}
	if a.nested {
		list = append(list, p.idSource("r.parent_row", "parent_row", "上级重复组的行编号", "id of the row of the outer repeat", false))
	}
	return append(list,
		p.numberSource("r.position", "position", "第几个，从 1 起", "place in the repeat, from 1"),
		p.idSource("r.household", "household", "住户编号", "id of the household", true),
		p.idSource("r.person", "person", "人员编号", "id of the person", true),
	)
}

func (p *plan) textSource(expr, name, zh, en string) source {
	return source{expr, []variable{{Name: name, ZH: zh, EN: en, Type: "text", Missing: blankSystem}},
		func(cells []any, v any, _ string) { cells[0] = text(v) }}
}

func (p *plan) numberSource(expr, name, zh, en string) source {
	return source{expr, []variable{{Name: name, ZH: zh, EN: en, Type: "number", Numeric: true, Missing: blankSystem}},
		func(cells []any, v any, _ string) { cells[0] = number(v) }}
}

// idSource shows an id, or its pseudonym; merged ones as the one that remains.
func (p *plan) idSource(expr, name, zh, en string, merged bool) source {
	v := variable{Name: name, ZH: zh, EN: en, Type: "id", Missing: blankSystem, Identifier: true, Why: &pseudonymised}
	if p.identified {
		v.Why = nil
	}
	return source{expr, []variable{v}, func(cells []any, value any, _ string) {
		if merged {
			value = p.survivor(value)
		}
		cells[0] = p.id(value)
	}}
}

func (p *plan) momentSource(expr, name, zh, en string) source {
	v := variable{Name: name, ZH: zh, EN: en, Type: "moment", Missing: blankSystem, Identifier: true, Why: &sensitive.MomentOf}
	if p.identified {
		return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = local(value) }}
	}
	return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = day(value) }}
}

func (p *plan) onlyIdentified(expr string, v variable, why survey.Words) source {
	if !p.identified {
		return leftOut(v, why)
	}
	v.Identifier, v.Why = true, &why
	return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = text(value) }}
}

// areaSources are the area's code and the names of the areas around it.
func (p *plan) areaSources() []source {
	names := []variable{
		{Name: "area", ZH: "区划代码", EN: "area code"},
		{Name: "area/city", ZH: "市", EN: "city"}, {Name: "area/district", ZH: "区县", EN: "district"},
		{Name: "area/street", ZH: "街道", EN: "street"}, {Name: "area/community", ZH: "社区", EN: "community"},
		{Name: "area/grid", ZH: "网格", EN: "grid"},
	}
	for i := range names {
		names[i].Type, names[i].Missing = areaType, blankSystem
	}
	if p.identified {
		return []source{{"m.area", names, func(cells []any, v any, _ string) { p.places.fill(cells, v, gridLevel) }}}
	}
	names[0].Why = &aboveGrid
	last := len(names) - 1
	return []source{
		{"m.area", names[:last], func(cells []any, v any, _ string) { p.places.fill(cells, v, communityLevel) }},
		leftOut(names[last], aboveGrid),
	}
}

// outcome is the envelope's disposition, with the choices of the question of that name.
func (p *plan) outcome(a *answerTable) source {
	v := variable{Name: "outcome", ZH: "走访结果", EN: "disposition of the visit", Type: "text", Missing: blankSystem}
	for _, c := range a.columns {
		if c.name == "outcome" {
			v.ZH, v.EN, v.Type, v.Choices = c.question.Label.Tagged("zh"), c.question.Label.Tagged("en"), c.question.Type, choicesOf(c.choices)
		}
	}
	p.outcomes = v.Choices
	if v.Choices == nil { // filled by another system: a code or nothing that we know
		return p.onlyIdentified("m.outcome", v, sensitive.FreeText)
	}
	return p.choiceSource("m.outcome", v)
}

// location is where the record was made. A record without a place has 0, 0 and no accuracy.
func (p *plan) location() []source {
	part := func(name, zh, en string) variable {
		return variable{Name: name, ZH: zh, EN: en, Type: "geopoint", Numeric: true, Missing: blankSystem, Identifier: true,
			Why: &sensitive.ExactPlace}
	}
	if !p.identified {
		return []source{leftOut(part("location", "位置，WGS-84", "place, WGS-84"), sensitive.ExactPlace)}
	}
	return []source{
		{"m.location", []variable{part("location/lat", "纬度，WGS-84", "latitude, WGS-84"), part("location/lon", "经度，WGS-84", "longitude, WGS-84")},
			func(cells []any, v any, _ string) {
				var all [4]any
				point(all[:], v)
				if copy(cells, all[:2]); all[0] == 0.0 && all[1] == 0.0 {
					clear(cells)
				}
			}},
		{"NULLIF(m.accuracy_m,0)", []variable{part("location/accuracy", "精度，米", "accuracy in metres")},
			func(cells []any, v any, _ string) { cells[0] = number(v) }},
	}
}
