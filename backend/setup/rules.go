package setup

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"patio/backend/crm"
	"patio/backend/store"
)

// Currencies that a workspace can have: all of a hundred cents, which is how
// amounts are kept.
func Currencies() []string {
	return []string{"BRL", "USD", "EUR", "ARS", "BOB", "COP", "GBP", "MXN", "PEN", "UYU"}
}

// maxDays bounds settings that count days: ten years.
const maxDays = 3650

// SaveRule writes one of the settings by which a workspace works: days without
// a contact, days in the archive, reminders (minutes before, and the morning in
// minutes since midnight), megabytes of an attachment, language, currency, and
// per field whether new leads need it ("1" or ""). Errors: invalid, currency.in_use.
func SaveRule(ctx context.Context, s *store.Store, key, value string) (crm.Done, error) {
	bad := crm.NewError(crm.CodeInvalid, key, "value", value)
	field, isRequired := strings.CutPrefix(key, store.SettingRequired(""))
	switch {
	case isRequired && slices.Contains(crm.Requirable(), field):
		if value != "" && value != "1" {
			return crm.Done{}, bad
		}
	case key == store.SettingIdleDays, key == store.SettingRetention:
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 1 || n > maxDays {
			return crm.Done{}, crm.NewError(crm.CodeInvalid, key, "max", strconv.Itoa(maxDays)).Because(err)
		}
		value = strconv.Itoa(n)
	case key == store.SettingRemind, key == store.SettingMorning:
		n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		if err == nil && key == store.SettingRemind {
			err = crm.CheckRemind(n)
		}
		if err != nil || key == store.SettingMorning && (n < 0 || n >= 24*60) {
			return crm.Done{}, bad.Because(err)
		}
		value = strconv.FormatInt(n, 10)
	case key == store.SettingFileMB:
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 1 || n > store.MaxFileMB {
			return crm.Done{}, crm.NewError(crm.CodeInvalid, key, "max", strconv.Itoa(store.MaxFileMB)).Because(err)
		}
		value = strconv.Itoa(n)
	case key == store.SettingLanguage:
		if !slices.Contains([]crm.Lang{crm.Portuguese, crm.English, crm.Spanish}, crm.Lang(value)) {
			return crm.Done{}, bad
		}
	case key == store.SettingCurrency:
		if !slices.Contains(Currencies(), value) {
			return crm.Done{}, bad
		}
		// Boards add values up: they are all in one currency.
		other, err := s.OtherCurrency(ctx, value)
		if err != nil {
			return crm.Done{}, err
		}
		if other != "" {
			return crm.Done{}, crm.NewError(CodeCurrencyUsed, key, "currency", other)
		}
	default:
		return crm.Done{}, bad
	}
	return s.Transact(ctx, store.Op{Label: "setting.save", Params: map[string]string{"key": key}}, func(tx *store.Tx) error {
		return store.PutSetting(tx, key, value)
	})
}
