package ingest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/corpora"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

const (
	here  = "990101001001001"
	next  = "990101001002001"
	there = "990102001001001"
)

// story is a town in which things happen one after the other, and what the database said after each.
type story struct {
	*testapp.App
	t      *testing.T
	intake *ingest.Intake
	field  map[string]ingest.Sender // by the name of the worker
	boss   access.Actor
	seq    int64
	names  testapp.Names
	said   strings.Builder
	failed testapp.Places // whose statements have failed once
}

// told makes a town of two districts: a field worker with a tablet and a supervisor in each.
func told(t *testing.T) *story {
	app := testapp.New(t)
	app.City(t)
	s := &story{App: app, t: t, intake: app.Doorstep.Intake(), field: map[string]ingest.Sender{}, names: testapp.Names{},
		failed: testapp.Places{}}
	s.publish("story", "story", "1", instrument.Published)
	s.publish("again", "again", "1", instrument.Published)
	for name, area := range map[string]string{"mei": here[:12], "tao": here[:12], "gone": here[:12], "far": there[:12]} {
		w := app.Worker(t, name, "field", area)
		s.names[w.Id] = "<" + name + ">"
		actor := access.Actor{ID: w.Id, Role: access.Field, Territory: []string{area}}
		s.field[name] = ingest.Sender{Actor: actor, Device: "tablet of " + name, Channel: ingest.Native}
		app.Plant(t, collections.Devices, map[string]any{"id": "tablet of " + name, "worker": w.Id, "area": area})
	}
	w := app.Worker(t, "boss", "supervisor", here[:6])
	s.names[w.Id], s.boss = "<boss>", access.Actor{ID: w.Id, Role: access.Supervisor, Territory: []string{here[:6]}}
	return s
}

// id is the same in every run.
func (s *story) id(name string) string {
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String()
	s.names[id] = "<" + name + ">"
	return id
}

// then does something, and writes down what it answered and what it left.
func (s *story) then(what string, do func() (any, error)) {
	s.t.Helper()
	before := s.Picture(s.t)
	s.Advance(time.Minute)
	answer, err := s.whenever(what, do)
	text, failed := json.Marshal(answer)
	if err = errors.Join(err, failed); err != nil {
		p := problem.As(err)
		if text = fmt.Appendf(nil, "%s %s", p.Code, p.Detail); p.Code == problem.Internal {
			text = []byte(err.Error())
		}
	}
	left := s.Told(s.t, before, s.names)
	fmt.Fprintf(&s.said, "%s\n  = %s\n%s", what, s.names.In(string(text)), left)
}

// spared are those whose failure nobody is told of: what is looked up for a whole push is looked up for each operation then, what was
// published elsewhere is found by the next push, and without a look for an approval what would be written is proposed.
var spared = regexp.MustCompile(`ingest\.lookAhead|instrument\.\(\*Library\)\.Refresh|decision='approve'`)

// whenever does something again and again, while each time another statement fails that has not failed yet where it is asked: it fails too,
// and nothing has moved. It returns what is answered when none fails.
func (s *story) whenever(what string, do func() (answer any, err error)) (answer any, err error) {
	s.t.Helper()
	before := s.Picture(s.t)
	s.Whenever(s.failed, spared, func() { answer, err = do() }, func(failed string) {
		if moved := s.Moved(s.t, before); len(moved) > 0 || err == nil {
			s.t.Errorf("%s: %v and moved %q, though this failed: %s", what, err, moved, failed)
			before = s.Picture(s.t)
		}
	})
	return answer, err
}

// push has somebody's tablet bring operations, each numbered after the last.
func (s *story) push(what, who string, ops ...ingest.Operation) {
	s.t.Helper()
	for i := range ops {
		if s.seq++; ops[i].Seq == 0 {
			ops[i].Seq = s.seq
		}
		ops[i].Raw = raw(ops[i])
	}
	s.then(who+" "+what, func() (any, error) {
		return ingest.Accept(s.t.Context(), s.App, s.intake, s.field[who], ops)
	})
}

// raw is an operation as a tablet writes it.
func raw(op ingest.Operation) []byte {
	b, err := json.Marshal(op)
	if err != nil {
		panic(err) // a test wrote answers that are no JSON
	}
	return b
}

