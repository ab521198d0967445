package audit

import "doorstep/collections"

// OneMaker reports whether one person may use both of two accounts: whether somebody entered them, changed them or gave them a new sign-in,
// or did so to the one and has the other, or did so to accounts that did. It reads all that the trail says of these accounts: whoever
// makes an account can sign in with it at any time afterwards. Operators are outside of this, since they hold the data folder.
func OneMaker(db collections.DB, account, other string) (bool, error) {
	var one int
	return collections.One(db, `WITH RECURSIVE makers(of, id) AS (
			VALUES(1, ?), (2, ?)
			UNION SELECT m.of, a.actor FROM makers m CROSS JOIN audit a ON a.record=m.id
				WHERE a.collection='workers' AND a.actor!='' AND a.role!='`+Operator+`' AND a.action NOT IN ('`+Read+`','`+SignIn+`')
		) SELECT 1 FROM makers GROUP BY id HAVING COUNT(*)>1 LIMIT 1`, []any{account, other}, &one)
}
