package audit

import "doorstep/collections"

// DependsOn reports whether an account is of another's making: whether other entered it, changed it or gave it a new sign-in, or did so to
// an account that did. It reads what the trail says of these accounts, all of it: whoever makes an account can sign in with it at any time
// afterwards. Operators are outside of this, since they hold the data folder.
func DependsOn(db collections.DB, account, other string) (bool, error) {
	var one int
	return collections.One(db, `WITH RECURSIVE makers(id) AS (
			VALUES(?)
			UNION SELECT a.actor FROM makers m CROSS JOIN audit a ON a.record=m.id
				WHERE a.collection='workers' AND a.actor NOT IN ('','`+Operator+`') AND a.action NOT IN ('`+Read+`','`+SignIn+`')
		) SELECT 1 FROM makers WHERE id=? LIMIT 1`, []any{account, other}, &one)
}
