// Package problem is the catalogue of what can go wrong at a door: stable codes, HTTP status, and a sentence in Chinese
// and English. docs/problems.md is generated from it.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"doorstep/internal/survey"
)

// Code names one problem for ever.
type Code string

// Entry is what the catalogue says of a code.
type Entry struct {
	Status int // HTTP status of a refusal; 0 where it refuses no request
	ZH, EN string
}

const (
	BadEnvelope      Code = "request.malformed"
	TooLarge         Code = "request.too_large"
	TooManyRequests  Code = "request.too_many"
	TooLong          Code = "request.too_long"
	NotSignedIn      Code = "auth.required"
	NotAllowed       Code = "auth.forbidden"
	NotFound         Code = "not_found"
	DeviceUnknown    Code = "device.unknown"
	DeviceRevoked    Code = "device.revoked"
	WorkerRevoked    Code = "worker.revoked"
	Sealed           Code = "device.sealed"
	BadCursor        Code = "cursor.malformed"
	Busy             Code = "server.busy"
	Internal         Code = "server.internal"
	BadTransition    Code = "review.transition"
	CommentNeeded    Code = "review.comment_needed"
	StaleRevision    Code = "review.stale"
	OwnRecord        Code = "review.own"
	BadDecision      Code = "duplicate.decision"
	BeyondTerritory  Code = "access.beyond_territory"
	ForTheWhole      Code = "access.for_the_whole"
	BadWorkbook      Code = "form.workbook"
	BadFormState     Code = "form.state"
	BadParameter     Code = "request.parameter"
	NotListed        Code = "list.column"
	TooDeep          Code = "list.page"
	NotQuarantined   Code = "quarantine.decided"
	NotAssignable    Code = "quarantine.not_assignable"
	UnknownForm      Code = "operation.unknown_form"
	UnknownOperation Code = "operation.unknown"
	BadID            Code = "operation.id"
	BadAnswers       Code = "operation.answers"
	BadSequence      Code = "operation.sequence"
	TooMuch          Code = "operation.too_much"
	ForeignRecord    Code = "operation.foreign_record"
	OutOfScope       Code = "operation.out_of_scope"
	HandedOver       Code = "operation.handed_over"
	SealedOperation  Code = "operation.sealed"
	UnknownTask      Code = "operation.unknown_task"
	SequenceReused   Code = "operation.sequence_reused"
	UnknownBase      Code = "operation.unknown_base"
	OtherForm        Code = "operation.other_form"
	ParentMissing    Code = "operation.parent_missing"
	Erased           Code = "operation.erased"
	Encrypted        Code = "operation.encrypted"
	NotMultipart     Code = "submission.multipart"
	NoXML            Code = "submission.no_xml"
	MalformedXML     Code = "submission.malformed"
	WrongDigest      Code = "file.digest"
	FileMissing      Code = "file.missing"
	FileQuarantined  Code = "file.quarantined"
	TooManyGuesses   Code = "auth.too_many"
	TooManySearches  Code = "search.too_many"
	FactorNeeded     Code = "auth.second_factor"
	FactorWrong      Code = "auth.second_factor_wrong"
	FactorExists     Code = "auth.second_factor_exists"
	PasswordWrong    Code = "auth.password_wrong"
	PasswordUnfit    Code = "auth.password_unfit"
	ReasonNeeded     Code = "access.reason_needed"
	LongWords        Code = "request.long_words"
	ApprovalNeeded   Code = "export.approval_needed"
	GrantState       Code = "export.request_state"
	OwnColleague     Code = "export.own_colleague"
	NoThumbnail      Code = "file.no_thumbnail"
	TooManyDevices   Code = "device.too_many"
	TooManyUploads   Code = "upload.too_many"
	DayFull          Code = "account.day_full"
	NoRoom           Code = "backup.no_room"
	DiskFull         Code = "server.disk_full"
	Damaged          Code = "row.damaged"
	KeptByServer     Code = "record.kept_by_server"
	OtherTerritory   Code = "access.territory"
	ReviewElsewhere  Code = "record.review_elsewhere"
	AnswerStands     Code = "check.stands"
	DoesNotFit       Code = "check.does_not_fit"
	BadCorrection    Code = "correction.answers"
	NotAsked         Code = "correction.not_asked"
	BadService       Code = "service.malformed"
	NoBaseMap        Code = "map.unavailable"
	BadBaseMap       Code = "map.source"
)

