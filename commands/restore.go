package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/hooks"
	"doorstep/internal/backup"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
)

// restore puts a backup in place as a data folder that no server has open.
func restore(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var replace, unproved bool
	c := &cobra.Command{
		Use: "restore FILE.zip", Short: "核验并恢复备份 · prove a backup and put it in place", Args: cobra.ExactArgs(1), SilenceUsage: true,
		Example: "  doorstep restore doorstep-20261123-020000.zip --dir /srv/doorstep",
		Long:    "先停止服务。核验不通过时什么也不改变。\nStop the server first. Nothing is changed unless the backup is proved.",
	}
	c.Flags().BoolVar(&replace, "replace", false, "把现有的数据文件夹移到一旁 · move the data folder that is there aside")
	c.Flags().BoolVar(&unproved, "without-keys", false, "没有密钥也恢复，不核验能否解密 · also without the keys, unproved that they open it")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		dir := filepath.Clean(app.DataDir())
		keys, err := keysOf(cmd.Context(), d.Keys, dir)
		if err != nil {
			return err
		}
		done, err := backup.Restore{File: args[0], Dir: dir, Replace: replace, Keys: keys, Unproved: unproved, Now: d.Now()}.Run(cmd.Context())
		if errors.Is(err, backup.ErrNotEmpty) {
			return fmt.Errorf("%w。用 --dir 指定新文件夹，或用 --replace 把它移到一旁 · name a new one in --dir, or move it aside with --replace", err)
		}
		if errors.Is(err, backup.ErrNoKeys) {
			return fmt.Errorf("%[1]w。请把密钥放到 %[2]s，或用 DOORSTEP_KEYS 指明；确实没有时用 --without-keys · put them at %[2]s or name them in DOORSTEP_KEYS; "+
				"--without-keys goes on without them", err, sealing.PathFor(dir))
		}
		if err != nil {
			return err
		}
		printRestored(cmd.OutOrStdout(), dir, done, keys == nil)
		return nil
	}
	return c
}

// keysOf opens the keys that a server of the folder would use; nil where there are none yet.
func keysOf(ctx context.Context, source seal.Source, dir string) (*seal.Keys, error) {
	if source == "" {
		source = seal.Source(sealing.PathFor(dir))
	}
	keys, err := source.Open(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return keys, err
}

func printRestored(w io.Writer, dir string, r backup.Restored, noKeys bool) {
	fmt.Fprintf(w, "已核验并恢复到 proved and restored to %s\n", dir)
	printContents(w, r.Manifest)
	if r.Aside != "" {
		fmt.Fprintf(w, "原数据文件夹移到 · the data folder that was there is now %s\n", r.Aside)
	}
	if noKeys {
		fmt.Fprintf(w, "警告：没有找到密钥，没有证明能否解密。启动前请把密钥放到 %[1]s，或用 DOORSTEP_KEYS 指明。\nWarning: no keys were found, so it is not proved that they "+
			"open the data. Put them at %[1]s before the start, or name them in DOORSTEP_KEYS.\n", sealing.PathFor(dir))
	}
	fmt.Fprintf(w, `下次启动后：%d 台平板会从头同步；它们在 %s 之后提交、仍保存在本机的记录会再次上传，不会重复。
此后登记的平板须重新登记；此后在服务器上做的审核、合并、删除、撤销须重做。
At the next start the %[1]d tablets sync in full. What they sent after %[2]s and still hold comes again, and counts once.
Tablets that registered since register again. Reviews, merges, erasures and revocations made since then have to be made again.
`, r.Tablets, r.Made.Local().Format("2006-01-02 15:04 -0700"))
}
