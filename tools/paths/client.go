package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"doorstep/internal/survey"
	"doorstep/internal/xform"
)

var languages = []string{"中文", "English"}

// walks is what walk.mjs reads.
type walks struct {
	Forms map[string]string `json:"forms"` // XForms by id
	Lists map[string]string `json:"lists"`
	Paths []walked          `json:"paths"`
}

// walked is one path in one language.
type walked struct {
	Form     string                         `json:"form"`
	Language string                         `json:"language"`
	Answers  map[string]string              `json:"answers"`
	Repeats  map[string][]map[string]string `json:"repeats"`
}

// lists are a household and the people in it, as a tablet has them.
var lists = map[string]string{
	"households.csv": "name,label,__version,address,house_code,head_name,phone,residents,area,attempts,sample_id,stratum,cluster\n" +
		"h1,明川市一路 1 号 101,1,明川市一路 1 号 101,,,,,990101001001001,1,S-0001,urban,C-07\n",
	"persons.csv": "name,label,__version,full_name,sex,birth_date,id_type,id_number,phone,household,relation,area,last_record\n" +
		"p1,王桂英,1,王桂英,female,1948-05-06,,,,h1,head,990101001001001,\n",
}

var round = regexp.MustCompile(`\[\d+\]`)

// byClient walks the paths with ODK's engine, each in every language, and returns what it saw of each path by language.
func byClient(engine string, forms map[string]*survey.Form, paths []Path, visit time.Time) ([]map[string]seen, error) {
	in := walks{Forms: map[string]string{}, Lists: lists}
	for id, f := range forms {
		var xml strings.Builder
		if err := xform.Write(&xml, f); err != nil {
			return nil, err
		}
		in.Forms[id] = xml.String()
	}
	for _, p := range paths {
		for _, language := range languages {
			in.Paths = append(in.Paths, walked{p.Form, language, p.answers(visit), p.repeats(visit)})
		}
	}
	var out []seen
	if err := node(engine, in, &out); err != nil {
		return nil, err
	}
	all := make([]map[string]seen, len(paths))
	for i := range out {
		for k, path := range out[i].Shown {
			out[i].Shown[k] = round.ReplaceAllString(path, "")
		}
		if all[i/len(languages)] == nil {
			all[i/len(languages)] = map[string]seen{}
		}
		all[i/len(languages)][in.Paths[i].Language] = out[i]
	}
	return all, nil
}

// node runs walk.mjs.
func node(engine string, in walks, out *[]seen) error {
	input, err := json.Marshal(in)
	if err != nil {
		return err
	}
	cmd := exec.Command("node", "walk.mjs")
	cmd.Dir, cmd.Stdin = engine, bytes.NewReader(input)
	var faults strings.Builder
	cmd.Stderr = &faults
	output, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("ODK's engine: %w\n%s", err, faults.String())
	}
	if err := json.Unmarshal(output, out); err != nil || len(*out) != len(in.Paths) {
		return fmt.Errorf("ODK's engine: %d of %d paths, %w", len(*out), len(in.Paths), err)
	}
	return nil
}