// Catalogue is every code with its texts.
var Catalogue = map[Code]Entry{
	BadEnvelope: {http.StatusBadRequest, "请求格式不正确，没有保存任何内容。", "The request is malformed; nothing was stored."},
	TooLarge: {http.StatusRequestEntityTooLarge, "请求过大，请分批发送。没有保存任何内容。",
		"The request is too large; send it in parts. Nothing was stored."},
	TooManyRequests: {http.StatusTooManyRequests, "同时发来的请求过多，请等前面的完成后再试。没有保存任何内容。",
		"Too many requests at once; wait until those before are answered, then try again. Nothing was stored."},
	TooLong: {http.StatusBadRequest, "查询用时过长，已中止；请缩小范围（例如按区域、日期或编号筛选），或减少每页的行数。",
		"The query took too long and was cut; ask for less: filter by area, date or id, or take smaller pages."},
	NotSignedIn:   {http.StatusUnauthorized, "请先登录。", "Sign in first."},
	NotAllowed:    {http.StatusForbidden, "您没有这项权限，或不在您的负责区域内。", "You may not do this, or not in this territory."},
	NotFound:      {http.StatusNotFound, "没有找到。", "Not found."},
	DeviceUnknown: {http.StatusForbidden, "这台设备没有登记在您名下，请重新登记。", "This device is not registered to you; register it again."},
	DeviceRevoked: {http.StatusForbidden, "这台设备已被吊销，请清除本机数据。", "This device was revoked; wipe its data."},
	WorkerRevoked: {http.StatusForbidden, "您的账号已停用，请清除本机数据。", "Your account is not active any more; wipe this device's data."},
	Sealed:        {http.StatusForbidden, "这台设备已停止接收数据，请清除本机数据。", "Nothing more is taken from this device; wipe its data."},
	BadCursor:     {http.StatusBadRequest, "同步游标不正确，请从头同步。", "The cursor is malformed; start a full sync."},
	Busy:          {http.StatusTooManyRequests, "服务器忙，请稍后重试。", "The server is busy; try again later."},
	Internal:      {http.StatusInternalServerError, "服务器内部错误，请稍后重试。", "Internal error; try again later."},
	BadTransition: {http.StatusConflict, "记录当前的状态不允许这个操作。", "The record's state does not allow this decision."},
	CommentNeeded: {http.StatusBadRequest, "退回或拒绝时请写明原因。", "Say why when you return or reject a record."},
	StaleRevision: {http.StatusConflict, "内容已被别人修改，请刷新后再提交。没有作任何改动。",
		"Somebody has changed it since; reload, then send again. Nothing was changed."},
	OwnRecord: {http.StatusForbidden, "不能审核自己填写或修改过的记录，请由其他人审核。",
		"Nobody reviews what they entered or changed; somebody else must decide."},
	BeyondTerritory: {http.StatusConflict, "这会改动其他辖区的内容，请由管辖范围包含两地的人员处理。没有作任何改动。",
		"This would change something in another territory; somebody whose territory holds both must do it. Nothing was changed."},
	ForTheWhole: {http.StatusForbidden, "这项操作对所有辖区生效，请由管辖全部区域的管理员或系统管理员办理。没有作任何改动。",
		"This counts for every territory; a manager whose territory holds all areas, or the operator, must do it. Nothing was changed."},
	BadDecision: {http.StatusBadRequest, "裁定只能是 same（同一）、different（不同），或对尚未裁定的一对填写理由后选 unsure（不确定）。",
		"A decision is same or different, or unsure with a comment that says why, of a pair that is still open."},
	BadWorkbook:  {http.StatusBadRequest, "问卷文件有错误，请按列出的位置修改。", "The workbook has mistakes; mend them where listed."},
	BadFormState: {http.StatusConflict, "问卷当前的状态不允许这个操作。", "The form's state does not allow this."},
	BadParameter: {http.StatusBadRequest, "参数不正确。", "A parameter is not valid."},
	NotListed: {http.StatusBadRequest, "列表不能这样筛选、排序或展开，可用的列见 data；按姓名、证件号找人请用精确查找。",
		"This list is not filtered, sorted or expanded like that; data names the columns that may be used. People are found by the exact " +
			"search."},
	TooDeep: {http.StatusBadRequest, "列表最多翻到第一万行；请从上一页最后一行继续：sort=area,id,filter=area>\"其区划\"||area=\"其区划\"&&id>\"其编号\"。",
		"A list is paged through its first ten thousand rows. Go on behind the last row of the page before: sort=area,id, filter=area>\"its " +
			"area\"||area=\"its area\"&&id>\"its id\"."},
	NotQuarantined: {http.StatusConflict, "该提交不在隔离区。", "This submission is not in quarantine."},
	NotAssignable: {http.StatusConflict, "该提交被隔离的原因不能靠指定住户解决，或其内容不是走访或住户；没有保存。",
		"A household does not help what this submission is held for, or it is neither a visit nor a household; nothing was saved."},
	UnknownForm:      {0, "服务器没有这份问卷或版本，记录已隔离保存。", "The server has no such form or version; the record is kept in quarantine."},
	UnknownOperation: {0, "无法识别的操作，已隔离保存。", "Unknown operation; kept in quarantine."},
	BadID:            {0, "记录编号不是 UUID，已隔离保存。", "The record's id is not a UUID; kept in quarantine."},
	BadAnswers:       {0, "答卷内容无法读取，已隔离保存。", "The answers cannot be read; kept in quarantine."},
	TooMuch: {0, "记录展开后的内容超过服务器的上限，已原样隔离保存，等待主管处理。",
		"The record, or the push that it came in, unpacks to more than the server takes at once; kept as it came, in quarantine for a " +
			"supervisor."},
	BadSequence:   {0, "操作序号必须是正整数，已隔离保存。", "The operation number must be positive; kept in quarantine."},
	ForeignRecord: {0, "该记录由其他采集员负责，修改已隔离保存，等待审核。", "The record is another worker's; the change waits in quarantine."},
	OutOfScope:    {0, "对象不在您的负责区域，内容已隔离保存，等待审核。", "It lies outside your territory; kept in quarantine for a supervisor."},
	HandedOver: {0, "对象已不在您的负责区域，修改已保存并交给现负责区域的审核人员。",
		"It is no longer in your territory; the change is kept and waits with the supervisors of where it lies now."},
	SealedOperation: {0, "设备吊销后交来的内容，已隔离保存，等待审核。", "Handed in after the device was revoked; kept in quarantine for a supervisor."},
	UnknownTask:     {0, "服务器没有这个任务，内容已隔离保存。", "The server has no such task; kept in quarantine."},
	SequenceReused:  {0, "同一设备的操作序号重复但内容不同，内容已隔离保存。", "The device used this operation number for something else before; kept in quarantine."},
	UnknownBase:     {0, "更正所依据的版本不存在，内容已隔离保存。", "The revision that this corrects does not exist; kept in quarantine."},
	Erased:          {0, "该记录的内容已应要求删除，此前所作的修改已隔离保存。", "The record was erased on request; a change made before that is kept in quarantine."},
	ParentMissing: {0, "这是对另一条记录的修改，原记录还没有到达；已保存，到达后自动合并。",
		"This edits a record that has not arrived yet; it is kept and applied when the record comes."},
	Encrypted: {0, "收到加密的记录，服务器无法读取，已原样保存。", "The record is encrypted; the server cannot read it and keeps it as it came."},
	NotMultipart: {http.StatusBadRequest, "提交的内容不完整或不是 multipart 格式，请重新发送。",
		"The submission is cut short or not multipart; send it again."},
	NoXML: {http.StatusBadRequest, "提交中没有 xml_submission_file，没有保存。",
		"The submission has no xml_submission_file; nothing was stored."},
	MalformedXML: {http.StatusBadRequest, "记录的 XML 无法读取，没有保存，请重新发送。",
		"The record's XML cannot be read; nothing was stored, send it again."},
	WrongDigest: {http.StatusUnprocessableEntity, "文件内容与声明的 SHA-256 不符，已丢弃，请重新上传。",
		"The file is not the one that its SHA-256 announced; it was dropped, upload it again."},
	FileMissing: {http.StatusNotFound, "附件还没有上传。", "The file has not been uploaded yet."},
	FileQuarantined: {http.StatusForbidden, "附件类型可能有危险，已隔离，不能打开。",
		"The file is of a type that may be dangerous; it is kept in quarantine and not served."},
	ReasonNeeded: {http.StatusBadRequest, "请写明理由（至少十个字）。", "Write down a reason of at least ten characters."},
	LongWords:    {http.StatusBadRequest, "理由或意见最多 1000 字，没有保存。", "A reason or a comment has at most 1,000 characters; nothing was saved."},
	ApprovalNeeded: {http.StatusForbidden, "含身份信息的导出须由另一名管理员批准，批准只能用一次。",
		"An identified export needs the approval of another manager, which is good once."},
	GrantState: {http.StatusConflict, "该申请已处理、已过期，或是您自己的申请。", "This request was decided, has expired, or is your own."},
	OwnColleague: {http.StatusForbidden, "申请人的账号与您的账号，一方录入或修改过另一方，或由同一人录入、修改过，不能由您批准；请由其他管理员批准，没有时请运维人员另行录入一名管理员。",
		"One of the two accounts entered or changed the other, or somebody did so to both: another manager approves. " +
			"If there is none, an operator enters one."},
	TooManyGuesses: {http.StatusTooManyRequests, "登录失败次数过多，请稍后再试。", "Too many failed sign-ins; try again later."},
	TooManySearches: {http.StatusTooManyRequests, "查找次数过多，请稍后再试；每人每天的次数有限。",
		"Too many searches; wait a while. A person has a number of them a day."},
	FactorNeeded:  {http.StatusUnauthorized, "请输入动态口令。", "Enter the code of your authenticator app."},
	FactorWrong:   {http.StatusBadRequest, "动态口令不正确。", "The code is not right."},
	FactorExists:  {http.StatusConflict, "已启用动态口令；如需更换，请由管理员重置。", "A second factor is in use; a manager can reset it."},
	PasswordWrong: {http.StatusBadRequest, "原密码不正确，密码没有更改。", "The old password is not right; nothing was changed."},
	PasswordUnfit: {http.StatusBadRequest, "新密码不能用，原因见 data；密码没有更改。",
		"The new password cannot be taken; data says why. Nothing was changed."},
	TooManyDevices: {http.StatusConflict, "您名下登记的设备过多，请先请管理员吊销不用的设备。",
		"Too many devices are registered to you; ask a manager to revoke those that are not in use."},
	NoThumbnail: {http.StatusUnsupportedMediaType, "这个附件没有缩略图。", "There is no thumbnail of this file."},
	TooManyUploads: {http.StatusTooManyRequests, "未传完的附件过多（见 detail）。请先把已开始的传完，或过一小时再试；附件请保留在平板上。",
		"Too many uploads are unfinished (see detail). Finish those that are begun, or try again in an hour; keep the files."},
	DayFull: {http.StatusTooManyRequests, "今天交来的内容已达到每人每天的上限，没有保存；请保留在平板上，明天再传，或联系管理员。",
		"What one account may bring in a day has come; nothing was stored. Keep it on the tablet and send it tomorrow, or ask an operator."},
	NoRoom: {http.StatusInsufficientStorage, "磁盘空间不足，没有备份；请清理磁盘或换一个备份文件夹。",
		"There is not enough room on the disk, so no backup was made; free some, or name another folder for backups."},
	DiskFull: {http.StatusInsufficientStorage, "服务器磁盘空间不足，暂时不能接收；数据没有丢失，请保留并稍后重试。",
		"The server's disk is full, so nothing is taken for now; nothing is lost: keep it and try again later."},
	Damaged: {http.StatusConflict, "服务器上相关的一行数据已损坏，须由运维人员从备份恢复；已收到的内容已隔离保存。",
		"A row that this needs is damaged on the server; an operator has to restore it from a backup. What came in is kept in quarantine."},
	KeptByServer: {http.StatusBadRequest, "这一列由服务器维护，不能直接修改，没有保存。",
		"The server keeps this column; it cannot be set here. Nothing was saved."},
	OtherTerritory: {http.StatusBadRequest, "不能这样填写：不在您的负责区域内，或不能手工更改。",
		"It would lie or refer outside your territory, or is not changed by hand."},
	AnswerStands: {http.StatusConflict, "采集端提交的答案已经是记录中的答案，无需恢复。", "What was sent is the answer already; there is nothing to put back."},
	DoesNotFit: {http.StatusUnprocessableEntity, "原样的答案不能存入此题：请在 value 中写明应有的值。没有保存。",
		"What was sent cannot be stored in its question: say in value what it means. Nothing was saved."},
	BadCorrection: {http.StatusUnprocessableEntity, "有的答案不能这样更正，原因见 data。没有保存。",
		"Some answers cannot be corrected like this: data says why. Nothing was saved."},
	NotAsked: {0, "按其他答案，此题不需要回答，或者这个值不能存入此题。", "By the other answers this question is not asked, or it cannot hold this value."},
	BadService: {http.StatusBadRequest, "服务清单中有一行不对（代码、名称或条件），请按提示修改。没有保存任何内容。",
		"A row of the table of services is wrong, in its code, name or rule; mend it as told. Nothing was stored."},
	NoBaseMap:  {http.StatusBadGateway, "底图服务器暂时没有应答，地图上只画区域边界。", "The tile server gives nothing now; the map shows the outlines alone."},
	BadBaseMap: {http.StatusBadRequest, "底图的设置不对，请按提示修改。没有保存。", "The setting of the base map is wrong; mend it as told. Nothing was saved."},
	ReviewElsewhere: {http.StatusBadRequest, "审核状态不能直接修改，请用审核功能作出决定（通过、退回、拒绝、重开）。没有保存。",
		"The review state is not set here; decide in the review (approve, return, reject, reopen). Nothing was saved."},
	OtherForm: {0, "该编号属于另一份问卷的记录，内容已隔离保存。", "The id belongs to a record of another form; kept in quarantine."},
}

