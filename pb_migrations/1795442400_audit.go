package pb_migrations

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(chainAudit, unchainAudit)
}

// auditGuards keep SQL of any origin from changing what is recorded.
var auditGuards = []string{
	`CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END`,
	`CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END`,
	`CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
		WHEN NEW.hash='' OR NEW.seq!=COALESCE((SELECT MAX(seq) FROM audit),0)+1 OR NEW.prev!=COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1),'')
		BEGIN SELECT RAISE(ABORT, 'audit rows follow one another'); END`,
}

func chainAudit(app core.App) error {
	c, err := app.FindCollectionByNameOrId("audit")
	if err != nil {
		return err
	}
	c.Fields.RemoveByName("updated")
	c.Fields.Add(
		text("role", "以什么角色 · role"), text("device", "设备 · device"), text("purpose", "目的 · purpose"),
		&core.TextField{Name: "subjects", Help: "涉及的人员、家庭与记录的 id · ids of those concerned", Max: 1 << 20},
		text("prev", "前一行的摘要 · hash of the row before"), text("hash", "本行摘要 · hash of this row"),
	)
	if err := app.Save(c); err != nil {
		return err
	}
	if err := chainRows(app); err != nil {
		return err
	}
	c.AddIndex("idx_audit_hash", true, "hash", "")
	c.AddIndex("idx_audit_action", false, "action, created", "")
	if err := app.Save(c); err != nil {
		return err
	}
	for _, guard := range auditGuards {
		if _, err := app.DB().NewQuery(guard).Execute(); err != nil {
			return err
		}
	}
	return nil
}

func unchainAudit(app core.App) error {
	for _, name := range []string{"audit_no_update", "audit_no_delete", "audit_in_order"} {
		if _, err := app.DB().NewQuery(`DROP TRIGGER ` + name).Execute(); err != nil {
			return err
		}
	}
	c, err := app.FindCollectionByNameOrId("audit")
	if err != nil {
		return err
	}
	c.RemoveIndex("idx_audit_hash")
	c.RemoveIndex("idx_audit_action")
	for _, name := range []string{"role", "device", "purpose", "subjects", "prev", "hash"} {
		c.Fields.RemoveByName(name)
	}
	c.Fields.Add(&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
	return app.Save(c)
}

// chainRows links what was recorded before there was a chain, in the encoding of "doorstep audit 1".
func chainRows(app core.App) error {
	var rows []struct {
		Seq                                                          int64
		ID, Created, Actor, Action, Collection, Record, Area, Detail string
	}
	err := app.DB().NewQuery(`SELECT seq, id, created, actor, action, collection, record, area, COALESCE(detail,'') AS detail FROM audit ORDER BY seq`).All(&rows)
	if err != nil {
		return err
	}
	prev := ""
	for i, r := range rows {
		hash := chained("doorstep audit 1", strconv.Itoa(i+1), r.ID, r.Created, r.Actor, "", "", r.Action, r.Collection, r.Record, r.Area, "", "", r.Detail, prev)
		_, err := app.DB().NewQuery(`UPDATE audit SET seq={:seq}, prev={:prev}, hash={:hash} WHERE id={:id}`).Bind(dbx.Params{"seq": i + 1, "prev": prev, "hash": hash, "id": r.ID}).Execute()
		if err != nil {
			return err
		}
		prev = hash
	}
	return nil
}

func chained(parts ...string) string {
	sum := sha256.New()
	var size [8]byte
	for _, s := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(s)))
		sum.Write(size[:])
		sum.Write([]byte(s))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
