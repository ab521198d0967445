package commands

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/backup"
	"doorstep/internal/disk"
	"doorstep/internal/server"
)

// addBackups gives serve the flags that say where backups go and when, and where the witness of the database lies.
func addBackups(d *hooks.Doorstep, c *cobra.Command) {
	addBackupDir(d, c)
	flags := c.Flags()
	flags.StringVar(&d.Backups.At, "backup-at", "30 18 * * *",
		"每晚备份的时间（cron，UTC），空为不备份 · when a backup is made by night (cron, UTC); empty for never")
	checked(c, "backup-at", isSchedule)
	flags.IntVar(&d.Backups.Keep, "backup-keep", 7, "保留最近几晚的备份 · backups by night that are kept")
	checked(c, "backup-keep", isPositive)
	flags.StringVar(&d.Witness, "witness", "",
		"记录数据库进度的文件，最好在另一块磁盘上；默认在数据文件夹旁 · file that notes how far the database has come, better on another disk; beside the data folder unless "+
			"given")
}

func addBackupDir(d *hooks.Doorstep, c *cobra.Command) {
	c.Flags().StringVar(&d.Backups.Dir, "backup-dir", "",
		"备份文件夹，最好在另一块磁盘上；默认在数据文件夹内 · folder of backups, better on another disk; in the data folder unless given")
}

// addSpare gives a command the flag that says how much of a disk files leave free.
func addSpare(app core.App, c *cobra.Command) {
	text := "磁盘留出的空间（MB），附件与备份不占用，只供走访记录；默认为磁盘的 5%，最多 4096 · MB of a disk that attachments and backups leave to field records (default 5 % " +
		"of the disk, 4096 at most)"
	c.Flags().Func("keep-free", text, func(said string) error {
		mb, err := strconv.ParseInt(said, 10, 40)
		if err != nil || mb < 1 {
			return errors.New("须为正整数 · must be a positive number")
		}
		collections.UseSpare(app, disk.Spare(mb<<20))
		return nil
	})
}

// addDay gives serve the flag that says how much one account brings in a day.
func addDay(d *hooks.Doorstep, c *cobra.Command) {
	text := fmt.Sprintf("一个账号一天最多上传的附件（MB），走访记录另计，为其十分之一；超出的留在平板上，次日再传 · MB of files that one account brings in a day, and of records "+
		"a tenth of it; more waits on the tablet (default %d)", d.Files.Most>>20)
	c.Flags().Func("most-a-day", text, func(said string) error {
		mb, err := strconv.ParseInt(said, 10, 40)
		if err != nil || mb < 10 {
			return errors.New("须为整数，至少 10 · must be a number, 10 at least")
		}
		d.BoundDay(mb << 20)
		return nil
	})
}

// makeBackup copies everything but the keys. It changes nothing first, so that an older database can be saved before
// this program brings it up to date.
func makeBackup(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{
		Use: "backup [FILE.zip]", Short: "备份数据库与附件 · a copy of the database and the attachments", Args: cobra.MaximumNArgs(1), SilenceUsage: true,
		Long: "可在服务运行时进行，写好后会核验。密钥不在备份里，请另行保存。\nIt works beside a running server, and is proved after it was written. Keys are not in it: keep " +
			"them apart.",
	}
	addBackupDir(d, c)
	addSpare(app, c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		var report backup.Report
		var err error
		file := ""
		if len(args) == 1 {
			file = args[0]
			report, err = backup.Make(cmd.Context(), app, file, d.Now())
		} else {
			folder := d.Folder(app)
			report, err = folder.Make(cmd.Context(), app, d.Now())
			file = filepath.Join(folder.Dir, report.Name)
		}
		if err != nil {
			return err
		}
		entry := server.BackedUp(access.Shell().Did(""), report)
		err = collections.Write(cmd.Context(), app, func(db collections.DB) error { return audit.Append(db, d.Now(), entry) })
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %d MB, sha256 %s\n", file, (report.Size+1<<20-1)>>20, report.SHA256)
		printContents(cmd.OutOrStdout(), report.Manifest)
		return nil
	}
	return c
}

func printContents(w io.Writer, m backup.Manifest) {
	fmt.Fprintf(w, "时间 as of %s · 附件 attachments %d · 平板 tablets %d · 审计链末行 head of the audit chain %d %s\n",
		m.Made.Local().Format("2006-01-02 15:04:05 -0700"), m.Files, m.Tablets, m.Audit.Seq, m.Audit.Hash)
	for _, sha := range m.Missing {
		fmt.Fprintf(w, "警告：服务器上已没有这个附件 · warning: the server does not have this attachment any more: %s\n", sha)
	}
}
