package collections

// AreaName returns the name of the area that has a code; known is false where there is none.
func AreaName(db DB, code string) (name string, known bool, err error) {
	known, err = One(db, `SELECT name FROM areas WHERE code=?`, []any{code}, &name)
	return name, known, err
}
