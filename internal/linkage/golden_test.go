package linkage

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/corpora"
)

// TestCellsAgree writes down, of many cells of each role, what is read of them, how well any two agree, and by which features one finds
// the other.
func TestCellsAgree(t *testing.T) {
	plain, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	romanised, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	romanised.surnames = romanised.romanSurnames()
	names := strings.Split("子涵,子函,子汉,梓晗,子轩,涵子,小涵,阿涵,涵涵,子,涵,国华,國華,郭华,志强,子强,自强,兰,男,南,浩然,浩,浩然子,买买提·吐尔逊,买买提・吐尔逊,买买提,麦麦提·吐尔逊,"+
		"吐尔逊·买买提,阿依古丽·买买提,不详,?,n/a,张,章,単,John,jon,Johnny,j,jack,Mary Ann,maryann,ann mary,mary,Ann Mary Smith,mary ann smith jones,mitchell,mitchel,"+
		"michael,mitch,thomas,tomas,thomson,Isabelle,isabella,philip,filip,knight,night,mckenzie,mackenzie,o'brien,O’Brien,zi han,zihan,ze han,shihan,hanzi,李子涵,li zihan,becker,beker,dickson,dixon,lloyd,loyd,ahmed,amed,amhed,x", ",")
	cells := map[Role][]string{
		GivenName: names, FullName: append(slices.Clone(names), "dr mary ann smith", "smith, mary ann", "李小明", "李明", "Li Xiaoming", "mary ann smith brown", "bess jane smith brown"), GuardianName: names,
		Surname: strings.Split("单,山,曾,增,鍾,钟,欧阳,歐陽,区,张,章,王,李,万俟,smith,smyth,smithe,schmidt,jones,johnes,shan,zeng,ouyang", ","),
		Sex:     strings.Split("男,男性,m,Male,1,boy,man,女,女性,f,female,2,girl,woman,3,x", ","),
		BirthDate: strings.Split("2015-03-12,2015/3/12,20150312,12/03/2015,2015-12-03,2015-04-30,2015-03-13,2015-07-12,2015-11-12,2015-03-30,2015-03-29,2015-05-03,2015-05-04,2015,2014,"+
			"2013,2012,2000,1999,2015-01-01,2025-03-12,2026-03-12,2015-04-23,2015-08-29,2013-08-29,2015-02-30,2015-02-31,2015-13-01,1915,2000-03-12,2001-03-11,0001,"+
			"1849-05-05,1850-05-05,1850-06-15,2100-05-05,2100-06-07,2101-05-05,201503121,x,2015-100-01,15-03-12,2015-03-12T10:00,1850-06-14,2100-06-12,2015-02-29,2015-02-28,2016-02-28,2020-03-12,2026-03-12,2030-04-01,0000,0000-03-04,1970-01-01,1970-02-06,2015-04-04,2015-04-08", ","),
		IDNumber: strings.Split("990001201503120012,990001201503120013,990001201503120021,990001201503120022,110101199001010015,110101199001010023,110101198901010016,110101900101001,"+
			"1804974,1840974,1804975,1805975,18049,18059,18069,000,12,unknown,ab 12-34,AB1234,１８０４９７４", ","),
		Phone:    strings.Split("13812345678,+86 138-1234-5678,13812345687,13812345679,11111111111,0755-12345678,12345678,12345679,1234,12345,8613812345,8612345", ","),
		Postcode: strings.Split("tq13 8df,TQ138DF,tq13 9df,2119,2191,2118,3119,21,12,1,2,123456789,123456798,不详,44030", ","),
		HouseCode: strings.Split("4403070110050120010000012,4403070110050120010000099,4403070110059920010000099,4403,4404,44,45,12345678,12345679,"+
			"123456789,123456780", ","),
		Exact: strings.Split("Politician,politician,politician.,Priester,未知", ","),
		Address: strings.Split("深江市龙岗区平湖街道新村社区人民路12号3栋1502,龙岗区人民路12号3座1502室,人民路十二号三栋,人民路12号3栋,人民路12-3-1502,人民路12号3栋1503,人民路12号,人民路,"+
			"人民大道12号,建设路97号,三里屯二十号,三里屯20号,一百零五号,105号,百号,100号,二百三十号,230号,十号,10号,一二三号,123号,百二十,十,五,人民路007号,人民路7号,不详,"+
			"12 wallaby place,wallaby place 12,wallabyplace,walaby place,wallaby,wallaby plaza,hoseason street,hoseason st,pridham street,pridhamstreet,12 pridham street,"+
			"21 pridham street,12a pridham street,mckillop circuit,mckillop ecircuit,mckilop ecircuit,green,greem,12 green lane 5,13 green lane 5,lane 5,b,b 2,b 3,bc 2,一零五号,一零号,二〇五号,205号,green lane 7,lane green 7 8", ","),
	}
	cells[StreetNumber], cells[Place], cells[Area] = cells[Postcode], cells[Address], cells[HouseCode]
	var out strings.Builder
	for _, tr := range traits() {
		agreements(&out, string(tr.role), tr, plain, cells[tr.role])
	}
	for _, tr := range traits()[:3] {
		agreements(&out, string(tr.role)+" romanised", tr, romanised, cells[tr.role])
	}
	out.WriteString("\n# names are split\n")
	for _, name := range []string{"李小明", "欧阳娜", "欧阳娜娜", "歐陽娜娜", "欧阳", "张王小明", "王小明明", "娜李小明", "涵涵", "王王", "王哥", "阿哥", "买买提·吐尔逊", "单", "smith, john", "smith, john j",
		"smith, john j r", "smith, 3rd", "john j smith", "john", "", "li xiaoming", "xiaoming li", "lixiaoming", "ouyang na", "na xiao", "xian", "qqqq li", "li", "shi wang", "wang shi", "qin an", "an qin", "na ouyang", "nana li", "sen de", "de sen de"} {
		a, b := plain.namesOf(name)
		c, d := romanised.namesOf(name)
		fmt.Fprintf(&out, "%s: %q %q, romanised %q %q\n", name, a, b, c, d)
	}
	corpora.Golden(t, "testdata/cells.txt", out.String())
}

