package commands

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/audit"
	"doorstep/internal/backup"
)

// addBackups gives serve the flags that say where backups go and when, and where the witness of the database lies.
func addBackups(d *hooks.Doorstep, c *cobra.Command) {
	addBackupDir(d, c)
	flags := c.Flags()
	flags.StringVar(&d.Backups.At, "backup-at", "30 18 * * *", "每晚备份的时间(cron,UTC),空为不备份 · when a backup is made by night (cron, UTC); empty for never")
	flags.IntVar(&d.Backups.Keep, "backup-keep", 7, "保留最近几晚的备份 · backups by night that are kept")
	flags.StringVar(&d.Witness, "witness", "", "记录数据库进度的文件,最好在另一块磁盘上;默认在数据文件夹旁 · file that notes how far the database has come, better on another disk; beside the data folder unless given")
}

func addBackupDir(d *hooks.Doorstep, c *cobra.Command) {
	c.Flags().StringVar(&d.Backups.Dir, "backup-dir", "", "备份文件夹,最好在另一块磁盘上;默认在数据文件夹内 · folder of backups, better on another disk; in the data folder unless given")
}

// makeBackup copies everything but the keys. It changes nothing first, so that an older database can be saved before
// this program brings it up to date.
func makeBackup(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{
		Use: "backup [FILE.zip]", Short: "备份数据库与附件 · a copy of the database and the attachments", Args: cobra.MaximumNArgs(1), SilenceUsage: true,
		Long: "可在服务运行时进行,写好后会核验。密钥不在备份里,请另行保存。\nIt works beside a running server, and is proved after it was written. Keys are not in it: keep them apart.",
	}
	addBackupDir(d, c)
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
		entry := hooks.BackedUp(audit.Entry{Actor: "operator", Role: "operator"}, report)
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
	fmt.Fprintf(w, "时间 as of %s · 附件 attachments %d · 平板 tablets %d · 审计链末行 head of the audit chain %d %s\n", m.Made.Local().Format("2006-01-02 15:04:05 -0700"), m.Files, m.Tablets, m.Audit.Seq, m.Audit.Hash)
	for _, sha := range m.Missing {
		fmt.Fprintf(w, "警告:服务器上已没有这个附件 · warning: the server does not have this attachment any more: %s\n", sha)
	}
}