// Wipe reports whether the code orders a tablet to delete what it holds.
func (c Code) Wipe() bool { return c == DeviceRevoked || c == WorkerRevoked || c == Sealed }

// Problem is one occurrence; Detail says where, never with personal data.
type Problem struct {
	Code   Code
	Detail string
	Data   any // more for the client, e.g. the mistakes of a workbook
}

// New makes a problem of the catalogue.
func New(code Code, detail string) *Problem { return &Problem{Code: code, Detail: detail} }

func (p *Problem) Error() string {
	if p.Detail == "" {
		return string(p.Code)
	}
	return fmt.Sprintf("%s: %s", p.Code, p.Detail)
}

// Status is the HTTP status to answer with.
func (p *Problem) Status() int {
	if s := Catalogue[p.Code].Status; s != 0 {
		return s
	}
	return http.StatusUnprocessableEntity
}

// Fault reports whether the server itself has a fault, whose cause goes to the log.
func (p *Problem) Fault() bool { return p.Code == Internal || p.Code == DiskFull }

// RetryAfter is after how many seconds it may work, in HTTP's words; "" where trying again does not help.
func (p *Problem) RetryAfter() string {
	switch p.Code {
	case Busy, TooManyRequests:
		return "5"
	case DiskFull, TooManyUploads, DayFull:
		return "300"
	}
	return ""
}

