package commands

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doorstep/internal/demo"
	field "doorstep/internal/simulate"
)

// simulate lets tablets of the demo city's workers loose on a running server.
func simulate() *cobra.Command {
	var cfg field.Config
	var scale string
	cfg.Rates = field.UsualRates()
	c := &cobra.Command{Use: "simulate", Short: "模拟平板向演示城市的服务器采集上报 · simulated tablets against a server with the demo city", Args: cobra.NoArgs, SilenceUsage: true}
	f := c.Flags()
	f.StringVar(&cfg.Server, "server", "http://127.0.0.1:8090", "服务器地址 · address of the server")
	f.IntVar(&cfg.Tablets, "tablets", 20, "平板数 · number of tablets")
	f.IntVar(&cfg.Visits, "visits", 10, "每台平板的走访数 · visits of each tablet")
	f.Uint64Var(&cfg.Seed, "seed", 1, "随机种子 · seed of the visits, mistakes and lost answers")
	f.StringVar(&scale, "scale", "small", "服务器上演示城市的规模 · size of the server's demo city: small or full")
	f.Float64Var(&cfg.Weather.LostAnswers, "lost-acks", 0.1, "应答丢失的比例 · share of answers that are lost on the way")
	f.Float64Var(&cfg.Weather.LostRequests, "lost-requests", 0, "请求丢失的比例 · share of requests that are lost on the way")
	f.Float64Var(&cfg.Weather.Repeated, "repeated", 0, "请求重复到达的比例 · share of requests that arrive twice")
	f.IntVar(&cfg.Parallel, "parallel", 16, "同时工作的平板数 · tablets at work at the same time")
	f.IntVar(&cfg.PerPush, "per-push", 5, "每次同步的走访数 · visits of one sync")
	f.DurationVar(&cfg.Patience, "patience", time.Minute, "服务器不通时坚持多久 · how long a tablet tries when the server is away")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		now := time.Now()
		size, err := ScaleOf(scale, now)
		if err != nil {
			return err
		}
		if cfg.City, err = demo.NewCity(DemoSeed, size); err != nil {
			return err
		}
		cfg.Server = strings.TrimRight(cfg.Server, "/")
		cfg.Password, cfg.Now, cfg.Progress = DemoPassword, time.Now, progress("模拟 simulate")
		cfg.HTTP = &http.Transport{MaxIdleConnsPerHost: cfg.Parallel}
		report, err := field.Run(cmd.Context(), cfg)
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
	return c
}

// progress draws a bar on a terminal and nothing anywhere else.
func progress(what string) func(done, total int) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func(int, int) {}
	}
	var bar *progressbar.ProgressBar
	return func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionClearOnFinish())
		}
		if err := bar.Set(done); err != nil {
			return // a bar that cannot be drawn stops nothing
		}
	}
}
