package commands

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"doorstep/internal/client"
	field "doorstep/internal/simulate"
)

// simulation holds what the command was asked to simulate.
type simulation struct {
	field.Config
	scale, operator string
	every           time.Duration // between two kills of the server; 0 for none
}

// simulate lets tablets of the demo city's workers loose on a running server.
func simulate() *cobra.Command {
	var s simulation
	s.Rates = field.UsualRates()
	c := &cobra.Command{Use: "simulate", Short: "模拟平板向演示城市的服务器采集上报 · simulated tablets against a server with the demo city",
		Args: cobra.NoArgs}
	f := c.Flags()
	f.StringVar(&s.Server, "server", "http://127.0.0.1:8090", "服务器地址 · address of the server")
	f.IntVar(&s.Tablets, "tablets", 20, "平板数 · number of tablets")
	f.IntVar(&s.Visits, "visits", 10, "每台平板的走访数 · visits of each tablet")
	f.Uint64Var(&s.Seed, "seed", 1, "随机种子 · seed of the visits, mistakes and lost answers")
	f.Var(chosen(&s.scale, "small", "full"), "scale", "服务器上演示城市的规模 · size of the server's demo city")
	f.Float64Var(&s.Network.LostAnswers, "lost-acks", 0.1, "应答丢失的比例 · share of answers that are lost on the way")
	f.Float64Var(&s.Network.LostRequests, "lost-requests", 0, "请求丢失的比例 · share of requests that are lost on the way")
	f.Float64Var(&s.Network.Repeated, "repeated", 0, "请求重复到达的比例 · share of requests that arrive twice")
	f.Float64Var(&s.Network.Late, "late", 0, "请求晚到、与后一请求颠倒的比例 · share of requests that arrive after the one that follows")
	f.DurationVar(&s.Network.Delay, "delay", 0, "请求在途的最长时间 · longest time that a request is on its way")
	f.DurationVar(&s.Skew, "clock-skew", 0, "平板时钟偏差的上限 · how far a tablet's clock may be wrong")
	f.StringVar(&s.operator, "operator", "",
		"运维账号邮箱，给出后随机调整负责区域，密码取自 DOORSTEP_OPERATOR_PASSWORD · email of an operator, to reassign territories; the password is read from "+
			"DOORSTEP_OPERATOR_PASSWORD")
	f.Float64Var(&s.Rates.Reassign, "reassign", s.Rates.Reassign,
		"同步后调整负责区域的比例 · share of syncs after which the worker gets another territory")
	f.DurationVar(&s.every, "kill-every", 0, "在 --dir 上自行启动服务器并每隔此时间强行终止 · start the server on --dir, and kill it every so often")
	f.IntVar(&s.Parallel, "parallel", 16, "同时工作的平板数 · tablets at work at the same time")
	f.IntVar(&s.PerPush, "per-push", 5, "每次同步的走访数 · visits of one sync")
	f.DurationVar(&s.Patience, "patience", time.Minute, "服务器不通时坚持多久 · how long a tablet tries when the server is away")
	checked(c, "server", isOrigin)
	for _, share := range []string{"lost-acks", "lost-requests", "repeated", "late", "reassign"} {
		checked(c, share, isShare)
	}
	for _, count := range []string{"tablets", "visits", "parallel", "per-push"} {
		checked(c, count, isPositive)
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error { return s.run(cmd) }
	return c
}

// run lets the tablets loose, and fails where the server does not hold what it acknowledged.
func (s *simulation) run(cmd *cobra.Command) error {
	now := time.Now()
	var err error
	if s.City, err = cityOf(s.scale, now); err != nil {
		return err
	}
	show := steps(cmd.ErrOrStderr())
	s.Server = strings.TrimRight(s.Server, "/")
	s.Password, s.Now, s.Progress = DemoPassword, time.Now, func(done, total int) { show("模拟 simulate", done, total) }
	s.HTTP = &http.Transport{MaxIdleConnsPerHost: s.Parallel}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	if s.every > 0 {
		dir, err := cmd.Flags().GetString("dir")
		if err != nil {
			return err
		}
		v, err := keepKilling(ctx, dir, s.Server, s.every)
		if err != nil {
			return err
		}
		s.Calm = v.leave
		defer func() { stop(); <-v.dead }()
	}
	if s.operator != "" {
		s.Assign = assigner(s.Server, s.HTTP, s.operator, os.Getenv("DOORSTEP_OPERATOR_PASSWORD"))
	}
	report, err := field.Run(ctx, s.Config)
	if err != nil {
		return err
	}
	if err := report.Print(cmd.OutOrStdout()); err != nil {
		return err
	}
	if !report.Findings.OK() {
		return fmt.Errorf("核对不符 · the server does not hold what it acknowledged")
	}
	return nil
}

// assigner gives workers another territory as an operator does in the dashboard.
func assigner(server string, through http.RoundTripper, email, password string) func(context.Context, string, []string) error {
	conn := client.Conn{URL: server, HTTP: &http.Client{Transport: through, Timeout: time.Minute}}
	return func(ctx context.Context, staff string, territory []string) error {
		operator, err := conn.SignInAs(ctx, "_superusers", email, password)
		if err != nil {
			return err
		}
		var found struct{ Items []struct{ ID string } }
		where := "/api/collections/workers/records?filter=" + url.QueryEscape(`staff_no="`+staff+`"`)
		if err := operator.Call(ctx, http.MethodGet, where, nil, &found); err != nil {
			return err
		}
		if len(found.Items) != 1 {
			return fmt.Errorf("%d workers are called %s", len(found.Items), staff)
		}
		return operator.Call(ctx, http.MethodPatch, "/api/collections/workers/records/"+found.Items[0].ID, map[string]any{"territory": territory},
			nil)
	}
}