func (s *story) visit(name string, base int64, answers map[string]any) ingest.Operation {
	raw, err := json.Marshal(answers)
	if err != nil {
		s.t.Fatal(err)
	}
	return ingest.Operation{Op: ingest.OpSubmit, ID: s.id(name), Form: "story", Version: "1", BaseRev: base, Answers: raw}
}

type answers = map[string]any

func family(place, address string, people ...answers) answers {
	return answers{"start": "2026-11-23T09:00:00.000+08:00", "end": "2026-11-23T09:30:00.000+08:00", "today": "2026-11-23",
		"outcome": "met", "place": testapp.Inside(place), "address": address, "head": "王大明", "phone": "13800000000", "residents": 3,
		"people": people}
}

func person(name, sex, born, number string) answers {
	return answers{"full_name": name, "sex": sex, "born": born, "id_number": number, "mobile": "13900000001", "worry": "怕黑"}
}

// TestWhatIntakeLeaves writes down, row by row, what each way into the database leaves there.
func TestWhatIntakeLeaves(t *testing.T) {
	s := told(t)
	s.visits()
	s.repetitions()
	s.corrections()
	s.households()
	s.files()
	s.desk()
	s.quarantine()
	s.late()
	s.odk()
	s.byHand()
	s.beside()
	s.again()
	s.versions()
	s.seldom()
	corpora.Golden(t, "testdata/story.txt", s.said.String())
	s.damaged()
}

func with(a answers, more answers) answers {
	a = maps.Clone(a)
	maps.Copy(a, more)
	return a
}

var (
	boy  = person("王小明", "male", "2015-03-01", "990000201503010017")
	girl = person("王小红", "female", "2017-05-02", "")
	home = family(here, "示例路 1 号", boy, girl)
)

func (s *story) visits() {
	s.Plant(s.t, collections.Campaigns, answers{"id": s.id("sweep"), "name": "一轮", "form": "story", "status": "open", "rev": 1,
		"territory": `["990101001002"]`, "hold_policy": "errors", "revisit": `{"attempts":3,"days":2}`})
	s.push("visits a family", "mei", s.visit("first", 0, home))
	nobody := answers{"outcome": "nobody", "place": testapp.Inside(here), "address": "示例路 2 号"}
	s.push("finds nobody", "tao", s.visit("empty", 0, nobody))
	s.push("visits next door in a round, and again", "tao",
		s.visit("round", 0, with(nobody, answers{"place": testapp.Inside(next)})),
		s.visit("round 2", 0, with(nobody, answers{"place": testapp.Inside(next), "residents": 31})))
	s.push("visits without a place", "mei", s.visit("nowhere", 0, answers{"outcome": "nobody", "address": "无处"}))
	s.push("finds the boy again, hurt", "tao", s.visit("second", 0,
		family(here, "示例路 4 号", with(boy, answers{"hurt": "yes", "mobile": "13900000002"}))))
	s.push("visits the first family by its ids", "tao", s.visit("third", 0, with(home, answers{
		"household_id": s.household("first"), "phone": "13800000009", "people": []answers{with(boy, answers{
			"person_id": s.person("first", 1), "mobile": "13900000003", "full_name": "王大明"})}})))
	s.push("names a family next door", "far", s.visit("stranger", 0, with(family(there, "他处路 1 号", with(girl, answers{
		"person_id": s.person("first", 2)})), answers{"household_id": s.household("first")})))
}

func (s *story) household(visit string) string {
	return s.one(`SELECT household FROM story WHERE id=?`, s.id(visit))
}

func (s *story) person(visit string, position int) string {
	return s.one(`SELECT person FROM story_people WHERE visit=? AND position=?`, s.id(visit), position)
}

func (s *story) held(name string) string {
	return s.one(`SELECT id FROM submissions WHERE instance=? AND outcome='quarantined' ORDER BY received_at DESC`, s.id(name))
}

func (s *story) one(query string, args ...any) (text string) {
	s.t.Helper()
	if found, err := collections.One(collections.Read(s.TestApp), query, args, &text); err != nil || !found {
		s.t.Fatalf("%s %v: %v", query, args, err)
	}
	return text
}

