package openrosa

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"io"
)

// Card is one worker's code on a sheet.
type Card struct {
	Name, StaffNo, Label string
	Setup                Setup
}

// Sheet is one community's codes for printing. It is as secret as the tokens in it.
type Sheet struct {
	Community string // name and code
	Made      string // date
	Cards     []Card
}

// WriteHTML writes the sheet as one page of HTML without outside parts.
func (s Sheet) WriteHTML(w io.Writer) error {
	type printed struct {
		Card
		Image template.URL
	}
	var cards []printed
	for _, c := range s.Cards {
		var png bytes.Buffer
		if err := c.Setup.WritePNG(&png); err != nil {
			return err
		}
		cards = append(cards, printed{c, template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png.Bytes()))})
	}
	return sheetPage.Execute(w, map[string]any{"Community": s.Community, "Made": s.Made, "Cards": cards})
}

var sheetPage = template.Must(template.New("sheet").Parse(`<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Community}} · ODK Collect</title>
<style>
@page { size: A4; margin: 12mm }
body { font: 11pt/1.4 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; margin: 0 auto; max-width: 186mm;
  color: #000; background: #fff }
h1 { font-size: 14pt; margin: 0 0 2mm }
p { margin: 0 0 3mm }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 5mm }
figure { margin: 0; padding: 4mm; border: 1px dashed #888; text-align: center; break-inside: avoid }
img { width: 70mm; height: 70mm; image-rendering: pixelated }
figcaption strong { font-size: 13pt }
small { color: #444 }
</style>
<h1>{{.Community}}</h1>
<p>在 ODK Collect 中选择“扫描二维码”即可登录。二维码等于密码：只交给本人，不要拍照或转发；遗失时请管理员吊销。<br>
<small>Scan it in ODK Collect to sign in. The code is a password: hand it to its owner only,
and have a lost one revoked. {{.Made}}</small></p>
<main>
{{range .Cards}}<figure>
<img alt="" src="{{.Image}}">
<figcaption><strong>{{.Name}}</strong><br>工号 {{.StaffNo}}{{with .Label}} · {{.}}{{end}}</figcaption>
</figure>
{{end}}</main>
</html>
`))