// agreements writes each cell with what is read of it and the features that it has, and below it all cells that come after it and agree in more
// than nothing.
func agreements(out *strings.Builder, title string, tr trait, r *reader, cells []string) {
	fmt.Fprintf(out, "\n# %s\n", title)
	slots := func(a, b features) (same string) {
		for i := range a {
			if a[i] != 0 && a[i] == b[i] {
				same += fmt.Sprint(i)
			}
		}
		return same
	}
	of := func(v *value) (f features) {
		if tr.features != nil {
			f = tr.features(v)
		}
		return f
	}
	last := level(len(*tr.scale) - 1)
	for i, cell := range cells {
		a := tr.parse(r, cell)
		fmt.Fprintf(out, "%s = %s [%s]\n", cell, a.text, slots(of(&a), of(&a)))
		for _, other := range cells[i+1:] {
			b := tr.parse(r, other)
			l, found := tr.compare(&a, &b), slots(of(&a), of(&b))
			if l != missing && l != last && (*tr.scale)[l].en != "other" || found != "" {
				fmt.Fprintf(out, "\t%s: %s [%s]\n", other, cmp.Or((*tr.scale)[l].en, "missing"), found)
			}
		}
	}
}

// heardOtherwise are the rows of families whose second is written down in another way each time.
func heardOtherwise(families int) [][]string {
	rows := family(families)
	for i := 1; i < len(rows); i += 3 {
		row := rows[i]
		given := []rune(row[0])[1:]
		switch i / 3 % 12 {
		case 0:
			row[0] = strings.NewReplacer("涵", "晗", "杰", "洁", "子", "梓", "轩", "萱", "宇", "雨", "强", "墙", "晨", "辰").Replace(row[0])
		case 1:
			row[0] = row[0][:3] + "小" + string(given[1])
		case 2:
			row[2] = row[2][:4]
		case 3:
			row[2] = row[2][:9] + string(rune('0'+(row[2][9]-'0'+1)%10))
		case 4:
			row[0], row[4] = "", ""
		case 5:
			row[1], row[2] = "", ""
		case 6:
			row[5] = strings.Replace(row[5], "号", "号附", 1)
			row[6] = ""
		case 7:
			rows[i-1][3], row[3], row[0] = "990001201503120012", "990001201503120013", row[0][:3]+"小明"
		case 8:
			rows[i-1][3], row[3] = "110101199001010015", "110101199001010023"
		case 9:
			row[1] = "女"
		case 10:
			row[2], row[5] = row[2][:5]+row[2][8:]+row[2][7:8]+row[2][5:7], "建设路9号"
		}
	}
	return rows
}

