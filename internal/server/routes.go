package server

import (
	"net/http"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/upload"
)

// Route is one URL, what it lets an actor do, and who answers. Access decides by the action and, inside the handler, by
// the territory of the record.
type Route struct {
	Method, Path string
	Do           access.Action
	Sorts        []string // orders that a list knows, the usual first; any other is refused
	Slow         string   // why it reads for as long as it takes; whatever else reads is cut after Server.Longest
	handle       handler
	pack         bool // its long answers are sent as gzip or zstd to who accepts that
	stream       bool // it bounds its body itself: files, which are never kept in memory, and pushes, which are counted
}

// Pattern is the route as net/http's router writes it.
func (r Route) Pattern() string { return r.Method + " " + r.Path }

type handler func(*request) error

func route(method, path string, do access.Action, handle handler) Route {
	return Route{Method: method, Path: path, Do: do, handle: handle}
}

func get(path string, do access.Action, handle handler) Route {
	return route(http.MethodGet, path, do, handle)
}

func post(path string, do access.Action, handle handler) Route {
	return route(http.MethodPost, path, do, handle)
}

func (r Route) packed() Route            { r.pack = true; return r }
func (r Route) streams() Route           { r.stream = true; return r }
func (r Route) sorts(by ...string) Route { r.Sorts = by; return r }
func (r Route) slow(why string) Route    { r.Slow = why; return r }

// Paths that stand in more than one place.
const (
	uploadPath   = upload.BasePath + "{device}/{upload}"
	mePath       = "/api/doorstep/v1/me"            // answers also somebody who has still to enrol a second factor
	factorRoutes = "/api/doorstep/v1/second-factor" // what somebody may do who has still to enrol
	areaJobs     = "/api/doorstep/v1/area-jobs"
	jobsPath     = "/api/doorstep/v1/jobs"
	baseMapPath  = "/api/doorstep/v1/base-map"
)

// Routes is every URL below /api/sync and /api/doorstep, by who calls it. Those of ODK's apps are odkRoutes and draftRoutes, those of the
// console stand in pages.go, and those of PocketBase that stay open in Opened.
var Routes = slices.Concat(tabletRoutes, reviewRoutes, officeRoutes, areaRoutes, workRoutes, consoleRoutes, jobRoutes)

// tabletRoutes are what tablets call.
var tabletRoutes = []Route{
	post("/api/sync/v1/devices", access.Sync, registerDevice),
	post("/api/sync/v1/push", access.Sync, push).packed().streams(),
	get("/api/sync/v1/pull", access.Sync, pull).packed().slow("sent while it is read, page by page"),
	get("/api/sync/v1/digest", access.Sync, digest).packed().slow("a tablet could not go on without it"),
	get("/api/sync/v1/repair", access.Sync, repairPull).packed().slow("sent while it is read"),
	post("/api/sync/v1/sealed", access.HandIn, handIn).streams(),
	post("/api/sync/v1/files/have", access.Sync, lackingFiles),
	post(upload.BasePath, access.Sync, uploadPart).streams(),
	route(http.MethodHead, uploadPath, access.Sync, uploadPart),
	route(http.MethodPatch, uploadPath, access.Sync, uploadPart).streams(),
	route(http.MethodDelete, uploadPath, access.Sync, uploadPart),
	get("/api/sync/v1/forms/{form}/{version}", access.ReadForm, formXML).slow("in memory, as long as it is"),
}

