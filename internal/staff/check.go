// Package staff says what an account of the people who work here must hold, whoever makes it, and reads lists of them.
package staff

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/grid"
)

// Worker is what an account says of somebody.
type Worker struct {
	StaffNo, Name string
	Role          access.Role
	Territory     []string // area code prefixes
	Active        bool
}

// Codes of what is wrong with an account.
const (
	badID               = "worker.id"
	badNumber           = "worker.staff_no"
	badName             = "worker.name"
	badRole             = "worker.role"
	noTerritory         = "worker.territory_missing"
	unknownTerritory    = "worker.territory_unknown"
	badActive           = "worker.active"
	shortPassword       = "worker.password"
	weakPassword        = "worker.password_weak"
	longPassword        = "worker.password_long"
	samePassword        = "worker.password_same"
	repeatedNumber      = "worker.repeated"
	aboveOwnRole        = "worker.role_above"
	outsideOwnTerritory = "worker.territory_outside"
	leastPassword       = 8  // characters, as PocketBase asks for
	mostPassword        = 71 // bytes: bcrypt looks at no more
	mostNameRunes       = 50
	mostNumberLetters   = 32
)

// Catalogue holds the texts of each code: Chinese, then English.
var Catalogue = map[string][2]string{
	badID:     {"编号应为 UUID，也可以不填。", "An id is a UUID, or is left out."},
	badNumber: {"工号只能用字母、数字、下划线和连字符，最长 32 位。", "A staff number has letters, digits, underscores and hyphens, at most 32."},
	badName:   {"姓名必填，最长 50 字。", "A name is needed, of at most 50 characters."},
	badRole: {"角色应为 field（采集员）、supervisor（督导）、analyst（分析员）、manager（主管）之一。",
		"The role is one of field, supervisor, analyst, manager."},
	noTerritory:         {"负责区域必填：一个或几个区划代码的列表。", "A territory is needed: a list of one or more area codes."},
	unknownTerritory:    {"没有这个区划代码，请先导入区划。", "There is no such area code; import the areas first."},
	badActive:           {"在岗应为“是”或“否”。", "Active is yes or no."},
	shortPassword:       {"密码至少 8 个字符。", "A password has 8 characters at least."},
	weakPassword:        {"这个密码太常见，或含有工号、姓名，请换一个。", "This password is too common, or holds the staff number or the name; choose another."},
	longPassword:        {"密码最长 71 字节（约 23 个汉字）。", "A password has 71 bytes at most."},
	samePassword:        {"新密码与原密码相同。", "The new password is the old one."},
	repeatedNumber:      {"这个工号在表里出现过。", "The staff number is in the list already."},
	aboveOwnRole:        {"角色不能高于您自己的角色。", "The role is above your own."},
	outsideOwnTerritory: {"负责区域超出了您自己的负责区域。", "The territory reaches beyond your own."},
}

// Fault is what is wrong with one column of an account.
type Fault struct{ Column, Code, Detail string }

// Texts are the fault's words, with its detail.
func (f Fault) Texts() (zh, en string) {
	t := Catalogue[f.Code]
	if f.Detail == "" {
		return t[0], t[1]
	}
	return f.Detail + "：" + t[0], f.Detail + ": " + t[1]
}

var roles = []access.Role{access.Field, access.Supervisor, access.Analyst, access.Manager}

var number = regexp.MustCompile(fmt.Sprintf(`^[A-Za-z0-9][A-Za-z0-9_-]{0,%d}$`, mostNumberLetters-1))

// Check finds everything that is wrong with an account.
func Check(db collections.DB, w Worker) ([]Fault, error) {
	var wrong []Fault
	if !number.MatchString(w.StaffNo) {
		wrong = append(wrong, Fault{"staff_no", badNumber, w.StaffNo})
	}
	if strings.TrimSpace(w.Name) == "" || len([]rune(w.Name)) > mostNameRunes {
		wrong = append(wrong, Fault{"name", badName, ""})
	}
	if !slices.Contains(roles, w.Role) {
		wrong = append(wrong, Fault{"role", badRole, string(w.Role)})
	}
	ground, err := checkTerritory(db, w.Territory)
	return append(wrong, ground...), err
}

func checkTerritory(db collections.DB, territory []string) ([]Fault, error) {
	if len(territory) == 0 {
		return []Fault{{"territory", noTerritory, ""}}, nil
	}
	unknown, err := grid.Unknown(db, territory)
	if err != nil || unknown == "" && !slices.Contains(territory, "") {
		return nil, err
	}
	return []Fault{{"territory", unknownTerritory, unknown}}, nil
}

// Beyond finds what an actor may not give: a role above the actor's own, or ground that is not the actor's.
func Beyond(actor access.Actor, w Worker) []Fault {
	var wrong []Fault
	if !actor.Employs(w.Role) {
		wrong = append(wrong, Fault{"role", aboveOwnRole, string(w.Role)})
	}
	for _, code := range w.Territory {
		if !actor.May(access.ManageWorker, code, "") {
			wrong = append(wrong, Fault{"territory", outsideOwnTerritory, code})
			break
		}
	}
	return wrong
}

// CheckID finds what is wrong with the id that somebody gave an account, "" for none. The trail goes by ids, and one that is not a UUID may
// be that of the shell, or of an operator.
func CheckID(id string) []Fault {
	if id == "" || uuid.Validate(id) == nil {
		return nil
	}
	return []Fault{{"id", badID, ""}}
}

// Of returns the worker whose account a record is.
func Of(r *core.Record) Worker {
	return Worker{
		StaffNo: r.GetString("staff_no"), Name: r.GetString("name"), Role: access.Role(r.GetString("role")), Territory: access.Territory(r),
		Active: r.GetBool("active"),
	}
}