// latin are people who are in a list three times, with something else wrong in each record.
func latin(people, records int, days bool) (rows [][]string) {
	r := rand.New(rand.NewPCG(3, 1))
	one := func(list string) string { all := strings.Fields(list); return all[r.IntN(len(all))] }
	for person := range people {
		given, surname := one("thomas william john james robert george henry charles mary anne"), one("ashton bradford clifton dunham edley fairwood garfield halton kenham langley")
		born := fmt.Sprint(1900 + r.IntN(90))
		if days {
			born += fmt.Sprintf("-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))
		}
		truth := []string{given, surname, born, "", fmt.Sprintf("0712%07d", r.IntN(1e7)), one("wallaby pridham hoseason mckillop") + " street", "flat " + fmt.Sprint(1+r.IntN(9)),
			fmt.Sprint(1 + r.IntN(90)), fmt.Sprint(2000 + r.IntN(40)), one("ashbury norchester penmouth radpool"), one("painter lawyer priest"), one("m f")}
		for n := range records {
			row := slices.Clone(truth)
			switch (person + 5*n) % 8 {
			case 0:
				row[0], row[1] = row[1], row[0]
			case 1:
				row[5], row[6] = row[6], row[5]
			case 2:
				row[0], row[4] = row[0][:3], ""
			case 3:
				row[1], row[9] = row[1]+"e", ""
			case 4:
				row[2] = row[2][:4] + "-01-01"
			case 5:
				row[3], row[7] = fmt.Sprintf("AB%05d", person*37), ""
			case 6:
				row[0], row[8] = one("peter paul anna emma"), ""
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// TestWhatIsFound writes down all that is learned of some small lists, and the pairs and clusters that are found in them.
func TestWhatIsFound(t *testing.T) {
	latinFields := []Field{{GivenName, "given"}, {Surname, "surname"}, {BirthDate, "born"}, {IDNumber, "number"}, {Phone, "phone"}, {Address, "line 1"}, {Address, "line 2"},
		{StreetNumber, "no"}, {Postcode, "postcode"}, {Place, "town"}, {Exact, "trade"}, {Sex, "sex"}}
	some := func(rows [][]string, columns ...int) (out [][]string) {
		for _, row := range rows {
			var cells []string
			for _, c := range columns {
				cells = append(cells, row[c])
			}
			out = append(out, cells)
		}
		return out
	}
	across := func(rows [][]string) (out [][]string) { // the first of each three, then the others
		for i := range 3 {
			for at := i; at < len(rows); at += 3 {
				out = append(out, rows[at])
			}
		}
		return out
	}
	limits, tight := DefaultLimits(), Limits{Bucket: 6, Single: 3, Pairs: 12, Least: 300}
	limits.All = 0
	children := heardOtherwise(36)
	for _, c := range []struct {
		name    string
		fields  []Field
		rows    [][]string
		between int
		limits  Limits
	}{
		{"families", personFields, children, 0, DefaultLimits()},
		{"families by keys", personFields, children, 0, limits},
		{"families by few keys", personFields, across(children), 36, tight},
		{"names and days", []Field{{FullName, "name"}, {BirthDate, "birth"}, {Sex, "sex"}}, some(children, 0, 2, 1), 0, limits},
		{"latin", latinFields, latin(24, 3, true), 0, limits},
		{"latin across", latinFields, across(latin(24, 3, true)), 24, DefaultLimits()},
		{"latin years", latinFields[:3], some(latin(30, 4, false), 0, 1, 2), 0, tight},
	} {
		table, err := NewTable(c.fields)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range c.rows {
			if i == c.between && i > 0 {
				table.Between()
			}
			table.Add(row)
		}
		var shown []string
		r, err := Find(context.Background(), table, Options{Seed: 7, Limits: c.limits, Now: time.Unix(0, 0), Show: func(step string, done, total int) {
			shown = append(shown, fmt.Sprint(step, " ", done, "/", total))
		}})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		fmt.Fprintln(&out, strings.Join(shown, ", "))
		describe(&out, r, c.rows)
		corpora.Golden(t, "testdata/"+strings.ReplaceAll(c.name, " ", "-")+".txt", out.String())
	}
}

// describe writes a result down.
func describe(out *strings.Builder, r *Result, rows [][]string) {
	m := r.Model
	fmt.Fprintf(out, "%d records, %d pairs, %d compared, match %.6f, household %.6f, %d rounds\n\n", m.Records, m.Possible, m.Compared, m.Match, m.Household, m.Iterations)
	for _, p := range m.Passes {
		fmt.Fprintf(out, "%s: %d pairs, %d over full of %d\n", strings.Join(p.Keys, " and "), p.Pairs, p.OverFull, p.Passed)
	}
	for _, c := range m.Columns {
		fmt.Fprintf(out, "\n%s %s given %q\n", c.Role, c.Column, c.Given)
		for _, l := range c.Levels {
			fmt.Fprintf(out, "\t%s %s %.3g %.3g %.3g weight %.2f\n", l.ZH, l.EN, l.Match, l.Others, l.Household, l.Weight)
		}
	}
	fmt.Fprintln(out)
	for i, row := range rows {
		fmt.Fprintf(out, "%d in %d: %s\n", i, r.Cluster[i], strings.Join(row, " | "))
	}
	for i, p := range r.Pairs {
		fmt.Fprintf(out, "\n%d %d odds %.2f probability %.3f weight %.1f through %d held %v nickname %v %s", p.A, p.B, p.Odds, p.Probability, r.Weight(p), p.Through, p.Held,
			p.Nickname, p.Decision)
		if i%9 > 0 {
			continue
		}
		for _, e := range r.Explain(p.A, p.B) {
			fmt.Fprintf(out, "\n\t%s %s: %s %s %.2f %v", e.Role, e.Column, e.ZH, e.EN, e.Bits, e.Given)
		}
	}
}
