package simulate

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
)

// table is the lines of a report, a value and what it is; a line without a value is a heading.
type table []struct{ value, label string }

func (t *table) line(value, label string) {
	*t = append(*t, struct{ value, label string }{value, label})
}

func (t *table) count(n int, label string) { t.line(strconv.Itoa(n), label) }

func (t *table) share(s Share, label string) { t.line(fmt.Sprintf("%d / %d", s.Some, s.Of), label) }

func (t *table) time(d time.Duration, label string) {
	t.line(fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000), label)
}

// byCode lists counts, the highest first.
func (t *table) byCode(counts map[string]int) {
	codes := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for _, code := range codes {
		t.count(counts[code], "  "+code)
	}
}

var mistakeLabels = map[demo.Mistake]string{
	demo.IDDigit: "证件号码错一位 wrong digit", demo.IDTransposed: "证件号码两位颠倒 swapped digits", demo.BirthDay: "出生日期差一天 birth date a day off",
	demo.WrongDatum: "坐标系弄错 wrong datum", demo.OutsideArea: "定位在几公里外 point kilometres away",
}

// Print writes the report as a table in Chinese and English.
func (r *Report) Print(w io.Writer) error {
	t := &table{}
	r.traffic(t)
	r.quality(t)
	r.verdict(t)
	for _, l := range *t {
		if _, err := fmt.Fprintf(w, "%14s  %s\n", l.value, l.label); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) traffic(t *table) {
	t.line("", "—— 收发 traffic ——")
	t.count(r.Tablets, "平板 tablets")
	t.count(r.Visits, "走访 visits")
	t.count(r.Sent, "发送的操作 operations sent")
	t.count(r.Outcomes[client.Stored], "已保存 stored")
	t.count(r.Outcomes[client.Conflict], "冲突 conflict")
	t.count(r.Outcomes[client.Quarantined], "隔离 quarantined")
	t.byCode(r.Quarantine)
	t.count(r.Lost, "网络丢失的请求和应答 requests and answers lost by the network")
	t.count(r.Reassigned, "调整的负责区域 territories reassigned")
	t.count(r.Unchanged, "重发后认出未变 unchanged: sent again and recognised")
	t.time(r.P50, "推送耗时 push p50")
	t.time(r.P95, "推送耗时 push p95")
	t.time(r.P99, "推送耗时 push p99")
	t.time(r.Longest, "推送耗时 push longest")
	t.line(fmt.Sprintf("%.1f s", r.Worked.Seconds()), "采集阶段用时 time at work")
	t.line(fmt.Sprintf("%.1f /s", r.perSecond()), "每秒记录 records per second")
}

func (r *Report) quality(t *table) {
	t.line("", "—— 质量 quality ——")
	t.share(r.Areas, "归格正确 areas right of those placed")
	t.share(r.TwinsHere, "重复儿童被发现（同一平板） duplicates found of those planted, same tablet")
	t.share(r.TwinsAway, "重复儿童被发现（不同平板） duplicates found of those planted, another tablet")
	t.count(r.Duplicates, "疑似重复提示，含其他 duplicate notes, others included")
	for _, m := range slices.Sorted(maps.Keys(r.Mistakes)) {
		t.share(r.Mistakes[m], "发现的差错 mistakes found: "+mistakeLabels[m])
	}
	t.line("", "问题按代码 issues by code")
	t.byCode(r.Issues)
	t.count(r.Decisions["return"], "退回 returned")
	t.count(r.Corrected, "已更正 corrected")
	t.count(r.Decisions["approve"], "通过 approved")
}

func (r *Report) verdict(t *table) {
	t.line("", "—— 核对 verdict ——")
	for _, f := range []struct {
		ids   []string
		label string
	}{
		{r.Findings.Missing, "已确认却缺失 acknowledged and missing"},
		{r.Findings.Doubled, "重复保存 doubled"},
		{r.Findings.Diverged, "平板副本不一致 copies that differ"},
		{r.Findings.Unanswered, "没有回执 without a receipt"},
		{r.Findings.Unreturned, "退回未到平板 returned and not come back"},
	} {
		t.count(len(f.ids), f.label)
		if len(f.ids) > 0 {
			t.line("", "  "+strings.Join(f.ids[:min(5, len(f.ids))], " "))
		}
	}
}