// reviewRoutes are what supervisors decide with.
var reviewRoutes = []Route{
	get("/api/doorstep/v1/quarantine", access.ReadQuarantine, listQuarantine).sorts(console.Oldest, console.Newest),
	post("/api/doorstep/v1/quarantine/{id}/release", access.DecideQuarantine, release),
	post("/api/doorstep/v1/quarantine/{id}/discard", access.DecideQuarantine, discard),
	post("/api/doorstep/v1/quarantine/{id}/assign", access.DecideQuarantine, assignHeld),
	get("/api/doorstep/v1/quarantine/{id}/alike", access.DecideQuarantine, countAlike),
	post("/api/doorstep/v1/quarantine/{id}/alike", access.DecideQuarantine, decideAlike),
	post("/api/doorstep/v1/records/{collection}/{id}/review", access.ReviewRecord, decide),
	post("/api/doorstep/v1/records/{collection}/{id}/put-back", access.ReviewRecord, putBack),
	post("/api/doorstep/v1/records/{collection}/{id}/correct", access.ReviewRecord, correct),
	get("/api/doorstep/v1/records/{collection}/{id}/history", access.ReviewRecord, history).sorts(console.Oldest, console.Newest),
	get("/api/doorstep/v1/attachments/{id}", access.ReadAttachment, readAttachment).slow("a file"),
	post("/api/doorstep/v1/reveal", access.Reveal, revealColumns),
	post("/api/doorstep/v1/duplicates/{id}/decide", access.DecideDuplicate, decideDuplicate),
	post("/api/doorstep/v1/search/person", access.SearchPerson, searchPerson),
	post("/api/doorstep/v1/search/heard", access.ReviewRecord, searchHeard),
	post("/api/doorstep/v1/search/household", access.ReviewRecord, searchHousehold),
	post("/api/doorstep/v1/break-glass", access.BreakGlass, breakGlass),
	get("/api/doorstep/v1/break-glass/{id}", access.BreakGlass, behindGlass),
}

// officeRoutes are what managers, analysts and operators call.
var officeRoutes = []Route{
	get("/api/doorstep/v1/coverage", access.ReadCoverage, readCoverage).packed().sorts(console.AreaSorts...),
	get("/api/doorstep/v1/coverage/file", access.ReadCoverage, coverageFile).packed().sorts(console.AreaSorts...),
	get("/api/doorstep/v1/export/{form}", access.Export, export).slow("sent while it is read"),
	post("/api/doorstep/v1/export-requests", access.ExportIdentified, askExport),
	post("/api/doorstep/v1/export-requests/{id}/approve", access.ApproveExport, approveExport),
	get("/api/doorstep/v1/audit", access.ReadAudit, verifyAudit).slow("the whole chain is looked at"),
	get("/api/doorstep/v1/persons/{id}/audit", access.ReadAudit, whoSaw).sorts(console.Oldest, console.Newest),
	post("/api/doorstep/v1/forms", access.PublishForm, publishForm),
	post("/api/doorstep/v1/forms/convert", access.ConvertForm, convertForm),
	post("/api/doorstep/v1/forms/check", access.ConvertForm, checkForm),
	get("/api/doorstep/v1/forms/{form}/{version}", access.ConvertForm, oneForm).slow("in memory"),
	get("/api/doorstep/v1/forms/{form}/{version}/workbook", access.ReadForm, formWorkbook).slow("a file"),
	post("/api/doorstep/v1/forms/{form}/preview", access.PublishForm, previewForm),
	get("/api/doorstep/v1/forms/{form}/points", access.PublishForm, formPoints),
	post("/api/doorstep/v1/forms/{form}/points", access.PublishForm, editPoints),
	post("/api/doorstep/v1/forms/{form}/{version}/status", access.PublishForm, formStatus),
	post("/api/doorstep/v1/forms/{form}/files", access.PublishForm, uploadFormFile),
	post("/api/doorstep/v1/forms/{form}/draft/token", access.PublishForm, issueDraftToken),
	post("/api/doorstep/v1/forms/{form}/draft/qr", access.PublishForm, draftQR),
	post("/api/doorstep/v1/devices/{id}/revoke", access.ManageDevice, revokeDevice),
	post(factorRoutes, access.EnrolFactor, enrolFactor),
	post(factorRoutes+"/confirm", access.EnrolFactor, confirmFactor),
	post("/api/doorstep/v1/workers/{id}/second-factor/reset", access.ManageWorker, resetFactor),
	post("/api/doorstep/v1/workers/{id}/revoke", access.ManageWorker, endWorker),
	post("/api/doorstep/v1/workers/{id}/token", access.ManageToken, issueToken),
	post("/api/doorstep/v1/workers/{id}/qr", access.ManageToken, tokenQR),
	post("/api/doorstep/v1/tokens/{id}/revoke", access.ManageToken, revokeToken),
	post("/api/doorstep/v1/backups", access.Backup, makeBackup),
	get("/api/doorstep/v1/backups", access.Backup, listBackups).slow("operators alone"),
	get("/api/doorstep/v1/backups/{name}", access.Backup, fetchBackup).slow("a file"),
	post("/api/doorstep/v1/persons/{id}/erase", access.Erase, erasePerson),
	post("/api/doorstep/v1/retention/{id}/approve", access.Erase, approveRetention),
}

