// Doorstep is the server behind offline door-to-door surveys: see README.md.
package main

import (
	"context"
	"errors"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"
	"github.com/spf13/cobra"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/hooks"
	"doorstep/internal/outbox"
	"doorstep/internal/seal"
	_ "doorstep/pb_migrations"
)

func main() {
	keepPrivate()
	app := pocketbase.NewWithConfig(pocketbase.Config{DBConnect: collections.Connect, DefaultDataDir: "pb_data"})
	migratecmd.MustRegister(app, app.RootCmd, migratecmd.Config{TemplateLang: migratecmd.TemplateLangGo, Dir: "pb_migrations"})
	doorstep := hooks.New(time.Now)
	doorstep.Keys = seal.Source(os.Getenv(commands.KeysVariable))
	if url := os.Getenv("DOORSTEP_REPORT_URL"); url != "" {
		doorstep.Notify = outbox.Webhook(url)
	}
	doorstep.Bind(app)
	commands.Add(app, doorstep)
	if err := execute(app); err != nil {
		os.Exit(1) // it has been told
	}
}

// execute does what app.Start does, and more: the exit status tells whether the command failed, an interrupt ends the
// command's context, and only a command that is meant to make a data folder does so.
func execute(app *pocketbase.PocketBase) error {
	app.RootCmd.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		return commands.Open(app, c)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed := make(chan error, 1)
	go func() {
		err := commands.Execute(ctx, app.RootCmd)
		if err != nil {
			commands.Tell(app.RootCmd, err)
		}
		failed <- err
	}()
	select {
	case err := <-failed:
		return errors.Join(err, terminate(app))
	case <-ctx.Done(): // serve ends by the hooks of terminate, other commands by their context
		stop() // a second interrupt ends the process at once
		err := terminate(app)
		return errors.Join(err, <-failed)
	}
}

func terminate(app *pocketbase.PocketBase) error {
	err := hooks.End(app)
	if err != nil {
		log.Print(err)
	}
	return err
}
