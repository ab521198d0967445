package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(createOpenrosa, dropOpenrosa)
}

func createOpenrosa(app core.App) error {
	for _, t := range openrosaTables {
		if err := app.Save(t.collection()); err != nil {
			return err
		}
	}
	submissions, err := app.FindCollectionByNameOrId("submissions")
	if err != nil {
		return err
	}
	submissions.AddIndex("idx_submissions_deprecated", false, "deprecated", "deprecated != ''")
	return app.Save(submissions)
}

func dropOpenrosa(app core.App) error {
	submissions, err := app.FindCollectionByNameOrId("submissions")
	if err != nil {
		return err
	}
	submissions.RemoveIndex("idx_submissions_deprecated")
	if err := app.Save(submissions); err != nil {
		return err
	}
	for i := len(openrosaTables) - 1; i >= 0; i-- {
		if err := drop(app, openrosaTables[i].name); err != nil {
			return err
		}
	}
	return nil
}

// openrosaTables are what the ODK door needs beside the registry. Nobody reads app_tokens over REST.
var openrosaTables = []table{
	{
		name: "app_tokens",
		fields: []core.Field{
			secretText("sha256", "令牌摘要,不存令牌本身 · digest of the token, never the token", 64), label("worker", "采集员 · worker"), text("device", "设备 · device"),
			label("label", "名称 · label"), text("area", "采集员的区域 · area of the worker"), truth("revoked", "已吊销 · revoked"), moment("last_used", "最后使用 · last used"), text("created_by", "发放人 · issued by"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_app_tokens_sha256 ON app_tokens (sha256)", "CREATE INDEX idx_app_tokens_worker ON app_tokens (worker)"},
	},
	{
		name: "form_files", list: rule(anyone),
		fields: []core.Field{
			label("form", "表单标识 · form id"), label("name", "文件名 · name"), text("sha256", "SHA-256 摘要 · digest"), text("md5", "MD5 摘要 · digest"), whole("size", "字节 · bytes"), text("mime", "类型 · type"), text("uploaded_by", "上传人 · uploaded by"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_form_files_name ON form_files (form, name)"},
	},
	{
		name: "paradata", list: rule(reviewer),
		fields: []core.Field{
			label("collection", "数据表 · collection"), label("record", "记录 · record"), text("instance", "实例 · instance"), text("sha256", "原文件摘要 · digest of the file"),
			whole("events_count", "事件数 · events"), number("active_s", "填写用时,秒 · seconds spent on questions"), list("questions", "每题用时与修改 · time and changes per question"),
			list("track", "定位轨迹 · location track"), list("notes", "缺口与疑点 · gaps and doubts"), text("worker", "采集员 · worker"), text("area", "区划代码 · area code"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_paradata_instance ON paradata (instance)", "CREATE INDEX idx_paradata_record ON paradata (record)", "CREATE INDEX idx_paradata_area ON paradata (area)"},
	},
	{
		name: "entity_versions", list: rule(reviewer),
		fields: []core.Field{
			label("list", "实体列表 · entity list"), label("entity", "实体 · entity"), whole("entity_rev", "产生的版本 · revision made"), whole("base", "设备所依据的版本,0 为新建 · version that the device built on, 0 for a creation"),
			whole("trunk", "离线前的服务器版本,-1 为离线新建 · server version before going offline, -1 when created offline"), text("branch", "离线分支 · branch"), list("properties", "改动的属性 · properties set"),
			choice("conflict", "冲突 · conflict", "none", "soft", "hard"), text("record", "来源记录 · record"), text("worker", "采集员 · worker"), text("area", "区划代码 · area code"),
		},
		indexes: []string{"CREATE INDEX idx_entity_versions_entity ON entity_versions (entity, list, entity_rev)", "CREATE INDEX idx_entity_versions_record ON entity_versions (record)", "CREATE INDEX idx_entity_versions_conflict ON entity_versions (area) WHERE conflict = 'hard'"},
	},
}
