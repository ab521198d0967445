package server

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/problem"
	"doorstep/web"
)

const (
	consolePath = "/console/"
	// consolePolicy lets a page of the console run and show what this server gives and nothing else: no text of a record
	// can become a script, and no request tells another server what is being looked at. Photos are fetched with the
	// token and shown as blobs.
	consolePolicy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self'; " +
		"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// fillPolicy is for the page on which a form is tried: its engine compiles WebAssembly. The page is sandboxed, so that
	// nothing that runs in it has the origin of the console, and with it somebody's session.
	fillPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; " +
		"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
	forYears = "public, max-age=31536000, immutable" // for names that hold the digest of the content
)

// Pages serves the files of the console. They are the same for everybody and hold no data, so no one is asked who they
// are; every path below that is no file is a page of the console, which its shell draws.
func (s *Server) Pages(e *core.ServeEvent) error {
	files, err := web.Console()
	if err != nil {
		return err
	}
	back, err := web.Dashboard()
	if err != nil {
		return err
	}
	e.UIExtensions = append(e.UIExtensions, core.UIExtension{Name: "doorstep", FS: back})
	here := func(re *core.RequestEvent) error { return re.Redirect(http.StatusTemporaryRedirect, consolePath) }
	asset := func(re *core.RequestEvent) error {
		f, ok := files["assets/"+re.Request.PathValue("path")]
		if !ok {
			return writeProblem(re, problem.New(problem.NotFound, ""))
		}
		re.Response.Header().Set("Access-Control-Allow-Origin", "*") // the sandboxed page, which has no origin, runs them too
		return sendFile(re, f, consolePolicy, forYears)
	}
	page := func(re *core.RequestEvent) error {
		name := re.Request.PathValue("path")
		if name == web.Fill {
			return sendFile(re, files[name], fillPolicy, "no-cache")
		}
		f, ok := files[name]
		if !ok {
			f = files[web.Shell]
		}
		return sendFile(re, f, consolePolicy, "no-cache")
	}
	for path, answer := range map[string]func(*core.RequestEvent) error{
		"/{$}": here, "/console": here, consolePath + "assets/{path...}": asset, consolePath + "{path...}": page,
	} {
		e.Router.GET(path, answer).Bind(apis.SkipSuccessActivityLog())
	}
	return e.Next()
}

// sendFile answers with a file, compressed where the client takes that, or tells that its copy is still good.
func sendFile(re *core.RequestEvent, f web.File, policy, keep string) error {
	h := re.Response.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", keep)
	h.Set("ETag", f.ETag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(re.Request.Header.Get("If-None-Match"), f.ETag) {
		return re.NoContent(http.StatusNotModified)
	}
	if f.Gzip != nil && strings.Contains(re.Request.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		return re.Blob(http.StatusOK, f.Type, f.Gzip)
	}
	return re.Blob(http.StatusOK, f.Type, f.Body)
}
