package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A territory is a set of area code prefixes. Each prefix is kept as a range [lo, hi) in worker_scopes, so that
// "may this person see this record" is a comparison that an index answers.
const (
	inScope = `(@collection.worker_scopes.worker ?= @request.auth.id && @collection.worker_scopes.lo ?<= area && @collection.worker_scopes.hi ?> area)`
	pairIn  = `(@collection.worker_scopes.worker ?= @request.auth.id && @collection.worker_scopes.lo ?<= area && @collection.worker_scopes.hi ?> area || @collection.worker_scopes:b.worker ?= @request.auth.id && @collection.worker_scopes:b.lo ?<= area_b && @collection.worker_scopes:b.hi ?> area_b)`
	active  = `@request.auth.collectionName = "workers" && @request.auth.active = true`

	anyone      = active
	manager     = active + ` && @request.auth.role = "manager"`
	managerHere = manager + ` && ` + inScope
	reviewer    = active + ` && (@request.auth.role = "supervisor" || @request.auth.role = "manager") && ` + inScope
	pairReader  = active + ` && (@request.auth.role = "supervisor" || @request.auth.role = "manager") && ` + pairIn
	capture     = active + ` && (@request.auth.role = "field" || @request.auth.role = "supervisor" || @request.auth.role = "manager") && ` + inScope
	ownTask     = active + ` && ((@request.auth.role = "field" && assignee = @request.auth.id) || ((@request.auth.role = "supervisor" || @request.auth.role = "manager") && ` + inScope + `))`
	workerSeen  = active + ` && (id = @request.auth.id || ((@request.auth.role = "supervisor" || @request.auth.role = "manager") && ` + inScope + `))`
)

func init() {
	m.Register(createRegistry, dropRegistry)
}

