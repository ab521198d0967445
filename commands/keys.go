package commands

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doorstep/collections"
	"doorstep/hooks"
	"doorstep/internal/datafolder"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
)

// KeysVariable names the environment variable with the keyset: the path of a key file, the keyset itself, "exec:" and a
// command that prints it, or "plain" for tests.
const KeysVariable = "DOORSTEP_KEYS"

func keys(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	return group("keys", "加密密钥 · keys that seal the data", withoutDatabase(newKeys(d)), rotateKeys(app, d), keysStatus(app, d))
}

func newKeys(d *hooks.Doorstep) *cobra.Command {
	var suite string
	c := &cobra.Command{Use: "new FILE", Short: "生成密钥文件 · make a key file", Args: cobra.ExactArgs(1)}
	c.Flags().Var(chosen(&suite, string(seal.AES256), string(seal.SM4)), "suite", "加密算法 · algorithms")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ks, err := seal.NewKeyset(seal.Suite(suite), d.Now())
		if err != nil {
			return err
		}
		if err := ks.Create(args[0]); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(),
			"%s: %s %s\n请另存一份到别处：丢失密钥，数据就再也无法读取。\nKeep a copy of it somewhere else: without it the data cannot be read again.\n", args[0],
			ks.Primary, suite)
		return nil
	}
	return c
}

func rotateKeys(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	var suite string
	var index bool
	c := &cobra.Command{
		Use: "rotate", Short: "换新密钥并重新加密 · a new key, and everything sealed anew with it", Args: cobra.NoArgs,
		Long: "旧密钥留在密钥文件里，备份仍需要它。可以随时中断，再以 --resume 运行即继续。\nEarlier keys stay in the key file: backups need them. It may be stopped at any " +
			"moment; run it with --resume to go on.",
	}
	c.Flags().Var(chosen(&suite, string(seal.AES256), string(seal.SM4)), "suite", "加密算法 · algorithms")
	c.Flags().BoolVar(&index, "index", false, "同时换检索密钥；须先停止服务 · also the key of the blind indexes; stop the server first")
	resume := c.Flags().Bool("resume", false, "不换密钥，只继续上次的重新加密 · no new key, go on with what was stopped")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if index { // a server would go on hashing what comes in with the earlier key, and nobody would find it again
			release, err := datafolder.Hold(app.DataDir())
			if err != nil {
				return err
			}
			defer release()
		}
		if !*resume {
			if err := addKey(cmd, app, d, seal.Suite(suite), index); err != nil {
				return err
			}
		}
		if index {
			if err := sealing.Everything(cmd.Context(), app, d.Library, sealProgress(cmd.ErrOrStderr())); err != nil {
				return err
			}
		}
		if err := sealing.Reseal(cmd.Context(), app, d.Library, sealProgress(cmd.ErrOrStderr())); err != nil {
			return err
		}
		return printStatus(cmd.OutOrStdout(), app, d)
	}
	return prepared(app, d, c)
}

// addKey writes the key file with a new key before anything is sealed with it. A keyset that is no file is printed, for
// its keeper to put it in its place.
func addKey(cmd *cobra.Command, app *pocketbase.PocketBase, d *hooks.Doorstep, suite seal.Suite, index bool) error {
	source := d.Keys
	if source == "" {
		source = seal.Source(sealing.DefaultPath(app))
	}
	ks, err := source.Keyset(cmd.Context())
	if err != nil {
		return err
	}
	if err := ks.Rotate(suite, d.Now()); err != nil {
		return err
	}
	if index {
		ks.RotateIndex(d.Now())
	}
	path, isFile := source.Path()
	if !isFile {
		b, err := ks.Encode()
		if err == nil {
			_, err = cmd.OutOrStdout().Write(b)
		}
		return errors.Join(err, errors.New("密钥不在文件里：请把上面的密钥放到原处，再运行 keys rotate --resume；届时所有会话结束，每个人须重新登录 · the keyset is no file: put the "+
			"one above in its place, then run keys rotate --resume; every session ends then, and everybody signs in again"))
	}
	if err := ks.Replace(path); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: 新密钥 new key %s。请更新您的副本 · update your copy\n", path, ks.Primary)
	fmt.Fprint(cmd.ErrOrStderr(), "所有会话随之结束：每个人须重新用密码登录。\nEvery session ends with it: everybody signs in again with the password.\n")
	_, err = sealing.Open(cmd.Context(), app, source, d.Now())
	return err
}

func keysStatus(app *pocketbase.PocketBase, d *hooks.Doorstep) *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "哪些数据用哪把密钥加密 · what each key has sealed", Args: cobra.NoArgs}
	c.RunE = func(cmd *cobra.Command, _ []string) error { return printStatus(cmd.OutOrStdout(), app, d) }
	return prepared(app, d, c)
}

func printStatus(w io.Writer, app *pocketbase.PocketBase, d *hooks.Doorstep) error {
	counts, err := sealing.Status(app, d.Library)
	if err != nil {
		return err
	}
	keys := collections.KeysOf(app)
	if !keys.Sealing() {
		fmt.Fprintln(w, "未加密 · nothing is sealed")
		return nil
	}
	fmt.Fprintf(w, "当前密钥 primary key: %s · 检索密钥 index key: %s\n", keys.Primary(), keys.IndexID())
	if done, err := sealing.Indexed(app, keys); err != nil {
		return err
	} else if !done {
		at, last, err := sealing.Renewing(app)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "升级后的加密正在进行 · what this version seals is being sealed: %s %s\n", at, last)
	}
	for _, c := range counts {
		for _, id := range slices.Sorted(maps.Keys(c.Keys)) {
			key := id
			switch id {
			case "":
				key = "明文 in clear"
			case keys.Primary():
				key += " *"
			}
			fmt.Fprintf(w, "%-24s %-12s %d\n", c.Table, key, c.Keys[id])
		}
	}
	return nil
}

// sealProgress shows a line per table on a terminal and nothing anywhere else.
func sealProgress(w io.Writer) sealing.Progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(f), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())
	return func(table string, seen, sealed int) {
		bar.Describe(fmt.Sprintf("%s: %d/%d", table, sealed, seen))
		_ = bar.Add(1) // a bar that cannot be drawn is no reason to stop
	}
}