func (s *story) repetitions() {
	again := s.visit("first", 0, home)
	again.Seq = 1
	s.push("sends it again, with its number and another", "mei", again, s.visit("first", 0, home))
	other := s.visit("first", 0, with(home, answers{"head": "李四"}))
	other.Seq = 1
	s.push("uses the number for something else, twice", "mei", other, other)
	s.push("sends the same of another's", "tao", s.visit("first", 0, home))
	strange := s.visit("strange", 0, home)
	strange.Version = "9"
	strange.Form = "unheard"
	wrong := s.visit("wrong", 0, home)
	wrong.Answers = []byte(`[]`)
	bad := s.visit("bad", 0, home)
	bad.ID = "no id"
	none := s.visit("none", 0, home)
	none.Seq = -1
	s.push("sends what cannot be stored", "mei", strange, wrong, bad, none,
		ingest.Operation{Op: "explode", ID: s.id("x"), Answers: []byte(`{}`)},
		ingest.Operation{Op: ingest.OpTask, ID: s.id("no task"), Answers: []byte(`{"status":"done"}`)},
		ingest.Operation{Op: ingest.OpHousehold, ID: s.id("no house"), Answers: []byte(`[]`)},
		ingest.Operation{Op: ingest.OpSubmit, ID: s.id("xml"), XML: "<story", Answers: []byte(`{}`)})
}

func (s *story) corrections() {
	s.push("corrects a visit", "mei", s.visit("first", 1, with(home, answers{"head": "王二明", "remarks": "改", "people": []answers{
		with(girl, answers{"mobile": "13900000007", "worry": "怕水"}), person("王小新", "male", "2020-01-01", "")}})))
	other := with(home, answers{"head": "王三明", "phone": "13800000003"})
	s.push("corrects it again from the first revision", "mei", s.visit("first", 1, other))
	s.push("corrects another's, and what is not there", "tao",
		s.visit("first", 2, home), s.visit("unborn", 3, home), s.visit("empty", 9, home))
	s.Plant(s.t, "erasures", answers{"kind": "record", "collection": "story", "subject": s.id("round"), "rev": 2, "basis": "own_request"})
	s.push("corrects what was erased meanwhile", "tao", s.visit("round", 0, answers{"outcome": "met"}))
	late := s.visit("late", 0, home)
	late.Corrects = s.id("unsent")
	s.push("edits what comes later", "mei", late)
	s.push("brings what was edited", "mei", s.visit("unsent", 0, family(here, "示例路 8 号")))
}

func (s *story) households() {
	house := func(name string, base int64, says string) ingest.Operation {
		return ingest.Operation{Op: ingest.OpHousehold, ID: s.id(name), BaseRev: base, Answers: []byte(says)}
	}
	s.push("makes a household", "mei", house("hut", 0,
		`{"address":"示例路 9 号","head_name":"赵一","phone":"13800000001","residents":2,"lat":22.55,"lon":114.005,"accuracy":8}`))
	s.push("changes it", "mei", house("hut", 1, `{"address":"示例路 9 号 甲","head_name":"赵二","lat":22.56,"lon":114.006}`))
	s.push("changes it without a base", "tao", house("hut", 0, `{"head_name":"赵三","residents":4}`))
	s.push("changes it from the first revision", "mei", house("hut", 1, `{"address":"示例路 9 号 乙","phone":"13800000002"}`))
	s.push("changes it from what is not there", "mei", house("hut", 9, `{"residents":4}`), house("castle", 1, `{"residents":4}`))
	s.push("changes one elsewhere", "far", house("hut", 0, `{"residents":7}`))
	s.push("makes one without a place", "far", house("tent", 0, `{"address":"他处路 2 号"}`))
	s.Plant(s.t, collections.Tasks, answers{"id": s.id("job"), "assignee": s.field["mei"].Actor.ID, "area": here, "status": "open", "rev": 1,
		"kind": "visit", "confirmed_by": "boss"})
	task := func(says string) ingest.Operation {
		return ingest.Operation{Op: ingest.OpTask, ID: s.id("job"), Answers: []byte(says)}
	}
	s.push("ends a task", "mei", task(`{"status":"done","note":"没有人"}`))
	s.push("opens it again", "mei", task(`{"status":"open"}`))
	s.push("says what is no status", "mei", task(`{"status":"lost"}`))
	s.push("ends another's", "far", task(`{"status":"done"}`))
}

