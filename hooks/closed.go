package hooks

import (
	"errors"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// guard binds what holds for every request.
func (d *Doorstep) guard(e *core.ServeEvent) error {
	e.Router.Bind(
		&hook.Handler[*core.RequestEvent]{Id: "doorstep.discreet", Priority: apis.DefaultActivityLoggerMiddlewarePriority + 1, Func: discreet},
		&hook.Handler[*core.RequestEvent]{Id: "doorstep.restrict", Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1, Func: restrict},
		&hook.Handler[*core.RequestEvent]{Id: "doorstep.lists", Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 2, Func: d.askable},
	)
	return e.Next()
}

// discreet keeps what somebody looks for out of the activity log, which runs after it: filters are in the query, and
// names and numbers in the filters. What an error cites is left out with it.
func discreet(re *core.RequestEvent) error {
	err := re.Next()
	masked := *re.Request.URL
	masked.RawQuery, masked.ForceQuery = "", false
	re.Request.URL = &masked
	if from, cut, found := strings.Cut(re.Request.Referer(), "?"); found && cut != "" {
		re.Request.Header.Set("Referer", from)
	}
	var told *router.ApiError
	if errors.As(err, &told) {
		return &router.ApiError{Data: told.Data, Message: told.Message, Status: told.Status}
	}
	return err
}
