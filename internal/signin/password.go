package signin

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/seal"
)

// Passwords are hashed by bcrypt, and the hash is sealed at its account: whoever copies the database has nothing to try guesses at, and
// whoever changes it cannot give one account the password of another.

// Accounts are the collections whose records have a password.
var Accounts = []string{collections.Workers, core.CollectionNameSuperusers}

func passwordAt(collection, account string) string {
	return collections.SealedAt(collection, account) + "/password"
}

// SealPassword seals the hash that is about to be stored with an account. Without keys, as in a command of PocketBase's own, it is
// left for SealPasswords.
func SealPassword(app core.App, account *core.Record) error {
	value, ok := account.GetRaw(core.FieldNamePassword).(*core.PasswordFieldValue)
	db := collections.Read(app)
	if !ok || value.Hash == "" || db.Keys() == nil {
		return nil
	}
	sealed, err := collections.SealAgain(db, passwordAt(account.Collection().Name, account.Id), value.Hash)
	switch {
	case collections.Damaged(err):
		return nil // it opens nowhere, and everything else of the account may change
	case err != nil:
		return fmt.Errorf("seal a password: %w", err)
	}
	account.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: sealed, Plain: value.Plain})
	return nil
}

// nobody is the hash of a password that nobody knows, of the cost that PocketBase's have.
const nobody = "$2a$10$.vB3xKfmI7e6hoNlX0kxVe03qvBkG6eUzeV4idiUBDi6twJe87GFe"

// hashOf is the hash of an account's password; that of nobody's where there is no account, or where the hash is damaged or another
// account's.
func hashOf(db collections.DB, account *core.Record) (string, error) {
	if account == nil {
		return nobody, nil
	}
	hash, err := collections.OpenText(db, passwordAt(account.Collection().Name, account.Id), account.GetString(core.FieldNamePassword+":hash"))
	switch {
	case collections.Damaged(err):
		return nobody, nil
	case err != nil:
		return "", fmt.Errorf("password of %s: %w", account.Id, err)
	}
	return hash, nil
}

// SealPasswords seals the hashes that lie in clear, or under an earlier key, with the primary one. A damaged one stays as it is.
func SealPasswords(db collections.DB) error {
	for _, table := range Accounts {
		stored, err := unsealed(db, table)
		if err != nil {
			return err
		}
		for id, before := range stored {
			after, err := collections.SealAgain(db, passwordAt(table, id), before)
			if collections.Damaged(err) {
				continue
			}
			if err == nil {
				_, err = db.Exec(`UPDATE "`+table+`" SET password=? WHERE id=?`, after, id)
			}
			if err != nil {
				return fmt.Errorf("password of %s: %w", id, err)
			}
		}
	}
	return nil
}

// Unsealed reports whether some hash lies in clear, or under an earlier key.
func Unsealed(db collections.DB) (bool, error) {
	for _, table := range Accounts {
		if stored, err := unsealed(db, table); err != nil || len(stored) > 0 {
			return true, err
		}
	}
	return false, nil
}

// unsealed are the hashes of a table that the primary key has not sealed, by account.
func unsealed(db collections.DB, table string) (map[string]string, error) {
	if !db.Keys().Sealing() {
		return nil, nil
	}
	by := seal.PrefixOf(db.Keys().Primary())
	stored, err := collections.Map[string, string](db, `SELECT id, password FROM "`+table+`"
		WHERE password!='' AND substr(password,1,?)!=?`, len(by), by)
	if err != nil {
		return nil, fmt.Errorf("passwords of %s: %w", table, err)
	}
	return stored, nil
}
