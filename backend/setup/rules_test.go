package setup

import (
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

func TestRulesHaveValuesFromTheStartAndAreChecked(t *testing.T) {
	s := started(t)
	if w := workspace(t, s); w.Days(store.SettingIdleDays) != 7 || w.Days(store.SettingRetention) != 90 || w.Settings[store.SettingCurrency] != "BRL" || w.Requires("vehicle") {
		t.Errorf("%v", w.Settings)
	}
	for key, value := range map[string]string{
		store.SettingIdleDays: " 12 ", store.SettingRetention: "30", store.SettingLanguage: "en", store.SettingCurrency: "EUR", store.SettingRequired("vehicle"): "1",
		store.SettingRemind: " 60", store.SettingMorning: "510", store.SettingFileMB: "25",
	} {
		must(t)(SaveRule(ctx, s, key, value))
	}
	if w := workspace(t, s); w.Days(store.SettingIdleDays) != 12 || w.Days(store.SettingRetention) != 30 || w.Settings[store.SettingCurrency] != "EUR" || !w.Requires("vehicle") ||
		w.Settings[store.SettingRemind] != "60" || w.Morning() != 510 {
		t.Errorf("%v", w.Settings)
	}
	for key, value := range map[string]string{
		store.SettingIdleDays: "0", store.SettingRetention: "for ever", store.SettingLanguage: "fr", store.SettingCurrency: "JPY",
		store.SettingRequired("vehicle"): "yes", store.SettingRequired("name"): "1", store.SettingRemind: "-2", store.SettingMorning: "1440", store.SettingStarted: "", "unknown": "1", store.SettingFileMB: "26",
	} {
		if _, err := SaveRule(ctx, s, key, value); crm.CodeOf(err) != crm.CodeInvalid || !fieldIs(err, key) {
			t.Errorf("%s=%q: %v", key, value, err)
		}
	}
}

func TestTheCurrencyStaysOnceLeadsHaveValues(t *testing.T) {
	s := started(t)
	id := stand(t, s, stageOf(t, s, 0).ID, 1)[0]
	must(t)(SaveRule(ctx, s, store.SettingCurrency, "USD")) // a value without a currency is in any
	must(t)(s.Transact(ctx, store.Op{Label: "test"}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, id)
		if err != nil {
			return err
		}
		l.Currency = "USD"
		return store.Put(tx, l)
	}))
	if _, err := SaveRule(ctx, s, store.SettingCurrency, "BRL"); crm.CodeOf(err) != CodeCurrencyUsed {
		t.Errorf("%v", err)
	}
	must(t)(SaveRule(ctx, s, store.SettingCurrency, "USD"))
}