func createRegistry(app core.App) error {
	if err := app.Save(table{
		name: "worker_scopes",
		fields: []core.Field{
			text("worker", "workers 的 id · id of the worker"), text("lo", "区划前缀 · prefix"), text("hi", "区划上界(不含) · first code above the prefix"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_worker_scopes ON worker_scopes (worker, lo)"},
	}.collection()); err != nil {
		return err
	}
	if err := app.Save(workers()); err != nil {
		return err
	}
	for _, t := range registry {
		if err := app.Save(t.collection()); err != nil {
			return err
		}
	}
	if err := dropExample(app); err != nil {
		return err
	}
	settings := app.Settings()
	settings.Meta.AppName = "Doorstep"
	settings.Meta.HideControls = true
	settings.Batch.Enabled = false
	settings.Logs.MaxDays = 7
	settings.Logs.LogIP = false
	settings.RateLimits.Enabled = false
	return app.Save(settings)
}

// dropExample takes away PocketBase's own example of an auth collection, which lets anyone register. It does so in SQL:
// the hooks of a delete would clear the collection's files in the background, while the settings below are written.
func dropExample(app core.App) error {
	for _, statement := range []string{`DELETE FROM _collections WHERE name='users'`, `DROP TABLE users`} {
		if _, err := app.DB().NewQuery(statement).Execute(); err != nil {
			return err
		}
	}
	return app.ReloadCachedCollections()
}

func dropRegistry(app core.App) error {
	for i := len(registry) - 1; i >= 0; i-- {
		if err := drop(app, registry[i].name); err != nil {
			return err
		}
	}
	if err := drop(app, "workers"); err != nil {
		return err
	}
	return drop(app, "worker_scopes")
}

func drop(app core.App, name string) error {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	return app.Delete(c)
}

func workers() *core.Collection {
	c := core.NewAuthCollection("workers")
	c.Fields.Add(idField())
	c.Fields.Add(
		required("staff_no", "工号,用来登录 · staff number, used to sign in"),
		label("name", "姓名 · name"),
		&core.SelectField{Name: "role", Help: "角色 · role", Values: []string{"field", "supervisor", "analyst", "manager"}, MaxSelect: 1, Required: true},
		list("territory", `负责区域:区划代码前缀列表,例如 ["990101001"] · area code prefixes`),
		text("area", "负责区域的共同前缀,自动计算 · common prefix of the territory, computed"),
		truth("active", "在岗 · may sign in"),
	)
	if email, ok := c.Fields.GetByName("email").(*core.EmailField); ok {
		email.Required = false
	}
	c.Fields.Add(stamps()...)
	c.PasswordAuth.Enabled = true
	c.PasswordAuth.IdentityFields = []string{"staff_no"}
	c.AuthToken.Duration = 30 * 24 * 3600
	c.AuthRule = rule("active = true")
	c.AuthAlert.Enabled = false
	c.OTP.Enabled = false
	c.MFA.Enabled = false
	c.ListRule, c.ViewRule = rule(workerSeen), rule(workerSeen)
	c.Indexes = append(c.Indexes,
		"CREATE UNIQUE INDEX idx_workers_staff_no ON workers (staff_no)",
		"CREATE INDEX idx_workers_area ON workers (area)",
	)
	return c
}

var registry = []table{
	{
		name: "areas", list: rule(anyone), update: rule(managerHere),
		fields: []core.Field{
			required("code", "区划代码 · area code"), label("name", "名称 · name"),
			choice("level", "层级 · level", "city", "district", "street", "community", "grid"),
			text("parent", "上级代码 · code of the parent"), text("area", "与 code 相同 · same as code"),
			list("boundary", "边界 GeoJSON,WGS-84 · boundary"),
			whole("expected_households", "应访户数 · households expected"), truth("active", "启用 · in use"), whole("rev", "版本 · revision"),
		},
		indexes: []string{
			"CREATE UNIQUE INDEX idx_areas_code ON areas (code)", "CREATE INDEX idx_areas_parent ON areas (parent)",
			"CREATE INDEX idx_areas_level ON areas (level)",
		},
	},
	{
		name: "devices", list: rule(active + ` && (worker = @request.auth.id || (@request.auth.role = "manager" && ` + inScope + `))`),
		fields: []core.Field{
			label("worker", "workers 的 id · worker"), label("name", "设备名 · name"), text("app", "应用及版本 · app and version"), text("platform", "系统 · platform"),
			text("area", "使用者的区域 · area of its worker"), moment("last_contact", "最后联系 · last contact"), whole("last_seq", "已确认的最大操作号 · last acknowledged operation"),
			number("clock_offset_s", "设备钟减服务器钟,秒 · device clock minus server clock, seconds"), truth("revoked", "已吊销 · revoked"),
		},
		indexes: []string{"CREATE INDEX idx_devices_worker ON devices (worker)"},
	},
	{
		name: "campaigns", list: rule(anyone), create: rule(manager), update: rule(manager),
		fields: []core.Field{
			required("name", "名称 · name"), label("form", "表单 form_id · form"), whole("round", "轮次 · round"),
			moment("starts", "开始 · starts"), moment("ends", "结束 · ends"), list("territory", "覆盖区域前缀 · prefixes"),
			choice("hold_policy", "哪些记录须审核 · what waits for review", "all", "errors", "none"),
			choice("status", "状态 · status", "open", "closed"), whole("rev", "版本 · revision"),
		},
		indexes: []string{"CREATE INDEX idx_campaigns_form ON campaigns (form, status)"},
	},
	{
		name: "forms", list: rule(anyone),
		fields: []core.Field{
			required("form_id", "表单标识 · form id"), label("version", "版本 · version"), label("title", "标题 · title"),
			choice("status", "状态 · status", "draft", "published", "closing", "closed"), text("tablename", "记录所在的数据表 · collection of its records"),
			text("source_name", "源文件名 · name of the workbook"), secretText("source", "XLSForm 源文件,base64 · workbook", 20<<20), secretText("xml", "XForm XML", 20<<20),
			text("md5", "XML 的 MD5 · MD5 of the XML"), list("warnings", "提示 · warnings"), text("published_by", "发布人 · published by"), moment("published_at", "发布时间 · published at"), whole("rev", "版本 · revision"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_forms_version ON forms (form_id, version)"},
	},
	{
		name: "households", list: rule(capture), update: rule(managerHere),
		fields: append([]core.Field{
			label("address", "地址 · address"), text("house_code", "25 位房屋编码 · house code"), text("address_key", "规范化地址 · normalised address"),
			label("head_name", "户主 · head"), text("phone", "电话 · phone"), whole("residents", "常住人数 · residents"), truth("active", "有效 · active"),
		}, placed()...),
		indexes: []string{
			"CREATE INDEX idx_households_area ON households (area, id)", "CREATE INDEX idx_households_house_code ON households (house_code) WHERE house_code != ''",
			"CREATE INDEX idx_households_address ON households (area, address_key) WHERE address_key != ''",
		},
	},
	{
		name: "persons", list: rule(capture), update: rule(managerHere),
		fields: []core.Field{
			label("name", "姓名 · name"), text("name_key", "规范化姓名 · normalised name"), choice("sex", "性别 · sex", "male", "female"), label("birth_date", "出生日期 YYYY-MM-DD · birth date"),
			text("id_type", "证件类型 · document type"), text("id_number", "证件号码 · document number"), text("id_key", "校验通过的 18 位号码 · valid 18-digit number"),
			text("phone", "电话 · phone"), text("household", "households 的 id · household"), text("relation", "与户主关系 · relation to head"), text("merged_into", "已并入 · merged into"), truth("active", "有效 · active"),
			text("area", "区划代码 · area code"), text("source", "来源记录 · record it came from"), whole("rev", "版本 · revision"),
		},
		indexes: []string{
			"CREATE INDEX idx_persons_area ON persons (area, id)", "CREATE INDEX idx_persons_id_key ON persons (id_key) WHERE id_key != ''",
			"CREATE INDEX idx_persons_birth ON persons (birth_date, name_key)", "CREATE INDEX idx_persons_household ON persons (household)",
		},
	},
	{
		name: "submissions", list: rule(reviewer),
		fields: []core.Field{
			choice("kind", "操作 · operation", "submit", "task", "household"), choice("channel", "入口 · door", "native", "openrosa", "dashboard", "import"),
			text("worker", "采集员 · worker"), text("device", "设备 · device"), whole("seq", "设备操作号 · operation number of the device"),
			label("form", "表单 · form"), text("form_version", "表单版本 · version"), text("collection", "记录所在表 · collection of the record"), label("record", "记录 id · record"), text("instance", "实例 id · instance"), text("deprecated", "被更正的实例 · corrected instance"),
			text("sha256", "原文摘要 · digest of the raw bytes"), secretText("raw", "原文 · raw bytes", 16<<20), choice("raw_type", "原文类型 · type", "json", "xml", "form"),
			choice("outcome", "处理结果 · outcome", "stored", "conflict", "quarantined", "released", "discarded", "draft"), label("code", "隔离原因代码 · reason"), text("message", "说明 · message"),
			list("receipt", "回执 · receipt"), whole("rev", "写入的版本 · revision written"), text("area", "区划代码 · area code"), list("files", "声明的附件 · declared files"),
			text("device_time", "设备时间,仅作数据 · device time, data only"), moment("received_at", "收到时间 · received at"), text("decided_by", "放行人 · released by"),
		},
		indexes: []string{
			"CREATE UNIQUE INDEX idx_submissions_operation ON submissions (device, seq) WHERE device != '' AND seq > 0",
			"CREATE INDEX idx_submissions_instance ON submissions (instance, sha256)", "CREATE INDEX idx_submissions_record ON submissions (record, rev)",
			"CREATE INDEX idx_submissions_quarantine ON submissions (area, received_at) WHERE outcome = 'quarantined'",
		},
	},
	{
		name: "tasks", list: rule(ownTask), create: rule(reviewer), update: rule(reviewer),
		fields: []core.Field{
			choice("kind", "类型 · kind", "visit", "revisit", "correct", "follow_up"), label("assignee", "负责人 · assignee"), label("title", "标题 · title"),
			text("household", "家庭 · household"), text("person", "人员 · person"), text("collection", "记录所在表 · collection"), text("record", "记录 · record"), text("form", "表单 · form"),
			text("area", "区划代码 · area code"), text("due", "期限 YYYY-MM-DD · due"), choice("status", "状态 · status", "open", "done", "cancelled"),
			choice("priority", "优先级 · priority", "normal", "high", "urgent"), longText("note", "说明 · note", 5000), list("issues", "待改正的问题 · issues"), text("created_by", "创建人 · created by"), whole("rev", "版本 · revision"),
		},
		indexes: []string{"CREATE INDEX idx_tasks_assignee ON tasks (assignee, status)", "CREATE INDEX idx_tasks_area ON tasks (area, status)", "CREATE INDEX idx_tasks_record ON tasks (record)"},
	},
	{
		name: "reviews", list: rule(reviewer),
		fields: []core.Field{
			label("collection", "数据表 · collection"), label("record", "记录 · record"), choice("decision", "决定 · decision", "approve", "return", "reject", "reopen"), longText("comment", "意见 · comment", 5000),
			text("reviewer", "审核人 · reviewer"), text("from_state", "原状态 · from"), text("to_state", "新状态 · to"), whole("record_rev", "审核时的版本 · revision reviewed"), text("area", "区划代码 · area code"),
		},
		indexes: []string{"CREATE INDEX idx_reviews_record ON reviews (record, created)", "CREATE INDEX idx_reviews_area ON reviews (area)"},
	},
	{
		name: "edits", list: rule(reviewer),
		fields: []core.Field{
			label("collection", "数据表 · collection"), label("record", "记录 · record"), label("field", "字段路径 · field path"), longText("before", "原值 · before", 1<<20), longText("after", "新值 · after", 1<<20),
			whole("record_rev", "产生的版本 · revision made"), choice("kind", "性质 · kind", "correction", "conflict", "override"), choice("status", "状态 · status", "done", "open"),
			text("worker", "修改人 · by"), text("area", "区划代码 · area code"),
		},
		indexes: []string{"CREATE INDEX idx_edits_record ON edits (record, record_rev)", "CREATE INDEX idx_edits_open ON edits (area) WHERE status = 'open'"},
	},
	{
		name: "duplicates", list: rule(pairReader),
		fields: []core.Field{
			choice("kind", "对象 · what", "person", "household", "visit"), label("rule", "规则 · rule"), label("collection", "数据表 · collection"),
			text("a", "先有的记录 · earlier record"), text("b", "后来的记录 · later record"), text("area", "先有记录的区划 · area of a"), text("area_b", "后来记录的区划 · area of b"),
			number("score", "分值 0–1 · score"), list("evidence", "逐项证据 · evidence per field"), choice("status", "状态 · status", "open", "same", "different"),
			text("decided_by", "裁定人 · decided by"), moment("decided_at", "裁定时间 · decided at"), longText("comment", "意见 · comment", 5000),
		},
		indexes: []string{
			"CREATE UNIQUE INDEX idx_duplicates_pair ON duplicates (collection, a, b)", "CREATE INDEX idx_duplicates_area ON duplicates (area, status)", "CREATE INDEX idx_duplicates_area_b ON duplicates (area_b, status)",
		},
	},
	{
		name: "attachments", list: rule(reviewer),
		fields: []core.Field{
			text("submission", "提交 · submission"), label("collection", "数据表 · collection"), label("record", "记录 · record"), label("name", "文件名 · name"), text("sha256", "摘要 · digest"),
			whole("size", "字节 · bytes"), text("mime", "类型 · type"), choice("state", "状态 · state", "declared", "stored", "quarantined"), text("area", "区划代码 · area code"), text("worker", "采集员 · worker"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_attachments_name ON attachments (record, name)", "CREATE INDEX idx_attachments_sha ON attachments (sha256)"},
	},
	{
		name: "changes",
		fields: []core.Field{
			whole("seq", "提交顺序号 · commit order"), label("collection", "数据表 · collection"), label("record", "记录 · record"), label("target", "发往:区划代码或 w:采集员 · area code, or w: and a worker"), whole("record_rev", "版本 · revision"), choice("op", "变化 · change", "upsert", "delete", "leave"),
		},
		indexes: []string{
			"CREATE UNIQUE INDEX idx_changes_seq ON changes (seq)", "CREATE UNIQUE INDEX idx_changes_record ON changes (record, collection, target)", "CREATE INDEX idx_changes_target ON changes (target, seq)",
		},
	},
	{
		name: "audit",
		fields: []core.Field{
			whole("seq", "顺序号 · sequence"), label("actor", "谁 · who"), label("action", "做了什么 · what"), text("collection", "数据表 · collection"), label("record", "对象 · record"), text("area", "区划代码 · area code"), list("detail", "细节,不含个人信息 · detail without personal data"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_audit_seq ON audit (seq)", "CREATE INDEX idx_audit_record ON audit (record)", "CREATE INDEX idx_audit_actor ON audit (actor, created)"},
	},
	{
		name: "outbox",
		fields: []core.Field{
			label("kind", "类型 · kind"), label("record", "记录 · record"), list("payload", "内容,不含个人信息 · payload without personal data"), moment("due", "下次发送 · next try"), whole("attempts", "次数 · attempts"), moment("done_at", "完成 · done"), text("last_error", "最近错误 · last error"),
		},
		indexes: []string{"CREATE INDEX idx_outbox_due ON outbox (due) WHERE done_at = ''", "CREATE UNIQUE INDEX idx_outbox_once ON outbox (kind, record)"},
	},
	{
		name:    "meta",
		fields:  []core.Field{label("key", "键 · key"), label("value", "值 · value")},
		indexes: []string{"CREATE UNIQUE INDEX idx_meta_key ON meta (key)"},
	},
}

func placed() []core.Field {
	return []core.Field{
		point("location", "位置 WGS-84 · location"), number("accuracy_m", "精度,米 · accuracy"), text("area", "区划代码 · area code"),
		choice("area_method", "定区方法 · how the area was found", "gps", "gps_near", "house_code", "household", "worker_grid", "unassigned", "import"), number("area_confidence", "定区把握 0–1 · confidence"),
		text("merged_into", "已并入 · merged into"), text("source", "来源记录 · record it came from"), whole("rev", "版本 · revision"),
	}
}