func (s *story) files() {
	with := s.visit("photo", 0, with(family(here, "示例路 10 号"), answers{"photo": "a.jpg"}))
	with.Files = []ingest.File{s.file("a.jpg", "a"), s.file("b.jpg", "b")}
	s.push("declares files", "mei", with)
	deliver := func(who string, f ingest.File) {
		s.then(who+" delivers "+f.Name, func() (any, error) {
			return nil, ingest.Deliver(s.t.Context(), s.TestApp, s.field[who], f, s.Doorstep.Now())
		})
	}
	s.then("what mei lacks", func() (any, error) {
		return ingest.Lacking(collections.Read(s.TestApp), s.field["mei"].Actor.ID, []string{with.Files[1].SHA256, with.Files[0].SHA256})
	})
	deliver("tao", s.file("a.jpg", "a"))
	deliver("mei", s.file("a.jpg", "a"))
	suspect := s.file("b.jpg", "b")
	suspect.Suspect = true
	deliver("mei", suspect)
	deliver("mei", s.file("b.jpg", "b"))
	here := func(f ingest.File) ingest.File { f.Here = true; return f }
	s.attach("mei", "photo", here(s.file("a.jpg", "c")), here(s.file("b.jpg", "b")))
	s.attach("mei", "nothing yet", s.file("n.jpg", "d"), here(s.file("m.jpg", "e")))
	s.attach("tao", "photo", s.file("s.jpg", "f"))
	s.then("mei keeps a log", func() (any, error) {
		log := ingest.Paradata{SHA256: strings.Repeat("9", 64), Count: 3, ActiveS: 2.5,
			Questions: map[string]ingest.QuestionTime{"/q": {Seconds: 1, Visits: 2, Changes: 1}},
			Track:     []ingest.TrackPoint{{At: 1, Lat: 2, Lon: 3}},
			Events:    map[string]int{"begin": 1}, Pauses: 1, ClockBack: 2, Unreadable: 3}
		return nil, s.intake.KeepParadata(s.t.Context(), s.TestApp, s.field["mei"], s.id("photo"), log)
	})
}