// MarshalJSON writes code, message in both languages, detail, data, and wipe where the code orders it.
func (p *Problem) MarshalJSON() ([]byte, error) {
	e := Catalogue[p.Code]
	return json.Marshal(struct {
		Code    Code              `json:"code"`
		Message map[string]string `json:"message"`
		Detail  string            `json:"detail,omitempty"`
		Data    any               `json:"data,omitempty"`
		Wipe    bool              `json:"wipe,omitempty"`
	}{p.Code, map[string]string{"zh": e.ZH, "en": e.EN}, p.Detail, p.Data, p.Code.Wipe()})
}

// As finds the problem in err. Mistakes of a file that somebody made are told with their places, as many as a workbook may have. Work that
// was given up, because the client went away or time ran out, may be tried again; everything else is an internal error.
func As(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var mistakes survey.Problems
	if errors.As(err, &mistakes) {
		return &Problem{Code: BadWorkbook, Data: mistakes[:min(len(mistakes), survey.MostProblems)]}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return New(Busy, "")
	}
	if full(err) {
		return New(DiskFull, "")
	}
	return New(Internal, "")
}

// full reports whether the disk had no room for something: the file system says so, or SQLite (SQLITE_FULL).
func full(err error) bool {
	const sqliteFull = 13
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || sqlite(err) == sqliteFull
}

