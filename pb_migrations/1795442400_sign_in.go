package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(createSignIn, dropSignIn)
}

// signInTables keep guessers out and hold second factors. Nobody reads them over REST.
var signInTables = []table{
	{
		name: "sign_ins",
		fields: []core.Field{
			secretText("key", "账号或地址的摘要 · digest of an account or an address", 64), whole("wrong", "失败次数 · wrong"), whole("right", "成功次数 · right"), moment("since", "计数开始 · counted since"), moment("until", "在此之前不受理 · not looked at before"),
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_sign_ins_key ON sign_ins (`key`)"},
	},
	{
		name: "second_factors",
		fields: []core.Field{
			label("worker", "人员 · worker"), secretText("secret", "动态口令密钥 · TOTP secret", 200), truth("confirmed", "已启用 · confirmed"), whole("last_step", "用过的最后时间片 · last time step used"),
			&core.JSONField{Name: "recovery", Help: "恢复码摘要 · digests of recovery codes", Hidden: true, MaxSize: 1 << 16},
		},
		indexes: []string{"CREATE UNIQUE INDEX idx_second_factors_worker ON second_factors (worker)"},
	},
}

func createSignIn(app core.App) error {
	for _, t := range signInTables {
		if err := app.Save(t.collection()); err != nil {
			return err
		}
	}
	settings := app.Settings()
	settings.SuperuserIPs = []string{"127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"}
	return app.Save(settings)
}

func dropSignIn(app core.App) error {
	for _, t := range signInTables {
		if err := drop(app, t.name); err != nil {
			return err
		}
	}
	settings := app.Settings()
	settings.SuperuserIPs = nil
	return app.Save(settings)
}