func (s *story) file(name, content string) ingest.File {
	info, err := collections.Files(s.TestApp).Save(strings.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	return ingest.File{Name: name, SHA256: info.SHA256, Size: info.Size, MIME: "image/jpeg"}
}

func (s *story) attach(who, to string, files ...ingest.File) {
	s.then(who+" attaches to "+to, func() (any, error) {
		return nil, s.intake.Attach(s.t.Context(), s.TestApp, s.field[who], s.id(to), files)
	})
}

func (s *story) desk() {
	ask := ingest.AtDesk{Collection: "story", Record: s.id("first"), Reason: "电话里核对过了，改正姓名"}
	correct := func(what string, answers ...ingest.Answer) {
		s.then("boss "+what, func() (any, error) {
			ask.Answers = answers
			return ingest.CorrectAtDesk(s.t.Context(), s.TestApp, s.intake, s.boss, ask)
		})
	}
	head := ingest.Answer{Ref: "head", Value: "王四明"}
	correct("corrects at the desk", head, ingest.Answer{Ref: "people[1]/mobile", Value: "13900000008"})
	correct("corrects nothing", head)
	correct("gives what does not fit", ingest.Answer{Ref: "residents", Value: "31"}, ingest.Answer{Ref: "people[2]/worry", Value: "怕人"})
	correct("asks for what is not there", ingest.Answer{Ref: "people[9]/mobile", Value: "1"})
	entry := s.one(`SELECT id FROM edits WHERE record=? AND kind='check' AND status='done' AND field LIKE '%worry'`, s.id("second"))
	put := func(who access.Actor, what string, ask ingest.Restoring) {
		s.then(what, func() (any, error) { return ingest.Restore(s.t.Context(), s.TestApp, s.intake, who, ask) })
	}
	back := ingest.Restoring{Collection: "story", Record: s.id("second"), Entry: entry, Comment: "就是这样"}
	stale := back
	stale.Rev = 7
	put(s.boss, "boss puts back what is stale", stale)
	put(s.field["far"].Actor, "far puts it back", back)
	put(s.boss, "boss puts an answer back", back)
	put(s.boss, "boss puts it back again", back)
}

func (s *story) quarantine() {
	ctx, app := s.t.Context(), s.TestApp
	list := func(who access.Actor, ask ingest.HeldAsked) {
		s.then(fmt.Sprintf("what waits: %+v", ask), func() (any, error) {
			held, next, err := ingest.ListQuarantine(collections.Read(app), s.intake.Instruments, who, ask)
			for i := range held {
				held[i].Raw = held[i].Raw[:min(20, len(held[i].Raw))]
			}
			return []any{held, next != nil}, err
		})
	}
	list(s.boss, ingest.HeldAsked{Limit: 4})
	list(s.boss, ingest.HeldAsked{Newest: true, Form: "story", Code: string(problem.ForeignRecord)})
	list(s.field["far"].Actor, ingest.HeldAsked{})
	release := func(name string) {
		id := s.held(name)
		s.then("far's boss releases "+name, func() (any, error) { return ingest.Release(ctx, app, s.intake, s.field["far"].Actor, id) })
		s.then("boss releases "+name, func() (any, error) { return ingest.Release(ctx, app, s.intake, s.boss, id) })
	}
	release("first")
	release("job")
	release("hut")
	release("wrong")
	release("none")
	id := s.held("unborn")
	s.then("boss looks at unborn", func() (any, error) {
		said, err := ingest.LookHeld(collections.Read(app), s.intake.Instruments, s.boss, id)
		return []any{said.ID, said.Assignable, said.OnePerson, said.Root != nil}, err
	})
	s.then("boss gives unborn to a household", func() (any, error) {
		return ingest.Assign(ctx, app, s.intake, access.Act{Actor: s.boss, Now: s.Doorstep.Now()},
			ingest.Assignment{Submission: id, Household: s.household("empty"), Reason: "电话里核对过了，是这一家"})
	})
	s.push("corrects what was given away", "tao", s.visit("unborn", 1, with(home, answers{"head": "周一"})))
	s.push("corrects what is not there, and goes", "gone", s.visit("left behind", 4, home))
	left := s.held("left behind")
	err := collections.Write(ctx, app, func(db collections.DB) error {
		_, err := db.Exec(`DELETE FROM workers WHERE id=?`, s.field["gone"].Actor.ID)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.then("boss gives what was left behind to a household", func() (any, error) {
		return ingest.Assign(ctx, app, s.intake, access.Act{Actor: s.boss, Now: s.Doorstep.Now()},
			ingest.Assignment{Submission: left, Household: s.household("empty"), Reason: "采集员已离开，是这一家"})
	})
	act := access.Act{Actor: s.boss, Now: s.Doorstep.Now()}
	empty := s.held("empty")
	s.then("boss counts what is like empty", func() (any, error) { return ingest.CountAlike(collections.Read(app), act, empty) })
	s.then("boss discards what is like empty", func() (any, error) {
		return ingest.DecideAlike(ctx, app, s.intake, s.boss, ingest.AlikeTo{Submission: empty, Together: ingest.Together{Decision: "discard",
			Reason: "重复的记录，不再需要了", Before: collections.Stamp(s.Doorstep.Now())}})
	})
}

func (s *story) late() {
	handed := ingest.HandedIn{Worker: s.field["mei"].Actor.ID, Device: "tablet of mei", Last: true, Operations: []ingest.Operation{
		s.visit("handed in", 0, home), s.visit("first", 0, home)}}
	for i, op := range handed.Operations {
		op.Seq = int64(900 + i)
		op.Raw = raw(op)
		handed.Operations[i] = op
	}
	for _, what := range []string{"mei's tablet is handed in", "its last again"} {
		s.then(what, func() (any, error) {
			return ingest.AcceptHandedIn(s.t.Context(), s.TestApp, handed, s.Doorstep.Now())
		})
	}
	s.publish("story", "unheard", "9", instrument.Published)
	s.then("a form comes that was waited for", func() (any, error) { return ingest.ReleaseKnown(s.t.Context(), s.TestApp, s.intake) })
	s.publish("story", "trial", "1", instrument.Draft)
	trial := s.visit("trial", 0, home)
	trial.Form = "trial"
	s.push("tries a draft", "mei", trial)
}

// odk brings visits as an app for XForms does: XML, its files beside it, and edits that name what they edit.
func (s *story) odk() {
	from := s.field["mei"]
	from.Channel, from.Device = ingest.OpenRosa, "phone"
	send := func(what, name, parent, rest string) {
		s.then("mei's phone "+what, func() (any, error) {
			meta := "<instanceID>uuid:" + s.id(name) + "</instanceID>"
			if parent != "" {
				meta += "<deprecatedID>uuid:" + s.id(parent) + "</deprecatedID>"
			}
			op := ingest.Operation{Op: ingest.OpSubmit, XML: `<data id="story" version="1"><outcome>nobody</outcome><place>` + testapp.Inside(here) +
				`</place><address>示例路 20 号</address>` + rest + `<meta>` + meta + `</meta></data>`}
			if parent != "" {
				op.ID, op.Corrects = s.id(name), s.id(parent)
			}
			return ingest.Accept(s.t.Context(), s.App, s.intake, from, []ingest.Operation{op})
		})
	}
	send("sends a visit", "xml visit", "", "<photo>x.jpg</photo>")
	send("sends it again", "xml visit", "", "<photo>x.jpg</photo>")
	send("edits it", "xml edit", "xml visit", "<photo>y.jpg</photo><remarks>改</remarks>")
	send("edits the edit", "xml edit 2", "xml edit", "<head>吴一</head>")
	send("edits what is to come", "xml early", "xml later", "<head>吴二</head>")
	send("sends what was edited", "xml later", "", "<photo>z.jpg</photo>")
	send("edits what never comes", "xml orphan", "xml lost", "<head>吴三</head>")
	id := s.held("xml orphan")
	s.then("boss releases the orphan", func() (any, error) { return ingest.Release(s.t.Context(), s.TestApp, s.intake, s.boss, id) })
	s.then("nothing waits for what it edits", func() (any, error) { return nil, ingest.ReleaseEdits(s.t.Context(), s.TestApp, s.intake) })
}

func (s *story) byHand() {
	s.change("households", s.household("empty"), s.boss, answers{"head_name": "钱一", "residents": 5})
	s.change("persons", s.person("first", 1), s.boss, answers{"phone": "13900000005", "sex": "male"})
	s.change("story", s.id("photo"), s.boss, answers{"remarks": "桌边改", "head": "孙一"})
	s.change("story", s.id("photo"), s.boss, answers{"residents": 40, "rev": 9, "review_state": "approved", "area": there})
	s.change("story", s.id("photo"), s.boss, answers{"place": `{"lat":22.55,"lon":114.045,"alt":0,"accuracy":5}`})
	row := s.one(`SELECT id FROM story_people WHERE visit=? AND position=1`, s.id("second"))
	s.change("story_people", row, s.boss, answers{"mobile": "13900000006"})
}

func (s *story) change(table, id string, by access.Actor, values answers) {
	columns := slices.Sorted(maps.Keys(values))
	s.then(s.names.In(fmt.Sprintf("%s changes %s %s: %v", by.ID, table, id, columns)), func() (any, error) {
		record, err := s.FindRecordById(table, id)
		if err != nil {
			return nil, err
		}
		for column, value := range values {
			record.Set(column, value)
		}
		record.Set(collections.By, by)
		return nil, s.Save(record)
	})
}

// beside tells of what happens seldom: a person is named for a visit to several, rows and records are lost, a file is replaced.
func (s *story) beside() {
	s.push("visits several whose record is not there", "mei", s.visit("several", 5, home))
	several := s.held("several")
	s.then("boss gives several to one person", func() (any, error) {
		return ingest.Assign(s.t.Context(), s.TestApp, s.intake, access.Act{Actor: s.boss, Now: s.Doorstep.Now()}, ingest.Assignment{
			Submission: several, Household: s.household("first"), Person: s.person("first", 1), Reason: "电话里核对过了，是这个孩子"})
	})
	s.change("story", s.id("first"), s.boss, answers{"remarks": "再改"})
	s.do(`DELETE FROM story WHERE id='` + s.id("round 2") + `'`)
	s.push("corrects what was deleted, without a base", "tao", s.visit("round 2", 0, home))
	other := s.file("a.jpg", "g")
	other.Here = true
	s.attach("mei", "photo", other)

	waits := answers{"outcome": "met", "place": testapp.Inside(here), "address": "示例路 30 号", "photo": "w.jpg",
		"people": []answers{{"sex": "male", "id_number": "990000201503010033"}}}
	first := s.visit("waits", 0, waits)
	first.Files = []ingest.File{s.file("w.jpg", "w"), s.file("v.jpg", "v")}
	s.push("visits somebody with a number and no name, and declares files", "mei", first)
	for _, kind := range []string{"proposal", "conflict"} {
		for _, source := range []string{"waits", "second"} {
			s.Plant(s.t, collections.Edits, answers{"id": kind + " of " + source, "kind": kind, "status": "open", "source": s.id(source),
				"collection": "persons", "record": "x", "field": "phone", "area": here})
		}
	}
	s.push("corrects it, and names one of the files", "mei", s.visit("waits", 1, with(waits, answers{"residents": 2})))
	s.attach("mei", "hut", s.file("h.jpg", "h"))
	s.push("corrects what was put back", "tao", s.visit("second", 3, family(here, "示例路 4 号", with(boy, answers{"hurt": "yes",
		"mobile": "13900000006"}))))
}

// damaged sends again what waits and does not open any more, which is answered as before and is mended, and corrects a record from before a
// change that does not open: whatever the answer was then, both are kept.
func (s *story) damaged() {
	damage := func(table, id string) {
		s.do(`UPDATE ` + table + ` SET sealed=substr(sealed,1,length(sealed)-6)||'AAAAAA' WHERE id='` + id + `'`)
	}
	accept := func(op ingest.Operation) ingest.Receipt {
		s.t.Helper()
		s.seq++
		op.Seq, op.Raw = s.seq, raw(op)
		receipts, err := ingest.Accept(s.t.Context(), s.App, s.intake, s.field["mei"], []ingest.Operation{op})
		if err != nil {
			s.t.Fatal(err)
		}
		return receipts[0]
	}
	held := s.held("several")
	damage(collections.Submissions, held)
	for _, how := range []string{"damaged", "mended"} {
		if r := accept(s.visit("several", 5, home)); r.Was != ingest.Quarantined || r.Code != problem.UnknownBase || r.ID != s.id("several") {
			s.t.Errorf("what waits, %s and sent again: %+v", how, r)
		}
	}
	if kept := s.Clear(s.t, collections.Submissions, "id='"+held+"'", "raw"); !strings.Contains(kept[0][0], "王小明") {
		s.t.Errorf("what was mended says %s", kept)
	}
	damage(collections.Edits, s.one(`SELECT id FROM edits WHERE record=? AND field='remarks'`, s.id("photo")))
	silent := with(family(here, "示例路 10 号"), answers{"photo": "a.jpg"})
	if r := accept(s.visit("photo", 1, silent)); r.Status != ingest.Conflict {
		s.t.Errorf("a correction from before a change that is damaged: %+v", r)
	}
}

func (s *story) do(query string) {
	s.t.Helper()
	if _, err := s.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
		s.t.Fatal(err)
	}
}

// publish publishes a form of testdata under another name.
func (s *story) publish(file, form, version, status string) {
	s.t.Helper()
	raw, err := os.ReadFile("testdata/" + file + ".md")
	if err != nil {
		s.t.Fatal(err)
	}
	raw = bytes.Replace(raw, []byte("| "+file+" | 1 |"), []byte("| "+form+" | "+version+" |"), 1)
	book := instrument.Workbook{Name: form + ".md", Raw: raw}
	if _, err := s.Doorstep.Library.Publish(s.App, book, status, "", s.Doorstep.Now()); err != nil {
		s.t.Fatal(err)
	}
}