// areaRoutes are about areas that change.
var areaRoutes = []Route{
	post("/api/doorstep/v1/areas", access.ImportAreas, importAreas).packed(),
	post("/api/doorstep/v1/house-codes", access.ImportAreas, importHouseCodes),
	get("/api/doorstep/v1/areas/{code}/history", access.ReadCoverage, areaHistory),
	post("/api/doorstep/v1/records/{collection}/{id}/area", access.ReviewRecord, placeRecord),
	get("/api/doorstep/v1/coverage/workers", access.ReadWorker, workersCoverage).sorts(console.WorkSorts...),
	get("/api/doorstep/v1/coverage/workers/file", access.ReadWorker, workersFile).packed().sorts(console.WorkSorts...),
	get(areaJobs, access.ReadCoverage, listAreaJobs),
	post(areaJobs, access.ImportAreas, lookAgain),
	get(areaJobs+"/{id}", access.ReadCoverage, areaJob),
	get(areaJobs+"/{id}/outlines", access.ReadCoverage, areaJobOutlines).packed(),
	get(areaJobs+"/{id}/moves", access.ReviewRecord, areaMoves),
	post(areaJobs+"/{id}/cancel", access.ImportAreas, cancelAreaJob),
	post(areaJobs+"/{id}/resume", access.ImportAreas, resumeAreaJob),
}

// workRoutes are what gives field work to workers.
var workRoutes = []Route{
	get("/api/doorstep/v1/work", access.AssignWork, listWork),
	get("/api/doorstep/v1/quality", access.ReviewRecord, readQuality),
	get("/api/doorstep/v1/quality/datums", access.ReviewRecord, readDatums),
	post("/api/doorstep/v1/campaigns/{id}/work", access.AssignWork, assignWork),
	post("/api/doorstep/v1/campaigns/{id}/work/balance", access.AssignWork, balanceWork),
	post("/api/doorstep/v1/campaigns/{id}/work/list", access.AssignWork, listedWork),
	post("/api/doorstep/v1/campaigns/{id}/recheck", access.AssignWork, drawRecheck),
	get("/api/doorstep/v1/rechecks", access.ReviewRecord, listRechecks),
	get("/api/doorstep/v1/agreement", access.ReviewRecord, readAgreement),
	get("/api/doorstep/v1/workers/{id}/day", access.ReviewRecord, workerDay),
	post("/api/doorstep/v1/work/{id}/give", access.AssignWork, giveWork),
	post("/api/doorstep/v1/work/{id}/take-back", access.AssignWork, takeBackWork),
	post("/api/doorstep/v1/work/{id}/split", access.AssignWork, splitWork),
	post("/api/doorstep/v1/work/{id}/confirm", access.AssignWork, confirmWork),
	get("/api/doorstep/v1/reports", access.ReviewRecord, listReports),
	post("/api/doorstep/v1/reports/{id}/settle", access.ReviewRecord, settleReport),
}

