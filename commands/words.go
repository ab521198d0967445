package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"regexp"
	"strings"
	"syscall"
	"unicode"

	"github.com/spf13/cobra"
)

// said is what cobra says in English alone, by how it begins, and what is put before it.
var said = []struct {
	begins *regexp.Regexp
	zh     string
}{
	{regexp.MustCompile(`^unknown flag: (\S+)`), "没有选项 $1"},
	{regexp.MustCompile(`^unknown shorthand flag: '(.)' in \S+`), "没有选项 -$1"},
	{regexp.MustCompile(`^bad flag syntax: (\S+)`), "选项写法有误：$1"},
	{regexp.MustCompile(`^flag needs an argument: (?:'(.)' in )?(\S+)`), "选项 $2 后面要有值"},
	{regexp.MustCompile(`^invalid argument "(.*)" for "(.*)" flag`), "选项 $2 的值不能是“$1”"},
	{regexp.MustCompile(`^required flag\(s\) (.+) not set`), "缺少选项 $1"},
	{regexp.MustCompile(`^unknown command "(.*)" for`), "没有命令“$1”"},
	{regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)`), "要 $1 个参数，给了 $2 个"},
	{regexp.MustCompile(`^accepts at most (\d+) arg\(s\), received (\d+)`), "最多 $1 个参数，给了 $2 个"},
	{regexp.MustCompile(`^requires at least (\d+) arg\(s\), only received (\d+)`), "至少 $1 个参数，给了 $2 个"},
	{regexp.MustCompile(`^accepts between (\d+) and (\d+) arg\(s\), received (\d+)`), "要 $1 至 $2 个参数，给了 $3 个"},
	{regexp.MustCompile(`^if any flags in the group \[(.+)\] are set they must all be set; missing \[(.+)\]`), "选项 $1 要一起给，缺少 $2"},
	{regexp.MustCompile(`^if any flags in the group \[(.+)\] are set none of the others can be`), "选项 $1 不能一起给"},
	{regexp.MustCompile(`^(?:missing or invalid|invalid or missing) email address`), "邮箱地址有误"},
	{regexp.MustCompile(`password: Must be at least (\d+) character`), "密码至少 $1 个字符"},
	{regexp.MustCompile(`^superuserIPs: `), "不是 IP 地址或网段，如 10.0.0.0/24"},
	{regexp.MustCompile(`^superuser with email "(.*)" doesn't exist`), "没有运维账号“$1”"},
	{regexp.MustCompile(`^at least one of the flags in the group \[(.+)\] is required`), "选项 $1 至少给一个"},
}

// Tell prints why a command failed.
func Tell(root *cobra.Command, err error) {
	root.PrintErrln("错误 · Error:", inBoth(err))
}

// inBoth puts the Chinese before what cobra, the system and PocketBase say in English.
func inBoth(err error) string {
	text := err.Error()
	for _, s := range said {
		if at := s.begins.FindStringSubmatchIndex(text); at != nil {
			return string(s.begins.ExpandString(nil, s.zh, text, at)) + " · " + text
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return text
	}
	return ofSystem(err) + " · " + text
}

// ofFiles are the faults of files that have a name in Chinese.
var ofFiles = []struct {
	fault error
	zh    string
}{
	{fs.ErrNotExist, "没有这个文件或文件夹"}, {fs.ErrExist, "已有同名文件"}, {syscall.ENOTDIR, "不是文件夹"}, {syscall.EISDIR, "这是文件夹，不是文件"},
	{fs.ErrPermission, "没有读写权限"},
}

// ofSystem is what a fault of files or the network is called.
func ofSystem(err error) string {
	var file *fs.PathError
	if !errors.As(err, &file) {
		if errors.As(err, new(*net.OpError)) {
			return "网络地址不可用"
		}
		return "操作未完成"
	}
	for _, f := range ofFiles {
		if errors.Is(err, f.fault) {
			return file.Path + "：" + f.zh
		}
	}
	return file.Path + "：无法读写"
}

// headings are those of cobra's help.
var headings = strings.NewReplacer(
	"Usage:", "用法 · Usage:", "Aliases:", "别名 · Aliases:", "Examples:", "示例 · Examples:", "Available Commands:", "命令 · Available Commands:",
	"Additional Commands:", "其他命令 · Additional Commands:", "Global Flags:", "通用选项 · Global Flags:", "Flags:", "选项 · Flags:",
	"Additional help topics:", "其他帮助 · Additional help topics:",
	`Use "{{.CommandPath}} [command] --help" for more information about a command.`,
	`每个命令的帮助 · help on a command: {{.CommandPath}} [command] --help`,
)

// shorts are what the commands do that others wrote.
var shorts = map[string]string{
	"superuser": "运维账号 · accounts of operators: create EMAIL PASSWORD, update, delete", "superuser create": "新建运维账号 · make an operator",
	"superuser update": "更改密码 · change the password of an operator",
	"superuser upsert": "新建，已有则更改密码 · make an operator, or change the password of one", "superuser delete": "删除运维账号 · delete an operator",
	"superuser otp": "一次性密码 · a one-time password for an operator",
	"superuser ips": "运维账号可登录的地址 · addresses that operators sign in from; none lets all",
}

// speak gives the help of all commands its Chinese.
func speak(root *cobra.Command) {
	root.SilenceErrors = true // Tell prints them
	root.SetUsageTemplate(headings.Replace(root.UsageTemplate()))
	root.InitDefaultVersionFlag()
	if f := root.Flags().Lookup("version"); f != nil {
		f.Usage = "版本 · version"
	}
	translate(root, "")
}

func translate(c *cobra.Command, path string) {
	c.InitDefaultHelpFlag()
	if f := c.Flags().Lookup("help"); f != nil {
		f.Usage = fmt.Sprintf("帮助 · help for %s", c.Name())
	}
	for _, child := range c.Commands() {
		name := strings.TrimSpace(path + " " + child.Name())
		if short, known := shorts[name]; known {
			child.Short = short
		}
		translate(child, name)
	}
}
