package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestInBoth holds what stands in Chinese before what others say in English alone.
func TestInBoth(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, missing := os.Open(filepath.Join(dir, "none"))
	_, there := os.OpenFile(file, os.O_CREATE|os.O_EXCL, 0o600)
	_, inFile := os.Open(filepath.Join(file, "x"))
	_, folder := os.ReadFile(dir)
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	for _, c := range []struct {
		err error
		zh  string // "" where the words are Chinese already
	}{
		{errors.New("unknown flag: --frob"), "没有选项 --frob"},
		{errors.New("unknown shorthand flag: 'Z' in -Z"), "没有选项 -Z"},
		{errors.New("bad flag syntax: --=x"), "选项写法有误：--=x"},
		{errors.New("flag needs an argument: --out"), "选项 --out 后面要有值"},
		{errors.New("flag needs an argument: 'o' in -o"), "选项 -o 后面要有值"},
		{errors.New(`invalid argument "y" for "--k" flag: x`), "选项 --k 的值不能是“y”"},
		{errors.New(`required flag(s) "form", "territory" not set`), `缺少选项 "form", "territory"`},
		{errors.New(`unknown command "frob" for "doorstep"`), "没有命令“frob”"},
		{errors.New("accepts 1 arg(s), received 2"), "要 1 个参数，给了 2 个"},
		{errors.New("accepts at most 1 arg(s), received 2"), "最多 1 个参数，给了 2 个"},
		{errors.New("requires at least 2 arg(s), only received 1"), "至少 2 个参数，给了 1 个"},
		{errors.New("accepts between 1 and 2 arg(s), received 3"), "要 1 至 2 个参数，给了 3 个"},
		{errors.New("if any flags in the group [a b] are set they must all be set; missing [b]"), "选项 a b 要一起给，缺少 b"},
		{errors.New("if any flags in the group [a b] are set none of the others can be"), "选项 a b 不能一起给"},
		{errors.New("missing or invalid email address"), "邮箱地址有误"},
		{errors.New("invalid or missing email address"), "邮箱地址有误"},
		{errors.New("failed: password: Must be at least 8 character(s)."), "密码至少 8 个字符"},
		{errors.New("superuserIPs: invalid"), "不是 IP 地址或网段，如 10.0.0.0/24"},
		{errors.New(`superuser with email "a@b" doesn't exist`), "没有运维账号“a@b”"},
		{errors.New("at least one of the flags in the group [a b] is required"), "选项 a b 至少给一个"},
		{errors.New("已有 · there"), ""},
		{errors.New("frob"), "操作未完成"},
		{fs.ErrNotExist, "操作未完成"},
		{missing, filepath.Join(dir, "none") + "：没有这个文件或文件夹"},
		{there, file + "：已有同名文件"},
		{inFile, filepath.Join(file, "x") + "：不是文件夹"},
		{folder, dir + "：这是文件夹，不是文件"},
		{&fs.PathError{Op: "open", Path: "locked", Err: fs.ErrPermission}, "locked：没有读写权限"},
		{&fs.PathError{Op: "read", Path: "worn", Err: syscall.EIO}, "worn：无法读写"},
		{fmt.Errorf("listen: %w", refused), "网络地址不可用"},
	} {
		want := c.zh + " · " + c.err.Error()
		if c.zh == "" {
			want = c.err.Error()
		}
		if got := inBoth(c.err); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
