package commands

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"

	"doorstep/internal/problem"
)

// shape makes PocketBase's root command refuse unknown words with a list of those it knows, and show in its help what an operator
// needs.
func shape(app *pocketbase.PocketBase) {
	root := app.RootCmd
	root.Short = "离线入户走访调查服务端 · server behind offline door-to-door surveys"
	root.Version = version()
	root.FParseErrWhitelist.UnknownFlags = false
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w\n用法见 · see: %s --help", err, c.CommandPath())
	})
	if dir := root.PersistentFlags().Lookup("dir"); dir != nil {
		dir.Usage = "数据目录 · data folder"
	}
	for _, name := range []string{"encryptionEnv", "dev", "queryTimeout"} {
		if f := root.PersistentFlags().Lookup(name); f != nil {
			f.Hidden = true
		}
	}
	for _, c := range root.Commands() {
		if c.Name() == "migrate" {
			c.Hidden = true
		}
	}
	speak(root)
	strict(root)
}

// strict makes every command that only groups others refuse words that it does not know, and prints usage with no error
// that a command itself returns.
func strict(c *cobra.Command) {
	for _, child := range c.Commands() {
		strict(child)
	}
	c.SilenceUsage = true
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error { return explained(run(c, args)) }
	}
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	withoutDatabase(c).Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := stranger(c, args); err != nil {
			return err
		}
		return c.Help()
	}
}

// stranger fails for a word that is no command of a group.
func stranger(c *cobra.Command, words []string) error {
	if len(words) == 0 || !c.HasSubCommands() {
		return nil
	}
	return fmt.Errorf("没有命令“%s” · unknown command %q for %q; 可选 one of: %s", words[0], words[0], c.CommandPath(),
		strings.Join(children(c), ", "))
}

// Execute runs the command that the words of the command line name. Help on a command that is not there fails as the command
// does: cobra would print that of the group, and succeed.
func Execute(ctx context.Context, root *cobra.Command) error {
	var unknown error
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, words []string) {
		if unknown = stranger(c, c.Flags().Args()); unknown == nil {
			help(c, words)
		}
	})
	return errors.Join(root.ExecuteContext(ctx), unknown)
}

// explained gives a problem of the catalogue its words.
func explained(err error) error {
	var p *problem.Problem
	if !errors.As(err, &p) {
		return err
	}
	text := problem.Catalogue[p.Code]
	return fmt.Errorf("%s · %s (%w)", text.ZH, text.EN, err)
}

func children(c *cobra.Command) (names []string) {
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, child.Name())
		}
	}
	slices.Sort(names)
	return names
}

// version is what the Go tool has stamped into the binary: a tag, or the time and commit of the sources.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version + " " + info.GoVersion
}
