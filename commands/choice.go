package commands

import (
	"fmt"
	"slices"
	"strings"
)

// choice is a flag that takes one of some words.
type choice struct {
	value *string
	among []string
}

// chosen makes a choice whose first word is the default.
func chosen(value *string, among ...string) choice {
	*value = among[0]
	return choice{value, among}
}

func (c choice) String() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

// Set fails with the words that there are.
func (c choice) Set(word string) error {
	if !slices.Contains(c.among, word) {
		return fmt.Errorf("可选 one of: %s", strings.Join(c.among, ", "))
	}
	*c.value = word
	return nil
}

func (c choice) Type() string { return strings.Join(c.among, "|") }
