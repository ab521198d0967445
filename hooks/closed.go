package hooks

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/problem"
)

// closedPaths are PocketBase's own doors that nobody goes through, operators included: a token in somebody else's name would
// put their name into the audit trail, a batch answers many requests in
// one transaction of three seconds, and the console runs any SQL, past rules, masks and the audit trail.
var closedPaths = []string{"/api/batch/", "/api/sql/"}

// closeDoors binds what holds for every request.
func (d *Doorstep) closeDoors(e *core.ServeEvent) error {
	e.Router.Bind(
		&hook.Handler[*core.RequestEvent]{Id: "doorstep.discreet", Priority: apis.DefaultActivityLoggerMiddlewarePriority + 1, Func: discreet},
		&hook.Handler[*core.RequestEvent]{Id: "doorstep.closed", Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 1, Func: closed},
		&hook.Handler[*core.RequestEvent]{Id: "doorstep.restrict", Priority: apis.DefaultLoadAuthTokenMiddlewarePriority + 2, Func: restrict},
	)
	return e.Next()
}

func closed(re *core.RequestEvent) error {
	for _, path := range closedPaths {
		if strings.HasPrefix(re.Request.URL.Path+"/", path) || strings.Contains(re.Request.URL.Path, "/impersonate/") {
			return writeProblem(re, problem.New(problem.NotAllowed, "closed"))
		}
	}
	return re.Next()
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

// noFilters refuses subscriptions with a filter: whether a message comes would answer questions about hidden values.
func noFilters(e *core.RealtimeSubscribeRequestEvent) error {
	for _, s := range e.Subscriptions {
		if _, options, found := strings.Cut(s, "?"); found && options != "" {
			return e.BadRequestError("订阅不能带条件。 A subscription takes no options.", nil)
		}
	}
	return e.Next()
}

// hint leaves of a message about a record only which one it is: a read by this way would not be recorded. Clients fetch
// the record when they want it.
func hint(e *core.RealtimeMessageEvent) error {
	var change struct {
		Action string `json:"action"`
		Record struct {
			ID             string `json:"id"`
			CollectionID   string `json:"collectionId"`
			CollectionName string `json:"collectionName"`
		} `json:"record"`
	}
	if strings.HasPrefix(e.Message.Name, "PB_") {
		return e.Next()
	}
	if err := json.Unmarshal(e.Message.Data, &change); err != nil {
		return err
	}
	data, err := json.Marshal(change)
	if err != nil {
		return err
	}
	e.Message.Data = data
	return e.Next()
}
