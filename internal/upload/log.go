package upload

import (
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/exp/slog"
)

// logger passes what the tus handler calls an error on to the app's log. Most are connections that broke, which is why
// tablets upload in this way.
func logger(app core.App) *slog.Logger {
	return slog.New(slog.NewTextHandler(appLog{app}, &slog.HandlerOptions{Level: slog.LevelError}))
}

type appLog struct{ app core.App }

func (l appLog) Write(line []byte) (int, error) {
	l.app.Logger().Info("upload", "detail", strings.TrimSpace(string(line)))
	return len(line), nil
}
