//go:build !linux

package datafolder

import (
	"fmt"
	"os"
	"reflect"
)

// IdentityOf reads the identity of a file without opening it; Inode is 0 where files have none.
func IdentityOf(path string) (Identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Identity{}, fmt.Errorf("identity of %s: %w", path, err)
	}
	var id Identity
	if st := reflect.Indirect(reflect.ValueOf(info.Sys())); st.Kind() == reflect.Struct {
		if ino := st.FieldByName("Ino"); ino.IsValid() && ino.CanUint() {
			id.Inode = ino.Uint()
		}
	}
	return id, nil
}