// consoleRoutes are what the pages of the console read.
var consoleRoutes = []Route{
	post("/api/doorstep/v1/match", access.MatchList, matchList),
	get(mePath, access.WhoAmI, me),
	post(mePath+"/sessions/end", access.EndSessions, endSessions),
	post(mePath+"/password", access.ChangePassword, changePassword),
	get("/api/doorstep/v1/watch", access.ReadAudit, readWatch),
	get("/api/doorstep/v1/queue", access.ReviewRecord, queueOf).sorts(console.Newest, console.Oldest),
	get("/api/doorstep/v1/queues", access.ReviewRecord, savedQueues),
	post("/api/doorstep/v1/queues", access.ReviewRecord, saveQueue),
	post("/api/doorstep/v1/queues/{id}/drop", access.ReviewRecord, dropQueue),
	post("/api/doorstep/v1/records/{collection}/{id}/flag", access.ReviewRecord, flagRecord),
	get("/api/doorstep/v1/queue/counts", access.ReviewRecord, queueCounts),
	get("/api/doorstep/v1/queue/clean", access.ReviewRecord, cleanSet),
	post("/api/doorstep/v1/queue/clean", access.ReviewRecord, approveClean),
	get("/api/doorstep/v1/records/{collection}/{id}", access.ReviewRecord, readRecord),
	get("/api/doorstep/v1/today", access.ReviewRecord, today),
	get("/api/doorstep/v1/duplicates", access.DecideDuplicate, listPairs).sorts(console.PairSorts...),
	get("/api/doorstep/v1/duplicates/{id}", access.DecideDuplicate, onePair),
	get("/api/doorstep/v1/areas", access.ReadCoverage, listAreas),
	get("/api/doorstep/v1/areas/outlines", access.ReadCoverage, outlines),
	get("/api/doorstep/v1/tiles/{z}/{x}/{y}", access.ReadCoverage, mapTile).packed(),
	get(baseMapPath, access.ReadCoverage, readBaseMap),
	post(baseMapPath, access.EditBaseMap, editBaseMap),
	get(baseMapPath+"/{z}/{x}/{y}", access.ReadCoverage, baseMapSquare).slow("the tile server is asked, whose time is bounded"),
	get("/api/doorstep/v1/coverage/pace", access.ReadCoverage, readPace),
	get("/api/doorstep/v1/outcomes", access.ReadCoverage, outcomes),
	get("/api/doorstep/v1/quarantine/{id}", access.ReadQuarantine, oneHeld),
	get("/api/doorstep/v1/households/{id}", access.ReviewRecord, readHousehold),
	get("/api/doorstep/v1/campaigns", access.ReadCoverage, listCampaigns),
	post("/api/doorstep/v1/campaigns", access.EditCampaign, editCampaign),
	post("/api/doorstep/v1/campaigns/{id}", access.EditCampaign, editCampaign),
	get("/api/doorstep/v1/workers", access.ReadWorker, listWorkers).sorts(console.WorkerSorts...),
	get("/api/doorstep/v1/forms/{form}/{version}/questions", access.ReviewRecord, questions).slow("in memory"),
	get("/api/doorstep/v1/forms", access.ReadForm, listForms),
	get("/api/doorstep/v1/persons/{id}/needs", access.ReviewRecord, personNeeds),
	get("/api/doorstep/v1/needs", access.ReviewRecord, listNeeds),
	get("/api/doorstep/v1/needs/counts", access.ReadCoverage, countNeeds).slow("the first answers after a start wait until all is counted"),
	get("/api/doorstep/v1/services", access.ReadCoverage, listServices),
	post("/api/doorstep/v1/services", access.EditServices, editServices),
	post("/api/doorstep/v1/services/file", access.EditServices, fileServices),
}

// jobRoutes are about work that takes longer than a page waits.
var jobRoutes = []Route{
	get(jobsPath, access.ReadJob, listJobs).sorts(console.Newest, console.Oldest),
	get(jobsPath+"/{id}", access.ReadJob, oneJob),
	get(jobsPath+"/{id}/file", access.ReadJob, jobFile).slow("a file"),
	post(jobsPath+"/{id}/cancel", access.ReadJob, cancelJob),
	post(jobsPath+"/{id}/again", access.ReadJob, runJobAgain),
	post(jobsPath+"/"+exports, access.Export, beginExport),
	post(jobsPath+"/"+approvals, access.ReviewRecord, beginApproving),
	post(jobsPath+"/"+reopenings, access.ReviewRecord, beginReopening),
	post(jobsPath+"/"+heldTogether, access.DecideQuarantine, beginAlike),
	post(jobsPath+"/"+staffLists, access.ManageWorker, beginList(staffLists)),
	post(jobsPath+"/"+rosters, access.EditRegister, beginList(rosters)),
	post(jobsPath+"/"+areaFiles, access.ImportAreas, beginList(areaFiles)),
}
