package ingest_test

import (
	"fmt"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// again visits where somebody has to be once more: by days that move and go, and by dangers that become graver.
func (s *story) again() {
	visit := func(name string, base int64, says answers) ingest.Operation {
		op := s.visit(name, base, with(answers{"outcome": "met", "place": testapp.Inside(next), "address": "示例路 40 号"}, says))
		op.Form = "again"
		return op
	}
	doses := func(days ...string) (all []answers) {
		for i, day := range days {
			all = append(all, answers{"drug": fmt.Sprint("药", i), "dose_on": day})
		}
		return all
	}
	old, child := answers{"nick": "奶奶", "see_on": "2026-12-01", "doses": doses("2026-12-02", "2026-12-03")}, answers{"nick": "弟弟"}
	s.push("is to come back", "mei", visit("back", 0, answers{"call_back": "2026-12-05", "people": []answers{old, child}}))
	s.push("is to come another day, and not for one of the doses", "mei", visit("back", 1, answers{"call_back": "2026-12-06",
		"people": []answers{with(old, answers{"doses": doses("2026-12-02", "")}), with(child, answers{"see_on": "2026-12-07"})}}))
	s.do(`UPDATE tasks SET status='done' WHERE due='2026-12-06'`)
	s.push("need not come for her", "mei", visit("back", 2, answers{"call_back": "2026-12-06", "people": []answers{child}}))
	s.push("is to come back after all", "mei", visit("back", 3, answers{"call_back": "2026-12-08", "people": []answers{child}}))
	s.push("need not come at all", "mei", visit("back", 4, answers{}))
	s.push("only sees doses", "tao", visit("doses", 0, answers{"people": []answers{{"nick": "爷爷", "doses": doses("2026-12-09")}}}))

	hurt := func(wounds string) answers {
		return answers{"people": []answers{with(child, answers{"wounds": wounds})}}
	}
	s.push("hears of the father", "mei", visit("fear", 0, answers{"fear": "father"}))
	s.push("hears of both", "mei", visit("fear", 1, answers{"fear": "both"}))
	s.push("hears of the father again", "mei", visit("fear", 2, answers{"fear": "father"}))
	s.push("sees a burn", "mei", visit("wound", 0, hurt("burn")))
	s.push("sees a cut too", "mei", visit("wound", 1, hurt("burn cut")))
	s.do(`UPDATE tasks SET status='done' WHERE record='` + s.id("wound") + `'`)
	s.push("says so again", "mei", visit("wound", 2, with(hurt("burn cut"), answers{"head": "周一"})))

	early := visit("early", 4, hurt("burn"))
	s.push("corrects what is not there, with a burn", "tao", early)
	graver := visit("early", 4, with(hurt("burn cut"), answers{"fear": "stranger"}))
	s.push("corrects it once more, with a cut", "tao", graver)
	waits := s.held("early")
	unread := visit("early", 0, hurt("burn"))
	unread.Version = "2"
	s.push("says it in a form that nobody knows", "tao", unread)
	s.push("brings it", "tao", visit("early", 0, hurt("burn cut")))
	s.then("boss gives what waits to a household", func() (any, error) {
		return ingest.Assign(s.t.Context(), s.TestApp, s.intake, access.Act{Actor: s.boss, Now: s.Doorstep.Now()}, ingest.Assignment{
			Submission: waits, Household: s.household("first"), Reason: "电话里核对过了，是这一家"})
	})
	s.push("corrects what was given, and names another household", "tao", visit("early", 5, with(hurt("cut"), answers{
		"household_id": s.household("empty")})))
}

// versions brings changes of one household that apps made before they met the server, and not in their order.
func (s *story) versions() {
	from := s.field["tao"]
	from.Channel, from.Device = ingest.OpenRosa, "phone of tao"
	hut := s.id("hut of tao")
	say := func(what, name, entity, rest string) {
		op := ingest.Operation{Op: ingest.OpSubmit, XML: `<data id="again" version="1"><outcome>met</outcome><place>` + testapp.Inside(here) +
			`</place><household_id>` + hut + `</household_id>` + rest + `<meta><instanceID>uuid:` + s.id(name) +
			`</instanceID><entity dataset="households" id="` + hut + `" ` + entity + `/></meta></data>`}
		s.then("tao's phone "+what, func() (any, error) {
			return ingest.Accept(s.t.Context(), s.App, s.intake, from, []ingest.Operation{op})
		})
	}
	const branch = ` branchId="b1f5b5a0-0000-4000-8000-000000000001"`
	say("made a hut", "v1", `create="1"`, `<address>示例路 50 号</address><head>郑一</head>`)
	say("changed it twice, and brings the second first", "v3", `update="1" baseVersion="2" trunkVersion="1"`+branch, `<head>郑三</head>`)
	say("brings the first", "v2", `update="1" baseVersion="1" trunkVersion="1"`+branch, `<head>郑二</head><phone>13800000021</phone>`)
	say("knew the first revision alone", "v4", `update="1" baseVersion="1"`, `<head>郑四</head>`)
	say("knew it, and says the same", "v5", `update="1" baseVersion="1"`, `<head>郑四</head>`)
	say("knew the second, and says another thing", "v6", `update="1" baseVersion="2"`, `<address>示例路 51 号</address>`)
	say("made it once more", "v8", `create="1"`, `<head>郑八</head>`)
	say("goes on where nobody knows", "v9", `update="1" baseVersion="8" trunkVersion="3"`+branch, `<phone>13800000022</phone>`)
	hut = s.household("first")
	say("changed what another visit made", "v7", `update="1" baseVersion="1"`, `<phone>13800000023</phone>`)
	hut = s.id("shed of tao")
	say("made a shed, and changed it before it met the server", "s2", `update="1" baseVersion="1"`+branch, `<head>冯二</head>`)
	say("brings the shed", "s1", `create="1"`, `<address>示例路 60 号</address><head>冯一</head>`)
	s.do(`UPDATE households SET sealed=substr(sealed,1,length(sealed)-6)||'AAAAAA' WHERE id='` + hut + `'`)
	say("changed a shed that is damaged", "s3", `update="1" baseVersion="2"`, `<head>冯三</head>`)
}

// seldom asks for what may not be, sends things twice, and ends what waits for a household.
func (s *story) seldom() {
	ctx, app, act := s.t.Context(), s.TestApp, access.Act{Actor: s.boss, Now: s.Doorstep.Now()}
	s.change("story", s.id("second"), s.boss, answers{})
	held := s.visit("held", 7, home)
	s.push("corrects what is not there", "tao", held)
	waits, first := s.held("held"), s.household("first")
	for what, ask := range map[string]ingest.Assignment{
		"": {}, "a household that is not there": {Household: "x"}, "no household, but a person": {Person: s.person("first", 1)},
		"a household with somebody else's person": {Household: s.id("hut of tao"), Person: s.person("first", 1)},
		"a person who is not there":               {Household: first, Person: "x"},
	} {
		ask.Submission = waits
		if ask.Reason = "电话里核对过了，是这一家"; what == "" {
			ask.Household, ask.Reason = first, "短"
		}
		if receipt, err := ingest.Assign(ctx, app, s.intake, act, ask); err == nil {
			s.t.Errorf("%s: %+v", what, receipt)
		}
	}
	alike := func(what string, ask ingest.Together) {
		s.then("boss decides what is alike "+what, func() (any, error) {
			return ingest.DecideAlike(ctx, app, s.intake, s.boss, ingest.AlikeTo{Submission: waits, Together: ask})
		})
	}
	at := collections.Stamp(s.Doorstep.Now())
	alike("in no way", ingest.Together{Decision: "approve", Before: at})
	alike("at no time", ingest.Together{Decision: "release"})
	alike("from nowhere", ingest.Together{Decision: "release", Before: at, Cursor: "!"})
	alike("by letting it in", ingest.Together{Decision: "release", Before: at})
	other := s.visit("first", 9, answers{"outcome": "met"})
	other.Form = "again"
	s.push("corrects a record as one of another form", "mei", other)
	s.push("corrects a record as somebody who oversees another district", "far", s.visit("second", 4, home))

	s.Plant(s.t, collections.Tasks, answers{"id": s.id("visit them"), "assignee": s.field["mei"].Actor.ID, "area": here, "status": "open",
		"rev": 1, "kind": "visit", "household": first})
	s.Plant(s.t, collections.Tasks, answers{"id": s.id("visit others"), "assignee": s.field["tao"].Actor.ID, "area": here, "status": "open",
		"rev": 1, "kind": "visit", "household": first})
	s.push("ends a visit that was asked for", "mei", s.visit("asked", 0, with(home, answers{"household_id": first, "people": []answers{}})))

	round := answers{"outcome": "nobody", "place": testapp.Inside(next), "household_id": s.household("round")}
	s.push("finds nobody there in a round, once more", "tao", s.visit("round 3", 0, round))
	s.push("finds somebody there at last", "tao", s.visit("round 4", 0, with(round, answers{"outcome": "met"})))

	late := s.visit("put right", 0, home)
	late.Version = "7"
	s.push("says it in a version that nobody knows", "mei", late)
	s.publish("story", "story", "7", instrument.Published)
	s.push("says it once more when the version is known", "mei", late)
	silent := s.field["mei"]
	silent.Device = ""
	s.then("a push without a tablet, of nothing", func() (any, error) { return ingest.Accept(ctx, s.App, s.intake, silent, nil) })
	secret := ingest.Operation{Op: ingest.OpSubmit, XML: `<data id="story" version="1" encrypted="yes"><meta><instanceID>uuid:` +
		s.id("secret") + `</instanceID></meta></data>`}
	s.then("mei's phone sends what is encrypted", func() (any, error) {
		return ingest.Accept(ctx, s.App, s.intake, s.field["mei"], []ingest.Operation{secret})
	})
}