// OfDatabase reports whether SQLite failed at a statement: it had no room, could not read or write its file, or waited too long for
// another. What it refuses because of what it was given (a constraint, the text of a statement, a value) is no failure of its own.
// The codes are those of https://www.sqlite.org/rescode.html.
func OfDatabase(err error) bool {
	const none, wrong, interrupted, tooBig, constraint, mismatch, outOfRange = 0, 1, 9, 18, 19, 20, 25
	return !slices.Contains([]int{none, wrong, interrupted, tooBig, constraint, mismatch, outOfRange}, sqlite(err))
}

// sqlite is the primary result code of SQLite in err, 0 where there is none.
func sqlite(err error) int {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return 0
	}
	return coded.Code() & 0xff
}

// MostWords is how many characters a person may write as a reason or a comment.
const MostWords = 1000

// leastReason is how many characters a reason has, without blanks around it.
const leastReason = 10

// Reason fails with ReasonNeeded for a reason of fewer than ten characters, and as Words does.
func Reason(said string) error {
	if utf8.RuneCountInString(strings.TrimSpace(said)) < leastReason {
		return New(ReasonNeeded, "")
	}
	return Words(said)
}

// Words fails with LongWords for a reason or a comment that is longer than MostWords.
func Words(said string) error {
	if utf8.RuneCountInString(said) > MostWords {
		return New(LongWords, "")
	}
	return nil
}
