// Doorstep is the server behind offline door-to-door surveys: see README.md.
package main

import (
	"log"
	"os"
	"time"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"

	"doorstep/collections"
	"doorstep/commands"
	"doorstep/hooks"
	_ "doorstep/pb_migrations"
)

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{DBConnect: collections.Connect, DefaultDataDir: "pb_data"})
	migratecmd.MustRegister(app, app.RootCmd, migratecmd.Config{TemplateLang: migratecmd.TemplateLangGo, Dir: "pb_migrations"})
	doorstep := hooks.New(time.Now)
	doorstep.Bind(app)
	commands.Add(app, doorstep)
	if err := app.Start(); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}
