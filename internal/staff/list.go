package staff

import (
	"fmt"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// columns of a list of workers.
var columns = []tabular.Column{
	{Name: "staff_no", Headers: []string{"工号", "人员编号", "账号", "staff number", "username"}, Needed: true},
	{Name: "name", Headers: []string{"姓名", "人员姓名"}, Needed: true},
	{Name: "role", Headers: []string{"角色", "岗位"}},
	{Name: "territory", Headers: []string{"负责区域", "区划代码", "辖区", "area", "areas", "area code"}, Needed: true},
	{Name: "active", Headers: []string{"在岗", "启用"}},
	{Name: "password", Headers: []string{"密码", "初始密码"}},
}

// roleNames are what lists write for a role; a cell without one is a field worker.
var roleNames = map[string]access.Role{
	"": access.Field, "采集员": access.Field, "网格员": access.Field, "儿童主任": access.Field, "督导": access.Supervisor, "督导员": access.Supervisor,
	"分析员": access.Analyst, "主管": access.Manager, "管理员": access.Manager,
}

// entry is one row of the list.
type entry struct {
	Worker
	password string
}

// list is a file that has been read; wrong is everything that is wrong with it.
type list struct {
	by      access.Actor
	entries []entry
	rows    map[string]int // by staff number
	wrong   survey.Problems
}

// read reads a list of workers. The error is survey.Problems where the header is not right.
func read(db collections.DB, f tabular.File, by access.Actor) (*list, []string, error) {
	l := &list{by: by, rows: map[string]int{}}
	ignored, err := tabular.ReadFrom(f, columns, func(r tabular.Row) error { return l.add(db, r) })
	return l, ignored, err
}

func (l *list) add(db collections.DB, r tabular.Row) error {
	e := entry{Worker{StaffNo: r.Get("staff_no"), Name: r.Get("name"), Role: access.Role(r.Get("role")),
		Territory: tabular.List(r.Get("territory")), Active: true}, r.Get("password")}
	if role, ok := roleNames[string(e.Role)]; ok {
		e.Role = role
	}
	wrong, err := Check(db, e.Worker)
	if err != nil {
		return err
	}
	if said := r.Get("active"); said != "" {
		var ok bool
		if e.Active, ok = tabular.Truth(said); !ok {
			wrong = append(wrong, Fault{"active", badActive, said})
		}
	}
	if e.password != "" && len([]rune(e.password)) < leastPassword {
		wrong = append(wrong, Fault{"password", shortPassword, ""})
	} else if e.password != "" {
		wrong = append(wrong, CheckPassword(e.password, e.Worker)...)
	}
	beyond, err := l.beyond(db, e.Worker)
	if err != nil {
		return err
	}
	wrong = append(wrong, beyond...)
	if first, again := l.rows[e.StaffNo]; again {
		wrong = append(wrong, Fault{"staff_no", repeatedNumber, fmt.Sprintf("%s (%d)", e.StaffNo, first)})
	}
	l.rows[e.StaffNo] = r.Number
	for _, f := range wrong {
		zh, en := f.Texts()
		l.wrong = append(l.wrong, r.Problem(f.Code, f.Column, zh, en))
	}
	l.entries = append(l.entries, e)
	return nil
}

// beyond finds what the importer may not give, and whom they may not change.
func (l *list) beyond(db collections.DB, w Worker) ([]Fault, error) {
	if wrong := Beyond(l.by, w); len(wrong) > 0 || l.by.Role == access.Operator {
		return wrong, nil
	}
	var role, ground string
	known, err := collections.One(db, `SELECT role, territory FROM workers WHERE staff_no=?`, []any{w.StaffNo}, &role, &ground)
	if err != nil || !known {
		return nil, err
	}
	if len(Beyond(l.by, Worker{Role: access.Role(role), Territory: access.ParseTerritory(ground)})) > 0 {
		return []Fault{{"staff_no", outsideOwnTerritory, w.StaffNo}}, nil
	}
	return nil, nil
}
